package kiosk

import (
	"fmt"
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
			t.trouble = plain(d.Trouble, titleLimit)
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
		v.Title = stopped(t.out, t.of)
	case !t.begun:
		v.Title = "Sending " + pages(t.of)
	case t.out == t.of:
		v.Title = "Nearly done"
	default:
		v.Title = fmt.Sprintf("Printing page %d of %d", t.out+1, t.of)
	}
	v.Text = "You can sign out. It goes on printing."
	v.MayTell = !s.runner()
	if to := s.elsewhere(); to != "" {
		v.Text = "It comes out at " + to + ". " + v.Text
		v.MayTell = false // what is reported is the printer beside the visitor
	}
	if t.trouble != "" {
		v.Text = t.trouble
	}
	s.viewRun(v, now)
}

func (s *Screen) viewDone(v *View, now time.Time) {
	t := s.tally()
	v.Progress = &Progress{Page: t.out, Of: t.of, Partly: t.left > 0}
	switch {
	case s.runner():
		s.viewSlipDone(v, t)
	case t.out == 0:
		v.Title = "Nothing came out."
		v.Text = "Nothing was charged."
		if t.left > 0 {
			v.Text += " Your work is safe in your list."
		}
	case t.left > 0:
		v.Title = fmt.Sprintf("%d of %s came out.", t.out, pages(t.of))
		v.Text = fmt.Sprintf("%s charged, %s left. The rest is safe in your list.", s.visit.Unit.Say(t.charged), s.visit.Unit.Figure(s.visit.Balance))
		if s.visit.Payers.Exam() {
			v.Text = examSays + " The rest is safe in your list."
		}
	default:
		v.Title = fmt.Sprintf("Done: %s.", pages(t.out))
		v.Text = s.visit.Unit.Figure(s.visit.Balance) + " left."
		if s.visit.Payers.Exam() {
			v.Text = examSays
		}
	}
	if to := s.elsewhere(); to != "" && t.out > 0 {
		v.Text = "It is at " + to + ". " + v.Text
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
	return plain(strings.Join(names, " and "), titleLimit)
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
		v.Waits = counted(int64(n), "job") + " waiting"
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
		line.State, line.Meta = "done", pages(out)
	case j.State == release.Held:
		line.State, line.Meta = "stopped", fmt.Sprintf("%d of %s", out, pages(of))
	}
	return line
}
