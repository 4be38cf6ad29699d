package signin_test

import (
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
)

// TestWhatLetStaffInIsForgotten 30 days after its end, in more than one batch, and nothing that still
// opens anything.
func TestWhatLetStaffInIsForgotten(t *testing.T) {
	h := newHouse(t)
	before := h.signIn("it")
	dbtest.Exec(t, h.db, `
		INSERT INTO session (digest, school_id, person_id, by_person_id, credential_version, started_at, seen_at, ends_at, proven_at)
		SELECT sha256(n::text::bytea), $1, $2, $2, 0, $3, $3, $3::timestamptz + interval '12 hours', $3 FROM generate_series(1, 2300) AS n`, h.cast.School, h.cast.IT.Person, h.clock.Now())
	dbtest.Exec(t, h.db, `INSERT INTO invitation (digest, school_id, person_id, made_at, expires_at) VALUES (sha256('a'), $1, $2, $3, $3::timestamptz + interval '15 minutes')`,
		h.cast.School, h.cast.IT.Person, h.clock.Now())
	dbtest.Exec(t, h.db, `INSERT INTO known_device (digest, school_id, person_id, credential_version, known_at, ends_at) VALUES (sha256('a'), $1, $2, 0, $3, $3::timestamptz + interval '30 days')`,
		h.cast.School, h.cast.IT.Person, h.clock.Now())
	dbtest.Exec(t, h.db, `INSERT INTO recovery_code (digest, school_id, person_id, made_at, used_at) VALUES (sha256('a'), $1, $2, $3, $3), (sha256('b'), $1, $2, $3, NULL)`,
		h.cast.School, h.cast.IT.Person, h.clock.Now())
	forgets := func(want int) {
		t.Helper()
		if gone, err := h.in.Forget(t.Context()); err != nil || gone != want {
			t.Errorf("%d went, want %d (%v)", gone, want, err)
		}
	}
	forgets(0)
	h.is(before, h.cast.IT)
	h.clock.Advance(30*24*time.Hour + 11*time.Hour)
	forgets(2) // the link and the code
	h.clock.Advance(2 * time.Hour)
	now := h.signIn("it")
	forgets(2301)
	h.is(now, h.cast.IT)
	h.clock.Advance(31 * 24 * time.Hour)
	dbtest.Exec(t, h.db, "INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) VALUES ($1, $2, 'police', $3, $3::timestamptz + interval '9 days')", h.cast.School, h.cast.IT.Person, h.clock.Now())
	forgets(0)
	dbtest.Exec(t, h.db, "UPDATE legal_hold SET ended_at = placed_at, end_reason = 'over'")
	forgets(2) // the device and the session of a moment ago
	if left := dbtest.Value[int](t, h.db, "SELECT count(*) FROM recovery_code"); left != 1 {
		t.Errorf("%d codes are left, and one was never used", left)
	}
}
