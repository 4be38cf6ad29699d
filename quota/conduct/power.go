package conduct

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// OrderID is the number of an order; 0 is none.
type OrderID int32

// Order is one decision over several pupils: a withdrawal by who may suspend, or a
// teacher's pause of the class that they are teaching.
type Order struct {
	ID     OrderID
	Pause  bool
	Class  school.ClassID // of a class, ...
	Year   int            // ... or of a year group
	Whom   string         // in words: "7A", "Year 8"
	Starts time.Time
	Ends   time.Time // in the school's zone
	Reason string    // the pupils read it
	MadeBy school.PersonID
	By     string // who that is
	Pupils int    // whom it still meets
	Spared int    // of its group just now, let off all rules
}

// Group is a class, or a year group where Class is 0.
type Group struct {
	Class school.ClassID
	Year  int
}

// object is how the record names a group.
func (g Group) object() string {
	if g.Class != 0 {
		return fmt.Sprintf("class:%d", g.Class)
	}
	return fmt.Sprintf("year:%d", g.Year)
}

// SuspendGroup withdraws printing from the pupils who are in a class or a year group as it
// is today, from one time until another. Those whom an exemption lets off all rules keep
// printing, and what is withdrawn from one of them by their own name stays so.
func (c *Conduct) SuspendGroup(ctx context.Context, by school.Actor, g Group, from, until time.Time, reason string) (Order, error) {
	o := Order{Class: g.Class, Year: g.Year, Starts: from, Ends: until, Reason: strings.TrimSpace(reason), MadeBy: by.Person}
	if !by.May(school.Suspend) {
		return o, school.NotAllowed
	}
	return o, c.order(ctx, by, &o, "group-suspended", func(_ context.Context, tx *db.Tx) error {
		if o.Starts.Before(tx.Now) {
			o.Starts = tx.Now
		}
		return inTime(tx.Now, o.Starts, o.Ends)
	})
}

// order makes an order once check has completed it: it locks the standing of everybody it
// meets by ascending number, then writes.
func (c *Conduct) order(ctx context.Context, by school.Actor, o *Order, act string, check func(context.Context, *db.Tx) error) error {
	if err := reasoned(o.Reason); err != nil {
		return err
	}
	group := Group{o.Class, o.Year}
	err := c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		if err := check(ctx, tx); err != nil {
			return err
		}
		pupils, err := c.members(ctx, tx, by.School, group, o)
		if err != nil {
			return err
		}
		for _, p := range pupils {
			if err := lockStanding(ctx, tx, p, "FOR UPDATE"); err != nil {
				return err
			}
		}
		if err := insertOrder(ctx, tx, by, o, pupils); err != nil {
			return err
		}
		if err := c.touch(ctx, tx, by.School, pupils); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: act, Actor: by.Pseudonym, Object: group.object(), Note: o.Reason,
			Facts: map[string]any{"order": int64(o.ID), "pupils": len(pupils), "from": o.Starts.Unix(), "until": o.Ends.Unix()}})
	})
	if err == nil {
		c.log.Info(act, "school", by.School, "order", o.ID, "pupils", o.Pupils)
	}
	return err
}

// members are the pupils of a group whom an order meets, by ascending number.
func (c *Conduct) members(ctx context.Context, tx *db.Tx, id school.ID, g Group, o *Order) ([]school.PersonID, error) {
	cal, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	all, spared, err := groupOn(ctx, tx, id, g, cal.Date(tx.Now))
	if err == nil && len(all)+spared == 0 {
		err = fault.New(fault.NotFound, "group-empty", "There are no pupils in that class or year.")
	}
	o.Pupils, o.Spared = len(all), spared
	slices.Sort(all)
	return all, err
}

// LiftOrder ends an order for everybody it still meets, with a reason for the record. Who
// made it may, and who may suspend.
func (c *Conduct) LiftOrder(ctx context.Context, by school.Actor, id OrderID, reason string) error {
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		o, err := orderByID(ctx, tx, by.School, id)
		if err != nil {
			return err
		}
		mine := o.Pause && o.MadeBy == by.Person && by.May(school.PauseClass)
		if !mine && !by.May(school.Suspend) {
			return noOrder
		}
		pupils, err := pupilsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, p := range pupils {
			if err := lockStanding(ctx, tx, p, "FOR UPDATE"); err != nil {
				return err
			}
		}
		if there, err := endOrder(ctx, tx, by, id); err != nil || !there {
			if err == nil {
				err = noOrder
			}
			return err
		}
		if err := c.touch(ctx, tx, by.School, pupils); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "order-lifted", Actor: by.Pseudonym, Object: Group{o.Class, o.Year}.object(),
			Note: strings.TrimSpace(reason), Facts: map[string]any{"order": int64(id), "pupils": len(pupils)}})
	})
}

// Orders are those of the school that are not over, the first to end first.
func (c *Conduct) Orders(ctx context.Context, by school.Actor) (all []Order, err error) {
	if !by.May(school.Suspend) && !by.May(school.SeeSchool) {
		return nil, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		all, err = openOrders(ctx, tx, by.School)
		return err
	})
	return all, err
}

// touch has the screens of all of them look again.
func (c *Conduct) touch(ctx context.Context, tx *db.Tx, id school.ID, people []school.PersonID) error {
	topics := make([]string, len(people))
	for i, p := range people {
		topics[i] = events.Person(int64(p))
	}
	return c.hub.Touch(ctx, tx, id, topics...)
}

var noOrder = fault.New(fault.NotFound, "order-unknown", "That is over already.")

// reasoned checks what a pupil is to read.
func reasoned(reason string) error {
	if n := len([]rune(reason)); n == 0 || n > 500 {
		return fault.New(fault.Invalid, "reason-missing", "Write the reason in up to 500 characters. The pupil reads it.")
	}
	return nil
}

// inTime checks from when until when printing is withdrawn.
func inTime(now, from, until time.Time) error {
	if !until.After(now) || !until.After(from) || until.After(now.Add(longest)) {
		return fault.New(fault.Invalid, "until-out-of-range", "Choose an end within the next year.")
	}
	return nil
}
