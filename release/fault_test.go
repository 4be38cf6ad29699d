package release_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// What a printer says of itself, and which faults that is.
func TestAlerts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state   release.PrinterState
		reasons string
		want    []release.FaultKind
	}{
		{release.PrinterIdle, "", nil},
		{release.PrinterIdle, "toner-low-warning media-low-report", nil},
		{release.PrinterIdle, "media-empty", nil}, // of another tray
		{release.PrinterProcessing, "media-empty-error toner-low", []release.FaultKind{release.FaultPaper}},
		{release.PrinterStopped, "media-jam-error media-jam", []release.FaultKind{release.FaultJam}},
		{release.PrinterStopped, "media-needed toner-empty", []release.FaultKind{release.FaultPaper, release.FaultToner}},
		{release.PrinterStopped, "door-open media-low-warning", []release.FaultKind{release.FaultOpen}},
		{release.PrinterStopped, "paused", []release.FaultKind{release.FaultPaused}},
		{release.PrinterStopped, "com.example.broken", []release.FaultKind{release.FaultStopped}},
		{release.PrinterStopped, "", []release.FaultKind{release.FaultStopped}},
		{release.PrinterUnreachable, "media-jam", []release.FaultKind{release.FaultUnreachable}},
		{release.PrinterUnknown, "media-jam", nil},
	} {
		got := release.Alerts(release.Status{State: c.state, Reasons: strings.Fields(c.reasons)})
		if len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: %v, want %v", c.state, c.reasons, got, c.want)
		}
		for _, kind := range got {
			if kind.Words() == "" {
				t.Errorf("no words for %s", kind)
			}
		}
	}
	for _, kind := range release.ReportKinds() {
		if kind.Words() == "" {
			t.Errorf("no words for %s", kind)
		}
	}
}

// open are the open faults of the school's one printer, as "kind alert reports".
func (h *house) openFaults() (all []string) {
	h.t.Helper()
	cares, err := h.Cares(h.t.Context(), h.IT)
	if err != nil || len(cares) != 1 {
		h.t.Fatalf("%d printers, %v", len(cares), err)
	}
	for _, f := range cares[0].Faults {
		all = append(all, fmt.Sprintf("%s %t %d", f.Kind, f.Alert, f.Reports))
	}
	return all
}

func (h *house) faults(want ...string) {
	h.t.Helper()
	h.eventually("the faults", func() (string, bool) {
		got := h.openFaults()
		return fmt.Sprint(got), len(got) == len(want) && (len(want) == 0 || reflect.DeepEqual(got, want))
	})
}

// A printer says that it is jammed and a class says so too: that is one fault, which ends
// when the printer is well.
func TestOneFaultHoweverManySaySo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.watch = 5 * time.Millisecond })
	h.faults()
	h.paper.with(func() { h.paper.state = release.PrinterStopped })
	h.faults("jam true 0")
	say := func(v release.Visitor, kind release.FaultKind) {
		t.Helper()
		if err := h.Report(t.Context(), v, kind); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		say(h.at(h.Sam), release.FaultJam)
	}
	say(h.at(h.Mia), release.FaultJam)
	h.faults("jam true 2")
	h.clock.Advance(24 * time.Hour)
	say(h.at(h.Sam), release.FaultJam)
	h.faults("jam true 3")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'printer-reported'"); n != 3 {
		t.Errorf("%d facts", n)
	}
	// Out of sight it is not mended.
	h.paper.fail("Status", release.ErrUnreachable)
	h.eventually("both", func() (string, bool) { got := h.openFaults(); return fmt.Sprint(got), len(got) == 2 })
	h.paper.fail("Status", nil)
	h.paper.with(func() { h.paper.state = release.PrinterIdle })
	h.faults()
	look := h.look()
	if len(look.Past) != 1 || look.Past[0].ByHand || look.Past[0].Ended.IsZero() || look.Past[0].Kind != release.FaultJam {
		t.Errorf("its past is %+v", look.Past)
	}
}

func (h *house) look() release.Look {
	h.t.Helper()
	l, err := h.LookAt(h.t.Context(), h.IT, h.station.Printer.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

// What people alone say ends by IT's word, and what the printer says does not.
func TestWhoMendsAPrinter(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.watch = 5 * time.Millisecond })
	if err := h.Report(t.Context(), h.at(h.Sam), release.FaultNoise); err != nil {
		t.Fatal(err)
	}
	h.faults("noise false 1")
	wantFault(t, h.Report(t.Context(), h.at(h.Sam), release.FaultUnreachable), "report-kind")
	wantFault(t, h.Report(t.Context(), h.at(h.Sam), "<script>"), "report-kind")
	noise := h.look().Faults[0].ID
	other := schooltest.New(t, h.db, "Hill School")
	wantFault(t, h.Mend(t.Context(), h.Teacher, noise), "not-allowed")
	wantFault(t, h.Mend(t.Context(), other.IT, noise), "fault-unknown")
	if _, err := h.LookAt(t.Context(), other.IT, h.station.Printer.ID); err == nil {
		t.Error("another school looks at our printer")
	}
	if err := h.Mend(t.Context(), h.IT, noise); err != nil {
		t.Fatal(err)
	}
	h.faults()
	wantFault(t, h.Mend(t.Context(), h.IT, noise), "fault-unknown")
	if acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ') FROM audit WHERE act LIKE 'printer-%'"); acts != "printer-mended" {
		t.Errorf("audit: %s", acts)
	}
	h.paper.with(func() { h.paper.state, h.paper.reasons = release.PrinterStopped, []string{"cover-open"} })
	h.faults("open true 0")
	wantFault(t, h.Mend(t.Context(), h.IT, h.look().Faults[0].ID), "fault-stands")
	// Somebody filled a tray: a moment is no history.
	h.paper.with(func() { h.paper.state, h.paper.reasons = release.PrinterIdle, nil })
	h.faults()
	if past := h.look().Past; len(past) != 1 || !past[0].ByHand {
		t.Errorf("its past is %+v", past)
	}
}

// A paused printer is given nothing, says so beside it, and goes on where it was.
func TestAPausedPrinterIsGivenNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	id := h.station.Printer.ID
	wantFault(t, h.PausePrinter(t.Context(), h.Sam, id, true), "not-allowed")
	wantFault(t, h.PausePrinter(t.Context(), h.IT, 999, true), "printer-unknown")
	for range 2 {
		if err := h.PausePrinter(t.Context(), h.IT, id, true); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
	wantFault(t, err, "printer-stopped")
	dbtest.Exec(t, h.db, "UPDATE printer SET paused_at = NULL")
	h.paper.with(func() { h.paper.hold = true })
	h.release(h.Sam, job.ID)
	next := h.submit(h.Sam, 1)
	h.release(h.Sam, next.ID)
	if err := h.PausePrinter(t.Context(), h.IT, id, true); err != nil {
		t.Fatal(err)
	}
	h.eventually("the first at the printer", func() (string, bool) { return "", len(h.paper.printed()) == 1 })
	h.paper.with(func() { h.paper.hold = false })
	h.paper.tell(release.Progress{Phase: release.PhaseCompleted, Impressions: 2})
	h.state(job.ID, release.Done)
	if l := h.look(); l.Waiting != 1 || l.Paused.IsZero() || l.Trouble() == "" || len(h.paper.printed()) != 1 || len(l.Today) != 2 {
		t.Errorf("%+v", l)
	}
	if err := h.PausePrinter(t.Context(), h.IT, id, false); err != nil {
		t.Fatal(err)
	}
	h.state(next.ID, release.Done)
	if acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE act LIKE 'printer-%'"); acts != "printer-paused printer-paused printer-resumed" {
		t.Errorf("audit: %s", acts)
	}
	h.sound()
}
