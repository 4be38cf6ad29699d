package main

import (
	"context"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// wishTest is printTest with job attributes.
func wishTest(attributes ...string) string {
	return strings.Replace(printTest, "FILE $filename", "GROUP job-attributes-tag\n"+strings.Join(attributes, "\n")+"\nFILE $filename", 1)
}

// fleet is the mixed fleet of a school, each added as IT does: a mono laser that takes bytes on
// port 9100, a copier one floor up with A3, colour and a stapler, and an A3 colour printer in another building.
func (s *demo) fleet() (laser *ipptest.Sink, copier, poster *simulate.Printer) {
	s.t.Helper()
	paper := []simulate.Tray{{Source: "tray-1", Media: "iso_a4_210x297mm", Type: "stationery"}, {Source: "tray-2", Media: "iso_a3_297x420mm", Type: "stationery"}}
	copier, copierURI := virtual(s.t, "Copier", simulate.Model{Name: "Copier", Bins: []string{"face-down"}, Duplex: true, Color: true, Finishings: []int{20}, Trays: paper})
	poster, posterURI := virtual(s.t, "Poster", simulate.Model{Name: "Poster", Bins: []string{"face-down"}, Color: true, Trays: paper})
	laser = ipptest.NewSink(s.t, ipptest.SinkOptions{Talks: true})
	for _, p := range [][4]string{{"Laser", laser.URI, "laser", "Main/1/Library"}, {"Copier", copierURI, "copier", "Main/2/Office"}, {"Poster", posterURI, "poster", "Arts/G/Studio"}} {
		s.inkwell("printer", "add", p[0], p[1], "--station", p[2], "--place", p[3], "--printers-loopback=true")
	}
	s.eventually("the fleet to be ready", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE name IN ('Laser', 'Copier', 'Poster') AND capabilities IS NOT NULL AND state = 'idle'") == 3
	})
	return laser, copier, poster
}

// until waits for a view of the list of a kiosk.
func (s *demo) until(c *kiosk.Client, what string, wanted func(kiosk.View) bool) kiosk.View {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	v, err := c.Until(ctx, func(v kiosk.View) bool { return v.Face == kiosk.FaceJobs && !v.Busy && wanted(v) })
	if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// TestFindMe goes the way of a pupil whose printer is the wrong one, and then none: what it cannot
// do comes out at the nearest that can by one touch, and so does everything once it has no paper.
func TestFindMe(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	laser, copier, poster := s.fleet()
	two := blankPDF(t, 2)
	send := func(test, file string, n int) {
		t.Helper()
		if said, ok := s.ask(test, s.queue("pupil0001", "/ipp/print"), file); !ok {
			t.Fatalf("not taken:\n%s", said)
		}
		s.held("pupil0001", n)
	}
	send(wishTest("ATTR keyword media iso_a3_297x420mm", "ATTR keyword sides one-sided"), two, 1)
	send(wishTest("ATTR enum finishings 20", "ATTR keyword sides one-sided"), two, 2)
	send(wishTest("ATTR keyword print-color-mode color", "ATTR keyword sides one-sided"), tempFile(t, documenttest.Coloured(1, 1)), 3)
	send(wishTest("ATTR keyword sides one-sided"), two, 4)

	c := s.tapAt("laser", demoBadge(1))
	v := s.until(c, "the list", func(v kiosk.View) bool { return len(v.Jobs) == 4 })
	for i, want := range []struct{ state, meta, label string }{
		{"lacking", "This printer has no A3 paper. Copier, one floor up, can print this.", "Print at Copier"},
		{"lacking", "This printer cannot staple. Copier, one floor up, can print this.", "Print at Copier"},
		{"held", "black and white here", "In colour at Copier"},
		{"held", "2 pages", ""},
	} {
		j := v.Jobs[i]
		if j.State != want.state || !strings.Contains(j.Meta, want.meta) || (j.Offer != nil) != (want.label != "") || j.Offer != nil && j.Offer.Label != want.label {
			t.Errorf("line %d: %+v, offered %+v", i, j, j.Offer)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	if err := c.PrintAt(v.Jobs[0].ID, v.Jobs[0].Offer.Printer); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	if out := copier.Jobs(); len(out) != 1 || out[0].Media != "iso_a3_297x420mm" {
		t.Errorf("the copier printed %+v", out)
	}

	// It runs out of paper, which the list says with the nearest that can; what was chosen goes there.
	laser.Fault(ipptest.SinkPaperOut)
	c = s.tapAt("laser", demoBadge(1))
	v = s.until(c, "the laser's trouble", func(v kiosk.View) bool { return strings.Contains(v.Note, "Copier, one floor up, can print this.") })
	if !strings.Contains(v.Note, "out of paper") || v.Print == nil || v.Print.Label != "Print all at Copier" || len(v.Print.Jobs) != 3 {
		t.Fatalf("it shows %q, %+v", v.Note, v.Print)
	}
	if err := c.Release(v.Print.Jobs...); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	if out := copier.Jobs(); len(out) != 4 {
		t.Errorf("the copier printed %+v", out)
	}
	if len(laser.Jobs()) != 0 || len(poster.Jobs()) != 0 {
		t.Errorf("the laser printed %+v, the poster %+v", laser.Jobs(), poster.Jobs())
	}

	// With paper again it prints what it can.
	laser.Fault(ipptest.SinkReady)
	send(wishTest("ATTR keyword sides one-sided"), two, 1)
	c = s.tapAt("laser", demoBadge(1))
	v = s.until(c, "the laser to be ready", func(v kiosk.View) bool {
		return v.Note == "" && v.Print != nil && v.Print.Ready && v.Print.Label == "Print"
	})
	if err := c.Release(v.Print.Jobs...); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	if out := laser.Jobs(); len(out) != 1 || out[0].Printed != 2 {
		t.Errorf("the laser printed %d jobs: %+v", len(out), out)
	}

	// IT has the kiosk release nowhere else: the page says where to walk.
	s.inkwell("kiosk", "set", "laser", "--elsewhere=false")
	send(wishTest("ATTR keyword media iso_a3_297x420mm", "ATTR keyword sides one-sided"), two, 1)
	v = s.until(s.tapAt("laser", demoBadge(1)), "the list", func(v kiosk.View) bool { return len(v.Jobs) == 1 })
	if v.Jobs[0].Offer != nil || !strings.Contains(v.Jobs[0].Meta, "Copier, one floor up, can print this.") || v.Place != "" {
		t.Errorf("it shows %+v", v.Jobs[0])
	}
	if list := s.inkwell("kiosk", "list"); !strings.Contains(list, "laser") || !strings.Contains(list, "no") {
		t.Errorf("the kiosks are\n%s", list)
	}
}
