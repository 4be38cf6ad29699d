package release_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/release"
)

// wednesday is the day after tuesday.
var wednesday = calendar.DateOf(tuesday) + 1

// announce closes the school on a day and extends what is held, in one transaction.
func (h *house) announce(day calendar.Date) (e release.Extension) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		if err = school.CloseDay(ctx, tx, h.IT.Pseudonym, h.School, day, "Snow"); err == nil {
			e, err = h.Extend(ctx, tx, h.School)
		}
		return err
	})
	return e
}

func TestAClosureExtendsWhatIsHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, other := h.submit(h.Sam, 2), h.submit(h.Mia, 1)
	open, err := h.Create(t.Context(), h.submission(h.Sam))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Delete(t.Context(), h.at(h.Mia), other.ID); err != nil {
		t.Fatal(err)
	}
	bell := h.hub.Subscribe("person:" + dbtest.Value[string](t, h.db, "SELECT $1::bigint::text", h.Sam.Person))
	defer bell.Close()
	thursday := time.Date(2026, 11, 19, 18, 0, 0, 0, time.UTC)
	want := release.Extension{Jobs: 1, Until: thursday}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		c, err := school.MayClose(ctx, tx, h.School, wednesday)
		if err != nil {
			return err
		}
		if would, err := h.WouldExtend(ctx, tx, h.School, c.Closing(wednesday, "Snow")); err != nil || would != want {
			t.Errorf("it would extend %+v, %v", would, err)
		}
		return nil
	})
	if j := h.job(job.ID); !j.Expires.Equal(job.Expires) {
		t.Fatal("asking what would be extends")
	}
	if e := h.announce(wednesday); e != want {
		t.Errorf("it extends %+v", e)
	}
	if j := h.job(job.ID); !j.Expires.Equal(thursday) {
		t.Errorf("held until %v", j.Expires)
	}
	if j := h.job(open.ID); !j.Expires.Equal(open.Expires) {
		t.Errorf("a job without its document is kept until %v", j.Expires)
	}
	select {
	case <-bell.C:
	case <-time.After(patience):
		t.Error("nobody told the screens")
	}
	if j := h.submit(h.Sam, 1); !j.Expires.Equal(thursday) { // this node knows at once
		t.Errorf("a job after the closure is held until %v", j.Expires)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		return school.OpenDay(ctx, tx, "", h.School, wednesday)
	})
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if e, err := h.Extend(ctx, tx, h.School); err != nil || e.Jobs != 0 {
			t.Errorf("a closure taken back extends %+v, %v", e, err)
		}
		return nil
	})
	if j := h.job(job.ID); !j.Expires.Equal(thursday) {
		t.Errorf("a closure taken back takes back a promise: %v", j.Expires)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'day-%' OR act = 'holds-extended'")
	if acts != "day-closed holds-extended day-opened" {
		t.Errorf("audit: %s", acts)
	}
}

// A job that came in by another node's calendar, which was a second old, is not lost
// for it: before a job goes, the calendar is asked.
func TestAJobIsNotExpiredByAnOldCalendar(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	dbtest.Exec(t, h.db, "INSERT INTO day_off (school_id, kind, first_day, last_day, reason) VALUES ($1, 'closure', $2, $2, 'Snow')", h.School, wednesday.Time())
	h.clock.Set(job.Expires)
	h.until(job.ID, func(j release.Job) bool { return j.Expires.Equal(time.Date(2026, 11, 19, 18, 0, 0, 0, time.UTC)) })
	if j := h.job(job.ID); j.State != release.Held {
		t.Errorf("%+v", j)
	}
	h.clock.Set(time.Date(2026, 11, 19, 18, 0, 0, 0, time.UTC))
	h.state(job.ID, release.Expired)
}

func TestTermsSayHowLongJobsAreHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	file := "kind,name,days,from,to\nterm,Autumn,,2026-09-01,2026-11-18\nterm,Spring,,2027-01-04,2027-03-25\nhold,,,12:30,\n"
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.ImportCalendar(ctx, tx, "", h.School, strings.NewReader(file), false)
		return err
	})
	for _, c := range []struct{ at, until time.Time }{
		{tuesday, time.Date(2026, 11, 18, 12, 30, 0, 0, time.UTC)},
		{tuesday.AddDate(0, 0, 1), time.Date(2026, 11, 18, 12, 30, 0, 0, time.UTC)}, // gone at the end of term
		{tuesday.AddDate(0, 0, 2), time.Date(2027, 1, 4, 12, 30, 0, 0, time.UTC)},   // over the holidays
	} {
		h.clock.Set(c.at)
		if j := h.submit(h.Sam, 1); !j.Expires.Equal(c.until) {
			t.Errorf("sent %s, held until %s, want %s", c.at, j.Expires, c.until)
		}
	}
}

// The calendar of another node is a second old at most, and is read no more than once
// a second.
func TestTheCalendarIsRecalledForASecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := h.submit(h.Sam, 1).Expires
	dbtest.Exec(t, h.db, "INSERT INTO calendar (school_id, hold) VALUES ($1, '16:00')", h.School)
	if j := h.submit(h.Sam, 1); !j.Expires.Equal(before) {
		t.Errorf("within the second it was read again: %v", j.Expires)
	}
	h.clock.Advance(time.Second)
	if j := h.submit(h.Sam, 1); !j.Expires.Equal(before.Add(-2 * time.Hour)) {
		t.Errorf("a second later jobs are held until %v", j.Expires)
	}
}
