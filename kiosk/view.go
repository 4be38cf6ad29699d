package kiosk

import (
	"fmt"
	"time"

	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// View is all that a page shows, whole each time. What a face does not show is
// left out of it, so that nothing personal outlives a visit.
type View struct {
	Face    string     `json:"face"`
	Build   string     `json:"build"` // of the page's files; another one means: load them anew
	School  string     `json:"school"`
	Station string     `json:"station"`
	Printer Notice     `json:"printer"`
	Idle    *Countdown `json:"idle,omitempty"`  // until this face ends by itself
	Busy    bool       `json:"busy,omitempty"`  // a call is under way: nothing to press
	Title   string     `json:"title,omitempty"` // the heading
	Text    string     `json:"text,omitempty"`  // the sentence under it
	Note    string     `json:"note,omitempty"`  // a refusal, in one sentence

	Balance  *int64     `json:"balance,omitempty"` // units left to spend
	Jobs     []JobView  `json:"jobs,omitempty"`
	Print    *PrintView `json:"print,omitempty"` // nil when there is nothing to print, or no right to
	Barred   *Barred    `json:"barred,omitempty"`
	NewCode  bool       `json:"newCode,omitempty"` // the visitor can have another code
	Code     string     `json:"code,omitempty"`    // the new code
	Alone    bool       `json:"alone,omitempty"`   // a long code needs no name
	Remind   string     `json:"remind,omitempty"`  // what is still to be done, and stops nothing
	Progress *Progress  `json:"progress,omitempty"`
	Question *Question  `json:"question,omitempty"`
	Locked   *Question  `json:"locked,omitempty"` // whose code is asked for
	Waits    string     `json:"waits,omitempty"`  // "2 jobs still waiting", on the printing and done faces
}

// Notice is a short sentence with its weight: "good", "busy" or "bad".
type Notice struct {
	Level string `json:"level"`
	Text  string `json:"text"`
}

// Countdown is a bar that shrinks: milliseconds left of a whole.
type Countdown struct {
	Left int64 `json:"left"`
	Of   int64 `json:"of"`
}

// JobView is one line of the list.
type JobView struct {
	ID       release.JobID `json:"id"`
	State    string        `json:"state"` // held, lacking, struck, preparing, printing, waiting, done, unclear, stopped or refused
	Title    string        `json:"title"`
	Meta     string        `json:"meta"` // "3 pages · 5 min ago · kept until 18:00", or what is happening to it
	Pages    int           `json:"pages"`
	Cost     string        `json:"cost"` // in the school's unit: "3", "£0.15"
	Selected bool          `json:"selected"`
	Held     bool          `json:"held"`             // can be deleted
	Choice   bool          `json:"choice"`           // can be chosen: held, and the printer lacks nothing for it
	Locked   bool          `json:"locked,omitempty"` // asks for its own code first
	Claim    bool          `json:"claim,omitempty"`  // it may be somebody else's: "Not mine" can be pressed
	Undo     *Countdown    `json:"undo,omitempty"`
	Ask      bool          `json:"ask,omitempty"` // "Did it come out?" can be answered
}

// PrintView is the one big button.
type PrintView struct {
	Label  string          `json:"label"`
	Sum    string          `json:"sum"`   // "2 jobs, 7 pages"
	After  string          `json:"after"` // "88 left afterwards", or why not
	Jobs   []release.JobID `json:"jobs"`  // what it prints
	Units  int64           `json:"units"` // what they cost together
	Ready  bool            `json:"ready"` // it can be pressed
	Enough bool            `json:"enough"`
}

// Barred is the neutral sentence, and its reason once it was asked for.
type Barred struct {
	Say    string `json:"say"`
	Reason string `json:"reason,omitempty"`
}

// Progress is how far the pages of this visit have come.
type Progress struct {
	Page    int    `json:"page"` // impressions out
	Of      int    `json:"of"`
	Trouble string `json:"trouble,omitempty"`
	Partly  bool   `json:"partly,omitempty"` // done, but not all came out
}

// Question asks about one job: one that was lost from sight, or one with a code.
type Question struct {
	ID    release.JobID `json:"id"`
	Title string        `json:"title"`
	Pages string        `json:"pages"`
}

// View is what the page shows now, by the school's clock.
func (s *Screen) View(now time.Time) View {
	now = now.In(s.station.Zone)
	v := View{
		Face: s.Face(), School: s.station.SchoolName, Station: s.station.Name,
		Printer: printerNotice(s.station.Printer), Busy: s.busy, Note: s.note,
	}
	if v.Note == "" {
		v.Note = s.blind
	}
	if !s.until.IsZero() {
		v.Idle = countdown(now, s.until, s.idleFor)
	}
	switch v.Face {
	case FaceMessage:
		v.Title, v.Note = s.note, ""
	case FaceCode:
		v.Code = school.Grouped(s.code)
	case FaceKeypad:
		v.Alone = s.station.CodeAlone
		switch {
		case v.Note != "":
		case s.badge != "":
			v.Text = "Type your name and code once. Then this badge is yours."
		case v.Alone:
			v.Text = "With a long code, leave the name empty."
		}
	case FaceJobs:
		s.viewJobs(&v, now)
	case FaceSlip:
		s.viewSlip(&v)
	case FacePrinting:
		s.viewPrinting(&v, now)
	case FaceDone:
		s.viewDone(&v, now)
	case FaceQuestion:
		q := s.question()
		v.Question = &Question{ID: q.ID, Title: titleOf(q.Title), Pages: pages(q.Pages)}
	case FaceLocked:
		j := s.locked()
		v.Locked = &Question{ID: j.ID, Title: titleOf(j.Title), Pages: pages(j.Pages)}
	}
	return v
}

func (s *Screen) viewJobs(v *View, now time.Time) {
	v.Title = "Hi " + plain(s.visit.Name, nameShown) + "."
	v.Balance, v.NewCode = &s.visit.Balance, s.mayRenew()
	for _, j := range s.visit.Jobs {
		if line, ok := s.line(j, now); ok {
			v.Jobs = append(v.Jobs, line)
		}
	}
	v.Text = s.left()
	if v.Note == "" && v.Printer.Level == "bad" {
		v.Note = v.Printer.Text
	}
	if s.visit.Barred != nil {
		v.Barred = &Barred{Say: notHere}
		if s.why {
			v.Barred.Reason = reason(s.visit.Barred)
		}
		return
	}
	if s.visit.NewBadge != "" {
		v.Remind = "You have a new badge. Its number ends with " + plain(s.visit.NewBadge, nameShown) + ". Not your badge? Tell reception."
	} else if s.visit.Unsigned {
		v.Remind = "Your printing agreement is not signed yet. Please bring the form to reception."
	}
	if held := s.jobsWhere(s.printable); len(held) > 0 {
		v.Print = s.printView(held)
	}
}

// left says what the visitor has.
func (s *Screen) left() string {
	if s.visit.Pass != nil {
		return pages(min(s.visit.Balance, int64(*s.visit.Pass))) + " left."
	}
	return s.has() + "."
}

// has is what the visitor has left, and how much of that may be in colour.
func (s *Screen) has() string {
	say := s.visit.Unit.Say(s.visit.Balance) + " left"
	if s.visit.Colour != nil {
		say += s.inColour(*s.visit.Colour, s.visit.Balance)
	}
	return say
}

// inColour is how many pages may be in colour of so many units, unless all of them may.
func (s *Screen) inColour(n int, of int64) string {
	switch {
	case s.visit.Unit == quota.Penny:
		return fmt.Sprintf(", %s in colour", pages(n))
	case int64(n) >= of:
		return ""
	}
	return fmt.Sprintf(", %d in colour", n)
}

// printView sums up what is chosen among the held jobs.
func (s *Screen) printView(held []release.VisitJob) *PrintView {
	chosen := s.chosen()
	unit := s.visit.Unit
	p := &PrintView{Label: "Print", Enough: true}
	colour := 0
	for _, j := range chosen {
		p.Units += j.Due
		colour += j.Colour
		p.Jobs = append(p.Jobs, j.ID)
	}
	switch {
	case len(chosen) == 0:
		p.Label, p.After = "Choose what to print", s.has()
		return p
	case len(held) > 1 && len(chosen) == len(held):
		p.Label = "Print all"
	case len(held) > 1:
		p.Label = fmt.Sprintf("Print %d", len(chosen))
	}
	p.Sum = counted(int64(len(chosen)), "job") + ", " + unit.Say(p.Units)
	p.After = unit.Figure(s.visit.Balance-p.Units) + " left afterwards"
	switch has := s.visit.Colour; {
	case p.Units > s.visit.Balance:
		p.Enough = false
		p.After = fmt.Sprintf("Needs %s, you have %s. Choose fewer, or ask for more.", unit.Figure(p.Units), unit.Figure(s.visit.Balance))
	case has == nil || colour == 0:
	case colour > *has:
		p.Enough = false
		p.After = fmt.Sprintf("Needs %d in colour, you have %d. Choose fewer, or send it in black and white.", colour, *has)
	default:
		p.After += s.inColour(*has-colour, s.visit.Balance-p.Units)
	}
	p.Ready = p.Enough && !s.busy && s.visit.Printer.Trouble() == ""
	return p
}

// printerNotice says in plain words how the printer is.
func printerNotice(p release.PrinterRecord) Notice {
	if trouble := p.Trouble(); trouble != "" {
		return Notice{"bad", trouble}
	}
	switch p.State {
	case release.PrinterIdle:
		return Notice{"good", "The printer is ready."}
	case release.PrinterProcessing:
		return Notice{"good", "The printer is printing."}
	}
	return Notice{"busy", "Looking for the printer."}
}

func countdown(now, end time.Time, of time.Duration) *Countdown {
	return &Countdown{Left: max(0, end.Sub(now).Milliseconds()), Of: of.Milliseconds()}
}
