package ipp

import (
	"context"
	"slices"

	"inkwell/internal/school"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// cupsGetDefault carries out CUPS-Get-Default (cups.org, "CUPS Implementation of
// IPP"): the first queue that believes the names of this machine, or else the first.
func cupsGetDefault(ctx context.Context, c *call) (*wire.Message, error) {
	all, err := c.Desk.Queues(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, refuse(wire.StatusNotFound, "There is no printer yet.")
	}
	return c.describe(ctx, all[defaultOf(all):defaultOf(all)+1])
}

// cupsGetPrinters carries out CUPS-Get-Printers: all queues, or from
// first-printer-name on, at most limit of them.
func cupsGetPrinters(ctx context.Context, c *call) (*wire.Message, error) {
	all, err := c.Desk.Queues(ctx)
	if err != nil {
		return nil, err
	}
	first, given, err := wire.Optional(c.op().String("first-printer-name"))
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(q release.Queue) bool { return cupsName(q) == first }); given && i > 0 {
		all = all[i:]
	}
	limit, given, err := wire.Optional(c.op().Int("limit"))
	if err != nil {
		return nil, err
	}
	if given && limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return c.describe(ctx, all)
}

// cupsGetClasses carries out CUPS-Get-Classes. We have none.
func cupsGetClasses(_ context.Context, c *call) (*wire.Message, error) { return c.ok(), nil }

func defaultOf(all []release.Queue) int {
	return max(0, slices.IndexFunc(all, func(q release.Queue) bool { return q.Proof == school.ByLoopback }))
}

// describe answers with a group for each queue.
func (c *call) describe(ctx context.Context, queues []release.Queue) (*wire.Message, error) {
	want, err := c.wanted("all")
	if err != nil {
		return nil, err
	}
	c.cups = true
	reply := c.ok()
	for _, q := range queues {
		if err := c.at(ctx, q); err != nil {
			return nil, err
		}
		g, err := c.printerGroup(ctx, want)
		if err != nil {
			return nil, err
		}
		reply.Add(g)
	}
	return reply, nil
}

// Bits of printer-type (cups/cups.h, cups_ptype_e).
const (
	cupsMono          = 0x0004
	cupsColor         = 0x0008
	cupsDuplex        = 0x0010
	cupsStaple        = 0x0020
	cupsCopies        = 0x0040
	cupsCollate       = 0x0080
	cupsPunch         = 0x0100
	cupsBind          = 0x0400
	cupsSmall         = 0x1000 // to Legal
	cupsMedium        = 0x2000 // to A3
	cupsLarge         = 0x4000 // beyond
	cupsRejecting     = 0x80000
	cupsAuthenticated = 0x400000
)

// cupsAbout is what CUPS's programs ask beside what a printer says.
func (c *call) cupsAbout() []wire.Attribute {
	kind := c.model.cupsType()
	if c.queue.Closed {
		kind |= cupsRejecting
	}
	if c.queue.Proof == school.ByPassword {
		kind |= cupsAuthenticated
	}
	return []wire.Attribute{wire.Enum("printer-type", kind), wire.Boolean("printer-is-shared", false)}
}

// cupsType is what the printers can do as bits of printer-type.
func (m *model) cupsType() int {
	kind := cupsMono | cupsCopies | cupsCollate
	set := func(bit int, yes bool) {
		if yes {
			kind |= bit
		}
	}
	set(cupsColor, m.offer.Can.Color())
	set(cupsDuplex, m.offer.Can.Duplex())
	for _, f := range m.finishings {
		does := release.FinishingOf(f)
		set(cupsStaple, does == release.Staple)
		set(cupsPunch, does == release.Punch)
		set(cupsBind, does == release.Bind)
	}
	for _, s := range m.sizes {
		set(cupsSmall, s.y <= 35560)
		set(cupsMedium, s.y > 35560 && s.y <= 42000)
		set(cupsLarge, s.y > 42000)
	}
	return kind
}
