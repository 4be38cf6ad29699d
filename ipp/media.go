package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// size is a sheet. Lengths are hundredths of a millimetre, as in media-size.
type size struct {
	name string // media: a PWG 5101.1 self-describing name
	x, y int
}

// sizes are the sheets a job can ask for, the default first. Whether a printer
// has them loaded is seen at release.
var sizes = []size{
	{"iso_a4_210x297mm", 21000, 29700},
	{"iso_a3_297x420mm", 29700, 42000},
	{"iso_a5_148x210mm", 14800, 21000},
	{"na_letter_8.5x11in", 21590, 27940},
}

// margin is how far from each edge printers of the usual kind can print.
const margin = 423

// The only source and type of media: the printer chooses the tray.
const (
	mediaSource = "auto"
	mediaType   = "stationery"
)

// mediaMembers are the members of media-col that we understand.
var mediaMembers = []string{
	"media-size", "media-size-name", "media-bottom-margin", "media-left-margin",
	"media-right-margin", "media-top-margin", "media-source", "media-type",
}

func sizeNamed(name string) (size, bool) {
	i := slices.IndexFunc(sizes, func(s size) bool { return s.name == name })
	if i < 0 {
		return size{}, false
	}
	return sizes[i], true
}

func mediaNames() []string {
	var names []string
	for _, s := range sizes {
		names = append(names, s.name)
	}
	return names
}

// dimensions is a media-size collection.
func (s size) dimensions() wire.Attributes {
	return wire.Attributes{wire.Integer("x-dimension", s.x), wire.Integer("y-dimension", s.y)}
}

// collection is the sheet as a media-col value (PWG 5100.7).
func (s size) collection() wire.Attributes {
	return wire.Attributes{
		wire.Collection("media-size", s.dimensions()),
		wire.Keyword("media-size-name", s.name),
		wire.Integer("media-bottom-margin", margin),
		wire.Integer("media-left-margin", margin),
		wire.Integer("media-right-margin", margin),
		wire.Integer("media-top-margin", margin),
		wire.Keyword("media-source", mediaSource),
		wire.Keyword("media-type", mediaType),
	}
}

// collections are media-col values or media-size values of all sheets.
func collections(of func(size) wire.Attributes) []wire.Attributes {
	var all []wire.Attributes
	for _, s := range sizes {
		all = append(all, of(s))
	}
	return all
}

// aboutMedia is what a printer says of its media, but for media-col-database,
// which is told to those alone who ask for it by name.
func aboutMedia(release.Queue) []wire.Attribute {
	return []wire.Attribute{
		wire.Keyword("media-default", sizes[0].name),
		wire.Keyword("media-supported", mediaNames()...),
		wire.Keyword("media-ready", sizes[0].name),
	}
}

func aboutMediaCol(release.Queue) []wire.Attribute {
	return []wire.Attribute{
		wire.Collection("media-col-default", sizes[0].collection()),
		wire.Collection("media-col-ready", sizes[0].collection()),
		wire.Keyword("media-col-supported", mediaMembers...),
		wire.Collection("media-size-supported", collections(size.dimensions)...),
		wire.Integer("media-bottom-margin-supported", margin),
		wire.Integer("media-left-margin-supported", margin),
		wire.Integer("media-right-margin-supported", margin),
		wire.Integer("media-top-margin-supported", margin),
		wire.Keyword("media-source-supported", mediaSource),
		wire.Keyword("media-type-supported", mediaType),
	}
}

func mediaColDatabase() wire.Attribute {
	return wire.Collection("media-col-database", collections(size.collection)...)
}

// takeMedia reads media, a keyword or a name.
func takeMedia(t *release.Ticket, _ release.Queue, given wire.Attributes) bool {
	name, err := given.String("media")
	s, ok := sizeNamed(name)
	if err != nil || !ok {
		return false
	}
	t.Media = s.name
	return true
}

// takeMediaCol reads media-col. The size is taken even when something else in it
// is not supported: the right sheet matters more than the tray.
func takeMediaCol(t *release.Ticket, _ release.Queue, given wire.Attributes) bool {
	col, err := given.Collection("media-col")
	if err != nil {
		return false
	}
	s, sized := sizeOf(col)
	if sized {
		t.Media = s.name
	}
	known := func(name, only string) bool {
		v, given, err := wire.Optional(col.String(name))
		return err == nil && (!given || v == only || v == "auto")
	}
	return sized && known("media-source", mediaSource) && known("media-type", mediaType)
}

// sizeOf finds the sheet that a media-col names or measures, within half a
// millimetre. One that does neither means the default.
func sizeOf(col wire.Attributes) (size, bool) {
	if name, err := col.String("media-size-name"); err == nil {
		return sizeNamed(name)
	}
	if !col.Has("media-size") {
		return sizes[0], true
	}
	dim, err := col.Collection("media-size")
	if err != nil {
		return size{}, false
	}
	x, err1 := dim.Int("x-dimension")
	y, err2 := dim.Int("y-dimension")
	if err1 != nil || err2 != nil {
		return size{}, false
	}
	i := slices.IndexFunc(sizes, func(s size) bool { return near(s.x, x) && near(s.y, y) })
	if i < 0 {
		return size{}, false
	}
	return sizes[i], true
}

func near(a, b int) bool { return a-b <= 50 && b-a <= 50 }
