package kiosk

import (
	"slices"
	"testing"

	"inkwell/internal/fault"
	"inkwell/release"
)

// stuck are two jobs of a run at a printer that stands, which the copier can take.
func stuck() []release.VisitJob {
	rest := func(n int) *release.Rest {
		return &release.Rest{Choice: release.Choice{PrinterRecord: release.PrinterRecord{ID: 9, Name: "Copier"}, Where: "one floor up"}, Pages: n, Due: int64(n)}
	}
	one, two := onItsWay(held(41, "Rivers", 10, 5), release.Printing, 3), onItsWay(held(42, "Maths", 2, 0), release.Reserved, 0)
	for i, j := range []*release.VisitJob{&one, &two} {
		j.Delivery.Trouble = "The paper is stuck. It's not your fault, and your work is safe."
		j.Rest = rest([]int{7, 2}[i])
	}
	return []release.VisitJob{one, two}
}

// A jam after page 3: one tap has the other nine come out elsewhere, for what the screen said.
func TestTheRestOfTheRunComesOutElsewhere(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(stuck()...))
	v := c.face(FacePrinting)
	if v.Move == nil || v.Move.Label != "Print the other 9 at Copier" || v.Move.Where != "one floor up" || v.Move.Cost != "" {
		t.Fatalf("%+v", v.Move)
	}
	english := c.s.tongue
	c.s.tongue = c.s.speaks("cy", false)
	if v := c.face(FacePrinting); v.Move.Where != "un llawr i fyny" {
		t.Errorf("in Welsh: %q", v.Move.Where)
	}
	c.s.tongue = english
	c.does(MoveRest{[]release.JobID{41}, 9}, MoveRest{v.Move.Jobs, 8})
	c.quiet()
	c.does(MoveRest{v.Move.Jobs, 9}, MoveRest{v.Move.Jobs, 9})
	e := next[MoveJobs](c)
	c.quiet()
	if e.Printer != 9 || !slices.Equal(e.Jobs, []release.JobID{41, 42}) || e.Visitor.Shown[41] != 7 || e.Visitor.Shown[42] != 2 {
		t.Errorf("%+v", e)
	}
	between := held(41, "Rivers", 7, 5) // given back, and not gone yet
	c.changes(visitWith(between, held(42, "Maths", 2, 0)))
	if v := c.face(FacePrinting); v.Move != nil || v.Title != "One moment…" {
		t.Errorf("%+v", v)
	}
	c.does(Moved{Turn: e.Turn})
	there := onItsWay(between, release.Printing, 1)
	there.Delivery.Printer = "Copier"
	c.sees(visitWith(there, onItsWay(held(42, "Maths", 2, 0), release.Reserved, 0)))
	if v := c.face(FacePrinting); v.Move != nil || v.Progress.Trouble != "" {
		t.Errorf("%+v", v)
	}
}

// What could not be had back says so, and can be asked for again.
func TestWhatIsNotGivenBackSaysSo(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(stuck()...))
	v := c.face(FacePrinting)
	c.does(MoveRest{v.Move.Jobs, 9})
	e := next[MoveJobs](c)
	c.does(Moved{Turn: e.Turn, Err: fault.New(fault.Unavailable, "not-given-back", "The printer does not give it back yet.")})
	c.sees(visitWith(stuck()...))
	if v := c.face(FacePrinting); v.Note == "" || v.Move == nil {
		t.Errorf("%+v", v)
	}
}
