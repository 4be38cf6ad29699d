package release_test

import (
	"log/slog"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/release"
)

// counted is the desk again, on connections whose exchanges are counted.
func (h *house) counted() (*release.Desk, *dbtest.Exchanges) {
	h.t.Helper()
	n := &dbtest.Exchanges{}
	d, err := db.Open(h.t.Context(), db.Options{URL: dbtest.URL(h.t, h.db, db.Role), Clock: h.clock.Now, Tracer: n})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(d.Close)
	log := slog.New(slog.DiscardHandler)
	return release.New(release.Options{DB: d, Hub: events.New(d, log), Log: log}), n
}

// TestAKioskComesInOneExchange: who it is, whether it is still paired, and what its screen shows.
func TestAKioskComesInOneExchange(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	key := newKey(t)
	token, err := f.link("library", release.Link{Most: 1, Times: 1, Life: time.Hour})
	if err == nil {
		err = f.enrol(key, token)
	}
	if err != nil {
		t.Fatal(err)
	}
	desk, n := f.counted()
	least := 100 // a connection that is new or was idle costs one more
	for range 3 {
		before := n.Count()
		d, st, err := desk.Device(t.Context(), key.Thumb())
		if err != nil || d.Key != key || st.ID != d.Station || st.Slug != "library" || st.Printer.ID == 0 {
			t.Fatalf("%+v at %+v: %v", d, st, err)
		}
		least = min(least, n.Count()-before)
	}
	if least != 1 {
		t.Errorf("a kiosk took %d exchanges with the database", least)
	}
}

// TestAReleaseTakesThreeExchanges: what there is to know and to lock, deliveries and the
// accounts that pay, and what is written with the commit.
func TestAReleaseTakesThreeExchanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []release.JobID
	for range 4 {
		ids = append(ids, h.state(h.submit(h.Sam, 1).ID, release.Held).ID)
	}
	desk, n := h.counted()
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
