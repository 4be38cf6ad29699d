package ipp

import (
	"slices"
	"strings"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// size is a sheet. Lengths are hundredths of a millimetre, as in media-size.
type size struct {
	name string // media: a PWG 5101.1 self-describing name
	x, y int
}

// sheets are the sheets that the printers take. The first is A4 if it is in a tray, or
// else what is, or else A4 if they take it.
func sheets(can release.Capabilities) []size {
	names := can.Media
	if slices.Contains(names, release.A4) {
		names = first(release.A4, names)
	}
	if len(can.Loaded) > 0 && !slices.ContainsFunc(can.Loaded, func(l release.Loaded) bool { return l.Media == names[0] }) {
		names = first(can.Loaded[0].Media, names)
	}
	var all []size
	for _, name := range names {
		if x, y, ok := release.MediaSize(name); ok {
			all = append(all, size{name, x, y})
		}
	}
	return all
}

// margin is how far from each edge printers of the usual kind can print.
const margin = 423

// mediaMembers are the members of media-col that we understand.
var mediaMembers = []string{
	"media-size", "media-size-name", "media-bottom-margin", "media-left-margin",
	"media-right-margin", "media-top-margin", "media-source", "media-type",
}

// sizeNamed finds a sheet by its name, or by what people call it: "lp -o media=A3" has
// no driver that knows the other one, and would print on A4 without a word.
func (m *model) sizeNamed(name string) (size, bool) {
	i := slices.IndexFunc(m.sizes, func(s size) bool { return s.name == name })
	if i < 0 {
		i = slices.IndexFunc(m.sizes, func(s size) bool { return strings.EqualFold(release.MediaLabel(s.name), name) })
	}
	if i < 0 {
		return size{}, false
	}
	return m.sizes[i], true
}

// dimensions is a media-size collection.
func (s size) dimensions() wire.Attributes {
	return wire.Attributes{wire.Integer("x-dimension", s.x), wire.Integer("y-dimension", s.y)}
}

// collection is the sheet from a tray as a media-col value (PWG 5100.7).
func (s size) collection(source, kind string) wire.Attributes {
	return wire.Attributes{
		wire.Collection("media-size", s.dimensions()),
		wire.Keyword("media-size-name", s.name),
		wire.Integer("media-bottom-margin", margin),
		wire.Integer("media-left-margin", margin),
		wire.Integer("media-right-margin", margin),
		wire.Integer("media-top-margin", margin),
		wire.Keyword("media-source", source),
		wire.Keyword("media-type", kind),
	}
}

// eachSize is something of every sheet.
func eachSize[T any](m *model, of func(size) T) []T {
	var all []T
	for _, s := range m.sizes {
		all = append(all, of(s))
	}
	return all
}

// loaded is what lies in the trays, once each: the default sheet where no printer
// tells.
func (m *model) loaded() []release.Loaded {
	var all []release.Loaded
	for _, l := range m.offer.Can.Loaded {
		if _, ok := m.sizeNamed(l.Media); ok {
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		all = []release.Loaded{{Media: m.sizes[0].name}}
	}
	return all
}

// aboutMedia is what a printer says of its media, but for media-col-database,
// which is told to those alone who ask for it by name.
func aboutMedia(m *model) []wire.Attribute {
	var ready []string
	for _, l := range m.loaded() {
		if !slices.Contains(ready, l.Media) {
			ready = append(ready, l.Media)
		}
	}
	return []wire.Attribute{
		wire.Keyword("media-default", m.sizes[0].name),
		wire.Keyword("media-supported", eachSize(m, func(s size) string { return s.name })...),
		wire.Keyword("media-ready", ready...),
	}
}

func aboutMediaCol(m *model) []wire.Attribute {
	var ready []wire.Attributes
	for _, l := range m.loaded() {
		s, _ := m.sizeNamed(l.Media)
		ready = append(ready, s.collection(orDefault(l.Source, auto), orDefault(l.Type, m.types[0])))
	}
	return []wire.Attribute{
		wire.Collection("media-col-default", m.sizes[0].collection(auto, m.types[0])),
		wire.Collection("media-col-ready", ready...),
		wire.Keyword("media-col-supported", mediaMembers...),
		wire.Collection("media-size-supported", eachSize(m, size.dimensions)...),
		wire.Integer("media-bottom-margin-supported", margin),
		wire.Integer("media-left-margin-supported", margin),
		wire.Integer("media-right-margin-supported", margin),
		wire.Integer("media-top-margin-supported", margin),
		wire.Keyword("media-source-supported", m.sources...),
		wire.Keyword("media-type-supported", m.types...),
	}
}

func (m *model) mediaColDatabase() wire.Attribute {
	return wire.Collection("media-col-database", eachSize(m, func(s size) wire.Attributes { return s.collection(auto, m.types[0]) })...)
}

// takeMedia reads media, a keyword or a name.
func takeMedia(t *release.Ticket, m *model, given wire.Attributes) bool {
	name, err := given.String("media")
	s, ok := m.sizeNamed(name)
	if err != nil || !ok {
		return false
	}
	t.Media = s.name
	return true
}

func showMedia(t release.Ticket, m *model) []wire.Attribute {
	return []wire.Attribute{wire.Keyword("media", orDefault(t.Media, m.sizes[0].name))}
}

// takeMediaCol reads media-col. What of it is supported is taken even when something
// else in it is not: the right sheet matters more than the tray. The default kind of
// paper asks for none: whatever the tray holds will do.
func takeMediaCol(t *release.Ticket, m *model, given wire.Attributes) bool {
	col, err := given.Collection("media-col")
	if err != nil {
		return false
	}
	s, sized := m.sizeOf(col)
	if sized {
		t.Media = s.name
	}
	source, known := oneOfMembers(col, "media-source", auto, m.sources)
	kind, there := oneOfMembers(col, "media-type", m.types[0], m.types)
	t.MediaSource, t.MediaType = source, kind
	return sized && known && there
}

// oneOfMembers reads a member; the default, auto, and a member that is missing are "".
func oneOfMembers(col wire.Attributes, name, otherwise string, supported []string) (string, bool) {
	v, given, err := wire.Optional(col.String(name))
	switch {
	case err != nil:
		return "", false
	case !given || v == otherwise || v == auto:
		return "", true
	case !slices.Contains(supported, v):
		return "", false
	}
	return v, true
}

func showMediaCol(t release.Ticket, m *model) []wire.Attribute {
	s := m.sizes[0]
	if x, y, ok := release.MediaSize(t.Media); ok {
		s = size{t.Media, x, y}
	}
	return []wire.Attribute{wire.Collection("media-col", s.collection(orDefault(t.MediaSource, auto), orDefault(t.MediaType, m.types[0])))}
}

// sizeOf finds the sheet that a media-col names or measures, within half a
// millimetre. One that does neither means the default.
func (m *model) sizeOf(col wire.Attributes) (size, bool) {
	if name, err := col.String("media-size-name"); err == nil {
		return m.sizeNamed(name)
	}
	if !col.Has("media-size") {
		return m.sizes[0], true
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
	i := slices.IndexFunc(m.sizes, func(s size) bool { return near(s.x, x) && near(s.y, y) })
	if i < 0 {
		return size{}, false
	}
	return m.sizes[i], true
}

func near(a, b int) bool { return a-b <= 50 && b-a <= 50 }
