package kiosk

import (
	"testing"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

const badge = "04A2B3C4"

// scene plays one screen, and answers its calls when it is told to.
type scene struct {
	*testing.T
	s     *Screen
	now   time.Time
	calls []Effect // not yet answered
}

func newScene(t *testing.T) *scene {
	hash := func(s string) uint64 { return uint64(len(s)) + uint64(s[0])<<8 + uint64(s[len(s)-1])<<16 }
	return &scene{T: t, s: NewScreen(library(), 20*time.Second, hash), now: noon}
}

// does applies inputs and gathers the calls they ask for.
func (c *scene) does(inputs ...Input) {
	for _, in := range inputs {
		c.calls = append(c.calls, c.s.Apply(c.now, in)...)
	}
}

// after lets time pass, with a tick at each moment the screen asked for.
func (c *scene) after(d time.Duration) {
	end := c.now.Add(d)
	for next := c.s.Next(); !next.IsZero() && !next.After(end); next = c.s.Next() {
		c.now = next
		c.does(Tick{})
	}
	c.now = end
}

// next takes the oldest unanswered call, which must be of the kind of want.
func next[E Effect](c *scene) E {
	c.Helper()
	var none E
	if len(c.calls) == 0 {
		c.Fatalf("no call, want %T", none)
	}
	e, ok := c.calls[0].(E)
	if !ok {
		c.Fatalf("the next call is %T, want %T", c.calls[0], none)
	}
	c.calls = c.calls[1:]
	return e
}

func (c *scene) quiet() {
	c.Helper()
	if len(c.calls) > 0 {
		c.Fatalf("unexpected calls: %+v", c.calls)
	}
}

func (c *scene) face(want string) View {
	c.Helper()
	v := c.s.View(c.now)
	if v.Face != want {
		c.Fatalf("face is %s, want %s; view %+v", v.Face, want, v)
	}
	return v
}

// visitorSam is who the badge belongs to.
func visitorSam() release.Visitor {
	return release.Visitor{Actor: school.Actor{School: 1, Person: sam}, Station: library()}
}

func visitWith(jobs ...release.VisitJob) release.Visit {
	return release.Visit{Name: "Sam", Balance: 95, Printer: library().Printer, Beside: library().Printer, Jobs: jobs}
}

// signIn brings Sam to his list.
func (c *scene) signIn(visit release.Visit) {
	c.Helper()
	c.does(Tap{Badge: badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.sees(visit)
}

// sees answers the look that is due.
func (c *scene) sees(visit release.Visit) {
	c.Helper()
	c.does(Looked{Turn: next[Look](c).Turn, Visit: visit})
}

// changes rings and answers.
func (c *scene) changes(visit release.Visit) {
	c.Helper()
	c.does(Changed{})
	c.sees(visit)
}

// granted answers the release that is due and shows the jobs on their way.
func (c *scene) granted(visit release.Visit) ReleaseJobs {
	c.Helper()
	e := next[ReleaseJobs](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visit)
	return e
}

func onItsWay(j release.VisitJob, state release.DeliveryState, printed int) release.VisitJob {
	j.State, j.Delivery = release.Released, &release.VisitDelivery{State: state, Printer: "Library printer", Of: j.Pages, Printed: printed}
	return j
}

func done(j release.VisitJob) release.VisitJob {
	j = onItsWay(j, release.Settled, j.Pages)
	j.State, j.Title, j.Delivery.Charged = release.Done, "", j.Due
	return j
}
