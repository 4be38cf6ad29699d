package kiosk

import (
	"fmt"

	"inkwell/release"
)

// runner says whether the visitor holds somebody else's slip.
func (s *Screen) runner() bool { return s.visitor != nil && s.visitor.Slip != nil }

// forRunners says whether a runner may do it: print, and go.
func forRunners(in Input) bool {
	switch in.(type) {
	case Tap, Release, ReleaseAll, SignOut, Touch:
		return true
	}
	return !isAct(in)
}

// owner is whose job a runner prints.
func (s *Screen) owner() string { return plain(s.visit.Name, nameShown) }

// viewSlip shows whose job it is and how long, never what it is or what its owner has left.
func (s *Screen) viewSlip(v *View) {
	j := s.job(s.visitor.Slip.Job)
	if j == nil {
		v.Title = "For " + s.owner()
		return
	}
	v.Title = fmt.Sprintf("For %s: %s", s.owner(), pages(j.Pages))
	v.Text = "This slip prints once, here."
	switch {
	case j.State != release.Held:
		v.Text = "It is on its way to the printer."
	case j.Lacks != "":
		v.Text, v.Note = "", plain(j.Lacks, reasonLimit)
	default:
		if v.Note == "" && v.Printer.Level == "bad" {
			v.Note = v.Printer.Text
		}
		if v.Note != "" {
			v.Text = ""
		}
		v.Print = &PrintView{Label: "Print", Jobs: []release.JobID{j.ID}, Enough: true, Ready: !s.busy && s.visit.Printer.Trouble() == ""}
	}
}

// viewSlipDone says what to tell the owner, and nothing of what it cost.
func (s *Screen) viewSlipDone(v *View, t tally) {
	switch {
	case len(s.jobsWhere(unclear)) > 0:
		v.Progress.Partly = true
		v.Title = "We lost sight of the printer."
		v.Text = fmt.Sprintf("Take what came out to %s, and say so.", s.owner())
	case t.out == 0:
		v.Progress.Partly = true
		v.Title = "Nothing came out."
		v.Text = fmt.Sprintf("The work is safe. Please tell %s.", s.owner())
	case t.left > 0:
		v.Title = fmt.Sprintf("%d of %s came out.", t.out, pages(t.of))
		v.Text = fmt.Sprintf("The rest is safe. Please tell %s.", s.owner())
	default:
		v.Title = fmt.Sprintf("Done: %s.", pages(t.out))
		v.Text = fmt.Sprintf("Take them to %s.", s.owner())
	}
}
