package kiosk

import (
	"testing"

	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// Some of it came out: the owner counts, and is asked no less than the printer told of.
func TestSomeOfItCameOut(t *testing.T) {
	t.Parallel()
	lost := onItsWay(held(41, "Rivers", 10, 5), release.Unclear, 2)
	c := newScene(t)
	c.signIn(visitWith(lost))
	if v := c.face(FaceQuestion); !v.Question.Some {
		t.Fatalf("%+v", v.Question)
	}
	c.does(CountTo{4}, Counted{41, 4}, Part{99}, Part{41})
	v := c.face(FaceCount)
	if v.Count.Pages != 2 || !v.Count.Least || v.Count.Most || len(v.Count.Leaves) != 10 || !v.Count.Leaves[0].Off || v.Count.Leaves[1].Off || !v.Count.Leaves[9].Off {
		t.Fatalf("%+v", v.Count)
	}
	c.does(CountTo{99})
	if v = c.face(FaceCount); v.Count.Words != "9 of 10 pages" || !v.Count.Most {
		t.Errorf("%+v", v.Count)
	}
	c.does(Back{})
	c.face(FaceQuestion)
	c.does(Part{41}, CountTo{0}, CountTo{3}, Counted{41, 4})
	c.quiet()
	c.does(Counted{41, 3}, Counted{41, 3})
	e := next[AnswerJob](c)
	c.quiet()
	if e.Job != 41 || e.Pages != 3 {
		t.Errorf("%+v", e)
	}
	c.does(Acted{Turn: e.Turn, Of: e})
	rest := onItsWay(held(41, "Rivers", 10, 5), release.Settled, 3)
	rest.State, rest.Pages, rest.Due, rest.Delivery.Charged = release.Held, 7, 7, 3
	c.sees(visitWith(rest))
	if v := c.face(FaceDone); v.Title != "3 of 10 pages came out." {
		t.Errorf("%q %q", v.Title, v.Text)
	}
	c.changes(visitWith(onItsWay(held(41, "Rivers", 7, 5), release.Unclear, 0))) // the rest is lost as well
	c.face(FaceQuestion)
}

// One page came out or it did not.
func TestOnePageIsNeverSome(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(onItsWay(held(41, "Rivers", 1, 5), release.Unclear, 0)))
	if v := c.face(FaceQuestion); v.Question.Some {
		t.Errorf("%+v", v.Question)
	}
	c.does(Part{41})
	c.face(FaceQuestion)
}

// someCameOut goes by fingers alone from the question to the rest in the list.
func someCameOut(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(onItsWay(held(41, "Rivers", 4, 5), release.Unclear, 0))
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceQuestion)
	p.press("part")
	p.wait(FaceCount)
	p.Seen("1 of 4 pages")
	p.Click(`.sheaf li:nth-of-type(3) button`)
	p.Seen("3 pages came out")
	p.Click(`[data-do="count"][data-step="-1"]`)
	p.Seen("2 of 4 pages")
	p.press("counted")
	p.wait(FaceDone)
	p.Seen("2 of 4 pages came out.")
	p.press("back")
	p.wait(FaceJobs)
	p.Seen("the other 2 pages")
	p.Unhurt()
}
