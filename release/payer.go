package release

import (
	"context"
	"fmt"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// payerChanged refuses what somebody else than was shown would pay for by now: an exam has
// begun or ended, or who may charge an account was changed.
var payerChanged = fault.New(fault.Conflict, "payer-changed", "Who pays for it has changed. Look at it again, then print.")

// standings are standingsOf with what may pay for the people's jobs.
func standings(ctx context.Context, tx *db.Tx, id school.ID, people []school.PersonID) (map[school.PersonID]standing, error) {
	all, err := standingsOf(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	own := map[school.PersonID]quota.Left{}
	for p, s := range all {
		own[p] = s.left
	}
	payers, err := quota.PayersOf(ctx, tx, id, own)
	for p, s := range all {
		s.payers = payers[p]
		all[p] = s
	}
	return all, err
}

// standingOf is how one sender stands, who may be a shared device.
func standingOf(ctx context.Context, tx *db.Tx, a school.Actor) (standing, error) {
	if a.Proof == school.ByVouch {
		return standingOfDevice(ctx, tx, a)
	}
	all, err := standings(ctx, tx, a.School, []school.PersonID{a.Person})
	return all[a.Person], err
}

// whoPays is who pays for a job ("account-unknown"). Something private waits until its
// owner's lesson is over ("private-in-lesson").
func whoPays(ctx context.Context, tx *db.Tx, payers quota.Payers, j Job) (quota.Payer, error) {
	var queue quota.AccountID
	if j.Ticket.Account == "" && len(payers.All) > 1 {
		accounts, err := queueAccounts(ctx, tx, []QueueID{j.Queue})
		if err != nil {
			return quota.Payer{}, err
		}
		queue = accounts[j.Queue]
	}
	return payerOf(ctx, tx, payers, j, queue)
}

// payerOf is whoPays for a job of a queue with an account, or 0.
func payerOf(ctx context.Context, tx *db.Tx, payers quota.Payers, j Job, queue quota.AccountID) (quota.Payer, error) {
	payer, err := payers.For(j.Ticket.Account, queue)
	if err == nil && payer.Private() {
		err = quota.PrivateNow(ctx, tx, j.School, j.Person)
	}
	return payer, err
}

// sayWhoPays says of each held job who pays for it.
func sayWhoPays(ctx context.Context, tx *db.Tx, visit Visit) error {
	var queues map[QueueID]quota.AccountID
	if len(visit.Payers.All) > 1 {
		var err error
		if queues, err = queueAccounts(ctx, tx, column(visit.Jobs, func(j VisitJob) QueueID { return j.queue })); err != nil {
			return err
		}
	}
	for i := range visit.Jobs {
		if j := &visit.Jobs[i]; j.State == Held {
			j.Payer, _ = visit.Payers.For(j.ticket.Account, queues[j.queue]) // without a Code says it
			if j.begunBy == j.Payer.Account {
				j.Begun = ""
			}
		}
	}
	return nil
}

// ChargeTo has held jobs of a visitor's own charged to another account, all of them or
// none: by the code of one of their Visit's Payers ("account-unknown"). Nobody else does: a
// runner decides about nothing.
func (d *Desk) ChargeTo(ctx context.Context, v Visitor, ids []JobID, account string) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		payers, err := quota.PayersAt(ctx, tx, v.Actor.School, v.Actor.Person, quota.Left{}, int32(v.Station.ID))
		if err != nil {
			return err
		}
		payer, err := payers.Named(account)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := charge(ctx, tx, v, id, payer); err != nil {
				return err
			}
		}
		return d.Hub.Touch(ctx, tx, v.Actor.School, events.Person(int64(v.Actor.Person)))
	})
	if err != nil {
		return fmt.Errorf("charge to another account: %w", err)
	}
	return nil
}

func charge(ctx context.Context, tx *db.Tx, v Visitor, id JobID, payer quota.Payer) error {
	job, err := lockJob(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case !v.owns(job):
		return jobUnknown
	case job.State == Receiving || job.State == Counting:
		return notReady
	case job.State == Released:
		return alreadyReleased
	case job.State != Held:
		return jobEnded
	case job.InPrintRoom:
		return withPrintRoom
	}
	job.Ticket.Account = payer.Code
	if err := updateTicket(ctx, tx, job); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-payer", Actor: v.Actor.Pseudonym, Subject: job.owner, Object: object(id),
		Facts: map[string]any{"payer": payer.Account}})
}
