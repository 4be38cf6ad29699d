package conduct

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Look is somebody's wish to see a sealed document, and who witnesses it.
type Look struct {
	AskedBy school.PersonID // 0: nobody has
	Asked   string          // their name
	Open    bool            // a second person has confirmed it: both may look
	Until   time.Time
}

// How long a document is kept sealed at most, how long a wish waits for its witness, and how long
// both may look then.
const (
	sealedFor  = 30 * 24 * time.Hour
	witnessIn  = 15 * time.Minute
	lookableIn = 30 * time.Minute
)

// Seal keeps the document of a matter that is still held: what becomes of its job does not
// destroy it, until the matter is closed, and 30 days at most. Its owner is told nothing.
func (c *Conduct) Seal(ctx context.Context, by school.Actor, id MatterID) error {
	return c.onMatter(ctx, by, id, "matter-sealed", func(ctx context.Context, tx *db.Tx, m Matter) error {
		if !m.Sealed.IsZero() {
			return fault.New(fault.Conflict, "sealed-already", "The document is sealed already.")
		}
		if there, err := sealJob(ctx, tx, by, id, m.Job, tx.Now.Add(sealedFor)); err != nil || !there {
			if err == nil {
				err = fault.New(fault.Conflict, "seal-gone", "The document is not there any more: it was printed, deleted or has expired.")
			}
			return err
		}
		return nil
	})
}

// AskToLook wishes to see a sealed document. Somebody else whom the matter is with confirms it
// within a quarter of an hour.
func (c *Conduct) AskToLook(ctx context.Context, by school.Actor, id MatterID) error {
	return c.onMatter(ctx, by, id, "matter-look-asked", func(ctx context.Context, tx *db.Tx, m Matter) error {
		if m.Sealed.IsZero() {
			return notSealed
		}
		return insertLook(ctx, tx, by, m.Job)
	})
}

// Witness confirms somebody else's wish: both may look at the document for half an hour.
func (c *Conduct) Witness(ctx context.Context, by school.Actor, id MatterID) error {
	return c.onMatter(ctx, by, id, "matter-look-witnessed", func(ctx context.Context, tx *db.Tx, m Matter) error {
		switch {
		case m.Sealed.IsZero():
			return notSealed
		case m.Look.AskedBy == 0 || m.Look.Open:
			return fault.New(fault.Conflict, "look-none", "Nobody waits for a witness just now.")
		case m.Look.AskedBy == by.Person:
			return fault.New(fault.Forbidden, "look-own", "The witness is somebody else, signed in as themselves.")
		}
		return witnessLook(ctx, tx, by, m.Job)
	})
}

// LookedAt is the job whose document somebody sees now; it is on record each time.
func (c *Conduct) LookedAt(ctx context.Context, by school.Actor, id MatterID) (job int32, err error) {
	err = c.onMatter(ctx, by, id, "matter-looked-at", func(ctx context.Context, tx *db.Tx, m Matter) error {
		if m.Sealed.IsZero() {
			return notSealed
		}
		may, err := mayLook(ctx, tx, by, m.Job)
		if err == nil && !may {
			err = fault.New(fault.Forbidden, "look-unwitnessed", "A second person has to confirm first, for half an hour each time.")
		}
		job = m.Job
		return err
	})
	return job, err
}

var notSealed = fault.New(fault.Conflict, "not-sealed", "The document is not sealed.")
