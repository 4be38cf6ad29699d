package release

import (
	"cmp"
	"context"
	"io"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release/spool"
)

var sealGone = fault.New(fault.Conflict, "seal-gone", "The document is not there any more: it was printed, deleted or has expired.")

// SealedDocument opens a document that is kept for the safeguarding lead, as a PDF, whatever
// has become of its job, and with the pages that its owner has left out since. Who may look is
// conduct's to say, and on record before this.
func (d *Desk) SealedDocument(ctx context.Context, id school.ID, job JobID) (io.ReadCloser, error) {
	var came spool.ID
	err := d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) error {
		j, err := jobByID(ctx, tx, job)
		if err != nil {
			return err
		}
		kept, err := sealed(ctx, tx, job)
		if err != nil {
			return err
		}
		came = cmp.Or(j.original, j.Document)
		if !kept || j.School != id || came == "" {
			return sealGone
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.Spool.Open(ctx, came)
}
