package picture

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Kind is what all pages of a raster have in common. A printer that is given the raster as it
// was sent must take that; what it prints then is what was counted here, no more and no other
// way. The Type is "" where that cannot be said: pages differ, are turned already, or their
// headers ask for copies, for sheets in between, or for something that only its maker knows.
type Kind struct {
	// Type is a pwg-raster-document-type-supported, a word of urf-supported, or "jpeg".
	Type   string `json:"type"`
	DPI    int    `json:"dpi,omitempty"`
	Width  int    `json:"width,omitempty"` // pixels
	Height int    `json:"height,omitempty"`
	Duplex bool   `json:"duplex,omitempty"`
	Tumble bool   `json:"tumble,omitempty"`
}

// Sound says whether it may be one that this package found.
func (k Kind) Sound() bool {
	switch k.Type {
	case "":
		return k == Kind{}
	case jpegKind:
		return k == Kind{Type: jpegKind}
	case "sgray_8", "srgb_8", "black_1", "adobe-rgb_8", "cmyk_8", "W8", "SRGB24":
		return k.DPI >= minResolution && k.DPI <= MaxResolution && k.Width > 0 && k.Width <= MaxSide && k.Height > 0 && k.Height <= MaxSide
	}
	return false
}

// also is the kind of pages of which one more is of kind o.
func (k Kind) also(o Kind) Kind {
	if k != o {
		return Kind{}
	}
	return k
}

// The fields of a PWG page header that say what else the printer is to do (PWG 5102.4
// section 4.3).
const (
	pwgCut         = 268
	pwgDuplex      = 272
	pwgInsert      = 300
	pwgJog         = 304
	pwgCopies      = 340
	pwgOrientation = 344
	pwgTumble      = 368
	pwgTotal       = 452
	pwgVendor      = 512 // bytes of it
)

// pwgTypes are the names of colour spaces at their bits.
var pwgTypes = map[[2]int]string{{18, 8}: "sgray_8", {19, 8}: "srgb_8", {3, 1}: "black_1", {20, 8}: "adobe-rgb_8", {6, 8}: "cmyk_8"}

// kindPWG is the kind of a page by its header, which holds together.
func kindPWG(h []byte, s sheet) Kind {
	for _, at := range []int{pwgCut, pwgInsert, pwgJog, pwgOrientation, pwgVendor} {
		if pwgInt(h, at) != 0 {
			return Kind{}
		}
	}
	name := pwgTypes[[2]int{pwgInt(h, pwgSpace), s.colours.bits}]
	if name == "" || pwgInt(h, pwgCopies) > 1 || pwgInt(h, pwgDuplex) > 1 || pwgInt(h, pwgTumble) > 1 || s.mirror || s.upside || s.across != s.down {
		return Kind{}
	}
	duplex := pwgInt(h, pwgDuplex) == 1
	return Kind{Type: name, DPI: s.across, Width: s.width, Height: s.height, Duplex: duplex, Tumble: duplex && pwgInt(h, pwgTumble) == 1}
}

// kindURF is the same for Apple's, whose headers have less to say.
func kindURF(h []byte, s sheet) Kind {
	name := map[[2]byte]string{{8, 0}: "W8", {24, 1}: "SRGB24"}[[2]byte(h)]
	if name == "" || h[2] > 3 {
		return Kind{}
	}
	return Kind{Type: name, DPI: s.across, Width: s.width, Height: s.height, Duplex: h[2] > 1, Tumble: h[2] == 2}
}

// claimsURF is how many pages a file of Apple's says that it has; 0 where it does not.
func claimsURF(head []byte) int { return int(binary.BigEndian.Uint32(head[8:])) }

const jpegKind = "jpeg"

// KindOfJPEG is the kind of a picture that JPEG takes: "jpeg" where every printer of such
// pictures draws it as we do, baseline, upright and with nothing behind its end.
func KindOfJPEG(r io.ReaderAt, size int64) Kind {
	p, err := walkJPEG(bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16))
	if err != nil || !p.baseline || p.orientation != 1 || p.length != size || len(p.components) == 4 {
		return Kind{}
	}
	return Kind{Type: jpegKind}
}
