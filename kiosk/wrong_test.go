package kiosk

import (
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// prints are three: one to ask for, one that was asked for, one that was answered with no.
func prints() []release.Print {
	return []release.Print{
		{Delivery: 7, Job: 41, Pages: 10, Of: 10, Charged: 10, Printer: "Library printer", When: noon.Add(5 * time.Minute)},
		{Delivery: 6, Job: 40, Pages: 2, Of: 2, Charged: 2, Printer: "Library printer", When: noon.Add(-time.Hour), Asked: true},
		{Delivery: 5, Job: 39, Pages: 1, Of: 1, Charged: 1, Printer: "Hall", When: noon.Add(-20 * time.Hour), Asked: true, Answered: true, Why: "It is fine"},
	}
}

// TestAVisitorAsksForPagesBack from the list of what came out, once for a print.
func TestAVisitorAsksForPagesBack(t *testing.T) {
	c := newScene(t)
	c.signIn(visitWith())
	c.does(Wrong{}, Wrong{}) // the second press does nothing
	look := next[LookBack](c)
	if c.quiet(); look.Print != 0 || look.lasting() {
		t.Errorf("%+v", look)
	}
	c.face(FaceWrong)
	c.does(LookedBack{Turn: look.Turn, Prints: prints()})
	v := c.face(FaceWrong)
	if len(v.Wrong.Prints) != 3 || !v.Wrong.Prints[0].Ask || v.Wrong.Prints[1].Ask || v.Wrong.Prints[2].Say != "No pages back: It is fine" || v.Title != "Which print went wrong?" {
		t.Errorf("%+v", v.Wrong)
	}
	c.does(Pick{6}, AskBack{Print: 6, Reason: release.Twice}, AskBack{Print: 7, Reason: release.Twice})
	c.quiet() // none of them is the one that was picked and can be asked for
	c.does(Pick{7})
	v = c.face(FaceWrong)
	if v.Wrong.Chosen == nil || v.Wrong.Chosen.Words != "All 10 pages" || len(v.Wrong.Chosen.Reasons) != 5 || len(v.Wrong.Prints) != 0 || v.Text != "10 pages · Library printer · 12:05" {
		t.Errorf("%+v, %q", v.Wrong.Chosen, v.Text)
	}
	for n, want := range map[int]string{0: "1 of 10 pages", -5: "1 of 10 pages", 99: "All 10 pages", 3: "3 of 10 pages"} {
		c.does(Some{n})
		if got := c.face(FaceWrong).Wrong.Chosen.Words; got != want {
			t.Errorf("%d pages: %q, want %q", n, got, want)
		}
	}
	c.does(Some{3}, AskBack{Print: 7, Reason: release.BadQuality}, AskBack{Print: 7, Reason: release.BadQuality})
	ask := next[LookBack](c)
	if c.quiet(); ask.Print != 7 || ask.Pages != 3 || ask.Reason != release.BadQuality || !ask.lasting() {
		t.Errorf("%+v", ask)
	}
	after := prints()
	after[0].Asked = true
	c.does(LookedBack{Turn: ask.Turn, Prints: after})
	v = c.face(FaceWrong)
	if v.Title != "We have asked for you." || v.Wrong.Prints[0].Ask || v.Busy {
		t.Errorf("%+v", v)
	}
	c.does(Back{})
	c.face(FaceJobs)
}

func TestAskingThatIsRefusedSaysWhy(t *testing.T) {
	c := newScene(t)
	c.signIn(visitWith())
	c.does(Wrong{})
	c.does(LookedBack{Turn: next[LookBack](c).Turn, Prints: prints()})
	c.does(Pick{7}, AskBack{Print: 7, Reason: release.Twice})
	after := prints()
	after[0].Asked = true
	c.does(LookedBack{Turn: next[LookBack](c).Turn, Prints: after, Err: fault.New(fault.Conflict, "refund-asked", "You have asked for that one already.")})
	if v := c.face(FaceWrong); v.Note != "You have asked for that one already." || v.Title != "Which print went wrong?" {
		t.Errorf("%+v", v)
	}
	c.does(Back{})
	c.does(Wrong{})
	c.does(LookedBack{Turn: next[LookBack](c).Turn})
	if v := c.face(FaceWrong); v.Title != "Nothing to ask for." || v.Note != "" {
		t.Errorf("%+v", v)
	}
	c.after(echoFor + time.Second)
	c.does(Tap{Badge: badge})
	if c.s.wrong != nil {
		t.Error("the face outlives its visit")
	}
}

// TestWhatHasJustComeOutIsPicked, and an answer is read at the next tap.
func TestWhatHasJustComeOutIsPicked(t *testing.T) {
	c := newScene(t)
	job := held(41, "Essay", 10, 1)
	c.signIn(visitWith(job))
	c.does(ReleaseAll{})
	c.granted(visitWith(onItsWay(job, release.Printing, 1)))
	c.changes(visitWith(done(job)))
	if v := c.face(FaceDone); !v.MayAsk {
		t.Error("after a print nobody can say that it went wrong")
	}
	c.does(Wrong{})
	c.does(LookedBack{Turn: next[LookBack](c).Turn, Prints: prints()})
	if v := c.face(FaceWrong); v.Wrong.Chosen == nil || v.Wrong.Chosen.ID != 7 {
		t.Errorf("%+v", v.Wrong)
	}
	c.does(Back{})
	c.face(FaceDone)

	for want, p := range map[string]release.Print{
		"You have 3 pages back, from the Hall printer, 12:00.":          {Granted: 3, Printer: "Hall", When: noon},
		"No pages back, from the Hall printer, 12:00: It is fine":       {Why: "It is fine", Printer: "Hall", When: noon},
		"You have 1 page back, from the Hall printer, yesterday 12:00.": {Granted: 1, Printer: "Hall", When: noon.AddDate(0, 0, -1)},
	} {
		if got := english.answers([]release.Print{p}, noon); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	told := visitWith()
	told.Refunds, told.Unsigned = []release.Print{{Granted: 3, Printer: "Hall", When: noon}}, true
	c = newScene(t)
	c.signIn(told)
	if v := c.face(FaceJobs); !strings.HasPrefix(v.Remind, "You have 3 pages back") {
		t.Errorf("%q", v.Remind)
	}
}

// TestARunnerAsksForNothing of the owner's.
func TestARunnerAsksForNothing(t *testing.T) {
	for _, in := range []Input{Wrong{}, Pick{7}, Some{1}, AskBack{Print: 7, Reason: release.Twice}} {
		if forRunners(in) {
			t.Errorf("a runner may %T", in)
		}
	}
}
