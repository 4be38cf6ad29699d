package kiosk

import (
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
)

var badgeNew = fault.New(fault.Unauthenticated, "badge-new", "no such badge yet")

// asksWhose brings a screen to the question whose an unknown badge is.
func asksWhose(t *testing.T) *scene {
	t.Helper()
	c := newScene(t)
	c.does(Tap{Badge: badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: badgeNew})
	c.face(FaceNewBadge)
	return c
}

func TestAnUnknownBadgeIsLinkedByNameAndCode(t *testing.T) {
	t.Parallel()
	c := asksWhose(t)
	c.does(Mine{})
	if v := c.face(FaceKeypad); !strings.Contains(v.Text, "Then this badge is yours") {
		t.Errorf("the keypad says %q", v.Text)
	}
	c.does(Submit{"sam.jones", "000000"})
	c.does(SignedIn{Turn: next[LinkBadge](c).Turn, Err: codeWrong})
	if v := c.face(FaceKeypad); v.Note != cantSignIn || v.Text != "" {
		t.Errorf("after a wrong code: %+v", v)
	}
	c.does(Submit{"sam.jones", "482913"})
	e := next[LinkBadge](c)
	if e.Badge != badge || e.Name != "sam.jones" || e.Code != "482913" {
		t.Errorf("linked %+v", e)
	}
	c.does(SignedIn{Turn: e.Turn, Visitor: visitorSam()})
	visit := visitWith(held(41, "Rivers", 4, 5))
	visit.NewBadge, visit.Unsigned = "c3d4", true
	c.sees(visit)
	if v := c.face(FaceJobs); !strings.Contains(v.Remind, "ends with c3d4") || !strings.Contains(v.Remind, "reception") {
		t.Errorf("its owner reads %q", v.Remind)
	}
	c.does(SignOut{}, OpenKeypad{}, Submit{"sam.jones", "482913"})
	next[SignIn](c) // and the badge is forgotten
}

func TestAnUnknownBadgeThatIsNotMine(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*scene){
		"no":       func(c *scene) { c.does(Back{}) },
		"too late": func(c *scene) { c.after(20 * time.Second) },
		"cancel":   func(c *scene) { c.does(Mine{}, Back{}) },
	} {
		c := asksWhose(t)
		leave(c)
		c.face(FaceIdle)
		c.does(Mine{})
		c.face(FaceIdle)
		c.does(OpenKeypad{}, Submit{"sam.jones", "482913"})
		if _, ok := c.calls[len(c.calls)-1].(SignIn); !ok {
			t.Errorf("%s: the badge was not forgotten: %+v", name, c.calls)
		}
	}
}

func TestWhatCannotBeLinkedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"badge-taken", "badge-is-lost", "badge-collides", "badges-full", "enrol-again"} {
		c := asksWhose(t)
		c.does(Mine{}, Submit{"sam.jones", "482913"})
		c.does(SignedIn{Turn: next[LinkBadge](c).Turn, Err: fault.New(fault.Conflict, code, "Please see reception.")})
		if v := c.face(FaceMessage); !strings.Contains(v.Title, "reception") {
			t.Errorf("%s says %q", code, v.Title)
		}
	}
	c := asksWhose(t)
	c.does(Mine{}, Submit{"sam.jones", "482913"})
	c.does(SignedIn{Turn: next[LinkBadge](c).Turn, Err: fault.New(fault.TooMany, "code-wait", "Wait 8 seconds, then try again.")})
	if v := c.face(FaceKeypad); !strings.Contains(v.Note, "8 seconds") {
		t.Errorf("note %q", v.Note)
	}
}

func TestABadgeThatAsksForItsHoldersCode(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.does(Tap{Badge: badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: fault.New(fault.Unauthenticated, "badge-code", "x")})
	c.face(FaceTheirCode)
	c.does(Submit{"", ""})
	c.quiet()
	c.does(Submit{"", "000000"})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: codeWrong})
	if v := c.face(FaceTheirCode); v.Note != cantSignIn {
		t.Errorf("note %q", v.Note)
	}
	c.does(Submit{"", "482913"})
	e := next[SignIn](c)
	if e.Key.Badge != badge || e.Key.Code != "482913" || e.Key.Name != "" {
		t.Errorf("key %+v", e.Key)
	}
	c.does(SignedIn{Turn: e.Turn, Visitor: visitorSam()})
	c.sees(visitWith())
	c.face(FaceJobs)
}
