package release_test

import (
	"log/slog"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/release"
)

// TestAReleaseTakesThreeExchanges: what there is to know and to lock, deliveries and the
// accounts that pay, and what is written with the commit.
func TestAReleaseTakesThreeExchanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []release.JobID
	for range 4 {
		ids = append(ids, h.state(h.submit(h.Sam, 1).ID, release.Held).ID)
	}
	n := &dbtest.Exchanges{}
	d, err := db.Open(t.Context(), db.Options{URL: dbtest.URL(t, h.db, db.Role), Clock: h.clock.Now, Tracer: n})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	log := slog.New(slog.DiscardHandler)
	desk := release.New(release.Options{DB: d, Hub: events.New(d, log), Log: log})
	least := 100 // a connection that is new or was idle costs one more
	for _, some := range [][]release.JobID{ids[:1], ids[1:2], ids[2:]} {
		before := n.Count()
		if _, err := desk.Release(t.Context(), h.at(h.Sam), some); err != nil {
			t.Fatal(err)
		}
		least = min(least, n.Count()-before)
	}
	if least != 3 {
		t.Errorf("a release took %d exchanges with the database", least)
	}
}
