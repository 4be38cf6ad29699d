package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release/spool"
)

// updateEdited writes a job with a change, or without any; came is how it came. Its document is
// the one that came until another is made.
func updateEdited(ctx context.Context, tx *db.Tx, j, came Job) error {
	var edit *Edit
	if !j.Edit.isNone() {
		edit = &j.Edit
	}
	_, err := tx.Exec(ctx, `
		UPDATE job SET edition = edition + 1, edit = $2, unmade = $3,
		       before = CASE WHEN $2::jsonb IS NULL THEN NULL ELSE coalesce(before, $4::jsonb || jsonb_build_object('digest', encode(digest, 'hex'))) END,
		       original = CASE WHEN $2::jsonb IS NULL THEN NULL ELSE coalesce(original, document) END,
		       document = coalesce(original, document), digest = coalesce(decode(before->>'digest', 'hex'), digest), bytes = $5,
		       ticket = $6, pages = $7, impressions = $8, sheets = $9, price = $10, colour_pages = nullif($11, -1), colour_impressions = $12, sizes = $13
		 WHERE job_id = $1`,
		j.ID, edit, j.unmade, came.came(), came.Bytes, j.Ticket, j.Pages, j.Impressions, j.Sheets, j.Price, j.ColourPages, j.ColourImpressions, j.Sizes)
	return err
}

// updateMade writes the document of a changed job, with what was counted of it.
func updateMade(ctx context.Context, tx *db.Tx, j Job, doc spool.Document) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET unmade = false, document = $2, digest = $3, bytes = $4, pages = $5, impressions = $6, sheets = $7, price = $8,
		       colour_pages = nullif($9, -1), colour_impressions = $10, sizes = $11
		 WHERE job_id = $1`,
		j.ID, doc.ID, doc.Digest[:], doc.Size, j.Pages, j.Impressions, j.Sheets, j.Price, j.ColourPages, j.ColourImpressions, j.Sizes)
	return err
}

// jobsUnmade are held jobs whose documents are still to be made, the oldest first.
func jobsUnmade(ctx context.Context, tx *db.Tx) ([]Job, error) {
	rows, _ := tx.Query(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.unmade AND j.state = 'held' ORDER BY j.job_id LIMIT 20`)
	return manyJobs(rows)
}

// stillUnmade finds a held job of a person whose document is still to be made.
func stillUnmade(ctx context.Context, tx *db.Tx, owner school.PersonID, ids []JobID) ([]Job, error) {
	rows, _ := tx.Query(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.unmade AND j.state = 'held' AND j.person_id = $1 AND j.job_id = ANY ($2) ORDER BY j.job_id`, owner, ids)
	return manyJobs(rows)
}
