package ipp

import (
	"slices"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// colourMode is the attribute of the ticket that asks for colour (PWG 5100.13).
const colourMode = "print-color-mode"

// withheld is what a client asked for and the queue's policy took out of the ticket:
// it goes into the unsupported group, as a value we cannot print for this sender (RFC
// 8011 section 4.1.7). A mode that leaves colour to the printer was not promised any.
func withheld(touched []release.Touch, s release.Submission) []wire.Attribute {
	if s.Ticket.ColorMode != inColour || !slices.Contains(touched, release.ColourWithheld) {
		return nil
	}
	return []wire.Attribute{wire.Keyword(colourMode, s.Ticket.ColorMode)}
}

// colourRefused names the attribute at fault where ipp-attribute-fidelity lets nothing
// be taken out.
func colourRefused(err error, s release.Submission) error {
	f := fault.As(err)
	if f == nil || f.Code != "colour-not-yours" {
		return err
	}
	return notSupported{refusal: &wire.Error{Status: wire.StatusAttributesOrValuesNotSupported, Say: f.Say}, attrs: []wire.Attribute{wire.Keyword(colourMode, s.Ticket.ColorMode)}}
}

// inColour is the value of print-color-mode that promises colour.
const inColour = "color"

// shownPolicy is what of a queue's policy its attributes show.
type shownPolicy struct {
	oneSided, colourless bool
	mode                 string
}

func shows(q release.Queue) shownPolicy {
	return shownPolicy{oneSided: q.Policy.OneSided, colourless: q.Policy.Colour.Nobody(), mode: q.Policy.ColorMode}
}

// takesBare says whether the queue's own address, without a way behind it, takes
// what the queue asks for there.
func (c *call) takesBare() bool { return c.queue.ID == 0 || c.queue.Policy.Takes(c.queue.Proof) }

// asksForPasswords says whether a password is the way to print here.
func (c *call) asksForPasswords() bool { return c.queue.Proof == school.ByPassword && c.takesBare() }
