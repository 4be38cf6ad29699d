package document

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Whatever a good document looks like inside, the rebuilt one has exactly its
// pages, and a reader that is not ours agrees.
func TestPrepareRebuildsWhatIsThere(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	three := pdfPages(3).file()
	for name, c := range map[string]struct {
		pdf   []byte
		pages int
	}{
		"one page":       {pdfPages(1).file(), 1},
		"three pages":    {three, 3},
		"300 pages":      {pdfPages(300).file(), 300},
		"nested tree":    {nestedPages().file(), 4},
		"one page twice": {pdfPages(2).set(pagesRoot, pagesObject([]string{"4 0 R", "6 0 R", "4 0 R"}, 3)).file(), 3},
		"object streams": {qpdf(t, three, "--object-streams=generate", "{in}", "{out}"), 3},
		"linearised":     {qpdf(t, three, "--linearize", "{in}", "{out}"), 3},
		"owner password": {qpdf(t, three, "--encrypt", "", "owner", "256", "--", "{in}", "{out}"), 3},
		"linearised lie": {lyingLinearised(t, three), 3},
		// What the count hides cannot print: the copy has one page, for any reader.
		"count says 1 of 5":    {pdfPages(5).set(pagesRoot, pagesObject([]string{"4 0 R", "6 0 R", "8 0 R", "10 0 R", "12 0 R"}, 1)).file(), 1},
		"count of a billion":   {pdfPages(2).set(pagesRoot, pagesObject([]string{"4 0 R", "6 0 R"}, 1_000_000_000)).file(), 2},
		"broken table":         {bytes.Replace(three, []byte("startxref"), []byte("startxxxx"), 1), 3},
		"huge media box":       {withPage("/MediaBox[0 0 1e9 1e9]"), 1},
		"no media box":         {withPage(""), 1},
		"page of a mebibyte":   {pdfPages(1).set(5, rawStream("", strings.Repeat("0 0 m ", 1<<17))).file(), 1},
		"strings with nesting": {withPage(`/MediaBox[0 0 9 9]/Note(a\)(b)>>/Kids[)/Other<2829>`), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts, rebuilt, err := prepared(t, e, c.pdf)
			if err != nil {
				t.Fatal(err)
			}
			if facts.Pages != c.pages {
				t.Errorf("counted %d pages, want %d", facts.Pages, c.pages)
			}
			if n := qpdfPages(t, rebuilt); n != c.pages {
				t.Errorf("the rebuilt document has %d pages, want %d", n, c.pages)
			}
		})
	}
}

func nestedPages() pdfObjects {
	objects := pdfPages(4) // pages are objects 4, 6, 8, 10
	objects = append(objects,
		"<</Type/Pages/Parent 2 0 R/Kids[4 0 R 6 0 R]/Count 2>>",
		"<</Type/Pages/Parent 2 0 R/Kids[8 0 R 14 0 R]/Count 2>>",
		"<</Type/Pages/Parent 13 0 R/Kids[10 0 R]/Count 1>>")
	return objects.set(pagesRoot, pagesObject([]string{"12 0 R", "13 0 R"}, 4))
}

func withPage(entries string) []byte {
	return pdfPages(1).set(4, "<</Type/Page/Parent 2 0 R/Contents 5 0 R"+entries+">>").file()
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.MaxPages = 100; o.MaxBytes = 1 << 20 })
	five := pdfPages(5)
	kids := []string{"4 0 R", "6 0 R", "8 0 R", "10 0 R", "12 0 R"}
	whole := five.file()
	for name, c := range map[string]struct {
		pdf  []byte
		code string
	}{
		"count says 9 of 5":        {five.set(pagesRoot, pagesObject(kids, 9)).file(), "document-damaged"},
		"page in its own tree":     {five.set(pagesRoot, pagesObject([]string{"4 0 R", "2 0 R"}, 2)).file(), "document-damaged"},
		"page that is not there":   {five.set(pagesRoot, pagesObject([]string{"4 0 R", "99 0 R"}, 2)).file(), "document-damaged"},
		"page that is a number":    {five.set(6, "42").file(), "document-damaged"},
		"no pages":                 {pdfPages(0).file(), "document-empty"},
		"no page tree":             {five.set(1, "<</Type/Catalog>>").file(), "document-empty"},
		"truncated":                {whole[:len(whole)/3], "document-damaged"},
		"header alone":             {[]byte("%PDF-1.4\n"), "document-damaged"},
		"text after a PDF header":  {[]byte("%PDF-1.4\n" + strings.Repeat("Dear Sir or Madam\n", 99)), "document-damaged"},
		"text called PDF":          {[]byte("Dear Sir or Madam"), "format-mismatch"},
		"PJL around a PDF":         {append([]byte("\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n"), whole...), "format-mismatch"},
		"nothing":                  {nil, "document-empty"},
		"user password":            {qpdf(t, whole, "--encrypt", "user", "owner", "256", "--", "{in}", "{out}"), "document-password"},
		"user password, 128 bit":   {qpdf(t, whole, "--encrypt", "user", "owner", "128", "--use-aes=y", "--", "{in}", "{out}"), "document-password"},
		"101 pages of 100":         {pdfPages(101).file(), "document-too-long"},
		"500,000 pages claimed":    {five.set(pagesRoot, pagesObject(kids, 500_000)).file(), "document-too-long"},
		"too many bytes sent":      {append(bytes.Clone(whole), make([]byte, 1<<20)...), "document-too-large"},
		"too many bytes when done": {packedBallast(t), "document-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := prepared(t, e, c.pdf)
			wantRefusal(t, err, c.code)
		})
	}
}

// lyingLinearised is a linearised file whose first dictionary promises one page:
// readers that believe it do not look at the page tree.
func lyingLinearised(t *testing.T, pdf []byte) []byte {
	linearised := qpdf(t, pdf, "--linearize", "{in}", "{out}")
	lie := bytes.Replace(linearised, []byte("/N 3"), []byte("/N 1"), 1)
	if bytes.Equal(lie, linearised) {
		t.Fatal("qpdf writes its linearisation in another way now")
	}
	return lie
}

// packedBallast is small as sent, because its objects are compressed together, and
// over a mebibyte when they are written out.
func packedBallast(t *testing.T) []byte {
	objects := pdfPages(1)
	entry := "(" + strings.Repeat("ballast ", 500) + ")"
	var refs []string
	for range 500 {
		objects = append(objects, entry)
		refs = append(refs, fmt.Sprintf("%d 0 R", len(objects)))
	}
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R/Ballast[" + strings.Join(refs, " ") + "]>>"
	packed := qpdf(t, objects.set(4, page).file(), "--object-streams=generate", "{in}", "{out}")
	if len(packed) > 1<<18 {
		t.Fatalf("the ballast has %d bytes packed", len(packed))
	}
	return packed
}

func TestPrepareSomePages(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	ten := pdfPages(10).file()
	for name, c := range map[string]struct {
		pages []Range
		want  []int
	}{
		"all":            {nil, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		"the first":      {[]Range{{1, 1}}, []int{1}},
		"the end":        {[]Range{{8, 10}}, []int{8, 9, 10}},
		"two ranges":     {[]Range{{2, 3}, {7, 7}}, []int{2, 3, 7}},
		"beyond the end": {[]Range{{9, 99}, {200, 300}}, []int{9, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			facts, err := e.Prepare(context.Background(), bytes.NewReader(ten), Work{Pages: c.pages}, &out)
			if err != nil {
				t.Fatal(err)
			}
			if n := qpdfPages(t, out.Bytes()); facts.Pages != len(c.want) || n != len(c.want) {
				t.Errorf("%d pages and %d real ones, want %d", facts.Pages, n, len(c.want))
			}
			text := pageTexts(t, out.Bytes())
			for page := 1; page <= 10; page++ {
				if there := strings.Contains(text, fmt.Sprintf("page %d of 10", page)); there != slices.Contains(c.want, page) {
					t.Errorf("page %d is there: %t", page, there)
				}
			}
		})
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for _, pages := range [][]Range{{{11, 12}}, {{0, 3}}, {{5, 4}}, {{-1, -1}}, make([]Range, maxRanges+1)} {
		var out bytes.Buffer
		_, err := e.Prepare(context.Background(), bytes.NewReader(pdfPages(10).file()), Work{Pages: pages}, &out)
		wantRefusal(t, err, "document-range")
	}
}

// pageTexts is the content of all pages, unpacked.
func pageTexts(t *testing.T, pdf []byte) string {
	return string(qpdf(t, pdf, "--qdf", "--object-streams=disable", "{in}", "{out}"))
}

// The rebuilt document is itself a good one, and stays as it is.
func TestPrepareTwice(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	_, once, err := prepared(t, e, pdfPages(7).file())
	if err != nil {
		t.Fatal(err)
	}
	facts, _, err := prepared(t, e, once)
	if err != nil || facts.Pages != 7 {
		t.Fatalf("rebuilt twice: %+v, %v", facts, err)
	}
}
