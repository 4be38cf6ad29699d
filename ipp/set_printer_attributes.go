package ipp

import (
	"context"
	"slices"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// maxText is how many octets a text that IT sets may have (RFC 8011 section 5.4).
const maxText = 127

// The texts that IT sets over IPP.
const (
	printerMessage = "printer-message-from-operator"
	jobMessage     = "job-message-from-operator"
)

// printerSettable is printer-settable-attributes-supported: where each goes.
var printerSettable = map[string]func(*release.Notice) **string{
	"printer-info":     func(n *release.Notice) **string { return &n.Info },
	"printer-location": func(n *release.Notice) **string { return &n.Location },
	printerMessage:     func(n *release.Notice) **string { return &n.Message },
}

// setPrinterAttributes carries out Set-Printer-Attributes (RFC 3380 section 4.1), for
// IT: all of the attributes or none.
func setPrinterAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	given := c.req.First(wire.PrinterGroup)
	if len(given) == 0 {
		return nil, nothingToSet
	}
	var notice release.Notice
	var bad []wire.Attribute
	for _, a := range given {
		field, settable := printerSettable[a.Name]
		text, ok := textToSet(a)
		if !settable || !ok {
			bad = append(bad, a)
			continue
		}
		*field(&notice) = &text
	}
	if len(bad) > 0 {
		return nil, c.cannotSetPrinter(bad)
	}
	if err := c.Desk.Announce(ctx, c.actor, c.queue.ID, notice); err != nil {
		return nil, err
	}
	return c.ok(), nil
}

// textToSet is a text, or none for an attribute that is to be deleted.
func textToSet(a wire.Attribute) (string, bool) {
	if toDelete(a) {
		return "", true
	}
	text, err := wire.Attributes{a}.String(a.Name, goipp.TagText, goipp.TagName)
	return text, err == nil && len(text) <= maxText
}

// toDelete says whether an attribute is to be as if it had never been set (RFC 3380
// section 8.1.2).
func toDelete(a wire.Attribute) bool {
	return len(a.Values) == 1 && a.Values[0].T == goipp.TagDeleteAttr
}

// cannotSetPrinter tells what the printer has but nobody sets, what it does not have,
// and values that are none.
func (c *call) cannotSetPrinter(bad []wire.Attribute) error {
	has := c.description(0)
	for _, o := range c.template {
		has = append(has, o.about(c.model)...)
	}
	refusal := refuse(wire.StatusAttributesOrValuesNotSupported, "This printer cannot be changed in that way.")
	for i, a := range bad {
		_, settable := printerSettable[a.Name]
		known := slices.ContainsFunc(has, func(h wire.Attribute) bool { return h.Name == a.Name })
		switch {
		case known && !settable:
			refusal = notSettable
			bad[i] = wire.NotSettable(a.Name)
		case !known:
			bad[i] = wire.Unsupported(a.Name)
		}
	}
	return notSupported{refusal: refusal, attrs: bad}
}

// message is the message that an operation brings from IT for a queue or a job; nil
// for none.
func (c *call) message(name string) (*string, error) {
	a, given := c.op().Find(name)
	if !given {
		return nil, nil
	}
	text, ok := textToSet(a)
	if !ok {
		return nil, tooLong(a)
	}
	return &text, nil
}

// tooLong refuses a message that is no text of at most maxText octets.
func tooLong(a wire.Attribute) error {
	return notSupported{refusal: refuse(wire.StatusAttributesOrValuesNotSupported, "That message is too long."), attrs: []wire.Attribute{a}}
}

// said is what IT says of the queue, beside printer-info and printer-location (RFC
// 8011 section 5.4.25, RFC 3380 sections 6.1 and 6.2).
func (c *call) said() []wire.Attribute {
	all := []wire.Attribute{wire.Text(printerMessage, c.queue.Message)}
	if c.queue.Said.IsZero() {
		return all // rfc3380.test takes no value for a wrong one
	}
	return append(all, wire.Integer("printer-message-time", upTime(c.queue.Said)), wire.DateTime("printer-message-date-time", c.queue.Said))
}
