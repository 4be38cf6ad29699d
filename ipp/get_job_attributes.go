package ipp

import (
	"context"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// getJobAttributes carries out Get-Job-Attributes (RFC 8011 section 4.3.4). Clients
// follow a job on a second connection that is never asked to sign in, so anybody who
// knows its number hears how far it is, but not whose it is or what it is called.
func getJobAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	want, err := c.wanted("all")
	if err != nil {
		return nil, err
	}
	j, err := c.glimpse(ctx)
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	reply.Add(wire.NewGroup(wire.JobGroup, c.jobAttributes(j, want)...))
	return reply, nil
}

// glimpse is the job as the sender may see it, or else as anybody may.
func (c *call) glimpse(ctx context.Context) (release.Job, error) {
	if c.known {
		j, err := c.job(ctx)
		if fault.KindOf(err) != fault.NotFound {
			return j, err
		}
	}
	return c.Desk.Glimpse(ctx, c.queue, c.jobID)
}
