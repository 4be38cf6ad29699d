package release

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A4 is the sheet of a job that asks for none.
const A4 = "iso_a4_210x297mm"

// selfDescribing takes a media name apart (PWG 5101.1): class, size name, width,
// height, unit.
var selfDescribing = regexp.MustCompile(`^([a-z]+)_([A-Za-z0-9.-]+)_([0-9]{1,5}(?:\.[0-9]{1,4})?)x([0-9]{1,5}(?:\.[0-9]{1,4})?)(mm|in)$`)

// longestEdge is the longest edge of a sheet that we believe in: two metres.
const longestEdge = 200_000

// MediaSize is the width and height that a self-describing media name (PWG 5101.1)
// tells, in hundredths of a millimetre; false for a roll, for the ends of a range
// of custom sizes, and for a name that tells nothing.
func MediaSize(name string) (x, y int, ok bool) {
	part := selfDescribing.FindStringSubmatch(name)
	if part == nil || part[1] == "roll" || strings.HasPrefix(part[2], "min") || strings.HasPrefix(part[2], "max") {
		return 0, 0, false
	}
	unit := map[string]float64{"mm": 100, "in": 2540}[part[5]]
	x, y = hundredths(part[3], unit), hundredths(part[4], unit)
	return x, y, x > 0 && y > 0 && x <= longestEdge && y <= longestEdge
}

func hundredths(number string, unit float64) int {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	return int(math.Round(f * unit))
}

// MediaLabel is how people call a sheet: "A3" for iso_a3_297x420mm.
func MediaLabel(name string) string {
	part := selfDescribing.FindStringSubmatch(name)
	if part == nil {
		return "other"
	}
	if series.MatchString(part[2]) {
		return strings.ToUpper(part[2])
	}
	words := strings.Fields(strings.ReplaceAll(part[2], "-", " "))
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
	if x <= 0 || y <= 0 || x > longestEdge || y > longestEdge {
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
