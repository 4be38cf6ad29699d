package document

import (
	"fmt"
	"slices"

	"inkwell/release/document/picture"
)

// Work says what is to be made of a document. The zero Work is all pages of
// whatever it is.
type Work struct {
	Format   Format  // document-format as Agree found it; "" leaves it to the content
	Pages    []Range // page-ranges, ascending, of the document as it was sent; none means all
	NumberUp int     // number-up: pages on a side, one of NumberUps; 0 means 1
	Fronts   bool    // each of Pages begins on a front: where it ends there, an empty side follows; of a PDF of ours alone
	Media    string  // media: a PWG 5101.1 name with a size; any other means A4
	Scaling  string  // print-scaling, of a JPEG or PNG picture alone; "" means auto
	Margin   string  // words for the margin of the first side, of a PDF of ours alone, in letters that printers have (WinAnsiEncoding); "" means none
	Colour   bool    // it is to be printed in colour: all of it is looked through, however long that takes
	Starved  int     // tries before this one that came to nothing: it gets so much more time, and its fair turn at the processor
}

// Range is pages of a document, counted from 1, both ends included.
type Range struct {
	First int `json:"first"`
	Last  int `json:"last"` // beyond the document's last page means up to that
}

// Sides is how many sides Pages are, where they are named and all there, on one side each.
func (w Work) Sides() (n int) {
	for _, r := range w.Pages {
		if w.Fronts && n%2 == 1 {
			n++
		}
		n += r.Last - r.First + 1
	}
	return n
}

// maxRanges bounds how many ranges one document can be asked for: they travel on a
// child's command line.
const maxRanges = 200

// longestMargin bounds, in bytes, what goes in a margin.
const longestMargin = 200

// NumberUps is number-up-supported: how many pages go on a side, ascending.
func NumberUps() []int { return []int{1, 2, 4, 6, 9, 16} }

// Scalings is print-scaling-supported, the default first.
func Scalings() []string {
	return []string{string(picture.Auto), string(picture.AutoFit), string(picture.Fill), string(picture.Fit), string(picture.None)}
}

// check refuses what a child is not told.
func (w Work) check() error {
	if len(w.Pages) > maxRanges {
		return noSuchPages
	}
	if w.NumberUp != 0 && !slices.Contains(NumberUps(), w.NumberUp) {
		return fmt.Errorf("number-up %d is not known", w.NumberUp)
	}
	if w.Margin != "" && w.Format != PDF || len(w.Margin) > longestMargin {
		return fmt.Errorf("%d letters cannot go in the margin of %q", len(w.Margin), w.Format)
	}
	return nil
}
