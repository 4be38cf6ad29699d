package release_test

import (
	"context"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// Who leaves is refused at once, their open visit ends, and what they had waiting is
// destroyed; nobody else's is.
func TestALeaverLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, other := h.submit(h.Sam, 3), h.submit(h.Mia, 2)
	visitor, err := h.signIn(schooltest.SamBadge)
	if err != nil {
		t.Fatal(err)
	}
	screen := h.hub.Subscribe(events.Person(int64(h.Sam.Person)))
	defer screen.Close()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if err := school.Leave(ctx, tx, h.School, tx.Now, 30, []school.PersonID{h.Sam.Person}); err != nil {
			return err
		}
		return h.hub.Touch(ctx, tx, h.School, events.Person(int64(h.Sam.Person)))
	})
	<-screen.C // the kiosk looks again, and:
	_, err = h.Visit(t.Context(), visitor)
	wantFault(t, err, "visit-over")
	_, err = h.Release(t.Context(), visitor, ids(job.ID))
	wantFault(t, err, "visit-over")
	_, err = h.signIn(schooltest.SamBadge)
	wantFault(t, err, "badge-unknown")
	h.state(job.ID, release.Cancelled)
	h.eventually("the spool", func() (string, bool) { return "the leaver's document is left", h.documents() == 1 })
	h.state(other.ID, release.Held)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'job-cancelled' AND facts->>'reason' = 'owner-left'"); n != 1 {
		t.Errorf("%d records of it", n)
	}
	if left := h.balance(h.Sam); left != 100 {
		t.Errorf("the ledger is %d, not what it was", left)
	}
	h.sound()
}
