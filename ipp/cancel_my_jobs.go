package ipp

import (
	"context"
	"slices"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// cancelMyJobs carries out Cancel-My-Jobs (PWG 5100.7). With job-ids
// it cancels those or, if one of them is not an open job of the sender's, none.
func cancelMyJobs(ctx context.Context, c *call) (*wire.Message, error) {
	ids, _, err := wire.Optional(c.op().Ints("job-ids"))
	if err != nil {
		return nil, err
	}
	open, err := c.Desk.Jobs(ctx, c.actor, release.JobFilter{Queue: c.queue.ID, Mine: true, Limit: mostJobs})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(open, func(j release.Job) bool { return int(j.ID) == id }) {
			return nil, jobUnknown
		}
	}
	for _, j := range open {
		if len(ids) > 0 && !slices.Contains(ids, int(j.ID)) {
			continue
		}
		// A job that has ended or reached a printer meanwhile is past cancelling.
		err := c.Desk.Cancel(ctx, c.actor, j.ID)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return nil, err
		}
	}
	return c.ok(), nil
}
