package simulate

import (
	"slices"

	"inkwell/ipp/wire"
)

// ticket is how a job is to be printed.
type ticket struct {
	format     string // document-format
	copies     int    // copies
	sides      string // sides
	colorMode  string // print-color-mode
	media      string // media
	source     string // media-source, or auto
	kind       string // media-type, or auto
	finishings []int  // finishings as asked for; none without
	bin        string // output-bin
	scaling    string // print-scaling
	handling   string // multiple-document-handling
	quality    int    // print-quality
	ranges     []wire.IntRange
}

func (m Model) plainTicket() ticket {
	return ticket{copies: 1, sides: "one-sided", colorMode: m.colorModes()[0], media: m.Trays[0].Media, source: "auto", kind: "auto",
		bin: m.Bins[0], scaling: scalings[0], handling: handlings[0], quality: 4}
}

func (t ticket) twoSided() bool { return t.sides != "one-sided" }

// selectPages is the pages of a document of n pages that are to be printed.
func (t ticket) selectPages(n int) []int {
	var pages []int
	for page := 1; page <= n; page++ {
		in := func(r wire.IntRange) bool { return r.Lower <= page && page <= r.Upper }
		if len(t.ranges) == 0 || slices.ContainsFunc(t.ranges, in) {
			pages = append(pages, page)
		}
	}
	return pages
}

// setter puts a job template attribute into a ticket and reports whether its
// value is one the printer supports.
type setter func(t *ticket, m Model, name string, a wire.Attributes) bool

// jobTemplate is the job template attributes that the printer knows.
var jobTemplate = map[string]setter{
	"copies": func(t *ticket, _ Model, name string, a wire.Attributes) bool {
		return setInt(&t.copies, name, a, func(n int) bool { return 1 <= n && n <= maxCopies })
	},
	"sides": func(t *ticket, m Model, name string, a wire.Attributes) bool {
		return setString(&t.sides, name, a, m.sides())
	},
	"print-color-mode": func(t *ticket, m Model, name string, a wire.Attributes) bool {
		return setString(&t.colorMode, name, a, m.colorModes())
	},
	"media": func(t *ticket, m Model, name string, a wire.Attributes) bool {
		return setString(&t.media, name, a, m.media())
	},
	"output-bin": func(t *ticket, m Model, name string, a wire.Attributes) bool {
		return setString(&t.bin, name, a, m.Bins)
	},
	"print-scaling": func(t *ticket, _ Model, name string, a wire.Attributes) bool {
		return setString(&t.scaling, name, a, scalings)
	},
	"multiple-document-handling": func(t *ticket, _ Model, name string, a wire.Attributes) bool {
		return setString(&t.handling, name, a, handlings)
	},
	"print-quality": func(t *ticket, _ Model, name string, a wire.Attributes) bool {
		return setInt(&t.quality, name, a, func(n int) bool { return 3 <= n && n <= 5 })
	},
	"media-col":              setMediaCol,
	"finishings":             setFinishings,
	"page-ranges":            setRanges,
	"number-up":              oneOfInts(1),
	"orientation-requested":  oneOfInts(3, 4, 5, 6),
	"job-priority":           oneOfInts(50),
	"job-sheets":             oneOf("none"),
	"print-content-optimize": oneOf("auto"),
	"print-rendering-intent": oneOf("auto"),
	"printer-resolution": func(_ *ticket, _ Model, name string, a wire.Attributes) bool {
		r, err := a.Resolution(name)
		return err == nil && r.Xres == resolution && r.Yres == resolution
	},
}

// readTicket makes a ticket of the job attributes of a request, and says which
// of them the printer does not know or cannot do (RFC 8011 4.1.7).
func (m Model) readTicket(job wire.Attributes) (t ticket, unsupported []wire.Attribute) {
	t = m.plainTicket()
	for _, a := range job {
		set, known := jobTemplate[a.Name]
		switch {
		case !known:
			unsupported = append(unsupported, wire.Unsupported(a.Name))
		case !set(&t, m, a.Name, job):
			unsupported = append(unsupported, a)
		}
	}
	return t, unsupported
}

func setInt(field *int, name string, a wire.Attributes, ok func(int) bool) bool {
	n, err := a.Int(name)
	if err != nil || !ok(n) {
		return false
	}
	*field = n
	return true
}

func setString(field *string, name string, a wire.Attributes, supported []string) bool {
	s, err := a.String(name)
	if err != nil || !slices.Contains(supported, s) {
		return false
	}
	*field = s
	return true
}

// oneOf knows a keyword that changes nothing about what comes out.
func oneOf(supported ...string) setter {
	return func(_ *ticket, _ Model, name string, a wire.Attributes) bool {
		values, err := a.Strings(name)
		return err == nil && !slices.ContainsFunc(values, func(s string) bool { return !slices.Contains(supported, s) })
	}
}

func oneOfInts(supported ...int) setter {
	return func(_ *ticket, _ Model, name string, a wire.Attributes) bool {
		values, err := a.Ints(name)
		return err == nil && !slices.ContainsFunc(values, func(n int) bool { return !slices.Contains(supported, n) })
	}
}

func setRanges(t *ticket, _ Model, name string, a wire.Attributes) bool {
	ranges, err := a.Ranges(name)
	if err != nil {
		return false
	}
	for i, r := range ranges {
		if r.Lower < 1 || i > 0 && r.Lower <= ranges[i-1].Upper {
			return false // must ascend and not overlap (RFC 8011 5.2.7)
		}
	}
	t.ranges = ranges
	return true
}

func setFinishings(t *ticket, m Model, name string, a wire.Attributes) bool {
	asked, err := a.Ints(name)
	if err != nil || slices.ContainsFunc(asked, func(n int) bool { return !slices.Contains(m.finishings(), n) }) {
		return false
	}
	t.finishings = slices.DeleteFunc(asked, func(n int) bool { return n == 3 })
	return true
}

// setMediaCol takes size, tray and kind of paper out of media-col. What is not in a
// tray like that is not taken, and the rest of it is.
func setMediaCol(t *ticket, m Model, name string, a wire.Attributes) bool {
	col, err := a.Collection(name)
	if err != nil {
		return false
	}
	member := func(field *string, name string, supported []string) bool {
		return !col.Has(name) || setString(field, name, col, supported)
	}
	sized := setMediaSize(t, m, col)
	tray := member(&t.source, "media-source", m.sources())
	kind := member(&t.kind, "media-type", m.types())
	return sized && tray && kind
}

func setMediaSize(t *ticket, m Model, col wire.Attributes) bool {
	if !col.Has("media-size") {
		return !col.Has("media-size-name") || setString(&t.media, "media-size-name", col, m.media())
	}
	size, err := col.Collection("media-size")
	if err != nil {
		return false
	}
	x, errX := size.Int("x-dimension")
	y, errY := size.Int("y-dimension")
	for _, name := range m.media() {
		if s := sizeNamed(name); errX == nil && errY == nil && s.x == x && s.y == y {
			t.media = name
			return true
		}
	}
	return false
}
