package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

func aboutFinishings(m *model) []wire.Attribute {
	return []wire.Attribute{wire.Enum("finishings-default", noFinishing), wire.Enum("finishings-supported", m.finishings...)}
}

// takeFinishings reads finishings, in no order: printers do each once, and none (3)
// beside another asks for nothing (RFC 8011 section 5.2.6).
func takeFinishings(t *release.Ticket, m *model, given wire.Attributes) bool {
	asked, err := given.Ints("finishings")
	if err != nil || slices.ContainsFunc(asked, func(n int) bool { return !slices.Contains(m.finishings, n) }) {
		return false
	}
	asked = slices.DeleteFunc(asked, func(n int) bool { return n == noFinishing })
	slices.Sort(asked)
	t.Finishings = slices.Compact(asked)
	if len(asked) == 0 {
		t.Finishings = nil
	}
	return true
}

func showFinishings(t release.Ticket, _ *model) []wire.Attribute {
	if len(t.Finishings) == 0 {
		return []wire.Attribute{wire.Enum("finishings", noFinishing)}
	}
	return []wire.Attribute{wire.Enum("finishings", t.Finishings...)}
}

func aboutHandling(m *model) []wire.Attribute {
	return []wire.Attribute{
		wire.Keyword("multiple-document-handling-default", m.handlings[0]),
		wire.Keyword("multiple-document-handling-supported", m.handlings...),
	}
}

func takeHandling(t *release.Ticket, m *model, given wire.Attributes) bool {
	v, err := given.String("multiple-document-handling")
	if err != nil || !slices.Contains(m.handlings, v) {
		return false
	}
	t.Uncollated = v == uncollated
	return true
}

func showHandling(t release.Ticket, _ *model) []wire.Attribute {
	if t.Uncollated {
		return []wire.Attribute{wire.Keyword("multiple-document-handling", uncollated)}
	}
	return []wire.Attribute{wire.Keyword("multiple-document-handling", collated)}
}

func aboutResolution(m *model) []wire.Attribute {
	return []wire.Attribute{
		wire.DPI("printer-resolution-default", m.resolutions[0]),
		wire.DPI("printer-resolution-supported", sorted(m.resolutions)...),
	}
}

// takeResolution knows printer-resolution and forgets it: a PDF has none, and a
// raster brings its own.
func takeResolution(_ *release.Ticket, m *model, given wire.Attributes) bool {
	r, err := given.Resolution("printer-resolution")
	return err == nil && slices.ContainsFunc(m.resolutions, func(n int) bool { return r == wire.DPI("", n).Values[0].V })
}
