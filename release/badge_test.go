package release_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// signIn holds something to the reader of the library.
func (h *house) signIn(typed string) (release.Visitor, error) {
	return h.SignIn(h.t.Context(), h.station, release.Key{Badge: typed})
}

// TestALostBadge is ten seconds at reception: the old badge is dead and its visit over, the
// pass prints its pages and no more, and the found badge comes back.
func TestALostBadge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.submit(h.Sam, 15), h.submit(h.Sam, 6)
	thief, err := h.signIn(schooltest.SamBadge)
	if err != nil {
		t.Fatal(err)
	}
	screen := h.hub.Subscribe(events.Person(int64(h.Sam.Person)))
	defer screen.Close()

	_, err = h.LoseBadge(t.Context(), h.Mia, h.Sam.Person)
	wantFault(t, err, "not-allowed")
	wantFault(t, h.FindBadge(t.Context(), h.IT, h.Sam.Person), "badge-not-lost")
	pass, err := h.LoseBadge(t.Context(), h.IT, h.Sam.Person)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 17, 18, 0, 0, 0, time.UTC); !pass.Until.Equal(want) || pass.Pages != 20 {
		t.Errorf("the pass is %+v", pass)
	}
	<-screen.C // the kiosk looks again, and:
	_, err = h.Visit(t.Context(), thief)
	wantFault(t, err, "visit-over")
	_, err = h.Release(t.Context(), thief, ids(first.ID))
	wantFault(t, err, "visit-over")
	_, err = h.signIn(schooltest.SamBadge)
	wantFault(t, err, "badge-unknown")

	v, err := h.signIn(pass.Text)
	if err != nil {
		t.Fatal(err)
	}
	if visit, err := h.Visit(t.Context(), v); err != nil || visit.Pass == nil || *visit.Pass != 20 || len(visit.Jobs) != 2 {
		t.Errorf("on the pass: %+v, %v", visit, err)
	}
	_, err = h.Release(t.Context(), v, ids(first.ID, second.ID))
	wantFault(t, err, "pass-spent")
	if _, err = h.Release(t.Context(), v, ids(first.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(first.ID, release.Done)
	if visit, err := h.Visit(t.Context(), v); err != nil || visit.Pass == nil || *visit.Pass != 5 {
		t.Errorf("after 15 pages: %+v, %v", visit, err)
	}

	if err := h.FindBadge(t.Context(), h.IT, h.Sam.Person); err != nil {
		t.Fatal(err)
	}
	_, err = h.Release(t.Context(), v, ids(second.ID))
	wantFault(t, err, "visit-over")
	_, err = h.signIn(pass.Text)
	wantFault(t, err, "badge-unknown")
	if v, err = h.signIn(schooltest.SamBadge); err != nil {
		t.Fatal(err)
	}
	if _, err = h.Release(t.Context(), v, ids(second.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(second.ID, release.Done)
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE subject = $1 AND object IS NOT DISTINCT FROM NULL", h.Sam.Pseudonym)
	if acts != "badge-lost badge-found" {
		t.Errorf("audit: %s", acts)
	}
	h.sound()
}

// TestABadgeThatWasReplacedStaysLost: what is found is what was lost last.
func TestABadgeThatWasReplacedStaysLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const newer = "04D15EA5E0"
	lose := func() {
		t.Helper()
		h.clock.Advance(time.Minute)
		if _, err := h.LoseBadge(t.Context(), h.IT, h.Sam.Person); err != nil {
			t.Fatal(err)
		}
	}
	lose()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		sam, err := school.PersonByID(ctx, tx, h.Sam.Person)
		if err == nil {
			_, err = h.Directory.LinkBadge(ctx, tx, h.IT.Pseudonym, sam, "", newer)
		}
		return err
	})
	lose()
	other := schooltest.New(t, h.db, "Hill")
	dbtest.Exec(t, h.db, "UPDATE badge SET lost_at = $2 WHERE person_id = $1", h.Sam.Person, other.School)
	dbtest.Exec(t, h.db, "UPDATE person SET individual_id = (SELECT individual_id FROM person WHERE person_id = $1) WHERE person_id = $2", h.Sam.Person, other.Sam.Person)
	wantFault(t, h.FindBadge(t.Context(), h.IT, h.Sam.Person), "badge-lost-elsewhere")
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = now() WHERE person_id = $1", other.Sam.Person) // they are there no more
	if err := h.FindBadge(t.Context(), h.IT, h.Sam.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := h.signIn(newer); err != nil {
		t.Error(err)
	}
	_, err := h.signIn(schooltest.SamBadge)
	wantFault(t, err, "badge-unknown")
	wantFault(t, h.FindBadge(t.Context(), h.IT, h.Sam.Person), "badge-not-lost")
}

// TestAPassIsNotSpentTwice: jobs released at two kiosks at once count on the same pages.
func TestAPassIsNotSpentTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var jobs []release.JobID
	for range 5 {
		jobs = append(jobs, h.submit(h.Sam, 8).ID)
	}
	pass, err := h.LoseBadge(t.Context(), h.IT, h.Sam.Person)
	if err != nil {
		t.Fatal(err)
	}
	v, err := h.signIn(pass.Text)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	released := make([]bool, len(jobs))
	for i, id := range jobs {
		wait.Go(func() {
			_, err := h.Release(t.Context(), v, ids(id))
			released[i] = err == nil
			if err != nil && fault.KindOf(err) != fault.Unpaid {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	n := 0
	for i, id := range jobs {
		if released[i] {
			n++
			h.state(id, release.Done)
		}
	}
	if n != 2 {
		t.Errorf("%d jobs of 8 pages on a pass of 20", n)
	}
	h.pass(24 * time.Hour)
	_, err = h.signIn(pass.Text)
	wantFault(t, err, "badge-unknown")
	h.sound()
}

// TestAPassOutlivesItsKey: a new key for digests ends no pass that is in somebody's hand,
// neither what its code says to a reader nor its digits.
func TestAPassOutlivesItsKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pass, err := h.LoseBadge(t.Context(), h.IT, h.Sam.Person)
	if err != nil {
		t.Fatal(err)
	}
	newer := school.Keys{ID: "newer", Secret: []byte("fedcba9876543210fedcba9876543210"), Older: []school.Keys{schooltest.Keys()}}
	h.Desk.Directory = school.New(h.DB, newer, slog.New(slog.DiscardHandler))
	if v, err := h.signIn(pass.Text); err != nil || v.Actor.Person != h.Sam.Person {
		t.Errorf("a reader: %v, %v", v.Actor.Person, err)
	}
	v, err := h.SignIn(t.Context(), h.station, release.Key{Name: "sam", Code: pass.Code})
	if err != nil || v.Actor.Pass != pass.ID {
		t.Errorf("the keypad: %v, %v", v.Actor, err)
	}
}

// TestABadgeInTwoPlacesAsksForTheCode, and is its owner's all the same.
func TestABadgeInTwoPlacesAsksForTheCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, `
		INSERT INTO flag (school_id, person_id, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
		VALUES ($1, $2, $3, 'travel', 'badge', 'person', $4, 0, 0, $4::timestamptz + interval '14 days', '{"seen": ["delivery:1"]}', 'x')`, h.School, h.Sam.Person, h.IT.Person, h.clock.Now())
	_, err := h.signIn(schooltest.SamBadge)
	wantFault(t, err, "badge-code")
	if v, err := h.SignIn(t.Context(), h.station, release.Key{Badge: schooltest.SamBadge, Code: schooltest.SamCode}); err != nil || v.Actor.Person != h.Sam.Person {
		t.Errorf("with the code: %+v, %v", v, err)
	}
	if _, err := h.signIn(schooltest.MiaBadge); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}
