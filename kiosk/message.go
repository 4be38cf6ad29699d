package kiosk

import (
	"bytes"
	"encoding/json"
	"fmt"

	"inkwell/internal/school"
	"inkwell/release"
)

// message is what a page sends: one act by its name, with what it needs.
type message struct {
	Do    string          `json:"do"`
	Badge string          `json:"badge,omitempty"`
	Tap   string          `json:"tap,omitempty"` // the page's own number of a tap
	Name  string          `json:"name,omitempty"`
	Code  string          `json:"code,omitempty"`
	Job   release.JobID   `json:"job,omitempty"`
	Jobs  []release.JobID `json:"jobs,omitempty"`
	Units *int64          `json:"units,omitempty"`
	On    bool            `json:"on,omitempty"`
	Came  bool            `json:"came,omitempty"`
	Payer string          `json:"payer,omitempty"`

	Printer release.PrinterID `json:"printer,omitempty"`
	Page    int               `json:"page,omitempty"` // or a number of pages or copies

	Print  release.DeliveryID   `json:"print,omitempty"`
	Pages  int                  `json:"pages,omitempty"`
	Reason release.RefundReason `json:"reason,omitempty"`
	Kind   release.FaultKind    `json:"kind,omitempty"`
	Which  int                  `json:"which,omitempty"`

	Language string `json:"language,omitempty"`

	Class  school.ClassID  `json:"class,omitempty"`
	Person school.PersonID `json:"person,omitempty"`
}

// acts is every act a page can ask for.
var acts = map[string]func(message) Input{
	"tap":         func(m message) Input { return Tap{Badge: m.Badge, ID: m.Tap} },
	"speak":       func(m message) Input { return Speak{Language: m.Language} },
	"keypad":      func(message) Input { return OpenKeypad{} },
	"submit":      func(m message) Input { return Submit{Name: m.Name, Code: m.Code} },
	"mine":        func(message) Input { return Mine{} },
	"select":      func(m message) Input { return Select{Job: m.Job, On: m.On} },
	"release":     func(m message) Input { return Release{Jobs: m.Jobs, Units: m.Units} },
	"release-all": func(message) Input { return ReleaseAll{} },
	"pay":         func(m message) Input { return Pay{Jobs: m.Jobs, Account: m.Payer} },
	"unlock":      func(m message) Input { return Unlock{Job: m.Job, Code: m.Code} },
	"sure":        func(m message) Input { return Sure{Jobs: m.Jobs} },
	"ask-teacher": func(m message) Input { return AskTeacher{Job: m.Job} },
	"delete":      func(m message) Input { return Delete{Job: m.Job} },
	"not-mine":    func(m message) Input { return NotMine{Job: m.Job} },
	"undo":        func(m message) Input { return Undo{Job: m.Job} },
	"answer":      func(m message) Input { return Answer{Job: m.Job, Came: m.Came} },
	"part":        func(m message) Input { return Part{Job: m.Job} },
	"count":       func(m message) Input { return CountTo{Pages: m.Page} },
	"counted":     func(m message) Input { return Counted{Job: m.Job, Pages: m.Pages} },
	"move":        func(m message) Input { return MoveRest{Jobs: m.Jobs, Printer: m.Printer} },
	"account":     func(message) Input { return OpenAccount{} },
	"keep-one":    func(m message) Input { return KeepOne{Jobs: m.Jobs} },
	"keep-all":    func(m message) Input { return KeepAll{Jobs: m.Jobs} },
	"later":       func(m message) Input { return Later{Job: m.Job} },
	"ask":         func(m message) Input { return Ask{Job: m.Job} },
	"places":      func(message) Input { return Places{} },
	"place":       func(m message) Input { return ChoosePlace{Printer: m.Printer} },
	"print-at":    func(m message) Input { return PrintAt{Job: m.Job, Printer: m.Printer} },
	"wrong":       func(message) Input { return Wrong{} },
	"pick":        func(m message) Input { return Pick{Print: m.Print} },
	"some":        func(m message) Input { return Some{Pages: m.Pages} },
	"ask-back":    func(m message) Input { return AskBack{Print: m.Print, Reason: m.Reason} },
	"broken":      func(message) Input { return Broken{} },
	"report":      func(m message) Input { return Report{Kind: m.Kind} },
	"change":      func(m message) Input { return OpenChange{Job: m.Job} },
	"keep":        func(m message) Input { return KeepPage{Page: m.Page, On: m.On} },
	"up":          func(m message) Input { return PutUp{Pages: m.Page} },
	"grey":        func(m message) Input { return SetGrey{On: m.On} },
	"both":        func(m message) Input { return SetBoth{On: m.On} },
	"copies":      func(m message) Input { return SetCopies{Copies: m.Page} },
	"as-it-came":  func(message) Input { return AsItCame{} },
	"turn":        func(m message) Input { return Turn{Page: m.Page} },
	"object":      func(m message) Input { return Object{Which: m.Which} },
	"class":       func(m message) Input { return OpenClass{Class: m.Class} },
	"pupil":       func(m message) Input { return Pupil{Person: m.Person} },
	"whole":       func(message) Input { return Whole{} },
	"for-pupils":  func(message) Input { return ForPupils{} },
	"sponsor":     func(message) Input { return Sponsor{} },
	"sponsor-job": func(m message) Input { return SponsorJob{Job: m.Job, On: m.On} },
	"why":         func(message) Input { return Why{} },
	"new-code":    func(message) Input { return NewCode{} },
	"renew":       func(message) Input { return Renew{} },
	"back":        func(message) Input { return Back{} },
	"sign-out":    func(message) Input { return SignOut{} },
	"touch":       func(message) Input { return Touch{} },
	"here":        func(message) Input { return Here{} },
}

// decode reads one message strictly. The error never carries what was sent.
func decode(body []byte) (Input, error) {
	var m message
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("read message of %d bytes: not the protocol", len(body))
	}
	if d.More() {
		return nil, fmt.Errorf("read message of %d bytes: more than one", len(body))
	}
	act, ok := acts[m.Do]
	if !ok {
		return nil, fmt.Errorf("read message of %d bytes: no such act", len(body))
	}
	return act(m), nil
}
