package kiosk

import (
	"slices"

	"inkwell/internal/fault"
	"inkwell/release"
)

// left says what the visitor has.
func (s *Screen) left() string {
	pass := s.visit.Pass
	switch {
	case pass == nil:
		return s.Say("{left}.", "left", s.has())
	case s.visit.Unit.Counts() && int64(*pass) <= s.visit.Balance:
		return s.Say("{left}.", "left", s.Say("{amount} left", "amount", s.pages(*pass)))
	}
	return s.Say("{left}. Day pass: {pages}.", "left", s.has(), "pages", s.pages(*pass))
}

// has is what the visitor has left, and how much of that may be in colour.
func (s *Screen) has() string {
	say := s.Say("{amount} left", "amount", s.worth(s.visit.Balance))
	if s.visit.Colour != nil {
		say += s.inColour(*s.visit.Colour, s.visit.Balance)
	}
	return say
}

// worth is an amount of what the school counts in, in words.
func (s *Screen) worth(units int64) string { return s.tongue.amount(s.visit.Unit, units) }

// figure is an amount where the unit is known; young readers are told it all the same.
func (s *Screen) figure(units int64) string {
	if s.Young() {
		return s.worth(units)
	}
	return s.visit.Unit.Figure(units)
}

// inColour is how many pages may be in colour of so many units, unless all of them may.
func (s *Screen) inColour(n int, of int64) string {
	switch {
	case !s.visit.Unit.Counts():
		return s.Say(", {pages} in colour", "pages", s.pages(n))
	case int64(n) >= of:
		return ""
	}
	return s.Say(", {pages} in colour", "pages", n)
}

// printView sums up what is chosen among the held jobs. Where not all of it fits what the
// visitor has, the button offers as much as does, and prints exactly that.
func (s *Screen) printView(held []release.VisitJob) *PrintView {
	chosen := s.chosen()
	if len(chosen) == 0 {
		return &PrintView{Label: s.Say("Choose what to print"), After: s.has(), Enough: true}
	}
	fit, short := s.visit.Fitting(chosen)
	p := &PrintView{Label: s.Say("Print"), Enough: short == nil, Sum: s.sum(chosen)}
	switch {
	case short != nil:
		p.After = s.lack(short, chosen)
		p.offer(fit, short, s)
	case len(held) > 1 && len(chosen) == len(held):
		p.Label = s.Say("Print all")
	case len(held) > 1:
		p.Label = s.Say("Print {n}", "n", len(chosen))
	}
	for _, j := range fit {
		p.Units += j.Due
		p.Jobs = append(p.Jobs, j.ID)
	}
	say, ready := s.ofOthers(chosen, fit)
	switch {
	case !ready:
		p.After, p.Enough = say, false
	case short == nil && say != "":
		p.After = say
	case short == nil:
		p.After = s.Say("{left} left afterwards", "left", s.afterwards(fit)) + s.colourAfterwards(fit)
	}
	if s.Young() && short == nil && say == "" {
		p.Sum, p.After = s.Say("{n} things are ready.", "n", len(fit)), s.Say("Press green.")
	}
	if to := s.away(); to != "" {
		p.Label = s.Say("{print} at {printer}", "print", p.Label, "printer", to)
	}
	p.Ready = ready && len(fit) > 0 && !s.busy && s.visit.Printer.Trouble() == ""
	return p
}

// offer is the button where not all that is chosen fits.
func (p *PrintView) offer(fit []release.VisitJob, short error, s *Screen) {
	if len(fit) == 0 {
		p.After += " " + s.otherwise(short)
		return
	}
	p.Label = s.Say("Print {n} that fit", "n", len(fit))
	if say, _ := s.ofOthers(fit, fit); say != "" {
		p.Detail = say
		return
	}
	p.Detail = s.Say("{amount}, {left} left", "amount", s.worth(due(fit)), "left", s.afterwards(fit))
}

// mark tells those of the lines that are chosen and not printed by the offer.
func (p *PrintView) mark(lines []JobView) {
	for i := range lines {
		lines[i].Over = !p.Enough && lines[i].Selected && !slices.Contains(p.Jobs, lines[i].ID)
	}
}

// sum is how many jobs there are, and what they cost.
func (s *Screen) sum(jobs []release.VisitJob) string {
	if s.visit.Payers.Exam() {
		return s.jobs(len(jobs))
	}
	return s.jobs(len(jobs)) + ", " + s.worth(due(jobs))
}

// lack says what there is too little of, in a few words.
func (s *Screen) lack(short error, chosen []release.VisitJob) string {
	unit := s.visit.Unit
	switch fault.As(short).Code {
	case "account-short":
		return s.shortOf(chosen)
	case "not-enough-colour":
		return s.Say("Needs {need} in colour, you have {have}.", "need", inColour(chosen), "have", *s.visit.Colour)
	case "pass-spent":
		return s.Say("Your day pass has {pages} left.", "pages", s.pages(*s.visit.Pass))
	}
	mine := slices.DeleteFunc(slices.Clone(chosen), func(j release.VisitJob) bool { return j.Payer.Code != "" && !j.Payer.Own() })
	return s.Say("Needs {need}, you have {have}.", "need", s.figure(due(mine)), "have", unit.Figure(s.visit.Balance))
}

// otherwise is what to do where nothing fits.
func (s *Screen) otherwise(short error) string {
	switch fault.As(short).Code {
	case "not-enough-colour":
		return s.Say("Choose fewer, or send it in black and white.")
	case "account-short":
		return s.Say("Choose fewer, or another account.")
	}
	if one := s.chosen(); len(one) == 1 && s.changeable(one[0]) && one[0].Pages > 1 {
		return s.Say("Print two per side, or ask for more.")
	}
	return s.Say("Choose fewer, or ask for more.")
}

// colourAfterwards is how much of what is left may be in colour, where some was printed.
func (s *Screen) colourAfterwards(jobs []release.VisitJob) string {
	if n := inColour(jobs); n > 0 && s.visit.Colour != nil {
		return s.inColour(*s.visit.Colour-n, s.visit.Balance-due(jobs))
	}
	return ""
}

func inColour(jobs []release.VisitJob) (n int) {
	for _, j := range jobs {
		n += j.Colour
	}
	return n
}

// afterwards is what is left once jobs are printed.
func (s *Screen) afterwards(jobs []release.VisitJob) string {
	left := s.visit.Balance - due(jobs)
	if s.visit.Pass != nil && s.visit.Unit.Counts() {
		out := 0
		for _, j := range jobs {
			out += j.Pages
		}
		left = min(left, int64(*s.visit.Pass-out))
	}
	return s.visit.Unit.Figure(left)
}

// due is what jobs cost together.
func due(jobs []release.VisitJob) (units int64) {
	for _, j := range jobs {
		units += j.Due
	}
	return units
}
