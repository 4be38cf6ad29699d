package ipp

import (
	"context"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// atKiosk is what Release-Job says on a hold queue. No other sign-in would help, so
// it is not "not authorized", after which clients ask for a password.
var atKiosk = refuse(wire.StatusNotPossible, "Please go to a release station by a printer to print this job.")

// releaseJob carries out Release-Job (RFC 8011 section 4.3.6), for the owner, on a
// direct queue. A job that waits for nobody stays as it is.
func releaseJob(ctx context.Context, c *call) (*wire.Message, error) {
	j, err := c.job(ctx)
	switch {
	case err != nil:
		return nil, err
	case c.queue.Kind == release.Hold && !j.State.Ended():
		return nil, atKiosk
	}
	return c.setHold(ctx, release.HoldUntil{Name: release.NoHold})
}
