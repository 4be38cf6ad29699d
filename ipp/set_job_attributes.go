package ipp

import (
	"context"
	"slices"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// setJobAttributes carries out Set-Job-Attributes (RFC 3380 section 4.2), for the
// owner, until the job is at a printer: all of the attributes or none. CUPS's programs
// hold and resume with it.
func setJobAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	change, err := c.change(c.req.First(wire.JobGroup))
	if err != nil {
		return nil, err
	}
	if _, err := c.Desk.Change(ctx, c.actor, j.ID, change); err != nil {
		return nil, err
	}
	return c.ok(), nil
}

// change reads what is to be set.
func (c *call) change(given wire.Attributes) (change release.Change, err error) {
	if len(given) == 0 {
		return change, refuse(wire.StatusBadRequest, "There is nothing to set in this request.")
	}
	title, named, err := wire.Optional(given.String("job-name", goipp.TagName))
	if err != nil {
		return change, err
	}
	if named {
		change.Title = &title
	}
	ticket := slices.DeleteFunc(slices.Clone(given), func(a wire.Attribute) bool { return a.Name == "job-name" })
	if bad := c.take(new(release.Ticket), ticket); len(bad) > 0 {
		return change, c.cannotSet(bad)
	}
	if h, given, _ := holdOf(ticket); given {
		change.Hold = &h
	}
	if slices.ContainsFunc(ticket, func(a wire.Attribute) bool { return !slices.Contains(noTicket, a.Name) }) {
		change.Ticket = func(t release.Ticket) release.Ticket {
			c.take(&t, ticket)
			return t
		}
	}
	return change, nil
}

// noTicket are the template attributes that leave the ticket as it is.
var noTicket = []string{holdUntil, holdUntilTime, "job-priority"}

// cannotSet tells attributes that we set for nobody from values we do not have.
func (c *call) cannotSet(bad []wire.Attribute) error {
	refusal := refuse(wire.StatusAttributesOrValuesNotSupported, "This printer cannot change the job in that way.")
	fixed := c.jobAttributes(release.Job{}, wire.Requested{"job-description": true})
	for i, a := range bad {
		if slices.ContainsFunc(fixed, func(f wire.Attribute) bool { return f.Name == a.Name }) {
			refusal = refuse(wire.StatusAttributesNotSettable, "That cannot be changed.")
			bad[i] = wire.NotSettable(a.Name)
		}
	}
	return notSupported{refusal: refusal, attrs: bad}
}

// settable is job-settable-attributes-supported. The pages of a job, and how many
// of them go on a side, are settled when it is counted.
func (c *call) settable() []string {
	names := []string{"job-name"}
	for _, o := range c.template {
		if o.name != "page-ranges" && o.name != "number-up" {
			names = append(names, o.name)
		}
	}
	slices.Sort(names)
	return names
}
