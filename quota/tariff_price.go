package quota

import (
	"fmt"
	"slices"
	"strings"
)

// Work is a job as far as it costs something: all of it, though part may be printed.
type Work struct {
	Sides      int      `json:"sides"`                // impressions, of all copies
	Colour     int      `json:"colour,omitempty"`     // of them, those that carry colour
	Sheets     int      `json:"sheets"`               // of paper
	Copies     int      `json:"copies,omitempty"`     // 0 means 1
	Media      string   `json:"media,omitempty"`      // a PWG 5101.1 name; "" means A4
	Finishings []string `json:"finishings,omitempty"` // keywords of Finishings, each once
	Printed    int      `json:"printed,omitempty"`    // impressions that have come out and are paid
}

// Price is what a work costs, and why.
type Price struct {
	Units int64
	Lines []Line // their Units add up to Units
}

// Line is one reason of a price.
type Line struct {
	Say   string // "6 sides in colour on A3"
	Count int64
	Each  int64 // units of one; negative for what is taken off
	Units int64
}

// In says the line with its amounts in a unit.
func (l Line) In(u Unit) string {
	if l.Count < 2 || l.Each == 0 {
		return l.Say + ": " + u.Say(l.Units)
	}
	return fmt.Sprintf("%s at %s: %s", l.Say, u.Say(l.Each), u.Say(l.Units))
}

// Price is what is left of a work costs at a group's printers. It is never negative, and
// never less for more sides, sheets or colour. Of a work that is printed in part, what is
// left is the rest of the whole price without the fee of a job: the parts together never
// cost more than the whole.
func (t Tariff) Price(w Work, g GroupID) Price {
	r := t.At(g)
	size := Size(w.Media)
	times, on := int64(1), ""
	if n, set := r.Sizes[size]; set && n != 1 {
		times, on = n, fmt.Sprintf(" on %s (each counts %d times)", SizeLabel(size), n)
	}
	colour := min(max(w.Colour, 0), w.Sides)
	var p Price
	p.add("in black and white"+on, "side", w.Sides-colour, *r.Side*times)
	p.add("in colour"+on, "side", colour, *r.Colour*times)
	p.add("of paper"+on, "sheet", w.Sheets, *r.Sheet*times)
	p.add("printed on both sides"+on, "sheet", w.bothSides(), -*r.Duplex*times)
	for _, f := range Finishings {
		if slices.Contains(w.Finishings, f) {
			p.add(finished[f], "copy", max(1, w.Copies), r.Finishing[f])
		}
	}
	if w.Printed > 0 {
		p.put(Line{Say: fmt.Sprintf("%d of %d sides printed before", w.Printed, w.Sides), Units: -Share(p.Units, w.Printed, w.Sides)})
	} else if *r.Job > 0 {
		p.put(Line{Say: "for the job", Count: 1, Each: *r.Job, Units: *r.Job})
	}
	return p
}

// Share is what a part of a whole costs of its units, rounded down. It does not overflow.
func Share(units int64, part, whole int) int64 {
	n, of := int64(part), int64(whole)
	return units/of*n + units%of*n/of
}

func (p *Price) add(what, noun string, n int, each int64) {
	count := fmt.Sprintf("%d %ss", n, noun)
	switch {
	case n == 1:
		count = "1 " + noun
	case noun == "copy":
		count = fmt.Sprintf("%d copies", n)
	}
	p.put(Line{Say: count + " " + what, Count: int64(n), Each: each, Units: int64(n) * each})
}

// put leaves out what costs nothing.
func (p *Price) put(l Line) {
	if l.Units != 0 {
		p.Units += l.Units
		p.Lines = append(p.Lines, l)
	}
}

// bothSides is how many sheets have two sides printed.
func (w Work) bothSides() int { return min(max(w.Sides-w.Sheets, 0), w.Sheets) }

// ColourLeft is how many sides in colour are still to print: what came out took its share.
func (w Work) ColourLeft() int {
	if w.Printed == 0 {
		return w.Colour
	}
	return w.Colour - int(Share(int64(w.Colour), w.Printed, w.Sides))
}

// Words are what the price of a work hangs on, in a few words: "3 sheets two-sided,
// colour, A3".
func (w Work) Words() string {
	sheets := "1 sheet"
	if w.Sheets != 1 {
		sheets = fmt.Sprintf("%d sheets", w.Sheets)
	}
	if w.bothSides() > 0 {
		sheets += " two-sided"
	}
	words := []string{sheets}
	switch {
	case w.Colour >= w.Sides:
		words = append(words, "colour")
	case w.Colour > 0:
		words = append(words, fmt.Sprintf("%d of %d sides colour", w.Colour, w.Sides))
	}
	if size := Size(w.Media); size != sizeA4 {
		words = append(words, SizeLabel(size))
	}
	for _, f := range Finishings {
		if slices.Contains(w.Finishings, f) {
			words = append(words, finished[f])
		}
	}
	return strings.Join(words, ", ")
}

// Finishings are what can be done to printed sheets at a price.
var Finishings = []string{"staple", "punch", "fold", "bind", "booklet", "trim"}

var finished = map[string]string{
	"staple": "stapled", "punch": "punched", "fold": "folded", "bind": "bound", "booklet": "as a booklet", "trim": "trimmed",
}

const sizeA4 = "iso_a4"

// sizes are those that can have a price, by the name of their class and their own.
var sizes = []string{
	"iso_a0", "iso_a1", "iso_a2", "iso_a3", sizeA4, "iso_a5", "iso_a6", "iso_b4", "iso_b5", "iso_sra3", "iso_ra3",
	"jis_b4", "jis_b5", "na_letter", "na_legal", "na_ledger", "na_executive",
}

// Size is the size of a media name without its measures: "iso_a3" of "iso_a3_297x420mm",
// and A4 of no name.
func Size(media string) string {
	if media == "" {
		return sizeA4
	}
	parts := strings.SplitN(media, "_", 3)
	return strings.Join(parts[:min(2, len(parts))], "_")
}

// SizeLabel is how people call a size: "A3".
func SizeLabel(size string) string {
	_, name, _ := strings.Cut(size, "_")
	if len(name) < 5 {
		return strings.ToUpper(name)
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
