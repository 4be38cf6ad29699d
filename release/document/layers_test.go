package document

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/release/document/documenttest"
)

// worksheet is a PDF with a black line on each page that prints, and a red one of a layer
// that is switched off: by the document, or for printing alone.
func worksheet(pages int, off, usage string) []byte {
	kids, all := "", []string{
		"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [3 0 R] /D << " + off + " >> >> >>", "",
		"<< /Type /OCG /Name (Answers) " + usage + " >>",
	}
	for i := range pages {
		page := "0 0 0 rg 50 700 300 20 re f"
		if i%2 == 0 { // the others have no answers
			page += " /OC /A BDC 1 0 0 rg 50 600 300 20 re f EMC"
		}
		n := len(all) + 1
		kids += fmt.Sprintf("%d 0 R ", n)
		all = append(all,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Properties << /A 3 0 R >> >> >>", n+1),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(page), page))
	}
	all[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, pages)
	return documenttest.Objects(all...)
}

// A layer that is switched off does not come out: the answers of a worksheet.
func TestALayerThatIsOffDoesNotPrint(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for _, c := range []struct {
		name, config, usage string
		work                Work
		pages, red          int
	}{
		{"on", "/ON [3 0 R]", "", Work{}, 4, 2},
		{"off", "/OFF [3 0 R]", "", Work{}, 4, 0},
		{"off for all but those named", "/BaseState /OFF", "", Work{}, 4, 0},
		{"off where it prints", "/AS [<< /Event /Print /Category [/Print] /OCGs [3 0 R] >>]", "/Usage << /Print << /PrintState /OFF >> >>", Work{}, 4, 0},
		{"off where it prints, by a layer that says much", "/AS [<< /Event /Print /Category [/Print] /OCGs [3 0 R] >>]",
			"/Usage << /Print << /PrintState /OFF >> /CreatorInfo << /Creator (" + strings.Repeat("Drawn ", 9000) + ") >> >> /Said (" + strings.Repeat("much ", 9000) + ")", Work{}, 4, 0},
		{"off, a page of it", "/OFF [3 0 R]", "", Work{Pages: []Range{{First: 3, Last: 3}}}, 1, 0},
		{"off, two on a side", "/OFF [3 0 R]", "", Work{NumberUp: 2}, 2, 0},
		{"on, two on a side", "/ON [3 0 R]", "", Work{NumberUp: 2}, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := c.work
			w.Format, w.Colour = PDF, true
			var out bytes.Buffer
			facts, err := e.Prepare(t.Context(), bytes.NewReader(worksheet(4, c.config, c.usage)), w, &out)
			if err != nil || facts.Pages != c.pages || facts.Colour != c.red {
				t.Errorf("%+v, %v; want %d pages, %d of them with red", facts, err, c.pages, c.red)
			}
			printed := inked(t, out.Bytes())
			if red := len(printed) - len(slices.DeleteFunc(slices.Clone(printed), func(red bool) bool { return red })); len(printed) != c.pages || red != c.red {
				t.Errorf("Ghostscript prints red on %v", printed)
			}
			if c.work.NumberUp == 0 {
				for i, dark := range darkAt(t, out.Bytes(), [2]int{200, 710}, [2]int{200, 610}, [2]int{20, 710}) {
					if want := []bool{true, c.red > 0 && i%2 == 0, false}; !slices.Equal(dark, want) {
						t.Errorf("page %d is dark at %v, want %v", i+1, dark, want)
					}
				}
			}
		})
	}
}

// A layer that says more of itself than anybody's is refused, and its document with it.
func TestALayerWithoutAnEndIsRefused(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	endless := worksheet(1, "/OFF [3 0 R]", "/Said ("+strings.Repeat("much", 300_000)+")")
	_, err := e.Prepare(t.Context(), bytes.NewReader(endless), Work{Format: PDF}, io.Discard)
	wantRefusal(t, err, "document-stuck")
}

// darkAt is where Ghostscript puts ink on each page, of places in points from its lower left.
func darkAt(t testing.TB, pdf []byte, places ...[2]int) (all [][]bool) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "in.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pnggray", "-r72", "-sOutputFile="+dir+"/%03d.png", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %.200s", err, out)
	}
	pages, err := filepath.Glob(dir + "/*.png")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, page := range pages {
		drawn, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := png.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		var dark []bool
		for _, at := range places {
			grey, _, _, _ := seen.At(at[0], seen.Bounds().Dy()-at[1]).RGBA()
			dark = append(dark, grey < 0xc000)
		}
		all = append(all, dark)
	}
	return all
}
