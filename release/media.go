package release

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"inkwell/release/document"
)

// A4 is the sheet of a job that asks for none.
const A4 = "iso_a4_210x297mm"

// MediaSize is the width and height that a self-describing media name (PWG 5101.1)
// tells, in hundredths of a millimetre; false for a roll, for the ends of a range
// of custom sizes, and for a name that tells nothing.
func MediaSize(name string) (x, y int, ok bool) {
	m, ok := document.ReadMedia(name)
	return m.X, m.Y, ok && m.X > 0
}

// MediaLabel is how people call a sheet: "A3" for iso_a3_297x420mm.
func MediaLabel(name string) string {
	m, ok := document.ReadMedia(name)
	if !ok {
		return "other"
	}
	if series.MatchString(m.Name) {
		return strings.ToUpper(m.Name)
	}
	words := strings.Fields(strings.ReplaceAll(m.Name, "-", " "))
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

var series = regexp.MustCompile(`^[abc][0-9]{1,2}$`)

// everySize are the sheets that are known by their size alone.
var everySize = []string{
	A4, "iso_a3_297x420mm", "iso_a5_148x210mm", "iso_a6_105x148mm", "iso_b4_250x353mm", "iso_b5_176x250mm", "iso_c5_162x229mm",
	"iso_dl_110x220mm", "iso_sra3_320x450mm", "jis_b4_257x364mm", "jis_b5_182x257mm", "na_letter_8.5x11in", "na_legal_8.5x14in",
	"na_ledger_11x17in", "na_executive_7.25x10.5in", "na_index-4x6_4x6in", "na_number-10_4.125x9.5in",
}

// MediaNamed is the name of a sheet by its size in hundredths of a millimetre,
// within half a millimetre, or one of our making (PWG 5101.1) for a size without
// name; "" for what is no size.
func MediaNamed(x, y int) string {
	if x <= 0 || y <= 0 || x > document.LongestEdge || y > document.LongestEdge {
		return ""
	}
	near := func(a, b int) bool { return a-b <= 50 && b-a <= 50 }
	for _, name := range everySize {
		if w, h, _ := MediaSize(name); near(w, x) && near(h, y) {
			return name
		}
	}
	mm := func(n int) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }
	return fmt.Sprintf("custom_%sx%smm_%sx%smm", mm(x), mm(y), mm(x), mm(y))
}
