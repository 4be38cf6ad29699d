package ipp

import (
	"context"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
)

// cancelJobs carries out Cancel-Jobs (PWG 5100.7): for IT the jobs of everybody, for
// everybody else their own, so that `cancel -a` does what a person expects of it.
func cancelJobs(ctx context.Context, c *call) (*wire.Message, error) {
	err := c.each(ctx, func() error { return c.cancel(ctx, !c.actor.May(school.ManageFace)) })
	if err != nil {
		return nil, err
	}
	return c.ok(), nil
}
