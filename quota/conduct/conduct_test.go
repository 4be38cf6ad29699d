package conduct_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota/conduct"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var morning = time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)

type house struct {
	*schooltest.Cast
	t     *testing.T
	db    *db.DB
	clock *dbtest.Clock
	*conduct.Conduct
}

func newHouse(t *testing.T) house {
	t.Parallel()
	clock := dbtest.NewClock(morning)
	d := dbtest.New(t, dbtest.At(clock))
	log := slog.New(slog.DiscardHandler)
	return house{schooltest.New(t, d, "Harbour"), t, d, clock, conduct.New(d, events.New(d, log), log)}
}

func (h house) check(p school.Actor) (err error) {
	h.t.Helper()
	return h.db.InTx(h.t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		return conduct.Check(ctx, tx, p.Person)
	})
}

func TestASuspensionStopsPrintingUntilItEnds(t *testing.T) {
	h := newHouse(t)
	if err := h.check(h.Sam); err != nil {
		t.Fatalf("before: %v", err)
	}
	if err := h.Suspend(t.Context(), h.IT, h.Sam.Person, morning.Add(48*time.Hour), "140 pages in 10 minutes on Tuesday"); err != nil {
		t.Fatal(err)
	}
	f := fault.As(h.check(h.Sam))
	if f == nil || f.Kind != fault.Suspended {
		t.Fatalf("during: %v", f)
	}
	for _, want := range []string{"Thursday 19 November, 09:00", "140 pages in 10 minutes", "review"} {
		if !strings.Contains(f.Say, want) {
			t.Errorf("the pupil does not read %q: %q", want, f.Say)
		}
	}
	if err := h.check(h.Mia); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	h.clock.Advance(48 * time.Hour)
	if err := h.check(h.Sam); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

func TestLiftGivesPrintingBackAndIsRecorded(t *testing.T) {
	h := newHouse(t)
	if err := h.Suspend(t.Context(), h.IT, h.Sam.Person, morning.Add(time.Hour), "a reason about Sam"); err != nil {
		t.Fatal(err)
	}
	if err := h.Lift(t.Context(), h.Chief, h.Sam.Person, "it was a mistake"); err != nil {
		t.Fatal(err)
	}
	if err := h.check(h.Sam); err != nil {
		t.Errorf("after lifting: %v", err)
	}
	if err := h.Lift(t.Context(), h.Chief, h.Sam.Person, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("lifting nothing: %v", err)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE subject = $1", h.Sam.Pseudonym)
	if acts != "printing-suspended suspension-lifted" {
		t.Errorf("audit says %q", acts)
	}
	if dbtest.Value[bool](t, h.db, "SELECT EXISTS (SELECT FROM audit a WHERE a::text LIKE '%about Sam%')") {
		t.Error("a free-text reason stands in the chained row")
	}
}

func TestWhoMayDecide(t *testing.T) {
	h := newHouse(t)
	until := morning.Add(time.Hour)
	for _, c := range []struct {
		name   string
		by, on school.Actor
		until  time.Time
		reason string
		want   fault.Kind
	}{
		{"a pupil", h.Sam, h.Mia, until, "no", fault.Forbidden},
		{"a teacher", h.Teacher, h.Mia, until, "no", fault.Forbidden},
		{"one's own case", h.IT, h.IT, until, "no", fault.Forbidden},
		{"without a reason", h.IT, h.Mia, until, "  ", fault.Invalid},
		{"in the past", h.IT, h.Mia, morning, "no", fault.Invalid},
		{"for ever", h.IT, h.Mia, morning.AddDate(2, 0, 0), "no", fault.Invalid},
		{"a stranger", h.IT, school.Actor{Person: 999}, until, "no", fault.NotFound},
	} {
		if err := h.Suspend(t.Context(), c.by, c.on.Person, c.until, c.reason); fault.KindOf(err) != c.want || err == nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM suspension"); n != 0 {
		t.Errorf("%d suspensions were kept", n)
	}
}

func TestASecondSuspensionReplacesTheFirst(t *testing.T) {
	h := newHouse(t)
	for i, reason := range []string{"first", "second"} {
		if err := h.Suspend(t.Context(), h.IT, h.Sam.Person, morning.Add(time.Duration(i+1)*time.Hour), reason); err != nil {
			t.Fatal(err)
		}
	}
	all, err := h.InForce(t.Context(), h.IT)
	if err != nil || len(all) != 1 || all[0].Reason != "second" {
		t.Errorf("in force: %+v, %v", all, err)
	}
}

// A release that has passed its check keeps a suspension waiting; one that
// comes after the suspension is refused.
func TestReleaseAndSuspensionMeetAtTheStanding(t *testing.T) {
	h := newHouse(t)
	suspended := make(chan error, 1)
	err := h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		if err := conduct.Check(ctx, tx, h.Sam.Person); err != nil {
			return err
		}
		go func() { suspended <- h.Suspend(t.Context(), h.IT, h.Sam.Person, morning.Add(time.Hour), "reason") }()
		for !dbtest.Value[bool](t, h.db, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)") {
			if len(suspended) > 0 {
				t.Error("the suspension did not wait for the release")
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-suspended; err != nil {
		t.Fatal(err)
	}
	if err := h.check(h.Sam); fault.KindOf(err) != fault.Suspended {
		t.Errorf("after the suspension: %v", err)
	}
}

func TestFactsAreKeptWithoutTitles(t *testing.T) {
	h := newHouse(t)
	err := h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		return conduct.Note(ctx, tx, conduct.Fact{School: h.School, Person: h.Sam.Person, Kind: "document-refused", Object: "job:7", Detail: map[string]any{"reason": "document-password"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := dbtest.Value[string](t, h.db, "SELECT kind || ' ' || object || ' ' || (detail->>'reason') FROM fact"); got != "document-refused job:7 document-password" {
		t.Errorf("kept %q", got)
	}
}
