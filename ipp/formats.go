package ipp

import (
	"slices"
	"strconv"
	"strings"

	"inkwell/ipp/wire"
	"inkwell/release/document"
)

// takes says whether a document format is among those that are taken.
func takes(f document.Format) bool { return slices.Contains(formats, string(f)) }

// commands is the CMD of printer-device-id (PWG 5107.2): what is taken, in the
// words that drivers look for.
func commands() string {
	var all []string
	for _, f := range []struct {
		format  document.Format
		command string
	}{{document.PDF, "PDF"}, {document.PWG, "PWGRaster"}, {document.URF, "URF"}, {document.JPEG, "JPEG"}, {document.PNG, "PNG"}} {
		if takes(f.format) {
			all = append(all, f.command)
		}
	}
	return strings.Join(all, ",")
}

// The resolutions in dpi that computers make rasters in. Others are taken too.
var rasterDPI = []int{150, 300, 600}

// The longest edge of a JPEG picture: the format has no longer ones.
const jpegEdge = 65535

// formats tells more of each document format that is taken.
func (m *model) formats() []wire.Attribute {
	size := wire.IntRange{Upper: m.kOctets}
	edge := wire.IntRange{Lower: 1, Upper: jpegEdge}
	all := []wire.Attribute{
		wire.Range("pdf-k-octets-supported", size),
		wire.Keyword("pdf-versions-supported", "adobe-1.3", "adobe-1.4", "adobe-1.5", "adobe-1.6", "iso-32000-1_2008"),
	}
	if takes(document.JPEG) {
		all = append(all, wire.Range("jpeg-k-octets-supported", size),
			wire.Range("jpeg-x-dimension-supported", wire.IntRange{Upper: jpegEdge}), wire.Range("jpeg-y-dimension-supported", edge))
	}
	if takes(document.PWG) {
		types := []string{"black_1", "sgray_8"}
		if m.offer.Can.Color() {
			types = append(types, "srgb_8", "adobe-rgb_8", "cmyk_8")
		}
		all = append(all, wire.DPI("pwg-raster-document-resolution-supported", rasterDPI...),
			wire.Keyword("pwg-raster-document-sheet-back", "normal"), wire.Keyword("pwg-raster-document-type-supported", types...))
	}
	if takes(document.URF) {
		all = append(all, wire.Keyword("urf-supported", m.urf()...))
	}
	return all
}

// urf is urf-supported (Apple's, as CUPS reads it): the version, one copy at a time
// in the file, grey and colour of eight bits, resolutions, print-quality, and backs of
// sheets that are not turned. There is no colour in it where no printer has any:
// clients offer colour by it.
func (m *model) urf() []string {
	all := []string{"V1.4", "CP1", "W8"}
	if m.offer.Can.Color() {
		all = append(all, "SRGB24")
	}
	all = append(all, "RS300-600")
	if m.offer.Can.Duplex() {
		all = append(all, "DM1")
	}
	var qualities []string
	for _, n := range sorted(m.qualities) {
		qualities = append(qualities, strconv.Itoa(n))
	}
	return append(all, "PQ"+strings.Join(qualities, "-"))
}
