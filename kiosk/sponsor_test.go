package kiosk

import (
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// olive teaches year3 as Sam does; her badge asks for her code.
const olive = school.PersonID(8)

var oliveKey = release.Key{Badge: "0BADCAFE", Code: "602214"}

func (d *fakeDesk) Sponsorship(_ context.Context, _ release.Visitor, _ school.ClassID, pupil school.PersonID) (c release.Sponsorship, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c = release.Sponsorship{Account: d.class.Account, Balance: d.budget}
	for _, p := range d.class.Pupils {
		for i, id := range p.Jobs {
			if p.Person == pupil {
				c.Jobs = append(c.Jobs, release.SponsoredJob{ID: id, Pages: i + 2, Due: int64(i + 2), Submitted: noon.Add(-5 * time.Minute), Rest: i == 1})
			}
		}
	}
	return c, d.fail
}

func (d *fakeDesk) Sponsor(_ context.Context, _ release.Visitor, _ school.ClassID, k release.Key, due map[release.JobID]int64) (done release.Sponsored, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	adult := olive
	switch k {
	case oliveKey, release.Key{Name: "olive", Code: "602214"}:
	case release.Key{Badge: badge}:
		adult = sam
	case release.Key{Badge: oliveKey.Badge}:
		return done, fault.New(fault.Unauthenticated, "badge-code", "x")
	case release.Key{Badge: "04C0FFEE"}: // a child's
		return done, fault.New(fault.Forbidden, "sponsor-not", "Only somebody who teaches this class can pay from its account.")
	default:
		return done, codeWrong
	}
	for i, p := range d.class.Pupils {
		var left []release.JobID
		for _, id := range p.Jobs {
			units, paid := due[id]
			if !paid {
				left = append(left, id)
				continue
			}
			done.PupilPrinted = release.PupilPrinted{Name: p.Name, Given: p.Given, Pages: done.Pages + int(units)}
			done.Paid += units
		}
		d.class.Pupils[i].Jobs = left
	}
	d.budget -= done.Paid
	d.adults = append(d.adults, adult)
	done.Account, done.Left = d.class.Account, d.budget
	return done, d.fail
}

// withBudget is a class with an account of 20 pages.
func withBudget(d *fakeDesk) {
	teaching(d)
	d.class.Account, d.budget = "3K budget", 20
}

const theo = school.PersonID(102) // has too few pages, and two things

// sponsorScene is a child who is asked, and an adult who pressed "Pay from 3K budget".
func sponsorScene(t *testing.T) (*scene, *fakeDesk) {
	t.Helper()
	d := newFakeDesk()
	withBudget(d)
	c := newScene(t)
	c.signIn(d.visit)
	c.saw(d)
	c.after(3 * time.Second) // after the reader's echo
	c.does(Pupil{theo})
	if v := c.face(FacePupil); v.Class.Pay != "Pay from 3K budget" {
		t.Fatalf("offers %q", v.Class.Pay)
	}
	c.does(Sponsor{})
	e := next[LookAtSponsorship](c)
	if e.Pupil != theo || e.Class != year3 {
		t.Fatalf("asks for %+v", e)
	}
	cost, err := d.Sponsorship(context.Background(), e.Visitor, e.Class, e.Pupil)
	c.does(SponsorshipLooked{Turn: e.Turn, Cost: cost, Err: err})
	c.face(FaceSponsor)
	return c, d
}

// sponsored answers the call that is due.
func (c *scene) sponsored(d *fakeDesk) SponsorPupil {
	c.Helper()
	e := next[SponsorPupil](c)
	done, err := d.Sponsor(context.Background(), e.Visitor, e.Class, e.Key, e.Due)
	c.does(PupilSponsored{Turn: e.Turn, Done: done, Err: err})
	return e
}

// The adult sees what it costs and what is left, taps once more, and reads what was paid.
func TestAnAdultHasTheClassPay(t *testing.T) {
	t.Parallel()
	c, d := sponsorScene(t)
	v := c.face(FaceSponsor)
	w := v.Class.Sponsor
	if v.Title != "3K budget pays for Theo?" || w.Costs != "It costs 5 pages." || w.After != "3K budget: 20 pages now, 15 pages afterwards." || !w.Ready || len(w.Jobs) != 2 || v.Text == "" {
		t.Errorf("asks: %+v, %+v", v, w)
	}
	if v.Idle == nil || v.Idle.Of != sponsorFor.Milliseconds() {
		t.Errorf("the bar: %+v", v.Idle)
	}
	c.does(SponsorJob{w.Jobs[1].ID, w.Jobs[1].Flip})
	if w := c.face(FaceSponsor).Class.Sponsor; w.Costs != "It costs 2 pages." || !strings.HasPrefix(w.Jobs[1].Words, "the other 3 pages · ") || w.Jobs[1].Pressed != "false" || w.Jobs[0].Pressed != "true" {
		t.Errorf("one job: %+v", w)
	}
	c.does(SponsorJob{w.Jobs[0].ID, false}, SponsorJob{w.Jobs[1].ID, true})
	if w := c.face(FaceSponsor).Class.Sponsor; w.Costs != "The rest costs 3 pages." {
		t.Errorf("a rest: %+v", w)
	}
	c.does(SponsorJob{w.Jobs[0].ID, true}, SponsorJob{w.Jobs[1].ID, false})
	c.does(Tap{Badge: badge})
	if !c.face(FaceSponsor).Busy {
		t.Error("it can be pressed twice")
	}
	c.does(Tap{Badge: badge}, Tap{Badge: "04C0FFEE"}, SponsorJob{w.Jobs[1].ID, true}, Back{})
	e := c.sponsored(d)
	if len(e.Due) != 1 || e.Due[w.Jobs[0].ID] != 2 || e.Key != (release.Key{Badge: badge}) {
		t.Errorf("pays %+v", e)
	}
	c.saw(d)
	v = c.face(FaceClass)
	if v.Class.Done != "Well done, Theo! 2 pages on the way. 3K budget paid. It has 18 pages left." {
		t.Errorf("says %q", v.Class.Done)
	}
	c.quiet()
	c.does(Pupil{theo})
	if c.s.class.paid != nil {
		t.Error("what was paid is still known to the next child")
	}
}

// Whatever a child presses pays nothing: their own badge does not, and the question ends by itself.
func TestAChildCannotHaveTheClassPay(t *testing.T) {
	t.Parallel()
	c, d := sponsorScene(t)
	c.does(ForPupils{}, Pupil{101}, Whole{}, Sponsor{}, ReleaseAll{}, Submit{Name: "olive", Code: "602214"})
	c.quiet()
	c.does(Tap{Badge: "04C0FFEE"})
	c.sponsored(d)
	c.saw(d)
	if v := c.face(FaceSponsor); !strings.HasPrefix(v.Note, "Only somebody who teaches this class") {
		t.Errorf("says %q", v.Note)
	}
	c.after(sponsorFor - time.Second)
	c.calls = nil
	c.face(FaceSponsor)
	c.after(time.Second)
	if v := c.face(FaceClass); v.Note != "Nobody tapped a badge. Nothing was paid." || d.budget != 20 || len(d.adults) != 0 {
		t.Errorf("says %q; %d left", v.Note, d.budget)
	}
	c.calls = nil
	c.does(Tap{Badge: badge}) // too late: it is a visit of its own
	next[SignIn](c)
}

// A badge that is held up before it is known what it costs counts when it is held up again.
func TestABadgeThatIsTooEarlyCountsAgain(t *testing.T) {
	t.Parallel()
	c, d := sponsorScene(t)
	cost := c.s.class.pays.cost
	c.s.class.pays.cost = nil
	c.does(Tap{Badge: badge})
	c.quiet()
	c.s.class.pays.cost = cost
	c.does(Tap{Badge: badge})
	c.sponsored(d)
}

// Staff whose badge is not enough type their code; who has left theirs at home types the name as well.
func TestACodeHasTheClassPay(t *testing.T) {
	t.Parallel()
	c, d := sponsorScene(t)
	c.does(Tap{Badge: oliveKey.Badge})
	c.sponsored(d)
	c.face(FaceTheirCode)
	c.does(Submit{Code: "111111"})
	c.sponsored(d)
	c.saw(d)
	if v := c.face(FaceTheirCode); v.Note == "" || v.Busy {
		t.Errorf("a wrong code: %+v", v)
	}
	c.does(Back{})
	c.face(FaceSponsor)
	c.does(OpenKeypad{})
	if v := c.face(FaceKeypad); v.Text != "3K budget pays as soon as your code is right." {
		t.Errorf("says %q", v.Text)
	}
	c.does(Submit{Name: "olive", Code: "602214"})
	c.sponsored(d)
	c.saw(d)
	c.face(FaceClass)
	if len(d.adults) != 1 || d.adults[0] != olive || d.budget != 15 {
		t.Errorf("paid by %v, %d left", d.adults, d.budget)
	}
}

func TestAClassThatCannotPay(t *testing.T) {
	t.Parallel()
	c, _ := sponsorScene(t)
	c.s.class.pays.cost.Balance = 4
	if v := c.face(FaceSponsor); v.Class.Sponsor.Short != "Too little: 3K budget has 4 pages left." || v.Class.Sponsor.Ready || v.Text != "" {
		t.Errorf("says %+v", v.Class.Sponsor)
	}
	c.does(Tap{Badge: badge}, OpenKeypad{})
	c.quiet()
	c.does(SponsorJob{1010, false}, SponsorJob{1011, false})
	if v := c.face(FaceSponsor); v.Class.Sponsor.Short != "Choose what it pays for." {
		t.Errorf("says %+v", v.Class.Sponsor)
	}
	c.does(Tap{Badge: "04C0FFEE"})
	c.quiet()
	c.does(Back{})
	c.face(FacePupil)
	c.does(Sponsor{})
	e := next[LookAtSponsorship](c)
	c.does(SponsorshipLooked{Turn: e.Turn, Err: fault.New(fault.Conflict, "sponsor-none", "This class has no account to pay from. IT can open one.")})
	if v := c.face(FacePupil); v.Note != "This class has no account to pay from. IT can open one." {
		t.Errorf("says %q", v.Note)
	}
}

// theClassPays is the walk in a browser, by touch and badge alone.
func theClassPays(t *testing.T, b webtest.Browser) {
	d := newFakeDesk()
	withBudget(d)
	p := openKiosk(t, b, d, 0)
	collects(p, d)
	p.Click(`[data-key="102"] button`)
	p.wait(FacePupil)
	p.press("sponsor")
	p.wait(FaceSponsor)
	p.Seen("It costs 5 pages.")
	p.Seen("3K budget: 20 pages now, 15 pages afterwards.")
	p.Click(`[data-key="1011"] button`)
	p.Seen("3K budget: 20 pages now, 18 pages afterwards.")
	p.Badge("04C0FFEE")
	p.Seen("Only somebody who teaches this class")
	p.Badge(oliveKey.Badge)
	p.wait(FaceTheirCode)
	p.touch(oliveKey.Code)
	p.Click("[type=submit]")
	p.wait(FaceClass)
	p.Seen("3K budget paid. It has 18 pages left.")
	p.Unhurt()
}
