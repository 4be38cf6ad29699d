package release

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inkwell/release/document"
	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// way is how a job goes to a printer. It is a pure function of the job's formats and of what
// the printer says that it takes.
type way struct {
	format string           // document-format as the printer spells it; "" where it takes nothing of the job's
	asSent bool             // the bytes that were sent
	raster *document.Raster // drawn for it, all pages of the document; nil: what is kept goes as it is
	inPDF  bool             // what is drawn goes in a PDF
}

// tumbled is the value of sides whose backs are bound at the short edge.
const tumbled = "two-sided-short-edge"

// anything is how a printer says that it finds out by itself.
const anything = "application/octet-stream"

// way is the first of these that a printer takes: a program in its own language; the raster or
// picture that was sent; PDF, which printers know best how to put on their own paper; a raster,
// drawn here; and PDF again where it takes what it is given. Where it would put colour on paper
// that is to be without, pages are drawn without: as a raster, or in a PDF.
func (c Capabilities) way(j Job) way {
	tints := c.tints(j)
	if j.Uncounted() {
		if tints {
			return way{}
		}
		return way{format: c.takes(document.Format(j.Format))}
	}
	if c.Asked && c.asSent(j) && !c.repeats(j.Ticket.Copies) {
		return way{format: c.takes(document.Format(j.Format)), asSent: true}
	}
	if pdf := c.takes(document.PDF); pdf != "" && !tints {
		return way{format: pdf}
	}
	if w := c.drawn(j); w.raster != nil {
		return w
	}
	return c.inPDF(j, tints)
}

// inPDF is the way where PDF is the last, if the printer takes it, or whatever it is given.
func (c Capabilities) inPDF(j Job, tints bool) way {
	format := c.takes(document.PDF)
	switch {
	case format == "" && c.takes(anything) == "":
		return way{}
	case format == "":
		format = string(document.PDF)
	}
	if !tints {
		return way{format: format}
	}
	r := c.drawing(j)
	r.Format, r.DPI, r.Back = raster.PWG, greyDPI, raster.Normal
	return way{format: format, raster: &r, inPDF: true}
}

// Takes says in what form a printer gets documents, for IT to read; false if in none.
func (c Capabilities) Takes() (what string, ok bool) {
	switch w := c.way(Job{Pages: 1}); {
	case w.raster != nil && w.raster.Format == raster.URF:
		return fmt.Sprintf("Apple raster at %d dpi, drawn by Inkwell", w.raster.DPI), true
	case w.raster != nil:
		return fmt.Sprintf("PWG raster at %d dpi, drawn by Inkwell", w.raster.DPI), true
	default:
		return "PDF", w.format != ""
	}
}

// takes is a format as the printer spells it, or "" where it does not take it. One that was
// never asked, or does not say, takes everything.
func (c Capabilities) takes(f document.Format) string {
	if !c.Asked || len(c.Formats) == 0 {
		return string(f)
	}
	for _, takes := range c.Formats { // media types have no case
		if strings.EqualFold(takes, string(f)) {
			return takes
		}
	}
	return ""
}

// drawn is the way of a job as a raster, PWG's before Apple's, of which less is known. A printer
// that does not say what it takes is not taken to know either.
func (c Capabilities) drawn(j Job) way {
	if len(c.Formats) == 0 {
		return way{}
	}
	r := c.drawing(j)
	for _, of := range []struct {
		format document.Format
		fit    func(Rasters, *document.Raster) bool
	}{{document.PWG, Rasters.pwg}, {document.URF, Rasters.urf}} {
		if format := c.takes(of.format); format != "" && of.fit(c.Raster, &r) {
			return way{format: format, raster: &r}
		}
	}
	return way{}
}

// drawing is how a job's pages are drawn, whatever for.
func (c Capabilities) drawing(j Job) document.Raster {
	t := j.Ticket.Fitted(c)
	r := document.Raster{
		First: 1, Last: j.Pages, Media: sheetFor(t), Duplex: t.Sides != oneSided, Tumble: t.Sides == tumbled,
		Quality: t.Quality, Scaling: t.Scaling, Margin: c.Raster.margin(),
		Colour: j.inColour() && c.Color() && j.ColourPages != 0,
	}
	if j.Ticket.Scaling != "" {
		r.Scaling = j.Ticket.Scaling // it is done here, whatever the printer can do
	}
	if j.fills() {
		r.Scaling = ""
	}
	return r
}

// sheetFor is the sheet of a ticket.
func sheetFor(t Ticket) string { return cmp.Or(t.Media, A4) }

// fills says whether the document fills its sheets already: pages that were combined, and a
// picture.
func (j Job) fills() bool {
	return j.Ticket.NumberUp > 1 || j.Edit.NumberUp > 1 || j.Format == string(document.JPEG) || j.Format == string(document.PNG)
}

// margin is what the printer leaves white, in points.
func (r Rasters) margin() float64 {
	if r.Margin == 0 {
		return picture.Margin
	}
	return float64(r.Margin) * 72 / 2540
}

// pwg makes a PWG raster of it, if the printer takes one that we can make: 8 bits of grey, or
// of sRGB.
func (r Rasters) pwg(d *document.Raster) bool {
	if lacks(r.Types, "srgb_8") {
		d.Colour = false
	}
	if !d.Colour && lacks(r.Types, "sgray_8") {
		if lacks(r.Types, "srgb_8") {
			return false
		}
		d.Colour, d.Grey = true, true
	}
	d.Format, d.DPI = raster.PWG, resolution(r.Resolutions, d.Quality)
	d.Back, _ = raster.BackOf(r.Back)
	return true
}

// urf makes an Apple raster of it: the same, in the words of urf-supported. Every printer that
// has one knows grey, W8.
func (r Rasters) urf(d *document.Raster) bool {
	d.Format, d.Back = raster.URF, raster.Normal
	for _, word := range r.URF {
		if i := slices.Index([]string{"DM1", "DM2", "DM3", "DM4"}, word); i >= 0 {
			d.Back = raster.Backs[i]
		}
	}
	d.Colour = d.Colour && !lacks(r.URF, "SRGB24")
	d.DPI = resolution(r.appleDPI(), d.Quality)
	return true
}

// appleDPI are the resolutions in urf-supported, as RS300-600.
func (r Rasters) appleDPI() (all []int) {
	for _, word := range r.URF {
		dpi, is := strings.CutPrefix(word, "RS")
		for one := range strings.SplitSeq(dpi, "-") {
			if n, err := strconv.Atoi(one); is && err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// What print-quality means in dpi. Finer ones cost four times the time and are not seen on
// plain paper.
const (
	draft    = 3
	draftDPI = 300
	usualDPI = 600
	greyDPI  = 300 // of pages in a PDF, which the printer fits to its own: text is sharp, and a class's work small
)

// resolution is the finest of a printer's up to what the quality wants, or else its coarsest.
func resolution(has []int, quality int) int {
	want := usualDPI
	if quality == draft {
		want = draftDPI
	}
	has = slices.DeleteFunc(slices.Clone(has), func(n int) bool { return n < 72 || n > 1200 })
	if len(has) == 0 {
		return draftDPI
	}
	slices.Sort(has)
	best := has[0]
	for _, n := range has {
		if n <= want {
			best = n
		}
	}
	return best
}
