package kiosk

import (
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// byCode is Sam at his list, proven by his code.
func (c *scene) byCode() {
	c.Helper()
	c.does(OpenKeypad{}, Submit{"sam.jones", "482913"})
	v := visitorSam()
	v.Actor.Proof = school.ByCode
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: v})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
}

func TestWhoKnowsTheirCodeCanHaveAnother(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.byCode()
	if !c.face(FaceJobs).NewCode {
		t.Error("no new code is offered")
	}
	c.does(NewCode{}, Back{})
	c.face(FaceJobs)
	c.does(NewCode{})
	c.face(FaceRenew)
	c.does(Changed{}, Renew{}, Renew{}, Back{}) // a look is under way, and he is impatient
	look := next[Look](c)
	e := next[RenewCode](c)
	c.quiet()
	c.does(Looked{Turn: look.Turn, Err: fault.New(fault.Unauthenticated, "visit-over", "x")}) // of who he was
	c.face(FaceRenew)
	after := e.Visitor
	after.Actor.Badges = 2
	c.does(Renewed{Turn: e.Turn, Visitor: after, Code: "604815"})
	if v := c.face(FaceCode); v.Code != "604\u00a0815" || v.Jobs != nil {
		t.Errorf("view %+v", v)
	}
	if got := next[Look](c); got.Visitor.Actor.Badges != 2 {
		t.Error("the old code still looks")
	}
	c.after(50 * time.Second)
	c.face(FaceCode)
	c.does(Back{})
	if v := c.face(FaceJobs); v.Code != "" {
		t.Error("the code outlives its face")
	}
	c.does(SignOut{})
	c.face(FaceIdle)
}

func TestANewCodeThatCannotBeHad(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5))) // by badge
	c.does(NewCode{})
	if c.face(FaceJobs).NewCode {
		t.Error("a badge alone is offered a new code")
	}
	c = newScene(t)
	c.byCode()
	c.does(NewCode{}, Renew{})
	c.does(Renewed{Turn: next[RenewCode](c).Turn, Err: fault.New(fault.Unavailable, "database-away", "x")})
	if v := c.face(FaceRenew); v.Note == "" || v.Busy {
		t.Errorf("view %+v", v)
	}
	c.does(Back{})
	c.face(FaceJobs)
}

func TestALongCodeNeedsNoName(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.does(OpenKeypad{}, Submit{"", "4829135076"})
	c.quiet()
	c.s.station.CodeAlone = true
	c.does(Submit{"", "4829135076"})
	if e := next[SignIn](c); e.Key.Name != "" || e.Key.Code != "4829135076" || !c.face(FaceKeypad).Alone {
		t.Errorf("%+v", e)
	}
}
