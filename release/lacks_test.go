package release_test

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// watched has the printer answer at once that it can do this.
func watched(can release.Capabilities) func(*house) {
	return func(h *house) { h.watch, h.paper.can = 5*time.Millisecond, can }
}

// known waits until the printer has said what it can do.
func (h *house) known(can release.Capabilities) {
	h.t.Helper()
	h.eventually("what the printer can do", func() (string, bool) {
		st, err := h.Station(h.t.Context(), "library")
		if err != nil {
			h.t.Fatal(err)
		}
		return "", st.Printer.Can.Same(can)
	})
}

// A job is refused at a printer that lacks something for it, with a sentence that
// names it; the visit tells so before, and nothing moves.
func TestReleaseIsRefusedForWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, watched(plain))
	h.known(plain)
	for _, tc := range []struct {
		ticket release.Ticket
		say    string
	}{
		{release.Ticket{Media: a3}, "This printer has no A3 paper."},
		{release.Ticket{Media: "na_legal_8.5x14in"}, "This printer has no Legal paper."},
		{release.Ticket{Sides: "two-sided-long-edge"}, "This printer cannot print on both sides."},
		{release.Ticket{Finishings: []int{20}}, "This printer cannot staple."},
		{release.Ticket{Finishings: []int{74}}, "This printer cannot punch holes."},
		{release.Ticket{Finishings: []int{93}}, "This printer cannot fold."},
	} {
		job := h.submit(h.Sam, 2, func(s *release.Submission) { s.Ticket = tc.ticket })
		visit, err := h.Visit(t.Context(), h.at(h.Sam))
		if err != nil || visit.Jobs[len(visit.Jobs)-1].Lacks != tc.say+" No other printer can print this. Please ask IT." {
			t.Errorf("%+v: the visit shows %+v, %v", tc.ticket, visit.Jobs, err)
		}
		_, err = h.Release(t.Context(), h.at(h.Sam), ids(job.ID))
		wantFault(t, err, "printer-lacks")
		if say := fault.As(err).Say; say != tc.say+" No other printer can print this. Please ask IT." {
			t.Errorf("%+v: refused with %q", tc.ticket, say)
		}
		if h.job(job.ID).State != release.Held || h.balance(h.Sam) != 100 {
			t.Error("a refused release left something behind")
		}
		if err := h.Delete(t.Context(), h.at(h.Sam), job.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.sound()
}

// What is no reason to refuse is told, and the printer is told what it can do.
func TestReleaseFitsTheTicket(t *testing.T) {
	t.Parallel()
	h := newHouse(t, watched(plain))
	h.known(plain)
	job := h.submit(h.Sam, 2, func(s *release.Submission) {
		s.Ticket = release.Ticket{ColorMode: "color", OutputBin: "top", Quality: 3, Scaling: "fit"}
	})
	visit, err := h.Visit(t.Context(), h.at(h.Sam))
	if err != nil || visit.Jobs[0].Lacks != "" || visit.Jobs[0].Instead != "black and white here" {
		t.Errorf("the visit shows %+v, %v", visit.Jobs, err)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	h.paper.with(func() {
		if want := (release.Ticket{Sides: "one-sided", ColorMode: "monochrome"}); !reflect.DeepEqual(h.paper.told, []release.Ticket{want}) {
			t.Errorf("the printer was told %+v", h.paper.told)
		}
	})
}

// Who pays for black and white gets no colour: a colour printer that cannot be asked for that gets
// pages that were drawn without, in a raster or in a PDF, whoever wanted it so: the ticket, the owner's
// change, or who may not use colour. It is priced and counted as black and white.
func TestGreyIsNeverPrintedInColour(t *testing.T) {
	t.Parallel()
	can := release.Capabilities{Asked: true, Media: []string{release.A4}, Sides: []string{"one-sided"}, ColorModes: []string{"auto", "color"}, Formats: []string{"application/pdf"}}
	drawing := can
	drawing.Formats, drawing.Raster.Resolutions = []string{"application/pdf", "image/pwg-raster"}, []int{75}
	h := newHouse(t, watched(can))
	pdf, inColour := documenttest.Coloured(2, 1), release.Ticket{ColorMode: "color"}
	before, config := h.balance(h.Sam), 2
	for _, at := range []release.Capabilities{can, drawing} {
		h.paper.with(func() { h.paper.can, h.paper.config = at, config })
		h.clock.Advance(askSoon)
		h.known(at)
		config++
		h.set("/ipp/print", func(p *release.Policy) { p.Colour = release.Circle{} })
		edited := h.held(pdf, h.Sam, inColour)
		h.edit(edited.ID, release.Edit{Grey: true})
		jobs := []release.Job{edited, h.held(pdf, h.Sam, release.Ticket{}), h.held(pdf, h.Sam, inColour)}
		h.set("/ipp/print", func(p *release.Policy) { p.Colour = release.Circle{Closed: true, Years: []int{13}} })
		for i, job := range jobs {
			if row := h.row(h.Sam, job.ID); row.Lacks != "" || row.Due != 2 || row.Colour != 0 {
				t.Errorf("job %d is shown as %+v", i, row)
			}
			h.release(h.Sam, job.ID)
			h.state(job.ID, release.Done)
		}
	}
	const colourSpace, sGray = 4 + 400, 18 // in the header of the first page
	for i, sheet := range h.paper.printed() {
		grey := bytes.HasPrefix(sheet.document, []byte("%PDF-")) && bytes.Count(sheet.document, []byte("/ColorSpace/DeviceGray")) == 2 &&
			!bytes.Contains(sheet.document, []byte("/DeviceRGB")) && len(pageObject.FindAll(sheet.document, -1)) == 2
		if sheet.format == "image/pwg-raster" {
			grey = i >= 3 && len(sheet.document) >= colourSpace+4 && binary.BigEndian.Uint32(sheet.document[colourSpace:]) == sGray
		}
		if !grey || (i >= 3) != (sheet.format == "image/pwg-raster") {
			t.Errorf("document %d is %s, and begins with %.8q", i, sheet.format, sheet.document)
		}
	}
	for i, told := range h.paper.told {
		if told.ColorMode != "auto" {
			t.Errorf("of document %d the printer was told %+v", i, told)
		}
	}
	if n := h.balance(h.Sam); n != before-12 || len(h.paper.printed()) != 6 {
		t.Errorf("%d documents; the balance is %d of %d", len(h.paper.printed()), n, before)
	}
	h.sound()
}

// A job of a direct queue that its printer lacks something for stays held, with the
// reason, for a station with another printer.
func TestADirectJobThatThePrinterLacksSomethingFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, watched(plain))
	h.known(plain)
	job := h.submit(h.Sam, 1, func(s *release.Submission) { s.Queue, s.Ticket = h.direct, release.Ticket{Media: a3} })
	h.until(job.ID, func(j release.Job) bool { return j.State == release.Held && j.Reason == "printer-lacks" })
	_, err := h.Change(t.Context(), h.Sam, job.ID, letGo)
	wantFault(t, err, "printer-lacks")
	if say := fault.As(err).Say; !strings.HasPrefix(say, "This printer has no A3 paper.") {
		t.Errorf("told %q", say)
	}
	h.paper.with(func() { h.paper.can, h.paper.config = big, 3 })
	h.clock.Advance(askSoon)
	h.known(big)
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
}

// When a queue was last switched is kept with it.
func TestSwitchedAt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := func() time.Time {
		all, err := h.Queues(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all[0].Switched
	}
	if got := at(); !got.IsZero() {
		t.Errorf("a new queue was switched at %v", got)
	}
	h.clock.Advance(time.Hour)
	if err := h.Switch(t.Context(), h.IT, h.queue.ID, release.PauseQueue); err != nil {
		t.Fatal(err)
	}
	if got := at(); !got.Equal(tuesday.Add(time.Hour)) {
		t.Errorf("switched at %v", got)
	}
}
