package release

import (
	"context"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// OwnAccount is what somebody reads at a kiosk of what was decided for them and what they printed.
type OwnAccount struct {
	Messages []Message // the newest first, of four weeks
	Prints   []Print   // the newest first, with what can be asked back
	Wasted   int       // impressions of theirs that nobody came for in four weeks
}

// Message is one thing that was decided.
type Message struct {
	Key   string // names it within the list
	Kind  MessageKind
	When  time.Time
	Pages int        // that it is about; 0 where it is about none
	Units int64      // that were given, ...
	Unit  quota.Unit // ... and of what
	Who   string     // decided it, or ""
	Why   string     // in their words, or the reason; "" where there is none
	Read  bool       // before now
}

// MessageKind is what was decided.
type MessageKind string

// The kinds.
const (
	TellsRefund     MessageKind = "refund-granted"
	TellsNoRefund   MessageKind = "refund-declined"
	TellsYes        MessageKind = "approved" // a job that needed a yes has it
	TellsNo         MessageKind = "returned" // or has not
	TellsGiven      MessageKind = "given"    // pages, or money
	TellsNotice     MessageKind = "notice"   // of conduct; what it says is behind "Why?"
	TellsWithdrawal MessageKind = "withdrawn"
)

const (
	accountDays     = 28
	messagesMost    = 20
	printsInAccount = 12
)

// Account reads the visitor's messages and prints. Reading is what marks them as read.
func (d *Desk) Account(ctx context.Context, v Visitor) (o OwnAccount, err error) {
	if v.Slip != nil {
		return o, school.NotAllowed
	}
	err = d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		o = OwnAccount{}
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		return d.account(ctx, tx, v.Actor, &o)
	})
	return o, err
}

func (d *Desk) account(ctx context.Context, tx *db.Tx, a school.Actor, o *OwnAccount) (err error) {
	since := tx.Now.AddDate(0, 0, -accountDays)
	if o.Messages, err = answersTo(ctx, tx, a.Person, since); err != nil {
		return err
	}
	given, err := givenTo(ctx, tx, a, since)
	if err != nil {
		return err
	}
	cases, unread, err := conduct.OwnCases(ctx, tx, a.School, a.Person)
	if err != nil {
		return err
	}
	o.Messages = append(append(o.Messages, given...), ofCases(cases, unread)...)
	slices.SortStableFunc(o.Messages, func(a, b Message) int { return b.When.Compare(a.When) })
	o.Messages = o.Messages[:min(len(o.Messages), messagesMost)]
	if o.Prints, err = historyOf(ctx, tx, a.Person, tx.Now.AddDate(0, 0, -historyDays), printsInAccount); err != nil {
		return err
	}
	refunds, err := refundsSince(ctx, tx, a.School)
	if err != nil {
		return err
	}
	for i, p := range o.Prints {
		o.Prints[i].Over = p.Charged == 0 || p.When.Before(refunds)
	}
	if o.Wasted, err = wastedBy(ctx, tx, a.Person, since); err != nil {
		return err
	}
	if err := conduct.ReadNotices(ctx, tx, a.Person, noticesAmong(o.Messages, unread)); err != nil {
		return err
	}
	return updateAnswersTold(ctx, tx, a.Person)
}

// givenTo are the units, pages or money, that came into somebody's account.
func givenTo(ctx context.Context, tx *db.Tx, a school.Actor, since time.Time) (all []Message, err error) {
	accounts, err := quota.AccountsOf(ctx, tx, a.Person)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	unit, err := quota.UnitOf(ctx, tx, a.School)
	if err != nil {
		return nil, err
	}
	s, err := quota.StatementOf(ctx, tx, accounts[0].ID, since, tx.Now)
	for _, l := range s.Lines {
		if l.Kind == quota.Granted && l.Amount > 0 {
			all = append(all, Message{Key: numberedKey("given", l.ID), Kind: TellsGiven, When: l.At, Units: l.Amount, Unit: unit, Read: true})
		}
	}
	return all, err
}

func ofCases(cases []conduct.Case, unread map[conduct.StepID]bool) (all []Message) {
	for _, c := range cases {
		m := Message{Key: numberedKey("step", int64(c.Step)), Kind: TellsNotice, When: c.Starts, Why: c.Reason, Read: !unread[c.Step]}
		if c.Suspension != 0 {
			m.Key, m.Kind, m.Read = numberedKey("withdrawn", int64(c.Suspension)), TellsWithdrawal, true
		}
		all = append(all, m)
	}
	return all
}

// noticesAmong are the unread notices that are among messages.
func noticesAmong(all []Message, unread map[conduct.StepID]bool) (ids []conduct.StepID) {
	for id := range unread {
		if slices.ContainsFunc(all, func(m Message) bool { return m.Key == numberedKey("step", int64(id)) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// NoticeID is the number of a notice of conduct.
type NoticeID = conduct.StepID

// ReadNotice marks the notice as read that the visitor has been shown the reason of, and no other.
func (d *Desk) ReadNotice(ctx context.Context, v Visitor, id NoticeID) error {
	if v.Slip != nil {
		return school.NotAllowed
	}
	return d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		if err := conduct.ReadNotices(ctx, tx, v.Actor.Person, []NoticeID{id}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, v.Actor.School, events.Person(int64(v.Actor.Person)))
	})
}
