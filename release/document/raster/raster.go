// Package raster writes the two rasters that driverless printers take: PWG raster (PWG
// 5102.4) and Apple raster (URF, as CUPS reads it in cups/raster-stream.c).
//
// The headers are made here from a few numbers, the lines are coded here from pixels, and
// coded lines of somebody else are let through one by one, only where they fill the page
// exactly. So whoever makes the pixels decides nothing but the pixels: how many pages there
// are, and how they lie on their sheets, is its reader's to say. The package is pure, opens
// nothing, and keeps two lines in memory.
package raster

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Format is one of the two.
type Format int

// The formats.
const (
	PWG Format = iota
	URF
)

// Page is what the header of a page says, and of each page of a file the same but for how
// the back of a sheet is turned.
type Page struct {
	Width, Height int    // pixels, of the whole sheet
	DPI           int    // pixels an inch, both ways
	Colour        bool   // srgb_8; otherwise sgray_8
	Duplex        bool   // sides is two-sided, ...
	Tumble        bool   // ... on the short edge
	Quality       int    // print-quality: 3 to 5, or 0 for the printer's own
	Media         string // media-size-name, or ""
	Points        [2]int // the sheet's width and height in points
	Turn          Turn   // how the pixels are turned, for the back of a sheet
}

// Turn is how a page is turned before it is coded.
type Turn struct {
	Mirror bool `json:"mirror"` // across the feed: each line is coded from its right end
	Upside bool `json:"upside"` // along the feed: the lowest line comes first
}

// Back is how a printer wants the backs of sheets (pwg-raster-document-sheet-back, PWG
// 5102.4 section 5.3; DM1 to DM4 in urf-supported).
type Back string

// The values of pwg-raster-document-sheet-back.
const (
	Normal       Back = "normal"
	Flipped      Back = "flipped"
	Rotated      Back = "rotated"
	ManualTumble Back = "manual-tumble"
)

// Backs are the values of pwg-raster-document-sheet-back, in the order of DM1 to DM4.
var Backs = []Back{Normal, Flipped, Rotated, ManualTumble}

// BackOf is the value that a word of pwg-raster-document-sheet-back is; Normal and false for
// any other.
func BackOf(word string) (Back, bool) {
	if slices.Contains(Backs, Back(word)) {
		return Back(word), true
	}
	return Normal, false
}

// Turned is how the back of a sheet is turned, bound at the short edge (tumble) or the long
// one (PWG 5102.4 table 12).
func (b Back) Turned(tumble bool) Turn {
	switch {
	case b == Flipped && tumble:
		return Turn{Mirror: true}
	case b == Flipped:
		return Turn{Upside: true}
	case b == Rotated && !tumble, b == ManualTumble && tumble:
		return Turn{Mirror: true, Upside: true}
	}
	return Turn{}
}

// Unit is the bytes of a pixel.
func (p Page) Unit() int {
	if p.Colour {
		return 3
	}
	return 1
}

// Line is the bytes of a line.
func (p Page) Line() int { return p.Width * p.Unit() }

// Head is what a file of so many pages begins with.
func (f Format) Head(pages int) []byte {
	if f == PWG {
		return []byte("RaS2")
	}
	return binary.BigEndian.AppendUint32([]byte("UNIRAST\x00"), uint32(pages)) // #nosec G115 -- a few thousand
}

// Header is what goes before the lines of each page of so many.
func (f Format) Header(p Page, pages int) []byte {
	if f == PWG {
		return p.pwg(pages)
	}
	return p.urf()
}

// The fields of a PWG page header that are not 0 (PWG 5102.4 section 4.3), by their offset.
const (
	pwgHeader     = 1796
	pwgDuplex     = 272
	pwgResolution = 276
	pwgPageSize   = 352
	pwgTumble     = 368
	pwgSize       = 372
	pwgBits       = 384
	pwgSpace      = 400
	pwgColours    = 420
	pwgTotal      = 452
	pwgTransform  = 456
	pwgImageBox   = 464
	pwgAlternate  = 480
	pwgQuality    = 484
	pwgMedia      = 1732
	pwgMediaSize  = 64
)

// pwg is the header of PWG 5102.4. NumCopies stays 0, which leaves it to the job.
func (p Page) pwg(pages int) []byte {
	h := make([]byte, pwgHeader)
	put := func(at int, values ...int) {
		for i, v := range values {
			binary.BigEndian.PutUint32(h[at+4*i:], uint32(v)) // #nosec G115 -- as the standard codes -1
		}
	}
	copy(h, "PwgRaster\x00")
	space := 18
	if p.Colour {
		space = 19
	}
	put(pwgDuplex, yes(p.Duplex))
	put(pwgResolution, p.DPI, p.DPI)
	put(pwgPageSize, p.Points[0], p.Points[1])
	put(pwgTumble, yes(p.Duplex && p.Tumble))
	put(pwgSize, p.Width, p.Height)
	put(pwgBits, 8, 8*p.Unit(), p.Line())
	put(pwgSpace, space)
	put(pwgColours, p.Unit())
	put(pwgTotal, pages)
	put(pwgTransform, sign(p.Turn.Mirror), sign(p.Turn.Upside))
	put(pwgImageBox, 0, 0, p.Width, p.Height)
	put(pwgAlternate, 0xffffff)
	put(pwgQuality, p.Quality)
	if len(p.Media) < pwgMediaSize {
		copy(h[pwgMedia:], p.Media)
	}
	return h
}

// urf is the header of a page in Apple's raster.
func (p Page) urf() []byte {
	h := make([]byte, 32)
	h[0], h[2], h[3] = byte(8*p.Unit()), 1, byte(p.Quality) // #nosec G115 -- 24 and 5 at the most
	if p.Colour {
		h[1] = 1
	}
	switch {
	case p.Duplex && p.Tumble:
		h[2] = 2
	case p.Duplex:
		h[2] = 3
	}
	for i, v := range []int{p.Width, p.Height, p.DPI} {
		binary.BigEndian.PutUint32(h[12+4*i:], uint32(v)) // #nosec G115 -- never negative
	}
	return h
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sign(turned bool) int {
	if turned {
		return -1
	}
	return 1
}

// ErrLine says that coded lines do not fill their page exactly.
var ErrLine = errors.New("a line that does not fill its page")
