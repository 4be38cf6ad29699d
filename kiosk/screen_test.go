package kiosk

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
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
	return release.Visit{Name: "Sam", Balance: 95, Printer: library().Printer, Jobs: jobs}
}

// signIn brings Sam to his list.
func (c *scene) signIn(visit release.Visit) {
	c.Helper()
	c.does(Tap{badge})
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

func TestTapSeePrintWalkAway(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	one, two := held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)
	c.face(FaceIdle)
	c.does(Tap{badge})
	c.face(FaceBusy)
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.face(FaceBusy)
	c.sees(visitWith(one, two))

	v := c.face(FaceJobs)
	if v.Title != "Hi Sam." || v.Print == nil || v.Print.Label != "Print all" || v.Print.Sum != "2 jobs, 7 pages" || v.Print.After != "88 left afterwards" || !v.Print.Ready {
		t.Fatalf("view %+v, print %+v", v, v.Print)
	}
	if got := v.Jobs[0].Meta; got != "4 pages · 5 min ago · kept until tomorrow 18:00" {
		t.Errorf("first line says %q", got)
	}

	c.does(Release{Jobs: v.Print.Jobs})
	if v := c.face(FaceJobs); !v.Busy || v.Print.Ready {
		t.Error("the button can be pressed twice")
	}
	e := c.granted(visitWith(onItsWay(one, release.Reserved, 0), onItsWay(two, release.Reserved, 0)))
	if !slices.Equal(e.Jobs, []release.JobID{41, 42}) || e.Visitor.Actor.Person != sam {
		t.Errorf("released %+v", e)
	}
	if v := c.face(FacePrinting); v.Title != "Sending 7 pages" {
		t.Errorf("title %q", v.Title)
	}
	c.changes(visitWith(onItsWay(one, release.Printing, 1), onItsWay(two, release.Reserved, 0)))
	if v := c.face(FacePrinting); v.Title != "Printing page 2 of 7" || v.Progress.Page != 1 || v.Progress.Of != 7 {
		t.Errorf("title %q, progress %+v", v.Title, v.Progress)
	}
	visit := visitWith(done(one), done(two))
	visit.Balance = 88
	c.changes(visit)
	v = c.face(FaceDone)
	if v.Title != "Done: 7 pages." || v.Text != "88 left." || v.Jobs[0].State != "done" || v.Jobs[0].Title != "Rivers" {
		t.Errorf("view %+v", v)
	}
	c.after(20 * time.Second)
	c.face(FaceIdle)
	c.quiet()
}

// TestAnOlderLookDoesNotEndARelease: a look that began before the release was
// granted still shows the jobs as held.
func TestAnOlderLookDoesNotEndARelease(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 4, 5)
	c.signIn(visitWith(job))
	c.does(Changed{}, ReleaseAll{})
	old := next[Look](c)
	e := next[ReleaseJobs](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.quiet()
	c.does(Looked{Turn: old.Turn, Visit: visitWith(job)})
	if v := c.face(FaceJobs); !v.Busy {
		t.Error("the old look ended the wait")
	}
	c.sees(visitWith(onItsWay(job, release.Reserved, 0)))
	c.face(FacePrinting)
}

func TestOnlyBadgesAreBadges(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "1", "123", strings.Repeat("0", 33), strings.Repeat("0", 10_000), "1234\n", "1234 5678", "<b>1234</b>", "12\x0034", "１２３４", "12345\u202e"} {
		c := newScene(t)
		c.does(Tap{bad})
		c.face(FaceIdle)
		c.quiet()
	}
	for _, good := range []string{"1234", "04A2B3C4", "04:a2:b3:c4", ";1234567890=?", strings.Repeat("9", 32)} {
		c := newScene(t)
		c.does(Tap{good})
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
	c.does(Tap{badge}, Tap{badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
	for range 5 {
		c.after(1500 * time.Millisecond)
		c.does(Tap{badge})
	}
	c.face(FaceJobs)
	c.quiet()
	c.after(3 * time.Second)
	c.does(Tap{badge})
	next[SignIn](c)
}

func TestWhoeverItIsNotReadsTheSame(t *testing.T) {
	t.Parallel()
	var first View
	for i, err := range []error{badgeUnknown, codeWrong, fault.New(fault.Unauthenticated, "left-school", "Sam Jones has left."), fmt.Errorf("sign in: %w", badgeUnknown)} {
		c := newScene(t)
		c.does(Tap{badge})
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

// waysOut are all the ways a visit ends.
var waysOut = map[string]func(*scene){
	"20 s without a touch": func(c *scene) { c.after(20 * time.Second) },
	"sign out":             func(c *scene) { c.does(SignOut{}) },
	"the next badge":       func(c *scene) { c.does(Tap{"FFFF0001"}) },
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

	c.does(Tap{"AAAA0001"})
	slow := next[SignIn](c)
	c.after(20 * time.Second) // gave up waiting
	c.does(SignedIn{Turn: slow.Turn, Visitor: visitorSam()})
	c.face(FaceIdle)
	c.quiet()
}

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

func TestReleaseTakesOnlyWhatCanBePrinted(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0), onItsWay(held(43, "Poem", 1, 0), release.Printing, 0)))
	c.does(Delete{42}, Release{Jobs: []release.JobID{41, 42, 43, 44, 41}}, Release{Jobs: []release.JobID{41}}, ReleaseAll{})
	if e := next[ReleaseJobs](c); !slices.Equal(e.Jobs, []release.JobID{41}) {
		t.Errorf("released %v", e.Jobs)
	}
	c.quiet()
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

func TestARefusedReleaseSaysWhy(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"not-enough": "You don't have enough pages for that. Choose fewer, or ask for more.", "already-released": "That is on its way to a printer already.",
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

func TestTheQuestion(t *testing.T) {
	t.Parallel()
	lost := onItsWay(held(41, "Rivers", 4, 5), release.Unclear, 0)
	c := newScene(t)
	c.signIn(visitWith(lost))
	if v := c.face(FaceQuestion); v.Question.ID != 41 || v.Question.Title != "Rivers" || v.Question.Pages != "4 pages" {
		t.Fatalf("question %+v", v.Question)
	}
	c.does(Answer{99, true}, Answer{41, true}, Answer{41, false})
	e := next[AnswerJob](c)
	c.quiet()
	if e.Job != 41 || !e.Came {
		t.Errorf("answer %+v", e)
	}
	if v := c.face(FaceQuestion); !v.Busy {
		t.Error("the question can be answered twice")
	}
	c.does(Acted{Turn: e.Turn, Of: e, Err: errors.New("database")})
	if v := c.face(FaceQuestion); v.Busy || v.Note != fault.Sorry {
		t.Errorf("view %+v", v)
	}
	c.sees(visitWith(lost))
	c.does(Answer{41, false})
	e = next[AnswerJob](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith(held(41, "Rivers", 4, 5)))
	if v := c.face(FaceDone); v.Title != "Nothing came out." || !strings.Contains(v.Text, "Nothing was charged") {
		t.Errorf("view %+v", v)
	}
	c.does(Back{})
	c.face(FaceJobs)
}

func TestTheQuestionCanWait(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(onItsWay(held(41, "Rivers", 4, 5), release.Unclear, 0)))
	c.does(Later{41})
	if v := c.face(FaceJobs); !v.Jobs[0].Ask {
		t.Errorf("line %+v", v.Jobs[0])
	}
	c.does(Ask{41})
	c.face(FaceQuestion)
	c.does(Answer{41, true})
	e := next[AnswerJob](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith())
	c.face(FaceJobs)
}

func TestHowARunEnds(t *testing.T) {
	t.Parallel()
	ten := held(41, "Rivers", 10, 5)
	partly := held(41, "Rivers", 7, 5)
	partly.Delivery = &release.VisitDelivery{State: release.Settled, Printed: 3, Of: 10, Charged: 3}
	void := held(41, "Rivers", 10, 5)
	void.Delivery = &release.VisitDelivery{State: release.Void, Of: 10}
	for name, c := range map[string]struct {
		jobs        []release.VisitJob
		title, text string
		partly      bool
	}{
		"all of it":           {[]release.VisitJob{done(ten)}, "Done: 10 pages.", "95 left.", false},
		"gone from the list":  {nil, "Done: 10 pages.", "95 left.", false},
		"stopped after three": {[]release.VisitJob{partly}, "3 of 10 pages came out.", "3 pages charged, 95 left. The rest is safe in your list.", true},
		"refused by printer":  {[]release.VisitJob{void}, "Nothing came out.", "Nothing was charged. Your work is safe in your list.", true},
	} {
		s := newScene(t)
		s.signIn(visitWith(ten))
		s.does(ReleaseAll{})
		s.granted(visitWith(onItsWay(ten, release.Printing, 10)))
		s.changes(visitWith(c.jobs...))
		if v := s.face(FaceDone); v.Title != c.title || v.Text != c.text || v.Progress.Partly != c.partly {
			t.Errorf("%s: %q, %q, %+v", name, v.Title, v.Text, v.Progress)
		}
	}
}

func TestTroubleAtThePrinter(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 10, 5)
	c.signIn(visitWith(job))
	c.does(ReleaseAll{})
	stopped := onItsWay(job, release.Printing, 3)
	stopped.Delivery.Trouble = "The paper is stuck."
	c.granted(visitWith(stopped))
	if v := c.face(FacePrinting); v.Title != "Stopped after page 3 of 10" || v.Text != "The paper is stuck." || v.Progress.Trouble == "" {
		t.Errorf("view %+v", v)
	}
	visit := visitWith(held(42, "Maths", 1, 0))
	visit.Printer.State, visit.Printer.Reasons = release.PrinterStopped, []string{"media-empty-error"}
	d := newScene(t)
	d.signIn(visit)
	if v := d.face(FaceJobs); v.Print.Ready || !strings.Contains(v.Note, "out of paper") {
		t.Errorf("view %+v, print %+v", v, v.Print)
	}
}

func TestTheOtherJobsStayInReachWhilePrinting(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	one, two := held(41, "Rivers", 4, 5), held(42, "Maths", 3, 0)
	c.signIn(visitWith(one, two))
	c.does(Release{Jobs: []release.JobID{41}})
	c.granted(visitWith(onItsWay(one, release.Printing, 2), two))
	if v := c.face(FacePrinting); v.Waits != "1 job waiting" {
		t.Errorf("waits %q", v.Waits)
	}
	c.does(Back{})
	if v := c.face(FaceJobs); v.Jobs[0].Meta != "Page 3 of 4" || v.Jobs[0].Held {
		t.Errorf("line %+v", v.Jobs[0])
	}
	c.does(Release{Jobs: []release.JobID{42}})
	c.granted(visitWith(onItsWay(one, release.Printing, 3), onItsWay(two, release.Reserved, 0)))
	if v := c.face(FacePrinting); v.Progress.Of != 7 || v.Progress.Page != 3 {
		t.Errorf("progress %+v", v.Progress)
	}
}

func TestWhoOnlyHasSomethingPrintingSeesIt(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(onItsWay(held(41, "Rivers", 4, 5), release.Printing, 1)))
	c.face(FacePrinting)
}

func TestDoneStaysForAWhile(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	job := held(41, "Rivers", 4, 5)
	c.signIn(visitWith(job))
	c.does(ReleaseAll{})
	c.granted(visitWith(onItsWay(job, release.Printing, 0)))
	c.after(19 * time.Second)
	c.changes(visitWith(done(job)))
	c.after(9 * time.Second)
	c.face(FaceDone)
	c.after(time.Second)
	c.face(FaceIdle)
}

func TestWhenTheDeskCannotBeAsked(t *testing.T) {
	t.Parallel()
	away := fault.New(fault.Unavailable, "database-away", "x")
	c := newScene(t)
	c.does(Tap{badge})
	c.does(SignedIn{Turn: next[SignIn](c).Turn, Visitor: visitorSam()})
	c.does(Looked{Turn: next[Look](c).Turn, Err: away})
	if v := c.face(FaceMessage); !strings.Contains(v.Title, "Your work is safe") {
		t.Errorf("view %+v", v)
	}
	c.does(Tap{badge}) // no echo: it was not the badge's fault
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
		Tap{badge}, Tap{"FFFF0001"}, OpenKeypad{}, Submit{"sam", "1"}, Select{id, r.IntN(2) == 0}, ReleaseAll{}, Release{[]release.JobID{id}},
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
