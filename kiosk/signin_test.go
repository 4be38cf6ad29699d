package kiosk

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

func TestOnlyBadgesAreBadges(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "1", "123", strings.Repeat("0", 33), strings.Repeat("0", 10_000), "1234\n", "1234 5678", "<b>1234</b>", "12\x0034", "１２３４", "12345\u202e"} {
		c := newScene(t)
		c.does(Tap{Badge: bad})
		c.face(FaceIdle)
		c.quiet()
	}
	for _, good := range []string{"1234", "04A2B3C4", "04:a2:b3:c4", ";1234567890=?", strings.Repeat("9", 32)} {
		c := newScene(t)
		c.does(Tap{Badge: good})
		if e := next[SignIn](c); e.Key.Badge != good {
			t.Errorf("%q became %+v", good, e.Key)
		}
	}
}

// TestAReadersEchoIsNoSecondTap: many readers send a badge twice, or for as long
// as it lies on them.
func TestAReadersEchoIsNoSecondTap(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.does(Tap{Badge: badge}, Tap{Badge: badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
	for range 5 {
		c.after(1500 * time.Millisecond)
		c.does(Tap{Badge: badge})
	}
	c.face(FaceJobs)
	c.quiet()
	c.after(3 * time.Second)
	c.does(Tap{Badge: badge})
	next[SignIn](c)
}

func TestWhoeverItIsNotReadsTheSame(t *testing.T) {
	t.Parallel()
	var first View
	for i, err := range []error{badgeUnknown, codeWrong, fault.New(fault.Unauthenticated, "left-school", "Sam Jones has left."), fmt.Errorf("sign in: %w", badgeUnknown)} {
		c := newScene(t)
		c.does(Tap{Badge: badge})
		c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: err})
		v := c.face(FaceMessage)
		if i == 0 {
			first = v
		}
		if !reflect.DeepEqual(v, first) || v.Title != "We can't sign you in. Try again, or see reception." {
			t.Errorf("%v: %+v", err, v)
		}
		c.after(messageFor)
		c.face(FaceIdle)
	}
}

func TestKeypad(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.does(Submit{"sam.jones", "482913"})
	c.quiet() // nobody asked for the keypad
	c.does(OpenKeypad{})
	c.face(FaceKeypad)
	for _, bad := range []Submit{{"", "1"}, {"sam", " "}, {strings.Repeat("x", 65), "1"}, {"sam", strings.Repeat("1", 17)}} {
		c.does(bad)
		c.quiet()
		if v := c.face(FaceKeypad); v.Note != cantSignIn {
			t.Errorf("%+v: note %q", bad, v.Note)
		}
	}
	c.does(Submit{" sam.jones ", "000000"}, Submit{"sam.jones", "000001"})
	e := next[SignIn](c)
	c.quiet() // the second press came while the first was under way
	if e.Key != (release.Key{Name: "sam.jones", Code: "000000"}) {
		t.Errorf("key %+v", e.Key)
	}
	c.does(SignedIn{Turn: e.Turn, Err: codeWrong})
	if v := c.face(FaceKeypad); v.Note != cantSignIn || v.Busy {
		t.Errorf("view %+v", v)
	}
	c.does(Submit{"sam.jones", "482913"})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: fault.New(fault.TooMany, "keypad-paused", "x")})
	if v := c.face(FaceKeypad); !strings.Contains(v.Note, "Badges still work") {
		t.Errorf("note %q", v.Note)
	}
	c.does(Submit{"sam.jones", "482913"})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.sees(visitWith())
	c.face(FaceJobs)
}

func TestTheKeypadGoesAwayByItself(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.does(OpenKeypad{})
	c.after(15 * time.Second)
	c.does(Touch{})
	c.after(19 * time.Second)
	c.face(FaceKeypad)
	c.after(time.Second)
	c.face(FaceIdle)
	c.does(OpenKeypad{}, Back{})
	c.face(FaceIdle)
}
