package device

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"
	"github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// abilities are the attributes that tell what a printer can do (RFC 8011 5.2 and
// 5.4, PWG 5100.2, 5100.7, 5100.13). media-col-database is not among them: it is
// long, and the sizes are known by their names.
var abilities = []string{
	"color-supported", "copies-supported", "document-format-supported", "finishings-supported", "media-col-ready", "media-default", "media-ready",
	"marker-colors", "marker-levels", "marker-names", "marker-types",
	"media-source-supported", "media-supported", "media-type-supported", "multiple-document-handling-supported",
	"output-bin-supported", "pages-per-minute", "pages-per-minute-color", "print-color-mode-supported", "print-quality-supported",
	"print-scaling-supported", "printer-resolution-supported", "printer-supply", "printer-supply-description",
	"pwg-raster-document-resolution-supported", "pwg-raster-document-sheet-back", "pwg-raster-document-type-supported",
	"sides-supported", "urf-supported",
	"media-bottom-margin-supported", "media-left-margin-supported", "media-right-margin-supported", "media-top-margin-supported",
}

// abilityLimits bounds the answer: the longest ones seen have some 30 KiB.
var abilityLimits = wire.Limits{Bytes: 256 << 10, Depth: 8, Attributes: 5000, Values: 1000}

// Capabilities asks the printer what it can do (Get-Printer-Attributes, RFC 8011
// 4.2.5). Values of another type than theirs are left out, the rest is as the
// printer says it.
func (p *Printer) Capabilities(ctx context.Context) (release.Capabilities, error) {
	req := p.request(ipp.OperationGetPrinterAttributes)
	req.OperationAttributes["requested-attributes"] = abilities
	reply, err := p.askWhole(ctx, req, abilityLimits)
	if err != nil {
		return release.Capabilities{}, err
	}
	return readCapabilities(reply.First(wire.PrinterGroup)), nil
}

// askWhole sends a request without a document and returns the reply with its
// collections, which go-ipp would lose its place in.
func (p *Printer) askWhole(ctx context.Context, req *ipp.Request, limits wire.Limits) (*wire.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, p.o.Ask)
	defer cancel()
	id, op := req.RequestId, wire.Op(req.Operation) // #nosec G115 -- a registered operation
	head, err := req.Encode()
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", op, err)
	}
	var reply *wire.Message
	err = p.http.post(ctx, p.url, head, &source{}, func(body io.Reader) (err error) {
		reply, err = wire.ReadReply(body, limits)
		return err
	})
	if err == nil {
		err = classify(reply.Status())
	}
	asked := uint32(id) // #nosec G115 -- 30 bits
	if err == nil && reply.RequestID != asked {
		err = errOther
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return reply, nil
}

func readCapabilities(a wire.Attributes) release.Capabilities {
	return release.Capabilities{
		Media:       defaultFirst(words(a, "media-supported"), word(a, "media-default")),
		Loaded:      loaded(a),
		Sources:     words(a, "media-source-supported"),
		Types:       words(a, "media-type-supported"),
		Sides:       words(a, "sides-supported"),
		ColorModes:  colorModes(a),
		Copies:      copies(a),
		Finishings:  numbers(a, "finishings-supported"),
		Bins:        words(a, "output-bin-supported"),
		Qualities:   numbers(a, "print-quality-supported"),
		Resolutions: resolutions(a, "printer-resolution-supported"),
		Handlings:   words(a, "multiple-document-handling-supported"),
		Scalings:    words(a, "print-scaling-supported"),
		Formats:     words(a, "document-format-supported"),
		Raster:      rasters(a),
		Speed:       number(a, "pages-per-minute"),
		ColorSpeed:  number(a, "pages-per-minute-color"),
		Supplies:    supplies(a),
	}
}

// copies is the upper bound of copies-supported, or 0.
func copies(a wire.Attributes) int {
	r, _ := a.Range("copies-supported")
	return r.Upper
}

// colorModes is print-color-mode-supported, as far as color-supported allows. One that prints
// colour and names neither that nor black and white, as "auto" alone, has both as it likes.
func colorModes(a wire.Attributes) []string {
	modes := words(a, "print-color-mode-supported")
	color, err := a.Bool("color-supported")
	switch {
	case err == nil && !color:
		return []string{"monochrome"}
	case err == nil && color && len(modes) == 0:
		return []string{"monochrome", "color"}
	case err == nil && color && !slices.ContainsFunc(modes, func(mode string) bool { return mode == "color" || strings.HasSuffix(mode, "monochrome") }):
		return append(modes, "color")
	}
	return modes
}

// rasters is what a printer says of the rasters that it takes.
func rasters(a wire.Attributes) release.Rasters {
	r := release.Rasters{
		Resolutions: resolutions(a, "pwg-raster-document-resolution-supported"),
		Types:       words(a, "pwg-raster-document-type-supported"),
		Back:        word(a, "pwg-raster-document-sheet-back"),
		URF:         words(a, "urf-supported"),
	}
	for _, edge := range []string{"bottom", "left", "right", "top"} {
		for _, margin := range numbers(a, "media-"+edge+"-margin-supported") {
			r.Margin = max(r.Margin, margin)
		}
	}
	return r
}

// loaded is media-col-ready, or media-ready of a printer that tells no trays.
func loaded(a wire.Attributes) []release.Loaded {
	cols, _ := a.Collections("media-col-ready")
	var all []release.Loaded
	for _, col := range cols {
		l := release.Loaded{Media: sheet(col), Source: word(col, "media-source"), Type: word(col, "media-type")}
		if l.Media != "" {
			all = append(all, l)
		}
	}
	if len(all) > 0 {
		return all
	}
	for _, name := range words(a, "media-ready") {
		all = append(all, release.Loaded{Media: name})
	}
	return all
}

// sheet is the name of a media-col's sheet, by its media-size if it has no name
// that tells one. Of sizes that are a range it is "".
func sheet(col wire.Attributes) string {
	for _, member := range []string{"media-size-name", "media-key"} {
		name := word(col, member)
		if _, _, ok := release.MediaSize(name); ok {
			return name
		}
	}
	size, err := col.Collection("media-size")
	if err != nil {
		return ""
	}
	x, err1 := size.Int("x-dimension")
	y, err2 := size.Int("y-dimension")
	if err1 != nil || err2 != nil {
		return ""
	}
	return release.MediaNamed(x, y)
}

// resolutions are those of an attribute that are the same both ways.
func resolutions(a wire.Attributes, name string) []int {
	attr, _ := a.Find(name)
	var all []int
	for _, v := range attr.Values {
		if r, ok := v.V.(goipp.Resolution); ok && r.Xres == r.Yres && r.Units == goipp.UnitsDpi {
			all = append(all, r.Xres)
		}
	}
	return all
}

// supplies pairs printer-supply with printer-supply-description; without them there may be markers.
func supplies(a wire.Attributes) []release.Supply {
	attr, _ := a.Find("printer-supply")
	named, _ := a.Find("printer-supply-description")
	var all []release.Supply
	for i, v := range attr.Values {
		raw, ok := v.V.(goipp.Binary)
		if !ok || len(raw) > 1023 {
			continue
		}
		s := supply(string(raw))
		if i < len(named.Values) {
			s.Name = wire.Clean(named.Values[i].V.String(), 60)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return markers(a)
	}
	return all
}

// markers are the supplies of a printer, or of a queue of CUPS, that has only the older marker-levels,
// each from 0 to 100 of a hundred, with or without names, types and colours beside them.
func markers(a wire.Attributes) (all []release.Supply) {
	nth := func(attribute string, i int) string {
		if said := words(a, attribute); i < len(said) {
			return said[i]
		}
		return ""
	}
	for i, level := range numbers(a, "marker-levels") {
		all = append(all, release.Supply{
			Type: cmp.Or(nth("marker-types", i), "supply"), Color: inkNames[strings.ToUpper(nth("marker-colors", i))],
			Max: 100, Level: level, Name: wire.Clean(cmp.Or(nth("marker-names", i), fmt.Sprintf("Supply %d", i+1)), 60),
		})
	}
	return all
}

// inkNames are the colours of marker-colors that are an ink's.
var inkNames = map[string]string{"#000000": "black", "#00FFFF": "cyan", "#FF00FF": "magenta", "#FFFF00": "yellow"}

// supply reads "type=toner;level=80;..." (PWG 5100.13).
func supply(raw string) release.Supply {
	s := release.Supply{Max: unknownLevel, Level: unknownLevel}
	for part := range strings.SplitSeq(raw, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "type":
			s.Type = value
		case "colorantname":
			s.Color = value
		case "maxcapacity":
			s.Max = level(value)
		case "level":
			s.Level = level(value)
		}
	}
	return s
}

// unknownLevel is how printers say that they do not know (RFC 3805).
const unknownLevel = -2

func level(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil {
		return unknownLevel
	}
	return n
}

// words is the values of a string attribute; those of another type are left out.
func words(a wire.Attributes, name string) []string {
	attr, _ := a.Find(name)
	var all []string
	for _, v := range attr.Values {
		switch s := v.V.(type) {
		case goipp.String:
			all = append(all, string(s))
		case goipp.TextWithLang:
			all = append(all, s.Text)
		}
	}
	return all
}

func word(a wire.Attributes, name string) string {
	if all := words(a, name); len(all) > 0 {
		return all[0]
	}
	return ""
}

func numbers(a wire.Attributes, name string) []int {
	attr, _ := a.Find(name)
	var all []int
	for _, v := range attr.Values {
		if n, ok := v.V.(goipp.Integer); ok {
			all = append(all, int(n))
		}
	}
	return all
}

func number(a wire.Attributes, name string) int {
	if all := numbers(a, name); len(all) > 0 {
		return all[0]
	}
	return 0
}

func defaultFirst(all []string, first string) []string {
	if i := slices.Index(all, first); i > 0 {
		all = slices.Insert(slices.Delete(all, i, i+1), 0, first)
	}
	return all
}
