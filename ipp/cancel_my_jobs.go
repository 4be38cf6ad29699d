package ipp

import (
	"context"
	"slices"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// cancelMyJobs carries out Cancel-My-Jobs (PWG 5100.7).
func cancelMyJobs(ctx context.Context, c *call) (*wire.Message, error) {
	return c.cancelAll(ctx, func() bool { return true })
}

// cancel ends the open jobs of the queue that are the sender's or that the sender
// looks after, 1,000 at a time. With job-ids it cancels those or, if one of them is
// not among them, none.
func (c *call) cancel(ctx context.Context, mine bool) error {
	ids, _, err := wire.Optional(c.op().Ints("job-ids"))
	if err != nil {
		return err
	}
	open, err := c.Desk.Jobs(ctx, c.actor, release.JobFilter{Queue: c.queue.ID, Mine: mine, Limit: mostJobs})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(open, func(j release.Job) bool { return int(j.ID) == id }) {
			return jobUnknown
		}
	}
	for _, j := range open {
		if len(ids) > 0 && !slices.Contains(ids, int(j.ID)) {
			continue
		}
		// A job that has ended or reached a printer meanwhile is past cancelling.
		err := c.Desk.Cancel(ctx, c.actor, j.ID)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}
