package raster_test

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	_ "inkwell/internal/propertytest"
	"inkwell/release/document/picture"
	"inkwell/release/document/raster"
)

// file codes pages of pixels as a whole file.
func file(t interface{ Fatal(args ...any) }, f raster.Format, p raster.Page, pages [][]byte) []byte {
	out := bytes.NewBuffer(f.Head(len(pages)))
	for _, pixels := range pages {
		out.Write(f.Header(p, len(pages)))
		w := bufio.NewWriter(out)
		c := raster.NewCoder(w, p.Unit())
		for y := range p.Height {
			if err := c.Line(pixels[y*p.Line() : (y+1)*p.Line()]); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(c.End(), w.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// read is what the reader of rasters that come in makes of a file: the pixels of each page.
func read(t interface{ Fatal(args ...any) }, f raster.Format, raw []byte) (pages [][]byte) {
	var pdf bytes.Buffer
	reader := map[raster.Format]func(io.Writer, io.Reader, picture.Choice) (int, error){raster.PWG: picture.PWG, raster.URF: picture.URF}[f]
	n, err := reader(&pdf, bytes.NewReader(raw), picture.Choice{Most: 100})
	if err != nil {
		t.Fatal(err)
	}
	rest := pdf.Bytes()
	for range n {
		_, rest, _ = bytes.Cut(rest, []byte("/FlateDecode"))
		_, rest, _ = bytes.Cut(rest, []byte("stream\n"))
		z, err := zlib.NewReader(bytes.NewReader(rest))
		if err != nil {
			t.Fatal(err)
		}
		pixels, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, pixels)
	}
	return pages
}

// pixels are those of a page: blank, of long and of short runs, with lines that come again,
// or of nothing but noise.
func pixels(t *rapid.T, p raster.Page) []byte {
	few := rapid.IntRange(1, 255).Draw(t, "values")
	var page []byte
	for len(page) < p.Height*p.Line() {
		if len(page) > 0 && rapid.Bool().Draw(t, "again") {
			last := page[len(page)-p.Line():]
			for range rapid.IntRange(1, 300).Draw(t, "times") {
				page = append(page, last...)
			}
			continue
		}
		var line []byte
		for len(line) < p.Line() {
			pixel := make([]byte, p.Unit())
			for i := range pixel {
				pixel[i] = byte(rapid.IntRange(0, few).Draw(t, "value"))
			}
			for range rapid.SampledFrom([]int{1, 1, 1, 2, 3, 127, 128, 129, 300}).Draw(t, "run") {
				line = append(line, pixel...)
			}
		}
		page = append(page, line[:p.Line()]...)
	}
	return page[:p.Height*p.Line()]
}

func anyPage(t *rapid.T) raster.Page {
	return raster.Page{
		Width: rapid.IntRange(50, 700).Draw(t, "width"), Height: rapid.IntRange(50, 400).Draw(t, "height"), DPI: 100,
		Colour: rapid.Bool().Draw(t, "colour"), Duplex: rapid.Bool().Draw(t, "duplex"), Tumble: rapid.Bool().Draw(t, "tumble"),
	}
}

// What is coded reads back as it was, by the reader that rasters of other people come in
// through, and passes our own gate to the byte.
func TestEveryRasterReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]raster.Format{raster.PWG, raster.URF}).Draw(t, "format")
		p := anyPage(t)
		var pages [][]byte
		for range rapid.IntRange(1, 3).Draw(t, "pages") {
			pages = append(pages, pixels(t, p))
		}
		raw := file(t, f, p, pages)
		if got := read(t, f, raw); len(got) != len(pages) {
			t.Fatalf("%d pages read back of %d", len(got), len(pages))
		} else {
			for i := range got {
				if !bytes.Equal(got[i], pages[i]) {
					t.Fatalf("page %d is another", i+1)
				}
			}
		}
		in := bufio.NewReader(bytes.NewReader(raw))
		passed := take(t, in, len(f.Head(len(pages))))
		for range pages {
			passed = append(passed, take(t, in, len(f.Header(p, 1)))...)
			for lines := raster.NewLines(in, p); lines.Left() > 0; {
				var err error
				if passed, err = lines.Append(passed); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := in.ReadByte(); err != io.EOF || !bytes.Equal(passed, raw) {
			t.Fatalf("%d of %d bytes pass, %v", len(passed), len(raw), err)
		}
		if most := len(pages) * (p.Height*(p.Line()+p.Line()/p.Unit()/64+3) + 2000); len(raw) > most {
			t.Fatalf("%d bytes for pages of %d", len(raw), p.Height*p.Line())
		}
	})
}

func take(t *rapid.T, in io.Reader, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// Lines that leave their page are not let through, wherever they do, and neither is a page
// that ends early.
func TestNoLineLeavesItsPage(t *testing.T) {
	t.Parallel()
	p := raster.Page{Width: 4, Height: 2}
	for name, c := range map[string]struct {
		lines string
		want  error
	}{
		"good":                         {"\x00\x03a\x00\xfdabcd", nil},
		"repeated":                     {"\x01\x03a", nil},
		"repeated too often":           {"\x02\x03a", raster.ErrLine},
		"a run too long":               {"\x00\x04a", raster.ErrLine},
		"a run beyond the rest":        {"\x00\x00a\x03b", raster.ErrLine},
		"pixels too many":              {"\x00\xfcabcde", raster.ErrLine},
		"the rest of a line":           {"\x00\x80", raster.ErrLine},
		"nothing":                      {"", io.ErrUnexpectedEOF},
		"no run":                       {"\x00", io.ErrUnexpectedEOF},
		"no pixel":                     {"\x00\x03", io.ErrUnexpectedEOF},
		"not enough pixels":            {"\x00\xfdabc", io.ErrUnexpectedEOF},
		"a second line that is broken": {"\x00\x03a\x00\x01", io.ErrUnexpectedEOF},
	} {
		lines := raster.NewLines(bufio.NewReader(bytes.NewReader([]byte(c.lines))), p)
		var err error
		for err == nil && lines.Left() > 0 {
			_, err = lines.Append(nil)
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The backs of sheets (PWG 5102.4 table 12, and as CUPS turns them in its filter rastertopwg).
func TestBacks(t *testing.T) {
	t.Parallel()
	mirror, upside, both := raster.Turn{Mirror: true}, raster.Turn{Upside: true}, raster.Turn{Mirror: true, Upside: true}
	for _, c := range []struct {
		back        raster.Back
		long, short raster.Turn
	}{
		{raster.Normal, raster.Turn{}, raster.Turn{}},
		{raster.Flipped, upside, mirror},
		{raster.Rotated, both, raster.Turn{}},
		{raster.ManualTumble, raster.Turn{}, both},
		{"sideways", raster.Turn{}, raster.Turn{}},
	} {
		if long, short := c.back.Turned(false), c.back.Turned(true); long != c.long || short != c.short {
			t.Errorf("%s is turned %+v at the long edge, %+v at the short one", c.back, long, short)
		}
	}
}
