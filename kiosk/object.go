package kiosk

import (
	"context"
	"time"

	"inkwell/release"
)

// Object says that the visitor disagrees with what stops them, in one of the sentences that are
// offered. Their own words have room on their own page.
type Object struct{ Which int }

// ObjectTo takes it to a reviewer.
type ObjectTo struct {
	Turn    int
	Visitor release.Visitor
	Words   string
}

// objections are what pupils can say at a kiosk with one touch.
var objections = []string{
	"It was not me.",
	"It was for school.",
	"I can explain it.",
}

func (e ObjectTo) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.Object(ctx, e.Visitor, e.Words)}
}

func (ObjectTo) lasting() bool { return true }

func (in Object) apply(s *Screen, _ time.Time) []Effect {
	if !s.mayObject() || in.Which < 0 || in.Which >= len(objections) {
		return nil
	}
	s.busy, s.note = true, ""
	return []Effect{ObjectTo{Turn: s.turn, Visitor: *s.visitor, Words: objections[in.Which]}}
}

// mayObject says whether the reason is being read and can be objected to.
func (s *Screen) mayObject() bool {
	return s.visit != nil && s.visit.Barred != nil && s.visit.MayObject && s.why && !s.busy
}

// ObjectionView is one sentence that can be said.
type ObjectionView struct {
	ID   int    `json:"id"`
	Word string `json:"word"`
}

// viewBarred shows the neutral sentence, and behind "Why?" the reason, what can be said against
// it, and what was answered.
func (s *Screen) viewBarred() *Barred {
	b := &Barred{Say: s.Say(notHere)}
	if !s.why {
		return b
	}
	b.Reason, b.Answer = s.reason(s.visit.Barred), s.Told(s.visit.Answer)
	if s.visit.MayObject {
		for i, say := range objections {
			b.Choices = append(b.Choices, ObjectionView{i, s.Say(say)})
		}
	}
	return b
}
