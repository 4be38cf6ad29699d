package ipp

import (
	"slices"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// The one way in which we tell of events: a client asks (RFC 3996). We connect to
// nobody, so there is no notify-schemes-supported.
const pullMethod = "ippget"

// defaultEvents is notify-events-default.
var defaultEvents = []release.Event{release.EventJobCompleted}

// notifyAttributes is what the printer says of subscriptions (RFC 3995 section 5.3,
// RFC 3996 section 8.1), as far as it is wanted.
func (c *call) notifyAttributes(want wire.Requested) []wire.Attribute {
	template := []wire.Attribute{
		wire.Keyword("notify-pull-method-supported", pullMethod),
		wire.Keyword("notify-events-default", keywords(defaultEvents)...),
		wire.Keyword("notify-events-supported", append([]string{"none"}, keywords(release.Events)...)...),
		wire.Integer("notify-max-events-supported", len(release.Events)),
		wire.Integer("notify-lease-duration-default", seconds(release.LeaseDefault)),
		wire.Range("notify-lease-duration-supported", wire.IntRange{Lower: seconds(release.LeaseMin), Upper: seconds(release.LeaseMax)}),
	}
	return slices.Concat(
		want.Pick("subscription-template", template),
		want.Pick("printer-description", []wire.Attribute{wire.Integer("ippget-event-life", seconds(release.EventLife))}),
	)
}

func keywords(events []release.Event) []string {
	all := make([]string, len(events))
	for i, e := range events {
		all[i] = string(e)
	}
	return all
}

func seconds(d time.Duration) int { return int(d / time.Second) }
