package release

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"inkwell/release/document/raster"
)

// Capabilities is what a printer says it can do with a job, or what the printers
// of a queue can do together. A list that is empty means that the printer does not
// say, which is not held against it but for finishings. The zero Capabilities is a
// printer that was never asked.
type Capabilities struct {
	Asked       bool     `json:"asked,omitempty"`       // it has answered once
	Media       []string `json:"media,omitempty"`       // media-supported: names that tell their size, the default first
	Loaded      []Loaded `json:"loaded,omitempty"`      // media-col-ready, or else media-ready
	Sources     []string `json:"sources,omitempty"`     // media-source-supported without auto
	Types       []string `json:"types,omitempty"`       // media-type-supported without auto
	Sides       []string `json:"sides,omitempty"`       // sides-supported
	ColorModes  []string `json:"color_modes,omitempty"` // print-color-mode-supported; monochrome alone where color-supported is false
	Copies      int      `json:"copies,omitempty"`      // the upper bound of copies-supported; 0: it does not say
	Finishings  []int    `json:"finishings,omitempty"`  // finishings-supported without none (3), ascending
	Bins        []string `json:"bins,omitempty"`        // output-bin-supported without auto
	Qualities   []int    `json:"qualities,omitempty"`   // print-quality-supported, ascending
	Resolutions []int    `json:"resolutions,omitempty"` // printer-resolution-supported in dpi, square ones, ascending
	Handlings   []string `json:"handlings,omitempty"`   // multiple-document-handling-supported
	Scalings    []string `json:"scalings,omitempty"`    // print-scaling-supported
	Formats     []string `json:"formats,omitempty"`     // document-format-supported
	Raster      Rasters  `json:"raster,omitzero"`       // of one that takes rasters
	Speed       int      `json:"speed,omitempty"`       // pages-per-minute; 0: it does not say
	ColorSpeed  int      `json:"color_speed,omitempty"` // pages-per-minute-color
	Supplies    []Supply `json:"supplies,omitempty"`    // printer-supply
}

// Loaded is the paper in a tray.
type Loaded struct {
	Media  string `json:"media"`            // media-size-name
	Source string `json:"source,omitempty"` // media-source
	Type   string `json:"type,omitempty"`   // media-type
}

// Rasters is what a printer says of the rasters that it takes.
type Rasters struct {
	Resolutions []int    `json:"resolutions,omitempty"` // pwg-raster-document-resolution-supported in dpi, square ones, ascending
	Types       []string `json:"types,omitempty"`       // pwg-raster-document-type-supported
	Back        string   `json:"back,omitempty"`        // pwg-raster-document-sheet-back
	URF         []string `json:"urf,omitempty"`         // urf-supported
	Margin      int      `json:"margin,omitempty"`      // the widest of media-bottom-, -left-, -right- and -top-margin-supported, in hundredths of a millimetre
}

// Supply is a value of printer-supply (PWG 5100.13) with its description.
type Supply struct {
	Type  string `json:"type"`            // type, e.g. toner
	Color string `json:"color,omitempty"` // colorantname
	Max   int    `json:"max"`             // maxcapacity; -2: unknown
	Level int    `json:"level"`           // level; -1: some left, -2: unknown, -3: a little
	Name  string `json:"name"`            // printer-supply-description
}

// Everyday is what is assumed of printers none of which has ever answered.
var Everyday = Capabilities{
	Media:      []string{A4, "iso_a3_297x420mm", "iso_a5_148x210mm", "na_letter_8.5x11in"},
	Loaded:     []Loaded{{Media: A4}},
	Sides:      []string{oneSided, longEdge, shortEdge},
	ColorModes: []string{"auto", colour, mono},
	Qualities:  []int{4}, Resolutions: []int{600},
	Speed: 30, ColorSpeed: 30,
}

// The values of sides and print-color-mode that decisions hang on.
const (
	oneSided  = "one-sided"
	longEdge  = "two-sided-long-edge"
	shortEdge = "two-sided-short-edge"
	colour    = "color"
	mono      = "monochrome"
)

// How many values of an attribute are believed: of those that are long with real
// printers, of trays and bins, and of those that have a handful. All of them at their
// longest are less than the 64 KiB that the table takes.
const (
	many    = 100
	some    = 40
	handful = 16
)

// Color says whether it prints colour, as far as it says.
func (c Capabilities) Color() bool {
	return len(c.ColorModes) == 0 || slices.Contains(c.ColorModes, colour)
}

// greyWords are the values of print-color-mode for black and white (PWG 5100.13), the plainest first.
// bi-level is none of them: it has no grey.
var greyWords = []string{mono, "auto-monochrome", "process-monochrome"}

// greys says whether it can be asked for black and white, as far as it says. One that prints no
// colour need not be.
func (c Capabilities) greys() bool {
	return len(c.ColorModes) == 0 || !c.Color() || slices.ContainsFunc(greyWords, func(word string) bool { return slices.Contains(c.ColorModes, word) })
}

// tints says whether it may print colour in a job that is to come out, and is paid, in black and
// white: it cannot be asked, and there is colour in the document, or we do not know of none.
func (c Capabilities) tints(j Job) bool { return !c.greys() && !j.inColour() && j.ColourPages != 0 }

// Duplex says whether it prints on both sides, as far as it says.
func (c Capabilities) Duplex() bool {
	return len(c.Sides) == 0 || slices.ContainsFunc(c.Sides, func(s string) bool { return s != oneSided })
}

// Same says whether two printers can do the same; what they are filled with is not
// compared.
func (c Capabilities) Same(d Capabilities) bool {
	c.Supplies, d.Supplies = nil, nil
	return reflect.DeepEqual(c, d)
}

// Cleaned leaves out what no honest printer says: names of another form than
// IPP's, numbers out of range, values given twice, and the end of lists without
// one. It sorts numbers. A printer's words may be anything at all.
func (c Capabilities) Cleaned() Capabilities {
	keep := func(all []string, most int) []string { return kept(all, most, keyword.MatchString) }
	chosen := func(all []string, most int) []string {
		return kept(all, most, func(s string) bool { return s != "auto" && keyword.MatchString(s) })
	}
	in := func(all []int, least, last int) []int {
		all = kept(all, many, func(n int) bool { return n >= least && n <= last })
		slices.Sort(all)
		return all
	}
	clean := Capabilities{
		Asked:   c.Asked,
		Media:   kept(c.Media, many, sized),
		Loaded:  kept(c.Loaded, some, Loaded.sound),
		Sources: chosen(c.Sources, some), Types: chosen(c.Types, many), Bins: chosen(c.Bins, some),
		Sides: keep(c.Sides, handful), ColorModes: keep(c.ColorModes, handful), Handlings: keep(c.Handlings, handful), Scalings: keep(c.Scalings, handful),
		Finishings: in(c.Finishings, 4, 1<<15), Qualities: in(c.Qualities, 3, 5), Resolutions: in(c.Resolutions, 50, 9600),
		Copies:  min(max(0, c.Copies), 9999),
		Formats: kept(lower(c.Formats), some, mediaType.MatchString),
		Raster: Rasters{
			Resolutions: in(c.Raster.Resolutions, 50, 9600), Types: keep(c.Raster.Types, handful), Back: backOf(c.Raster.Back),
			URF: keep(c.Raster.URF, some), Margin: min(max(0, c.Raster.Margin), widestMargin),
		},
		Speed: min(max(0, c.Speed), 1000), ColorSpeed: min(max(0, c.ColorSpeed), 1000),
	}
	for _, s := range c.Supplies {
		if s, ok := s.cleaned(); ok && len(clean.Supplies) < 32 {
			clean.Supplies = append(clean.Supplies, s)
		}
	}
	return clean
}

// widestMargin is what we believe of a margin: an inch, in hundredths of a millimetre.
const widestMargin = 2540

// backOf is a word of pwg-raster-document-sheet-back, or "".
func backOf(word string) string {
	if _, known := raster.BackOf(word); known {
		return word
	}
	return ""
}

var (
	keyword   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	mediaType = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9.+-]{1,100}$`)
)

// lower writes media types as we compare them: to a printer capitals are the same.
func lower(all []string) (low []string) {
	for _, s := range all {
		low = append(low, strings.ToLower(s))
	}
	return low
}

// sized says whether a media name tells its size, and is not too long to say.
func sized(name string) bool {
	_, _, ok := MediaSize(name)
	return ok && len(name) <= 80
}

func (l Loaded) sound() bool {
	said := func(s string) bool { return s == "" || keyword.MatchString(s) }
	return sized(l.Media) && said(l.Source) && said(l.Type)
}

func (s Supply) cleaned() (Supply, bool) {
	if !keyword.MatchString(s.Type) {
		return s, false
	}
	if !keyword.MatchString(s.Color) {
		s.Color = ""
	}
	s.Name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, firstRunes(s.Name, 60))
	level := func(n int) int { return min(max(-3, n), 1<<24) }
	s.Max, s.Level = level(s.Max), level(s.Level)
	return s, true
}

// kept is the first values that are good, each once; nil where there are none, as
// it is read again.
func kept[T comparable](all []T, most int, good func(T) bool) []T {
	var some []T
	for _, v := range all {
		if len(some) < most && good(v) && !slices.Contains(some, v) {
			some = append(some, v)
		}
	}
	return some
}

// Union is what printers can do together: each thing that one of them can. Those
// that were never asked add nothing; of none at all it is Everyday, and so is what
// none of them tells of.
func Union(all ...Capabilities) Capabilities {
	var u Capabilities
	for _, c := range all {
		if !c.Asked {
			continue
		}
		u.Asked = true
		u.Media, u.Loaded = append(u.Media, c.Media...), append(u.Loaded, c.Loaded...)
		u.Sources, u.Types, u.Bins = append(u.Sources, c.Sources...), append(u.Types, c.Types...), append(u.Bins, c.Bins...)
		u.Sides, u.ColorModes = append(u.Sides, c.Sides...), append(u.ColorModes, c.ColorModes...)
		u.Finishings, u.Qualities = append(u.Finishings, c.Finishings...), append(u.Qualities, c.Qualities...)
		u.Resolutions = append(u.Resolutions, c.Resolutions...)
		u.Handlings, u.Scalings = append(u.Handlings, c.Handlings...), append(u.Scalings, c.Scalings...)
		u.Formats = append(u.Formats, c.Formats...)
		u.Speed, u.ColorSpeed = max(u.Speed, c.Speed), max(u.ColorSpeed, c.ColorSpeed)
	}
	if !u.Asked {
		return Everyday
	}
	return u.Cleaned().filled()
}

// filled takes from Everyday what is told of nowhere.
func (c Capabilities) filled() Capabilities {
	if len(c.Media) == 0 {
		c.Media, c.Loaded = Everyday.Media, Everyday.Loaded
	}
	orElse(&c.Sides, Everyday.Sides)
	orElse(&c.ColorModes, Everyday.ColorModes)
	orElse(&c.Qualities, Everyday.Qualities)
	orElse(&c.Resolutions, Everyday.Resolutions)
	c.Speed = cmp.Or(c.Speed, Everyday.Speed)
	if c.Color() {
		c.ColorSpeed = cmp.Or(c.ColorSpeed, c.Speed)
	}
	return c
}

func orElse[T any](list *[]T, otherwise []T) {
	if len(*list) == 0 {
		*list = otherwise
	}
}
