package kiosk

import (
	"fmt"
	"strconv"

	"inkwell/release"
)

// ChangeView is one job with its pages, and what can be changed of it.
type ChangeView struct {
	ID     release.JobID `json:"id"`
	Leaves []LeafView    `json:"leaves"`
	Window string        `json:"window,omitempty"` // "1–24 of 200", where not all pages are shown
	Before int           `json:"before,omitempty"` // a page to turn to
	After  int           `json:"after,omitempty"`

	Colour  bool         `json:"colour,omitempty"` // it can be made grey
	Grey    string       `json:"grey"`             // "true" where it is, or "false"
	NotGrey bool         `json:"notGrey,omitempty"`
	Sides   []OptionView `json:"sides,omitempty"`
	Up      []OptionView `json:"up"`
	Copies  CopiesView   `json:"copies"`

	Sum     string `json:"sum"`             // "4 pages, 2 sheets"
	Saves   string `json:"saves,omitempty"` // "Saves 3 pages and 2 sheets."
	Changed bool   `json:"changed,omitempty"`
	Saving  bool   `json:"saving,omitempty"` // a tap is on its way
}

// LeafView is a page.
type LeafView struct {
	ID   int    `json:"id"`   // its number
	Kept string `json:"kept"` // "true" or "false"
	Flip bool   `json:"flip"` // what a tap makes of it
	Src  string `json:"src,omitempty"`
}

// OptionView is one of several ways, of which one is pressed.
type OptionView struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Pressed string `json:"pressed"`
}

// CopiesView is how many, and what one fewer and one more are; 0 where that cannot be.
type CopiesView struct {
	Label string `json:"label"`
	Short string `json:"short"` // on a small screen
	Less  int    `json:"less,omitempty"`
	More  int    `json:"more,omitempty"`
}

func (s *Screen) viewChange(v *View) {
	j, c := s.leaf(), s.changing
	of := j.Changes.Of
	v.Title = s.titleOf(j.Title)
	w := &ChangeView{ID: j.ID, Colour: j.Changes.Colour, Grey: pressed(c.want.Grey), NotGrey: !c.want.Grey, Changed: !c.want.Same(release.Edit{}), Saving: c.asked != nil}
	for page := c.first + 1; page <= min(of, c.first+leavesShown); page++ {
		keeps := c.want.Keeps(page)
		w.Leaves = append(w.Leaves, LeafView{ID: page, Kept: pressed(keeps), Flip: !keeps})
	}
	if of > leavesShown {
		w.Window = s.Say("Pages {first}–{last} of {of}", "first", c.first+1, "last", min(of, c.first+leavesShown), "of", of)
		if w.Before = c.first - leavesShown + 1; w.Before < 1 {
			w.Before = 0
		}
		if w.After = c.first + leavesShown + 1; w.After > of {
			w.After = 0
		}
	}
	if j.Changes.Duplex {
		both := j.Changes.TwoSided
		if c.want.Sides != "" {
			both = c.want.Sides != "one-sided"
		}
		w.Sides = []OptionView{{"both", s.Say("Both sides"), pressed(both)}, {"one", s.Say("One side"), pressed(!both)}}
	}
	for _, up := range append([]int{1}, release.EditNumberUps()...) {
		w.Up = append(w.Up, OptionView{strconv.Itoa(up), strconv.Itoa(up), pressed(max(1, c.want.NumberUp) == up)})
	}
	w.Copies = s.copies(j.Changes.Copies, c.want.Copies)
	w.Sum = s.pages(j.Pages) + ", " + s.sheets(j.Changes.Sheets)
	w.Saves = s.saves(*j)
	v.Change = w
	s.viewChangePrint(v, *j)
}

// viewChangePrint is the button that prints what is shown, and nothing else.
func (s *Screen) viewChangePrint(v *View, j release.VisitJob) {
	if j.Lacks != "" {
		v.Text = s.told(j.Lacks)
		return
	}
	one := []release.VisitJob{j}
	p := &PrintView{Label: s.Say("Print"), Jobs: []release.JobID{j.ID}, Units: j.Due, Sum: s.cost(j), Enough: true}
	if _, short := s.visit.Fitting(one); short != nil {
		p.Enough, p.After = false, s.refusal(short)
	} else if s.visit.Payers.Exam() {
		p.After = "" // it is what the job costs
	} else if say, _ := s.ofOthers(one, one); say != "" {
		p.After = say
	} else {
		p.After = s.Say("{left} left afterwards", "left", s.afterwards(one))
	}
	p.Ready = p.Enough && !s.busy && !s.payerUnknown(j)
	v.Print = p
}

// cost is what a job costs, in words, or "" where each page costs a page.
func (s *Screen) cost(j release.VisitJob) string {
	switch {
	case s.visit.Payers.Exam():
		return s.Say(examSays)
	case s.visit.Unit.Counts() && j.Due == int64(j.Pages):
		return ""
	case s.visit.Unit.Counts():
		return s.Say("Costs {amount}", "amount", s.pages(j.Due))
	}
	return s.Say("Costs {amount}", "amount", s.visit.Unit.Figure(j.Due))
}

// saves is what the change spares, in units and paper.
func (s *Screen) saves(j release.VisitJob) string {
	units, sheets := j.Changes.WasDue-j.Due, j.Changes.Was-j.Changes.Sheets
	spared := s.visit.Unit.Figure(units)
	if s.visit.Unit.Counts() {
		spared = s.pages(units)
	}
	switch {
	case units > 0 && sheets > 0:
		return s.Say("Saves {amount} and {sheets}.", "amount", spared, "sheets", s.sheets(sheets))
	case units > 0:
		return s.Say("Saves {amount}.", "amount", spared)
	case sheets > 0:
		return s.Say("Saves {amount}.", "amount", s.sheets(sheets))
	}
	return ""
}

func (t tongue) copies(now, want int) (v CopiesView) {
	if want > 0 {
		now = want
	}
	v.Label, v.Short = t.Say("{n} copies", "n", now), fmt.Sprint(now, "×")
	if now > 1 {
		v.Less = now - 1
	}
	if now < 99 {
		v.More = now + 1
	}
	return v
}

func pressed(on bool) string { return strconv.FormatBool(on) }
