package kiosk

import (
	"slices"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/words"
	"inkwell/release"
)

// opens answers the code of a job with a visitor who may print it too.
func (c *scene) opens(e UnlockJob) {
	v := e.Visitor
	v.Opened = map[release.JobID]bool{e.Job: true}
	for id := range e.Visitor.Opened {
		v.Opened[id] = true
	}
	c.does(Unlocked{Turn: e.Turn, Visitor: v})
}

func TestALockedJobAsksForItsCode(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	jobs := append(lockedJobs(), held(43, "Marks", 1, 0))
	jobs[2].Locked = true
	c.signIn(visitWith(jobs...))
	if v := c.face(FaceJobs); !v.Jobs[0].Locked || v.Jobs[1].Locked || !v.Print.Ready {
		t.Fatalf("%+v", v.Jobs)
	}
	c.does(ReleaseAll{})
	c.quiet()
	if v := c.face(FaceLocked); v.Locked.ID != 41 || v.Locked.Title != jobs[0].Title || v.Jobs != nil {
		t.Errorf("asks %+v", v.Locked)
	}
	c.does(Unlock{Job: 43, Code: "4711"}, Unlock{Job: 41, Code: ""}, Unlock{Job: 41, Code: "12345678901234567"})
	c.quiet()

	c.does(Unlock{Job: 41, Code: " 4711 "}, Unlock{Job: 41, Code: "4711"}) // a second press is none
	e := next[UnlockJob](c)
	if e.Job != 41 || e.Code != "4711" {
		t.Errorf("tried %+v", e)
	}
	c.quiet()
	c.opens(e)
	if v := c.face(FaceLocked); v.Locked.ID != 43 {
		t.Errorf("asks %+v", v.Locked)
	}
	c.does(Unlock{Job: 43, Code: "0815"})
	c.opens(next[UnlockJob](c))
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{41, 42, 43}) || !e.Visitor.Opened[41] || !e.Visitor.Opened[43] {
		t.Errorf("released %v by %v", e.Jobs, e.Visitor.Opened)
	}
}

func TestAWrongCodeCanBeGivenAgain(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(lockedJobs()...))
	c.does(ReleaseAll{}, Unlock{Job: 41, Code: "0000"})
	e := next[UnlockJob](c)
	c.does(Unlocked{Turn: e.Turn, Visitor: e.Visitor, Err: fault.New(fault.Forbidden, "job-password-wrong", "Wrong.")})
	if v := c.face(FaceLocked); v.Note != words.Brief["job-password-wrong"] || v.Busy {
		t.Errorf("says %q, busy %t", v.Note, v.Busy)
	}
}

// Who does not know the code prints the rest.
func TestNotThisOne(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(lockedJobs()...))
	c.does(ReleaseAll{}, Back{})
	v := c.face(FaceJobs)
	if v.Jobs[0].Selected || !slices.Equal(v.Print.Jobs, []release.JobID{42}) {
		t.Errorf("view %+v, print %+v", v.Jobs, v.Print)
	}
	c.quiet()
	c.does(Release{Jobs: v.Print.Jobs})
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{42}) {
		t.Errorf("released %v", e.Jobs)
	}
}

// What was opened is open for this visit alone.
func TestTheNextVisitorGivesTheCodeAgain(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(lockedJobs()...))
	c.does(ReleaseAll{}, Unlock{Job: 41, Code: "4711"})
	late := next[UnlockJob](c)
	c.does(SignOut{})
	c.opens(late)
	c.quiet()
	c.after(echoFor)
	c.signIn(visitWith(lockedJobs()...))
	c.does(ReleaseAll{})
	c.face(FaceLocked)
	c.quiet()
}

// A job that was deleted or has expired while its code was asked for is not asked
// for any more.
func TestALockedJobGoesAway(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(lockedJobs()...))
	c.does(ReleaseAll{})
	c.face(FaceLocked)
	c.changes(visitWith(lockedJobs()[1]))
	c.face(FaceJobs)
}
