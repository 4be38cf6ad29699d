package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// wakeMakers has changed documents made soon.
func (d *Desk) wakeMakers() {
	select {
	case d.edited <- struct{}{}:
	default:
	}
}

// makeDocuments makes the documents of changed jobs, so that whoever prints them need not wait.
func (d *Desk) makeDocuments(ctx context.Context) error {
	var due []Job
	err := d.DB.InTx(ctx, db.System("change"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = jobsUnmade(ctx, tx)
		return err
	})
	for _, job := range due {
		if one := d.makeDocument(ctx, job); !errors.Is(one, editStuck) && !errors.Is(one, errNameless) {
			err = errors.Join(err, one)
		}
	}
	return err
}

// withDocuments releases, and makes first what it turns out to need of the owner's jobs: once
// more where a name was too much for a document.
func (d *Desk) withDocuments(ctx context.Context, id school.ID, owner school.PersonID, ids []JobID, release func() error) error {
	err := release()
	for tries := 0; errors.Is(err, documentUnmade) && tries < 2; tries++ {
		if err := d.makeThese(ctx, id, owner, ids); err != nil {
			return err
		}
		err = release()
	}
	return err
}

// makeThese makes what is unmade of some jobs.
func (d *Desk) makeThese(ctx context.Context, id school.ID, owner school.PersonID, ids []JobID) error {
	var due []Job
	err := d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = stillUnmade(ctx, tx, owner, ids)
		return err
	})
	if err != nil {
		return err
	}
	for _, job := range due {
		if err := d.makeDocument(ctx, job); err != nil && !errors.Is(err, errNameless) {
			return err
		}
	}
	return nil
}

// errNameless says that a document is without the name again that it could not carry.
var errNameless = errors.New("the name cannot go in the margin")

// makeDocument makes the document of a changed job from the one that came, and counts it: what
// it says then is what is priced and sent. One that cannot be made takes the change back
// ("edit-stuck").
func (d *Desk) makeDocument(ctx context.Context, job Job) error {
	work := job.editWork()
	if job.Edit.Class != "" {
		var err error
		if work.Margin, err = d.inMargin(ctx, job); err != nil {
			return err
		}
	}
	doc, facts, err := d.rebuilt(ctx, job.original, work)
	if f := fault.As(err); f != nil {
		if f.Kind == fault.Unavailable || f.Kind == fault.Internal {
			return fmt.Errorf("make changed document of job %d: %w", job.ID, err)
		}
		return d.undoEdit(ctx, job, f.Code)
	}
	kept, err := d.keepMade(ctx, job, doc, facts)
	if errors.Is(err, document.ColourUnseen) {
		return errors.Join(d.Spool.Destroy(context.WithoutCancel(ctx), doc.ID), d.undoEdit(ctx, job, document.ColourUnseen.Code))
	}
	if err != nil || kept {
		return d.dropUnwritten(ctx, doc, err)
	}
	return d.Spool.Destroy(context.WithoutCancel(ctx), doc.ID)
}

// editWork is what the change asks the engine to make of the document that came.
func (j Job) editWork() document.Work {
	w := document.Work{Format: document.PDF, NumberUp: j.Edit.NumberUp, Media: j.Ticket.Media, Colour: j.inColour()}
	for _, p := range j.Edit.Pages {
		w.Pages = append(w.Pages, document.Range{First: p.First, Last: p.Last})
	}
	return w
}

// keepMade has the job take its document, unless it was changed again, went or ended meanwhile.
func (d *Desk) keepMade(ctx context.Context, made Job, doc spool.Document, facts document.Facts) (kept bool, err error) {
	err = d.inSchool(ctx, made.School, func(ctx context.Context, tx *db.Tx) error {
		kept = false
		job, err := lockJob(ctx, tx, made.ID)
		if err != nil || !job.unmade || job.State != Held || job.Edition != made.Edition || !job.Edit.sameDocument(made.Edit) {
			return err
		}
		job.Pages, job.ColourPages, job.Sizes = facts.Pages, facts.Colour, facts.Sizes
		if job, err = job.measured(); err != nil {
			return err
		}
		if job, err = d.priced(ctx, tx, job); err != nil {
			return err
		}
		kept = true
		if err := updateMade(ctx, tx, job, doc); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	return kept && err == nil, err
}

// undoEdit undoes a change whose document cannot be made, and says so: first the name in the
// margin, which nobody asked for who looks after the job.
func (d *Desk) undoEdit(ctx context.Context, made Job, why string) error {
	err := d.inSchool(ctx, made.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := lockJob(ctx, tx, made.ID)
		if err != nil || !job.unmade || job.State != Held || job.Edition != made.Edition {
			return err
		}
		without := Edit{}
		if job.Edit.Class != "" {
			without = job.Edit
			without.Class = ""
		}
		_, err = d.edit(ctx, tx, school.Actor{}, job, without)
		return err
	})
	if err != nil {
		return fmt.Errorf("take back the change of job %d: %w", made.ID, err)
	}
	d.Log.Info("change taken back", "job", made.ID, "reason", why)
	if made.Edit.Class != "" {
		return errNameless
	}
	return editStuck
}

// destroyMade destroys changed documents that nobody needs any more. What fails is an orphan,
// and the sweep's.
func (d *Desk) destroyMade(ctx context.Context, gone []spool.ID) {
	for _, id := range gone {
		if err := d.Spool.Destroy(context.WithoutCancel(ctx), id); err != nil {
			d.Log.Warn("destroy changed document", "error", err)
		}
	}
}

// documents are what a job has in the spool.
func (j Job) documents() (all []spool.ID) {
	for _, id := range []spool.ID{j.Document, j.original, j.sent} {
		if id != "" && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}
