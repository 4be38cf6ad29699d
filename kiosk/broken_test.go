package kiosk

import (
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// TestAVisitorSaysThatThePrinterIsBroken, once, and goes on where they were.
func TestAVisitorSaysThatThePrinterIsBroken(t *testing.T) {
	c := newScene(t)
	c.does(Broken{}, Report{release.FaultJam})
	c.face(FaceIdle)
	c.signIn(visitWith(twoJobs()...))
	c.does(Report{release.FaultJam})
	c.quiet() // nothing was asked
	c.does(Broken{}, Broken{})
	v := c.face(FaceBroken)
	if v.Title != "What is wrong with the printer?" || len(v.Broken.Kinds) != 5 || len(v.Jobs) != 0 {
		t.Errorf("%+v", v)
	}
	for _, k := range v.Broken.Kinds {
		if k.Word == "" {
			t.Errorf("no word for %s", k.ID)
		}
	}
	c.does(Report{release.FaultJam}, Report{release.FaultNoise})
	said := next[ReportPrinter](c)
	if c.quiet(); said.Kind != release.FaultJam || !said.lasting() {
		t.Errorf("%+v", said)
	}
	c.does(Back{}) // too late
	c.face(FaceBroken)
	c.does(Reported{Turn: said.Turn, Err: fault.New(fault.Unavailable, "database-away", "Long words.")})
	if v := c.face(FaceBroken); v.Note == "" || v.Busy || len(v.Broken.Kinds) != 5 {
		t.Errorf("%+v", v)
	}
	c.does(Report{release.FaultJam})
	said = next[ReportPrinter](c)
	c.does(Reported{Turn: said.Turn})
	if v := c.face(FaceBroken); v.Title != "Thank you." || len(v.Broken.Kinds) != 0 || v.Note != "" {
		t.Errorf("%+v", v)
	}
	c.does(Report{release.FaultNoise})
	c.quiet()
	c.does(Back{})
	c.face(FaceJobs)
	c.does(Broken{}, Report{release.FaultOther})
	late := next[ReportPrinter](c)
	c.does(SignOut{})
	c.does(Reported{Turn: late.Turn})
	c.face(FaceIdle)
}

// Where there are more printers it says which one it is about; and while a job comes out at another
// one, or a runner prints, there is nothing to press.
func TestWhichPrinterIsBroken(t *testing.T) {
	c := newScene(t)
	visit := visitWith(twoJobs()...)
	visit.Choices = []release.Choice{{PrinterRecord: visit.Printer, Reach: true}, {PrinterRecord: release.PrinterRecord{ID: 9, Name: "Hall printer"}, Reach: true}}
	c.signIn(visit)
	c.does(Broken{})
	if v := c.face(FaceBroken); v.Title != "What is wrong with Library printer?" {
		t.Errorf("%q", v.Title)
	}
	for at, want := range map[string]bool{"Library printer": true, "Hall printer": false} {
		s := c.s
		s.run, s.seen = []release.JobID{41}, map[release.JobID]release.VisitJob{41: {ID: 41, State: release.Released, Pages: 2, Delivery: &release.VisitDelivery{Printer: at, Of: 2}}}
		var v View
		if s.viewPrinting(&v, noon); v.MayTell != want {
			t.Errorf("it comes out at the %s: %v", at, v.MayTell)
		}
		s.visitor.Slip = &release.Slip{}
		v = View{}
		s.viewPrinting(&v, noon)
		if s.visitor.Slip = nil; v.MayTell {
			t.Error("a runner may press it")
		}
	}
}

// thePrinterIsBroken goes from the list to the thanks, by fingers alone.
func thePrinterIsBroken(t *testing.T, b webtest.Browser) {
	d := newFakeDesk()
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Click(`.none [data-do="broken"]`)
	p.wait(FaceBroken)
	p.Seen("You are not in trouble for telling.")
	p.Click(`.askback__reasons li:nth-child(4) button`)
	p.Seen("Thank you.")
	p.press("back")
	p.wait(FaceJobs)
}
