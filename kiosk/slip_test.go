package kiosk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

const slipText = "R-ABCDEFGHJKMNPQRSTUVWXYZ2"

// runnerAtLibrary holds a slip for job 41 of T. Reid's.
func runnerAtLibrary() release.Visitor {
	return release.Visitor{Actor: school.Actor{School: 1, Person: sam, Proof: school.BySlip}, Station: library(), Slip: &release.Slip{ID: 5, Job: 41, Printer: 3}}
}

// slipVisit is what the desk tells a runner.
func slipVisit(jobs ...release.VisitJob) release.Visit {
	return release.Visit{Name: "T. Reid", Printer: library().Printer, Beside: library().Printer, Jobs: jobs}
}

func (c *scene) runs(visit release.Visit) {
	c.Helper()
	c.does(Tap{Badge: slipText})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: runnerAtLibrary()})
	c.sees(visit)
}

// bare fails if a runner's view has anything that is the owner's alone.
func (c *scene) bare(v View) {
	c.Helper()
	if v.Balance != nil || v.Barred != nil || v.Remind != "" || v.Question != nil || v.Locked != nil || v.Waits != "" || strings.Contains(v.Text, "left") || strings.Contains(v.Text, "charged") {
		c.Errorf("a runner sees %+v", v)
	}
	for _, j := range v.Jobs {
		if j.Title != "For T. Reid" || j.Cost != "" || j.Held || j.Ask || j.Claim {
			c.Errorf("a runner sees %+v", j)
		}
	}
}

func TestARunnerSeesOneLine(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "", 30, 5)
	c.runs(slipVisit(job))
	v := c.face(FaceSlip)
	if v.Title != "For T. Reid: 30 pages" || v.Jobs != nil || !v.Print.Ready || !slices.Equal(v.Print.Jobs, []release.JobID{41}) || v.Print.After != "" || v.Idle == nil {
		t.Errorf("%+v, print %+v", v, v.Print)
	}
	c.bare(v)
	c.does(Delete{41}, NotMine{41}, Select{41, false}, Unlock{41, "1"}, Answer{41, true}, Later{41}, Ask{41}, Why{}, Back{}, Undo{41}, Mine{}, OpenKeypad{}, Submit{"a", "1"})
	c.quiet()
	if again := c.face(FaceSlip); again.Title != v.Title || !again.Print.Ready {
		t.Errorf("after what a runner cannot do: %+v", again)
	}
	c.does(Release{Jobs: []release.JobID{41}})
	if v := c.face(FaceSlip); v.Print.Ready {
		t.Error("it can be pressed twice")
	}
	if e := c.granted(slipVisit(onItsWay(job, release.Printing, 3))); e.Visitor.Slip == nil || !slices.Equal(e.Jobs, []release.JobID{41}) {
		t.Errorf("%+v", e)
	}
	c.bare(c.face(FacePrinting))
	c.changes(slipVisit(done(job)))
	v = c.face(FaceDone)
	if v.Title != "Done: 30 pages." || v.Text != "Take them to T. Reid." || v.Progress.Partly {
		t.Errorf("%+v", v)
	}
	c.bare(v)
	c.does(Back{})
	c.face(FaceDone)
	c.after(time.Minute)
	c.face(FaceIdle)
}

func TestARunnersPrinterFails(t *testing.T) {
	t.Parallel()
	job := held(41, "", 30, 5)
	partly := held(41, "", 20, 5)
	partly.Delivery = &release.VisitDelivery{State: release.Settled, Of: 30, Printed: 10, Charged: 10}
	nothing := job
	nothing.Delivery = &release.VisitDelivery{State: release.Void, Of: 30}
	for want, after := range map[string]release.VisitJob{
		"10 of 30 pages came out. The rest is safe. Please tell T. Reid.":          partly,
		"Nothing came out. The work is safe. Please tell T. Reid.":                 nothing,
		"We lost sight of the printer. Take what came out to T. Reid, and say so.": onItsWay(job, release.Unclear, 4),
	} {
		c := newScene(t)
		c.runs(slipVisit(job))
		c.does(ReleaseAll{})
		c.granted(slipVisit(onItsWay(job, release.Printing, 3)))
		c.changes(slipVisit(after))
		v := c.face(FaceDone)
		if got := v.Title + " " + v.Text; got != want || !v.Progress.Partly {
			t.Errorf("%q, want %q; %+v", got, want, v.Progress)
		}
		c.bare(v)
	}
}

func TestASlipThatIsNoUse(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.does(Tap{Badge: slipText})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: fault.New(fault.Conflict, "slip-elsewhere", "This slip is for the Hall printer.")})
	if v := c.face(FaceMessage); v.Title != "This slip is for the Hall printer." {
		t.Errorf("%+v", v)
	}
	c.does(Back{}, OpenKeypad{}, Submit{"slip", "12345678"})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: fault.New(fault.Conflict, "slip-elsewhere", "This slip is for the Hall printer.")})
	c.face(FaceMessage)
	c.does(Back{}, OpenKeypad{}, Submit{"slip", "12345678"})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: codeWrong})
	if v := c.face(FaceKeypad); v.Note != cantSignIn {
		t.Errorf("%+v", v)
	}
	c.does(Back{})

	c.now = c.now.Add(time.Minute)
	job := held(41, "", 30, 5)
	c.runs(slipVisit(job))
	c.does(ReleaseAll{})
	e := next[ReleaseJobs](c)
	c.does(Acted{Turn: e.Turn, Of: e, Err: fault.New(fault.Conflict, "slip-stopped", "This can't be printed just now. Please take the slip back.")})
	c.sees(slipVisit(job))
	if v := c.face(FaceSlip); v.Note != "This can't be printed just now. Please take the slip back." || v.Busy {
		t.Errorf("%+v", v)
	}
	lacking := job
	lacking.Lacks = "This can't be printed just now. Please take the slip back."
	c.changes(slipVisit(lacking))
	if v := c.face(FaceSlip); v.Print != nil || v.Note != lacking.Lacks {
		t.Errorf("%+v", v)
	}
	c.does(ReleaseAll{})
	c.quiet()
	c.does(Changed{})
	c.does(Looked{Turn: next[Look](c).Turn, Err: fault.New(fault.Unauthenticated, "slip-over", "This slip is no longer good.")})
	if v := c.face(FaceMessage); v.Title != cantSignIn {
		t.Errorf("%+v", v)
	}
}
