package kiosk

import (
	"testing"

	"inkwell/internal/web/webtest"
	"inkwell/quota"
	"inkwell/release"
)

// noted has a notice for Sam that he has not read.
func noted(d *fakeDesk) { d.visit.Notice = "You printed the same 12 pages 6 times on Friday." }

// A notice stays behind "Why?" on a corridor's screen, stops nothing, and stays to be read when it
// counts as read.
func TestANoticeIsNeutralUntilItIsAskedFor(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	visit := visitWith(held(41, "Rivers", 4, 5))
	visit.Notice, visit.NoticeID = "You printed this 6 times.", 7
	c.signIn(visit)
	v := c.face(FaceJobs)
	if v.Told == nil || v.Told.Reason != "" || !v.Print.Ready {
		t.Fatalf("%+v %+v", v.Told, v.Print)
	}
	c.does(Why{}, Why{})
	e := next[ReadNotice](c)
	c.quiet()
	if e.Notice != 7 {
		t.Errorf("%+v", e)
	}
	if v = c.face(FaceJobs); v.Told.Reason != "You printed this 6 times." {
		t.Errorf("%+v", v.Told)
	}
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
	if v = c.face(FaceJobs); v.Told == nil || v.Told.Reason == "" {
		t.Error("the reason went while it was read")
	}
	c.does(SignOut{})
	if v = c.face(FaceIdle); v.Told != nil {
		t.Error("it outlives the visit")
	}
}

// What was given is pages, or money where the school counts in it.
func TestWhatWasGivenHasItsUnit(t *testing.T) {
	t.Parallel()
	s := newScene(t).s
	for want, m := range map[string]release.Message{
		"You were given 150 pages.": {Kind: release.TellsGiven, Units: 150, Unit: quota.Page},
		"You were given £1.50.":     {Kind: release.TellsGiven, Units: 150, Unit: quota.Penny},
	} {
		if said := s.message(m); said != want {
			t.Errorf("says %q, want %q", said, want)
		}
	}
}

// Messages and prints, and from there what went wrong.
func TestTheAccount(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	visit := visitWith(held(41, "Rivers", 4, 5))
	visit.Printed = true
	c.signIn(visit)
	c.does(OpenAccount{}, OpenAccount{})
	e := next[LookAtAccount](c)
	c.quiet()
	c.does(AccountLooked{Turn: e.Turn, Account: release.OwnAccount{
		Wasted:   3,
		Messages: []release.Message{{Key: "refund:1", Kind: release.TellsNoRefund, When: noon, Why: "It came out well."}, {Key: "approval:2", Kind: release.TellsNo, When: noon, Pages: 4, Who: "Ms Patel", Read: true}},
		Prints:   []release.Print{{Delivery: 7, Pages: 4, Printer: "Library", When: noon}, {Delivery: 6, Pages: 1, Printer: "Hall", When: noon, Over: true}},
	}})
	v := c.face(FaceAccount)
	a := v.Account
	if len(a.Messages) != 2 || !a.Messages[0].New || a.Messages[0].Say != "No pages back." || a.Messages[1].Say != "Ms Patel said no to 4 pages." || a.Messages[1].New {
		t.Errorf("%+v", a.Messages)
	}
	if len(a.Prints) != 2 || !a.Prints[0].Ask || a.Prints[1].Ask || a.Wasted != "3 pages in four weeks were sent and never collected." {
		t.Errorf("%+v", a)
	}
	c.does(Wrong{})
	c.face(FaceWrong)
	c.does(LookedBack{Turn: next[LookBack](c).Turn}, Back{})
	c.face(FaceAccount)
	c.does(Back{})
	c.face(FaceJobs)
}

// theAccount is read by keyboard alone.
func theAccount(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	noted(d)
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Seen("There is a note for you.")
	p.tabTo("why")
	p.Keys("\r")
	p.Seen("6 times on Friday")
	p.tabTo("account")
	p.Keys(" ")
	p.wait(FaceAccount)
	p.Seen("Ms Patel said yes to 8 pages.")
	p.press("back")
	p.wait(FaceJobs)
	p.press("sign-out")
	p.wait(FaceIdle)
	p.nothingPersonal()
	p.Unhurt()
}
