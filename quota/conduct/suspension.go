package conduct

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// SuspensionID names a suspension.
type SuspensionID int64

// Suspension is a withdrawal of one person's printing rights.
type Suspension struct {
	ID        SuspensionID
	Person    school.PersonID
	Starts    time.Time
	Ends      time.Time        // in the school's zone
	Reason    string           // the person reads it
	Objection string           // how to object, as the person reads it
	Action    rule.Action      // Withdraw, or TeacherRelease: what is theirs comes out through a teacher
	By        school.Pseudonym // of the person who imposed it; "" of a rule's
	Set       SetID            // the version whose ladder imposed it; 0 of a person's
	Step      StepID           // of that ladder
	Flags     []FlagID         // its evidence; none: whoever imposed it stands for it
	Order     OrderID          // the decision over several that it is of; 0 for none
	Pause     bool             // which is a teacher's pause
	Confirmer school.Pseudonym // of a rule's that begins with a person's word
	Confirmed bool             // a rule's, by a person: it may last longer than a rule's own
}

// Conduct imposes and lifts suspensions.
type Conduct struct {
	db  *db.DB
	hub *events.Hub
	log *slog.Logger
}

// New makes a Conduct.
func New(d *db.DB, hub *events.Hub, log *slog.Logger) *Conduct {
	return &Conduct{db: d, hub: hub, log: log}
}

// DefaultObjection is how to object, where no ladder says.
const DefaultObjection = "Ask your tutor for a review."

// longest is how far ahead a suspension may end.
const longest = 366 * 24 * time.Hour

// Suspend withdraws a person's printing rights until a time, for a reason that
// the person reads (1-500 characters). One in force is replaced. In force
// everywhere once it returns: what is already at a printer prints to its end.
func (c *Conduct) Suspend(ctx context.Context, by school.Actor, person school.PersonID, until time.Time, reason string) error {
	return c.SuspendFrom(ctx, by, person, time.Time{}, until, reason)
}

// SuspendFrom is Suspend from a time on; one that is over is now. What is in force until then
// stays as it is.
func (c *Conduct) SuspendFrom(ctx context.Context, by school.Actor, person school.PersonID, from, until time.Time, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := mayDecide(by, person); err != nil {
		return err
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	return c.act(ctx, by, person, "printing-suspended", reason, func(ctx context.Context, tx *db.Tx) error {
		if err := inTime(tx.Now, from, until); err != nil {
			return err
		}
		if !from.After(tx.Now) {
			if _, err := liftAll(ctx, tx, person, by.Pseudonym); err != nil {
				return err
			}
		}
		return insertSuspension(ctx, tx, by.School, Suspension{Person: person, Starts: from, Ends: until, Reason: reason, Objection: DefaultObjection, Action: rule.Withdraw, By: by.Pseudonym})
	})
}

// Lift gives a person's printing rights back, with a reason for the record.
func (c *Conduct) Lift(ctx context.Context, by school.Actor, person school.PersonID, reason string) error {
	if err := mayDecide(by, person); err != nil {
		return err
	}
	return c.act(ctx, by, person, "suspension-lifted", strings.TrimSpace(reason), func(ctx context.Context, tx *db.Tx) error {
		n, err := liftAll(ctx, tx, person, by.Pseudonym)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "not-suspended", "Printing is not withdrawn for this person.")
		}
		return err
	})
}

// InForce lists the suspensions in force at the actor's school, the first to end first.
func (c *Conduct) InForce(ctx context.Context, by school.Actor) ([]Suspension, error) {
	if !by.May(school.SeeSchool) {
		return nil, school.NotAllowed
	}
	var all []Suspension
	err := c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = allInForce(ctx, tx, by.School)
		return err
	})
	return all, err
}

func mayDecide(by school.Actor, person school.PersonID) error {
	if !by.May(school.Suspend) {
		return school.NotAllowed
	}
	if by.Person == person {
		return ownCase
	}
	return nil
}

// act locks the person's standing FOR UPDATE, does what decide does, records it
// and has every screen of that person look again.
func (c *Conduct) act(ctx context.Context, by school.Actor, person school.PersonID, name, note string, decide func(context.Context, *db.Tx) error) error {
	err := c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := lockStanding(ctx, tx, person, "FOR UPDATE"); err != nil {
			return err
		}
		if err := decide(ctx, tx); err != nil {
			return err
		}
		if err := c.hub.Touch(ctx, tx, by.School, events.Person(int64(person))); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: name, Actor: by.Pseudonym, Subject: p.Pseudonym, Note: note})
	})
	if err == nil {
		c.log.Info(name, "school", by.School, "person", person)
	}
	return err
}
