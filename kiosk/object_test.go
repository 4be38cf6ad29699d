package kiosk

import (
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/web/webtest"
)

// TestAPupilObjectsAtTheKiosk: only behind "Why?", once, by a sentence that is offered.
func TestAPupilObjectsAtTheKiosk(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	visit := visitWith(held(41, "Rivers", 4, 5))
	visit.Barred = fault.New(fault.Suspended, "printing-suspended", "140 pages in 10 minutes on Tuesday.")
	visit.MayObject = true
	c.signIn(visit)
	if v := c.face(FaceJobs); v.Barred.Choices != nil {
		t.Errorf("offered on the neutral screen: %+v", v.Barred)
	}
	c.does(Object{0})
	c.quiet()
	c.does(Why{}, Object{-1}, Object{len(objections)})
	c.quiet()
	if v := c.face(FaceJobs); len(v.Barred.Choices) != len(objections) || v.Barred.Answer != "" {
		t.Errorf("barred %+v", v.Barred)
	}
	c.does(Object{1})
	e := next[ObjectTo](c)
	if e.Words != objections[1] {
		t.Errorf("said %q", e.Words)
	}
	c.does(Object{1})
	c.quiet() // while it is on its way
	c.does(Acted{Turn: e.Turn, Of: e})
	visit.MayObject, visit.Answer = false, "Tom Reid looks at what you said."
	c.sees(visit)
	if v := c.face(FaceJobs); v.Barred.Choices != nil || v.Barred.Answer != visit.Answer {
		t.Errorf("barred %+v", v.Barred)
	}
	c.does(Object{1})
	c.quiet()
}

// TestAPupilObjectsInARealBrowser touches a sentence and reads who looks at it.
func TestAPupilObjectsInARealBrowser(t *testing.T) {
	d := newFakeDesk()
	barred(d)
	p := openKiosk(t, webtest.Start(t), d, 0)
	signedIn(p, d)
	p.press("why")
	p.Seen("It was for school.")
	p.Click(`.barred__choices li:nth-child(3) button`)
	p.Seen("Tom Reid looks at what you said.")
	p.Unhurt()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.objected != "It was for school." {
		t.Errorf("the desk heard %q", d.objected)
	}
}
