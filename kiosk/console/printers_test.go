package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// wear has the school's two printers be used for a while: supplies, faults, nights.
func (h *house) wear() {
	h.Helper()
	dbtest.Exec(h.T, h.db, `UPDATE printer SET asset = 'HA-00' || printer_id, capabilities = $1 WHERE printer_id = 1`,
		`{"asked": true, "media": ["iso_a4_210x297mm", "iso_a3_297x420mm"], "sides": ["one-sided", "two-sided-long-edge"], "color_modes": ["monochrome", "color"], "finishings": [20], "speed": 45,
		  "supplies": [{"type": "toner", "color": "black", "name": "Black toner", "max": 100, "level": 62}, {"type": "toner", "color": "cyan", "name": "Cyan toner", "max": 100, "level": 8},
		               {"type": "toner", "color": "magenta", "name": "Magenta toner", "max": 100, "level": 90}, {"type": "toner", "color": "yellow", "name": "Yellow toner", "max": 100, "level": 41},
		               {"type": "wasteToner", "name": "Waste toner box", "max": 100, "level": 70}, {"type": "fuser", "name": "<Fuser & belt>", "max": -2, "level": -1}]}`)
	dbtest.Exec(h.T, h.db, `UPDATE printer SET capabilities = $1 WHERE printer_id = 2`, `{"asked": true, "supplies": [{"type": "toner", "color": "black", "name": "Toner", "max": 100, "level": 30}]}`)
	dbtest.Exec(h.T, h.db, `
		INSERT INTO printer_fault (school_id, printer_id, kind, alert, reports, first_at, last_at, ended_at, ended_by) VALUES
			($1, 1, 'jam', true, 3, $2::timestamptz - interval '12 minutes', $2, NULL, NULL),
			($1, 2, 'quality', false, 1, $2::timestamptz - interval '2 hours', $2, NULL, NULL),
			($1, 1, 'toner', true, 0, $2::timestamptz - interval '3 days', $2, $2::timestamptz - interval '2 days', NULL),
			($1, 1, 'noise', false, 2, $2::timestamptz - interval '5 days', $2, $2::timestamptz - interval '4 days', $3)`, h.School, friday, h.IT.Person)
	dbtest.Exec(h.T, h.db, `
		INSERT INTO printer_count (printer_id, school_id, day, read_at, counter, source, device, ours, unaccounted, note) VALUES
			(1, $1, '2026-11-17', '2026-11-18 02:00Z', 41200, 'ipp', 'a', 0, NULL, 'first'),
			(1, $1, '2026-11-18', '2026-11-19 02:00Z', 41563, 'ipp', 'a', 301, 62, ''),
			(1, $1, '2026-11-19', '2026-11-20 02:00Z', 41800, 'ipp', 'a', 237, 0, '')`, h.School)
}

func TestPrintersAreLookedAfter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Hill School")
	dbtest.Exec(t, h.db, "INSERT INTO printer (school_id, name, uri) VALUES ($1, 'Foreign', 'ipp://127.0.0.1:1')", other.School)
	foreign := dbtest.Value[int](t, h.db, "SELECT printer_id FROM printer WHERE name = 'Foreign'")
	h.wear()
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE printer_id = 1")
	h.enter("it")
	page := h.get("/staff/printers")
	h.says(page, http.StatusOK, "1 of 2 are ready", "Paper jam", "told by the printer and 3 people", "HA-001", "Prints badly", "told by 1 person", `badge--warn">62<`, "&lt;Fuser &amp; belt&gt;", "Waste toner box")
	if strings.Contains(page.body, "Foreign") || strings.Count(page.body, `action="/staff/printers/1/mended"`) != 0 || strings.Count(page.body, `action="/staff/printers/2/mended"`) != 1 {
		t.Error("the list shows another school's, or offers to mend what the printer says")
	}
	h.says(h.get("/staff/printers/1"), http.StatusOK, "Colour, both sides, A3, staples, 45 pages a minute", "Out of toner or ink", "ended by itself", "mended", "the first reading", ">237<", "media-jam-error", "Cyan toner")
	h.says(h.get(fmt.Sprintf("/staff/printers/%d", foreign)), http.StatusNotFound)
	h.says(h.get("/staff/printers/none"), http.StatusNotFound)

	faultOf := func(printer int) url.Values {
		return url.Values{"fault": {fmt.Sprint(dbtest.Value[int64](t, h.db, "SELECT printer_fault_id FROM printer_fault WHERE printer_id = $1 AND ended_at IS NULL", printer))}}
	}
	jam := faultOf(1)
	h.says(h.post("/staff/printers/1/mended", jam), http.StatusConflict, "The printer itself still says so")
	quality := faultOf(2)
	for range 2 { // a colleague was quicker
		if a := h.post("/staff/printers/2/mended", quality); a.status != http.StatusSeeOther || a.location != "/staff/printers/2" {
			t.Errorf("%d to %s", a.status, a.location)
		}
	}
	h.says(h.get("/staff/printers/2"), http.StatusOK, "Prints badly", "mended")
	if a := h.post("/staff/printers/2/pause", url.Values{"pause": {"yes"}}); a.status != http.StatusSeeOther {
		t.Errorf("pause: %d", a.status)
	}
	h.says(h.get("/staff/printers/2"), http.StatusOK, "Paused: it is sent nothing new", "Resume")
	h.says(h.get("/staff/printers"), http.StatusOK, "0 of 2 are ready")
	if a := h.post("/staff/printers/2/pause", url.Values{"pause": {"no"}}); a.status != http.StatusSeeOther {
		t.Errorf("resume: %d", a.status)
	}
	h.says(h.post(fmt.Sprintf("/staff/printers/%d/pause", foreign), url.Values{"pause": {"yes"}}), http.StatusNotFound)
	if acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'printer-%'"); acts != "printer-mended printer-paused printer-resumed" {
		t.Errorf("audit has %s", acts)
	}
}

// TestAProviderLooksAfterPrinters, and sees no people by it.
func TestAProviderLooksAfterPrinters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wear()
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = $2 WHERE person_id = $1", h.IT.Person, string(school.Provider))
	h.enter("it")
	for _, path := range []string{"/staff/printers", "/staff/printers/1"} {
		page := h.get(path)
		h.says(page, http.StatusOK, "HA-001", "Paper jam")
		if strings.Contains(page.body, "Sam") || strings.Contains(page.body, secretTitle) {
			t.Errorf("%s shows people", path)
		}
	}
}

// TestEveryDeliveryHasAWord that IT reads.
func TestEveryDeliveryHasAWord(t *testing.T) {
	t.Parallel()
	for _, s := range []release.DeliveryState{release.Reserved, release.Sending, release.Printing, release.Settled, release.Void, release.Unclear} {
		if sentWords[s].Word == "" {
			t.Errorf("no word for %s", s)
		}
	}
	v := visitor{Now: friday}
	for want, p := range map[string]release.PrinterRecord{
		"badge--good": {State: release.PrinterIdle, Seen: friday}, "badge--blue": {State: release.PrinterProcessing, Seen: friday},
		"badge--bad": {State: release.PrinterIdle, Seen: friday.Add(-time.Hour)}, "badge--warn": {State: release.PrinterIdle, Seen: friday, Paused: friday},
	} {
		if got := v.printerState(p); got.Look != want || got.rank() < 0 {
			t.Errorf("%+v is %+v, want %s", p, got, want)
		}
	}
}

// A test page is asked for, follows its way on the printer's page, and a second one waits.
func TestATestPageIsAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/printers/1"), http.StatusOK, "Print a test page")
	if a := h.post("/staff/printers/1/test", nil); a.status != http.StatusSeeOther || a.location != "/staff/printers/1" {
		t.Fatalf("%d to %s: %s", a.status, a.location, a.body)
	}
	h.says(h.get("/staff/printers/1"), http.StatusOK, "A test page is on its way.", ">test<", "Waits")
	h.says(h.post("/staff/printers/1/test", nil), http.StatusConflict, "A test page is on its way to this printer already.")
	h.says(h.post("/staff/printers/999/test", nil), http.StatusNotFound)
	dbtest.Exec(t, h.db, "UPDATE delivery SET state = 'void', ended_at = $1", friday)
	h.says(h.get("/staff/printers/1"), http.StatusOK, "The test page did not come out. Nothing was charged.")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}'")
	h.says(h.post("/staff/printers/1/test", nil), http.StatusConflict, "Paper jam")
}
