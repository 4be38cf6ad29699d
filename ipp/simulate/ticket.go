package simulate

import (
	"slices"

	"inkwell/ipp/wire"
)

// ticket is how a job is to be printed.
type ticket struct {
	format    string // document-format
	copies    int    // copies
	sides     string // sides
	colorMode string // print-color-mode
	media     string // media
	quality   int    // print-quality
	ranges    []wire.IntRange
}

func plainTicket() ticket {
	return ticket{copies: 1, sides: "one-sided", colorMode: "auto", media: mediaSizes[0].name, quality: 4}
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
type setter func(t *ticket, name string, a wire.Attributes) bool

// jobTemplate is the job template attributes that the printer knows.
var jobTemplate = map[string]setter{
	"copies": func(t *ticket, name string, a wire.Attributes) bool {
		return setInt(&t.copies, name, a, func(n int) bool { return 1 <= n && n <= maxCopies })
	},
	"sides": func(t *ticket, name string, a wire.Attributes) bool {
		return setString(&t.sides, name, a, sides)
	},
	"print-color-mode": func(t *ticket, name string, a wire.Attributes) bool {
		return setString(&t.colorMode, name, a, colorModes)
	},
	"media": func(t *ticket, name string, a wire.Attributes) bool {
		return setString(&t.media, name, a, mediaNames())
	},
	"print-quality": func(t *ticket, name string, a wire.Attributes) bool {
		return setInt(&t.quality, name, a, func(n int) bool { return 3 <= n && n <= 5 })
	},
	"media-col":                  setMediaCol,
	"page-ranges":                setRanges,
	"finishings":                 oneOfInts(3),
	"number-up":                  oneOfInts(1),
	"orientation-requested":      oneOfInts(3, 4, 5, 6),
	"job-priority":               oneOfInts(50),
	"job-sheets":                 oneOf("none"),
	"output-bin":                 oneOf(outputBin),
	"print-scaling":              oneOf(scalings...),
	"print-content-optimize":     oneOf("auto"),
	"print-rendering-intent":     oneOf("auto"),
	"multiple-document-handling": oneOf(handlings...),
	"printer-resolution": func(_ *ticket, name string, a wire.Attributes) bool {
		r, err := a.Resolution(name)
		return err == nil && r.Xres == resolution && r.Yres == resolution
	},
}

// readTicket makes a ticket of the job attributes of a request, and says which
// of them the printer does not know or cannot do (RFC 8011 4.1.7).
func readTicket(job wire.Attributes) (t ticket, unsupported []wire.Attribute) {
	t = plainTicket()
	for _, a := range job {
		set, known := jobTemplate[a.Name]
		switch {
		case !known:
			unsupported = append(unsupported, wire.Unsupported(a.Name))
		case !set(&t, a.Name, job):
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
	return func(_ *ticket, name string, a wire.Attributes) bool {
		values, err := a.Strings(name)
		return err == nil && !slices.ContainsFunc(values, func(s string) bool { return !slices.Contains(supported, s) })
	}
}

func oneOfInts(supported ...int) setter {
	return func(_ *ticket, name string, a wire.Attributes) bool {
		values, err := a.Ints(name)
		return err == nil && !slices.ContainsFunc(values, func(n int) bool { return !slices.Contains(supported, n) })
	}
}

func setRanges(t *ticket, name string, a wire.Attributes) bool {
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

// setMediaCol takes the size out of media-col; its other members are as the
// printer is loaded anyway.
func setMediaCol(t *ticket, name string, a wire.Attributes) bool {
	col, err := a.Collection(name)
	if err != nil {
		return false
	}
	if !col.Has("media-size") {
		return !col.Has("media-size-name") || setString(&t.media, "media-size-name", col, mediaNames())
	}
	size, err := col.Collection("media-size")
	if err != nil {
		return false
	}
	x, errX := size.Int("x-dimension")
	y, errY := size.Int("y-dimension")
	for _, m := range mediaSizes {
		if errX == nil && errY == nil && m.x == x && m.y == y {
			t.media = m.name
			return true
		}
	}
	return false
}
