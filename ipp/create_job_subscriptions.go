package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// createJobSubscriptions carries out Create-Job-Subscriptions (RFC 3995 section
// 11.1.1), for the job's owner and IT, until the job has ended.
func createJobSubscriptions(ctx context.Context, c *call) (*wire.Message, error) {
	id, err := c.op().Int("notify-job-id")
	if err != nil {
		return nil, err
	}
	if id < 1 {
		return nil, jobUnknown
	}
	return c.subscribe(ctx, jobIDOf(id))
}
