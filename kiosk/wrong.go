package kiosk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"inkwell/release"
)

// FaceWrong is where a visitor says that a print went wrong, and asks for its pages back.
const FaceWrong = "wrong"

// The acts on it.
type (
	// Wrong asks for the prints of the last days.
	Wrong struct{}
	// Pick takes one of them.
	Pick struct{ Print release.DeliveryID }
	// Some says how many of its pages went wrong.
	Some struct{ Pages int }
	// AskBack asks for those pages back, for a reason.
	AskBack struct {
		Print  release.DeliveryID
		Reason release.RefundReason
	}
)

// LookedBack is the result of LookBack, which read the prints even where Err says that
// asking was refused.
type LookedBack struct {
	Turn   int
	Prints []release.Print
	Err    error
}

// LookBack reads what the visitor had printed lately; before that it asks for pages of one
// print back, if it names one.
type LookBack struct {
	Turn    int
	Visitor release.Visitor
	Print   release.DeliveryID
	Reason  release.RefundReason
	Pages   int
}

func (e LookBack) run(ctx context.Context, d Desk, _ string) Input {
	var asked error
	if e.Print != 0 {
		asked = d.AskRefund(ctx, e.Visitor.Actor, e.Print, e.Reason, e.Pages)
	}
	prints, err := d.Prints(ctx, e.Visitor.Actor)
	return LookedBack{Turn: e.Turn, Prints: prints, Err: cmp.Or(asked, err)}
}

func (e LookBack) lasting() bool { return e.Print != 0 }

// wrong is what the face knows: nothing, before the first look back.
type wrong struct {
	prints []release.Print
	chosen release.DeliveryID
	pages  int
	asked  bool // and that is done
}

// printsOffered is how many are shown: more would not fit beside a finger.
const printsOffered = 5

func (Wrong) apply(s *Screen, _ time.Time) []Effect {
	if face := s.Face(); face != FaceJobs && face != FaceDone && face != FaceAccount || s.busy {
		return nil
	}
	s.wrong, s.note = &wrong{}, ""
	return s.lookBack(LookBack{})
}

func (s *Screen) lookBack(e LookBack) []Effect {
	e.Turn, e.Visitor, s.busy = s.turn, *s.visitor, true
	return []Effect{e}
}

func (r LookedBack) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn != s.turn || s.wrong == nil {
		return nil
	}
	s.busy, s.note = false, s.refusal(r.Err)
	w := s.wrong
	w.asked = r.Err == nil && w.chosen != 0
	w.prints, w.chosen = r.Prints[:min(len(r.Prints), printsOffered)], 0
	// After printing it is about what has just come out.
	if len(s.run) == 1 && !w.asked && r.Err == nil {
		for _, p := range w.prints {
			if p.Job == s.run[0] && !p.Asked {
				w.chosen, w.pages = p.Delivery, p.Pages
				break
			}
		}
	}
	return nil
}

// askable is a print that can still be asked for, or nil.
func (w *wrong) askable(id release.DeliveryID) *release.Print {
	i := slices.IndexFunc(w.prints, func(p release.Print) bool { return p.Delivery == id && !p.Asked })
	if i < 0 {
		return nil
	}
	return &w.prints[i]
}

func (in Pick) apply(s *Screen, _ time.Time) []Effect {
	if s.wrong == nil || s.busy {
		return nil
	}
	if p := s.wrong.askable(in.Print); p != nil {
		s.wrong.chosen, s.wrong.pages, s.wrong.asked, s.note = p.Delivery, p.Pages, false, ""
	}
	return nil
}

func (in Some) apply(s *Screen, _ time.Time) []Effect {
	if s.wrong == nil || s.busy {
		return nil
	}
	if p := s.wrong.askable(s.wrong.chosen); p != nil {
		s.wrong.pages = min(max(1, in.Pages), p.Pages)
	}
	return nil
}

func (in AskBack) apply(s *Screen, _ time.Time) []Effect {
	if s.wrong == nil || s.busy || in.Print != s.wrong.chosen || s.wrong.askable(in.Print) == nil {
		return nil
	}
	s.note = ""
	return s.lookBack(LookBack{Print: in.Print, Reason: in.Reason, Pages: s.wrong.pages})
}

// backFromWrong goes from a print to the list of them, and from there to where it began.
func (s *Screen) backFromWrong() {
	switch {
	case s.busy:
	case s.wrong.chosen != 0 && len(s.run) != 1:
		s.wrong.chosen, s.note = 0, ""
	default:
		s.wrong, s.note = nil, ""
	}
}

// WrongView is what the face shows: the prints, or the one that was picked.
type WrongView struct {
	Prints []PrintLine `json:"prints,omitempty"`
	Chosen *ChosenView `json:"chosen,omitempty"`
}

// PrintLine is something that came out lately.
type PrintLine struct {
	ID   release.DeliveryID `json:"id"`
	What string             `json:"what"` // "4 pages · Library · 10:24"
	Say  string             `json:"say,omitempty"`
	Ask  bool               `json:"ask,omitempty"` // it can be picked
}

// ChosenView is the print that went wrong.
type ChosenView struct {
	ID      release.DeliveryID `json:"id"`
	Pages   int                `json:"pages"` // to ask for
	Words   string             `json:"words"` // "All 4 pages"
	Least   bool               `json:"least"` // fewer can't be
	Most    bool               `json:"most"`
	Several bool               `json:"several"`
	Reasons []ReasonView       `json:"reasons"`
}

// ReasonView is one thing that can go wrong.
type ReasonView struct {
	ID   release.RefundReason `json:"id"`
	Word string               `json:"word"`
}

var reasonWords = map[release.RefundReason]string{
	release.NothingCame: "It did not come out", release.BadQuality: "It looks bad", release.WrongPrinter: "Wrong printer",
	release.Twice: "It came twice", release.OtherReason: "Something else",
}

func (s *Screen) viewWrong(v *View, now time.Time) {
	w := s.wrong
	v.Wrong = &WrongView{}
	p := w.askable(w.chosen)
	if p == nil {
		v.Title, v.Text = s.Say("Which print went wrong?"), s.Say("From the last three school days.")
		switch {
		case w.asked:
			v.Title, v.Text = s.Say("We have asked for you."), s.Say("You read the answer here, when you next tap your badge.")
		case s.busy:
			v.Title, v.Text = s.Say("One moment…"), ""
		case len(w.prints) == 0:
			v.Title, v.Text = s.Say("Nothing to ask for."), s.Say("Nothing you paid for came out in the last three school days.")
		}
		for _, p := range w.prints {
			v.Wrong.Prints = append(v.Wrong.Prints, PrintLine{ID: p.Delivery, What: s.printed(p, now), Say: s.becameOf(p), Ask: !p.Asked && !s.busy})
		}
		return
	}
	v.Title, v.Text = s.Say("What went wrong?"), s.printed(*p, now)
	c := &ChosenView{ID: p.Delivery, Pages: w.pages, Words: s.Say("{out} of {pages}", "out", w.pages, "pages", s.pages(p.Pages)), Least: w.pages == 1, Most: w.pages == p.Pages, Several: p.Pages > 1}
	if c.Most {
		c.Words = s.Say("All {pages}", "pages", s.pages(p.Pages))
	}
	for _, r := range release.RefundReasons() {
		c.Reasons = append(c.Reasons, ReasonView{r, s.Say(reasonWords[r])})
	}
	v.Wrong.Chosen = c
}

// printed is a print by how long it was, where and when: its title is destroyed.
func (t tongue) printed(p release.Print, now time.Time) string {
	return fmt.Sprintf("%s · %s · %s", t.pages(p.Pages), plain(p.Printer, nameShown), t.dayTime(now, p.When))
}

// becameOf is the answer to asking for a print's pages, if it was asked for.
func (t tongue) becameOf(p release.Print) string {
	switch {
	case !p.Asked:
		return ""
	case !p.Answered:
		return t.Say("You asked. Nobody has answered yet.")
	case p.Granted == 0:
		return t.Say("No pages back: {why}", "why", plain(p.Why, reasonLimit))
	}
	return t.Say("{pages} back", "pages", t.pages(p.Granted))
}

// answers are those that the visitor has not read yet, in one sentence or two.
func (t tongue) answers(all []release.Print, now time.Time) (say string) {
	for i, p := range all {
		if i > 0 {
			say += " "
		}
		if p.Granted > 0 {
			say += t.Say("You have {pages} back, from the {printer} printer, {when}.", "pages", t.pages(p.Granted), "printer", plain(p.Printer, nameShown), "when", t.dayTime(now, p.When))
		} else {
			say += t.Say("No pages back, from the {printer} printer, {when}: {why}", "printer", plain(p.Printer, nameShown), "when", t.dayTime(now, p.When), "why", plain(p.Why, reasonLimit))
		}
	}
	return say
}
