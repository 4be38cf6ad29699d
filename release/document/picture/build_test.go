package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"regexp"
	"strconv"
	"testing"
)

// testPage is a raster page to be: what its header says, and its lines as coded.
type testPage struct {
	width, height, dpi int
	bits, components   int
	space              int
	lines              []byte
	change             func(header []byte) // after all else
}

// a small page of half an inch, in lines of one run.
func plainPage(space, bits, components int, pixel ...byte) testPage {
	p := testPage{width: 40, height: 50, dpi: 72, bits: bits, components: components, space: space}
	units := 40
	if bits == 1 {
		units = 5
	}
	p.lines = append([]byte{49, byte(units - 1)}, pixel...)
	return p
}

func pwgFile(pages ...testPage) []byte {
	b := []byte("RaS2")
	for _, p := range pages {
		h := make([]byte, 1796)
		copy(h, "PwgRaster")
		for at, v := range map[int]int{
			276: p.dpi, 280: p.dpi, 340: 7, 352: 595, 356: 842, 372: p.width, 376: p.height, 384: p.bits, 388: p.bits * p.components,
			392: (p.width*p.bits*p.components + 7) / 8, 400: p.space, 420: p.components, 452: 99, 456: 1, 460: 1,
		} {
			binary.BigEndian.PutUint32(h[at:], uint32(v))
		}
		if p.change != nil {
			p.change(h)
		}
		b = append(append(b, h...), p.lines...)
	}
	return b
}

func urfFile(pages ...testPage) []byte {
	b := []byte("UNIRAST\x00\x00\x00\x00\x63")
	for _, p := range pages {
		h := make([]byte, 32)
		h[0], h[1], h[2] = byte(p.bits*p.components), byte(p.space), 1
		for at, v := range map[int]int{12: p.width, 16: p.height, 20: p.dpi} {
			binary.BigEndian.PutUint32(h[at:], uint32(v))
		}
		if p.change != nil {
			p.change(h)
		}
		b = append(append(b, h...), p.lines...)
	}
	return b
}

// setTo sets one field of a header.
func setTo(at int, v uint32) func([]byte) {
	return func(h []byte) { binary.BigEndian.PutUint32(h[at:], v) }
}

// expanded is a page's lines written out as PWG 5102.4 section 4.4 says it, byte by
// byte: the slow reading that the fast one is held against. Sixteen bits are cut.
func expanded(t testing.TB, c colours, width, height int, in *bytes.Reader) (all []byte) {
	t.Helper()
	next := func(n int) []byte {
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for lines := 0; lines < height; {
		times := int(next(1)[0]) + 1
		var line []byte
		for len(line) < c.line(width) {
			switch code := int(next(1)[0]); {
			case code < 128:
				line = append(line, bytes.Repeat(next(c.unit()), code+1)...)
			case code > 128:
				line = append(line, next((257-code)*c.unit())...)
			default:
				line = append(line, bytes.Repeat([]byte{c.white()}, c.line(width)-len(line))...)
			}
		}
		all = append(all, bytes.Repeat(line, times)...)
		lines += times
	}
	if c.bits == 16 {
		for i := range len(all) / 2 {
			all[i] = all[2*i]
		}
		all = all[:len(all)/2]
	}
	return all
}

var (
	imageObject = regexp.MustCompile(`/Subtype/Image/Width (\d+)/Height (\d+)/BitsPerComponent (\d+)/ColorSpace(.+?)(/Decode\[\S+ [^]]*\])?/Filter/(\w+)(\S*)/Length (\d+) 0 R>>stream\n`)
	pageBox     = regexp.MustCompile(`/Type/Page/Parent 2 0 R/MediaBox\[0 0 (\S+) (\S+)\]`)
)

// images are the unpacked image streams of a PDF that this package wrote.
func images(t testing.TB, pdf []byte) (all [][]byte) {
	t.Helper()
	for _, found := range imageObject.FindAllIndex(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(pdf[found[1]:]))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r) // and with it the checksum
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// boxes are the page sizes of a PDF that this package wrote.
func boxes(t testing.TB, pdf []byte) (all []Sheet) {
	t.Helper()
	for _, found := range pageBox.FindAllSubmatch(pdf, -1) {
		w, err := strconv.ParseFloat(string(found[1]), 64)
		h, err2 := strconv.ParseFloat(string(found[2]), 64)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		all = append(all, Sheet{w, h})
	}
	return all
}
