package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release/spool"
)

// nameInMargins has each of a pupil's jobs carry their name and class in the margin of its first
// page: a change of the job like its owner's own, on record as the teacher's, so that what is
// counted is what is sent. Some cannot: a program, what has come out in part, and what the
// printer takes in no other way than as it was sent. Where the release is refused the names
// stay, on documents that are the pupil's own, until the pupil changes them or prints.
func (d *Desk) nameInMargins(ctx context.Context, a school.Actor, p PupilWaiting, c ClassPrint) error {
	var gone []spool.ID
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		gone = nil
		for _, id := range p.Jobs {
			job, err := lockJob(ctx, tx, id)
			if err != nil {
				return err
			}
			named := job
			named.Edit.Class = c.Class
			if job.Person != p.Person || job.Edit.Same(named.Edit) || !job.Changeable() || c.At.Can.way(named).format == "" {
				continue
			}
			made, err := d.edit(ctx, tx, a, job, named.Edit)
			if err != nil {
				return err
			}
			gone = append(gone, made...)
		}
		return nil
	})
	if err == nil {
		d.destroyMade(ctx, gone)
	}
	return err
}

// inMargin is what stands in the margin of a job's first page.
func (d *Desk) inMargin(ctx context.Context, job Job) (words string, err error) {
	err = d.readSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, job.Person)
		words = lettered(p.Given + " " + p.Family + " · " + job.Edit.Class)
		return err
	})
	return firstRunes(words, 90), err
}
