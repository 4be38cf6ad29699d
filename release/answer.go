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

// Answer ends a delivery that was lost from sight by its owner's word: all of it
// came out and is charged, or nothing did and the job is held again. The word is
// kept as a fact for conduct.
func (d *Desk) Answer(ctx context.Context, v Visitor, id JobID, came bool) error {
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
		if err := conduct.Note(ctx, tx, conduct.Fact{School: job.School, Person: job.Person, Kind: "unclear-answered", Object: object(id), Detail: map[string]any{"came": came, "printer": open.Printer}}); err != nil {
			return err
		}
		result := Outcome{Reason: ownerSaysNo}
		if came {
			result = Outcome{Reason: "owner-says-it-came", Complete: true}
		}
		return d.finish(ctx, tx, job, open, result)
	})
	if err != nil {
		return fmt.Errorf("answer for job %d: %w", id, err)
	}
	return d.shred(ctx, v.Actor.School, id)
}
