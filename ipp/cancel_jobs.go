package ipp

import (
	"context"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
)

// cancelJobs carries out Cancel-Jobs (PWG 5100.7): for IT the jobs of everybody, for
// everybody else their own, so that `cancel -a` does what a person expects of it. It
// carries out Purge-Jobs (RFC 8011 section 4.2.9) as well, which is what `lprm -` sends:
// what has ended stays, for it is the school's record.
func cancelJobs(ctx context.Context, c *call) (*wire.Message, error) {
	return c.cancelAll(ctx, func() bool { return !c.actor.May(school.ManageFace) })
}

// cancelAll cancels on each queue of the request. The whole server is not enough for
// job-ids, of which all or none are cancelled, nor for a sender whom no queue believes.
func (c *call) cancelAll(ctx context.Context, mine func() bool) (*wire.Message, error) {
	if c.queue.ID == 0 && c.op().Has("job-ids") {
		return nil, printerUnnamed
	}
	believed := false
	err := c.each(ctx, func() error {
		believed = true
		return c.cancel(ctx, mine())
	})
	if err == nil && !believed {
		err = printerUnnamed
	}
	if err != nil {
		return nil, err
	}
	return c.ok(), nil
}
