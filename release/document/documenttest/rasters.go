package documenttest

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"
)

// RasterPage is one page of a raster as it is printed, turned back where it is the back of a
// sheet of a PWG raster.
type RasterPage struct {
	Width, Height, DPI int
	Unit               int    // bytes of a pixel
	Pixels             []byte // as they are in the file, before they are turned back
	Duplex, Tumble     bool
	Mirror, Upside     bool
}

// ReadRaster takes a PWG or Apple raster of 8 bits of grey or sRGB apart, and wants all of it to
// be as it should.
func ReadRaster(t testing.TB, raw []byte) (pages []RasterPage) {
	t.Helper()
	in := bytes.NewReader(raw)
	next := func(n int) []byte {
		b := make([]byte, n)
		if _, err := in.Read(b); err != nil {
			t.Fatalf("the raster ends on page %d: %v", len(pages)+1, err)
		}
		return b
	}
	apple := bytes.HasPrefix(raw, []byte("UNIRAST\x00"))
	claimed := 0
	if apple {
		claimed = int(binary.BigEndian.Uint32(next(12)[8:]))
	} else if string(next(4)) != "RaS2" {
		t.Fatalf("no raster: %.20q", raw)
	}
	for in.Len() > 0 {
		var p RasterPage
		if apple {
			p = applePage(next(32))
		} else {
			h := next(1796)
			p, claimed = pwgPage(h), int(binary.BigEndian.Uint32(h[452:]))
		}
		for len(p.Pixels) < p.Width*p.Height*p.Unit {
			times, line := int(next(1)[0])+1, []byte(nil)
			for len(line) < p.Width*p.Unit {
				if n := int(next(1)[0]); n < 128 {
					line = append(line, bytes.Repeat(next(p.Unit), n+1)...)
				} else {
					line = append(line, next((257-n)*p.Unit)...)
				}
			}
			p.Pixels = append(p.Pixels, bytes.Repeat(line, times)...)
		}
		if len(p.Pixels) != p.Width*p.Height*p.Unit {
			t.Fatalf("page %d has %d bytes of pixels", len(pages)+1, len(p.Pixels))
		}
		pages = append(pages, p)
	}
	if claimed != 0 && claimed != len(pages) {
		t.Errorf("the raster says that it has %d pages, and has %d", claimed, len(pages))
	}
	return pages
}

func pwgPage(h []byte) RasterPage {
	at := func(i int) int { return int(binary.BigEndian.Uint32(h[i:])) }
	return RasterPage{Width: at(372), Height: at(376), DPI: at(276), Unit: at(420), Duplex: at(272) == 1, Tumble: at(368) == 1,
		Mirror: at(456) == 1<<32-1, Upside: at(460) == 1<<32-1}
}

func applePage(h []byte) RasterPage {
	at := func(i int) int { return int(binary.BigEndian.Uint32(h[i:])) }
	return RasterPage{Width: at(12), Height: at(16), DPI: at(20), Unit: int(h[0]) / 8, Duplex: h[2] != 1, Tumble: h[2] == 2}
}

// Picture is the page in grey, turned back.
func (p RasterPage) Picture() *image.Gray {
	g := image.NewGray(image.Rect(0, 0, p.Width, p.Height))
	for y := range p.Height {
		for x := range p.Width {
			fromX, fromY := x, y
			if p.Mirror {
				fromX = p.Width - 1 - x
			}
			if p.Upside {
				fromY = p.Height - 1 - y
			}
			v := p.Pixels[(fromY*p.Width+fromX)*p.Unit:]
			g.Pix[y*g.Stride+x] = v[0]
			if p.Unit == 3 {
				g.Pix[y*g.Stride+x] = byte((77*int(v[0]) + 150*int(v[1]) + 29*int(v[2]) + 128) >> 8) // #nosec G115 -- 255 at the most
			}
		}
	}
	return g
}

// Coloured says whether one of its pixels is not grey.
func (p RasterPage) Coloured() bool {
	for i := 0; p.Unit == 3 && i < len(p.Pixels); i += 3 {
		if p.Pixels[i] != p.Pixels[i+1] || p.Pixels[i] != p.Pixels[i+2] {
			return true
		}
	}
	return false
}
