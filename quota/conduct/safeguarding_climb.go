package conduct

import (
	"context"
	"errors"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// Post sends a mail to some people.
type Post interface {
	SendTo(ctx context.Context, to []string, subject, text string) error
}

// What a mail about a matter says: nothing of anybody.
const (
	matterSubject = "A matter waits for you"
	matterText    = "A matter waits for you. Please sign in to the staff pages of Inkwell and open Safeguarding.\n"
)

// climbAfter is how much of the school's hours a matter waits for somebody before it climbs.
const climbAfter = 2 * time.Hour

// Climb takes each matter that nobody has acknowledged to those who are told of it next,
// and mails them where they have an address. A mail that no server takes is tried again.
func (c *Conduct) Climb(ctx context.Context, post Post) error {
	var due []dueMatter
	err := c.db.InTx(ctx, db.System("conduct"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = mattersDue(ctx, tx, post != nil)
		return err
	})
	for _, m := range due {
		err = errors.Join(err, c.climb(ctx, post, m))
	}
	return err
}

func (c *Conduct) climb(ctx context.Context, post Post, m dueMatter) error {
	var to []string
	var stage Stage
	err := c.db.InTx(ctx, db.InSchool(m.School), func(ctx context.Context, tx *db.Tx) error {
		if err := lockMatter(ctx, tx, m.ID); err != nil {
			return err
		}
		at, next, open, err := standsAt(ctx, tx, m.ID)
		if err != nil || !open {
			return err
		}
		all, err := keepers(ctx, tx, m.School)
		if err != nil {
			return err
		}
		if stage = at; at == Untold || !next.IsZero() && !tx.Now.Before(next) {
			cal, err := school.CalendarOf(ctx, tx, m.School)
			if err != nil {
				return err
			}
			stage = nextStage(all, at)
			if err := moveMatter(ctx, tx, m.ID, stage, inSchoolHours(cal, tx.Now, climbAfter)); err != nil {
				return err
			}
		}
		to, err = addressesOf(ctx, tx, m.ID, all, stage)
		return err
	})
	if err != nil || post == nil {
		return err
	}
	if len(to) > 0 {
		if err := post.SendTo(ctx, to, matterSubject, matterText); err != nil {
			return err
		}
	}
	return c.db.InTx(ctx, db.InSchool(m.School), func(ctx context.Context, tx *db.Tx) error { return markMailed(ctx, tx, m.ID, stage) })
}

// nextStage is the stage after one that has somebody in it. With nobody named those with the
// role are the leads, and the head is there in any case.
func nextStage(all []Keeper, at Stage) Stage {
	has := map[Rank]bool{}
	for _, k := range all {
		has[k.Rank] = true
	}
	switch {
	case at == Untold && (has[Lead] || !has[Deputy]):
		return WithLead
	case at <= WithLead && has[Deputy]:
		return WithDeputy
	}
	return WithHead
}

// addressesOf are the mail addresses of a stage, if it was not mailed yet.
func addressesOf(ctx context.Context, tx *db.Tx, id MatterID, all []Keeper, stage Stage) (to []string, err error) {
	mailed, about, err := mailedStage(ctx, tx, id)
	if err != nil || mailed >= stage {
		return nil, err
	}
	for _, k := range all {
		if k.Mail != "" && !slices.Contains(about, k.Person) && rankOf[stage] == k.Rank {
			to = append(to, k.Mail)
		}
	}
	return to, nil
}

var rankOf = map[Stage]Rank{WithLead: Lead, WithDeputy: Deputy, WithHead: LastHead}

// inSchoolHours is when so much of the school's hours has passed after a time.
func inSchoolHours(c calendar.Calendar, from time.Time, d time.Duration) time.Time {
	day := c.Date(from)
	for range 400 { // days at most; a calendar without any ends there
		opens, closes := c.HoursOf(day)
		if c.SchoolDay(day) && from.Before(closes) {
			begin := from
			if begin.Before(opens) {
				begin = opens
			}
			left := closes.Sub(begin)
			if d <= left {
				return begin.Add(d)
			}
			d -= left
		}
		day++
	}
	return from.Add(d)
}
