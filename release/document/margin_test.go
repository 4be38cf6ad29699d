package document

import (
	"fmt"
	"image"
	"os/exec"
	"testing"

	"inkwell/release/document/documenttest"
	"inkwell/release/document/picture"
)

// Words in a margin stand in the upper right corner of the first side as it is read, however the
// page lies and whatever its content leaves behind, on any ground; nothing else of the document is
// another, its pages and its colours are as many.
func TestWordsInAMargin(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	red := "1 0 0 rg -999 -999 3000 3000 re f"
	page := func(entries, content string) []byte {
		return documenttest.Objects("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 >>",
			"<< /Type /Page /Parent 2 0 R /Contents 4 0 R "+entries+" >>", fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>")
	}
	for name, c := range map[string]struct {
		pdf   []byte
		up    int
		words string
	}{
		"upright":             {page("/MediaBox [0 0 595 842]", red), 0, "Sam Bell · 9A"},
		"turned left":         {page("/MediaBox [0 0 595 842] /Rotate 270", red), 0, "Zoë Ó'Brien · 9A"},
		"cut":                 {page("/MediaBox [-50 -50 700 900] /CropBox [100 200 500 700]", red), 0, "Sam Bell · 9A"},
		"a state left behind": {page("/MediaBox [0 0 595 842]", red+" 3 0 0 3 100 100 cm q q 0 0 5 5 re W n 0 1 0 rg"), 0, "Sam Bell · 9A"},
		"two on a side":       {page("/MediaBox [0 0 595 842]", red), 2, "Sam Bell · 9A"},
		"a small one":         {page("/MediaBox [0 0 90 120]", red), 0, "Bartholomew Featherstonehaugh-Cholmondeley · 9A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, plain, err := worked(t, e, c.pdf, Work{Format: PDF, NumberUp: c.up, Colour: true})
			if err != nil {
				t.Fatal(err)
			}
			after, named, err := worked(t, e, plain, Work{Format: PDF, Margin: c.words, Colour: true})
			if c.up > 0 {
				after, named, err = worked(t, e, c.pdf, Work{Format: PDF, NumberUp: c.up, Margin: c.words, Colour: true})
			}
			if err != nil || after.Pages != before.Pages || after.Colour != before.Colour || len(after.Sizes) != len(before.Sizes) {
				t.Fatalf("%+v became %+v, %v", before, after, err)
			}
			was, is := shown(t, plain), shown(t, named)
			changed := otherPart(was[0], is[0])
			width := was[0].Bounds().Dx()
			corner := image.Rect(width/20, 0, width, 36)
			if !changed.In(corner) || float64(width-changed.Max.X) > picture.Margin+1 || changed.Dx() < min(width/2, 40) || changed.Dy() < 5 {
				t.Errorf("of %v, %v is another", was[0].Bounds(), changed)
			}
			dark, white := 0, 0
			for y := changed.Min.Y; y < changed.Max.Y; y++ {
				for x := changed.Min.X; x < changed.Max.X; x++ {
					switch c := rgb(is[0], x, y); {
					case max(c[0], c[1], c[2]) < 140:
						dark++
					case min(c[0], c[1], c[2]) > 200:
						white++
					}
				}
			}
			if dark == 0 || white < 3*dark/2 {
				t.Errorf("%d pixels are dark, %d white, of %v", dark, white, changed)
			}
			for i := range was[1:] {
				if d := otherPart(was[i+1], is[i+1]); !d.Empty() {
					t.Errorf("of page %d, %v is another", i+2, d)
				}
			}
		})
	}
}

// shown draws what is shown of the pages of a PDF, a pixel for a point.
func shown(t *testing.T, pdf []byte) []*image.RGBA {
	return pictures(t, exec.Command("pdftoppm", "-cropbox", "-r", "72", "-aa", "no", "-aaVector", "no", written(t, "in.pdf", string(pdf))))
}

// otherPart is the smallest part of a picture outside which another is the same.
func otherPart(a, b *image.RGBA) (part image.Rectangle) {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Union(b.Bounds())
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if rgb(a, x, y) != rgb(b, x, y) {
				part = part.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return part
}
