package wire

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"
)

// sample is a request with one attribute of each syntax, after a trip over the
// wire.
func sample(t *testing.T) Attributes {
	t.Helper()
	req := NewRequest(OpPrintJob, 7,
		URI("printer-uri", "ipp://localhost/ipp/print"),
		Name("job-name", "Romans"),
		Integer("copies", 3),
		Enum("finishings", 3, 4),
		Boolean("last-document", true),
		Range("page-ranges", IntRange{1, 3}, IntRange{7, 7}),
		DPI("printer-resolution", 600),
		DateTime("job-hold-until-time", time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("", 13*3600))),
		Octets("job-password", []byte{1, 2}),
		Keyword("requested-attributes", "all", "media-col-database"),
		Collection("media-col", Attributes{Integer("x-dimension", 21000)}, Attributes{Integer("x-dimension", 29700)}),
		Attribute{Name: "job-message", Values: goipp.Values{{T: goipp.TagTextLang, V: goipp.TextWithLang{Lang: "de", Text: "Hallo"}}}},
		NoValue("none"),
	)
	b, err := req.Encode()
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(b), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m.Operation()
}

func TestGetters(t *testing.T) {
	t.Parallel()
	a := sample(t)
	expect := func(name string, got, want any, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	s, err := a.String("job-name", goipp.TagName)
	expect("job-name", s, "Romans", err)
	s, err = a.String("job-message", goipp.TagText, goipp.TagName)
	expect("job-message", s, "Hallo", err)
	n, err := a.Int("copies")
	expect("copies", n, 3, err)
	b, err := a.Bool("last-document")
	expect("last-document", b, true, err)
	res, err := a.Resolution("printer-resolution")
	expect("printer-resolution", res, Resolution{Xres: 600, Yres: 600, Units: goipp.UnitsDpi}, err)
	at, err := a.Time("job-hold-until-time")
	expect("job-hold-until-time", at.UTC(), time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC), err)
	pw, err := a.Octets("job-password")
	expect("job-password", string(pw), "\x01\x02", err)

	list, err := a.Strings("requested-attributes", goipp.TagKeyword)
	if err != nil || !slices.Equal(list, []string{"all", "media-col-database"}) {
		t.Errorf("requested-attributes: %v, %v", list, err)
	}
	ints, err := a.Ints("finishings")
	if err != nil || !slices.Equal(ints, []int{3, 4}) {
		t.Errorf("finishings: %v, %v", ints, err)
	}
	pages, err := a.Ranges("page-ranges")
	if err != nil || !slices.Equal(pages, []IntRange{{1, 3}, {7, 7}}) {
		t.Errorf("page-ranges: %v, %v", pages, err)
	}
	sizes, err := a.Collections("media-col")
	if err != nil || len(sizes) != 2 {
		t.Fatalf("media-col: %v, %v", sizes, err)
	}
	x, err := sizes[1].Int("x-dimension")
	expect("x-dimension", x, 29700, err)
}

func TestGettersRefuse(t *testing.T) {
	t.Parallel()
	a := sample(t)
	as := func(_ any, err error) error { return err }
	cases := []struct {
		name string
		err  error
		want error
	}{
		{"missing", as(a.String("nothing")), ErrMissing},
		{"name as keyword", as(a.String("job-name", goipp.TagKeyword)), ErrType},
		{"name as int", as(a.Int("job-name")), ErrType},
		{"text with language as name", as(a.String("job-message", goipp.TagName)), ErrType},
		{"int as string", as(a.String("copies")), ErrType},
		{"int as bool", as(a.Bool("copies")), ErrType},
		{"int as range", as(a.Range("copies")), ErrType},
		{"int as resolution", as(a.Resolution("copies")), ErrType},
		{"int as time", as(a.Time("copies")), ErrType},
		{"name as octets", as(a.Octets("job-name")), ErrType},
		{"int as collection", as(a.Collection("copies")), ErrType},
		{"no-value as int", as(a.Int("none")), ErrType},
		{"two keywords as one", as(a.String("requested-attributes")), ErrCount},
		{"two ranges as one", as(a.Range("page-ranges")), ErrCount},
		{"two collections as one", as(a.Collection("media-col")), ErrCount},
	}
	for _, c := range cases {
		if !errors.Is(c.err, c.want) || StatusOf(c.err) != StatusBadRequest {
			t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
		}
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	a := sample(t)
	if n, ok, err := Optional(a.Int("copies")); n != 3 || !ok || err != nil {
		t.Errorf("present: %v %v %v", n, ok, err)
	}
	if _, ok, err := Optional(a.Int("nothing")); ok || err != nil {
		t.Errorf("missing: %v %v", ok, err)
	}
	if _, ok, err := Optional(a.Int("job-name")); ok || !errors.Is(err, ErrType) {
		t.Errorf("wrong type: %v %v", ok, err)
	}
	if !a.Has("copies") || a.Has("nothing") {
		t.Error("Has")
	}
}
