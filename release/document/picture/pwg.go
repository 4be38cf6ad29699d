package picture

import (
	"bytes"
	"encoding/binary"
)

// pwg is the raster of PWG 5102.4: a synchronisation word, then pages.
var pwg = raster{name: "RaS2", file: 4, header: 1796, parse: parsePWG}

// The fields of a page header that say how to read it (PWG 5102.4 section 4.3).
const (
	pwgResolution = 276 // across, then down
	pwgSize       = 372 // width, then height
	pwgBits       = 384 // of a component, then of a pixel, then bytes of a line
	pwgOrder      = 396
	pwgSpace      = 400
	pwgComponents = 420
	pwgTransform  = 456 // across, then down: 1, or -1 for the back of a sheet
)

// pwgSpaces are the colour spaces that we print, by number.
var pwgSpaces = map[int]colours{
	0:  {components: 1, space: grey},
	1:  {components: 3, space: rgb},
	3:  {components: 1, space: grey, ink: true},
	6:  {components: 4, space: cmyk, ink: true},
	18: {components: 1, space: grey},
	19: {components: 3, space: rgb},
	20: {components: 3, space: adobe},
}

// parsePWG reads a page header. Its counts of pages and copies, and what it says of
// the sheet beside its pixels, are not used.
func parsePWG(h []byte) (sheet, error) {
	if !bytes.HasPrefix(h, []byte("PwgRaster\x00")) {
		return sheet{}, ErrDamaged
	}
	c, known := pwgSpaces[pwgInt(h, pwgSpace)]
	if !known {
		return sheet{}, ErrForeign
	}
	c.bits = pwgInt(h, pwgBits)
	s := sheet{
		width: pwgInt(h, pwgSize), height: pwgInt(h, pwgSize+4),
		across: pwgInt(h, pwgResolution), down: pwgInt(h, pwgResolution+4),
		colours: c,
		mirror:  pwgInt(h, pwgTransform) == 1<<32-1,
		upside:  pwgInt(h, pwgTransform+4) == 1<<32-1,
	}
	if pwgInt(h, pwgOrder) != 0 || !c.printable() {
		return sheet{}, ErrForeign
	}
	named := pwgInt(h, pwgComponents)
	if pwgInt(h, pwgBits+4) != c.bits*c.components || named != 0 && named != c.components {
		return sheet{}, ErrDamaged
	}
	if s.width <= MaxSide && pwgInt(h, pwgBits+8) != c.line(s.width) {
		return sheet{}, ErrDamaged
	}
	s.kind = kindPWG(h, s)
	return s, nil
}

// printable says whether a PDF can hold this depth: a bit for black and white alone.
func (c colours) printable() bool {
	return c.bits == 8 || c.bits == 16 || c.bits == 1 && c.components == 1
}

// pwgInt is an unsigned integer of a header.
func pwgInt(h []byte, at int) int { return int(binary.BigEndian.Uint32(h[at:])) }
