package kiosk

import (
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
		v.Title = s.Say("For {name}", "name", s.owner())
		return
	}
	v.Title = s.Say("For {name}: {pages}", "name", s.owner(), "pages", s.pages(j.Pages))
	v.Text = s.Say("This slip prints once, here.")
	switch {
	case j.State != release.Held:
		v.Text = s.Say("It is on its way to the printer.")
	case j.Lacks != "":
		v.Text, v.Note = "", s.told(j.Lacks)
	default:
		if v.Note == "" && v.Printer.Level == "bad" {
			v.Note = v.Printer.Text
		}
		if v.Note != "" {
			v.Text = ""
		}
		v.Print = &PrintView{Label: s.Say("Print"), Jobs: []release.JobID{j.ID}, Enough: true, Ready: !s.busy && s.visit.Printer.Trouble() == ""}
	}
}

// viewSlipDone says what to tell the owner, and nothing of what it cost.
func (s *Screen) viewSlipDone(v *View, t tally) {
	switch {
	case len(s.jobsWhere(unclear)) > 0:
		v.Progress.Partly = true
		v.Title = s.Say("We lost sight of the printer.")
		v.Text = s.Say("Take what came out to {name}, and say so.", "name", s.owner())
	case t.out == 0:
		v.Progress.Partly = true
		v.Title = s.Say("Nothing came out.")
		v.Text = s.Say("The work is safe. Please tell {name}.", "name", s.owner())
	case t.left > 0:
		v.Title = s.cameOut(t.out, t.of)
		v.Text = s.Say("The rest is safe. Please tell {name}.", "name", s.owner())
	default:
		v.Title = s.Say("Done: {pages}.", "pages", s.pages(t.out))
		v.Text = s.Say("Take them to {name}.", "name", s.owner())
	}
}
