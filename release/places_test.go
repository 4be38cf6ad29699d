package release_test

import (
	"context"
	"slices"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

func TestPlacesAreCheckedWhenTheyAreMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	add := func(name, uri string) (id release.PrinterID, err error) {
		err = h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			id, err = release.AddPrinter(ctx, tx, release.PrinterRecord{School: h.School, Name: name, URI: uri})
			return err
		})
		return id, err
	}
	for _, uri := range []string{"", "http://printer/", "ipp:///ipp/print", "lpd://printer", "::"} {
		_, err := add("New", uri)
		wantFault(t, err, "printer-uri")
	}
	_, err := add("New", "ipp://user:secret@printer/")
	wantFault(t, err, "printer-uri-login")
	_, err = add("Library", "ipps://printer.example")
	wantFault(t, err, "printer-there")
	id, err := add("New", "ipps://printer.example")
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.Printers(t.Context())
	if err != nil || len(all) != 2 || all[1].URI != "ipps://printer.example/ipp/print" {
		t.Errorf("printers %+v, %v", all, err)
	}
	if all, err := h.SchoolPrinters(t.Context(), h.IT); err != nil || len(all) != 2 {
		t.Errorf("the school's %+v, %v", all, err)
	}
	_, err = h.SchoolPrinters(t.Context(), h.Sam)
	wantFault(t, err, "not-allowed")
	err = h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		return release.AddStation(ctx, tx, h.School, "library", "Again", id)
	})
	wantFault(t, err, "station-there")
}

// At another address it is another machine: its key and what it is told of us are forgotten.
func TestAPrinterMoves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.close()
	id := h.station.Printer.ID
	record := func() release.PrinterRecord {
		t.Helper()
		all, err := h.Printers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all[slices.IndexFunc(all, func(p release.PrinterRecord) bool { return p.ID == id })]
	}
	set := func(uri *string, told *release.Capabilities) error {
		return h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error { return release.SetWay(ctx, tx, id, uri, told) })
	}
	epoch := func() int { return dbtest.Value[int](t, h.db, "SELECT epoch FROM printer WHERE printer_id = $1", id) }
	dbtest.Exec(t, h.db, "UPDATE printer SET uri = 'ipps://old.example/ipp/print', pin = sha256('key'), login = $2, state = 'idle', asked_at = $3, seen_at = $3 WHERE printer_id = $1", id, make([]byte, 40), tuesday)
	was, began := record(), epoch()

	for _, bad := range []string{"ipp://root:secret@printer/", "ipp://169.254.169.254/", "lpd://printer"} {
		if err := set(&bad, nil); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if p := record(); p.URI != was.URI || p.Pin == nil || epoch() != began {
		t.Errorf("a refusal left %+v", p)
	}
	same := "ipps://OLD.example"
	if err := set(&same, &release.Capabilities{Asked: true, Sides: []string{"one-sided", "two-sided-long-edge"}}); err != nil {
		t.Fatal(err)
	}
	if p := record(); p.URI != was.URI || p.Pin == nil || p.Login == nil || p.State != release.PrinterIdle || !p.Told.Duplex() {
		t.Errorf("it lost its key where it stood: %+v", p)
	}
	moved := "ipps://new.example/ipp/print"
	if err := set(&moved, nil); err != nil {
		t.Fatal(err)
	}
	p := record()
	if p.URI != moved || p.Pin != nil || p.Login != nil || p.State != release.PrinterUnknown || !p.Seen.IsZero() || !p.Told.Duplex() {
		t.Errorf("moved to %+v", p)
	}
	if epoch() != began+2 {
		t.Error("whoever was about to send to the old address is not fenced")
	}
	// The key that the old machine shows just now is not the new one's.
	_, err := h.PinPrinter(t.Context(), was, make([]byte, 32))
	wantFault(t, err, "printer-unknown")
	if kept, err := h.PinPrinter(t.Context(), p, make([]byte, 32)); err != nil || !slices.Equal(kept, make([]byte, 32)) {
		t.Errorf("kept %x, %v", kept, err)
	}
}

// While it may have something of ours a printer stays where it is: nobody could ask what became
// of that. What waits goes along.
func TestAPrinterAtWorkDoesNotMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	h.close()
	set := func(uri string) error {
		return h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			return release.SetWay(ctx, tx, h.station.Printer.ID, &uri, nil)
		})
	}
	for _, state := range []string{"sending", "printing"} {
		dbtest.Exec(t, h.db, "UPDATE delivery SET state = $1, ended_at = NULL, charged = NULL, printed = NULL", state)
		wantFault(t, set("ipp://127.0.0.1:2"), "printer-at-work")
	}
	dbtest.Exec(t, h.db, "UPDATE delivery SET state = 'reserved'")
	if err := set("ipp://127.0.0.1:2"); err != nil {
		t.Error(err)
	}
}
