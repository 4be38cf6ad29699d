package kiosk

import (
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// The number of a badge that somebody types on a computer without a reader signs nobody in.
func TestAComputerTakesNoBadge(t *testing.T) {
	t.Parallel()
	st := library()
	s := NewScreen(st, 20*time.Second, func(string) uint64 { return 1 })
	if effects := s.Apply(noon, Tap{Badge: badge}); len(effects) != 1 {
		t.Fatalf("at a kiosk: %v", effects)
	}
	st.Kind = release.PCStation
	s = NewScreen(st, 20*time.Second, func(string) uint64 { return 1 })
	if effects := s.Apply(noon, Tap{Badge: badge}); len(effects) != 0 || s.Face() != FaceIdle {
		t.Errorf("on a computer: %v, %s", effects, s.Face())
	}
}

// What a computer that takes no badge says of its rest and of waits is true there.
func TestAComputerPromisesNoBadge(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.s.station.Kind = release.PCStation
	for code, want := range map[string]string{
		"keypad-paused": "Nobody can sign in here for a few minutes. Your badge works at a kiosk.",
		"keypads-rest":  "Codes do not work at the moment. Your badge works at a kiosk. Please tell IT.",
		"code-wait":     "Wait 4 seconds, then try again.",
	} {
		c.does(OpenKeypad{}, Submit{"sam.jones", "482913"})
		c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: fault.New(fault.TooMany, code, "Wait 4 seconds, then try again. A badge works at once.")})
		if v := c.face(FaceKeypad); v.Note != want {
			t.Errorf("%s: it says %q", code, v.Note)
		}
	}
}

// The page of a room's computers asks for name and code, and says where it comes out.
func TestTheIdlePageOfAComputer(t *testing.T) {
	t.Parallel()
	st := library()
	st.Kind = release.PCStation
	s := NewScreen(st, 20*time.Second, func(string) uint64 { return 1 })
	if v := s.View(noon); !v.PC || v.Title != "Print in this room" || !strings.Contains(v.Text, "comes out at Library printer") {
		t.Errorf("view %+v", v)
	}
}
