package release_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
	"inkwell/release"
)

// TestUsageIsWhatTheDeliveriesSay: what came out, what stopped on the way, and what nobody
// printed, before and after it is folded.
func TestUsageIsWhatTheDeliveriesSay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	printed := h.submit(h.Sam, 5)
	h.release(h.Sam, printed.ID)
	h.state(printed.ID, release.Done)
	deleted := h.submit(h.Sam, 4, func(s *release.Submission) { s.Ticket.Sides = "one-sided" })
	if err := h.Delete(t.Context(), h.at(h.Sam), deleted.ID); err != nil {
		t.Fatal(err)
	}
	late := h.submit(h.Mia, 3)
	h.clock.Set(late.Expires.Add(time.Minute))
	h.state(late.ID, release.Expired)

	both := quota.Span{From: calendar.DateOf(tuesday), To: calendar.DateOf(tuesday) + 7}
	check := func(when string) {
		t.Helper()
		err := h.db.Look(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			all, err := quota.UsageBy(ctx, tx, h.School, quota.OfSchool, both)
			if err != nil {
				return err
			}
			want := quota.Figures{Jobs: 1, Impressions: 5, Sheets: 3, Amount: 5, Duplex: 2, LeftJobs: 2, LeftSheets: 6}
			if got := quota.Total(all); got != want {
				t.Errorf("%s: %+v, want %+v", when, got, want)
			}
			at, err := quota.UsageBy(ctx, tx, h.School, quota.OfPrinter, both)
			if err == nil && (len(at) != 1 || at[0].Jobs != 1 || at[0].LeftJobs != 0) {
				t.Errorf("%s, by printer: %+v", when, at)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := dbtest.Value[int64](t, h.db, "SELECT sum(printed) FROM delivery WHERE state = 'settled'"); n != 5 {
			t.Errorf("%s the deliveries add up to %d", when, n)
		}
	}
	check("unfolded")
	if n, err := (&quota.Folder{DB: h.db, Log: slog.New(slog.DiscardHandler)}).FoldAll(t.Context()); err != nil || n != 3 {
		t.Errorf("folded %d, %v", n, err)
	}
	check("folded")
}
