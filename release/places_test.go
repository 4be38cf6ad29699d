package release_test

import (
	"context"
	"testing"

	"inkwell/internal/db"
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
