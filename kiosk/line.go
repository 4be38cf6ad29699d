package kiosk

import (
	"slices"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// line is a job's line in the list. Jobs that have ended well, or that their
// owner ended, have none.
func (s *Screen) line(j release.VisitJob, now time.Time) (JobView, bool) {
	v := JobView{ID: j.ID, Title: s.titleOf(j.Title), Pages: j.Pages, Cost: s.visit.Unit.Figure(j.Due)}
	if s.runner() {
		v.Title, v.Cost = s.Say("For {name}", "name", s.owner()), ""
	}
	switch j.State {
	case release.Receiving, release.Counting:
		v.State, v.Meta = "preparing", s.Say("Getting ready…")
	case release.Held:
		v.State, v.Held, v.Selected = "held", true, !s.off[j.ID]
		v.Locked, v.Claim = s.isLocked(j), j.Claim != ""
		v.Choice, v.Meta, v.Change = true, s.heldMeta(j, now), s.changeable(j)
		v.Costs, v.Payer, v.Unpaid = !s.runner() && !s.visit.Payers.Exam(), s.paidBy(j), s.payerUnknown(j)
		if j.Lacks != "" {
			v.State, v.Choice, v.Selected, v.Meta = "lacking", false, false, s.told(j.Lacks)
			v.MayAsk = j.MayAsk && !s.runner()
		}
		if v.Offer = s.offerOf(j); v.Offer != nil && v.Offer.Main {
			v.Costs = false // what it costs is on the button
		}
		if end, struck := s.struck[j.ID]; struck {
			v.State, v.Held, v.Choice, v.Selected, v.Locked, v.Claim, v.Change, v.MayAsk, v.Offer, v.Meta = "struck", false, false, false, false, false, false, false, nil, s.Say("Deleted")
			if s.notMine[j.ID] {
				v.Meta = s.Say("Not yours: deleted, and IT is told")
			}
			v.Undo = countdown(now, end, undoFor)
		}
	case release.Released:
		s.runLine(&v, j)
		if v.Ask && s.runner() {
			v.Ask, v.Meta = false, s.Say("Lost from sight")
		}
	case release.Refused:
		v.State, v.Meta = "refused", plain(s.Told(j.Refusal), titleLimit)
		if v.Meta == "" {
			v.Meta = s.Say("This one cannot be printed.")
		}
	default:
		return v, false
	}
	return v, true
}

func (t tongue) heldMeta(j release.VisitJob, now time.Time) string {
	facts := []string{t.howMany(j), t.sent(now, j.Submitted), t.kept(now, j.Expires)}
	if d := j.Delivery; d != nil && d.State == release.Settled && d.Printed > 0 && !j.Uncounted {
		facts[0] = t.Say("the other {pages}", "pages", t.pages(j.Pages))
	}
	if j.Claim != "" {
		facts[1] = t.Say("{when} from {room}", "when", facts[1], "room", plain(j.Claim, nameShown))
	}
	if j.Yes != "" {
		facts = slices.Insert(facts, 1, t.Say("{name} said yes", "name", plain(j.Yes, nameShown)))
	}
	for _, more := range []string{j.Instead, j.Why} {
		if more != "" {
			facts = slices.Insert(facts, 1, plain(t.Told(more), titleLimit))
		}
	}
	return strings.Join(facts, " · ")
}

// runLine fills in where a released job is.
func (s *Screen) runLine(v *JobView, j release.VisitJob) {
	d := j.Delivery
	switch {
	case d == nil || d.State == release.Reserved:
		v.State, v.Meta = "waiting", s.Say("Waiting for the printer")
	case d.State == release.Unclear:
		v.State, v.Meta, v.Ask = "unclear", s.Say("Did it come out?"), true
	case d.Trouble != "":
		v.State, v.Meta = "stopped", s.stopped(d.Printed, d.Of)
	case d.State == release.Sending:
		v.State, v.Meta = "printing", s.Say("Sending to the printer")
	default:
		v.State, v.Meta = "printing", s.Say("Page {page} of {of}", "page", min(d.Printed+1, d.Of), "of", d.Of)
	}
	if d != nil && d.State != release.Unclear && d.Printer != s.station.Printer.Name && !s.together() {
		v.Meta = s.Say("It comes out at {printer}.", "printer", plain(d.Printer, nameShown)) + " " + v.Meta
	}
}

// reasonLimit is how many characters of a reason are shown.
const reasonLimit = 400

// reason is the sentence behind "Why?".
func (t tongue) reason(barred error) string { return t.told(fault.As(barred).Say) }

// howMany is how many pages a job has, as far as is known before it prints.
func (t tongue) howMany(j release.VisitJob) string {
	if j.Uncounted {
		return t.Say("up to {pages}, as the printer counts", "pages", t.pages(j.Pages))
	}
	return t.pages(j.Pages)
}
