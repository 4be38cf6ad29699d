// Package picture makes a PDF of what prints and is no PDF: a JPEG or PNG picture, a PWG
// raster (PWG 5102.4) or an Apple raster (URF).
//
// What it reads is hostile, so it believes no header that it can check, bounds
// every size before it acts on it, and works in one pass with a megabyte or two of
// memory. A raster's runs and repeated lines are carried over as what they are, never
// expanded, so that the cost follows what was sent and not what it claims. It opens
// nothing and starts nothing: where it runs is its caller's care.
package picture

import (
	"errors"
	"io"
)

// What can be wrong with a picture. Every other error is the reader's or the
// writer's own.
var (
	ErrDamaged = errors.New("the picture is damaged")        // broken off, or at odds with itself
	ErrForeign = errors.New("a kind of picture not printed") // good perhaps, but in a coding or colours we do not take
	ErrHuge    = errors.New("the picture is too large")
	ErrMany    = errors.New("the picture has too many pages")
	ErrEmpty   = errors.New("there is no page in it")
	ErrNone    = errors.New("none of the pages asked for is in it")
)

// Choice says which pages of a raster are wanted, and how many they may be.
type Choice struct {
	Wanted func(page int) bool // counted from 1; nil means all
	Most   int
	Kind   *Kind // not nil: is told what all of its pages are
}

// wants says whether a page is wanted.
func (c Choice) wants(page int) bool { return c.Wanted == nil || c.Wanted(page) }

// The largest picture that is taken. A sheet is at most 44 inches long.
const (
	MaxPixels     = 250_000_000 // of a JPEG or PNG picture: a telephone's 200 megapixels, and some
	MaxSide       = 44 * 1200   // pixels of a raster page's width or height
	MaxResolution = 2400        // pixels an inch of a raster
	MaxPage       = 1 << 30     // bytes of a raster page, unpacked: A3 in colour at 1200 dpi
	MaxAll        = 64 << 30    // bytes of all raster pages, unpacked
)

const (
	minResolution = 50
	maxInches     = 44
	maxScans      = 100 // of a progressive JPEG; cameras make ten
)

// truncated makes of the end of the input, where there should be more, what it is.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrDamaged
	}
	return err
}
