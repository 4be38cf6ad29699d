package release_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// pairing offers a link for a printer.
func (f *fleet) pairing(p release.PrinterID) (token string, at release.PrinterRecord) {
	f.t.Helper()
	all, err := f.Printers(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for _, one := range all {
		if one.ID == p {
			at = one
		}
	}
	f.in(func(ctx context.Context, tx *db.Tx) error {
		token, err = release.OfferPairing(ctx, tx, f.IT.Pseudonym, at)
		return err
	})
	return token, at
}

// On a paired computer a pupil prints their own work at the room's printer, and nowhere else; the
// printer is offered at no kiosk for it.
func TestAPupilPrintsFromAPairedComputer(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	_, room := f.lesson()
	token, _ := f.pairing(room)
	if st, err := f.StationToPair(t.Context(), token); err != nil || st.Printer.ID != room || st.Kind != release.PCStation {
		t.Errorf("the link is for %+v, %v", st, err)
	}
	slug, secret, err := f.Pair(t.Context(), token)
	if err != nil || f.Paired(t.Context(), secret, slug) != nil {
		t.Fatal(err)
	}
	wantFault(t, f.Paired(t.Context(), secret, "library"), "pairing-over")
	wantFault(t, f.Paired(t.Context(), token, slug), "pairing-over")

	pc, err := f.Station(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
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

// A link pairs one browser, within its time; an ended pairing is refused everywhere at once.
func TestALinkPairsOnce(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	_, room := f.lesson()
	token, at := f.pairing(room)
	type try struct {
		secret string
		err    error
	}
	tries := make([]try, 4)
	var all sync.WaitGroup
	for i := range tries {
		all.Go(func() { _, tries[i].secret, tries[i].err = f.Pair(t.Context(), token) })
	}
	all.Wait()
	won := ""
	for _, one := range tries {
		switch {
		case one.err != nil:
			wantFault(t, one.err, "pairing-unknown")
		case won != "":
			t.Error("a link paired two browsers")
		default:
			won = one.secret
		}
	}
	late, _ := f.pairing(room)
	f.clock.Advance(release.PairingLife + time.Second)
	_, _, err := f.Pair(t.Context(), late)
	wantFault(t, err, "pairing-unknown")
	_, err = f.StationToPair(t.Context(), late)
	wantFault(t, err, "pairing-unknown")

	unused, _ := f.pairing(room)
	if n, err := f.EndPairings(t.Context(), f.IT.Pseudonym, at); err != nil || n != 1 {
		t.Errorf("%d computers unpaired, %v", n, err)
	}
	slug := dbtest.Value[string](t, f.db, "SELECT slug FROM station WHERE kind = 'pc'")
	wantFault(t, f.Paired(t.Context(), won, slug), "pairing-over")
	_, _, err = f.Pair(t.Context(), unused)
	wantFault(t, err, "pairing-unknown")
	_, _, err = f.Pair(t.Context(), "no link of ours")
	wantFault(t, err, "pairing-unknown")
	acts := dbtest.Value[string](t, f.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'pairing%'")
	if acts != "pairing-offered pairing-made pairing-offered pairing-offered pairings-ended" {
		t.Errorf("audit: %s", acts)
	}
}
