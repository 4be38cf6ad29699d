package release

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// ApprovalID names a request for a teacher's yes.
type ApprovalID int64

// Answer is what became of one.
type Answer string

// The answers; "" is none yet.
const (
	Approved  Answer = "approved"
	Returned  Answer = "returned"  // with a reason
	Withdrawn Answer = "withdrawn" // the job was changed and asked for again
)

// Approval is a request for a teacher's yes to a job as it is, and the answer. For a job
// with other figures it is none.
type Approval struct {
	ID          ApprovalID
	Job         JobID
	Person      school.PersonID // who asks
	Set         quota.RuleSet
	Rule        quota.RuleNumber // that said "ask"
	Impressions int
	Copies      int
	Sheets      int
	Colour      int // impressions in colour
	Media       string
	Edit        Edit // what of its document
	Asked       time.Time
	Answer      Answer
	Reason      string // of one that was returned
	By          school.PersonID
	Answered    time.Time
}

// Waiting is a request as those read it who may answer: never the title.
type Waiting struct {
	ID      ApprovalID
	Job     JobID
	Person  school.PersonID
	Name    string
	Year    int      // or NoYear
	Classes []string // that the reader teaches; for who answers for all, the registration class
	Pages   int
	Copies  int
	Sheets  int
	Colour  int
	Paper   string // as people call it
	Asked   time.Time
	Expires time.Time // the job, and the request with it
	Rule    string    // the rule's name

	set  quota.RuleSet
	rule quota.RuleNumber
}

var (
	approvalNotAsked = fault.New(fault.Conflict, "approval-not-asked", "Nobody has to be asked for that one.")
	approvalAnswered = fault.New(fault.Conflict, "approval-answered", "A teacher has answered that already. Change it, or delete it.")
	approvalGone     = fault.New(fault.NotFound, "approval-gone", "That is answered, deleted or changed already.")
	approvalReason   = fault.New(fault.Invalid, "approval-reason", "Say in up to 200 letters what to do instead. The pupil reads it.")
)

// approvalFor is what is asked for a job as it is now.
func approvalFor(j Job, r restraint) Approval {
	a := Approval{Job: j.ID, Person: j.Person, Set: r.Set, Rule: r.Rule.Number, Impressions: j.Impressions, Copies: max(1, j.Ticket.Copies), Sheets: j.Sheets,
		Colour: j.ColourImpressions, Media: cmp.Or(j.Ticket.Media, A4), Edit: j.Edit}
	return a
}

// fits says whether it is for the job as it is now, with these pages. With less colour it still is.
func (a Approval) fits(j Job) bool {
	now := approvalFor(j, restraint{})
	return a.ID != 0 && a.Impressions == now.Impressions && a.Copies == now.Copies && a.Sheets == now.Sheets && a.Media == now.Media && a.Colour >= now.Colour && a.Edit.samePages(now.Edit)
}

// AskTeacher asks for a teacher's yes to a held job of the visitor's, as it is. Asked again
// it changes nothing; what was returned has to be changed first.
func (d *Desk) AskTeacher(ctx context.Context, v Visitor, id JobID) error {
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		job, err := lockJob(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !v.owns(job):
			return jobUnknown
		case job.State != Held || !job.Expires.After(tx.Now):
			return jobEnded
		case job.Claim():
			return claimWaits
		}
		p, err := printerByID(ctx, tx, v.where())
		if err != nil {
			return err
		}
		r, err := d.rulebook(job.School).of(ctx, tx, job, p)
		if err != nil {
			return err
		}
		return d.ask(ctx, tx, v.Actor, job, r)
	})
	if err != nil {
		return fmt.Errorf("ask for job %d: %w", id, err)
	}
	return nil
}

func (d *Desk) ask(ctx context.Context, tx *db.Tx, a school.Actor, job Job, r restraint) error {
	switch {
	case r.Outcome() != quota.Ask || r.approval.Answer == Approved:
		return approvalNotAsked
	case r.approval.Answer == Returned:
		return approvalAnswered
	case r.approval.ID != 0:
		return nil
	}
	if err := withdrawAsk(ctx, tx, job.ID); err != nil {
		return err
	}
	which, err := insertApproval(ctx, tx, job.School, approvalFor(job, r))
	if err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "approval-asked", Actor: a.Pseudonym, Subject: job.owner, Object: object(job.ID),
		Facts: map[string]any{"approval": int64(which), "rule": int64(r.Rule.Number), "impressions": job.Impressions}}); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
}

// Waiting lists what waits for the actor's yes, the longest waiting first: of the pupils they
// teach now, or anybody's.
func (d *Desk) Waiting(ctx context.Context, a school.Actor) (all []Waiting, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err = waiting(ctx, tx, a, 0)
		return err
	})
	return all, err
}

func waiting(ctx context.Context, tx *db.Tx, a school.Actor, only ApprovalID) ([]Waiting, error) {
	whose, err := pupilsOf(ctx, tx, a, school.ApproveAnyone, school.ApprovePupils)
	if err != nil {
		return nil, err
	}
	sc, err := school.ByID(ctx, tx, a.School)
	if err != nil {
		return nil, err
	}
	all, err := waitingFor(ctx, tx, a, whose, sc.Day(tx.Now), only)
	if err != nil {
		return nil, err
	}
	sets := map[quota.RuleSet]quota.Rules{}
	for i, w := range all {
		rules, known := sets[w.set]
		if !known {
			if rules, err = quota.RulesOfSet(ctx, tx, a.School, w.set); err != nil {
				return nil, err
			}
			sets[w.set] = rules
		}
		all[i].Paper = MediaLabel(w.Paper)
		for _, r := range rules.All {
			if r.Number == w.rule {
				all[i].Rule = r.Name
			}
		}
	}
	return all, nil
}

// Approve says yes to a job that waits for the actor ("approval-gone").
func (d *Desk) Approve(ctx context.Context, a school.Actor, id ApprovalID) error {
	return d.answerAsk(ctx, a, Approval{ID: id, Answer: Approved, By: a.Person})
}

// Return says no, with what to do instead in 1 to 200 letters, which the pupil reads.
func (d *Desk) Return(ctx context.Context, a school.Actor, id ApprovalID, reason string) error {
	reason, fits := answerReason(reason)
	if !fits {
		return approvalReason
	}
	return d.answerAsk(ctx, a, Approval{ID: id, Answer: Returned, Reason: reason, By: a.Person})
}

func (d *Desk) answerAsk(ctx context.Context, a school.Actor, answer Approval) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		found, err := waiting(ctx, tx, a, answer.ID)
		if err != nil {
			return err
		}
		if len(found) == 0 || answer.ID == 0 {
			return approvalGone
		}
		if done, err := answerAsk(ctx, tx, answer); err != nil || !done {
			if err == nil {
				err = approvalGone // a colleague was quicker
			}
			return err
		}
		pupil, err := school.PersonByID(ctx, tx, found[0].Person)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "approval-" + string(answer.Answer), Actor: a.Pseudonym, Subject: pupil.Pseudonym,
			Object: object(found[0].Job), Facts: map[string]any{"approval": int64(answer.ID), "impressions": found[0].Pages}, Note: answer.Reason}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, a.School, events.Person(int64(pupil.ID)))
	})
	if err != nil {
		return fmt.Errorf("answer request %d: %w", answer.ID, err)
	}
	return nil
}
