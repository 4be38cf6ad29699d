package kiosk

import (
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

// View is all that a page shows, whole each time. What a face does not show is
// left out of it, so that nothing personal outlives a visit.
type View struct {
	Face    string       `json:"face"`
	Lang    string       `json:"lang"`              // of all that is shown, as the lang attribute names it
	Young   bool         `json:"young,omitempty"`   // in the words for young readers
	Tongues []TongueView `json:"tongues,omitempty"` // to choose from while nobody is signed in, and in one's account
	Build   string       `json:"build"`             // of the page's files; another one means: load them anew
	School  string       `json:"school"`
	Station string       `json:"station"`
	Printer Notice       `json:"printer"`
	Tap     string       `json:"tap,omitempty"`   // the page's number of the last tap that was taken
	Idle    *Countdown   `json:"idle,omitempty"`  // until this face ends by itself
	Busy    bool         `json:"busy,omitempty"`  // a call is under way: nothing to press
	Title   string       `json:"title,omitempty"` // the heading
	Text    string       `json:"text,omitempty"`  // the sentence under it
	Note    string       `json:"note,omitempty"`  // a refusal, in one sentence
	Words   string       `json:"words,omitempty"` // what the school says today

	Balance  *int64       `json:"balance,omitempty"` // units left to spend
	Jobs     []JobView    `json:"jobs,omitempty"`
	Payers   []PayerView  `json:"payers,omitempty"` // who may pay for what is chosen, where there is a choice
	Print    *PrintView   `json:"print,omitempty"`  // nil when there is nothing to print, or no right to
	Barred   *Barred      `json:"barred,omitempty"`
	NewCode  bool         `json:"newCode,omitempty"` // the visitor can have another code
	Code     string       `json:"code,omitempty"`    // the new code
	Pair     *PairView    `json:"pair,omitempty"`    // a browser that waits to be paired
	Alone    bool         `json:"alone,omitempty"`   // a long code needs no name
	Remind   string       `json:"remind,omitempty"`  // what is still to be done, and stops nothing
	Progress *Progress    `json:"progress,omitempty"`
	Question *Question    `json:"question,omitempty"`
	Count    *CountView   `json:"count,omitempty"` // some of a job came out: how much
	Account  *AccountView `json:"account,omitempty"`
	Told     *NoteView    `json:"told,omitempty"` // a notice, neutral until it is asked for
	Move     *MoveView    `json:"move,omitempty"` // what stands can come out elsewhere
	Same     *SameView    `json:"same,omitempty"` // jobs that are the same one
	Really   *Really      `json:"really,omitempty"`
	Locked   *Question    `json:"locked,omitempty"` // whose code is asked for
	Wrong    *WrongView   `json:"wrong,omitempty"`
	Broken   *BrokenView  `json:"broken,omitempty"`
	Change   *ChangeView  `json:"change,omitempty"`
	Class    *ClassView   `json:"class,omitempty"`   // a class that collects
	Classes  []ClassLine  `json:"classes,omitempty"` // that an adult can open
	MayAsk   bool         `json:"mayAsk,omitempty"`  // "Something wrong with a print?" can be pressed
	MayTell  bool         `json:"mayTell,omitempty"` // "Printer broken?" can be pressed while it prints
	Place    string       `json:"place,omitempty"`   // where it comes out, where there is a choice
	Away     bool         `json:"away,omitempty"`    // and that is not beside the visitor
	PC       bool         `json:"pc,omitempty"`      // a computer of a room, and no kiosk: it has no reader
	Places   []PlaceView  `json:"places,omitempty"`  // to choose from
	Waits    string       `json:"waits,omitempty"`   // "2 jobs still waiting", on the printing and done faces
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
	Over     bool          `json:"over,omitempty"`   // chosen, and not among those that fit what the visitor has
	Costs    bool          `json:"costs,omitempty"`  // the price is shown
	Payer    string        `json:"payer,omitempty"`  // "Paid by Art department", where there is a choice
	Unpaid   bool          `json:"unpaid,omitempty"` // that has to be chosen first
	Choice   bool          `json:"choice"`           // can be chosen: held, and the printer lacks nothing for it
	Locked   bool          `json:"locked,omitempty"` // asks for its own code first
	Change   bool          `json:"change,omitempty"` // its pages can be looked at and changed
	MayAsk   bool          `json:"mayAsk,omitempty"` // a teacher can be asked for it
	Offer    *OfferView    `json:"offer,omitempty"`  // where it comes out as it was asked for
	Claim    bool          `json:"claim,omitempty"`  // it may be somebody else's: "Not mine" can be pressed
	Undo     *Countdown    `json:"undo,omitempty"`
	Src      string        `json:"src,omitempty"` // of a small picture of its first page
	Ask      bool          `json:"ask,omitempty"` // "Did it come out?" can be answered
}

// PrintView is the one big button.
type PrintView struct {
	Label  string          `json:"label"`
	Sum    string          `json:"sum"`              // "2 jobs, 7 pages"
	After  string          `json:"after"`            // "88 left afterwards", or why not all of it
	Jobs   []release.JobID `json:"jobs"`             // what it prints
	Units  int64           `json:"units"`            // what they cost together
	Detail string          `json:"detail,omitempty"` // of an offer: "5 pages, 0 left"
	Ready  bool            `json:"ready"`            // it can be pressed
	Enough bool            `json:"enough"`
}

// Barred is the neutral sentence, and its reason once it was asked for.
type Barred struct {
	Say    string `json:"say"`
	Reason string `json:"reason,omitempty"`

	Choices []ObjectionView `json:"choices,omitempty"` // what can be said against it
	Answer  string          `json:"answer,omitempty"`  // what became of it
}

// Progress is how far the pages of this visit have come.
type Progress struct {
	Page    int    `json:"page"` // impressions out
	Of      int    `json:"of"`
	Trouble string `json:"trouble,omitempty"`
	Partly  bool   `json:"partly,omitempty"` // done, but not all came out
}

// Really asks about large jobs, all at once.
type Really struct {
	Jobs []release.JobID `json:"jobs"` // a yes is to these
	Yes  string          `json:"yes"`
}

// Question asks about one job: one that was lost from sight, or one with a code.
type Question struct {
	ID    release.JobID `json:"id"`
	Title string        `json:"title"`
	Pages string        `json:"pages"`
	Some  bool          `json:"some,omitempty"` // it can have come out in part
}

// View is what the page shows now, by the school's clock.
func (s *Screen) View(now time.Time) View {
	now = now.In(s.station.Zone)
	v := View{
		Face: s.Face(), Lang: s.Tag(), Young: s.Young(), School: s.station.SchoolName, Station: s.station.Name,
		Printer: s.printerNotice(s.station.Printer), Busy: s.busy, Note: s.note, Tap: s.tap,
	}
	if v.Note == "" {
		v.Note = s.blind
	}
	if !s.until.IsZero() {
		v.Idle = countdown(now, s.until, s.lives())
	}
	if p := s.sponsoring(); p != nil && p.cost != nil {
		s.viewSponsor(&v, now)
		return v
	}
	switch v.Face {
	case FaceIdle:
		v.PC, v.Tongues = s.station.Kind == release.PCStation, s.tongues()
		v.Title, v.Text = s.Say("Tap your badge"), s.Say("to print what you sent.")
		if now.Before(s.station.WordsUntil) {
			v.Words = plain(s.station.Words, reasonLimit)
		}
		if v.PC {
			v.Title, v.Text = s.Say("Print in this room"), s.Say("Sign in to see what you sent. It comes out at {printer}.", "printer", plain(s.station.Printer.Name, nameShown))
		}
	case FaceMessage:
		v.Title, v.Note = s.note, ""
	case FaceCode:
		v.Code = school.Grouped(s.code)
	case FaceKeypad:
		v.Alone = s.station.CodeAlone
		switch {
		case v.Note != "":
		case s.badge != "":
			v.Text = s.Say("Type your name and code once. Then this badge is yours.")
		case v.Alone:
			v.Text = s.Say("With a long code, leave the name empty.")
		}
	case FaceJobs:
		s.viewJobs(&v, now)
	case FaceSlip:
		s.viewSlip(&v)
	case FacePrinting:
		s.viewPrinting(&v, now)
	case FaceDone:
		s.viewDone(&v, now)
	case FaceWrong:
		s.viewWrong(&v, now)
	case FacePlaces:
		s.viewPlaces(&v)
	case FaceBroken:
		s.viewBroken(&v)
	case FaceQuestion:
		s.viewQuestion(&v)
	case FaceCount:
		s.viewCount(&v)
	case FaceAccount:
		s.viewAccount(&v, now)
	case FaceChange:
		s.viewChange(&v)
	case FaceClass, FacePupil, FaceWhole:
		s.viewClass(&v)
	case FaceReally:
		s.viewReally(&v)
	case FaceLocked:
		j := s.locked()
		v.Locked = &Question{ID: j.ID, Title: s.titleOf(j.Title), Pages: s.pages(j.Pages)}
	}
	return v
}

func (s *Screen) viewJobs(v *View, now time.Time) {
	v.Title = s.Say("Hi {name}.", "name", plain(s.visit.Name, nameShown))
	v.Balance, v.NewCode = &s.visit.Balance, s.mayRenew()
	for _, j := range s.visit.Jobs {
		if line, ok := s.line(j, now); ok {
			v.Jobs = append(v.Jobs, line)
		}
	}
	v.Text, v.MayAsk, v.Classes = s.left(), s.visit.Printed, s.classLines()
	if s.visit.Payers.Exam() {
		v.Text, v.Balance = s.Say(examSays), nil
	}
	if v.Note == "" {
		v.Note = s.trouble()
	}
	if len(s.visit.Choices) > 1 && s.visit.Barred == nil && len(v.Jobs) > 0 {
		v.Place, v.Away = plain(s.visit.Printer.Name, nameShown), s.away() != ""
	}
	if s.visit.Barred != nil {
		v.Barred = s.viewBarred()
		return
	}
	if say := s.answers(s.visit.Refunds, now); say != "" {
		v.Remind = say
	} else if s.visit.NewBadge != "" {
		v.Remind = s.Say("You have a new badge. Its number ends with {end}. Not your badge? Tell reception.", "end", plain(s.visit.NewBadge, nameShown))
	} else if s.visit.Unsigned {
		v.Remind = s.Say("Your printing agreement is not signed yet. Please bring the form to reception.")
	}
	s.viewSame(v)
	s.viewNote(v)
	if held := s.jobsWhere(s.printable); len(held) > 0 {
		v.Print, v.Payers = s.printView(held), s.payers(s.chosen())
		v.Print.mark(v.Jobs)
		if s.visit.Payers.Exam() {
			v.Print.After = "" // it stands at the top
		}
	}
}

// printerNotice says in plain words how the printer is.
func (t tongue) printerNotice(p release.PrinterRecord) Notice {
	if trouble := p.Trouble(); trouble != "" {
		return Notice{"bad", t.Told(trouble)}
	}
	switch p.State {
	case release.PrinterIdle:
		return Notice{"good", t.Say("The printer is ready.")}
	case release.PrinterProcessing:
		return Notice{"good", t.Say("The printer is printing.")}
	}
	return Notice{"busy", t.Say("Looking for the printer.")}
}

func countdown(now, end time.Time, of time.Duration) *Countdown {
	return &Countdown{Left: max(0, end.Sub(now).Milliseconds()), Of: of.Milliseconds()}
}

// lives is how long what is shown lasts from the last touch, or from the badge that opened it.
func (s *Screen) lives() time.Duration {
	if s.class != nil {
		return classFor
	}
	return s.idleFor
}
