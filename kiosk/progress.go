package kiosk

import (
	"slices"
	"strings"
	"time"

	"inkwell/release"
)

// tally is what has become of the run as a whole, in impressions.
type tally struct {
	out, of int   // come out so far, and asked for
	charged int64 // units of what has been settled
	left    int   // jobs held again with something still to print
	begun   bool  // the printer has something of it
	trouble string
}

func (s *Screen) tally() tally {
	var t tally
	for _, id := range s.run {
		j := s.seen[id]
		d := j.Delivery
		if d == nil {
			t.of += j.Pages
			continue
		}
		t.out += max(0, min(d.Printed, d.Of))
		t.of += d.Of
		t.charged += d.Charged
		t.begun = t.begun || d.Printed > 0 || d.State == release.Printing
		if j.State == release.Released && d.Trouble != "" {
			t.trouble = s.Told(d.Trouble)
		}
		if j.State == release.Held {
			t.left++
		}
	}
	return t
}

func (s *Screen) viewPrinting(v *View, now time.Time) {
	t := s.tally()
	v.Progress = &Progress{Page: t.out, Of: t.of, Trouble: t.trouble}
	switch {
	case t.trouble != "":
		v.Title = s.stopped(t.out, t.of)
	case !t.begun:
		v.Title = s.Say("Sending {pages}", "pages", s.pages(t.of))
	case t.out == t.of:
		v.Title = s.Say("Nearly done")
	default:
		v.Title = s.Say("Printing page {page} of {of}", "page", t.out+1, "of", t.of)
	}
	v.Text = s.Say("You can sign out. It goes on printing.")
	v.MayTell = !s.runner()
	if to := s.elsewhere(); to != "" {
		v.Text = s.Say("It comes out at {printer}.", "printer", to) + " " + v.Text
		v.MayTell = false // what is reported is the printer beside the visitor
	}
	if t.trouble != "" {
		v.Text = t.trouble
	}
	s.viewMove(v)
	s.viewRun(v, now)
}

func (s *Screen) viewDone(v *View, now time.Time) {
	t := s.tally()
	v.Progress = &Progress{Page: t.out, Of: t.of, Partly: t.left > 0}
	switch {
	case s.runner():
		s.viewSlipDone(v, t)
	case t.out == 0:
		v.Title = s.Say("Nothing came out.")
		v.Text = s.Say("Nothing was charged.")
		if t.left > 0 {
			v.Text += " " + s.Say("Your work is safe in your list.")
		}
	case t.left > 0:
		v.Title = s.cameOut(t.out, t.of)
		v.Text = s.Say("{amount} charged, {left} left. The rest is safe in your list.", "amount", s.worth(t.charged), "left", s.visit.Unit.Figure(s.visit.Balance))
		if s.visit.Payers.Exam() {
			v.Text = s.Say(examSays) + " " + s.Say("The rest is safe in your list.")
		}
	default:
		v.Title = s.Say("Done: {pages}.", "pages", s.pages(t.out))
		v.Text = s.Say("{amount} left.", "amount", s.visit.Unit.Figure(s.visit.Balance))
		switch {
		case s.visit.Payers.Exam():
			v.Text = s.Say(examSays)
		case s.Young():
			v.Text = s.Say("Bye, {name}.", "name", plain(s.visit.Name, nameShown))
		}
	}
	if to := s.elsewhere(); to != "" && t.out > 0 {
		v.Text = s.Say("It is at {printer}.", "printer", to) + " " + v.Text
	}
	v.MayAsk = t.charged > 0 && !s.runner()
	s.viewRun(v, now)
}

// elsewhere names the printers of the run that the visitor does not stand beside, or is "".
func (s *Screen) elsewhere() string {
	var names []string
	for _, id := range s.run {
		if d := s.seen[id].Delivery; d != nil && d.Printer != s.station.Printer.Name && !slices.Contains(names, d.Printer) {
			names = append(names, d.Printer)
		}
	}
	return plain(strings.Join(names, " "+s.Say("and")+" "), titleLimit)
}

// together says whether what is watched comes out at one printer, which the sentence above the jobs names.
func (s *Screen) together() bool {
	if f := s.Face(); f != FacePrinting && f != FaceDone || s.tally().trouble != "" {
		return false
	}
	at := ""
	for _, id := range s.run {
		if d := s.seen[id].Delivery; d != nil {
			if at != "" && d.Printer != at {
				return false
			}
			at = d.Printer
		}
	}
	return true
}

// viewRun lists the jobs of the run, and says what else waits.
func (s *Screen) viewRun(v *View, now time.Time) {
	for _, id := range s.run {
		v.Jobs = append(v.Jobs, s.runView(s.seen[id], now))
	}
	if s.runner() {
		return // it is the only one, and not theirs
	}
	v.Balance = &s.visit.Balance
	if n := len(s.jobsWhere(s.printable)); n > 0 {
		v.Waits = s.Say("{n} jobs waiting", "n", n)
	}
}

// runView is the line of a job of the run: on its way, done, or held again.
func (s *Screen) runView(j release.VisitJob, now time.Time) JobView {
	line, shown := s.line(j, now)
	line.Held, line.Costs, line.Choice, line.Selected, line.Undo = false, false, false, false, nil
	out, of := 0, j.Pages
	if j.Delivery != nil {
		out, of = max(0, j.Delivery.Printed), j.Delivery.Of
	}
	switch {
	case !shown:
		line.State, line.Meta = "done", s.pages(out)
	case j.State == release.Held:
		line.State, line.Meta = "stopped", s.Say("{out} of {pages}", "out", out, "pages", s.pages(of))
	}
	return line
}
