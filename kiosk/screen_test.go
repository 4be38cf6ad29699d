package kiosk

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// waysOut are all the ways a visit ends.
var waysOut = map[string]func(*scene){
	"20 s without a touch": func(c *scene) { c.after(20 * time.Second) },
	"sign out":             func(c *scene) { c.does(SignOut{}) },
	"the next badge":       func(c *scene) { c.does(Tap{Badge: "FFFF0001"}) },
}

func TestNothingPersonalOutlivesAVisit(t *testing.T) {
	t.Parallel()
	for name, leave := range waysOut {
		c := newScene(t)
		visit := visitWith(held(41, "Glaciers", 4, 5), held(42, "Maths", 3, 0), onItsWay(held(43, "Poem", 2, 1), release.Unclear, 0))
		visit.Name, visit.Barred = "Samuel", fault.New(fault.Suspended, "printing-suspended", "140 pages on Tuesday")
		c.does(OpenKeypad{}, Submit{"sam.jones", "482913"})
		c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
		c.sees(visit)
		c.does(Later{43}, Why{}, Select{41, false}, Delete{42})
		if s := fmt.Sprintf("%+v", *c.s.visit); !strings.Contains(s, "Samuel") {
			t.Fatal("the test looks in the wrong place")
		}
		leave(c)
		state := fmt.Sprintf("%+v", *c.s)
		body, err := json.Marshal(c.s.View(c.now))
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"Sam", "Glaciers", "Maths", "Poem", "Tuesday", "482913", badge, "sam.jones"} {
			if strings.Contains(state, personal) || strings.Contains(string(body), personal) {
				t.Errorf("%s: %q is left in %s or %s", name, personal, state, body)
			}
		}
		if c.s.visitor != nil || c.s.visit != nil || c.s.off != nil || c.s.struck != nil || c.s.put != nil || c.s.run != nil || c.s.seen != nil || c.s.why {
			t.Errorf("%s: state %s", name, state)
		}
	}
}

func TestTouchingKeepsAVisitAlive(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5)))
	for _, acts := range [][]Input{{Touch{}}, {Select{41, false}}, {Delete{41}, Undo{41}}, {Why{}}, {Back{}}} {
		c.after(19 * time.Second)
		c.does(acts...)
		c.face(FaceJobs)
	}
	c.after(10 * time.Second)
	c.changes(visitWith(held(41, "Rivers", 4, 5))) // no touch
	if v := c.face(FaceJobs); v.Idle.Left != 10_000 || v.Idle.Of != 20_000 {
		t.Errorf("bar %+v", v.Idle)
	}
	c.after(10 * time.Second)
	c.face(FaceIdle)
}

func TestWhatAnEarlierVisitAskedForIsDropped(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5)))
	c.does(Changed{}, ReleaseAll{})
	look, rel := next[Look](c), next[ReleaseJobs](c)
	c.does(SignOut{})
	c.does(Looked{Turn: look.Turn, Visit: visitWith(held(41, "Rivers", 4, 5))}, Acted{Turn: rel.Turn, Of: rel})
	c.face(FaceIdle)
	c.quiet()

	c.does(Tap{Badge: "AAAA0001"})
	slow := next[SignIn](c)
	c.after(20 * time.Second) // gave up waiting
	c.does(SignedIn{Turn: slow.Turn, Visitor: visitorSam()})
	c.face(FaceIdle)
	c.quiet()
}

func TestTopicsFollowTheVisitor(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	if got := c.s.Topics(); !slices.Equal(got, []string{"printer:3"}) {
		t.Errorf("idle: %v", got)
	}
	c.signIn(visitWith())
	if got := c.s.Topics(); !slices.Equal(got, []string{"printer:3", "person:7"}) {
		t.Errorf("visit: %v", got)
	}
	c.does(SignOut{})
	if got := c.s.Topics(); !slices.Equal(got, []string{"printer:3"}) {
		t.Errorf("after: %v", got)
	}
}

// TestAnythingMayHappen throws inputs and answers at a screen in any order and
// holds what must always be true.
func TestAnythingMayHappen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := newScene(t)
		for range 120 {
			c.now = c.now.Add(time.Duration(r.IntN(4000)) * time.Millisecond)
			in := anything(r, c)
			busy := c.s.busy
			calls := c.s.Apply(c.now, in)
			c.calls = append(c.calls, calls...)
			v := c.s.View(c.now)
			if v.Idle == nil && v.Face != FaceIdle {
				t.Fatalf("seed %d: %s never ends by itself after %+v", seed, v.Face, in)
			}
			if c.s.visitor == nil && (v.Jobs != nil || v.Balance != nil || v.Question != nil || c.s.struck != nil || c.s.visit != nil) {
				t.Fatalf("seed %d: something is left after %+v: %+v", seed, in, v)
			}
			for _, e := range calls {
				if _, released := e.(ReleaseJobs); released && busy {
					t.Fatalf("seed %d: released while a release was under way", seed)
				}
			}
		}
	}
}

func anything(r *rand.Rand, c *scene) Input {
	id := release.JobID(41 + r.IntN(4))
	if len(c.calls) > 0 && r.IntN(2) == 0 {
		i := r.IntN(len(c.calls))
		e := c.calls[i]
		c.calls = slices.Delete(c.calls, i, i+1)
		return answerTo(e, r)
	}
	inputs := []Input{
		Tap{Badge: badge}, Tap{Badge: "FFFF0001"}, OpenKeypad{}, Submit{"sam", "1"}, Select{id, r.IntN(2) == 0}, ReleaseAll{}, Release{Jobs: []release.JobID{id}},
		Delete{id}, Undo{id}, Answer{id, true}, Later{id}, Ask{id}, Why{}, Back{}, Touch{}, Tick{}, Changed{}, SignOut{},
	}
	return inputs[r.IntN(len(inputs))]
}

func answerTo(e Effect, r *rand.Rand) Input {
	var err error
	if r.IntN(5) == 0 {
		err = codeWrong
	}
	switch e := e.(type) {
	case SignIn:
		return SignedIn{Turn: e.Turn, Visitor: visitorSam(), Err: err}
	case Look:
		var jobs []release.VisitJob
		for id := range 4 {
			j := held(release.JobID(41+id), "Rivers", 4, 5)
			switch r.IntN(4) {
			case 0:
				j = onItsWay(j, release.Printing, 2)
			case 1:
				j = onItsWay(j, release.Unclear, 2)
			case 2:
				j = done(j)
			}
			jobs = append(jobs, j)
		}
		return Looked{Turn: e.Turn, Visit: visitWith(jobs...), Err: err}
	case LookAtStation:
		return StationLooked{Turn: e.Turn, Station: library(), Err: err}
	case ReleaseJobs:
		return Acted{Turn: e.Turn, Of: e, Err: err}
	case DeleteJob:
		return Acted{Turn: e.Turn, Of: e, Err: err}
	case AnswerJob:
		return Acted{Turn: e.Turn, Of: e, Err: err}
	}
	return Tick{}
}
