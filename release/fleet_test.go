package release_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// What the printers of the mixed fleet say of themselves, as such printers do: the mono laser
// answers nothing but port 9100, so what it can do is what IT said of it.
var (
	copier = release.Capabilities{Asked: true, Media: []string{release.A4, a3}, Loaded: []release.Loaded{{Media: release.A4}, {Media: a3}},
		Sides: []string{"one-sided", "two-sided-long-edge"}, ColorModes: []string{"color", "monochrome"}, Finishings: []int{20}}
	laser  = release.Capabilities{Asked: true, Media: []string{release.A4}, Sides: []string{"one-sided"}, ColorModes: []string{"monochrome"}}
	poster = release.Capabilities{Asked: true, Media: []string{release.A4, a3}, Loaded: []release.Loaded{{Media: release.A4}, {Media: a3}},
		Sides: []string{"one-sided"}, ColorModes: []string{"color", "monochrome"}}
)

// fleet is a house with a mixed fleet, as schools have it. The library's mono laser is the house's own
// printer, with the kiosk that visitors stand at.
type fleet struct {
	*house
	laser, copier, poster release.PrinterID
}

func newFleet(t testing.TB) *fleet {
	t.Helper()
	f := &fleet{house: newHouse(t, watched(laser), func(h *house) {
		h.watch = 20 * time.Millisecond
		h.papers = map[string]*paper{"Staffroom": newPaper(t), "Art": newPaper(t), "Room 12 laser": newPaper(t)}
		h.papers["Staffroom"].can, h.papers["Art"].can, h.papers["Room 12 laser"].can = copier, poster, laser
	})}
	f.laser = f.station.Printer.ID
	f.copier, f.poster = f.printer("Staffroom", true), f.printer("Art", true)
	for id, place := range map[release.PrinterID]string{f.laser: "Main/1/Library", f.copier: "Main/2/Staffroom", f.poster: "Arts/G/Studio"} {
		f.in(func(ctx context.Context, tx *db.Tx) error {
			place, err := release.ParsePlace(place)
			if err != nil {
				return err
			}
			return release.SetPlace(ctx, tx, id, place)
		})
	}
	f.eventually("what the printers can do", func() (string, bool) {
		return "", dbtest.Value[bool](t, f.db, "SELECT bool_and(asked_at IS NOT NULL AND state = 'idle') FROM printer")
	})
	f.again()
	return f
}

// again reads the station as a kiosk does when somebody signs in.
func (f *fleet) again() {
	f.t.Helper()
	st, err := f.Station(f.t.Context(), "library")
	if err != nil {
		f.t.Fatal(err)
	}
	f.station = st
}

// is has a printer be in a state, and waits until that has been seen.
func (f *fleet) is(p *paper, name, state string, reasons ...string) {
	f.t.Helper()
	p.with(func() {
		p.state, p.reasons, p.failing["Status"] = release.PrinterState(state), reasons, nil
		if state == "unreachable" {
			p.failing["Status"] = release.ErrUnreachable
		}
	})
	f.eventually(name, func() (string, bool) {
		return "", dbtest.Value[bool](f.t, f.db, "SELECT state = $2 AND state_reasons = $3 FROM printer WHERE name = $1", name, state, append([]string{}, reasons...))
	})
}

func (f *fleet) kiosk(c release.KioskChange) {
	f.t.Helper()
	f.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := release.SetKiosk(ctx, tx, f.School, "library", c)
		return err
	})
	f.again()
}

func (f *fleet) visit(at release.PrinterID) release.Visit {
	f.t.Helper()
	who := f.at(f.Sam)
	who.At = at
	v, err := f.Visit(f.t.Context(), who)
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

// Each of them lacks something: the line says so, and which printer is the nearest that can.
func TestWhatAPrinterCannotTheNearestThatCanIsOffered(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	for _, c := range []struct {
		name          string
		ticket        release.Ticket
		coloured      bool
		lacks         string
		instead       string
		offered       release.PrinterID
		where         string
		colourOffered bool
	}{
		{"A3 at A4", release.Ticket{Media: a3}, false, "This printer has no A3 paper. Staffroom, one floor up, can print this.", "", f.copier, "one floor up", false},
		{"stapled", release.Ticket{Finishings: []int{20}}, false, "This printer cannot staple. Staffroom, one floor up, can print this.", "", f.copier, "one floor up", false},
		{"both sides", release.Ticket{Sides: "two-sided-long-edge"}, false, "This printer cannot print on both sides. Staffroom, one floor up, can print this.", "", f.copier, "one floor up", false},
		{"colour at mono", release.Ticket{ColorMode: "color", Sides: "one-sided"}, true, "", "black and white here", f.copier, "one floor up", true},
		{"colour without any", release.Ticket{ColorMode: "color", Sides: "one-sided"}, false, "", "black and white here", 0, "", false},
		{"what it can", release.Ticket{Sides: "one-sided"}, true, "", "", 0, "", false},
	} {
		doc := documenttest.PDF(2)
		if c.coloured {
			doc = documenttest.Coloured(2, 1)
		}
		job := f.held(doc, f.Sam, c.ticket)
		j := f.row(f.Sam, job.ID)
		if j.Lacks != c.lacks || c.lacks == "" && j.Instead != c.instead {
			t.Errorf("%s: lacks %q, instead %q", c.name, j.Lacks, j.Instead)
		}
		switch {
		case (j.Offer != nil) != (c.offered != 0):
			t.Errorf("%s: offered %+v", c.name, j.Offer)
		case j.Offer != nil && (j.Offer.ID != c.offered || j.Offer.Where != c.where || !j.Offer.Reach || j.Offer.Colour != c.colourOffered || j.Offer.Due != 2):
			t.Errorf("%s: offered %+v", c.name, j.Offer)
		}
		if c.lacks != "" {
			_, err := f.Release(t.Context(), f.at(f.Sam), ids(job.ID))
			wantFault(t, err, "printer-lacks")
			if say := fault.As(err).Say; say != c.lacks {
				t.Errorf("%s: refused with %q", c.name, say)
			}
		}
		if err := f.Delete(t.Context(), f.at(f.Sam), job.ID); err != nil {
			t.Fatal(err)
		}
	}
	f.sound()
}

// One touch prints at the printer that is offered, at what it costs there; the delivery is the
// other printer's, and this one gets nothing.
func TestAJobIsReleasedToAnotherPrinterFromHere(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	job := f.submit(f.Sam, 2, func(s *release.Submission) { s.Ticket = release.Ticket{Media: a3} })
	v := f.visit(f.copier)
	if v.Printer.ID != f.copier || v.Beside.ID != f.laser || v.Jobs[0].Lacks != "" || len(v.Choices) != 3 {
		t.Fatalf("at the copier: %+v", v)
	}
	if names := []string{v.Choices[0].Name, v.Choices[1].Name, v.Choices[2].Name}; !slices.Equal(names, []string{"Library", "Staffroom", "Art"}) {
		t.Errorf("nearest first: %v", names)
	}
	who := f.at(f.Sam)
	who.At, who.Shown = f.copier, map[release.JobID]int64{job.ID: v.Jobs[0].Due}
	if _, err := f.Release(t.Context(), who, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	f.state(job.ID, release.Done)
	if at := dbtest.Value[release.PrinterID](t, f.db, "SELECT printer_id FROM delivery WHERE job_id = $1", job.ID); at != f.copier {
		t.Errorf("it went to printer %d", at)
	}
	f.sound()
}

// IT says whether a kiosk may release to printers that it does not stand beside. Where it may
// not, the pupil is told where to walk, and nobody gets round it.
func TestAKioskThatReleasesNowhereElse(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	no := false
	f.kiosk(release.KioskChange{Elsewhere: &no})
	job := f.submit(f.Sam, 1, func(s *release.Submission) { s.Ticket = release.Ticket{Media: a3} })
	v := f.visit(0)
	if o := v.Jobs[0].Offer; o == nil || o.ID != f.copier || o.Reach || len(v.Choices) != 1 {
		t.Errorf("the visit: %+v, offered %+v", v, o)
	}
	who := f.at(f.Sam)
	who.At = f.copier
	_, err := f.Release(t.Context(), who, ids(job.ID))
	wantFault(t, err, "printer-not-from-here")
	if v := f.visit(f.copier); v.Printer.ID != f.laser {
		t.Errorf("a page that asks for it is shown %s", v.Printer.Name)
	}

	f.kiosk(release.KioskChange{Serves: &[]release.PrinterID{f.poster}}) // which now stands beside it
	if v := f.visit(0); len(v.Choices) != 2 || v.Choices[1].ID != f.poster || !v.Jobs[0].Offer.Reach || v.Jobs[0].Offer.ID != f.poster {
		t.Errorf("beside two printers: %+v", v)
	}
	who.At = f.poster
	if _, err := f.Release(t.Context(), who, ids(job.ID)); err != nil {
		t.Fatal(err)
	}
	f.state(job.ID, release.Done)
	if f.station.Serves[0] != f.poster {
		t.Errorf("the station serves %v", f.station.Serves)
	}
}

// A printer that is released to from beside it alone is offered at no other kiosk, not even as the
// nearest that can, and no page gets round that; its own kiosk, one that serves it, and the
// computers paired with it release to it.
func TestAStaffroomPrinterIsForThoseBesideIt(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	yes, no := true, false
	only := func(p release.PrinterID, yes *bool) {
		t.Helper()
		f.in(func(ctx context.Context, tx *db.Tx) error {
			return release.LabelPrinter(ctx, tx, p, release.Label{OnlyBeside: yes})
		})
	}
	only(f.copier, &yes)
	job := f.submit(f.Sam, 1, func(s *release.Submission) { s.Ticket = release.Ticket{Media: a3} })
	v := f.visit(0)
	if o := v.Jobs[0].Offer; o == nil || o.ID != f.poster || len(v.Choices) != 2 || strings.Contains(v.Jobs[0].Lacks, "Staffroom") {
		t.Errorf("the nearest that can is %+v, of %d: %s", o, len(v.Choices), v.Jobs[0].Lacks)
	}
	only(f.poster, &yes)
	if v := f.visit(0); v.Jobs[0].Offer != nil || len(v.Choices) != 1 || !strings.Contains(v.Jobs[0].Lacks, "Please ask IT") {
		t.Errorf("nothing else can: %+v", v)
	}
	who := f.at(f.Sam)
	who.At = f.copier
	_, err := f.Release(t.Context(), who, ids(job.ID))
	wantFault(t, err, "printer-not-from-here")
	if v := f.visit(f.copier); v.Printer.ID != f.laser {
		t.Errorf("a page that asks for it is shown %s", v.Printer.Name)
	}
	f.kiosk(release.KioskChange{Serves: &[]release.PrinterID{f.poster}})
	if v := f.visit(0); v.Jobs[0].Offer == nil || v.Jobs[0].Offer.ID != f.poster {
		t.Errorf("the kiosk that serves it: %+v", v)
	}
	f.kiosk(release.KioskChange{Serves: &[]release.PrinterID{}})
	beside, err := f.Station(t.Context(), "staffroom")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Release(t.Context(), release.Visitor{Actor: f.Sam, Station: beside}, ids(job.ID)); err != nil {
		t.Fatalf("at its own kiosk: %v", err)
	}
	f.state(job.ID, release.Done)
	only(f.copier, &no)
	if v := f.visit(0); len(v.Choices) != 2 {
		t.Errorf("open again: %+v", v.Choices)
	}
}

// A printer in error takes no release; the visit shows the nearest that takes most.
func TestAPrinterInErrorIsNotReleasedTo(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	job := f.submit(f.Sam, 1, func(s *release.Submission) { s.Ticket = release.Ticket{Sides: "one-sided"} })
	for _, c := range []struct {
		state   string
		reasons []string
		say     string
	}{
		{"stopped", []string{"media-empty-error"}, "out of paper"},
		{"stopped", []string{"media-jam-error"}, "stuck"},
		{"stopped", []string{"paused"}, "paused"},
		{"unreachable", nil, "can't reach"},
	} {
		f.is(f.paper, "Library", c.state, c.reasons...)
		_, err := f.Release(t.Context(), f.at(f.Sam), ids(job.ID))
		wantFault(t, err, "printer-stopped")
		if say := fault.As(err).Say; !strings.Contains(say, c.say) || !strings.HasSuffix(say, "Staffroom, one floor up, can print this.") {
			t.Errorf("%s %v: refused with %q", c.state, c.reasons, say)
		}
		if v := f.visit(0); v.Printer.ID != f.copier || v.Beside.ID != f.laser || v.Instead != "Staffroom, one floor up, can print this." || v.Jobs[0].Lacks != "" {
			t.Errorf("%s %v: the visit %+v", c.state, c.reasons, v)
		}
	}
	if v := f.visit(f.laser); v.Printer.ID != f.laser || v.Instead == "" {
		t.Errorf("somebody who chose it: %+v", v)
	}
	f.is(f.papers["Staffroom"], "Staffroom", "stopped", "media-jam-error")
	if v := f.visit(0); v.Printer.ID != f.poster || v.Instead != "Art, in Arts, can print this." {
		t.Errorf("two are down: %s, %q", v.Printer.Name, v.Instead)
	}
	f.is(f.papers["Art"], "Art", "unreachable")
	v := f.visit(0)
	if v.Printer.ID != f.laser || v.Instead != "" {
		t.Errorf("all are down: %s, %q", v.Printer.Name, v.Instead)
	}
	_, err := f.Release(t.Context(), f.at(f.Sam), ids(job.ID))
	wantFault(t, err, "printer-stopped")
	f.is(f.paper, "Library", "idle")
	a3job := f.submit(f.Sam, 1, func(s *release.Submission) { s.Ticket = release.Ticket{Media: a3} })
	if row := f.row(f.Sam, a3job.ID); row.Lacks != "This printer has no A3 paper. Staffroom, one floor up, could print this, but it is not working just now." {
		t.Errorf("of those that can, none works: %q", row.Lacks)
	}
	if f.balance(f.Sam) != 100 || len(f.paper.printed())+len(f.papers["Staffroom"].printed()) != 0 {
		t.Error("a refused release left something behind")
	}
}

// A printer that goes down between the look at the list and the press is known to the release, as
// last seen; one that goes down after that is the delivery's to wait for.
func TestAPrinterThatGoesDownBetweenVisitAndRelease(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	job := f.submit(f.Sam, 2, func(s *release.Submission) { s.Ticket = release.Ticket{Sides: "one-sided"} })
	v := f.visit(0)
	who := f.at(f.Sam)
	who.At, who.Shown = v.Printer.ID, map[release.JobID]int64{job.ID: v.Jobs[0].Due}
	f.is(f.paper, "Library", "stopped", "media-empty-error")
	_, err := f.Release(t.Context(), who, ids(job.ID))
	wantFault(t, err, "printer-stopped")
	f.is(f.paper, "Library", "idle")
	f.paper.fail("Begin", release.ErrUnreachable)
	f.release(f.Sam, job.ID)
	f.until(job.ID, func(j release.Job) bool { return j.State == release.Released })
	f.paper.fail("Begin", nil)
	f.clock.Advance(5 * time.Minute) // what was put off is due
	f.state(job.ID, release.Done)
	if f.pagesOut() != 2 || f.balance(f.Sam) != 98 {
		t.Errorf("%d pages came out, %d left", f.pagesOut(), f.balance(f.Sam))
	}
	f.sound()
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Main/1/Library": "Main/1/Library", " Main / G ": "Main/G", "Main": "Main", "": ""} {
		if p, err := release.ParsePlace(in); err != nil || p.String() != want {
			t.Errorf("%q is %q, %v", in, p, err)
		}
	}
	for _, in := range []string{"Main/1/Library/shelf", "/1", "Main//Library", "Main/\x01", strings.Repeat("x", 61)} {
		_, err := release.ParsePlace(in)
		wantFault(t, err, "printer-place")
	}
}
