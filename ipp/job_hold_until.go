package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// holds are the values of job-hold-until, the default first. On a hold queue every
// job waits for its owner at a station, whichever it is.
func holds(q release.Queue) []string {
	if q.Kind == release.Hold {
		return []string{indefinite, noHold}
	}
	return []string{noHold, indefinite}
}

// The values of job-hold-until that need no clock.
const (
	indefinite = "indefinite"
	noHold     = "no-hold"
)

// onHold says whether a new job is to wait until its owner releases it by IPP. The
// attribute counts among the operation attributes too, where print-job-hold.test
// puts it and CUPS reads it.
func (c *call) onHold() bool {
	v, err := c.req.First(wire.JobGroup).String("job-hold-until")
	if err != nil {
		v, _ = c.op().String("job-hold-until")
	}
	return v == indefinite && c.queue.Kind == release.Direct
}

// showHold is what a job says of its job-hold-until.
func (c *call) showHold(j release.Job) wire.Attribute {
	if c.queue.Kind == release.Hold || j.OnHold {
		return wire.Keyword("job-hold-until", indefinite)
	}
	return wire.Keyword("job-hold-until", noHold)
}

func aboutHold(m *model) []wire.Attribute {
	all := holds(m.queue)
	return []wire.Attribute{
		wire.Keyword("job-hold-until-default", all[0]),
		wire.Keyword("job-hold-until-supported", all...),
	}
}

func takeHold(_ *release.Ticket, m *model, given wire.Attributes) bool {
	v, err := given.String("job-hold-until")
	return err == nil && slices.Contains(holds(m.queue), v)
}

// maxPriority is the end of job-priority-supported. Jobs go first come, first
// served, since a priority that anybody may choose is none: it is accepted and does nothing.
const maxPriority = 100

func aboutPriority(*model) []wire.Attribute {
	return []wire.Attribute{wire.Integer("job-priority-default", maxPriority/2), wire.Integer("job-priority-supported", maxPriority)}
}

func takePriority(_ *release.Ticket, _ *model, given wire.Attributes) bool {
	n, err := given.Int("job-priority")
	return err == nil && n >= 1 && n <= maxPriority
}
