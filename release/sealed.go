package release

import (
	"context"
	"io"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// SealedDocument opens a document that is kept for the safeguarding lead, as a PDF, whatever
// has become of its job. Who may look is conduct's to say, and on record before this.
func (d *Desk) SealedDocument(ctx context.Context, id school.ID, job JobID) (io.ReadCloser, error) {
	var j Job
	err := d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) (err error) {
		if j, err = jobByID(ctx, tx, job); err != nil {
			return err
		}
		if kept, err := sealed(ctx, tx, job); err != nil || !kept || j.School != id || j.Document == "" {
			if err == nil {
				err = fault.New(fault.Conflict, "seal-gone", "The document is not there any more: it was printed, deleted or has expired.")
			}
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.Spool.Open(ctx, j.Document)
}
