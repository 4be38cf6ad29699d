package conduct

import (
	"context"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// MatterID names a matter of safeguarding.
type MatterID int64

// Matter is one, as those read it whom it is with. Who else asks is told that there is none.
type Matter struct {
	ID           MatterID
	Person       school.PersonID
	Name         string
	Year         int      // school.NoYear for none
	Others       []string // who else it is about, with their year, of what many have in common
	Opened       time.Time
	Category     string
	Rule         string // "" of staff
	Words        string // of the list that a title had; the title itself is kept nowhere
	Note         string // of the member of staff who raised or referred it
	Stage        Stage
	Acknowledged time.Time // zero: nobody has
	By           string    // who did
	Job          int32     // whose document can be sealed; 0 for none
	Held         bool      // it waits still
	Sealed       time.Time // until then it is kept; zero: it is not
	Look         Look
}

// Stage is with whom a matter is.
type Stage int16

// The stages: each one's people see it, and those before them.
const (
	Untold     Stage = iota
	WithLead         // and deputies may look
	WithDeputy       // the lead did not acknowledge it within two school hours
	WithHead         // nor did they
)

// Matters are those that are with somebody and not closed, the oldest first.
func (c *Conduct) Matters(ctx context.Context, a school.Actor) (all []Matter, err error) {
	if !a.May(school.SeeMatters) {
		return nil, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		if all, err = matters(ctx, tx, a, 0); err != nil || len(all) == 0 {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "matters-viewed", Actor: a.Pseudonym})
	})
	return all, err
}

// Waiting is how many matters wait for somebody's acknowledgement, of those that are with them.
func (c *Conduct) Waiting(ctx context.Context, a school.Actor) (n int, err error) {
	if !a.May(school.SeeMatters) {
		return 0, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := matters(ctx, tx, a, 0)
		n = 0
		for _, m := range all {
			if m.Acknowledged.IsZero() {
				n++
			}
		}
		return err
	})
	return n, err
}

// matterOf is a matter that is with somebody, locked; "matter-unknown" for any other. Nobody
// sees one about themselves.
func matterOf(ctx context.Context, tx *db.Tx, a school.Actor, id MatterID) (Matter, error) {
	if !a.May(school.SeeMatters) {
		return Matter{}, school.NotAllowed
	}
	if id == 0 {
		return Matter{}, noMatter
	}
	if err := lockMatter(ctx, tx, id); err != nil {
		return Matter{}, err
	}
	all, err := matters(ctx, tx, a, id)
	if err == nil && len(all) == 0 {
		err = noMatter
	}
	if err != nil {
		return Matter{}, err
	}
	return all[0], nil
}

var noMatter = fault.New(fault.Conflict, "matter-unknown", "There is no such matter.")

// seesAll says that matters are somebody's from the start; the head's they are once they
// have climbed.
func seesAll(a school.Actor) bool { return a.May(school.KeepWords) }

func (id MatterID) object() string { return "matter:" + strconv.FormatInt(int64(id), 10) }

// record writes what was done about a matter. It names no pupil: the record of acts is read by others.
func (c *Conduct) record(ctx context.Context, tx *db.Tx, by school.Actor, act string, id MatterID) error {
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: act, Actor: by.Pseudonym, Object: id.object()})
}

// onMatter does something about a matter that is with somebody, and records it.
func (c *Conduct) onMatter(ctx context.Context, by school.Actor, id MatterID, act string, do func(context.Context, *db.Tx, Matter) error) error {
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		m, err := matterOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, m); err != nil {
			return err
		}
		return c.record(ctx, tx, by, act, id)
	})
}

// Acknowledge says that somebody looks after a matter: it climbs no further.
func (c *Conduct) Acknowledge(ctx context.Context, by school.Actor, id MatterID) error {
	return c.onMatter(ctx, by, id, "matter-acknowledged", func(ctx context.Context, tx *db.Tx, m Matter) error {
		if !m.Acknowledged.IsZero() {
			return fault.New(fault.Conflict, "matter-acknowledged", "%s looks after that already.", m.By)
		}
		return acknowledge(ctx, tx, by, id)
	})
}

// HandOver closes a matter: to says where it went, such as the school's own record of concerns;
// "" is no concern. Its sealed document is let go, and nothing else of it is kept.
func (c *Conduct) HandOver(ctx context.Context, by school.Actor, id MatterID, to string) error {
	to = strings.TrimSpace(to)
	if len([]rune(to)) > 200 {
		return fault.New(fault.Invalid, "hand-over-to", "Say in up to 200 letters where it went.")
	}
	act := "matter-handed-over"
	if to == "" {
		act = "matter-closed"
	}
	return c.onMatter(ctx, by, id, act, func(ctx context.Context, tx *db.Tx, m Matter) error {
		if m.Acknowledged.IsZero() {
			if err := acknowledge(ctx, tx, by, id); err != nil {
				return err
			}
		}
		return closeMatter(ctx, tx, by, id, to)
	})
}

// Refer hands a flag that staff may see to the safeguarding lead: from then on nobody else
// sees it, and it counts for nothing.
func (c *Conduct) Refer(ctx context.Context, by school.Actor, flag FlagID, why string) error {
	why = strings.TrimSpace(why)
	if !by.May(school.SeeConduct) {
		return school.NotAllowed
	}
	if err := reasoned(why); err != nil {
		return err
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		there, err := referFlag(ctx, tx, by, flag, why)
		if err == nil && !there {
			err = noFlag
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "flag-referred", Actor: by.Pseudonym})
	})
}
