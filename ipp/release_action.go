package ipp

import (
	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// releaseAction is how a queue's jobs are released, and the only way
// (job-release-action-supported, PWG 5100.11): by their owner at a station, or by
// nobody.
func releaseAction(q release.Queue) string {
	if q.Kind == release.Hold {
		return "owner-authorized"
	}
	return "none"
}

// otherRelease is the job-release-action of a request that makes a job, where it is
// another than the queue's and so is ignored.
func (c *call) otherRelease() ([]wire.Attribute, error) {
	asked, given, err := wire.Optional(c.op().String("job-release-action", goipp.TagKeyword))
	if err != nil || !given || asked == releaseAction(c.queue) {
		return nil, err
	}
	return []wire.Attribute{wire.Keyword("job-release-action", asked)}, nil
}
