package kiosk

import (
	"testing"
	"time"
)

// Those who need it have 60 s at a time, and the next one has the usual 20.
func TestMoreTimeForThoseWhoNeedIt(t *testing.T) {
	c := newScene(t)
	visit := visitWith(twoJobs()...)
	visit.MoreTime = true
	c.signIn(visit)
	c.after(59 * time.Second)
	if v := c.face(FaceJobs); v.Idle.Of != 60000 {
		t.Errorf("the bar is of %d ms", v.Idle.Of)
	}
	c.does(Touch{})
	c.after(59 * time.Second)
	c.face(FaceJobs)
	c.after(time.Second)
	c.face(FaceIdle)
	c.after(time.Minute)
	visit.MoreTime = false
	c.signIn(visit)
	c.after(20 * time.Second)
	c.face(FaceIdle)
}

// What a school says is on the screen until it is over, and while nobody is there.
func TestTheDaysWords(t *testing.T) {
	c := newScene(t)
	c.does(Changed{})
	st := library()
	st.Words, st.WordsUntil = "Mock exams today.", noon.Add(time.Hour)
	c.does(StationLooked{Turn: next[LookAtStation](c).Turn, Station: st})
	if v := c.face(FaceIdle); v.Words != "Mock exams today." {
		t.Errorf("says %q", v.Words)
	}
	c.signIn(visitWith())
	if v := c.face(FaceJobs); v.Words != "" {
		t.Errorf("says %q to somebody", v.Words)
	}
	c.after(time.Hour)
	if v := c.face(FaceIdle); v.Words != "" {
		t.Errorf("still says %q", v.Words)
	}
}
