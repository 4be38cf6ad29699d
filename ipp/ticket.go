package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
	"inkwell/release/document"
)

// numberUps is number-up-supported: how many pages go on a side.
var numberUps = document.NumberUps()

// scalings is print-scaling-supported.
var scalings = document.Scalings()

// maxCopies is the end of copies-supported, as release.Ticket allows it.
const maxCopies = 99

// option is one job template attribute (RFC 8011 section 5.2).
type option struct {
	name string
	// about is what the printer says of it: NAME-default, NAME-supported and kin.
	about func(*model) []wire.Attribute
	// take reads it into the ticket; false when the value is not supported.
	take func(*release.Ticket, *model, wire.Attributes) bool
	// shown is what a job says of it; nil when a job does not.
	shown func(release.Ticket, *model) []wire.Attribute
}

// template is the one table of job template attributes. Those without shown have
// one meaning only on every printer we know, and their other values are reported as
// not supported rather than promised and forgotten.
func template() []option {
	return []option{
		{"copies", aboutCopies, takeCopies, func(t release.Ticket, _ *model) []wire.Attribute {
			return []wire.Attribute{wire.Integer("copies", max(1, t.Copies))}
		}},
		oneWord("sides", false, func(m *model) []string { return m.sides }, sidesOf).unsaid(sidesOf, func(m *model) string { return m.silentSides }),
		oneWord(colourMode, false, func(m *model) []string { return m.colors }, colourOf).unsaid(colourOf, func(*model) string { return "monochrome" }),
		{"media", aboutMedia, takeMedia, showMedia},
		{"media-col", aboutMediaCol, takeMediaCol, showMediaCol},
		{"page-ranges", aboutPages, takePages, showPages},
		{holdUntil, aboutHold, takeHold, nil},
		{holdUntilTime, aboutHoldTime, takeHold, nil},
		{"job-priority", aboutPriority, takePriority, nil},
		{"finishings", aboutFinishings, takeFinishings, showFinishings},
		oneNumber("print-quality", wire.Enum, func(m *model) []int { return m.qualities }, func(t *release.Ticket) *int { return &t.Quality }),
		// What a PDF says of its own orientation goes before what the client asks.
		fixedEnum("orientation-requested", 3, 4, 5, 6),
		oneNumber("number-up", wire.Integer, func(*model) []int { return numberUps }, func(t *release.Ticket) *int { return &t.NumberUp }),
		oneWord("output-bin", true, func(m *model) []string { return m.bins }, func(t *release.Ticket) *string { return &t.OutputBin }),
		fixedKeyword("job-sheets", "none"),
		{"multiple-document-handling", aboutHandling, takeHandling, showHandling},
		fixedKeyword("print-content-optimize", auto),
		fixedKeyword("print-rendering-intent", auto),
		oneWord("print-scaling", true, func(*model) []string { return scalings }, func(t *release.Ticket) *string { return &t.Scaling }),
		{"printer-resolution", aboutResolution, takeResolution, nil},
		account("job-account-id", func(t *release.Ticket) *string { return &t.Account }),
		account("job-accounting-user-id", func(t *release.Ticket) *string { return &t.AccountUser }),
	}
}

func sidesOf(t *release.Ticket) *string  { return &t.Sides }
func colourOf(t *release.Ticket) *string { return &t.ColorMode }

// ticket reads the job attributes and says which of them are not supported: an
// unknown one with the out-of-band value, a known one as it came (RFC 8011 section
// 4.1.7).
func (c *call) ticket() (t release.Ticket, unsupported []wire.Attribute) {
	if !c.model.offer.Can.Duplex() {
		t.Sides = oneSided // what sides-default says; an empty one means both sides
	}
	unsupported = c.take(&t, c.req.First(wire.JobGroup))
	return t, unsupported
}

// take reads attributes into a ticket, and leaves what they do not name.
func (c *call) take(t *release.Ticket, given wire.Attributes) (unsupported []wire.Attribute) {
	for _, a := range given {
		i := slices.IndexFunc(c.template, func(o option) bool { return o.name == a.Name })
		switch {
		case i < 0:
			unsupported = append(unsupported, wire.Unsupported(a.Name))
		case !c.template[i].take(t, c.model, given):
			unsupported = append(unsupported, a)
		}
	}
	return unsupported
}

// showTicket is what a job's attributes say of its ticket.
func (c *call) showTicket(t release.Ticket) []wire.Attribute {
	var all []wire.Attribute
	for _, o := range c.template {
		if o.shown != nil {
			all = append(all, o.shown(t, c.model)...)
		}
	}
	return all
}

func aboutCopies(*model) []wire.Attribute {
	return []wire.Attribute{
		wire.Integer("copies-default", 1),
		wire.Range("copies-supported", wire.IntRange{Lower: 1, Upper: maxCopies}),
	}
}

func takeCopies(t *release.Ticket, _ *model, given wire.Attributes) bool {
	n, err := given.Int("copies")
	if err != nil || n < 1 || n > maxCopies {
		return false
	}
	t.Copies = n
	return true
}

func aboutPages(*model) []wire.Attribute {
	return []wire.Attribute{wire.Boolean("page-ranges-supported", true)}
}

// takePages reads page-ranges: ascending, apart, from 1 (RFC 8011 section 5.2.7).
func takePages(t *release.Ticket, _ *model, given wire.Attributes) bool {
	ranges, err := given.Ranges("page-ranges")
	if err != nil {
		return false
	}
	var pages []release.PageRange
	for _, r := range ranges {
		if r.Lower < 1 || len(pages) > 0 && r.Lower <= pages[len(pages)-1].Last {
			return false
		}
		pages = append(pages, release.PageRange{First: r.Lower, Last: r.Upper})
	}
	t.Pages = pages
	return true
}

func showPages(t release.Ticket, _ *model) []wire.Attribute {
	if len(t.Pages) == 0 {
		return nil
	}
	var ranges []wire.IntRange
	for _, p := range t.Pages {
		ranges = append(ranges, wire.IntRange{Lower: p.First, Upper: p.Last})
	}
	return []wire.Attribute{wire.Range("page-ranges", ranges...)}
}
