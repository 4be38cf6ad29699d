package rule

import "slices"

// Kind is a way to look at what happened. A policy's rules are of kinds, with figures.
type Kind string

// The kinds.
const (
	Burst        Kind = "burst"
	Volume       Kind = "volume"
	Identical    Kind = "identical"
	Large        Kind = "large"
	ColourShare  Kind = "colour-share"
	Abandon      Kind = "abandon"
	WrongCodes   Kind = "wrong-codes"
	Travel       Kind = "travel"
	OneKiosk     Kind = "one-kiosk"
	WrongNames   Kind = "wrong-names"
	OutOfHours   Kind = "out-of-hours"
	Probing      Kind = "probing"
	PaperTrick   Kind = "paper-trick"
	Refunds      Kind = "refunds"
	SameDocument Kind = "same-document"
	TitleWords   Kind = "title-words"
	ByStaff      Kind = "staff" // no rule's: a member of staff raises it
)

// Route is what may come of a flag by itself.
type Route string

// The routes, the one that does most first.
const (
	Automatic    Route = "automatic"    // its points climb the whole ladder
	Notice       Route = "notice"       // they climb no further than telling the tutor
	ToPerson     Route = "person"       // it climbs nothing: a person looks at it
	Safeguarding Route = "safeguarding" // the safeguarding lead alone sees it
)

// Figure is one of the numbers that a rule of a kind is tuned by.
type Figure struct {
	Name     string
	Unit     string // as people say it: "pages", "minutes"
	Default  int
	Min, Max int
	Help     string // what it does, in a few words
}

// Spec is what there is to know about a kind.
type Spec struct {
	Kind    Kind
	Means   string // in a sentence
	Figures []Figure
	Routes  []Route // that its flags may take
	Shared  bool    // it looks at many people together
}

// Figure is one of its figures, and whether there is such a one.
func (s Spec) Figure(name string) (Figure, bool) {
	i := slices.IndexFunc(s.Figures, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		return Figure{}, false
	}
	return s.Figures[i], true
}

var (
	climbs  = []Route{Automatic, Notice, ToPerson}
	tells   = []Route{Notice, ToPerson}
	person  = []Route{ToPerson}
	careful = []Route{Safeguarding}
)

// specs are all kinds that rules can be of. Only bursts and volume act by themselves.
var specs = []Spec{
	{Kind: Burst, Means: "Many jobs or pages are printed within minutes.", Routes: climbs, Figures: []Figure{
		{"jobs", "jobs", 20, 2, 1000, "this many jobs, or"},
		{"pages", "pages", 400, 2, 100000, "this many pages"},
		{"minutes", "minutes", 10, 1, 1440, "printed within so long"}}},
	{Kind: Volume, Means: "More is printed in some days than is usual for the person and their year group.", Routes: climbs, Figures: []Figure{
		{"pages", "pages", 120, 2, 100000, "at least this many pages"},
		{"days", "days", 7, 1, 28, "in so many days"},
		{"own", "percent", 400, 100, 10000, "of what is usual for the person, by the four weeks before"},
		{"year", "percent", 800, 100, 10000, "of what is usual in their year group, by its median"}}},
	{Kind: Identical, Means: "The same document is printed again and again.", Routes: tells, Figures: []Figure{
		{"times", "times", 6, 2, 1000, "printed this often"},
		{"hours", "hours", 24, 1, 744, "within so long"}}},
	{Kind: Large, Means: "One very large job is printed.", Routes: tells, Figures: []Figure{
		{"pages", "pages", 100, 2, 100000, "a job of this many pages"}}},
	{Kind: ColourShare, Means: "Nearly all that a person prints is in colour.", Routes: tells, Figures: []Figure{
		{"percent", "percent", 90, 1, 100, "of the pages in colour"},
		{"pages", "pages", 60, 1, 100000, "of at least this many pages"},
		{"days", "days", 28, 1, 90, "in so many days"}}},
	{Kind: Abandon, Means: "Most of what a person sends is never printed.", Routes: tells, Figures: []Figure{
		{"percent", "percent", 75, 1, 100, "of the jobs end without paper"},
		{"jobs", "jobs", 12, 2, 1000, "at least this many do"},
		{"days", "days", 28, 1, 90, "in so many days"}}},
	{Kind: WrongCodes, Means: "Wrong codes are tried with a person's name: somebody guesses, who may be somebody else.", Routes: person, Figures: []Figure{
		{"times", "times", 10, 2, 1000, "tried this often"},
		{"hours", "hours", 24, 1, 168, "within so long"}}},
	{Kind: Travel, Means: "A badge prints in two buildings faster than anybody walks: two people have it.", Routes: person, Figures: []Figure{
		{"seconds", "seconds", 60, 5, 3600, "between two buildings"},
		{"near", "seconds", 12, 0, 600, "between two kiosks of one building, or where nobody said which"}}},
	{Kind: OneKiosk, Means: "Many people's codes are typed at one kiosk at once: one person has them.", Routes: person, Shared: true, Figures: []Figure{
		{"people", "people", 6, 3, 100, "this many people's codes"},
		{"seconds", "seconds", 60, 10, 3600, "within so long"}}},
	{Kind: WrongNames, Means: "Wrong codes are tried at one kiosk with many people's names: somebody guesses.", Routes: person, Shared: true, Figures: []Figure{
		{"people", "people", 3, 2, 100, "this many people's names"},
		{"minutes", "minutes", 10, 1, 1440, "within so long"}}},
	{Kind: OutOfHours, Means: "Jobs are printed while the school is closed.", Routes: tells, Figures: []Figure{
		{"jobs", "jobs", 4, 1, 1000, "this many jobs"},
		{"days", "days", 7, 1, 90, "in so many days"}}},
	{Kind: Probing, Means: "A person tries again and again to print more than they have left.", Routes: tells, Figures: []Figure{
		{"times", "times", 8, 2, 1000, "refused this often"},
		{"hours", "hours", 24, 1, 168, "within so long"}}},
	{Kind: PaperTrick, Means: "A person's jobs stop at printers that work for everybody else, and pages are asked for again.", Routes: tells, Figures: []Figure{
		{"times", "times", 1, 1, 100, "noted this often"},
		{"days", "days", 90, 1, 90, "in so many days"}}},
	{Kind: Refunds, Means: "A person asks for pages back again and again.", Routes: tells, Figures: []Figure{
		{"times", "times", 3, 1, 100, "asked this often"},
		{"days", "days", 28, 1, 90, "in so many days"}}},
	{Kind: SameDocument, Means: "One document is printed by very many people.", Routes: []Route{Safeguarding, ToPerson}, Shared: true, Figures: []Figure{
		{"people", "people", 40, 3, 10000, "this many people print it"},
		{"kiosks", "kiosks", 3, 1, 100, "at this many kiosks: a class at the bell is at one"},
		{"hours", "hours", 24, 1, 168, "within so long"}}},
	{Kind: TitleWords, Means: "A document's title has a word on the safeguarding lead's list.", Routes: careful, Figures: nil},
}

// Specs are all kinds that rules can be of.
func Specs() []Spec { return slices.Clone(specs) }

// SpecOf is what there is to know about a kind, and whether there is such a one.
func SpecOf(k Kind) (Spec, bool) {
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Kind == k })
	if i < 0 {
		return Spec{}, false
	}
	return specs[i], true
}
