package release_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/spool"
)

// Jobs end as printed, cancelled and expired while nothing can be destroyed, and the
// server dies. The next start destroys their documents, the keys first, and its first
// look is a sweep's: the minute that is promised begins there.
func TestWhatACrashLeftIsDestroyed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.with(func() { h.paper.hold = true })
	printed, cancelled, expired := h.submit(h.Sam, 1), h.submit(h.Sam, 1), h.submit(h.Sam, 1)
	h.release(h.Sam, printed.ID)
	h.eventually("the printer", func() (string, bool) { return "has no document", len(h.paper.printed()) == 1 })
	files := func(end string) int {
		found, err := filepath.Glob(filepath.Join(h.dir, "spool", "*"+end))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if err := h.Spool.Close(); err != nil { // as a disk that is gone
		t.Fatal(err)
	}
	h.paper.tell(release.Progress{Phase: release.PhaseCompleted, Impressions: 1})
	h.state(printed.ID, release.Done)
	if err := h.Cancel(t.Context(), h.Sam, cancelled.ID); err != nil && !errors.Is(err, spool.Away) {
		t.Fatal(err)
	}
	h.state(cancelled.ID, release.Cancelled)
	h.clock.Advance(34 * time.Hour)
	h.state(expired.ID, release.Expired)
	if n := files(".key"); n != 3 {
		t.Fatalf("%d keys are left before the crash", n)
	}
	h.close()
	h.open()
	h.eventually("the spool", func() (string, bool) {
		return fmt.Sprintf("%d keys and %d documents", files(".key"), files(".doc")), files(".key")+files(".doc") == 0
	})
	h.eventually("the rows to forget their documents", func() (string, bool) {
		n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE document IS NOT NULL")
		return fmt.Sprint(n), n == 0
	})
	h.submit(h.Sam, 1) // what it was counted from goes after it is held
	h.eventually("the keys of a document that waits", func() (string, bool) { n := files(".key"); return fmt.Sprint(n), n == 1 })
}
