package document

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release/document/documenttest"
)

// Pages are drawn upright, as large as they may be, in their colours; those that are grey
// come without colours.
func TestDraw(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for name, c := range map[string]struct {
		pdf   pdfObjects
		size  image.Point
		first int
		want  []string // the colour of each page
	}{
		"upright": {colouredPages(7, 595, 842, 0), image.Pt(200, 283), 1, []string{"red", "green", "blue", "yellow", "magenta", "cyan"}},
		"turned":  {colouredPages(2, 842, 595, 180), image.Pt(200, 141), 2, []string{"green"}},
		"narrow":  {colouredPages(1, 100, 1000, 90), image.Pt(200, 20), 1, []string{"red"}},
		"high":    {colouredPages(1, 100, 1000, 0), image.Pt(30, 300), 1, []string{"red"}},
		"grey":    {colouredPages(7, 595, 842, 0), image.Pt(200, 283), 7, []string{"black"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := e.Draw(t.Context(), bytes.NewReader(c.pdf.file()), c.first, 6, 200)
			if err != nil || len(all) != len(c.want) {
				t.Fatalf("%d pictures, %v", len(all), err)
			}
			for i, p := range all {
				if p.Bounds().Max != c.size {
					t.Errorf("page %d is %v, want %v", i+1, p.Bounds().Max, c.size)
				}
				x, y := float64(c.size.X), float64(c.size.Y)
				if got := colourAt(p, x*.25, y*.25) + " " + colourAt(p, x*.75, y*.75); got != "white "+c.want[i] {
					t.Errorf("page %d is %s", i+1, got)
				}
				if _, grey := p.(*image.Gray); grey != (c.want[i] == "black") {
					t.Errorf("page %d is %T", i+1, p)
				}
			}
		})
	}
}

// Whoever looks is told "no picture", soon, of whatever a document does to the one that
// draws it; the next document is drawn.
func TestDrawOfHostileDocuments(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	good := documenttest.PDF(3)
	for name, doc := range map[string][]byte{
		"endless":  documenttest.Slow(1, 20000),
		"cut off":  good[:len(good)/3],
		"rubbish":  append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte{0xff, 0, '<', '<'}, 5000)...),
		"no pages": pdfPages(0).file(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := e.Draw(t.Context(), bytes.NewReader(doc), 1, 6, 200)
			wantRefusal(t, err, "document-stuck")
			if all != nil {
				t.Errorf("it has %d pictures", len(all))
			}
		})
	}
	if _, err := e.Draw(t.Context(), strings.NewReader("GIF89a"), 1, 6, 200); fault.As(err) == nil {
		t.Errorf("what is no PDF ended with %v", err)
	}
	if all, err := e.Draw(t.Context(), bytes.NewReader(good), 1, 6, 200); err != nil || len(all) != 3 {
		t.Errorf("the good one has %d pictures, %v", len(all), err)
	}
	if _, err := e.Draw(t.Context(), bytes.NewReader(good), 4, 6, 200); err == nil {
		t.Error("a page that there is not was drawn")
	}
}

func TestDrawKeepsItsBounds(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for _, c := range [][3]int{{0, 1, 100}, {1, 0, 100}, {1, MostDrawn + 1, 100}, {1, 1, 0}, {1, 1, WidestDrawn + 1}} {
		if _, err := e.Draw(t.Context(), bytes.NewReader(documenttest.PDF(1)), c[0], c[1], c[2]); err == nil {
			t.Errorf("%v was drawn", c)
		}
	}
}

// A child that was taken over gets nothing through but pixels, as many as it says.
func TestDrawBelievesNoChild(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does string
		good bool
	}{
		"as it should":   {`printf abcd >&4; echo '{"shapes":[{"w":2,"h":2,"grey":true}]}'`, true},
		"too few pixels": {`printf abc >&4; echo '{"shapes":[{"w":2,"h":2,"grey":true}]}'`, false},
		"too wide":       {`echo '{"shapes":[{"w":201,"h":2,"grey":true}]}'`, false},
		"too high":       {`echo '{"shapes":[{"w":2,"h":301,"grey":true}]}'`, false},
		"negative":       {`echo '{"shapes":[{"w":-2,"h":-2,"grey":true}]}'`, false},
		"too many":       {`printf abcdefgh >&4; echo '{"shapes":[{"w":1,"h":1,"grey":true},{"w":1,"h":1,"grey":true},{"w":1,"h":1,"grey":true}]}'`, false},
		"nothing":        {`echo '{}'`, false},
		"rubbish":        {`echo '<svg>'`, false},
		"too much":       {`printf '{"shapes":"%05000d"}' 1`, false},
		"crashes":        {`kill -SEGV $$`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, func(o *Options) { o.CacheDir, o.Executable = fakeChild(t, "echo ready; "+c.does) })
			all, err := e.Draw(t.Context(), strings.NewReader("%PDF-1.4"), 1, 2, 200)
			if c.good {
				if err != nil || len(all) != 1 || all[0].Bounds().Max != image.Pt(2, 2) {
					t.Errorf("%v, %v", all, err)
				}
				return
			}
			wantRefusal(t, err, "document-stuck")
		})
	}
}

// Which pages have colour is known page by page, also of those that a second child looked at.
func TestTinted(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	var out bytes.Buffer
	facts, err := e.Prepare(t.Context(), bytes.NewReader(documenttest.Coloured(20, 1, 8, 9, 20)), Work{Colour: true}, &out)
	if err != nil || facts.Colour != 4 {
		t.Fatalf("%+v, %v", facts, err)
	}
	var pages []int
	for i := range 32 {
		if facts.Tinted.Has(i) {
			pages = append(pages, i+1)
		}
	}
	if !slices.Equal(pages, []int{1, 8, 9, 20}) {
		t.Errorf("pages %v have colour", pages)
	}
	for _, c := range []struct {
		s    sight
		fits bool
	}{
		{sight{Seen: 9, Colour: 2, Tinted: Marks{1, 1}}, true}, {sight{Seen: 8, Colour: 2, Tinted: Marks{1, 1}}, false},
		{sight{Seen: 9, Colour: 1, Tinted: Marks{1, 1}}, false}, {sight{Seen: 9, Colour: 2, Tinted: Marks{1, 2}}, false},
		{sight{Seen: 21}, false}, {sight{Seen: -1}, false}, {sight{Seen: 8, Tinted: Marks{0, 0}}, false}, {sight{}, true},
	} {
		if c.s.fits(20) != c.fits {
			t.Errorf("%+v fits: %v", c.s, !c.fits)
		}
	}
}

// BenchmarkDraw is how long somebody waits for the first six pages of a text, with the
// pictures as they are sent: at p95, with a child that waited and without.
func BenchmarkDraw(b *testing.B) {
	pdf := made(b, "out.pdf", "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", "-sOutputFile={out}", written(b, "in.ps",
		"%!\n/Times-Roman findfont 11 scalefont setfont 1 1 12 { pop 1 1 60 { 13 mul 30 exch moveto (The quick brown fox jumps over the lazy dog, and prints what it saw.) show } for showpage } for\n"))
	for _, easels := range []int{0, 1} {
		b.Run(fmt.Sprintf("%d waiting", easels), func(b *testing.B) {
			e := newEngine(b, func(o *Options) { o.Easels = easels })
			if err := e.warm(context.Background()); err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				all, err := e.Draw(b.Context(), bytes.NewReader(pdf), 1, 6, 320)
				if err != nil || len(all) != 6 {
					b.Fatalf("%d pictures, %v", len(all), err)
				}
				for _, p := range all {
					if err := jpeg.Encode(new(bytes.Buffer), p, nil); err != nil {
						b.Fatal(err)
					}
				}
				took = append(took, time.Since(began))
				time.Sleep(500 * time.Millisecond) // people look at what they see
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Milliseconds()), "ms/p95")
			b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "ms/p50")
		})
	}
}
