package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// countTries is how often counting a document is begun before it is given up
// as poisoned. It is counted in a child, which it can hardly take a node down from:
// more often the power failed, or the machine was too busy. Each try has longer than
// the one before, all together a quarter of an hour: one that used none of that
// processor time stands still of itself.
const countTries = 5

// count counts documents, one at a time, until ctx ends.
func (d *Desk) count(ctx context.Context) {
	d.every(ctx, "count documents", time.Second, d.counted, func(ctx context.Context) error {
		for {
			job, found, err := d.claimToCount(ctx)
			if err != nil || !found {
				return err
			}
			d.wakeCounters() // there may be more, for the other counters
			began := d.DB.Now()
			err = d.countOne(ctx, job)
			d.inHand.leave(job.ID)
			d.giveWay(ctx, d.DB.Now().Sub(began))
			if err != nil {
				d.Log.Error("count document", "job", job.ID, "error", err)
				events.Pause(ctx, time.Second)
			}
		}
	})
}

// A document costs a hundred times what it takes to submit it. While more than
// flood jobs a second come in, a counter rests nine times as long as its last
// document took, at most longestRest: whoever waits at a computer goes first, and
// what was accepted is safe. No school ever sends as many for long.
const (
	flood       = 100
	longestRest = 5 * time.Second
)

func (d *Desk) giveWay(ctx context.Context, took time.Duration) {
	if d.intake.flooded() {
		events.Pause(ctx, min(9*took, longestRest))
	}
}

// claimToCount takes a job in hand. One that this run once claimed and no longer
// has in hand, for the database was lost meanwhile, is claimed again.
func (d *Desk) claimToCount(ctx context.Context) (job Job, found bool, err error) {
	d.claiming.Lock()
	defer d.claiming.Unlock()
	busy := d.inHand.all()
	err = d.DB.InTx(ctx, db.System("count"), func(ctx context.Context, tx *db.Tx) error {
		job, found, err = claimToCount(ctx, tx, d.node, busy)
		return err
	})
	if err != nil || !found {
		return Job{}, false, err
	}
	d.inHand.enter(job.ID)
	return job, true, nil
}

// countOne rebuilds and counts a job's document and makes the job held, or ends
// it when the document is at fault.
func (d *Desk) countOne(ctx context.Context, job Job) error {
	if job.Uncounted() {
		return d.holdProgram(ctx, job)
	}
	if job.attempts > countTries {
		return d.refuse(ctx, job, "document-stuck")
	}
	doc, facts, err := d.rebuild(ctx, job)
	if errors.Is(err, document.ErrStarved) {
		return errors.Join(err, d.putBack(context.WithoutCancel(ctx), job))
	}
	if f := fault.As(err); f != nil {
		if f.Kind == fault.Unavailable || f.Kind == fault.Internal && !errors.Is(err, spool.Damaged) {
			return errors.Join(err, d.unclaim(context.WithoutCancel(ctx), job))
		}
		return d.refuse(ctx, job, f.Code)
	}
	gone, err := d.price(ctx, job, doc, facts)
	if errors.Is(err, document.ColourUnseen) {
		return errors.Join(d.Spool.Destroy(context.WithoutCancel(ctx), doc.ID), d.refuse(ctx, job, document.ColourUnseen.Code))
	}
	switch {
	case err != nil && gone == doc.ID:
		return d.dropUnwritten(ctx, doc, err)
	case gone == "":
		return err
	}
	return errors.Join(err, d.Spool.Destroy(context.WithoutCancel(ctx), gone))
}

// rebuild writes the document that will be printed: the engine's own copy of the
// chosen pages, as a PDF. Its bytes are what is counted, priced and sent.
func (d *Desk) rebuild(ctx context.Context, job Job) (doc spool.Document, facts document.Facts, err error) {
	return d.rebuilt(ctx, job.Document, job.work())
}

// rebuilt writes what is to be made of a document as a new one.
func (d *Desk) rebuilt(ctx context.Context, from spool.ID, w document.Work) (doc spool.Document, facts document.Facts, err error) {
	in, err := d.Spool.Open(ctx, from)
	if err != nil {
		return doc, facts, err
	}
	defer in.Close()
	draft, err := d.Spool.Create(ctx)
	if err != nil {
		return doc, facts, err
	}
	defer draft.Abort()
	if facts, err = d.Documents.Prepare(ctx, in, w, draft); err != nil {
		return doc, facts, err
	}
	doc, err = draft.Commit(ctx)
	return doc, facts, err
}

// work is what the ticket asks the engine to make of the document. All of it is
// settled by the count: what is counted has these pages on these sides.
func (j Job) work() document.Work {
	w := document.Work{Format: document.Format(j.Format), NumberUp: j.Ticket.NumberUp, Media: j.Ticket.Media, Scaling: j.Ticket.Scaling, Colour: j.inColour(), Starved: max(0, j.attempts-1)}
	for _, p := range j.Ticket.Pages {
		w.Pages = append(w.Pages, document.Range{First: p.First, Last: p.Last})
	}
	return w
}

// price makes a counted job held, or releases it at once on a direct queue. gone is the
// document that nobody needs any more, if there is one: what was sent, or the counted one where
// the job no longer waits for its count.
func (d *Desk) price(ctx context.Context, job Job, doc spool.Document, facts document.Facts) (gone spool.ID, err error) {
	gone = doc.ID
	err = d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		gone = doc.ID
		now, err := lockJob(ctx, tx, job.ID)
		if err != nil || now.State != Counting {
			return err
		}
		job = now
		job.State, job.Document, job.Bytes, job.Held = Held, doc.ID, doc.Size, tx.Now
		job.Pages, job.ColourPages, job.Sizes, job.Tinted = facts.Pages, facts.Colour, facts.Sizes, facts.Tinted
		if err := keepSent(ctx, tx, &job, facts.Kind, now); err != nil {
			return err
		}
		if job, err = job.measured(); err != nil {
			return err
		}
		if job, err = d.priced(ctx, tx, job); err != nil {
			return err
		}
		if err := updateHeld(ctx, tx, job, doc.Digest[:]); err != nil {
			return err
		}
		if gone = now.Document; job.sent != "" {
			gone = ""
		}
		crash.At("count-written")
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	if err != nil {
		return doc.ID, err
	}
	crash.At("count-committed")
	if gone != doc.ID {
		err = d.releaseDirect(ctx, job)
	}
	return gone, err
}

// measured is a counted job with what its ticket makes of it. It is refused, as
// "document-colour", where it is to be printed in colour and we could not tell what of it
// has colour.
func (j Job) measured() (Job, error) {
	copies := max(1, j.Ticket.Copies)
	sheets := j.Pages
	if j.Ticket.Sides != oneSided {
		sheets = (j.Pages + 1) / 2
	}
	j.Impressions, j.Sheets, j.ColourImpressions = j.Pages*copies, sheets*copies, 0
	if j.inColour() {
		if j.ColourPages == document.Unseen {
			return j, document.ColourUnseen
		}
		j.ColourImpressions = j.ColourPages * copies
	}
	return j, nil
}

// inColour says whether the ticket asks for colour.
func (j Job) inColour() bool { return !slices.Contains(hasNoneOfColour, j.Ticket.ColorMode) }

// refuse ends a job whose document cannot be printed, if it still is in the state
// that job has. Its title goes, its document is destroyed, and one fact stays.
func (d *Desk) refuse(ctx context.Context, job Job, reason string) error {
	err := d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockJob(ctx, tx, job.ID)
		if err != nil || now.State != job.State || !now.may(Refused) {
			return err // another hand was quicker
		}
		if err := updateEnded(ctx, tx, job.ID, Refused, reason); err != nil {
			return err
		}
		if err := noteRefused(ctx, tx, job, reason); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-refused", Subject: now.owner, Object: object(job.ID), Facts: map[string]any{"reason": reason}}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	if err != nil {
		return fmt.Errorf("refuse job %d: %w", job.ID, err)
	}
	d.Log.Info("job refused", "job", job.ID, "reason", strings.ToLower(reason))
	return d.shred(ctx, job.School, job.ID)
}

// noteRefused keeps the fact for the owner's conduct; a claim is nobody's.
func noteRefused(ctx context.Context, tx *db.Tx, job Job, reason string) error {
	if job.Claim() {
		return nil
	}
	return conduct.Note(ctx, tx, conduct.Fact{School: job.School, Person: job.Person, Kind: "document-refused", Object: object(job.ID), Detail: map[string]any{"reason": reason}})
}

// putBack gives a job back whose count came to nothing. That was a try, and one of
// its owner's turns.
func (d *Desk) putBack(ctx context.Context, job Job) error {
	return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error { return putBackCount(ctx, tx, job.ID) })
}

// unclaim gives a job back whose count failed through no fault of its document.
func (d *Desk) unclaim(ctx context.Context, job Job) error {
	return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error { return unclaimCount(ctx, tx, job.ID) })
}
