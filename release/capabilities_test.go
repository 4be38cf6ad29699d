package release_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/release"
)

const a3 = "iso_a3_297x420mm"

// The three printers of a small school.
var (
	big = release.Capabilities{Asked: true,
		Media: []string{release.A4, a3}, Loaded: []release.Loaded{{Media: release.A4, Source: "tray-1"}, {Media: a3, Source: "tray-2"}},
		Sources: []string{"tray-1", "tray-2"}, Types: []string{"stationery"}, Sides: []string{"one-sided", "two-sided-long-edge", "two-sided-short-edge"},
		ColorModes: []string{"monochrome"}, Finishings: []int{4, 20}, Bins: []string{"top", "side"}, Qualities: []int{4},
		Handlings: []string{"separate-documents-collated-copies", "separate-documents-uncollated-copies"}, Speed: 40}
	photo = release.Capabilities{Asked: true,
		Media: []string{release.A4, "na_letter_8.5x11in"}, Loaded: []release.Loaded{{Media: release.A4, Source: "main"}}, Sources: []string{"main"},
		Types: []string{"stationery", "photographic"}, Sides: []string{"one-sided"}, ColorModes: []string{"auto", "color", "monochrome"},
		Qualities: []int{3, 4, 5}, Scalings: []string{"auto", "fit"}, Speed: 10, ColorSpeed: 8}
	plain  = release.Capabilities{Asked: true, Media: []string{release.A4}, Sides: []string{"one-sided"}, ColorModes: []string{"monochrome"}, Bins: []string{"face-down"}}
	silent = release.Capabilities{Asked: true}
	// american has Letter in its tray and would take A4.
	american = release.Capabilities{Asked: true, Media: []string{"na_letter_8.5x11in", release.A4}, Loaded: []release.Loaded{{Media: "na_letter_8.5x11in"}}}
)

func TestUnion(t *testing.T) {
	t.Parallel()
	u := release.Union(big, photo, release.Capabilities{}, plain)
	want := release.Capabilities{Asked: true,
		Media:   []string{release.A4, a3, "na_letter_8.5x11in"},
		Loaded:  []release.Loaded{{Media: release.A4, Source: "tray-1"}, {Media: a3, Source: "tray-2"}, {Media: release.A4, Source: "main"}},
		Sources: []string{"tray-1", "tray-2", "main"}, Types: []string{"stationery", "photographic"},
		Sides:      []string{"one-sided", "two-sided-long-edge", "two-sided-short-edge"},
		ColorModes: []string{"monochrome", "auto", "color"}, Finishings: []int{4, 20}, Bins: []string{"top", "side", "face-down"}, Qualities: []int{3, 4, 5},
		Resolutions: []int{600}, Handlings: big.Handlings, Scalings: []string{"auto", "fit"}, Speed: 40, ColorSpeed: 8}
	if !reflect.DeepEqual(u, want) {
		t.Errorf("together they can %+v\nwant %+v", u, want)
	}
	if !u.Color() || !u.Duplex() || plain.Color() || plain.Duplex() || !silent.Color() || !silent.Duplex() {
		t.Error("colour or duplex is wrong")
	}
	for _, none := range [][]release.Capabilities{nil, {{}}, {{}, {}}} {
		if got := release.Union(none...); !reflect.DeepEqual(got, release.Everyday) {
			t.Errorf("nobody has answered: %+v", got)
		}
	}
	if !release.Everyday.Same(release.Everyday.Cleaned()) {
		t.Error("what is assumed would not be believed")
	}
}

// What a printer lacks for a job, what comes out otherwise, and what it is told.
func TestFit(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		can     release.Capabilities
		ticket  release.Ticket
		pages   int
		lacks   string
		instead string
		told    release.Ticket
	}{
		{"plain", big, release.Ticket{}, 3, "", "", release.Ticket{}},
		{"A3 there", big, release.Ticket{Media: a3}, 3, "", "", release.Ticket{Media: a3}},
		{"A3 not there", photo, release.Ticket{Media: a3}, 1, "This printer has no A3 paper.", "", release.Ticket{Media: a3, Sides: "one-sided"}},
		{"Letter not loaded", photo, release.Ticket{Media: "na_letter_8.5x11in"}, 1, "This printer has no Letter paper.", "", release.Ticket{Media: "na_letter_8.5x11in", Sides: "one-sided"}},
		{"its own sheet is never missed", release.Capabilities{Asked: true, Media: []string{release.A4, a3}, Loaded: []release.Loaded{{Media: a3}}}, release.Ticket{Media: release.A4}, 1, "", "", release.Ticket{Media: release.A4}},
		{"no sheet asked for", american, release.Ticket{}, 1, "", "", release.Ticket{Media: "na_letter_8.5x11in"}},
		{"A4 asked for", american, release.Ticket{Media: release.A4}, 1, "This printer has no A4 paper.", "", release.Ticket{Media: release.A4}},
		{"two sides", photo, release.Ticket{Sides: "two-sided-long-edge"}, 2, "This printer cannot print on both sides.", "", release.Ticket{Sides: "one-sided"}},
		{"two sides of one page", photo, release.Ticket{Sides: "two-sided-long-edge"}, 1, "", "", release.Ticket{Sides: "one-sided"}},
		{"two sides by habit", photo, release.Ticket{}, 2, "", "one-sided here", release.Ticket{Sides: "one-sided"}},
		{"colour on a mono printer", big, release.Ticket{ColorMode: "color"}, 1, "", "black and white here", release.Ticket{ColorMode: "monochrome"}},
		{"colour if there is any", big, release.Ticket{ColorMode: "auto"}, 1, "", "", release.Ticket{ColorMode: "monochrome"}},
		{"colour", photo, release.Ticket{ColorMode: "color"}, 1, "", "", release.Ticket{ColorMode: "color", Sides: "one-sided"}},
		{"a tray", big, release.Ticket{MediaSource: "tray-2"}, 1, "", "", release.Ticket{MediaSource: "tray-2"}},
		{"another's tray", big, release.Ticket{MediaSource: "main"}, 1, "This printer does not have the paper tray that was asked for.", "", release.Ticket{MediaSource: "main"}},
		{"any tray", big, release.Ticket{MediaSource: "auto"}, 1, "", "", release.Ticket{MediaSource: "auto"}},
		{"photo paper", big, release.Ticket{MediaType: "photographic"}, 1, "This printer does not have the kind of paper that was asked for.", "", release.Ticket{MediaType: "photographic"}},
		{"plain paper", release.Capabilities{Asked: true, Types: []string{"stationery-letterhead"}}, release.Ticket{MediaType: "stationery"}, 1, "", "", release.Ticket{}},
		{"staples", big, release.Ticket{Finishings: []int{4}}, 1, "", "", release.Ticket{Finishings: []int{4}}},
		{"no staples", photo, release.Ticket{Finishings: []int{20}}, 1, "This printer cannot staple.", "", release.Ticket{Finishings: []int{20}, Sides: "one-sided"}},
		{"no holes", big, release.Ticket{Finishings: []int{4, 74}}, 1, "This printer cannot punch holes.", "", release.Ticket{Finishings: []int{4, 74}}},
		{"no folds", silent, release.Ticket{Finishings: []int{93 + 3}}, 1, "This printer cannot fold.", "", release.Ticket{Finishings: []int{96}}},
		{"another bin", big, release.Ticket{OutputBin: "face-down"}, 1, "", "", release.Ticket{}},
		{"its bin", big, release.Ticket{OutputBin: "side"}, 1, "", "", release.Ticket{OutputBin: "side"}},
		{"a draft", big, release.Ticket{Quality: 3, Scaling: "fit", Uncollated: true}, 1, "", "", release.Ticket{Uncollated: true}},
		{"a draft there", photo, release.Ticket{Quality: 3, Scaling: "fit", Uncollated: true}, 1, "", "", release.Ticket{Quality: 3, Scaling: "fit", Sides: "one-sided"}},
		{"rasters alone", release.Capabilities{Asked: true, Formats: []string{"image/urf"}}, release.Ticket{}, 1, "", "", release.Ticket{}},
		{"postscript alone", release.Capabilities{Asked: true, Formats: []string{"application/postscript"}}, release.Ticket{}, 1, "This printer takes neither PDF nor pictures of pages.", "", release.Ticket{}},
		{"anything it can tell", release.Capabilities{Asked: true, Formats: []string{"application/octet-stream"}}, release.Ticket{}, 1, "", "", release.Ticket{}},
		{"it says nothing", silent, release.Ticket{Media: a3, Sides: "two-sided-long-edge", ColorMode: "color", MediaSource: "tray-9"}, 9, "", "",
			release.Ticket{Media: a3, Sides: "two-sided-long-edge", ColorMode: "color", MediaSource: "tray-9"}},
		{"it was never asked", release.Capabilities{}, release.Ticket{Media: a3, Finishings: []int{4}, OutputBin: "x", Quality: 5}, 9, "", "",
			release.Ticket{Media: a3, Finishings: []int{4}, OutputBin: "x", Quality: 5}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.can.Lacks(tc.ticket, tc.pages); got != tc.lacks {
				t.Errorf("it lacks %q, want %q", got, tc.lacks)
			}
			if got := tc.can.Instead(tc.ticket, tc.pages); got != tc.instead {
				t.Errorf("instead %q, want %q", got, tc.instead)
			}
			if got := tc.ticket.Fitted(tc.can); !reflect.DeepEqual(got, tc.told) {
				t.Errorf("it is told %+v, want %+v", got, tc.told)
			}
		})
	}
}

// Nothing that a printer says grows without end, or is more than a keyword.
func TestCleaned(t *testing.T) {
	t.Parallel()
	var endless release.Capabilities
	for i := range 5000 {
		word, sheet := fmt.Sprintf("%063d", i), fmt.Sprintf("custom_%058d_%dx%dmm", i, i+1, i+1)
		for _, list := range []*[]string{&endless.Sources, &endless.Types, &endless.Bins, &endless.Sides, &endless.ColorModes, &endless.Handlings, &endless.Scalings} {
			*list = append(*list, word)
		}
		endless.Formats = append(endless.Formats, "image/"+word)
		endless.Media, endless.Finishings = append(endless.Media, sheet), append(endless.Finishings, i)
		endless.Loaded = append(endless.Loaded, release.Loaded{Media: sheet, Source: word, Type: word})
		endless.Supplies = append(endless.Supplies, release.Supply{Type: word, Color: word, Name: strings.Repeat("ø", 5000)})
	}
	got := endless.Cleaned()
	raw, err := json.Marshal(got)
	if err != nil || len(raw) > 60000 || len(got.Media) != 100 || len(got.Supplies) != 32 || len(got.Sides) != 16 {
		t.Errorf("%d bytes, %d media, %d supplies, %v", len(raw), len(got.Media), len(got.Supplies), err)
	}
	dirty := release.Capabilities{
		Media:   []string{"", release.A4, release.A4, "a4", "roll_max_36.1025x3622.0472in", "custom_min_3x5in", "custom_max_8.5x14in", "iso_a4_0x0mm", "iso_x_99999x99999mm", "iso_\x00_1x1mm"},
		Loaded:  []release.Loaded{{Media: release.A4, Source: "tray\n1"}, {Media: "nothing"}, {Media: a3}},
		Sources: []string{"auto", "tray 1", "tray-1", "<b>", strings.Repeat("t", 200)}, Finishings: []int{-1, 3, 4, 4, 1 << 30},
		Qualities: []int{9, 5, 3, 0}, Resolutions: []int{0, 600, 300, -5, 1 << 30}, Formats: []string{"application/pdf", "text", "a/b/c", "x/\x01"},
		Speed: -4, ColorSpeed: 1 << 30,
		Supplies: []release.Supply{{Type: "to ner"}, {Type: "toner", Color: "bl;ack", Name: "Black\x00\u202e\ntoner", Level: -9, Max: 1 << 40}},
	}
	want := release.Capabilities{
		Media: []string{release.A4}, Loaded: []release.Loaded{{Media: a3}}, Sources: []string{"tray-1"}, Finishings: []int{4},
		Qualities: []int{3, 5}, Resolutions: []int{300, 600}, Formats: []string{"application/pdf"}, ColorSpeed: 1000,
		Supplies: []release.Supply{{Type: "toner", Name: "Blacktoner", Level: -3, Max: 1 << 24}},
	}
	if got := dirty.Cleaned(); !reflect.DeepEqual(got, want) {
		t.Errorf("cleaned it is %+v\nwant %+v", got, want)
	}
}

func TestMediaNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		release.A4: "21000x29700 A4", a3: "29700x42000 A3", "na_letter_8.5x11in": "21590x27940 Letter", "jis_b5_182x257mm": "18200x25700 B5",
		"na_number-10_4.125x9.5in": "10478x24130 Number 10", "iso_sra3_320x450mm": "32000x45000 Sra3", "custom_210x99.5mm_210x99.5mm": "21000x9950 210x99.5mm",
		"a4": "0x0 other", "": "0x0 other", "iso_a4_210x297": "0x0 other", "iso_a4_-1x2mm": "0x0 other",
	} {
		x, y, ok := release.MediaSize(name)
		if got := fmt.Sprintf("%dx%d %s", x, y, release.MediaLabel(name)); got != want || ok != (x > 0) {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
		if ok && release.MediaNamed(x, y) != name {
			t.Errorf("%dx%d is called %q, want %q", x, y, release.MediaNamed(x, y), name)
		}
	}
	if release.MediaNamed(21030, 29660) != release.A4 || release.MediaNamed(0, 1) != "" || release.MediaNamed(1<<30, 1) != "" {
		t.Error("a size is named wrongly")
	}
}

// askSoon is how long a printer that says it has changed is left alone.
const askSoon = 15 * time.Second

// A printer that says the same once more has not changed.
func TestWhatIsReadAgainIsTheSame(t *testing.T) {
	t.Parallel()
	said := release.Capabilities{Asked: true, Sources: []string{"auto"}, Types: []string{"auto"}, Bins: []string{"auto", "top"}, Finishings: []int{3}}
	raw, err := json.Marshal(said.Cleaned())
	if err != nil {
		t.Fatal(err)
	}
	var kept release.Capabilities
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	if !said.Cleaned().Same(kept) {
		t.Errorf("%#v is another printer than %#v", said.Cleaned(), kept)
	}
}

// What a printer can do is asked once and kept, asked again when it says that it
// has changed, and offered by the queue at once.
func TestOffer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) {
		h.watch = 5 * time.Millisecond
		h.paper.fail("Capabilities", release.ErrBusy)
	})
	offered := func(q release.Queue, media ...string) (o *release.Offer) {
		t.Helper()
		h.eventually("the offer", func() (string, bool) {
			var err error
			if o, err = h.Offer(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(o.Can.Media), slices.Equal(o.Can.Media, media)
		})
		return o
	}
	if o := offered(h.queue, release.Everyday.Media...); !o.Changed.IsZero() {
		t.Errorf("nobody has answered, and yet %+v", o)
	}
	h.paper.with(func() {
		h.paper.can, h.paper.config = plain, 7
		h.paper.can.Supplies = []release.Supply{{Type: "toner", Name: "Black"}}
	})
	h.paper.fail("Capabilities", nil)
	h.clock.Advance(askSoon)
	for _, q := range []release.Queue{h.queue, h.direct} {
		o := offered(q, release.A4)
		if !o.Changed.Equal(tuesday.Add(askSoon)) || len(o.Supplies) != 1 || o.Supplies[0].Name != "Library: Black" {
			t.Errorf("%s offers %+v", q.Name, o)
		}
	}
	var asked int
	h.paper.with(func() { asked = h.paper.asked })
	h.paper.with(func() { h.paper.can = big }) // not said: not asked for
	st, err := h.Station(t.Context(), "library")
	if err != nil || !st.Printer.Can.Same(plain) {
		t.Errorf("the station's printer can %+v, %v", st.Printer.Can, err)
	}
	h.paper.with(func() {
		if h.paper.asked != asked {
			t.Error("it is asked at every look")
		}
		h.paper.config = 8
	})
	h.clock.Advance(askSoon)
	offered(h.queue, release.A4, a3)
	h.clock.Advance(6 * time.Minute)
	h.paper.with(func() { h.paper.can = photo })
	if o := offered(h.queue, photo.Media...); !o.Changed.After(tuesday) {
		t.Errorf("changed at %v", o.Changed)
	}
	h.paper.fail("Capabilities", release.ErrBusy) // what it could, it can
	h.paper.with(func() { h.paper.config, asked = 9, h.paper.asked })
	h.clock.Advance(askSoon)
	h.eventually("the printer", func() (string, bool) {
		h.paper.mu.Lock()
		defer h.paper.mu.Unlock()
		return fmt.Sprint(h.paper.asked), h.paper.asked > asked
	})
	offered(h.queue, photo.Media...)
}
