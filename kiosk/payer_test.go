package kiosk

import (
	"maps"
	"slices"
	"testing"

	"inkwell/internal/fault"
	"inkwell/quota"
	"inkwell/release"
)

var (
	own     = quota.Payer{Code: quota.OwnCode, Name: "Me", Limited: true, Left: quota.Left{Units: 5}}
	art     = quota.Payer{Code: "art", Name: "Art department", Account: 9, Limited: true, Left: quota.Left{Units: 412}}
	science = quota.Payer{Code: "science", Name: "Science", Account: 10}
)

// paying is a visit with a job of 4 pages and one of 3, and who pays for each.
func paying(first, second quota.Payer, all ...quota.Payer) release.Visit {
	jobs := []release.VisitJob{held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)}
	jobs[0].Payer, jobs[1].Payer = first, second
	st := library()
	return release.Visit{Name: "Sam", Balance: 5, Printer: st.Printer, Beside: st.Printer, Jobs: jobs, Payers: quota.Payers{All: all}}
}

func TestTheScreenSaysWhoPays(t *testing.T) {
	t.Parallel()
	poor := art
	poor.Left.Units = 2
	exam := quota.Payer{Code: "exams", Name: "Exams", Account: 11, Exam: true}
	for _, c := range []struct {
		name    string
		visit   release.Visit
		after   string
		enough  bool
		payers  int
		pressed string
		lines   [2]string
	}{
		{"a pupil sees nothing of it", paying(own, own, own), "Needs 7, you have 5.", false, 0, "", [2]string{}},
		{"nothing was read of payers", paying(quota.Payer{}, quota.Payer{}), "Needs 7, you have 5.", false, 0, "", [2]string{}},
		{"all on the department", paying(art, art, own, art), "Art department: 405 left afterwards", true, 2, "art", [2]string{"Paid by Art department", "Paid by Art department"}},
		{"one on each", paying(own, art, own, art), "Me: 1 left afterwards · Art department: 409 left afterwards", true, 2, "", [2]string{"", "Paid by Art department"}},
		{"without a limit", paying(science, science, own, science), "Paid by Science", true, 2, "science", [2]string{"Paid by Science", "Paid by Science"}},
		{"the department is short", paying(own, poor, own, poor), "Needs 3, Art department has 2.", false, 2, "", [2]string{"", "Paid by Art department"}},
		{"an account that is not theirs", paying(own, quota.Payer{}, own), "Choose who pays.", false, 1, "", [2]string{"", "Who pays? It names an account that is not yours"}},
		{"in an exam", paying(exam, exam, exam), "", true, 0, "", [2]string{}},
	} {
		scene := newScene(t)
		scene.signIn(c.visit)
		v := scene.face(FaceJobs)
		if v.Print.After != c.after || v.Print.Enough != c.enough || len(v.Payers) != c.payers {
			t.Errorf("%s: %q, enough %t, %+v", c.name, v.Print.After, v.Print.Enough, v.Payers)
		}
		for _, p := range v.Payers {
			if (p.Pressed == "true") != (p.ID == c.pressed) || p.Off {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if got := [2]string{v.Jobs[0].Payer, v.Jobs[1].Payer}; got != c.lines {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// A pupil, who never chooses, reads who pays for what a printer left of something their class began to pay for.
func TestTheListSaysWhoPaysForARest(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	visit := paying(own, own, own)
	visit.Jobs[0].Begun = "3K budget"
	c.signIn(visit)
	if v := c.face(FaceJobs); v.Jobs[0].Payer != "3K budget paid for the beginning. You pay for the rest." || v.Jobs[1].Payer != "" {
		t.Errorf("%q, %q", v.Jobs[0].Payer, v.Jobs[1].Payer)
	}
}

func TestOneTouchChangesWhoPays(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(paying(own, art, own, art, science))
	c.does(
		Pay{Jobs: []release.JobID{41}, Account: "drama"}, // not one of theirs
		Pay{Jobs: []release.JobID{42}, Account: "art"},   // pays already
		Pay{Jobs: []release.JobID{99}, Account: "art"},   // no job of theirs
		Pay{Account: "art"},
	)
	c.quiet()
	c.does(Pay{Jobs: []release.JobID{41, 42, 41}, Account: "art"}, Pay{Jobs: []release.JobID{42}, Account: "science"})
	call := next[ChargeJobs](c)
	if !slices.Equal(call.Jobs, []release.JobID{41}) || call.Account != "art" {
		t.Errorf("%+v", call)
	}
	c.quiet() // one at a time
	if v := c.face(FaceJobs); !v.Busy || !v.Payers[0].Off || v.Print.Ready {
		t.Errorf("while it is under way: %+v %+v", v.Payers, v.Print)
	}
	c.does(Acted{Turn: call.Turn, Of: call, Err: fault.New(fault.Forbidden, "account-unknown", "No.")})
	if v := c.face(FaceJobs); v.Busy || v.Note != "You can't use that account. Choose another one." {
		t.Errorf("refused: %+v", v)
	}
	c.sees(paying(art, art, own, art, science))
	if v := c.face(FaceJobs); v.Payers[1].Pressed != "true" || v.Print.After != "Art department: 405 left afterwards" {
		t.Errorf("%+v %+v", v.Payers, v.Print)
	}
	c.does(Release{Jobs: []release.JobID{41, 42}})
	if by := next[ReleaseJobs](c).Visitor.PaidBy; !maps.Equal(by, map[release.JobID]string{41: "art", 42: "art"}) {
		t.Errorf("it is released to be paid by %v", by)
	}
}

func TestARunnerChangesNothingOfWhoPays(t *testing.T) {
	t.Parallel()
	if forRunners(Pay{Jobs: []release.JobID{41}, Account: "art"}) {
		t.Error("a runner chooses who pays")
	}
}
