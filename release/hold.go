package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/release/document"
)

// Change is what the owner of a job wants otherwise of it (Set-Job-Attributes,
// Hold-Job, Release-Job). What is nil stays.
type Change struct {
	Title  *string             // job-name
	Ticket func(Ticket) Ticket // its answer has the same Pages and NumberUp: the count has settled them
	Hold   *HoldUntil          // when a Direct queue may print it, which may be at once
	Remark *string             // what its owner, being IT, says of it (job-message-from-operator)

	held       hold // what Hold comes to
	colourless bool // its owner may not print in colour
}

var (
	onHold       = fault.New(fault.Conflict, "job-on-hold", "This job waits until its owner says that it may print.")
	notTheOwner  = fault.New(fault.Forbidden, "not-the-owner", "Only its owner can change this job.")
	claimAccount = fault.New(fault.Forbidden, "claim-account", "Who pays for this is chosen by its owner, at a kiosk.")
	partlyOut    = fault.New(fault.Conflict, "job-begun", "Part of this job is printed already, so it cannot be changed.")
	colourLater  = fault.New(fault.Conflict, "colour-later", "This job was sent in black and white, and we have not looked for colour in all of it. Please send it again in colour.")
	pagesSettled = fault.New(fault.Conflict, "pages-settled", "The pages of this job and how many go on a side are settled already. Please send it again.")
)

// Change changes a job that has not been printed, for its owner alone, and prices
// it anew; all of it or nothing. A job of a Direct queue that is no longer on hold is
// released as if it had never been, and the change is refused if that is.
func (d *Desk) Change(ctx context.Context, a school.Actor, id JobID, c Change) (job Job, err error) {
	if c.Hold != nil {
		if err := c.Hold.check(d.DB.Now()); err != nil {
			return Job{}, err
		}
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		before, err := jobByID(ctx, tx, id)
		if err != nil {
			return err
		}
		q, err := queueByID(ctx, tx, before.Queue)
		if err != nil {
			return err
		}
		if c.Hold != nil {
			if c.held, err = holdFor(ctx, tx, q, *c.Hold); err != nil {
				return err
			}
			if c.held.ends.After(before.Submitted.Add(MaxHold)) {
				return holdTooLong
			}
		}
		if err := before.changeable(a, c); err != nil {
			return err // before others hear how its owner stands
		}
		goes := c.Hold != nil && !c.held.on && q.Kind == Direct && !q.Paused && before.State == Held
		if goes && before.Claim() {
			return claimWaits // whoever says a name does not hear that, either
		}
		if goes { // standing is locked before the job
			if err := conduct.Check(ctx, tx, before.Person); err != nil {
				return err
			}
		}
		if c.colourless, err = d.colourless(ctx, tx, q, before, c); err != nil {
			return err
		}
		if job, err = d.change(ctx, tx, a, id, c); err != nil || !goes || job.State != Held {
			return err
		}
		if err := d.releaseOn(ctx, tx, q, job); err != nil {
			return err
		}
		job, err = jobByID(ctx, tx, id)
		return err
	})
	if err == nil && c.Hold != nil && job.State == Held && !job.OnHold {
		// Its count ended while its row was waited for, and left it to its owner's word.
		err = d.releaseDirect(ctx, job)
	}
	if err != nil {
		return Job{}, fmt.Errorf("change job %d: %w", id, err)
	}
	return job, nil
}

// change locks the job and changes its row.
func (d *Desk) change(ctx context.Context, tx *db.Tx, a school.Actor, id JobID, c Change) (Job, error) {
	job, err := lockJob(ctx, tx, id)
	if err != nil {
		return Job{}, err
	}
	if err := job.changeable(a, c); err != nil {
		return Job{}, err
	}
	if err := remark(ctx, tx, a, job, c.Remark); err != nil {
		return Job{}, err
	}
	if job.State == Released {
		return job, nil // it is where no-hold would bring it
	}
	account := job.Ticket.Account
	if job, err = job.changed(c); err != nil {
		return Job{}, err
	}
	if a.Proof == school.ByVouch && job.Ticket.Account != account {
		return Job{}, claimAccount
	}
	if c.Ticket != nil && job.State == Held {
		if job, err = d.priced(ctx, tx, job); err != nil {
			return Job{}, err
		}
	}
	if err := updateChanged(ctx, tx, job); err != nil {
		return Job{}, err
	}
	if c.Title != nil {
		conduct.NoteTitles(tx, job.School, false, int32(job.ID))
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-changed", Actor: recorded(a), Subject: job.owner, Object: object(id),
		Facts: map[string]any{"proof": a.Proof, "hold": job.OnHold, "impressions": job.Impressions, "units": job.Price}}); err != nil {
		return Job{}, err
	}
	return job, d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
}

// colourless says whether the owner of a job whose ticket is to be changed may not
// print in colour.
func (d *Desk) colourless(ctx context.Context, tx *db.Tx, q Queue, job Job, c Change) (bool, error) {
	if c.Ticket == nil || !q.Policy.Colour.Closed {
		return false, nil
	}
	r, err := d.ruling(ctx, tx, q, job.Person)
	return err == nil && !q.Policy.Colour.has(r.Belonging), err
}

// changeable refuses what comes too late or from somebody else.
func (j Job) changeable(a school.Actor, c Change) error {
	justRelease := c.Title == nil && c.Ticket == nil && c.Hold != nil && !c.held.on
	switch {
	case !j.visibleTo(a):
		return jobUnknown
	case j.Person != a.Person:
		return notTheOwner
	case j.State.Ended():
		return jobEnded
	case j.State == Released && !justRelease:
		return jobPrinting
	case j.InPrintRoom:
		return withPrintRoom
	case c.Ticket != nil && j.Printed > 0:
		return partlyOut
	}
	return nil
}

// changed is the job with the change, counted anew if it was counted.
func (j Job) changed(c Change) (Job, error) {
	if c.Title != nil {
		j.Title = *c.Title
	}
	if c.Hold != nil {
		j.OnHold, j.HoldUntil, j.HoldEnds = c.held.on, c.held.until, c.held.ends
		j.Expires = c.held.expires(j.Expires)
	}
	if c.Ticket == nil {
		return j, nil
	}
	pages, up := j.Ticket.Pages, j.Ticket.NumberUp
	before := j.Ticket.ColorMode
	j.setTicket(c.Ticket)
	if c.colourless && j.Ticket.ColorMode != before && !slices.Contains(hasNoneOfColour, j.Ticket.ColorMode) {
		return j, colourNotYours
	}
	if j.State != Receiving && (!slices.Equal(j.Ticket.Pages, pages) || max(1, j.Ticket.NumberUp) != max(1, up)) {
		return j, pagesSettled
	}
	if j.State == Held {
		changed, err := j.measured()
		if errors.Is(err, document.ColourUnseen) {
			err = colourLater
		}
		return changed, err
	}
	return j, nil
}
