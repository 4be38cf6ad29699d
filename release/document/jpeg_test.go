package document

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/release/document/picture"
)

// quarters codes a picture of four colours: red and green above blue and black.
func quarters(t testing.TB, width, height int) []byte {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	colours := [2][2]color.RGBA{{{255, 0, 0, 255}, {0, 255, 0, 255}}, {{0, 0, 255, 255}, {0, 0, 0, 255}}}
	for y := range height {
		for x := range width {
			p.Set(x, y, colours[2*y/height][2*x/width])
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oriented puts an Exif orientation and a resolution into a JPEG picture.
func oriented(picture []byte, orientation, resolution int) []byte {
	exif := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	binary.BigEndian.PutUint16(exif[28:], uint16(orientation))
	jfif := []byte("\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00\x00\x00\x00\x00\x00")
	binary.BigEndian.PutUint16(jfif[12:], uint16(resolution))
	binary.BigEndian.PutUint16(jfif[14:], uint16(resolution))
	return bytes.Join([][]byte{picture[:2], jfif, exif, picture[2:]}, nil)
}

// onSheet describes a page of four quarters: their colours in the order of reading,
// and the rectangle they fill, in pixels.
func onSheet(t testing.TB, p image.Image) (colours string, at image.Rectangle) {
	t.Helper()
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			if rgb(p, x, y) != white {
				at = at.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	var names []string
	for _, v := range []float64{0.25, 0.75} {
		for _, u := range []float64{0.25, 0.75} {
			names = append(names, colourAt(p, float64(at.Min.X)+u*float64(at.Dx()), float64(at.Min.Y)+v*float64(at.Dy())))
		}
	}
	return strings.Join(names, " "), at
}

// nearly says whether two rectangles are the same but for a few pixels.
func nearly(a, b image.Rectangle) bool {
	for _, d := range []int{a.Min.X - b.Min.X, a.Min.Y - b.Min.Y, a.Max.X - b.Max.X, a.Max.Y - b.Max.Y} {
		if math.Abs(float64(d)) > 3 {
			return false
		}
	}
	return true
}

// A picture stands upright as its camera was held, on a sheet turned like it.
func TestOrientations(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	picture := quarters(t, 240, 160)
	for orientation, want := range map[int]string{
		1: "red green blue black", 2: "green red black blue", 3: "black blue green red", 4: "blue black red green",
		5: "red blue green black", 6: "blue red black green", 7: "black green blue red", 8: "green black red blue",
	} {
		facts, pdf, err := worked(t, e, oriented(picture, orientation, 72), Work{Format: JPEG})
		if err != nil || facts.Pages != 1 || qpdfPages(t, pdf) != 1 {
			t.Fatalf("orientation %d: %+v, %v", orientation, facts, err)
		}
		page := rendered(t, pdf, 72)[0]
		sheet := image.Pt(842, 595)
		fits := inside(sheet, 3, 2)
		if orientation >= 5 {
			sheet = image.Pt(595, 842)
			fits = inside(sheet, 2, 3)
		}
		if got := page.Bounds().Size(); !nearly(image.Rectangle{Max: got}, image.Rectangle{Max: sheet}) {
			t.Errorf("orientation %d: the sheet is %v, want %v", orientation, got, sheet)
		}
		if got, at := onSheet(t, page); got != want || !nearly(at, fits) {
			t.Errorf("orientation %d: %s in %v, want %s in %v", orientation, got, at, want, fits)
		}
	}
}

// inside is where a picture of these proportions goes on a sheet with margins.
func inside(sheet image.Point, across, down float64) image.Rectangle {
	w, h := float64(sheet.X)-2*picture.Margin, float64(sheet.Y)-2*picture.Margin
	scale := min(w/across, h/down)
	w, h = across*scale, down*scale
	x, y := (float64(sheet.X)-w)/2, (float64(sheet.Y)-h)/2
	return image.Rect(int(x), int(y), int(x+w+.5), int(y+h+.5))
}

// Colours of every coding are what they were.
func TestJPEGColours(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("testdata", name)) // made by ImageMagick 6.9, 120 by 80 pixels
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"baseline":           {read("baseline.jpg"), "red green blue black"},
		"progressive":        {read("progressive.jpg"), "red green blue black"},
		"grey":               {read("grey.jpg"), "black white black black"},
		"CMYK of Adobe kind": {read("cmyk.jpg"), "red green blue black"},
		"Go's":               {quarters(t, 120, 80), "red green blue black"},
		"with a film behind": {append(quarters(t, 120, 80), bytes.Repeat([]byte("film"), 9999)...), "red green blue black"},
	} {
		facts, pdf, err := worked(t, e, c.file, Work{Format: JPEG})
		if err != nil || facts.Pages != 1 {
			t.Errorf("%s: %+v, %v", name, facts, err)
			continue
		}
		if got, _ := onSheet(t, rendered(t, pdf, 72)[0]); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The ticket says on which sheet and how large.
func TestJPEGScaling(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	small, large := oriented(quarters(t, 240, 160), 1, 72), oriented(quarters(t, 2400, 1600), 1, 72)
	const a3 = "iso_a3_297x420mm"
	a3Sheet, letter := image.Pt(1191, 842), image.Pt(792, 612)
	a4Sheet := image.Pt(842, 595)
	middle := func(sheet image.Point, w, h int) image.Rectangle {
		return image.Rect((sheet.X-w)/2, (sheet.Y-h)/2, (sheet.X+w)/2, (sheet.Y+h)/2)
	}
	for name, c := range map[string]struct {
		file  []byte
		work  Work
		sheet image.Point
		want  image.Rectangle
	}{
		"A3":                  {small, Work{Media: a3}, a3Sheet, inside(a3Sheet, 3, 2)},
		"letter, in inches":   {small, Work{Media: "na_letter_8.5x11in"}, letter, inside(letter, 3, 2)},
		"a name without size": {small, Work{Media: "photo"}, a4Sheet, inside(a4Sheet, 3, 2)},
		"auto":                {large, Work{Scaling: "auto"}, a4Sheet, inside(a4Sheet, 3, 2)},
		"fit":                 {large, Work{Scaling: "fit"}, a4Sheet, inside(a4Sheet, 3, 2)},
		"auto-fit, small":     {small, Work{Scaling: "auto-fit"}, a4Sheet, middle(a4Sheet, 240, 160)},
		"auto-fit, large":     {large, Work{Scaling: "auto-fit"}, a4Sheet, inside(a4Sheet, 3, 2)},
		"none, small":         {small, Work{Scaling: "none", Media: a3}, a3Sheet, middle(a3Sheet, 240, 160)},
		"none, large":         {large, Work{Scaling: "none"}, a4Sheet, image.Rectangle{Max: a4Sheet}},
		"fill":                {small, Work{Scaling: "fill"}, a4Sheet, image.Rectangle{Max: a4Sheet}},
	} {
		c.work.Format = JPEG
		_, pdf, err := worked(t, e, c.file, c.work)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		page := rendered(t, pdf, 72)[0]
		got, at := onSheet(t, page)
		if got != "red green blue black" || !nearly(at, c.want) || !nearly(page.Bounds(), image.Rectangle{Max: c.sheet}) {
			t.Errorf("%s: %s in %v on %v, want it in %v on %v", name, got, at, page.Bounds().Size(), c.want, c.sheet)
		}
	}
}

func TestSheetOf(t *testing.T) {
	t.Parallel()
	for media, want := range map[string]picture.Sheet{
		"iso_a4_210x297mm":               a4,
		"iso_a3_297x420mm":               {Width: 297 * 72 / 25.4, Height: 420 * 72 / 25.4},
		"na_letter_8.5x11in":             {Width: 612, Height: 792},
		"custom_big_1117.6x1117.6mm":     {Width: 44 * 72, Height: 44 * 72},
		"custom_big_1117.7x1117.6mm":     a4,
		"custom_max_1117.6x1117.6mm":     a4,
		"roll_wide_210x297mm":            a4,
		"":                               a4,
		"a4":                             a4,
		"photo_1x1":                      a4,
		"custom_none_0x0mm":              a4,
		"custom_less_-210x-297mm":        a4,
		"custom_odd_NaNxNaNmm":           a4,
		"custom_odd_InfxInfmm":           a4,
		"custom_odd_1e9x1e9mm":           a4,
		"custom_0.5x9in":                 a4,
		"custom_slip_0.5x9in":            a4,
		"custom_one_210mm":               a4,
		"custom_three_210x297x3mm":       a4,
		"custom_cm_210x297cm":            a4,
		strings.Repeat("9", 9999) + "mm": a4,
	} {
		if got := sheetOf(media); math.Abs(got.Width-want.Width) > 1e-6 || math.Abs(got.Height-want.Height) > 1e-6 {
			t.Errorf("%.40q: %v, want %v", media, got, want)
		}
	}
}
