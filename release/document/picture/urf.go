package picture

import "encoding/binary"

// urf is Apple's raster: its name and a count of pages, then pages.
var urf = raster{name: "UNIRAST\x00", file: 12, header: 32, parse: parseURF}

// urfSpaces are the colour spaces that we print, by number. CIELab (2) is not.
var urfSpaces = map[byte]colours{
	0: {components: 1, space: grey},
	1: {components: 3, space: rgb},
	3: {components: 3, space: adobe},
	4: {components: 1, space: grey},
	5: {components: 3, space: rgb},
	6: {components: 4, space: cmyk, ink: true},
}

// parseURF reads a page header (as CUPS does, cups/raster-stream.c): bits of a
// pixel, colour space, six bytes of how to print it, then width, height and
// resolution.
func parseURF(h []byte) (sheet, error) {
	c, known := urfSpaces[h[1]]
	if !known {
		return sheet{}, ErrForeign
	}
	c.bits = int(h[0]) / c.components
	if c.bits*c.components != int(h[0]) || !c.printable() {
		return sheet{}, ErrForeign
	}
	at := func(i int) int { return int(binary.BigEndian.Uint32(h[i:])) }
	s := sheet{width: at(12), height: at(16), across: at(20), down: at(20), colours: c}
	s.kind = kindURF(h, s)
	return s, nil
}
