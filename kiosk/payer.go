package kiosk

import (
	"slices"
	"strings"
	"time"

	"inkwell/quota"
	"inkwell/release"
)

// PayerView is one account that the visitor can have what is chosen charged to.
type PayerView struct {
	ID      string `json:"id"` // its code
	Name    string `json:"name"`
	Left    string `json:"left,omitempty"` // "412 left"; nothing for one without a limit
	Pressed string `json:"pressed"`        // "true" where it pays for all that is chosen, or "false"
	Off     bool   `json:"off,omitempty"`  // nothing is chosen, or a call is under way
}

// examSays is what a candidate reads in the place of what they have left.
const examSays = "Exam: no pages used."

func (in Pay) apply(s *Screen, _ time.Time) []Effect {
	if s.visit == nil || s.visit.Barred != nil || s.busy || !slices.ContainsFunc(s.visit.Payers.All, func(p quota.Payer) bool { return p.Code == in.Account }) {
		return nil
	}
	var ids []release.JobID
	for _, id := range in.Jobs {
		if j := s.job(id); j != nil && s.printable(*j) && j.Payer.Code != in.Account && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	s.busy, s.note = true, ""
	return []Effect{ChargeJobs{Turn: s.turn, Visitor: *s.visitor, Jobs: ids, Account: in.Account}}
}

// choosesPayer says whether the visitor has a say in who pays: they may charge more than
// one account, or a job names one that they may not. An exam decides by itself.
func (s *Screen) choosesPayer() bool {
	all := s.visit.Payers
	return !all.Exam() && (len(all.All) > 1 || len(all.All) == 1 && len(s.jobsWhere(s.payerUnknown)) > 0)
}

// payerUnknown says whether a job names an account that is not the visitor's to charge.
func (s *Screen) payerUnknown(j release.VisitJob) bool {
	return len(s.visit.Payers.All) > 0 && s.printable(j) && j.Payer.Code == ""
}

// payers are those that can be pressed.
func (s *Screen) payers(chosen []release.VisitJob) (all []PayerView) {
	if !s.choosesPayer() {
		return nil
	}
	for _, p := range s.visit.Payers.All {
		v := PayerView{ID: p.Code, Name: s.payerName(p), Pressed: "false", Off: s.busy || len(chosen) == 0}
		if p.Limited {
			v.Left = s.Say("{amount} left", "amount", s.visit.Unit.Figure(p.Left.Units))
		}
		if len(chosen) > 0 && !slices.ContainsFunc(chosen, func(j release.VisitJob) bool { return j.Payer.Code != p.Code }) {
			v.Pressed = "true"
		}
		all = append(all, v)
	}
	return all
}

// paidBy is who pays for a job, on its line: nothing where that is the visitor alone.
func (s *Screen) paidBy(j release.VisitJob) string {
	switch {
	case j.Begun != "" && j.Payer.Own():
		return s.Say("{account} paid for the beginning. You pay for the rest.", "account", plain(j.Begun, nameShown))
	case !s.choosesPayer() || j.Payer.Own():
		return ""
	case j.Payer.Code == "":
		return s.Say("Who pays? It names an account that is not yours")
	}
	return s.Say("Paid by {account}", "account", s.payerName(j.Payer))
}

// payerName is what a payer is called; the visitor's own account is in their language.
func (s *Screen) payerName(p quota.Payer) string {
	if name := plain(p.Name, nameShown); !p.Own() && p.Code != quota.PersonalCode {
		return name
	}
	return s.Told(p.Name)
}

// ofOthers says who pays for what is chosen and what they have left then, where that is
// not the visitor's own account alone; "" where it is. ready is false while somebody has to
// be chosen first.
func (s *Screen) ofOthers(chosen, fit []release.VisitJob) (say string, ready bool) {
	switch {
	case s.visit.Payers.Exam():
		return s.Say(examSays), true
	case slices.ContainsFunc(chosen, s.payerUnknown):
		return s.Say("Choose who pays."), false
	}
	var said []string
	others := false
	for _, p := range s.visit.Payers.All {
		of := paidFor(p, fit)
		switch {
		case len(of) == 0:
		case p.Own():
			said = append(said, s.Say("{account}: {left} left afterwards", "account", s.Say("Me"), "left", s.afterwards(of))+s.colourAfterwards(of))
		case p.Limited:
			others = true
			said = append(said, s.Say("{account}: {left} left afterwards", "account", s.payerName(p), "left", s.visit.Unit.Figure(p.Left.Units-due(of))))
		default:
			others = true
			said = append(said, s.Say("Paid by {account}", "account", s.payerName(p)))
		}
	}
	if !others {
		return "", true
	}
	return strings.Join(said, " · "), true
}

// paidFor are those of the jobs that somebody pays for.
func paidFor(p quota.Payer, jobs []release.VisitJob) (all []release.VisitJob) {
	for _, j := range jobs {
		if j.Payer.Code == p.Code {
			all = append(all, j)
		}
	}
	return all
}

// shortOf says which account has too little for what it is to pay, in a few words.
func (s *Screen) shortOf(chosen []release.VisitJob) string {
	for _, p := range s.visit.Payers.All {
		if costs := due(paidFor(p, chosen)); !p.Own() && p.Limited && costs > p.Left.Units {
			return s.Say("Needs {need}, {account} has {have}.", "need", s.visit.Unit.Figure(costs), "account", s.payerName(p), "have", s.visit.Unit.Figure(p.Left.Units))
		}
	}
	return ""
}
