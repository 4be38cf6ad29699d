package document

import (
	"bytes"
	"image"
	"io"
	"testing"

	"inkwell/release/document/documenttest"
	"inkwell/release/document/raster"
)

// pressed is a raster of a PDF.
func pressed(t testing.TB, e *Engine, pdf []byte, r Raster) []byte {
	t.Helper()
	out, err := e.Raster(t.Context(), bytes.NewReader(pdf), r)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	raw, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const a4Width, a4Height = 595.276, 841.89

// Every page comes out as Ghostscript draws it, in each format, in grey and in colour.
func TestPagesComeOutAsGhostscriptDrawsThem(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	_, pdf, err := prepared(t, e, documenttest.Drawn(3, a4Width, a4Height))
	if err != nil {
		t.Fatal(err)
	}
	want := documenttest.Ghostscript(t, pdf, 120, a4Width, a4Height)
	for _, c := range []struct {
		name   string
		raster Raster
	}{
		{"PWG in colour", Raster{Format: raster.PWG, First: 1, Last: 3, DPI: 150, Colour: true}},
		{"PWG in grey", Raster{Format: raster.PWG, First: 1, Last: 3, DPI: 300}},
		{"colour without colour", Raster{Format: raster.PWG, First: 1, Last: 3, DPI: 100, Colour: true, Grey: true}},
		{"URF in colour, the last two", Raster{Format: raster.URF, First: 2, Last: 3, DPI: 100, Colour: true}},
		{"URF in grey, one", Raster{Format: raster.URF, First: 3, Last: 3, DPI: 200}},
	} {
		pages := documenttest.ReadRaster(t, pressed(t, e, pdf, c.raster))
		if len(pages) != c.raster.Pages() {
			t.Errorf("%s: %d pages", c.name, len(pages))
		}
		for i, p := range pages {
			if p.DPI != c.raster.DPI || p.Width != 21000*p.DPI/2540 || p.Height != 29700*p.DPI/2540 || p.Coloured() != (c.raster.Colour && !c.raster.Grey) {
				t.Errorf("%s: page %d is %d by %d at %d dpi, in colour %v", c.name, i+1, p.Width, p.Height, p.DPI, p.Coloured())
			}
			for k, gs := range want {
				s := documenttest.Similar(p.Picture(), gs, p.DPI, 120)
				if same := k+1 == c.raster.First+i; same != (s >= documenttest.Alike) {
					t.Errorf("%s: page %d and Ghostscript's page %d are alike by %.3f", c.name, i+1, k+1, s)
				} else if same {
					t.Logf("%s: page %d is alike by %.3f", c.name, i+1, s)
				}
			}
		}
	}
}

// What the figure of similarity says of pages that did not come out right.
func TestPagesThatAreNotAlike(t *testing.T) {
	t.Parallel()
	gs := documenttest.Ghostscript(t, documenttest.Drawn(1, a4Width, a4Height), 120, a4Width, a4Height)[0]
	moved := func(from func(x, y int) (int, int)) *image.Gray {
		out := image.NewGray(gs.Rect)
		for y := range gs.Rect.Dy() {
			for x := range gs.Rect.Dx() {
				fromX, fromY := from(x, y)
				v := byte(255)
				if (image.Point{X: fromX, Y: fromY}).In(gs.Rect) {
					v = gs.Pix[fromY*gs.Stride+fromX]
				}
				out.Pix[y*out.Stride+x] = v
			}
		}
		return out
	}
	w, h := gs.Rect.Dx()-1, gs.Rect.Dy()-1
	if s := documenttest.Similar(gs, gs, 120, 120); s < 0.999 {
		t.Errorf("the same page is alike by %.3f", s)
	}
	for name, page := range map[string]*image.Gray{
		"blank":                     moved(func(int, int) (int, int) { return -1, -1 }),
		"mirrored":                  moved(func(x, y int) (int, int) { return w - x, y }),
		"upside down":               moved(func(x, y int) (int, int) { return x, h - y }),
		"turned round":              moved(func(x, y int) (int, int) { return w - x, h - y }),
		"shifted by 1 mm":           moved(func(x, y int) (int, int) { return x - 5, y }),
		"shifted down by 1 mm":      moved(func(x, y int) (int, int) { return x, y - 5 }),
		"smaller by a twentieth":    moved(func(x, y int) (int, int) { return x * 20 / 19, y * 20 / 19 }),
		"its lower half is missing": moved(func(x, y int) (int, int) { return x, y + y/(h/2+1)*h }),
	} {
		s := documenttest.Similar(gs, page, 120, 120)
		t.Logf("%s: %.3f", name, s)
		if s >= documenttest.Alike-0.3 {
			t.Errorf("a page that is %s is alike by %.3f", name, s)
		}
	}
}

// The backs of sheets are turned as the printer wants them, and are what they were once they
// are turned back; fronts never are.
func TestBacksOfSheets(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	_, pdf, err := prepared(t, e, documenttest.Drawn(3, a4Width, a4Height))
	if err != nil {
		t.Fatal(err)
	}
	plain := documenttest.ReadRaster(t, pressed(t, e, pdf, Raster{First: 1, Last: 3, DPI: 60}))
	for _, back := range raster.Backs {
		for _, tumble := range []bool{false, true} {
			for _, format := range []raster.Format{raster.PWG, raster.URF} {
				if format == raster.URF && back != raster.Flipped {
					continue // the turning is the same
				}
				pages := documenttest.ReadRaster(t, pressed(t, e, pdf, Raster{Format: format, First: 1, Last: 3, DPI: 60, Duplex: true, Tumble: tumble, Back: back}))
				for i, p := range pages {
					var want raster.Turn
					if i == 1 {
						want = back.Turned(tumble)
					}
					if format == raster.URF { // it does not say, so the printer must know
						p.Mirror, p.Upside = want.Mirror, want.Upside
					}
					if !p.Duplex || p.Tumble != tumble || p.Mirror != want.Mirror || p.Upside != want.Upside || !bytes.Equal(p.Picture().Pix, plain[i].Picture().Pix) {
						t.Errorf("%v, %s, tumble %v: page %d is not the page turned", format, back, tumble, i+1)
					}
					if turned := want != (raster.Turn{}); turned == bytes.Equal(p.Pixels, plain[i].Pixels) {
						t.Errorf("%v, %s, tumble %v: page %d is turned %v", format, back, tumble, i+1, !turned)
					}
				}
			}
		}
	}
}
