package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// standing is how a person stands just now, read without locks: for showing, and for
// what is refused at the computer. A release decides again.
type standing struct {
	open      int   // jobs that have not ended
	bytes     int64 // of their documents
	lately    int   // jobs sent within an hour
	suspended bool
	unsigned  bool // the agreement, where that stops printing
	left      quota.Left
	payers    quota.Payers
}

var (
	suspended   = fault.New(fault.Suspended, "printing-suspended", "You can't print just now. Sign in at a release station to see why.")
	unsigned    = fault.New(fault.Suspended, "agreement-unsigned", "Your printing agreement is not signed. Bring the form to reception, or ask your tutor for a new one.")
	nothingLeft = fault.New(fault.Unpaid, "nothing-left", "You have no pages left. Ask for more.")
	noMoneyLeft = fault.New(fault.Unpaid, "nothing-left", "You have no money left to print with. Ask for more.")
)

// obstacles are the refusals that a release of the job would meet, the gravest
// first; queue is the account of its queue. A job that names an account which its owner may
// not charge is kept from being charged to them instead.
func (s standing) obstacles(j Job, queue quota.AccountID) (all []error) {
	if s.suspended {
		all = append(all, suspended)
	}
	if s.unsigned {
		all = append(all, unsigned)
	}
	payer, err := s.payers.For(j.Ticket.Account, queue)
	switch {
	case err != nil:
		all = append(all, err)
	case j.Impressions == 0 && payer.Own() && payer.Left.Units <= 0: // not counted yet
		all = append(all, s.nothing())
	default:
		if err := payer.Covers(j.Due(), int64(j.LeftInColour())); err != nil {
			all = append(all, err)
		}
	}
	return all
}

// nothing is the refusal of whoever has nothing at all to spend.
func (s standing) nothing() error {
	if s.left.Unit == quota.Penny {
		return noMoneyLeft
	}
	return nothingLeft
}

// meet fills in what stands in the way of those of the jobs that wait: one read for
// all of them, and one of their school's rules.
func (d *Desk) meet(ctx context.Context, tx *db.Tx, all []Job) error {
	var people []school.PersonID
	for _, j := range all {
		if j.waits() {
			people = append(people, j.Person)
		}
	}
	if len(people) == 0 {
		return nil
	}
	now, err := standings(ctx, tx, all[0].School, people)
	if err != nil {
		return err
	}
	accounts, err := queueAccounts(ctx, tx, column(all, func(j Job) QueueID { return j.Queue }))
	for i, j := range all {
		if j.waits() {
			all[i].Obstacles = now[j.Person].obstacles(j, accounts[j.Queue])
		}
	}
	if err != nil {
		return err
	}
	return d.meetRules(ctx, tx, all)
}

// waits says whether the job has still to be released.
func (j Job) waits() bool { return j.State == Receiving || j.State == Counting || j.State == Held }
