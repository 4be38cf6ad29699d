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
	open      int // jobs that have not ended
	suspended bool
	unsigned  bool // the agreement, where that stops printing
	left      quota.Left
}

var (
	suspended      = fault.New(fault.Suspended, "printing-suspended", "You can't print just now. Sign in at a release station to see why.")
	unsigned       = fault.New(fault.Suspended, "agreement-unsigned", "Your printing agreement is not signed. Bring the form to reception, or ask your tutor for a new one.")
	nothingLeft    = fault.New(fault.Unpaid, "nothing-left", "You have no pages left. Ask for more.")
	noMoneyLeft    = fault.New(fault.Unpaid, "nothing-left", "You have no money left to print with. Ask for more.")
	accountUnknown = fault.New(fault.Forbidden, "account-unknown", "This job names an account that you may not use. Send it again without one.")
)

// obstacles are the refusals that a release of the job would meet, the gravest
// first. There are no shared accounts yet, so a job that names one (job-account-id)
// is kept from being charged to its owner instead.
func (s standing) obstacles(j Job) (all []error) {
	if s.suspended {
		all = append(all, suspended)
	}
	if s.unsigned {
		all = append(all, unsigned)
	}
	switch {
	case j.Ticket.Account != "":
		all = append(all, accountUnknown)
	case j.Impressions == 0 && s.left.Units <= 0: // not counted yet
		all = append(all, s.nothing())
	default:
		if err := s.left.Covers(j.Due(), int64(j.LeftInColour())); err != nil {
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
	now, err := standingsOf(ctx, tx, people)
	for i, j := range all {
		if j.waits() {
			all[i].Obstacles = now[j.Person].obstacles(j)
		}
	}
	if err != nil {
		return err
	}
	return d.meetRules(ctx, tx, all)
}

// waits says whether the job has still to be released.
func (j Job) waits() bool { return j.State == Receiving || j.State == Counting || j.State == Held }
