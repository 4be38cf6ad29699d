package ipp

import (
	"context"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// cancelCurrentJob carries out Cancel-Current-Job (RFC 3998 section 4.2). The current
// job is the sender's first of this queue that has not ended, for IT anybody's, as
// it is CUPS's when nothing prints; one that a printer has is past cancelling.
func cancelCurrentJob(ctx context.Context, c *call) (*wire.Message, error) {
	open, err := c.Desk.Jobs(ctx, c.actor, release.JobFilter{Queue: c.queue.ID, Mine: !c.actor.May(school.ManageFace), Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(open) == 0 {
		return nil, refuse(wire.StatusNotPossible, "There is no job of yours to cancel.")
	}
	if id, given, err := wire.Optional(c.op().Int("job-id")); err != nil || given && id != 0 && id != int(open[0].ID) {
		if err == nil {
			err = refuse(wire.StatusNotPossible, "That is not the job that is next.")
		}
		return nil, err
	}
	if err := c.Desk.Cancel(ctx, c.actor, open[0].ID); err != nil {
		return nil, err
	}
	return c.ok(), nil
}
