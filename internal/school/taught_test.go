package school_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

// teaches are the classes that somebody teaches now, and until when the covered ones.
func (h *taught) teaches(who school.Actor) string {
	h.Helper()
	var said []string
	h.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := school.TaughtBy(ctx, tx, who)
		for _, c := range all {
			word := c.Name
			if !c.Until.IsZero() {
				word += c.Until.Format(" until 15:04")
			}
			said = append(said, word)
			if one, err := school.Teaches(ctx, tx, who, c.Class); err != nil || one != c {
				h.Errorf("%s: %+v, %v", c.Name, one, err)
			}
		}
		return err
	})
	return strings.Join(said, ", ")
}

func (h *taught) wantTeaches(who school.Actor, want string) {
	h.Helper()
	if got := h.teaches(who); got != want {
		h.Errorf("teaches %q, want %q", got, want)
	}
}

func TestWhoTeachesAClassNow(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	if _, err := h.timetable(plan, false); err != nil {
		t.Fatal(err)
	}
	h.wantTeaches(h.Teacher, "7A")
	h.wantTeaches(h.Chief, "11X")
	h.wantTeaches(h.Mia, "") // a pupil of it
	h.refused(h.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.Teaches(ctx, tx, h.Teacher, h.x11)
		return err
	}), "class-unknown")

	h.do(func(ctx context.Context, tx *db.Tx) error {
		return school.AddCover(ctx, tx, "", h.School, school.Covering{Day: day(t, "2026-11-17"), Period: "2", Absent: h.cleo, By: h.tom})
	})
	h.wantTeaches(h.Teacher, "7A")
	h.clock.Set(time.Date(2026, 11, 17, 10, 30, 0, 0, time.UTC))
	h.wantTeaches(h.Teacher, "7A, 11X until 11:00")
	h.wantTeaches(h.Chief, "11X") // who is away keeps the class
	h.clock.Set(time.Date(2026, 11, 17, 11, 0, 0, 0, time.UTC))
	h.wantTeaches(h.Teacher, "7A") // the bell

	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2026-11-17' WHERE person_id = $1", h.tom)
	h.wantTeaches(h.Teacher, "") // the list ended
}

func TestTheClassIsThatOfTodaysList(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	dbtest.Exec(t, h.db, "INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) VALUES ($1, $2, $3, 'pupil', '2026-09-01', '2027-09-01')",
		h.a7, h.Sam.Person, h.School)
	names := func() string {
		var all []school.Person
		h.do(func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = school.PupilsToday(ctx, tx, h.School, h.a7)
			return err
		})
		var said []string
		for _, p := range all {
			said = append(said, p.Given)
		}
		return strings.Join(said, ", ")
	}
	for i, c := range []struct{ then, want string }{
		{"SELECT 1", "Sam, Mia"}, // by family name
		{"UPDATE enrolment SET valid_to = '2026-11-17' WHERE person_id = (SELECT person_id FROM person WHERE username = 'mia')", "Sam"},
		{"UPDATE person SET left_at = now() WHERE username = 'sam'", ""},
	} {
		dbtest.Exec(t, h.db, c.then)
		if got := names(); got != c.want {
			t.Errorf("%d: %q, want %q", i, got, c.want)
		}
	}
}
