package kiosk

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

func TestTapSeePrintWalkAway(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	one, two := held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)
	c.face(FaceIdle)
	c.does(Tap{Badge: badge})
	c.face(FaceBusy)
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.face(FaceBusy)
	c.sees(visitWith(one, two))

	v := c.face(FaceJobs)
	if v.Title != "Hi Sam." || v.Print == nil || v.Print.Label != "Print all" || v.Print.Sum != "2 jobs, 7 pages" || v.Print.After != "88 left afterwards" || !v.Print.Ready {
		t.Fatalf("view %+v, print %+v", v, v.Print)
	}
	if got := v.Jobs[0].Meta; got != "4 pages · 5 min ago · kept until tomorrow 18:00" {
		t.Errorf("first line says %q", got)
	}

	c.does(Release{Jobs: v.Print.Jobs})
	if v := c.face(FaceJobs); !v.Busy || v.Print.Ready {
		t.Error("the button can be pressed twice")
	}
	e := c.granted(visitWith(onItsWay(one, release.Reserved, 0), onItsWay(two, release.Reserved, 0)))
	if !slices.Equal(e.Jobs, []release.JobID{41, 42}) || e.Visitor.Actor.Person != sam {
		t.Errorf("released %+v", e)
	}
	if v := c.face(FacePrinting); v.Title != "Sending 7 pages" {
		t.Errorf("title %q", v.Title)
	}
	c.changes(visitWith(onItsWay(one, release.Printing, 1), onItsWay(two, release.Reserved, 0)))
	if v := c.face(FacePrinting); v.Title != "Printing page 2 of 7" || v.Progress.Page != 1 || v.Progress.Of != 7 {
		t.Errorf("title %q, progress %+v", v.Title, v.Progress)
	}
	visit := visitWith(done(one), done(two))
	visit.Balance = 88
	c.changes(visit)
	v = c.face(FaceDone)
	if v.Title != "Done: 7 pages." || v.Text != "88 left." || v.Jobs[0].State != "done" || v.Jobs[0].Title != "Rivers" {
		t.Errorf("view %+v", v)
	}
	c.after(20 * time.Second)
	c.face(FaceIdle)
	c.quiet()
}

// TestAnOlderLookDoesNotEndARelease: a look that began before the release was
// granted still shows the jobs as held.
func TestAnOlderLookDoesNotEndARelease(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 4, 5)
	c.signIn(visitWith(job))
	c.does(Changed{}, ReleaseAll{})
	old := next[Look](c)
	e := next[ReleaseJobs](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.quiet()
	c.does(Looked{Turn: old.Turn, Visit: visitWith(job)})
	if v := c.face(FaceJobs); !v.Busy {
		t.Error("the old look ended the wait")
	}
	c.sees(visitWith(onItsWay(job, release.Reserved, 0)))
	c.face(FacePrinting)
}

// TestALookDuringAReleaseDoesNotEndIt: a look that begins and ends while the release is under
// way says nothing of it, and a second press is none.
func TestALookDuringAReleaseDoesNotEndIt(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 4, 5)
	c.signIn(visitWith(job))
	c.does(ReleaseAll{})
	e := next[ReleaseJobs](c)
	c.changes(visitWith(job))
	if v := c.face(FaceJobs); !v.Busy {
		t.Error("the look ended the wait")
	}
	c.does(ReleaseAll{})
	c.quiet()
	c.does(Acted{Turn: e.Turn, Of: e})
	if v := c.face(FaceJobs); !v.Busy {
		t.Error("it was shown as over before it was seen on its way")
	}
	c.sees(visitWith(onItsWay(job, release.Reserved, 0)))
	c.face(FacePrinting)
}

func TestReleaseTakesOnlyWhatCanBePrinted(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0), onItsWay(held(43, "Poem", 1, 0), release.Printing, 0)))
	c.does(Delete{42}, Release{Jobs: []release.JobID{41, 42, 43, 44, 41}}, Release{Jobs: []release.JobID{41}}, ReleaseAll{})
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{41}) {
		t.Errorf("released %v", e.Jobs)
	}
	c.quiet()
}

// TestASecondScreenNamesThePrinter: what is printing at another printer, because its owner pressed there a
// moment ago, says where; what comes out here need not.
func TestASecondScreenNamesThePrinter(t *testing.T) {
	t.Parallel()
	for printer, want := range map[string]string{"Hall printer": "It comes out at Hall printer. Sending to the printer", "Library printer": "Sending to the printer"} {
		c := newScene(t)
		job := onItsWay(held(41, "Rivers", 4, 5), release.Sending, 0)
		job.Delivery.Printer = printer
		c.signIn(visitWith(job, held(42, "Maths", 3, 0)))
		if v := c.face(FaceJobs); v.Jobs[0].Meta != want {
			t.Errorf("at the %s: %q", printer, v.Jobs[0].Meta)
		}
	}
}

func TestTheQuestion(t *testing.T) {
	t.Parallel()
	lost := onItsWay(held(41, "Rivers", 4, 5), release.Unclear, 0)
	c := newScene(t)
	c.signIn(visitWith(lost))
	if v := c.face(FaceQuestion); v.Question.ID != 41 || v.Question.Title != "Rivers" || v.Question.Pages != "4 pages" {
		t.Fatalf("question %+v", v.Question)
	}
	c.does(Answer{99, true}, Answer{41, true}, Answer{41, false})
	e := next[AnswerJob](c)
	c.quiet()
	if e.Job != 41 || !e.Came {
		t.Errorf("answer %+v", e)
	}
	if v := c.face(FaceQuestion); !v.Busy {
		t.Error("the question can be answered twice")
	}
	c.does(Acted{Turn: e.Turn, Of: e, Err: errors.New("database")})
	if v := c.face(FaceQuestion); v.Busy || v.Note != fault.Sorry {
		t.Errorf("view %+v", v)
	}
	c.sees(visitWith(lost))
	c.does(Answer{41, false})
	e = next[AnswerJob](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
	if v := c.face(FaceDone); v.Title != "Nothing came out." || !strings.Contains(v.Text, "Nothing was charged") {
		t.Errorf("view %+v", v)
	}
	c.does(Back{})
	c.face(FaceJobs)
}

func TestTheQuestionCanWait(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(onItsWay(held(41, "Rivers", 4, 5), release.Unclear, 0)))
	c.does(Later{41})
	if v := c.face(FaceJobs); !v.Jobs[0].Ask {
		t.Errorf("line %+v", v.Jobs[0])
	}
	c.does(Ask{41})
	c.face(FaceQuestion)
	c.does(Answer{41, true})
	e := next[AnswerJob](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith())
	c.face(FaceJobs)
}

func TestHowARunEnds(t *testing.T) {
	t.Parallel()
	ten := held(41, "Rivers", 10, 5)
	partly := held(41, "Rivers", 7, 5)
	partly.Delivery = &release.VisitDelivery{State: release.Settled, Printed: 3, Of: 10, Charged: 3}
	void := held(41, "Rivers", 10, 5)
	void.Delivery = &release.VisitDelivery{State: release.Void, Of: 10}
	for name, c := range map[string]struct {
		jobs        []release.VisitJob
		title, text string
		partly      bool
	}{
		"all of it":           {[]release.VisitJob{done(ten)}, "Done: 10 pages.", "95 left.", false},
		"gone from the list":  {nil, "Done: 10 pages.", "95 left.", false},
		"stopped after three": {[]release.VisitJob{partly}, "3 of 10 pages came out.", "3 pages charged, 95 left. The rest is safe in your list.", true},
		"refused by printer":  {[]release.VisitJob{void}, "Nothing came out.", "Nothing was charged. Your work is safe in your list.", true},
	} {
		s := newScene(t)
		s.signIn(visitWith(ten))
		s.does(ReleaseAll{})
		s.granted(visitWith(onItsWay(ten, release.Printing, 10)))
		s.changes(visitWith(c.jobs...))
		if v := s.face(FaceDone); v.Title != c.title || v.Text != c.text || v.Progress.Partly != c.partly {
			t.Errorf("%s: %q, %q, %+v", name, v.Title, v.Text, v.Progress)
		}
	}
}

func TestTroubleAtThePrinter(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 10, 5)
	c.signIn(visitWith(job))
	c.does(ReleaseAll{})
	stopped := onItsWay(job, release.Printing, 3)
	stopped.Delivery.Trouble = "The paper is stuck."
	c.granted(visitWith(stopped))
	if v := c.face(FacePrinting); v.Title != "Stopped after page 3 of 10" || v.Text != "The paper is stuck." || v.Progress.Trouble == "" {
		t.Errorf("view %+v", v)
	}
	stopped.Delivery.Printed = 0
	c.changes(visitWith(stopped))
	if v := c.face(FacePrinting); v.Title != "Stopped before the first page" || v.Jobs[0].Meta != v.Title {
		t.Errorf("view %+v", v)
	}
	visit := visitWith(held(42, "Maths", 1, 0))
	visit.Printer.State, visit.Printer.Reasons = release.PrinterStopped, []string{"media-empty-error"}
	d := newScene(t)
	d.signIn(visit)
	if v := d.face(FaceJobs); v.Print.Ready || !strings.Contains(v.Note, "out of paper") {
		t.Errorf("view %+v, print %+v", v, v.Print)
	}
}

func TestTheOtherJobsStayInReachWhilePrinting(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	one, two := held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)
	c.signIn(visitWith(one, two))
	c.does(Release{Jobs: []release.JobID{41}})
	c.granted(visitWith(onItsWay(one, release.Printing, 2), two))
	if v := c.face(FacePrinting); v.Waits != "1 job waiting" {
		t.Errorf("waits %q", v.Waits)
	}
	c.does(Back{})
	if v := c.face(FaceJobs); v.Jobs[0].Meta != "Page 3 of 4" || v.Jobs[0].Held {
		t.Errorf("line %+v", v.Jobs[0])
	}
	c.does(Release{Jobs: []release.JobID{42}})
	c.granted(visitWith(onItsWay(one, release.Printing, 3), onItsWay(two, release.Reserved, 0)))
	if v := c.face(FacePrinting); v.Progress.Of != 7 || v.Progress.Page != 3 {
		t.Errorf("progress %+v", v.Progress)
	}
}

func TestWhoOnlyHasSomethingPrintingSeesIt(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(onItsWay(held(41, "Rivers", 4, 5), release.Printing, 1)))
	c.face(FacePrinting)
}

func TestDoneStaysForAWhile(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 4, 5)
	c.signIn(visitWith(job))
	c.does(ReleaseAll{})
	c.granted(visitWith(onItsWay(job, release.Printing, 0)))
	c.after(19 * time.Second)
	c.changes(visitWith(done(job)))
	c.after(9 * time.Second)
	c.face(FaceDone)
	c.after(time.Second)
	c.face(FaceIdle)
}
