package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// maxCopies is the end of copies-supported, as release.Ticket allows it.
const maxCopies = 99

// The values of sides and print-color-mode, the default first.
var (
	allSides  = []string{"two-sided-long-edge", "one-sided", "two-sided-short-edge"}
	allColors = []string{"monochrome", "color", "auto"}
)

// option is one job template attribute (RFC 8011 section 5.2).
type option struct {
	name string
	// about is what the printer says of it: NAME-default, NAME-supported and kin.
	about func(release.Queue) []wire.Attribute
	// take reads it into the ticket; false when the value is not supported.
	take func(*release.Ticket, release.Queue, wire.Attributes) bool
	// shown is what a job says of it; nil when a job does not.
	shown func(release.Ticket) []wire.Attribute
}

// template is the one table of job template attributes. Those without shown have
// one meaning only on every printer we know, and their other values are reported as
// not supported rather than promised and forgotten.
func template() []option {
	return []option{
		{"copies", aboutCopies, takeCopies, func(t release.Ticket) []wire.Attribute {
			return []wire.Attribute{wire.Integer("copies", max(1, t.Copies))}
		}},
		oneOf("sides", allSides, func(t *release.Ticket) *string { return &t.Sides }),
		oneOf("print-color-mode", allColors, func(t *release.Ticket) *string { return &t.ColorMode }),
		{"media", aboutMedia, takeMedia, func(t release.Ticket) []wire.Attribute {
			return []wire.Attribute{wire.Keyword("media", orDefault(t.Media, sizes[0].name))}
		}},
		{"media-col", aboutMediaCol, takeMediaCol, showMediaCol},
		{"page-ranges", aboutPages, takePages, showPages},
		{"job-hold-until", aboutHold, takeHold, nil},
		{"job-priority", aboutPriority, takePriority, nil},
		fixedEnum("finishings", 3),
		fixedEnum("print-quality", 4),
		// What a PDF says of its own orientation goes before what the client asks.
		fixedEnum("orientation-requested", 3, 4, 5, 6),
		fixedNumber("number-up", 1),
		fixedKeyword("output-bin", "face-down"),
		fixedKeyword("job-sheets", "none"),
		fixedKeyword("multiple-document-handling", "separate-documents-collated-copies"),
		fixedKeyword("print-content-optimize", "auto"),
		fixedKeyword("print-rendering-intent", "auto"),
		fixedKeyword("print-scaling", "auto"),
		{"printer-resolution", aboutResolution, takeResolution, nil},
	}
}

// ticket reads the job attributes and says which of them are not supported: an
// unknown one with the out-of-band value, a known one as it came (RFC 8011 section
// 4.1.7).
func (c *call) ticket() (t release.Ticket, unsupported []wire.Attribute) {
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
		case !c.template[i].take(t, c.queue, given):
			unsupported = append(unsupported, a)
		}
	}
	return unsupported
}

// showTicket is what a job's attributes say of its ticket.
func (s *Server) showTicket(t release.Ticket) []wire.Attribute {
	var all []wire.Attribute
	for _, o := range s.template {
		if o.shown != nil {
			all = append(all, o.shown(t)...)
		}
	}
	return all
}

func aboutCopies(release.Queue) []wire.Attribute {
	return []wire.Attribute{
		wire.Integer("copies-default", 1),
		wire.Range("copies-supported", wire.IntRange{Lower: 1, Upper: maxCopies}),
	}
}

func takeCopies(t *release.Ticket, _ release.Queue, given wire.Attributes) bool {
	n, err := given.Int("copies")
	if err != nil || n < 1 || n > maxCopies {
		return false
	}
	t.Copies = n
	return true
}

func aboutPages(release.Queue) []wire.Attribute {
	return []wire.Attribute{wire.Boolean("page-ranges-supported", true)}
}

// takePages reads page-ranges: ascending, apart, from 1 (RFC 8011 section 5.2.7).
func takePages(t *release.Ticket, _ release.Queue, given wire.Attributes) bool {
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

func showPages(t release.Ticket) []wire.Attribute {
	if len(t.Pages) == 0 {
		return nil
	}
	var ranges []wire.IntRange
	for _, p := range t.Pages {
		ranges = append(ranges, wire.IntRange{Lower: p.First, Upper: p.Last})
	}
	return []wire.Attribute{wire.Range("page-ranges", ranges...)}
}

func showMediaCol(t release.Ticket) []wire.Attribute {
	s, ok := sizeNamed(t.Media)
	if !ok {
		s = sizes[0]
	}
	return []wire.Attribute{wire.Collection("media-col", s.collection())}
}

// dpi is the one resolution we speak of. A PDF has none of its own.
const dpi = 600

func aboutResolution(release.Queue) []wire.Attribute {
	return []wire.Attribute{wire.DPI("printer-resolution-default", dpi), wire.DPI("printer-resolution-supported", dpi)}
}

func takeResolution(_ *release.Ticket, _ release.Queue, given wire.Attributes) bool {
	r, err := given.Resolution("printer-resolution")
	want := wire.DPI("", dpi).Values[0].V
	return err == nil && r == want
}
