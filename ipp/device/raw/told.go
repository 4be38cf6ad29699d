package raw

import (
	"slices"
	"strings"

	"inkwell/internal/fault"
	"inkwell/release"
)

// sheets are the sizes that PJL has a name for, as people call them, as IPP does, and as
// PJL does.
var sheets = []struct{ name, media, pjl string }{
	{"A4", release.A4, "A4"}, {"A3", "iso_a3_297x420mm", "A3"}, {"A5", "iso_a5_148x210mm", "A5"}, {"A6", "iso_a6_105x148mm", "A6"},
	{"B4", "jis_b4_257x364mm", "JISB4"}, {"B5", "jis_b5_182x257mm", "JISB5"},
	{"letter", "na_letter_8.5x11in", "LETTER"}, {"legal", "na_legal_8.5x14in", "LEGAL"}, {"ledger", "na_ledger_11x17in", "LEDGER"},
}

var (
	format = fault.New(fault.Unsupported, "printer-format",
		"Inkwell sends PDF. For a printer that takes something else make a queue with its driver on a CUPS server, and add that: ipp://SERVER/printers/QUEUE")
	size = fault.New(fault.Invalid, "printer-size", "The sizes of paper are A4, A3, A5, A6, B4, B5, letter, legal and ledger. Name the usual one first.")
)

// Told is what IT says of a printer that cannot say it itself: what it takes, whether it
// prints on both sides and in colour, and its sizes of paper, the usual one first.
func Told(takes string, duplex, colour bool, sizes []string) (release.Capabilities, error) {
	can := release.Capabilities{
		Asked: true, Formats: []string{"application/pdf"}, Sides: []string{"one-sided"}, ColorModes: []string{"monochrome"},
		Handlings: []string{"separate-documents-collated-copies", "separate-documents-uncollated-copies"},
	}
	if !strings.EqualFold(takes, can.Formats[0]) {
		return can, format
	}
	if duplex {
		can.Sides = append(can.Sides, "two-sided-long-edge", "two-sided-short-edge")
	}
	if colour {
		can.ColorModes = append(can.ColorModes, "color", "auto")
	}
	for _, name := range sizes {
		i := slices.IndexFunc(sheets, func(s struct{ name, media, pjl string }) bool {
			return strings.EqualFold(s.name, strings.TrimSpace(name))
		})
		if i < 0 {
			return can, size
		}
		can.Media = append(can.Media, sheets[i].media)
	}
	return can, nil
}
