package simulate

import "inkwell/ipp/wire"

const (
	maxCopies  = 99
	resolution = 600
	outputBin  = "face-down"
	margin     = 423 // hundredths of a millimetre, on every side
)

var (
	sides      = []string{"one-sided", "two-sided-long-edge", "two-sided-short-edge"}
	colorModes = []string{"auto", "color", "monochrome"}
	scalings   = []string{"auto", "auto-fit", "fill", "fit", "none"}
	handlings  = []string{"separate-documents-collated-copies", "separate-documents-uncollated-copies"}
	formats    = []string{"application/pdf", "application/octet-stream"}
)

// size is a media size by its PWG 5101.1 name, in hundredths of a millimetre.
type size struct {
	name string
	x, y int
}

var mediaSizes = []size{
	{"iso_a4_210x297mm", 21000, 29700},
	{"iso_a5_148x210mm", 14800, 21000},
	{"iso_a3_297x420mm", 29700, 42000},
	{"na_letter_8.5x11in", 21590, 27940},
}

func mediaNames() []string {
	names := make([]string, len(mediaSizes))
	for i, m := range mediaSizes {
		names[i] = m.name
	}
	return names
}

func (s size) dimensions() wire.Attributes {
	return wire.Attributes{wire.Integer("x-dimension", s.x), wire.Integer("y-dimension", s.y)}
}

// mediaCol is the size as a media-col (PWG 5100.7).
func (s size) mediaCol() wire.Attributes {
	return wire.Attributes{
		wire.Keyword("media-key", s.name),
		wire.Collection("media-size", s.dimensions()),
		wire.Keyword("media-size-name", s.name),
		wire.Integer("media-bottom-margin", margin),
		wire.Integer("media-left-margin", margin),
		wire.Integer("media-right-margin", margin),
		wire.Integer("media-top-margin", margin),
		wire.Keyword("media-source", "main"),
		wire.Keyword("media-type", "stationery"),
	}
}

func mediaCols() []wire.Attributes {
	cols := make([]wire.Attributes, len(mediaSizes))
	for i, m := range mediaSizes {
		cols[i] = m.mediaCol()
	}
	return cols
}

// templateAttributes is what the printer can do with a job: the job-template
// group of Get-Printer-Attributes (RFC 8011 5.2, PWG 5100.14).
func templateAttributes() []wire.Attribute {
	sizes := make([]wire.Attributes, len(mediaSizes))
	for i, m := range mediaSizes {
		sizes[i] = m.dimensions()
	}
	return []wire.Attribute{
		wire.Integer("copies-default", 1),
		wire.Range("copies-supported", wire.IntRange{Lower: 1, Upper: maxCopies}),
		wire.Enum("finishings-default", 3),
		wire.Enum("finishings-supported", 3),
		wire.Integer("job-priority-default", 50),
		wire.Integer("job-priority-supported", 1),
		wire.Keyword("job-sheets-default", "none"),
		wire.Keyword("job-sheets-supported", "none"),
		wire.Integer("media-bottom-margin-supported", margin),
		wire.Integer("media-left-margin-supported", margin),
		wire.Integer("media-right-margin-supported", margin),
		wire.Integer("media-top-margin-supported", margin),
		wire.Collection("media-col-default", mediaSizes[0].mediaCol()),
		wire.Collection("media-col-ready", mediaCols()...),
		wire.Keyword("media-col-supported", "media-bottom-margin", "media-left-margin", "media-right-margin",
			"media-size", "media-size-name", "media-source", "media-top-margin", "media-type"),
		wire.Keyword("media-default", mediaSizes[0].name),
		wire.Keyword("media-ready", mediaNames()...),
		wire.Collection("media-size-supported", sizes...),
		wire.Keyword("media-source-supported", "auto", "main"),
		wire.Keyword("media-supported", mediaNames()...),
		wire.Keyword("media-type-supported", "auto", "stationery"),
		wire.Keyword("multiple-document-handling-default", handlings[0]),
		wire.Keyword("multiple-document-handling-supported", handlings...),
		wire.Integer("number-up-default", 1),
		wire.Integer("number-up-supported", 1),
		wire.Enum("orientation-requested-default", 3),
		wire.Enum("orientation-requested-supported", 3, 4, 5, 6),
		wire.Keyword("output-bin-default", outputBin),
		wire.Keyword("output-bin-supported", outputBin),
		wire.Boolean("page-ranges-supported", true),
		wire.Keyword("print-color-mode-default", "auto"),
		wire.Keyword("print-color-mode-supported", colorModes...),
		wire.Keyword("print-content-optimize-default", "auto"),
		wire.Keyword("print-content-optimize-supported", "auto"),
		wire.Enum("print-quality-default", 4),
		wire.Enum("print-quality-supported", 3, 4, 5),
		wire.Keyword("print-rendering-intent-default", "auto"),
		wire.Keyword("print-rendering-intent-supported", "auto"),
		wire.Keyword("print-scaling-default", "auto"),
		wire.Keyword("print-scaling-supported", scalings...),
		wire.DPI("printer-resolution-default", resolution),
		wire.DPI("printer-resolution-supported", resolution),
		wire.Keyword("sides-default", "one-sided"),
		wire.Keyword("sides-supported", sides...),
	}
}
