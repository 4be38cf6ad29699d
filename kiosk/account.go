package kiosk

import (
	"context"
	"time"

	"inkwell/release"
)

// FaceAccount shows what was decided for the visitor, and what they printed lately.
const FaceAccount = "account"

// Accounts is the desk's part in that.
type Accounts interface {
	Account(ctx context.Context, v release.Visitor) (release.OwnAccount, error)
	ReadNotice(ctx context.Context, v release.Visitor, id release.NoticeID) error
}

// OpenAccount asks for it.
type OpenAccount struct{}

// LookAtAccount reads it.
type LookAtAccount struct {
	Turn    int
	Visitor release.Visitor
}

// AccountLooked is the result.
type AccountLooked struct {
	Turn    int
	Account release.OwnAccount
	Err     error
}

// ReadNotice marks the notice as read whose reason is shown.
type ReadNotice struct {
	Turn    int
	Visitor release.Visitor
	Notice  release.NoticeID
}

func (e LookAtAccount) run(ctx context.Context, d Desk, _ string) Input {
	a, err := d.Account(ctx, e.Visitor)
	return AccountLooked{Turn: e.Turn, Account: a, Err: err}
}

func (e ReadNotice) run(ctx context.Context, d Desk, _ string) Input {
	return Acted{Turn: e.Turn, Of: e, Err: d.ReadNotice(ctx, e.Visitor, e.Notice)}
}

func (LookAtAccount) lasting() bool { return false }
func (ReadNotice) lasting() bool    { return true }

// accounting is what the face knows: nothing, before the first look.
type accounting struct{ seen *release.OwnAccount }

func (OpenAccount) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() != FaceJobs || s.busy || s.runner() {
		return nil
	}
	s.note, s.account = "", &accounting{}
	return []Effect{LookAtAccount{Turn: s.turn, Visitor: *s.visitor}}
}

func (r AccountLooked) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn != s.turn || s.account == nil {
		return nil
	}
	if s.note = s.refusal(r.Err); r.Err != nil {
		s.account = nil
		return nil
	}
	s.account.seen = &r.Account
	return nil
}

// readNotice shows the reason of a notice, once it was asked for, for the rest of the visit.
func (s *Screen) readNotice() []Effect {
	if s.visit == nil || s.visit.Notice == "" || s.notice != "" {
		return nil
	}
	s.notice = s.visit.Notice
	return []Effect{ReadNotice{Turn: s.turn, Visitor: *s.visitor, Notice: s.visit.NoticeID}}
}

// NoteView is a notice: a neutral sentence, and its reason once it was asked for.
type NoteView struct {
	Say    string `json:"say"`
	Reason string `json:"reason,omitempty"`
}

func (s *Screen) viewNote(v *View) {
	switch {
	case s.notice != "":
		v.Told = &NoteView{Say: s.Say("You can still print."), Reason: s.told(s.notice)}
	case s.visit.Notice != "":
		v.Told = &NoteView{Say: s.Say("There is a note for you. You can still print.")}
	}
}

// AccountView is what the face shows.
type AccountView struct {
	Messages []MessageView `json:"messages,omitempty"`
	Prints   []PrintLine   `json:"prints,omitempty"`
	Wasted   string        `json:"wasted,omitempty"`
	NewCode  bool          `json:"newCode,omitempty"`
}

// MessageView is one message.
type MessageView struct {
	ID   string `json:"id"`
	Say  string `json:"say"`
	When string `json:"when"`
	Why  string `json:"why,omitempty"`
	New  bool   `json:"new,omitempty"`
}

func (s *Screen) viewAccount(v *View, now time.Time) {
	v.Title, v.Tongues = s.Say("Your account"), s.tongues()
	v.Text = s.left()
	a := &AccountView{NewCode: s.mayRenew()}
	v.Account, v.MayAsk = a, s.visit.Printed
	seen := s.account.seen
	if seen == nil {
		v.Text = s.Say("One moment…")
		return
	}
	for _, m := range seen.Messages {
		a.Messages = append(a.Messages, MessageView{ID: m.Key, Say: s.message(m), When: s.dayTime(now, m.When), Why: s.told(m.Why), New: !m.Read})
	}
	for _, p := range seen.Prints {
		line := PrintLine{ID: p.Delivery, What: s.printed(p, now), Say: s.becameOf(p), Ask: !p.Asked && !p.Over}
		a.Prints = append(a.Prints, line)
	}
	if seen.Wasted > 0 {
		a.Wasted = s.Say("{pages} in four weeks were sent and never collected.", "pages", s.pages(seen.Wasted))
	}
}

// message is what was decided, in one sentence.
func (t tongue) message(m release.Message) string {
	switch m.Kind {
	case release.TellsRefund:
		return t.Say("You have {pages} back.", "pages", t.pages(m.Pages))
	case release.TellsNoRefund:
		return t.Say("No pages back.")
	case release.TellsYes:
		return t.Say("{name} said yes to {pages}.", "name", plain(m.Who, nameShown), "pages", t.pages(m.Pages))
	case release.TellsNo:
		return t.Say("{name} said no to {pages}.", "name", plain(m.Who, nameShown), "pages", t.pages(m.Pages))
	case release.TellsGiven:
		return t.Say("You were given {pages}.", "pages", t.amount(m.Unit, m.Units))
	case release.TellsWithdrawal:
		return t.Say("You could not print for a while.")
	default:
		return t.Say("A note about your printing. You can still print.")
	}
}
