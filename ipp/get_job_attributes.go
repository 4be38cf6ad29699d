package ipp

import (
	"context"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
)

// getJobAttributes carries out Get-Job-Attributes (RFC 8011 section 4.3.4). Clients
// follow a job on a second connection that is never asked to sign in, so anybody who
// knows its number hears how far it is, but not whose it is or what it is called.
func getJobAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	j, err := c.job(ctx)
	if !c.known || fault.KindOf(err) == fault.NotFound {
		j, err = c.Desk.Glimpse(ctx, c.queue, c.jobID)
	}
	if err != nil {
		return nil, err
	}
	want, err := c.wanted("all")
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	reply.Add(wire.NewGroup(wire.JobGroup, c.jobAttributes(j, want)...))
	return reply, nil
}
