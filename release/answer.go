package release

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
)

// ownerSaysNo is the reason of a delivery that its owner says did not come out.
const ownerSaysNo = "owner-says-nothing-came"

// nobodyAnswers is the reason of one of which nobody said so until its job's time was up.
const nobodyAnswers = "nobody-answered"

// answerPages is told to whoever counts pages that there were not.
var answerPages = fault.New(fault.Invalid, "answer-pages", "Say how many pages came out, from 1 to as many as were to come.")

// Answer ends a delivery that was lost from sight by its owner's word: all of it
// came out and is charged, or nothing did and the job is held again. The word is
// kept as a fact for conduct.
func (d *Desk) Answer(ctx context.Context, v Visitor, id JobID, came bool) error {
	return d.answer(ctx, v, id, func(Job, Delivery) (Outcome, error) {
		if came {
			return Outcome{Reason: "owner-says-it-came", Complete: true}, nil
		}
		return Outcome{Reason: ownerSaysNo}, nil
	})
}

// AnswerSome ends it by how many impressions its owner counts: those are charged, though never
// fewer than the printer told of, and the rest is held again ("answer-pages"). Of a job that only a
// printer can count nobody has a part ("answer-pages"): it has no middle to begin in.
func (d *Desk) AnswerSome(ctx context.Context, v Visitor, id JobID, pages int) error {
	return d.answer(ctx, v, id, func(job Job, open Delivery) (Outcome, error) {
		if job.Uncounted() || pages < 1 || pages > open.Impressions {
			return Outcome{}, answerPages
		}
		return Outcome{Reason: "owner-says-some-came", Complete: pages == open.Impressions, Counted: pages}, nil
	})
}

func (d *Desk) answer(ctx context.Context, v Visitor, id JobID, word func(Job, Delivery) (Outcome, error)) error {
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		if !v.owns(job) {
			return jobUnknown
		}
		open, found, err := lockOpenDelivery(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found || open.State != Unclear {
			return fault.New(fault.Conflict, "not-asked", "Thank you. That is already settled.")
		}
		result, err := word(job, open)
		if err != nil {
			return err
		}
		detail := map[string]any{"came": result.Complete, "printer": open.Printer}
		if result.Counted > 0 {
			detail["counted"] = result.Counted
		}
		if err := conduct.Note(ctx, tx, conduct.Fact{School: job.School, Person: job.Person, Kind: "unclear-answered", Object: object(id), Detail: detail}); err != nil {
			return err
		}
		return d.finish(ctx, tx, job, open, result)
	})
	if err != nil {
		return fmt.Errorf("answer for job %d: %w", id, err)
	}
	return d.shred(ctx, v.Actor.School, id)
}
