package kiosk

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

func TestDeleteWaitsForUndo(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)))
	c.does(Delete{41}, Delete{41}, Delete{99})
	v := c.face(FaceJobs)
	if v.Jobs[0].State != "struck" || v.Jobs[0].Undo.Left != 5000 || !slices.Equal(v.Print.Jobs, []release.JobID{42}) {
		t.Errorf("view %+v, print %+v", v.Jobs, v.Print)
	}
	c.after(4 * time.Second)
	c.does(Undo{41})
	c.after(4 * time.Second)
	c.quiet()
	c.does(Delete{41})
	c.after(5 * time.Second)
	e := next[DeleteJob](c)
	if e.Job != 41 {
		t.Errorf("deleted %+v", e)
	}
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith(held(42, "Maths", 3, 0)))

	c.does(Delete{42}, SignOut{}) // who leaves does not wait for the bar
	if e := next[DeleteJob](c); e.Job != 42 {
		t.Errorf("deleted %+v", e)
	}
}

func TestChoosing(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	counting := held(43, "Essay", 0, 0)
	counting.State = release.Counting
	c.signIn(visitWith(held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0), counting))
	v := c.face(FaceJobs)
	if v.Jobs[2].State != "preparing" || v.Jobs[2].Meta != "Getting ready…" || v.Jobs[2].Held {
		t.Errorf("line %+v", v.Jobs[2])
	}
	c.does(Select{41, false}, Select{43, false}, Select{99, false})
	if v := c.face(FaceJobs); v.Print.Label != "Print 1" || v.Print.Sum != "1 job, 3 pages" {
		t.Errorf("print %+v", v.Print)
	}
	c.changes(visitWith(held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0), held(43, "Essay", 2, 0)))
	if v := c.face(FaceJobs); !slices.Equal(v.Print.Jobs, []release.JobID{42, 43}) {
		t.Errorf("print %+v", v.Print)
	}
	c.does(Select{42, false}, Select{43, false})
	if v := c.face(FaceJobs); v.Print.Ready || v.Print.Label != "Choose what to print" {
		t.Errorf("print %+v", v.Print)
	}
	c.does(Release{Jobs: nil})
	c.quiet()
	c.does(ReleaseAll{})
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{41, 42, 43}) {
		t.Errorf("released %v", e.Jobs)
	}
}

func TestTooFewPages(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	visit := visitWith(held(41, "Rivers", 10, 5))
	visit.Balance = 5
	c.signIn(visit)
	if v := c.face(FaceJobs); v.Print.Ready || v.Print.Enough || v.Print.After != "Needs 10, you have 5. Choose fewer, or ask for more." {
		t.Errorf("print %+v", v.Print)
	}
}

// A ceiling on colour is told where it is less than what is left, and stops what is above it.
func TestACeilingOnColour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		colour      *int
		job         int // impressions in colour, of 5
		text, after string
		ready       bool
	}{
		{"none", nil, 5, "88 pages left.", "83 left afterwards", true},
		{"enough", new(10), 4, "88 pages left, 10 in colour.", "83 left afterwards, 6 in colour", true},
		{"black and white", new(0), 0, "88 pages left, 0 in colour.", "83 left afterwards", true},
		{"too few", new(2), 4, "88 pages left, 2 in colour.", "Needs 4 in colour, you have 2. Choose fewer, or send it in black and white.", false},
		{"more than pages", new(100), 4, "88 pages left.", "83 left afterwards", true},
	} {
		s := newScene(t)
		visit := visitWith(held(41, "Rivers", 5, 5))
		visit.Balance, visit.Colour = 88, c.colour
		visit.Jobs[0].Colour = c.job
		s.signIn(visit)
		if v := s.face(FaceJobs); v.Text != c.text || v.Print.After != c.after || v.Print.Ready != c.ready {
			t.Errorf("%s: %q, %+v", c.name, v.Text, v.Print)
		}
	}
}

func TestARefusedReleaseSaysWhy(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"not-enough": "You don't have enough for that. Choose fewer, or ask for more.", "already-released": "That is on its way to a printer already.",
		"printing-suspended": "", "something-new": "The sentence itself.",
	} {
		kind := fault.Conflict
		if code == "printing-suspended" {
			kind = fault.Suspended
		}
		c := newScene(t)
		c.signIn(visitWith(held(41, "Rivers", 4, 5)))
		c.does(ReleaseAll{})
		e := next[ReleaseJobs](c)
		c.does(Acted{Turn: e.Turn, Of: e, Err: fault.New(kind, code, "The sentence itself.")})
		if v := c.face(FaceJobs); v.Note != want || v.Busy {
			t.Errorf("%s: %+v", code, v)
		}
		c.sees(visitWith(held(41, "Rivers", 4, 5)))
		c.does(ReleaseAll{})
		if v := c.face(FaceJobs); v.Note != "" {
			t.Errorf("%s: the note stays: %q", code, v.Note)
		}
		next[ReleaseJobs](c)
	}
}

func TestSuspensionIsNeutralFirst(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	visit := visitWith(held(41, "Rivers", 4, 5))
	visit.Barred = fault.New(fault.Suspended, "printing-suspended", "140 pages in 10 minutes on Tuesday. Ends Thursday 08:00.")
	c.signIn(visit)
	v := c.face(FaceJobs)
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if v.Barred == nil || v.Barred.Say != "You can't print here today." || v.Print != nil || strings.Contains(string(body), "Tuesday") {
		t.Fatalf("view %s", body)
	}
	c.does(ReleaseAll{}, Release{Jobs: []release.JobID{41}})
	c.quiet()
	c.does(Why{})
	if v := c.face(FaceJobs); v.Barred.Reason != "140 pages in 10 minutes on Tuesday. Ends Thursday 08:00." {
		t.Errorf("barred %+v", v.Barred)
	}
	c.does(Delete{41}) // deleting is no printing
	c.after(5 * time.Second)
	next[DeleteJob](c)
}

func TestWhenTheDeskCannotBeAsked(t *testing.T) {
	t.Parallel()
	away := fault.New(fault.Unavailable, "database-away", "x")
	c := newScene(t)
	c.does(Tap{Badge: badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.does(Looked{Turn: next[Look](c).Turn, Err: away})
	if v := c.face(FaceMessage); !strings.Contains(v.Title, "Your work is safe") {
		t.Errorf("view %+v", v)
	}
	c.does(Tap{Badge: badge}) // no echo: it was not the badge's fault
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
	c.does(Changed{})
	c.does(Looked{Turn: next[Look](c).Turn, Err: away})
	if v := c.face(FaceJobs); v.Note == "" || len(v.Jobs) != 1 {
		t.Errorf("view %+v", v)
	}
	c.after(retryAfter)
	c.sees(visitWith())
	if v := c.face(FaceJobs); v.Note != "" || len(v.Jobs) != 0 {
		t.Errorf("view %+v", v)
	}

	idle := newScene(t)
	idle.does(Changed{})
	idle.does(StationLooked{Turn: next[LookAtStation](idle).Turn, Err: away})
	idle.after(retryAfter)
	st := library()
	st.Printer.State = release.PrinterUnreachable
	idle.does(StationLooked{Turn: next[LookAtStation](idle).Turn, Station: st})
	if v := idle.face(FaceIdle); v.Printer.Level != "bad" {
		t.Errorf("printer %+v", v.Printer)
	}
}

// What the printer beside the visitor cannot print says so before it is tapped, is
// not chosen, and can be deleted; what comes out otherwise says that too.
func TestThePrinterLacksSomething(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	poster, photo := held(41, "Poster", 4, 5), held(42, "Photo", 3, 0)
	poster.Lacks, photo.Instead = "This printer has no A3 paper. Choose another printer.", "black and white here"
	c.signIn(visitWith(poster, photo))
	v := c.face(FaceJobs)
	if j := v.Jobs[0]; j.State != "lacking" || j.Choice || j.Selected || !j.Held || j.Meta != "This printer has no A3 paper. Choose another printer." {
		t.Errorf("the poster is %+v", j)
	}
	if j := v.Jobs[1]; j.State != "held" || !j.Choice || !j.Selected || !strings.HasPrefix(j.Meta, "3 pages · black and white here · ") {
		t.Errorf("the photo is %+v", j)
	}
	if !slices.Equal(v.Print.Jobs, []release.JobID{42}) || v.Print.Label != "Print" {
		t.Errorf("print %+v", v.Print)
	}
	c.does(Select{41, true}, Release{Jobs: []release.JobID{41, 42}})
	c.quiet()
	if v := c.face(FaceJobs); v.Note != "Your list has changed. Look at it again, then print." {
		t.Errorf("a part of what was chosen: %q", v.Note)
	}
	c.does(Release{Jobs: []release.JobID{42}})
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{42}) {
		t.Errorf("released %v", e.Jobs)
	}
	c = newScene(t)
	c.signIn(visitWith(poster))
	if v := c.face(FaceJobs); v.Print != nil {
		t.Errorf("print %+v", v.Print)
	}
	c.does(Delete{41})
	if v := c.face(FaceJobs); v.Jobs[0].State != "struck" || v.Jobs[0].Choice {
		t.Errorf("deleted, it is %+v", v.Jobs[0])
	}
}

// Whoever has left, or lost the badge they came with, is signed out with the words that
// everybody reads who cannot sign in.
func TestAVisitThatIsOverEnds(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith())
	c.face(FaceJobs)
	c.does(Changed{})
	c.does(Looked{Turn: next[Look](c).Turn, Err: fault.New(fault.Unauthenticated, "visit-over", "Please sign in again.")})
	if v := c.face(FaceMessage); v.Title != cantSignIn {
		t.Errorf("it says %q", v.Title)
	}
	c.after(messageFor)
	c.face(FaceIdle)
	c.quiet()
}

// A press that still says a job which was taken out just before it leaves that one where it is.
func TestAStalePressPrintsWhatIsChosen(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)))
	seen := c.face(FaceJobs).Print
	press := Release{Jobs: seen.Jobs, Units: &seen.Units}
	c.does(Select{41, false}, Select{42, false}, press)
	c.quiet()
	c.does(Select{42, true}, press)
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{42}) {
		t.Errorf("released %v", e.Jobs)
	}
}
