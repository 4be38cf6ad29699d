package release

import (
	"context"
	"fmt"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// RefundID names a request for a refund.
type RefundID int64

// RefundReason is what went wrong with a print.
type RefundReason string

// The reasons.
const (
	NothingCame  RefundReason = "nothing"
	BadQuality   RefundReason = "bad"
	WrongPrinter RefundReason = "wrong-printer"
	Twice        RefundReason = "twice"
	OtherReason  RefundReason = "other"
)

// RefundReasons are all of them, as they are offered.
func RefundReasons() []RefundReason {
	return []RefundReason{NothingCame, BadQuality, WrongPrinter, Twice, OtherReason}
}

// refundDays is how many school days a print can be asked back for, with today.
const refundDays = 3

// oftenAsked is from which request in a term on each is a fact for conduct.
const oftenAsked = 3

// Print is something that came out and was paid for, as its owner reads of it.
type Print struct {
	Delivery DeliveryID
	Job      JobID
	Pages    int // impressions that came out
	Of       int // that were to come out
	Charged  int64
	Printer  string
	When     time.Time
	Asked    bool // for a refund
	Answered bool
	Granted  int    // impressions that were paid back
	Why      string // of a no, why
	Units    int64  // that were paid back
	Over     bool   // it cannot be asked back any more; of History alone
}

// Refund is a request as those read it who may answer. It has no title.
type Refund struct {
	ID       RefundID
	Person   school.PersonID
	Name     string
	Year     int      // or NoYear
	Classes  []string // that the reader teaches; for who answers for all, the registration class
	Job      JobID
	Reason   RefundReason
	Pages    int // impressions asked for
	Printed  int // that came out, as far as the printer said
	Of       int // that were to come out
	Charged  int64
	Printer  string
	When     time.Time // it was printed
	Asked    time.Time
	Ended    string   // keyword why the delivery ended early, or ""
	Reported []string // printer-state-reasons when it ended
	Times    int      // they asked this term, with this one

	delivery DeliveryID
}

var (
	refundUnknown = fault.New(fault.NotFound, "refund-unknown", "There is nothing of that kind to ask for.")
	refundAsked   = fault.New(fault.Conflict, "refund-asked", "You have asked for that one already.")
	refundPages   = fault.New(fault.Invalid, "refund-pages", "Say how many pages, from 1 to as many as were printed.")
	refundWhat    = fault.New(fault.Invalid, "refund-reason", "Choose what went wrong.")
	refundWhy     = fault.New(fault.Invalid, "refund-why", "Say why not, in up to 200 letters. They read it.")
	refundDone    = fault.New(fault.NotFound, "refund-done", "That is answered already, or not yours to answer.")
	refundNoUnits = fault.New(fault.Invalid, "refund-too-many", "No more pages can come back than they asked for.")
)

// Prints are what the actor had printed and paid for in the last three school days, the
// latest first.
func (d *Desk) Prints(ctx context.Context, a school.Actor) (all []Print, err error) {
	if a.Proof == school.BySlip {
		return nil, school.NotAllowed // whoever holds it is somebody else
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, a); err != nil {
			return err
		}
		since, err := refundsSince(ctx, tx, a.School)
		if err != nil {
			return err
		}
		all, err = printsOf(ctx, tx, a.Person, since)
		return err
	})
	return all, err
}

// How far a history goes back, and how long it is at most.
const (
	historyDays = 92
	historyMost = 100
)

// History is what came out for the actor in the last three months, the latest first: the last
// hundred of them.
func (d *Desk) History(ctx context.Context, a school.Actor) (all []Print, err error) {
	if !a.May(school.OwnPage) {
		return nil, school.NotAllowed
	}
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		since, err := refundsSince(ctx, tx, a.School)
		if err != nil {
			return err
		}
		all, err = historyOf(ctx, tx, a.Person, tx.Now.AddDate(0, 0, -historyDays), historyMost)
		for i, p := range all {
			all[i].Over = p.Charged == 0 || p.When.Before(since)
		}
		return err
	})
	return all, err
}

// refundsSince is the beginning of the first day whose prints can be asked back for.
func refundsSince(ctx context.Context, tx *db.Tx, id school.ID) (time.Time, error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return time.Time{}, err
	}
	today := c.Date(tx.Now)
	day, found := today, 0
	for ; day > today-30; day-- {
		if c.SchoolDay(day) || day == today {
			if found++; found == refundDays {
				break
			}
		}
	}
	return c.Start(day), nil
}

// AskRefund asks for the cost of some impressions of the actor's own print, once
// ("refund-asked", "refund-unknown", "refund-pages", "refund-reason").
func (d *Desk) AskRefund(ctx context.Context, a school.Actor, id DeliveryID, reason RefundReason, pages int) error {
	switch {
	case a.Proof == school.BySlip:
		return school.NotAllowed
	case !slices.Contains(RefundReasons(), reason):
		return refundWhat
	}
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, a); err != nil {
			return err
		}
		since, err := refundsSince(ctx, tx, a.School)
		if err != nil {
			return err
		}
		p, err := printOf(ctx, tx, a.Person, since, id)
		if err != nil {
			return err
		}
		if pages < 1 || pages > p.Pages {
			return refundPages
		}
		return d.askRefund(ctx, tx, a, p, reason, pages)
	})
	if err != nil {
		return fmt.Errorf("ask refund of delivery %d: %w", id, err)
	}
	return nil
}

func (d *Desk) askRefund(ctx context.Context, tx *db.Tx, a school.Actor, p Print, reason RefundReason, pages int) error {
	id, err := insertRefund(ctx, tx, a, p.Delivery, reason, pages)
	if err != nil {
		return err
	}
	start, err := termStart(ctx, tx, a.School)
	if err != nil {
		return err
	}
	times, err := countRefunds(ctx, tx, a.Person, start)
	if err != nil {
		return err
	}
	if times >= oftenAsked {
		if err := conduct.Note(ctx, tx, conduct.Fact{School: a.School, Person: a.Person, Kind: "refund-asked", Object: object(p.Job),
			Detail: map[string]any{"times": times, "impressions": pages, "reason": string(reason)}}); err != nil {
			return err
		}
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "refund-asked", Actor: a.Pseudonym, Object: object(p.Job),
		Facts: map[string]any{"refund": int64(id), "delivery": int64(p.Delivery), "impressions": pages, "reason": string(reason)}}); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, a.School, events.Person(int64(a.Person)))
}

func termStart(ctx context.Context, tx *db.Tx, id school.ID) (time.Time, error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return time.Time{}, err
	}
	return c.Start(quota.Term.Start(c, tx.Now)), nil
}

// Refunds are the requests that the actor may answer, the oldest first: of pupils they teach
// now, or anybody's. Nobody has their own among them.
func (d *Desk) Refunds(ctx context.Context, a school.Actor) (all []Refund, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err = refundsOpenTo(ctx, tx, a, 0)
		return err
	})
	return all, err
}

func refundsOpenTo(ctx context.Context, tx *db.Tx, a school.Actor, only RefundID) ([]Refund, error) {
	whose, err := pupilsOf(ctx, tx, a, school.RefundAnyone, school.RefundPupils)
	if err != nil {
		return nil, err
	}
	c, err := school.CalendarOf(ctx, tx, a.School)
	if err != nil {
		return nil, err
	}
	return refundsFor(ctx, tx, a, whose, c.Date(tx.Now), c.Start(quota.Term.Start(c, tx.Now)), only)
}

// Grant pays back what some impressions cost, to whoever paid: as many as were asked for
// at most. Of a request that is answered, or not the actor's to answer, "refund-done".
func (d *Desk) Grant(ctx context.Context, a school.Actor, id RefundID, pages int) error {
	if pages < 1 {
		return refundPages
	}
	return d.answerRefund(ctx, a, id, pages, "")
}

// Decline says no to a request, and why.
func (d *Desk) Decline(ctx context.Context, a school.Actor, id RefundID, why string) error {
	why, fits := answerReason(why)
	if !fits {
		return refundWhy
	}
	return d.answerRefund(ctx, a, id, 0, why)
}

func (d *Desk) answerRefund(ctx context.Context, a school.Actor, id RefundID, pages int, why string) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		found, err := refundsOpenTo(ctx, tx, a, id)
		switch {
		case err != nil:
			return err
		case len(found) != 1 || id == 0:
			return refundDone
		case pages > found[0].Pages:
			return refundNoUnits
		}
		r := found[0]
		units, colour, err := quota.Paid(ctx, tx, quota.DeliveryID(r.delivery))
		if err != nil {
			return err
		}
		units, colour = quota.Back(units, pages, r.Printed), quota.Back(colour, pages, r.Printed)
		if err := updateRefundAnswered(ctx, tx, a, id, pages, units, why); err != nil {
			return err
		}
		if _, err := quota.Refund(ctx, tx, a, quota.DeliveryID(r.delivery), units, colour, ""); err != nil {
			return err
		}
		return d.recordAnswer(ctx, tx, a, r, pages, units, why)
	})
	if err != nil {
		return fmt.Errorf("answer refund %d: %w", id, err)
	}
	return nil
}

func (d *Desk) recordAnswer(ctx context.Context, tx *db.Tx, a school.Actor, r Refund, pages int, units int64, why string) error {
	p, err := school.PersonByID(ctx, tx, r.Person)
	if err != nil {
		return err
	}
	act := "refund-granted"
	if pages == 0 {
		act = "refund-declined"
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: act, Actor: a.Pseudonym, Subject: p.Pseudonym, Object: object(r.Job), Note: why,
		Facts: map[string]any{"refund": int64(r.ID), "delivery": int64(r.delivery), "impressions": pages, "units": units}}); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, a.School, events.Person(int64(r.Person)))
}
