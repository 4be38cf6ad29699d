package ipp

import (
	"slices"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// The attributes of a hold: CUPS's and RFC 8011's by a name, and PWG 5100.7's by a time.
const (
	holdUntil     = "job-hold-until"
	holdUntilTime = "job-hold-until-time"
)

// holds are the values of job-hold-until that are offered, the default first. On a
// hold queue every job waits for its owner at a station, whatever it says.
func holds(q release.Queue) []string {
	if q.Kind == release.Hold {
		return []string{release.Indefinite, release.NoHold}
	}
	return append([]string{release.NoHold, release.Indefinite}, release.HoldNames()...)
}

// holdOf reads a hold among attributes; given is false where there is none of it, and
// ok where it cannot be read. A time goes before a name.
func holdOf(attrs wire.Attributes) (h release.HoldUntil, given, ok bool) {
	name, named, err := wire.Optional(attrs.String(holdUntil, goipp.TagKeyword, goipp.TagName))
	if err != nil {
		return h, true, false
	}
	at, timed, err := wire.Optional(attrs.Time(holdUntilTime))
	h = release.HoldUntil{Name: name, Time: at}
	return h, named || timed, err == nil && h.Known()
}

// hold is the hold of a new job. It counts among the operation attributes too, where
// print-job-hold.test puts it and CUPS reads it.
func (c *call) hold() release.HoldUntil {
	for _, attrs := range []wire.Attributes{c.req.First(wire.JobGroup), c.op()} {
		if h, given, ok := holdOf(attrs); given && ok {
			return h
		}
	}
	return release.HoldUntil{}
}

// showHold is what a job says of its hold.
func (c *call) showHold(j release.Job) []wire.Attribute {
	switch {
	case c.queue.Kind == release.Hold:
		return []wire.Attribute{wire.Keyword(holdUntil, release.Indefinite)}
	case !j.OnHold:
		return []wire.Attribute{wire.Keyword(holdUntil, release.NoHold)}
	case j.HoldEnds.IsZero():
		return []wire.Attribute{wire.Keyword(holdUntil, release.Indefinite)}
	}
	named := wire.Name(holdUntil, j.HoldUntil)
	if slices.Contains(release.HoldNames(), j.HoldUntil) {
		named = wire.Keyword(holdUntil, j.HoldUntil)
	}
	return []wire.Attribute{named, wire.DateTime(holdUntilTime, j.HoldEnds)}
}

func aboutHold(m *model) []wire.Attribute {
	all := holds(m.queue)
	return []wire.Attribute{
		wire.Keyword("job-hold-until-default", all[0]),
		wire.Keyword("job-hold-until-supported", all...),
	}
}

// aboutHoldTime is how many seconds ahead a hold may end (PWG 5100.11).
func aboutHoldTime(*model) []wire.Attribute {
	return []wire.Attribute{wire.Range("job-hold-until-time-supported", wire.IntRange{Upper: int(release.MaxHold.Seconds())})}
}

func takeHold(_ *release.Ticket, _ *model, given wire.Attributes) bool {
	_, _, ok := holdOf(given)
	return ok
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
