package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inkwell/release/document/picture"
)

// Work says what is to be made of a document. The zero Work is all pages of
// whatever it is.
type Work struct {
	Format   Format  // document-format as Agree found it; "" leaves it to the content
	Pages    []Range // page-ranges, ascending, of the document as it was sent; none means all
	NumberUp int     // number-up: pages on a side, one of NumberUps; 0 means 1
	Media    string  // media: a PWG 5101.1 name that ends in its size; any other means A4
	Scaling  string  // print-scaling, of a JPEG picture alone; "" means auto
}

// Range is pages of a document, counted from 1, both ends included.
type Range struct {
	First int `json:"first"`
	Last  int `json:"last"` // beyond the document's last page means up to that
}

// maxRanges bounds how many ranges one document can be asked for: they travel on a
// child's command line.
const maxRanges = 200

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
	return nil
}

// a4 is 210 by 297 mm in points.
var a4 = picture.Sheet{Width: 210 * 72 / 25.4, Height: 297 * 72 / 25.4}

// The shortest and the longest side of a sheet, in points: 1 and 44 inches.
const (
	shortestSide = 72
	longestSide  = 44 * 72
)

// sheetOf reads the size at the end of a media name (PWG 5101.1 section 5.1), as in
// iso_a4_210x297mm.
func sheetOf(media string) picture.Sheet {
	size := media[strings.LastIndexByte(media, '_')+1:]
	points := 72 / 25.4
	number, ok := strings.CutSuffix(size, "mm")
	if !ok {
		points = 72
		number, ok = strings.CutSuffix(size, "in")
	}
	across, down, found := strings.Cut(number, "x")
	width, err := strconv.ParseFloat(across, 64)
	height, err2 := strconv.ParseFloat(down, 64)
	s := picture.Sheet{Width: width * points, Height: height * points}
	if !ok || !found || err != nil || err2 != nil || !side(s.Width) || !side(s.Height) {
		return a4
	}
	return s
}

func side(points float64) bool { return points >= shortestSide && points <= longestSide }
