package release_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// Who comes to a station is counted beside the notes about conduct, however slow those are, and the
// counts end by themselves, also where nobody comes any more.
func TestTapsAreCountedAndForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow, err := pgx.Connect(t.Context(), dbtest.URL(t, h.db, dbtest.Superuser))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close(context.WithoutCancel(t.Context())) }()
	if _, err := slow.Exec(t.Context(), "BEGIN; LOCK TABLE fact IN SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"000000", schooltest.SamCode} {
		_, _ = h.SignIn(t.Context(), h.station, release.Key{Name: "sam", Code: code})
	}
	count := func() int {
		return dbtest.Value[int](t, h.db, "SELECT coalesce(sum(known + unknown), 0) FROM station_tap")
	}
	h.eventually("both taps counted", func() (string, bool) { return "", count() == 2 })
	if _, err := slow.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "UPDATE station_tap SET minute = minute - interval '61 minutes'")
	h.clock.Advance(time.Minute)
	h.eventually("the counts to be forgotten", func() (string, bool) { return "", count() == 0 })
}
