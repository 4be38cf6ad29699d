package console

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/release"
)

// newScreen has a screen ask to be paired, and returns the code that it shows.
func (h *house) newScreen() (code string) {
	h.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		h.Fatal(err)
	}
	public, err := key.PublicKey.Bytes()
	if err != nil {
		h.Fatal(err)
	}
	desk := release.New(release.Options{DB: h.db, Hub: events.New(h.db, nil)})
	a, err := desk.AskToPair(h.Context(), release.DeviceKey(public), netip.MustParseAddr("10.4.0.9"))
	if err != nil {
		h.Fatal(err)
	}
	return a.Code
}

// IT types the code that a screen shows, at its station; sees it, unpairs it, and retires the station.
func TestScreensArePairedHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.stand()
	foreign := h.foreignKiosk()
	h.enter("it")
	h.says(h.get("/staff/kiosks"), http.StatusOK, "Library kiosk", "No screen yet")
	h.says(h.get("/staff/kiosks/library"), http.StatusOK, "Nobody can collect here", "Code on the screen")
	h.says(h.post("/staff/kiosks/library/pair", url.Values{"code": {`<b>"22`}}), http.StatusConflict, "No screen shows this code now", "&lt;b&gt;&#34;22")
	pair := func() {
		t.Helper()
		if a := h.post("/staff/kiosks/library/pair", url.Values{"code": {h.newScreen()}}); a.status != http.StatusSeeOther || a.location != "/staff/kiosks/library?done=paired" {
			t.Fatalf("%d %s", a.status, a.location)
		}
	}
	pair()
	h.says(h.get("/staff/kiosks/library?done=paired"), http.StatusOK, "Paired. Its screen shows", "Connected", "takes the place", "Unpair")
	screen := dbtest.Value[int](t, h.db, "SELECT device_id FROM kiosk_device")
	unpair := fmt.Sprintf("/staff/kiosks/library/screens/%d/unpair", screen)
	for range 2 { // and once more, after a colleague
		if a := h.post(unpair, nil); a.status != http.StatusSeeOther || a.location != "/staff/kiosks/library?done=unpaired" {
			t.Errorf("%d %s", a.status, a.location)
		}
	}
	pair()
	if a := h.post("/staff/kiosks/library/retire", nil); a.status != http.StatusSeeOther || a.location != "/staff/kiosks/library?done=retired" {
		t.Errorf("%d %s", a.status, a.location)
	}
	h.says(h.get("/staff/kiosks"), http.StatusOK, "No screen yet")
	for _, path := range []string{"/pair", "/retire"} {
		h.says(h.post("/staff/kiosks/"+foreign+path, url.Values{"code": {h.newScreen()}}), http.StatusNotFound)
	}
	h.says(h.get("/staff/kiosks/"+foreign), http.StatusNotFound)
	h.says(h.get("/staff/kiosks/none"), http.StatusNotFound)
}

// stand puts a kiosk beside the library's printer.
func (h *house) stand() {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		return release.AddStation(ctx, tx, h.School, "library", "Library kiosk", 1)
	})
}

// foreignKiosk is another school's.
func (h *house) foreignKiosk() (slug string) {
	h.Helper()
	slug = "foreign"
	other := dbtest.Value[db.SchoolID](h.T, h.db, "INSERT INTO school (name, time_zone) VALUES ('Elsewhere', 'Europe/London') RETURNING school_id")
	err := h.db.InTx(h.Context(), db.InSchool(other), func(ctx context.Context, tx *db.Tx) error {
		id, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: other, Name: "Foreign", URI: "ipp://127.0.0.1:1"})
		if err == nil {
			err = release.AddStation(ctx, tx, other, slug, "Foreign", id)
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return slug
}
