package kiosk

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// year3 is the class that Sam, grown up, teaches.
const year3 = school.ClassID(5)

func (d *fakeDesk) ClassAt(_ context.Context, _ release.Visitor, class school.ClassID) (release.ClassPrint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.class
	c.Pupils = slices.Clone(c.Pupils)
	if class != year3 {
		return c, fault.New(fault.NotFound, "class-unknown", "That is no class of yours.")
	}
	return c, d.away
}

// PrintForPupils has too few pages for Theo.
func (d *fakeDesk) PrintForPupils(_ context.Context, v release.Visitor, _ school.ClassID, jobs []release.JobID) (all []release.PupilPrinted, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return nil, d.fail
	}
	var left []release.PupilWaiting
	for _, p := range d.class.Pupils {
		switch {
		case len(p.Jobs) == 0 || !slices.Contains(jobs, p.Jobs[0]):
			left = append(left, p)
		case p.Given == "Theo":
			left = append(left, p)
			all = append(all, release.PupilPrinted{Name: p.Name, Given: p.Given, Refused: "Too few pages left."})
		default:
			all = append(all, release.PupilPrinted{Name: p.Name, Given: p.Given, Pages: p.Pages})
			d.adults = append(d.adults, v.Actor.Person)
		}
	}
	d.class.Pupils = left
	return all, nil
}

// teaching is Sam as a teacher of thirty seven-year-olds; two are called the same, and one has
// nothing that comes out here.
func teaching(d *fakeDesk) {
	d.visit.Classes = []school.Taught{{Class: year3, Name: "3 Kingfisher"}}
	d.class = release.ClassPrint{Class: "3 Kingfisher", At: d.station.Printer}
	given := []string{"Ava", "Theo", "Noor", "Jack", "Mia", "Oskar", "Lily", "Idris", "Maya", "Finn", "Zofia", "Leo", "Amina", "Rhys", "Ella",
		"Kofi", "Grace", "Arjun", "Freya", "Hugo", "Yusuf", "Isla", "Tomos", "Rosa", "Ben", "Chidi", "Anya", "Bartholomew-James", "Wren", "Ava"}
	for i, name := range given {
		n := 1 + i%3
		p := release.PupilWaiting{Person: school.PersonID(101 + i), Given: name, Name: name + " " + string(rune('A'+i%26)) + "dams", Pages: n + i%2}
		for j := range n {
			p.Jobs = append(p.Jobs, release.JobID(1000+10*i+j))
		}
		if name == "Wren" {
			p.Jobs, p.Pages, p.Lacking = nil, 0, 1
		}
		d.class.Pupils = append(d.class.Pupils, p)
	}
}

func collects(p *page, _ *fakeDesk) {
	p.Badge("04A2B3C4")
	p.wait(FaceClass)
}

// classScene is an adult whose badge has opened the list.
func classScene(t *testing.T) (*scene, *fakeDesk) {
	t.Helper()
	d := newFakeDesk()
	teaching(d)
	c := newScene(t)
	c.signIn(d.visit)
	c.saw(d)
	return c, d
}

// saw answers the look at the class that is due.
func (c *scene) saw(d *fakeDesk) {
	c.Helper()
	e := next[LookAtClass](c)
	list, err := d.ClassAt(context.Background(), e.Visitor, e.Class)
	c.does(ClassLooked{Turn: e.Turn, Class: list, Err: err})
}

// collected prints what the screen asks about.
func (c *scene) collected(d *fakeDesk) {
	c.Helper()
	c.does(ForPupils{})
	e := next[PrintPupils](c)
	done, err := d.PrintForPupils(context.Background(), e.Visitor, e.Class, e.Jobs)
	c.does(PupilsPrinted{Turn: e.Turn, Done: done, Err: err})
	c.saw(d)
}

// One badge of an adult, then every child with a press on their name and one on "Yes": no code, no
// title, and the adult is who did it. Whoever stands there for ten minutes has had their turn.
func TestAClassCollects(t *testing.T) {
	c, d := classScene(t)
	v := c.face(FaceClass)
	if len(v.Class.Pupils) != 30 || v.Class.Pupils[0].Name != "Ava A." || v.Class.Pupils[29].Name != "Ava D." || v.Class.Pupils[1].Name != "Theo" || !v.Class.Pupils[28].Off {
		t.Fatalf("the list: %+v", v.Class.Pupils)
	}
	pictures := map[string]bool{}
	for _, p := range v.Class.Pupils {
		pictures[fmt.Sprint(p.Picture, p.Tint)] = true
		if (p.Long != "") != (p.Name == "Bartholomew-James") {
			t.Errorf("%s is in letters of the wrong size", p.Name)
		}
	}
	if len(pictures) != 30 {
		t.Errorf("%d pictures for 30 children", len(pictures))
	}
	for _, p := range v.Class.Pupils {
		c.does(Pupil{p.ID})
		if p.Off {
			c.face(FaceClass)
			continue
		}
		if got := c.face(FacePupil); got.Class.Child.ID != p.ID || len(got.Class.Pupils) != 0 || len(got.Jobs) != 0 {
			t.Errorf("the question to %s: %+v", p.Name, got.Class)
		}
		c.collected(d)
	}
	if left := c.face(FaceClass).Class.Pupils; len(left) != 2 { // Theo has too few pages, and Wren nothing here
		t.Errorf("left: %+v", left)
	}
	if len(d.adults) != 28 || d.adults[0] != sam {
		t.Errorf("%d were printed for by %v", len(d.adults), d.adults)
	}
}

// The list is read again while a child's paper is on its way, as it is every few seconds: until that
// is decided nobody starts another, and afterwards the next child can.
func TestALookLetsNoSecondReleaseBegin(t *testing.T) {
	c, d := classScene(t)
	c.does(Pupil{101}, ForPupils{})
	first := next[PrintPupils](c)
	c.after(classAgain)
	c.saw(d)
	if v := c.face(FacePupil); !v.Busy {
		t.Error("a look has ended what is under way")
	}
	c.does(ForPupils{}, Back{}, Pupil{103}, ForPupils{}, Whole{}, ForPupils{}, Sponsor{})
	c.quiet()
	done, err := d.PrintForPupils(t.Context(), first.Visitor, first.Class, first.Jobs)
	c.does(PupilsPrinted{Turn: first.Turn, Done: done, Err: err})
	c.saw(d)
	if v := c.face(FaceClass); v.Busy || v.Class.Done == "" {
		t.Errorf("afterwards: busy %v, says %q", v.Busy, v.Class.Done)
	}
	c.does(Pupil{103})
	c.collected(d)
	if len(d.adults) != 2 {
		t.Errorf("%d were printed for", len(d.adults))
	}
}

func TestAClassListClosesByItself(t *testing.T) {
	c, _ := classScene(t)
	c.after(classFor - time.Second)
	c.does(Touch{}, Pupil{101}) // lengthen nothing
	c.face(FacePupil)
	c.after(time.Second)
	if v := c.face(FaceIdle); v.Class != nil || v.Idle != nil {
		t.Errorf("left behind: %+v", v)
	}
}

// The adult prints for all, reads whose did not come, and leaves with the list.
func TestAnAdultPrintsForAll(t *testing.T) {
	c, d := classScene(t)
	c.does(Whole{})
	c.face(FaceWhole)
	c.collected(d)
	v := c.face(FaceClass)
	if v.Class.Done == "" || v.Class.Failed != "Theo: Too few pages left." {
		t.Errorf("said: %q, %q", v.Class.Done, v.Class.Failed)
	}
	c.does(Back{})
	c.face(FaceIdle)
}

var lessonOver = fault.New(fault.Conflict, "lesson-none", "You can print for a class while you teach it.")

// TestAClassListIsNoWayIn: children stand at the list without the adult, and nothing that is sent
// from there, nor its end, leads to what is the adult's own.
func TestAClassListIsNoWayIn(t *testing.T) {
	c, d := classScene(t)
	id := d.visit.Jobs
	c.does(ReleaseAll{}, Mine{}, Why{}, NewCode{}, Renew{}, OpenClass{year3}, Delete{1}, Release{}, Pay{})
	if len(id) > 0 {
		c.does(Delete{id[0].ID}, Release{Jobs: []release.JobID{id[0].ID}})
	}
	c.face(FaceClass)
	c.quiet()
	c.does(Changed{})
	e := next[LookAtClass](c)
	c.does(ClassLooked{Turn: e.Turn, Err: fault.New(fault.Unavailable, "database-away", "")})
	c.face(FaceClass) // it comes back
	c.after(retryAfter)
	e = next[LookAtClass](c)
	c.does(ClassLooked{Turn: e.Turn, Err: lessonOver})
	if v := c.face(FaceMessage); v.Title != lessonOver.Say || v.Class != nil || len(v.Jobs) != 0 {
		t.Errorf("left behind: %+v", v)
	}
	c.after(messageFor)
	c.face(FaceIdle)
}

// A lesson that is not there yet is said to the adult, who has just come, over their own jobs.
func TestAClassThatCannotBeOpened(t *testing.T) {
	d := newFakeDesk()
	teaching(d)
	c := newScene(t)
	c.signIn(d.visit)
	e := next[LookAtClass](c)
	c.does(ClassLooked{Turn: e.Turn, Err: lessonOver})
	c.sees(d.visit)
	if v := c.face(FaceJobs); v.Note != lessonOver.Say {
		t.Errorf("says %q", v.Note)
	}
	c.does(OpenClass{6})
	c.face(FaceJobs) // no class of theirs
}
