package simulate

import "inkwell/ipp/wire"

const (
	maxCopies  = 99
	resolution = 600
	margin     = 423 // hundredths of a millimetre, on every side
)

var (
	scalings  = []string{"auto", "auto-fit", "fill", "fit", "none"}
	handlings = []string{"separate-documents-collated-copies", "separate-documents-uncollated-copies"}
	formats   = []string{"application/pdf", "application/octet-stream"}
)

func (s size) dimensions() wire.Attributes {
	return wire.Attributes{wire.Integer("x-dimension", s.x), wire.Integer("y-dimension", s.y)}
}

// mediaCol is what lies in a tray as a media-col (PWG 5100.7).
func (t Tray) mediaCol() wire.Attributes {
	return wire.Attributes{
		wire.Keyword("media-key", t.Media),
		wire.Collection("media-size", sizeNamed(t.Media).dimensions()),
		wire.Keyword("media-size-name", t.Media),
		wire.Integer("media-bottom-margin", margin),
		wire.Integer("media-left-margin", margin),
		wire.Integer("media-right-margin", margin),
		wire.Integer("media-top-margin", margin),
		wire.Keyword("media-source", t.Source),
		wire.Keyword("media-type", t.Type),
	}
}

func (m Model) mediaCols() []wire.Attributes {
	cols := make([]wire.Attributes, len(m.Trays))
	for i, t := range m.Trays {
		cols[i] = t.mediaCol()
	}
	return cols
}

// templateAttributes is what the printer can do with a job: the job-template
// group of Get-Printer-Attributes (RFC 8011 5.2, PWG 5100.14).
func (m Model) templateAttributes() []wire.Attribute {
	var sizes []wire.Attributes
	for _, name := range m.media() {
		sizes = append(sizes, sizeNamed(name).dimensions())
	}
	return []wire.Attribute{
		wire.Integer("copies-default", 1),
		wire.Range("copies-supported", wire.IntRange{Lower: 1, Upper: maxCopies}),
		wire.Enum("finishings-default", 3),
		wire.Enum("finishings-supported", m.finishings()...),
		wire.Integer("job-priority-default", 50),
		wire.Integer("job-priority-supported", 1),
		wire.Keyword("job-sheets-default", "none"),
		wire.Keyword("job-sheets-supported", "none"),
		wire.Integer("media-bottom-margin-supported", margin),
		wire.Integer("media-left-margin-supported", margin),
		wire.Integer("media-right-margin-supported", margin),
		wire.Integer("media-top-margin-supported", margin),
		wire.Collection("media-col-default", m.Trays[0].mediaCol()),
		wire.Collection("media-col-ready", m.mediaCols()...),
		wire.Keyword("media-col-supported", "media-bottom-margin", "media-left-margin", "media-right-margin",
			"media-size", "media-size-name", "media-source", "media-top-margin", "media-type"),
		wire.Keyword("media-default", m.Trays[0].Media),
		wire.Keyword("media-ready", m.media()...),
		wire.Collection("media-size-supported", sizes...),
		wire.Keyword("media-source-supported", m.sources()...),
		wire.Keyword("media-supported", m.media()...),
		wire.Keyword("media-type-supported", m.types()...),
		wire.Keyword("multiple-document-handling-default", handlings[0]),
		wire.Keyword("multiple-document-handling-supported", handlings...),
		wire.Integer("number-up-default", 1),
		wire.Integer("number-up-supported", 1),
		wire.Enum("orientation-requested-default", 3),
		wire.Enum("orientation-requested-supported", 3, 4, 5, 6),
		wire.Keyword("output-bin-default", m.Bins[0]),
		wire.Keyword("output-bin-supported", m.Bins...),
		wire.Boolean("page-ranges-supported", true),
		wire.Keyword("print-color-mode-default", m.colorModes()[0]),
		wire.Keyword("print-color-mode-supported", m.colorModes()...),
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
		wire.Keyword("sides-supported", m.sides()...),
	}
}
