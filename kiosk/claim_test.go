package kiosk

import (
	"strings"
	"testing"
	"time"
)

func TestNotMine(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(claims()...))
	if v := c.face(FaceJobs); !v.Jobs[0].Claim || v.Jobs[1].Claim || !strings.Contains(v.Jobs[0].Meta, "5 min ago from Room 12") || !v.Jobs[0].Selected {
		t.Fatalf("%+v", v.Jobs)
	}
	c.does(NotMine{42}, NotMine{99}) // what Sam sent himself is his
	if v := c.face(FaceJobs); v.Jobs[1].State != "held" {
		t.Errorf("%+v", v.Jobs[1])
	}
	c.does(NotMine{41})
	if v := c.face(FaceJobs); v.Jobs[0].State != "struck" || v.Jobs[0].Claim || !strings.Contains(v.Jobs[0].Meta, "IT is told") {
		t.Errorf("%+v", v.Jobs[0])
	}
	c.after(2 * time.Second)
	c.does(Undo{41})
	c.after(5 * time.Second)
	c.quiet()
	c.does(Delete{41}, NotMine{41}) // the first word counts
	c.after(5 * time.Second)
	if e := next[DeleteJob](c); e.Job != 41 {
		t.Errorf("deleted %+v", e)
	}
}

// Who walks away is heard at once.
func TestNotMineThenSignOut(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(claims()...))
	c.does(NotMine{41}, SignOut{})
	if e := next[DisownJob](c); e.Job != 41 {
		t.Errorf("disowned %+v", e)
	}
}
