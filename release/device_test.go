package release_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/netip"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/release"
)

// near is where the school's screens are.
var near = netip.MustParseAddr("10.4.0.9")

// newKey is a browser's.
func newKey(t *testing.T) release.DeviceKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return release.DeviceKey(public)
}

// link offers one to a station.
func (f *fleet) link(slug string, l release.Link) (token string, err error) {
	f.t.Helper()
	err = f.db.InTx(f.t.Context(), db.InSchool(f.School), func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = release.OfferLink(ctx, tx, f.School, f.IT.Pseudonym, slug, l)
		return err
	})
	return token, err
}

// room makes the station of a classroom's computers.
func (f *fleet) room(p release.PrinterID) (slug string) {
	f.t.Helper()
	all, err := f.Printers(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for _, one := range all {
		if one.ID == p {
			f.in(func(ctx context.Context, tx *db.Tx) error {
				slug, err = release.OpenPCStation(ctx, tx, one)
				return err
			})
		}
	}
	return slug
}

func (f *fleet) device(k release.DeviceKey) release.Device {
	f.t.Helper()
	d, _, err := f.Device(f.t.Context(), k.Thumb())
	if err != nil {
		f.t.Fatal(err)
	}
	return d
}

func (f *fleet) enrol(k release.DeviceKey, token string) error {
	return f.Enrol(f.t.Context(), k, token, near)
}

// On a paired computer a pupil prints their own work at the room's printer, and nowhere else; the
// printer is offered at no kiosk for it.
func TestAPupilPrintsFromAPairedComputer(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	_, room := f.lesson()
	token, err := f.link(f.room(room), release.PersonLink)
	k := newKey(t)
	if err != nil || f.enrol(k, token) != nil {
		t.Fatal(err)
	}
	pc, err := f.Station(t.Context(), f.device(k).Slug)
	if err != nil || pc.Kind != release.PCStation || pc.Printer.ID != room {
		t.Fatalf("%+v, %v", pc, err)
	}
	job := f.submit(f.Sam, 2, oneSidedTicket)
	big := f.submit(f.Sam, 1, func(s *release.Submission) { s.Ticket = release.Ticket{Media: a3} })
	who := release.Visitor{Actor: f.Sam, Station: pc}
	v, err := f.Visit(t.Context(), who)
	if err != nil || len(v.Choices) != 1 || v.Printer.ID != room || v.Jobs[0].Lacks != "" {
		t.Errorf("%+v, %v", v, err)
	}
	if o := v.Jobs[1].Offer; o == nil || o.Reach || o.ID != f.copier {
		t.Errorf("A3 is offered at %+v", o)
	}
	who.At = f.copier
	_, err = f.Release(t.Context(), who, ids(big.ID))
	wantFault(t, err, "printer-not-from-here")
	who.At = 0
	if _, err := f.Release(t.Context(), who, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	f.state(job.ID, release.Done)
	for _, c := range f.visit(0).Choices {
		if c.ID == room {
			t.Error("the classroom's printer is offered at a kiosk")
		}
	}
	f.sound()
}

// A code pairs the browser that shows it, once, within its time; a kiosk has one screen.
func TestACodePairsOnce(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	first, second, late := newKey(t), newKey(t), newKey(t)
	ask := func(k release.DeviceKey) release.Asking {
		t.Helper()
		a, err := f.AskToPair(t.Context(), k, near)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := ask(first)
	if again := ask(first); again.Code != a.Code || !again.Until.Equal(a.Until) || len(a.Code) != 8 {
		t.Errorf("it shows %v, then %v", a, again)
	}
	pair := func(slug, code string) error {
		_, err := f.PairDevice(t.Context(), f.School, f.IT.Pseudonym, slug, code)
		return err
	}
	wantFault(t, pair("nowhere", a.Code), "station-unknown")
	wantFault(t, pair("library", "22222222"), "device-code")
	var all sync.WaitGroup
	tries := make([]error, 4)
	typed := " " + a.Code[:4] + "-" + a.Code[4:]
	for i := range tries {
		all.Go(func() { tries[i] = pair("library", typed) })
	}
	all.Wait()
	won := 0
	for _, err := range tries {
		if err == nil {
			won++
			continue
		}
		wantFault(t, err, "device-code")
	}
	one := f.device(first)
	if won != 1 || one.Slug != "library" || f.StillPaired(t.Context(), one.ID) != nil {
		t.Errorf("%d of the tries paired it: %+v", won, one)
	}
	old := ask(late).Code
	f.clock.Advance(release.CodeLife + time.Second)
	wantFault(t, pair("library", old), "device-code")

	if err := pair("library", ask(second).Code); err != nil {
		t.Fatal(err)
	}
	wantFault(t, f.StillPaired(t.Context(), one.ID), "device-over")
	_, _, err := f.Device(t.Context(), first.Thumb())
	wantFault(t, err, "device-over")
	wantFault(t, pair("library", ask(first).Code), "device-over") // its key has been somebody's
	if slug, err := f.EndDevice(t.Context(), f.School, f.IT.Pseudonym, f.device(second).ID); err != nil || slug != "library" {
		t.Errorf("%s, %v", slug, err)
	}
	_, err = f.EndDevice(t.Context(), f.School, f.IT.Pseudonym, one.ID)
	wantFault(t, err, "device-missing")
	acts := dbtest.Value[string](t, f.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'device%'")
	if acts != "device-paired device-ended device-paired device-ended" {
		t.Errorf("audit: %s", acts)
	}
}

// Codes are given to so many browsers at a time, of one address and of all.
func TestNotEverybodyIsGivenACode(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	k := newKey(t)
	dbtest.Exec(t, f.db, `
		INSERT INTO kiosk_request (thumb, key, code, address, until)
		SELECT sha256(int4send(n)), $1, lpad(translate(n::text, '01', 'AB'), 8, 'C'), '10.4.0.9', $2::timestamptz + interval '1 minute' FROM generate_series(1, 32) n`, k[:], f.clock.Now())
	_, err := f.AskToPair(t.Context(), k, near)
	wantFault(t, err, "devices-many")
	if _, err := f.AskToPair(t.Context(), k, netip.MustParseAddr("10.4.0.10")); err != nil {
		t.Error(err)
	}
	_, err = f.AskToPair(t.Context(), release.DeviceKey{4}, near)
	wantFault(t, err, "device-key")
	f.clock.Advance(2 * time.Minute)
	if _, err := f.AskToPair(t.Context(), newKey(t), near); err != nil {
		t.Error(err)
	}
}

// A link of device management pairs a tablet each time it was wiped, from its networks alone, and
// never takes the place of a screen at work.
func TestALinkPairsAWipedTablet(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	managed := release.Link{Life: 300 * 24 * time.Hour, Networks: []netip.Prefix{netip.MustParsePrefix("10.4.0.1/16")}, Most: 1, Times: 3}
	for code, l := range map[string]release.Link{
		"link-days": {Life: 401 * 24 * time.Hour, Networks: managed.Networks, Most: 1, Times: 1}, "link-networks": {Life: 25 * time.Hour, Most: 1, Times: 1},
		"link-most": {Life: time.Hour, Most: 2, Times: 1},
	} {
		_, err := f.link("library", l)
		wantFault(t, err, code)
	}
	token, err := f.link("library", managed)
	if err != nil {
		t.Fatal(err)
	}
	first, second, third := newKey(t), newKey(t), newKey(t)
	wantFault(t, f.Enrol(t.Context(), first, token, netip.MustParseAddr("10.5.0.1")), "link-network")
	wantFault(t, f.enrol(first, "no link of ours"), "link-unknown")
	if err := f.enrol(first, token); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(2 * time.Minute)
	if err := f.SeenDevices(t.Context(), []release.DeviceID{f.device(first).ID}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(2 * time.Minute)
	wantFault(t, f.enrol(second, token), "link-full")
	if err := f.LeftDevices(t.Context(), []release.DeviceID{f.device(first).ID}); err != nil { // its power is gone
		t.Fatal(err)
	}
	if err := f.enrol(second, token); err != nil {
		t.Fatal(err)
	}
	wantFault(t, f.StillPaired(t.Context(), 1), "device-over")
	wantFault(t, f.enrol(third, token), "link-full") // its page is about to open
	f.clock.Advance(time.Hour)
	if _, err := f.EndDevice(t.Context(), f.School, "", f.device(second).ID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, f.enrol(third, token), "link-unknown") // it would have come back by it
	if token, err = f.link("library", managed); err != nil {
		t.Fatal(err)
	}
	if n, err := f.RetireStation(t.Context(), f.School, "", "library"); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	wantFault(t, f.enrol(third, token), "link-unknown")
	_, err = f.RetireStation(t.Context(), f.School+1, "", "library")
	if f := fault.As(err); f == nil || f.Code != "station-unknown" {
		t.Errorf("another school: %v", err)
	}
}

// Many computers of a room use one link, so many at the same time and so often.
func TestARoomHasOneLink(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	_, room := f.lesson()
	token, err := f.link(f.room(room), release.Link{Life: time.Hour, Most: 2, Times: 3})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.enrol(newKey(t), token); err != nil {
			t.Fatal(err)
		}
	}
	wantFault(t, f.enrol(newKey(t), token), "link-full")
	f.clock.Advance(10 * time.Minute)
	if err := f.enrol(newKey(t), token); err != nil {
		t.Error(err)
	}
	f.clock.Advance(10 * time.Minute)
	wantFault(t, f.enrol(newKey(t), token), "link-unknown")
	all, err := f.Stands(t.Context(), f.IT)
	if err != nil {
		t.Fatal(err)
	}
	if last := all[len(all)-1]; last.Kind != release.PCStation || len(last.Devices) != 2 || !last.Devices[1].ByLink || last.Links != 0 {
		t.Errorf("%+v", last)
	}
	if _, err := f.Stands(t.Context(), f.Sam); err == nil {
		t.Error("a pupil sees the stations")
	}
}
