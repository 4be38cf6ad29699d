package document

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestCountLeaves(t *testing.T) {
	t.Parallel()
	five := pdfPages(5)
	kids := []string{"4 0 R", "6 0 R", "8 0 R", "10 0 R", "12 0 R"}
	for name, c := range map[string]struct {
		pdf  []byte
		want int // -1: an error
	}{
		"honest":                 {five.file(), 5},
		"count says 1":           {five.set(pagesRoot, pagesObject(kids, 1)).file(), 5},
		"count says 500,000":     {five.set(pagesRoot, pagesObject(kids, 500_000)).file(), 5},
		"no count":               {five.set(pagesRoot, "<</Type/Pages/Kids[4 0 R 6 0 R]>>").file(), 2},
		"no kids":                {pdfPages(0).file(), 0},
		"nested":                 {nestedPages().file(), 4},
		"one page three times":   {five.set(pagesRoot, pagesObject([]string{"4 0 R", "4 0 R", "4 0 R"}, 3)).file(), 3},
		"kids elsewhere":         {append(five.set(pagesRoot, "<</Kids 14 0 R>>"), "[4 0 R 6 0 R]").file(), 2},
		"a page is the root":     {five.set(pagesRoot, "<</Type/Page>>").file(), 1},
		"more than asked for":    {pdfPages(8).file(), 7},
		"brackets in strings":    {five.set(pagesRoot, `<</A(]\)>>()/Kids[)/B<5d3e3e>/C[[<</Kids[9 9 R]>>]]/Kids[4 0 R]>>`).file(), 1},
		"names like ours":        {five.set(pagesRoot, `<</X/Kids/Kids[4 0 R 6 0 R]/KidsX[4 0 R]>>`).file(), 2},
		"itself below it":        {five.set(pagesRoot, pagesObject([]string{"4 0 R", "2 0 R"}, 2)).file(), -1},
		"loop of two":            {nestedPages().set(12, "<</Kids[13 0 R]>>").set(13, "<</Kids[12 0 R]>>").file(), -1},
		"a page is missing":      {five.set(6, "").file(), -1},
		"a page is a number":     {five.set(6, "42").file(), -1},
		"a page is no reference": {five.set(pagesRoot, "<</Kids[<</Type/Page>>]>>").file(), -1},
		"no root":                {five.set(1, "<</Type/Catalog>>").file(), -1},
		"deeper than allowed":    {deepTree(maxTreeDepth + 2), -1},
		"endless empty nodes":    {emptyNodes(), -1},
		"a deep dictionary":      {five.set(6, strings.Repeat("<</D", 99)+" 0"+strings.Repeat(">>", 99)).file(), -1},
		"a dictionary of MiBs":   {five.set(6, "<</D("+strings.Repeat("x", maxObjectBytes)+")>>").file(), -1},
		"unfinished dictionary":  {five.set(6, "<</Type/Page").file()[:400], -1},
		"another object there":   {bytes.Replace(five.file(), []byte("6 0 obj"), []byte("7 0 obj"), 1), -1},
		"no table":               {bytes.Replace(five.file(), []byte("xref"), []byte("fred"), 1), -1},
		"table nowhere":          {[]byte("%PDF-1.4\nstartxref\n99999\n%%EOF"), -1},
		"table at a bad place":   {[]byte("%PDF-1.4\nstartxref\n-1\n%%EOF"), -1},
		"too many objects":       {[]byte("xref\n0 99999999999\ntrailer<<>>\nstartxref\n0\n%%EOF"), -1},
		"objects out of range":   {[]byte("xref\n9223372036854775807 2\ntrailer<<>>\nstartxref\n0\n%%EOF"), -1},
		"a table without end":    {[]byte("xref\n0 9\n0000000000 00000 n\nstartxref\n0\n%%EOF"), -1},
		"nothing":                {nil, -1},
	} {
		got, err := countLeaves(bytes.NewReader(c.pdf), int64(len(c.pdf)), 6)
		if (err != nil) != (c.want < 0) || err == nil && got != c.want {
			t.Errorf("%s: %d leaves, %v, want %d", name, got, err, c.want)
		}
	}
}

// emptyNodes is a tree of 10 x 10 x 10 x ... nodes and no page at all.
func emptyNodes() []byte {
	objects := pdfPages(1)
	first := len(objects) + 1
	for i := range 12 {
		below := fmt.Sprintf("%d 0 R ", first+i+1)
		objects = append(objects, "<</Kids["+strings.Repeat(below, 10)+"]>>")
	}
	objects = append(objects, "<</Kids[]>>")
	return objects.set(pagesRoot, fmt.Sprintf("<</Kids[%d 0 R]>>", first)).file()
}

func FuzzCountLeaves(f *testing.F) {
	f.Add(pdfPages(3).file())
	f.Add(nestedPages().file())
	f.Add([]byte("xref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		const most = 10
		n, err := countLeaves(bytes.NewReader(pdf), int64(len(pdf)), most)
		if n < 0 || n > most+1 || err != nil && n != 0 {
			t.Errorf("%d leaves, %v", n, err)
		}
	})
}
