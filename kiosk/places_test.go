package kiosk

import (
	"slices"
	"strings"
	"testing"

	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/release"
)

// threePlaces are the printers of a kiosk: its own, one that works and one that does not.
func threePlaces() []release.Choice {
	return []release.Choice{
		{PrinterRecord: library().Printer, Beside: true, Reach: true},
		{PrinterRecord: release.PrinterRecord{ID: 4, Name: "Sixth form", State: release.PrinterIdle}, Where: "one floor up", Reach: true},
		{PrinterRecord: release.PrinterRecord{ID: 5, Name: "Art", State: release.PrinterStopped, Reasons: []string{"media-jam-error"}}, Where: "in Arts", Reach: true},
	}
}

func atLibrary(jobs ...release.VisitJob) release.Visit {
	v := visitWith(jobs...)
	v.Choices = threePlaces()
	return v
}

// at is the visit as it is about another of its printers.
func at(v release.Visit, place int) release.Visit {
	v.Printer = v.Choices[place].PrinterRecord
	return v
}

// Who wants to chooses where it comes out: the page names them all with how they are, and the
// release is for the one on the screen.
func TestChoosingWhereItComesOut(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(atLibrary(held(41, "Rivers", 4, 5)))
	if v := c.face(FaceJobs); v.Place != "Library printer" || v.Away || v.Print.Label != "Print" {
		t.Errorf("view %+v", v)
	}
	if got := c.s.Topics(); !slices.Contains(got, events.Printer(4)) || !slices.Contains(got, events.Printer(5)) {
		t.Errorf("it hears of %v", got)
	}
	c.does(Places{})
	v := c.face(FacePlaces)
	want := []PlaceView{
		{3, "Library printer", "beside you", Notice{"good", "Ready"}, true},
		{4, "Sixth form", "one floor up", Notice{"good", "Ready"}, false},
		{5, "Art", "in Arts", Notice{"bad", "The paper is stuck"}, false},
	}
	if !slices.Equal(v.Places, want) {
		t.Errorf("places %+v", v.Places)
	}
	c.does(Back{})
	c.face(FaceJobs)
	c.does(ChoosePlace{Printer: 4}) // nobody asked: it is the page of another moment
	if len(c.calls) != 0 {
		t.Fatalf("%+v", c.calls)
	}
	c.does(Places{}, ChoosePlace{Printer: 9})
	c.face(FacePlaces)
	c.does(ChoosePlace{Printer: 4})
	look := next[Look](c)
	if look.Visitor.At != 4 {
		t.Errorf("looked at %d", look.Visitor.At)
	}
	c.does(Looked{Turn: look.Turn, Visit: at(atLibrary(held(41, "Rivers", 4, 5)), 1)})
	if v := c.face(FaceJobs); v.Place != "Sixth form" || !v.Away || v.Print.Label != "Print at Sixth form" || v.Note != "" {
		t.Errorf("view %+v, %+v", v, v.Print)
	}
	c.does(ReleaseAll{})
	if r := next[ReleaseJobs](c); r.Visitor.At != 4 {
		t.Errorf("released to %d", r.Visitor.At)
	}
}

// One touch on a line prints it where it can come out, at the price on the button, and the visit
// goes on beside the visitor.
func TestPrintAtTheOneThatCan(t *testing.T) {
	t.Parallel()
	poster := held(41, "Poster", 1, 5)
	poster.Lacks, poster.Offer = "This printer has no A3 paper. Sixth form, one floor up, can print this.", &release.Offered{Choice: threePlaces()[1], Due: 3}
	photo := held(42, "Photo", 1, 5)
	photo.Instead, photo.Offer = "black and white here", &release.Offered{Choice: threePlaces()[1], Due: 2, Colour: true}
	here := atLibrary(poster, photo)
	there := held(41, "Poster", 1, 5)
	there.Due = 3

	c := newScene(t)
	c.signIn(here)
	v := c.face(FaceJobs)
	if o := v.Jobs[0].Offer; o == nil || *o != (OfferView{4, "Print at Sixth form", true, "3 pages"}) || v.Jobs[0].Costs {
		t.Errorf("offered %+v on %+v", o, v.Jobs[0])
	}
	if o := v.Jobs[1].Offer; o == nil || *o != (OfferView{4, "In colour at Sixth form", false, "2 pages"}) || !v.Jobs[1].Costs {
		t.Errorf("offered %+v on %+v", o, v.Jobs[1])
	}
	c.does(PrintAt{Job: 41, Printer: 5}) // which its line does not offer
	if len(c.calls) != 0 {
		t.Fatalf("%+v", c.calls)
	}
	c.does(PrintAt{Job: 41, Printer: 4}, PrintAt{Job: 41, Printer: 4})
	look := next[Look](c)
	c.does(Looked{Turn: look.Turn, Visit: at(atLibrary(there, photo), 1)})
	r := next[ReleaseJobs](c)
	if r.Visitor.At != 4 || !slices.Equal(r.Jobs, []release.JobID{41}) || r.Visitor.Shown[41] != 3 {
		t.Errorf("released %+v", r)
	}
	c.does(Acted{Turn: r.Turn, Of: r})
	if look := next[Look](c); look.Visitor.At != 0 {
		t.Errorf("the visit goes on at %d", look.Visitor.At)
	}

	dear := there
	dear.Due = 4 // by now
	d := newScene(t)
	d.signIn(here)
	d.does(PrintAt{Job: 41, Printer: 4})
	look = next[Look](d)
	d.does(Looked{Turn: look.Turn, Visit: at(atLibrary(dear), 1)})
	back := next[Look](d)
	d.does(Looked{Turn: back.Turn, Visit: here})
	if v := d.face(FaceJobs); back.Visitor.At != 0 || !strings.HasPrefix(v.Note, "Your list has changed") {
		t.Errorf("dearer: back at %d, %+v", back.Visitor.At, v)
	}
}

// A large job and one with a code are asked about before they go anywhere, and nobody is left at
// the other printer.
func TestPrintAtAsksFirst(t *testing.T) {
	t.Parallel()
	large := held(41, "Coursework", 46, 5)
	large.Lacks, large.Offer = "This printer has no A3 paper.", &release.Offered{Choice: threePlaces()[1], Due: 46}
	there := held(41, "Coursework", 46, 5)
	there.Really, there.Sheets = "46 pages, 23 sheets. Really print all?", 23
	begin := func() *scene {
		c := newScene(t)
		c.signIn(atLibrary(large))
		c.does(PrintAt{Job: 41, Printer: 4})
		look := next[Look](c)
		c.does(Looked{Turn: look.Turn, Visit: at(atLibrary(there), 1)})
		c.face(FaceReally)
		return c
	}
	c := begin()
	c.does(Sure{Jobs: []release.JobID{41}})
	if r := next[ReleaseJobs](c); r.Visitor.At != 4 || !r.Visitor.Sure[41] {
		t.Errorf("released %+v", r)
	}
	d := begin()
	d.does(Back{})
	if look := next[Look](d); look.Visitor.At != 0 {
		t.Errorf("given up at %d", look.Visitor.At)
	}
}

// Where the printer here has trouble the page says so and which is the nearest that can: as a
// button where this kiosk may release to it, as the way there where not.
func TestAPrinterWithTroubleAndTheNearest(t *testing.T) {
	t.Parallel()
	stopped := atLibrary(held(41, "Rivers", 4, 5))
	stopped.Beside.State, stopped.Beside.Reasons = release.PrinterStopped, []string{"media-empty-error"}
	stopped.Choices[0].PrinterRecord = stopped.Beside
	stopped.Instead = "Sixth form, one floor up, can print this."
	c := newScene(t)
	c.signIn(at(stopped, 1))
	if v := c.face(FaceJobs); v.Note != "The printer here is out of paper. Sixth form, one floor up, can print this." || v.Print.Label != "Print at Sixth form" || !v.Print.Ready {
		t.Errorf("view %+v, %+v", v, v.Print)
	}
	c.does(ReleaseAll{})
	r := next[ReleaseJobs](c)
	c.does(Acted{Turn: r.Turn, Of: r, Err: fault.New(fault.Unavailable, "printer-stopped", "The paper is stuck. Art, in Arts, can print this.")})
	if v := c.s.View(c.now); v.Note != "The paper is stuck. Art, in Arts, can print this." {
		t.Errorf("it went down between: %+v", v)
	}

	walk := stopped
	walk.Printer, walk.Choices, walk.Instead = stopped.Beside, nil, stopped.Instead+" Please go there."
	d := newScene(t)
	d.signIn(walk)
	if v := d.face(FaceJobs); !strings.HasSuffix(v.Note, "can print this. Please go there.") || v.Print.Ready || v.Place != "" {
		t.Errorf("view %+v, %+v", v, v.Print)
	}

	none := walk
	none.Instead = ""
	e := newScene(t)
	e.signIn(none)
	if v := e.face(FaceJobs); v.Note != "The printer is out of paper. Your work is safe." || v.Print.Ready {
		t.Errorf("view %+v, %+v", v, v.Print)
	}
}
