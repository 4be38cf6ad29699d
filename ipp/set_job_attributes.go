package ipp

import (
	"context"
	"slices"

	"github.com/OpenPrinting/goipp"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

var nothingToSet = refuse(wire.StatusBadRequest, "There is nothing to set in this request.")

// setJobAttributes carries out Set-Job-Attributes (RFC 3380 section 4.2), for the
// owner, until the job is at a printer: all of the attributes or none. CUPS's programs
// hold and resume with it. IT sets job-message-from-operator of anybody's job, at any
// time.
func setJobAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	given := c.req.First(wire.JobGroup)
	if len(given) == 0 {
		return nil, nothingToSet
	}
	remark, given, err := c.remark(given)
	if err != nil {
		return nil, err
	}
	if len(given) == 0 {
		err = c.Desk.Remark(ctx, c.actor, j.ID, *remark)
	} else if change, bad := c.change(given); bad != nil {
		err = bad
	} else {
		change.Remark = remark
		_, err = c.Desk.Change(ctx, c.actor, j.ID, change)
	}
	if err != nil {
		return nil, err
	}
	return c.ok(), nil
}

// remark takes job-message-from-operator out of the attributes that are to be set; nil
// where there is none. Only IT may say something.
func (c *call) remark(given wire.Attributes) (say *string, rest wire.Attributes, err error) {
	a, there := given.Find(jobMessage)
	if !there {
		return nil, given, nil
	}
	text, ok := textToSet(a)
	switch {
	case !c.actor.May(school.ManageFace):
		return nil, nil, notSupported{refusal: notSettable, attrs: []wire.Attribute{wire.NotSettable(jobMessage)}}
	case !ok:
		return nil, nil, tooLong(a)
	}
	return &text, slices.DeleteFunc(slices.Clone(given), func(a wire.Attribute) bool { return a.Name == jobMessage }), nil
}

// remarked is what an operation on a job brings from IT for its owner (RFC 3380
// section 6); nil for none. From others it is not read.
func (c *call) remarked() (*string, error) {
	if !c.actor.May(school.ManageFace) {
		return nil, nil
	}
	return c.message(jobMessage)
}

// change reads what is to be set.
func (c *call) change(given wire.Attributes) (change release.Change, err error) {
	title, named, err := wire.Optional(given.String("job-name", goipp.TagName))
	if a, _ := given.Find("job-name"); toDelete(a) {
		title, named, err = "", true, nil
	}
	if err != nil {
		return change, err
	}
	if named {
		change.Title = &title
	}
	ticket := c.defaults(slices.DeleteFunc(slices.Clone(given), func(a wire.Attribute) bool { return a.Name == "job-name" }))
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

// defaults puts its default in the place of each attribute that is to be deleted. One
// without stays, for its own row of the template to judge.
func (c *call) defaults(given wire.Attributes) wire.Attributes {
	for i, a := range given {
		at := slices.IndexFunc(c.template, func(o option) bool { return o.name == a.Name })
		if at < 0 || !toDelete(a) {
			continue
		}
		if d, ok := wire.Attributes(c.template[at].about(c.model)).Find(a.Name + "-default"); ok && d.Values[0].T != goipp.TagNoValue {
			given[i] = wire.Attribute{Name: a.Name, Values: d.Values}
		}
	}
	return given
}

// noTicket are the template attributes that leave the ticket as it is.
var noTicket = []string{holdUntil, holdUntilTime, "job-priority"}

var notSettable = refuse(wire.StatusAttributesNotSettable, "That cannot be changed.")

// cannotSet tells attributes that we set for nobody from values we do not have.
func (c *call) cannotSet(bad []wire.Attribute) error {
	refusal := refuse(wire.StatusAttributesOrValuesNotSupported, "This printer cannot change the job in that way.")
	fixed := c.jobAttributes(release.Job{}, wire.Requested{"job-description": true})
	for i, a := range bad {
		if slices.ContainsFunc(fixed, func(f wire.Attribute) bool { return f.Name == a.Name }) {
			refusal = notSettable
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
