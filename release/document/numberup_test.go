package document

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"inkwell/release/document/picture"
)

var pageColours = []string{"red", "green", "blue", "yellow", "magenta", "cyan", "black"}

var inks = map[string]string{"red": "1 0 0", "green": "0 1 0", "blue": "0 0 1", "yellow": "1 1 0", "magenta": "1 0 1", "cyan": "0 1 1", "black": "0 0 0"}

// colouredPages are n pages of this size, each full of a colour of its own, but for
// a white field in its upper left quarter as it is read.
func colouredPages(n, width, height, rotate int) pdfObjects {
	objects := pdfPages(n)
	corner := map[int][2]int{0: {0, height / 2}, 90: {0, 0}, 180: {width / 2, 0}, 270: {width / 2, height / 2}}[rotate]
	for i := range n {
		objects[3+2*i] = fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Rotate %d/Contents %d 0 R>>", width, height, rotate, 5+2*i)
		objects[4+2*i] = pdfStream("", fmt.Sprintf("%s rg 0 0 %d %d re f 1 g %d %d %d %d re f",
			inks[pageColours[i%len(pageColours)]], width, height, corner[0], corner[1], width/2, height/2))
	}
	return objects
}

// grid is a side as its cells' colours, row by row; cells that are not upright are
// called askew.
func grid(p image.Image, columns, rows int, pageWidth, pageHeight float64) string {
	var all []string
	sheetWidth, sheetHeight := float64(p.Bounds().Dx())-2*picture.Margin, float64(p.Bounds().Dy())-2*picture.Margin
	w, h := sheetWidth/float64(columns), sheetHeight/float64(rows)
	scale := min(w/pageWidth, h/pageHeight)
	for row := range rows {
		for column := range columns {
			x, y := picture.Margin+(float64(column)+.5)*w, picture.Margin+(float64(row)+.5)*h
			quarter := func(right, down float64) string {
				return colourAt(p, x+right*pageWidth*scale*.46, y+down*pageHeight*scale*.46)
			}
			corners := []string{quarter(-1, -1), quarter(1, -1), quarter(-1, 1), quarter(1, 1)}
			cell := corners[3]
			if !slices.Equal(corners, []string{"white", cell, cell, cell}) {
				cell = fmt.Sprint("askew ", corners)
			}
			all = append(all, cell)
		}
	}
	return strings.Join(all, " ")
}

// Pages stand on a side from left to right and then down, upright, as large as they
// can be, on a sheet that is turned if that makes them larger.
func TestNumberUp(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	const a4w, a4h = 595, 842
	for name, c := range map[string]struct {
		pdf           pdfObjects
		work          Work
		width, height float64 // of a page as it is read
		columns, rows int
		sheet         image.Point
		sides         []string
	}{
		"2 on A4":         {colouredPages(3, a4w, a4h, 0), Work{NumberUp: 2}, a4w, a4h, 2, 1, image.Pt(842, 595), []string{"red green", "blue white"}},
		"2 wide":          {colouredPages(2, a4h, a4w, 0), Work{NumberUp: 2}, a4h, a4w, 1, 2, image.Pt(595, 842), []string{"red green"}},
		"2 turned by 90":  {colouredPages(2, a4w, a4h, 90), Work{NumberUp: 2}, a4h, a4w, 1, 2, image.Pt(595, 842), []string{"red green"}},
		"2 turned by 270": {colouredPages(2, a4w, a4h, 270), Work{NumberUp: 2}, a4h, a4w, 1, 2, image.Pt(595, 842), []string{"red green"}},
		"2 upside down":   {colouredPages(2, a4w, a4h, 180), Work{NumberUp: 2}, a4w, a4h, 2, 1, image.Pt(842, 595), []string{"red green"}},
		"4":               {colouredPages(5, a4w, a4h, 0), Work{NumberUp: 4}, a4w, a4h, 2, 2, image.Pt(595, 842), []string{"red green blue yellow", "magenta white white white"}},
		"4 of A5 on A3":   {colouredPages(4, 420, 595, 0), Work{NumberUp: 4, Media: "iso_a3_297x420mm"}, 420, 595, 2, 2, image.Pt(842, 1191), []string{"red green blue yellow"}},
		"6":               {colouredPages(6, a4w, a4h, 0), Work{NumberUp: 6}, a4w, a4h, 3, 2, image.Pt(842, 595), []string{"red green blue yellow magenta cyan"}},
		"9":               {colouredPages(9, a4w, a4h, 0), Work{NumberUp: 9}, a4w, a4h, 3, 3, image.Pt(595, 842), []string{"red green blue yellow magenta cyan black red green"}},
		"16":              {colouredPages(2, a4w, a4h, 0), Work{NumberUp: 16}, a4w, a4h, 4, 4, image.Pt(595, 842), []string{"red green" + strings.Repeat(" white", 14)}},
		"chosen pages":    {colouredPages(7, a4w, a4h, 0), Work{NumberUp: 2, Pages: []Range{{2, 2}, {5, 6}}}, a4w, a4h, 2, 1, image.Pt(842, 595), []string{"green magenta", "cyan white"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts, pdf, err := worked(t, e, c.pdf.file(), c.work)
			if err != nil {
				t.Fatal(err)
			}
			pages := rendered(t, pdf, 72)
			if n := qpdfPages(t, pdf); facts.Pages != len(c.sides) || n != len(c.sides) {
				t.Fatalf("counted %d sides, and there are %d", facts.Pages, n)
			}
			for i, page := range pages {
				if !nearly(page.Bounds(), image.Rectangle{Max: c.sheet}) {
					t.Errorf("side %d is %v, want %v", i+1, page.Bounds().Size(), c.sheet)
				}
				got := grid(page, c.columns, c.rows, c.width, c.height)
				if strings.ReplaceAll(got, "askew [white white white white]", "white") != c.sides[i] {
					t.Errorf("side %d is %s, want %s", i+1, got, c.sides[i])
				}
			}
		})
	}
}

// One page on a side is the document's own page.
func TestNumberUpOfOne(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for _, up := range []int{0, 1} {
		_, pdf, err := worked(t, e, colouredPages(2, 300, 400, 0).file(), Work{NumberUp: up})
		if err != nil {
			t.Fatal(err)
		}
		if got := rendered(t, pdf, 72); len(got) != 2 || !nearly(got[0].Bounds(), image.Rect(0, 0, 300, 400)) {
			t.Errorf("number-up %d: %d pages, the first of %v", up, len(got), got[0].Bounds())
		}
	}
}

// What lies on a page and would print with it, such as a form that was filled in, is
// printed; what would not is not.
func TestNumberUpKeepsWhatLiesOnAPage(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	objects := pdfPages(1)
	note := func(rectangle string, flags int) string {
		return fmt.Sprintf("<</Type/Annot/Subtype/Stamp/Rect[%s]/F %d/AP<</N 6 0 R>>>>", rectangle, flags)
	}
	const prints, hidden = 4, 2
	objects = objects.set(4, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Annots["+
		note("0 421 595 842", prints)+note("0 0 595 421", hidden)+"]>>").set(5, pdfStream("", ""))
	objects = append(objects, pdfStream("/Type/XObject/Subtype/Form/BBox[0 0 10 10]", "0 0 1 rg 0 0 10 10 re f"))
	_, pdf, err := worked(t, e, objects.file(), Work{NumberUp: 4})
	if err != nil {
		t.Fatal(err)
	}
	page := rendered(t, pdf, 72)[0]
	if got := colourAt(page, 150, 100) + " " + colourAt(page, 150, 300); got != "blue white" {
		t.Errorf("above and below it is %s", got)
	}
}

// Rasters and pictures go on a side like pages.
func TestNumberUpOfPictures(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	facts, pdf, err := worked(t, e, fromCUPS(t, URF, "19", "8"), Work{NumberUp: 2})
	if err != nil || facts.Pages != 1 {
		t.Fatalf("%+v, %v", facts, err)
	}
	page := rendered(t, pdf, 72)[0]
	if got := colourAt(page, 286, 520) + " " + colourAt(page, 545, 460); got != "red yellow" {
		t.Errorf("the first page has %s", got)
	}
	facts, pdf, err = worked(t, e, quarters(t, 150, 100), Work{Format: JPEG, NumberUp: 4})
	if err != nil || facts.Pages != 1 {
		t.Fatalf("%+v, %v", facts, err)
	}
	if got, _ := onSheet(t, rendered(t, pdf, 72)[0]); got != "red green blue black" {
		t.Errorf("the picture is %s", got)
	}
}

func TestNumberUpOfUnknownNumber(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for _, up := range []int{-1, 3, 5, 8, 1 << 30} {
		if _, _, err := worked(t, e, pdfPages(1).file(), Work{NumberUp: up}); err == nil {
			t.Errorf("number-up %d was taken", up)
		}
	}
}

// A whole booklet is combined within the time that a document has.
func TestNumberUpOfMany(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	facts, pdf, err := worked(t, e, pdfPages(300).file(), Work{NumberUp: 2})
	if err != nil || facts.Pages != 150 {
		t.Fatalf("%+v, %v", facts, err)
	}
	if n := qpdfPages(t, pdf); n != 150 {
		t.Errorf("there are %d sides", n)
	}
}

func TestLayout(t *testing.T) {
	t.Parallel()
	turned := a4.Turned()
	for _, c := range []struct {
		up            int
		width, height float64
		sheet         picture.Sheet
		columns       int
	}{
		{2, 595, 842, turned, 2}, {4, 595, 842, a4, 2}, {6, 595, 842, turned, 3}, {9, 595, 842, a4, 3}, {16, 595, 842, a4, 4},
		{2, 842, 595, a4, 1}, {4, 842, 595, turned, 2}, {6, 842, 595, a4, 2}, {2, 500, 500, a4, 1}, {4, 500, 500, a4, 2},
		{16, 1, 1e9, a4, 16}, {2, 0, 0, a4, 1}, // a page that is none
	} {
		if sheet, columns := layout(a4, c.up, c.width, c.height); sheet != c.sheet || columns != c.columns {
			t.Errorf("%d pages of %gx%g: %d columns on %v, want %d on %v", c.up, c.width, c.height, columns, sheet, c.columns, c.sheet)
		}
	}
}
