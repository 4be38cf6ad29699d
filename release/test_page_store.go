package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// testPageEnds is how long a test page may be on its way before an unclear one is given up.
const testPageEnds = "1 hour"

// openTestQueue is the queue of a school's test pages, made with the first.
func openTestQueue(ctx context.Context, tx *db.Tx, id school.ID) (q QueueID, err error) {
	_, err = tx.Exec(ctx, `
		INSERT INTO queue (school_id, path, name, kind, proof, removed_at) VALUES ($1, '/ipp/test-page', 'Test pages', $2, 'password', $3)
		    ON CONFLICT (school_id) WHERE kind = 'test' DO NOTHING`, id, Test, tx.Now)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT queue_id FROM queue WHERE school_id = $1 AND kind = $2`, id, Test).Scan(&q)
	return q, err
}

// testPageOnItsWay says whether a printer has a test page that has not ended. The queue's row
// is locked until the transaction ends, so that of two hands one is told.
func testPageOnItsWay(ctx context.Context, tx *db.Tx, q QueueID, p PrinterID) (waits bool, err error) {
	if _, err := lockQueue(ctx, tx, q); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM delivery d JOIN job j USING (job_id) WHERE j.queue_id = $1 AND d.printer_id = $2 AND d.ended_at IS NULL AND d.state <> 'unclear')`,
		q, p).Scan(&waits)
	return waits, err
}

// insertTestJob writes a job that was never received and is released at once.
func insertTestJob(ctx context.Context, tx *db.Tx, a school.Actor, j Job, digest []byte) (id JobID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO job (school_id, queue_id, person_id, proof, state, title, ticket, format, document, digest, bytes, pages, colour_pages, impressions, colour_impressions,
		                 sheets, price, sizes, submitted_at, received_at, held_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, $19, $19::timestamptz + $20::interval) RETURNING job_id`,
		j.School, j.Queue, a.Person, j.Proof, j.State, j.Title, j.Ticket, j.Format, j.Document, digest, j.Bytes, j.Pages, j.ColourPages, j.Impressions, j.ColourImpressions,
		j.Sheets, j.Price, j.Sizes, tx.Now, testPageEnds).Scan(&id)
	return id, err
}
