package simulate

import "slices"

// Model is a kind of printer: what it can do with a job. It does nothing else.
type Model struct {
	Name       string // printer-make-and-model
	Trays      []Tray // the first holds the default sheet; a tray that takes several sheets is here several times
	Duplex     bool
	Color      bool
	Finishings []int // finishings beside none
	Bins       []string
}

// Tray is a tray as it is loaded.
type Tray struct {
	Source string // media-source
	Media  string // media
	Type   string // media-type
}

// The models.
var (
	// Everyday does what most clients ask for.
	Everyday = Model{
		Name: "Inkwell virtual printer", Duplex: true, Color: true, Bins: []string{"face-down"},
		Trays: []Tray{{"main", a4, stationery}, {"main", "iso_a5_148x210mm", stationery}, {"main", a3, stationery}, {"main", "na_letter_8.5x11in", stationery}},
	}
	// Copier has A3 in a second tray, staples and an output bin at its side; no colour.
	Copier = Model{
		Name: "Inkwell virtual copier", Duplex: true, Bins: []string{"face-down", "side"}, Finishings: []int{4, 20},
		Trays: []Tray{{"tray-1", a4, stationery}, {"tray-2", a3, stationery}},
	}
	// Colour prints colour on A4.
	Colour = Model{Name: "Inkwell virtual colour printer", Duplex: true, Color: true, Bins: []string{"face-down"}, Trays: []Tray{{"main", a4, stationery}}}
	// Mono prints black on one side of A4.
	Mono = Model{Name: "Inkwell virtual mono printer", Bins: []string{"face-down"}, Trays: []Tray{{"main", a4, stationery}}}
)

// Models are the models by the names that people choose them by.
var Models = map[string]Model{"everyday": Everyday, "copier": Copier, "colour": Colour, "mono": Mono}

const (
	a4         = "iso_a4_210x297mm"
	a3         = "iso_a3_297x420mm"
	stationery = "stationery"
)

// size is a media size by its PWG 5101.1 name, in hundredths of a millimetre.
type size struct {
	name, label string
	x, y        int
}

var mediaSizes = []size{
	{a4, "A4", 21000, 29700},
	{"iso_a5_148x210mm", "A5", 14800, 21000},
	{a3, "A3", 29700, 42000},
	{"na_letter_8.5x11in", "Letter", 21590, 27940},
	{"na_index-4x6_4x6in", "4 x 6 in", 10160, 15240},
}

func sizeNamed(name string) size {
	i := slices.IndexFunc(mediaSizes, func(s size) bool { return s.name == name })
	return mediaSizes[max(0, i)]
}

func (m Model) media() []string { return each(m.Trays, func(t Tray) string { return t.Media }) }

func (m Model) sources() []string {
	return append([]string{"auto"}, each(m.Trays, func(t Tray) string { return t.Source })...)
}

func (m Model) types() []string {
	return append([]string{"auto"}, each(m.Trays, func(t Tray) string { return t.Type })...)
}

func (m Model) sides() []string {
	if m.Duplex {
		return []string{"one-sided", "two-sided-long-edge", "two-sided-short-edge"}
	}
	return []string{"one-sided"}
}

func (m Model) colorModes() []string {
	if m.Color {
		return []string{"auto", "color", "monochrome"}
	}
	return []string{"monochrome"}
}

func (m Model) finishings() []int { return append([]int{3}, m.Finishings...) }

// each is something of every tray, once.
func each(trays []Tray, of func(Tray) string) []string {
	var all []string
	for _, t := range trays {
		if v := of(t); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}
