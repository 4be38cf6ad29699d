package document

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/release/document/documenttest"
)

// onePage is a page of A4 with this content, and with more entries and objects, of which
// the first is 6.
func onePage(content, entries string, more ...string) []byte {
	objects := pdfPages(1).set(4, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"+entries+">>").set(5, pdfStream("", content))
	return append(objects, more...).file()
}

// Colour is what comes out, not what a document says of itself.
func TestColour(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	picture := func(space string, pixel ...byte) []byte {
		return onePage("595 0 0 842 0 0 cm /X Do", "/Resources<</XObject<</X 6 0 R>>>>",
			pdfStream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace%s", space), strings.Repeat(string(pixel), 64)))
	}
	const box = " 100 100 200 200 re f"
	note := func(flags int) []byte {
		return onePage("", fmt.Sprintf("/Annots[<</Type/Annot/Subtype/Stamp/Rect[0 0 300 300]/F %d/AP<</N 6 0 R>>>>]", flags),
			pdfStream("/Type/XObject/Subtype/Form/BBox[0 0 10 10]", "0 0 1 rg 0 0 10 10 re f"))
	}
	spot := func(name string) []byte {
		return onePage("/S cs 1 scn"+box, "/Resources<</ColorSpace<</S[/Separation/"+name+"/DeviceCMYK<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[0 1 1 0]/N 1>>]>>>>")
	}
	for name, c := range map[string]struct {
		file   []byte
		colour int
	}{
		"nothing":                    {onePage("", ""), 0},
		"black text":                 {pdfPages(1).file(), 0},
		"grey box":                   {onePage(".5 g"+box, ""), 0},
		"red box":                    {onePage("1 0 0 rg"+box, ""), 1},
		"red hair":                   {onePage("1 0 0 RG .2 w 100 100 m 300 700 l S", ""), 1},
		"a dot of blue":              {onePage("0 0 1 rg 100 100 1.5 1.5 re f", ""), 1},
		"blue that is nearly black":  {onePage("0 0 .06 rg"+box, ""), 1},
		"grey said as RGB":           {onePage(".4 .4 .4 rg"+box, ""), 0},
		"grey said as CMYK":          {onePage("0 0 0 .6 k"+box, ""), 0},
		"cyan":                       {onePage("1 0 0 0 k"+box, ""), 1},
		"red beside the page":        {onePage("1 0 0 rg 700 100 50 50 re f", ""), 0},
		"red below white":            {onePage("1 0 0 rg"+box+" 1 g 90 90 300 300 re f", ""), 0},
		"red clipped away":           {onePage("0 0 50 50 re W n 1 0 0 rg"+box, ""), 0},
		"red that nobody sees":       {onePage("BT 3 Tr /F 12 Tf 1 0 0 rg 100 100 Td (x) Tj ET", "/Resources<</Font<</F 3 0 R>>>>"), 0},
		"grey picture in RGB":        {picture("/DeviceRGB", 77, 77, 77), 0},
		"picture with a tint":        {picture("/DeviceRGB", 77, 77, 88), 1},
		"picture with noise":         {picture("/DeviceRGB", 77, 78, 79), 0},
		"grey picture":               {picture("/DeviceGray", 77), 0},
		"picture in CMYK, black":     {picture("/DeviceCMYK", 0, 0, 0, 99), 0},
		"picture in CMYK, yellow":    {picture("/DeviceCMYK", 0, 0, 99, 0), 1},
		"spot colour":                {spot("Red"), 1},
		"a note that prints":         {note(4), 1},
		"a note that does not print": {note(2), 0},
		"half of red, see-through":   {onePage("/G gs 1 0 0 rg"+box, "/Resources<</ExtGState<</G<</ca .5>>>>>>"), 1},
		"red, wholly see-through":    {onePage("/G gs 1 0 0 rg"+box, "/Resources<</ExtGState<</G<</ca 0>>>>>>"), 0},
		"red on a poster":            {withPage("/MediaBox[0 0 14400 14400]/CropBox[0 0 14400 14400]"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts, rebuilt, err := prepared(t, e, c.file)
			if err != nil || facts.Colour != c.colour {
				t.Fatalf("%+v, %v, want %d page with colour", facts, err, c.colour)
			}
			noise := name == "picture with noise" // of one in 255, which Ghostscript takes for colour
			if got := inked(t, rebuilt); len(got) != 1 || got[0] != (c.colour == 1 || noise) {
				t.Errorf("Ghostscript finds %v", got)
			}
		})
	}
}

// What is looked at are the sides that are printed.
func TestColourOfSides(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	pages := colouredPages(14, 595, 842, 0).file() // every seventh is black
	for _, c := range []struct {
		work   Work
		colour int
	}{
		{Work{}, 12}, {Work{Pages: []Range{{7, 7}, {14, 14}}}, 0}, {Work{Pages: []Range{{6, 8}}}, 2},
		{Work{NumberUp: 2, Pages: []Range{{7, 7}, {14, 14}, {1, 1}}}, 1}, {Work{NumberUp: 16}, 1},
	} {
		if facts, _, err := worked(t, e, pages, c.work); err != nil || facts.Colour != c.colour {
			t.Errorf("%+v: %+v, %v, want %d", c.work, facts, err, c.colour)
		}
	}
}

// A document that takes too long to look at is counted all the same, and says so; it is
// looked through if it is to be printed in colour, by several children if need be.
func TestColourThatTakesLong(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.CPUSeconds = 1 })
	for _, c := range []struct {
		pages, steps int
		work         Work
		colour       int
	}{
		{100, 300, Work{}, Unseen}, {8, 60, Work{Colour: true}, 0}, {2, 9000, Work{Colour: true}, Unseen},
	} {
		facts, _, err := worked(t, e, documenttest.Slow(c.pages, c.steps), c.work)
		if err != nil || facts.Pages != c.pages || facts.Colour != c.colour {
			t.Errorf("%+v: %+v, %v", c, facts, err)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	objects := pdfPages(12)
	for i, box := range []string{"0 0 595 842", "0 0 842 595", "100 100 695 942", "0 0 842 1191", "0 0 595 842", "0 0 612 792"} {
		objects[3+2*i] = fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 5 0 R>>", box)
	}
	objects[3+2*4] = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 90/Contents 5 0 R>>"
	facts, _, err := prepared(t, e, objects.file())
	if want := []Size{{210, 297, 10}, {297, 420, 1}, {216, 279, 1}}; err != nil || !slices.Equal(facts.Sizes, want) {
		t.Errorf("%v, %v, want %v", facts.Sizes, err, want)
	}
	facts, _, err = worked(t, e, colouredPages(3, 842, 595, 0).file(), Work{NumberUp: 2, Media: "iso_a3_297x420mm"})
	if want := []Size{{297, 420, 2}}; err != nil || !slices.Equal(facts.Sizes, want) {
		t.Errorf("on A3: %v, %v, want %v", facts.Sizes, err, want)
	}
}

func TestManySizes(t *testing.T) {
	t.Parallel()
	var all []Size
	for i := range 20 {
		all = addPage(all, 100+i, 200)
	}
	all = addPage(all, 101, 200)
	if len(all) != mostSizes || all[1] != (Size{101, 200, 2}) || all[mostSizes-1] != (Size{0, 0, 13}) {
		t.Errorf("%v", all)
	}
	if err := checkSizes(all, 21); err != nil {
		t.Error(err)
	}
}

func TestPixels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width, height float64
		x, y          int
	}{
		{595, 842, 298, 421}, {842, 1191, 421, 596}, {0, 0, 1, 1}, {1e9, 1, 600, 1}, {1e38, 1e38, 600, 600},
		{math.NaN(), 10, 1, 5}, {math.Inf(1), 10, 1, 1}, {-5, 100, 1, 50},
	} {
		if x, y := pixels(c.width, c.height); x < 1 || y < 1 || x > lookLongest || y > lookLongest || !math.IsNaN(c.width) && (x != c.x || y != c.y) {
			t.Errorf("%g x %g points are %d x %d pixels, want %d x %d", c.width, c.height, x, y, c.x, c.y)
		}
	}
}

// inked says of each page whether Ghostscript uses more than black ink for it. Equal
// parts of red, green and blue become black with it as they do in a printer, instead of
// by the profile of a press.
func inked(t testing.TB, pdf []byte) []bool {
	t.Helper()
	all, err := inkOf(t, pdf)
	if err != nil {
		t.Fatalf("Ghostscript does not print the rebuilt document: %v", err)
	}
	return all
}

func inkOf(t testing.TB, pdf []byte) (all []bool, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-dPrinted", "-dUseFastColor", "-sDEVICE=inkcov", "-sOutputFile=-",
		"-c", "{} setblackgeneration {} setundercolorremoval", "-f", path).Output()
	for line := range strings.Lines(string(out)) {
		var c, m, y, k float64
		if n, _ := fmt.Sscan(line, &c, &m, &y, &k); n == 4 {
			all = append(all, c+m+y > 0)
		}
	}
	return all, err
}
