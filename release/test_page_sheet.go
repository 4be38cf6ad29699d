package release

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TestPage is what stands on a test page. Whoever finds one on a printer reads where it
// belongs, and nobody's name.
type TestPage struct {
	School  string
	Printer string
	Place   Place
	Room    string
	Asset   string
	Printed time.Time // in the school's zone
}

// PDF draws the page on A4, with the fonts that every printer has, and inks named as such: what
// is missing on the paper is missing in the printer.
func (p TestPage) PDF() []byte {
	s := &sheet{}
	s.words(p)
	s.patches(500, "The inks, and two of them on each other", []patch{
		{"Cyan", "1 0 0 0 k"}, {"Magenta", "0 1 0 0 k"}, {"Yellow", "0 0 1 0 k"}, {"Black", "0 0 0 1 k"},
		{"Red", "0 1 1 0 k"}, {"Green", "1 0 1 0 k"}, {"Blue", "1 1 0 0 k"},
	})
	var greys []patch
	for percent := 0; percent <= 100; percent += 10 {
		greys = append(greys, patch{fmt.Sprintf("%d %%", percent), fmt.Sprintf("%.2f g", 1-float64(percent)/100)})
	}
	s.patches(385, "Greys: eleven steps, each a little darker", greys)
	s.lines(284)
	s.sizes(218)
	s.marks()
	return s.pdf()
}

// The page, in points, and how far what stands on it keeps from its edges.
const (
	sheetWidth, sheetHeight = 595, 842
	sheetLeft, sheetRight   = 57, 538
)

// words says which printer it is.
func (s *sheet) words(p TestPage) {
	s.text(sheetLeft, 770, 11, grey, p.School)
	s.text(sheetLeft, 728, fitting(p.Printer, 32, sheetRight-sheetLeft), bold, p.Printer)
	y := 694.0
	for _, fact := range [][2]string{
		{"Test page", p.Printed.Format("Monday 2 January 2006, 15:04")},
		{"Where", cmp.Or(p.Place.String(), p.Room, "not said yet")},
		{"Asset tag", cmp.Or(p.Asset, "none")},
	} {
		s.text(sheetLeft, y, 11, grey, fact[0])
		s.text(sheetLeft+80, y, fitting(fact[1], 11, sheetRight-sheetLeft-80), plain, fact[1])
		y -= 18
	}
	s.text(sheetLeft, 606, 9, grey, "Inkwell counts this page, and takes it from nobody's allowance. A colour that is missing, or a stripe in one of the")
	s.text(sheetLeft, 594, 9, grey, "fields, is the printer's. A printer without colour prints the upper row in greys.")
}

// patch is a field of a colour.
type patch struct{ name, fill string }

// patches are fields beside each other under a heading, their names below them.
func (s *sheet) patches(y float64, heading string, all []patch) {
	s.text(sheetLeft, y+58, 9, plain, heading)
	width := float64(sheetRight-sheetLeft) / float64(len(all))
	for i, p := range all {
		x := sheetLeft + float64(i)*width
		s.draw("%s %.2f %.2f %.2f 48 re f", p.fill, x, y, width)
		s.text(x, y-11, 8, grey, p.name)
	}
	s.draw("0.6 G 0.5 w %d %.2f %d 48 re S", sheetLeft, y, sheetRight-sheetLeft)
}

// lines are thin ones, of which the finest show how sharp a printer prints, and one whose
// length can be measured.
func (s *sheet) lines(y float64) {
	s.text(sheetLeft, y+58, 9, plain, "Lines")
	for i, width := range []float64{0.1, 0.25, 0.5, 1} {
		at := y + 40 - float64(i)*10
		s.draw("0 G %.2f w %d %.2f m %d %.2f l S", width, sheetLeft+60, at, sheetRight, at)
		s.text(sheetLeft, at-3, 8, grey, fmt.Sprintf("%g points", width))
	}
	const hundred = 100 / 25.4 * 72 // millimetres
	s.draw("0 G 0.5 w %d %.2f m %.2f %.2f l S", sheetLeft, y-14, sheetLeft+hundred, y-14)
	for n := range 11 {
		x := sheetLeft + float64(n)*hundred/10
		s.draw("%.2f %.2f m %.2f %.2f l S", x, y-18, x, y-10)
	}
	s.text(sheetLeft+hundred+10, y-17, 8, grey, "100 mm: less where the printer shrinks pages")
}

// sizes are letters from hardly readable on.
func (s *sheet) sizes(y float64) {
	for _, size := range []float64{4, 6, 8, 10, 12} {
		s.text(sheetLeft, y, size, plain, fmt.Sprintf("%g points: The five boxing wizards jump quickly. 0123456789", size))
		y -= size + 5
	}
}

// marks are corners ten millimetres from the edges of the paper: where they are missing, the
// printer does not reach.
func (s *sheet) marks() {
	const from, long = 10 / 25.4 * 72, 14
	for _, x := range []float64{from, sheetWidth - from} {
		for _, y := range []float64{from, sheetHeight - from} {
			dx, dy := float64(long), float64(long)
			if x > from {
				dx = -long
			}
			if y > from {
				dy = -long
			}
			s.draw("0 G 0.5 w %.2f %.2f m %.2f %.2f l %.2f %.2f l S", x+dx, y, x, y, x, y+dy)
		}
	}
	s.text(sheetLeft, from+2, 8, grey, "The corners are 10 mm from the paper's edges.")
}

// sheet is the content of a page (ISO 32000-1 section 8.4 on).
type sheet struct{ content bytes.Buffer }

// The looks of letters.
const (
	plain = "/P 0 g"
	grey  = "/P 0.35 g"
	bold  = "/B 0 g"
)

func (s *sheet) draw(format string, args ...any) { fmt.Fprintf(&s.content, format+"\n", args...) }

func (s *sheet) text(x, y, size float64, look, words string) {
	font, fill, _ := strings.Cut(look, " ")
	s.draw("BT %s %s %.2f Tf %.2f %.2f Td (%s) Tj ET", fill, font, size, x, y, escaped.Replace(latin(words)))
}

// fitting is the size at which words certainly fit into a width, at most so large.
func fitting(words string, most, width float64) float64 {
	const widest = 0.95 // of all letters, as a part of the size
	return min(most, width/(widest*float64(max(1, utf8.RuneCountInString(words)))))
}

var escaped = strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`)

// latin is text in the bytes of WinAnsiEncoding.
func latin(text string) string {
	var b strings.Builder
	for _, r := range lettered(text) {
		if at := strings.IndexRune(windows, r); at >= 0 {
			r = rune(0x80 + utf8.RuneCountInString(windows[:at]))
		}
		b.WriteByte(byte(r)) // #nosec G115 -- below 256
	}
	return b.String()
}

// lettered is text in the letters that the fonts of printers have (WinAnsiEncoding): what is not
// among them loses its accent, or is a question mark.
func lettered(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x20 && r < 0x7f || r >= 0xa0 && r <= 0xff || r > 0xff && strings.ContainsRune(windows, r) {
			return r
		}
		if base := norm.NFD.String(string(r)); base[0] >= 0x20 && base[0] < 0x7f {
			return rune(base[0])
		}
		return '?'
	}, unaccented.Replace(text))
}

// unaccented are letters that are not their base with an accent, for Unicode.
var unaccented = strings.NewReplacer("ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ı", "i")

// windows is what WinAnsiEncoding has from 0x80 to 0x9f; a bullet stands where it has nothing.
const windows = "€•‚ƒ„…†‡ˆ‰Š‹Œ•Ž••‘’“”•–—˜™š›œ•žŸ"

// pdf is the document of the page.
func (s *sheet) pdf() []byte {
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</P 5 0 R/B 6 0 R>>>>/Contents 4 0 R>>", sheetWidth, sheetHeight),
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", s.content.Len(), s.content.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
	}
	var file bytes.Buffer
	var table strings.Builder
	file.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	for i, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", file.Len())
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	at := file.Len()
	fmt.Fprintf(&file, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table.String(), len(objects)+1, at)
	return file.Bytes()
}
