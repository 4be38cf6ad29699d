package kiosk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"inkwell/internal/school"
	"inkwell/release"
)

// ClassView is a class that collects.
type ClassView struct {
	Name   string      `json:"name"`
	Pupils []PupilView `json:"pupils"`
	All    string      `json:"all,omitempty"`  // "Print all: 12 things", for the adult
	Done   string      `json:"done,omitempty"` // what has just become of it
	Failed string      `json:"failed,omitempty"`
	Child  *PupilView  `json:"child,omitempty"` // who is asked
	Pay    string      `json:"pay,omitempty"`   // "Pay from 3K budget", for an adult

	Sponsor *SponsorView `json:"sponsor,omitempty"`
}

// PupilView is a child with something waiting: first name and a picture, no title.
type PupilView struct {
	ID      school.PersonID `json:"id"`
	Name    string          `json:"name"`
	Picture string          `json:"picture"`        // the symbol's address within the page
	Tint    int             `json:"tint"`           // of its ground, 0 to 4
	Long    string          `json:"long,omitempty"` // "yes" for a name with a part that needs smaller letters
	What    string          `json:"what"`           // "2 things"
	Off     bool            `json:"off,omitempty"`
}

// ClassLine is a class that the visitor can open.
type ClassLine struct {
	ID   school.ClassID `json:"id"`
	Name string         `json:"name"`
}

// pictures are the symbols that children know themselves by, and tints their grounds: always the
// same ones for the same child.
var symbols = []string{"star", "sun", "moon", "heart", "leaf", "fish", "boat", "house", "kite", "flower", "tree", "ball"}

const tints = 5

// longPart is how many letters a part of a name may have until it is broken on the smallest screen.
const longPart = 9

// classLines are the classes that can be opened from the visitor's own list.
func (s *Screen) classLines() (all []ClassLine) {
	for _, t := range s.visit.Classes {
		all = append(all, ClassLine{t.Class, plain(t.Name, nameShown)})
	}
	return all
}

func (s *Screen) viewClass(v *View) {
	c := s.class
	list := c.list
	w := &ClassView{Name: plain(list.Class, nameShown)}
	v.Class = w
	for _, p := range list.Pupils {
		w.Pupils = append(w.Pupils, s.pupilView(p, list.Pupils))
	}
	switch v.Face {
	case FacePupil:
		child := s.waiting(c.child)
		p := s.pupilView(*child, list.Pupils)
		w.Child, w.Pupils = &p, nil
		v.Title, v.Text = s.Say("Is this you, {name}?", "name", p.Name), s.Say("{things}, {pages}.", "things", p.What, "pages", s.pages(child.Pages))
		if list.Account != "" {
			w.Pay = s.Say("Pay from {account}", "account", plain(list.Account, nameShown))
		}
	case FaceWhole:
		w.Pupils = nil
		v.Title, v.Text = s.Say("Print for the whole class?"), s.wholeSum(list.Pupils)
	default:
		v.Title, v.Text = s.Say("Find your name. Press it."), w.Name
		if len(w.Pupils) == 0 {
			v.Title, v.Text = s.Say("Nothing waits for this class."), s.Say("As soon as a child's work is here, their name is too.")
		}
		if len(s.classJobs()) > 0 {
			w.All = s.Say("Print all: {things}", "things", s.things(len(s.classJobs())))
		}
		w.Done, w.Failed = s.classDone(c.done)
		if c.paid != nil {
			w.Done = strings.TrimSpace(w.Done + " " + s.sayPaid(c.paid))
		}
	}
	if v.Note == "" {
		v.Note = s.Told(list.At.Trouble())
	}
}

func (t tongue) pupilView(p release.PupilWaiting, all []release.PupilWaiting) PupilView {
	v := PupilView{ID: p.Person, Name: firstName(p, all), Off: len(p.Jobs) == 0}
	v.Picture = "#symbol-" + symbols[int(p.Person)%len(symbols)]
	v.Tint = int(p.Person) / len(symbols) % tints
	if slices.ContainsFunc(strings.FieldsFunc(v.Name, func(r rune) bool { return r == ' ' || r == '-' }), func(part string) bool { return utf8.RuneCountInString(part) > longPart }) {
		v.Long = "yes"
	}
	v.What = t.things(len(p.Jobs))
	if v.Off {
		v.What = t.Say("Ask your teacher.")
	}
	return v
}

// firstName is what a child is called, with the family name's first letter where two of the list
// are called the same.
func firstName(p release.PupilWaiting, all []release.PupilWaiting) string {
	name := plain(p.Given, nameShown)
	same := slices.ContainsFunc(all, func(o release.PupilWaiting) bool { return o.Given == p.Given && o.Person != p.Person })
	family := []rune(strings.TrimSpace(strings.TrimPrefix(p.Name, p.Given)))
	if same && len(family) > 0 {
		return fmt.Sprintf("%s %c.", name, family[0])
	}
	return name
}

func (t tongue) things(n int) string { return t.Say("{n} things", "n", n) }

func (t tongue) wholeSum(all []release.PupilWaiting) string {
	pupils, jobs, sides := 0, 0, 0
	for _, p := range all {
		if len(p.Jobs) > 0 {
			pupils, jobs, sides = pupils+1, jobs+len(p.Jobs), sides+p.Pages
		}
	}
	return t.Say("{jobs} of {pupils}, {pages}, sorted by pupil.", "jobs", t.jobs(jobs), "pupils", t.Say("{n} pupils", "n", pupils), "pages", t.pages(sides))
}

// classDone is what has become of a press, for whoever comes next as well: names and pages.
func (t tongue) classDone(done []release.PupilPrinted) (came, failed string) {
	out := 0
	var refused []string
	for _, p := range done {
		if p.Refused != "" {
			refused = append(refused, plain(p.Given, nameShown)+": "+t.told(p.Refused))
			continue
		}
		out += p.Pages
	}
	if out > 0 {
		came = t.Say("Coming now: {pages}.", "pages", t.pages(out))
		if len(done) == 1 {
			came = t.Say("Well done, {name}! {pages} on the way.", "name", plain(done[0].Given, nameShown), "pages", t.pages(out))
		}
	}
	return came, strings.Join(refused, " ")
}
