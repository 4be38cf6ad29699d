package device

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// What a printer says of itself, whole and in pieces, in order and not.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	col := func(members ...wire.Attribute) wire.Attributes { return members }
	size := func(x, y int) wire.Attribute {
		return wire.Collection("media-size", wire.Attributes{wire.Integer("x-dimension", x), wire.Integer("y-dimension", y)})
	}
	rangeSize := wire.Collection("media-size", wire.Attributes{wire.Range("x-dimension", wire.IntRange{Lower: 1, Upper: 9}), wire.Integer("y-dimension", 1)})
	cases := []struct {
		name string
		says []wire.Attribute
		want release.Capabilities
	}{
		{"nothing", nil, release.Capabilities{}},
		{"the usual", []wire.Attribute{
			wire.Keyword("media-supported", "iso_a3_297x420mm", release.A4), wire.Keyword("media-default", release.A4),
			wire.Keyword("sides-supported", "one-sided"), wire.Enum("finishings-supported", 3, 4), wire.DPI("printer-resolution-supported", 600, 300),
			wire.Boolean("color-supported", true), wire.Keyword("print-color-mode-supported", "color", "monochrome"),
			wire.Integer("pages-per-minute", 22),
			wire.Octets("printer-supply", []byte("index=1;type=toner;maxcapacity=100;level=42;colorantname=cyan;")), wire.Text("printer-supply-description", "Cyan"),
		}, release.Capabilities{
			Media: []string{release.A4, "iso_a3_297x420mm"}, Sides: []string{"one-sided"}, Finishings: []int{3, 4}, Resolutions: []int{600, 300},
			ColorModes: []string{"color", "monochrome"}, Speed: 22,
			Supplies: []release.Supply{{Type: "toner", Color: "cyan", Max: 100, Level: 42, Name: "Cyan"}},
		}},
		{"trays", []wire.Attribute{
			wire.Collection("media-col-ready",
				col(wire.Keyword("media-size-name", release.A4), wire.Keyword("media-source", "tray-1"), wire.Keyword("media-type", "stationery")),
				col(size(29700, 42000), wire.Name("media-source", "tray-2")),
				col(rangeSize), col(wire.Keyword("media-source", "manual"))),
			wire.Keyword("media-ready", "na_letter_8.5x11in"),
		}, release.Capabilities{Loaded: []release.Loaded{{Media: release.A4, Source: "tray-1", Type: "stationery"}, {Media: "iso_a3_297x420mm", Source: "tray-2"}}}},
		{"no trays", []wire.Attribute{wire.Keyword("media-ready", release.A4)}, release.Capabilities{Loaded: []release.Loaded{{Media: release.A4}}}},
		{"colour by one word", []wire.Attribute{wire.Boolean("color-supported", true)}, release.Capabilities{ColorModes: []string{"monochrome", "color"}}},
		{"colour as it likes", []wire.Attribute{wire.Boolean("color-supported", true), wire.Keyword("print-color-mode-supported", "auto")}, release.Capabilities{ColorModes: []string{"auto", "color"}}},
		{"colour locked away", []wire.Attribute{wire.Boolean("color-supported", true), wire.Keyword("print-color-mode-supported", "auto-monochrome")}, release.Capabilities{ColorModes: []string{"auto-monochrome"}}},
		{"mono whatever it lists", []wire.Attribute{wire.Boolean("color-supported", false), wire.Keyword("print-color-mode-supported", "color")},
			release.Capabilities{ColorModes: []string{"monochrome"}}},
		{"wrong types", []wire.Attribute{
			wire.Integer("media-supported", 4), wire.Keyword("finishings-supported", "staple"), wire.Keyword("media-col-ready", "a4"),
			wire.Text("printer-supply", "type=toner;"), wire.NoValue("sides-supported"), wire.Keyword("pages-per-minute", "many"), wire.Keyword("color-supported", "yes"),
		}, release.Capabilities{}},
		{"levels and no more", []wire.Attribute{wire.Integer("marker-levels", 71, -3)},
			release.Capabilities{Supplies: []release.Supply{{Type: "supply", Max: 100, Level: 71, Name: "Supply 1"}, {Type: "supply", Max: 100, Level: -3, Name: "Supply 2"}}}},
		{"markers, as CUPS has them", []wire.Attribute{wire.Integer("marker-levels", 9, 40), wire.Name("marker-names", "Cyan Cartridge", "Waste"), wire.Keyword("marker-types", "toner-cartridge", "waste-toner"), wire.Name("marker-colors", "#00ffff", "none")},
			release.Capabilities{Supplies: []release.Supply{{Type: "toner-cartridge", Color: "cyan", Max: 100, Level: 9, Name: "Cyan Cartridge"}, {Type: "waste-toner", Max: 100, Level: 40, Name: "Waste"}}}},
		{"markers beside supplies", []wire.Attribute{wire.Integer("marker-levels", 9), wire.Octets("printer-supply", []byte("type=toner;maxcapacity=100;level=42;colorantname=cyan;"))},
			release.Capabilities{Supplies: []release.Supply{{Type: "toner", Color: "cyan", Max: 100, Level: 42}}}},
		{"a supply of nonsense", []wire.Attribute{wire.Octets("printer-supply", []byte("level=full;=;;type")), wire.Text("printer-supply-description", "a\x00b")},
			release.Capabilities{Supplies: []release.Supply{{Max: -2, Level: -2, Name: "a b"}}}},
	}
	b := newBench(t, nil)
	for _, tc := range cases {
		b.line.Next(wire.OpGetPrinterAttributes, func(x *ipptest.Exchange) {
			reply := wire.NewResponse(x.Request, wire.StatusOK, "")
			reply.Add(wire.NewGroup(wire.PrinterGroup, tc.says...))
			raw, err := reply.Encode()
			if err != nil {
				t.Fatal(err)
			}
			x.Write(raw)
		})
		got, err := b.Capabilities(context.Background())
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tc.want) {
			t.Errorf("%s: %+v, %v\nwant %+v", tc.name, got, err, tc.want)
		}
	}
}

// What a job asks for comes out of the printer that has it, and a ticket fitted to
// one that has not is nothing that it would have to leave aside.
func TestWishesComeOut(t *testing.T) {
	t.Parallel()
	all := release.Ticket{
		Sides: "two-sided-long-edge", ColorMode: "color", Media: "iso_a3_297x420mm", MediaSource: "tray-2", MediaType: "stationery",
		Finishings: []int{4, 20}, OutputBin: "side", Quality: 5, Uncollated: true, Scaling: "fit",
	}
	for name, want := range map[string]string{
		"copier": "two-sided-long-edge monochrome iso_a3_297x420mm tray-2 stationery [4 20] side 5 separate-documents-uncollated-copies fit",
		"mono":   "one-sided monochrome iso_a4_210x297mm auto stationery [] face-down 5 separate-documents-uncollated-copies fit",
	} {
		b := newModelBench(t, simulate.Models[name], nil)
		ctx := context.Background()
		can, err := b.Capabilities(ctx)
		if err != nil {
			t.Fatal(err)
		}
		can = can.Cleaned()
		can.Asked = true
		e := errand
		e.Copies, e.Ticket = 2, all
		if lack := can.Lacks(e.Ticket, 2); name == "mono" {
			if lack != "This printer has no A3 paper." {
				t.Errorf("mono lacks %q", lack)
			}
			e.Ticket.Media, e.Ticket.MediaSource, e.Ticket.Finishings = "", "", nil // what would be refused
		} else if lack != "" {
			t.Errorf("%s lacks %q", name, lack)
		}
		e.Ticket = e.Ticket.Fitted(can)
		b.line.Next(wire.OpCreateJob, func(x *ipptest.Exchange) {
			raw := x.Forward()
			reply, err := wire.ReadReply(bytes.NewReader(raw), wire.ForReplies)
			if err != nil || reply.Status() != wire.StatusOK {
				t.Errorf("%s: Create-Job is answered %v, %v", name, reply, err)
			}
			x.Write(raw)
		})
		job, err := b.Begin(ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Send(ctx, e, job, bytes.NewReader(lesson(2))); err != nil {
			t.Fatal(err)
		}
		b.phase(t, job, release.PhaseCompleted)
		j := b.printer.Jobs()[0]
		if got := fmt.Sprint(j.Sides, " ", j.ColorMode, " ", j.Media, " ", j.Source, " ", j.Type, " ", j.Finish, " ", j.Bin, " ", j.Quality, " ", j.Handling, " ", j.Scaling); got != want {
			t.Errorf("%s printed %s\nwant %s", name, got, want)
		}
	}
}

// A hostile answer is an error, and costs no more than its bound.
func TestCapabilitiesOfAHostilePrinter(t *testing.T) {
	t.Parallel()
	nested := func(depth int) wire.Attribute {
		a := wire.Integer("x", 1)
		for range depth {
			a = wire.Collection("media-col-ready", wire.Attributes{a})
		}
		return a
	}
	many := make([]string, 4000)
	for i := range many {
		many[i] = release.A4
	}
	for name, attr := range map[string]wire.Attribute{
		"nested": nested(40), "many values": wire.Keyword("media-supported", many...), "long": wire.Octets("printer-supply", slices.Repeat([][]byte{bytes.Repeat([]byte("x"), 32000)}, 10)...),
	} {
		b := newBench(t, nil)
		b.line.Next(wire.OpGetPrinterAttributes, func(x *ipptest.Exchange) {
			reply := wire.NewResponse(x.Request, wire.StatusOK, "")
			reply.Add(wire.NewGroup(wire.PrinterGroup, attr))
			raw, err := reply.Encode()
			if err != nil {
				t.Fatal(err)
			}
			x.Write(raw)
		})
		if got, err := b.Capabilities(context.Background()); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A printer that nobody here wrote says what it can do, and is told what it lists.
func TestEvePrinterCapabilities(t *testing.T) {
	t.Parallel()
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{Script: "true"})
	p, err := New(Options{URI: eve.URI})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := p.Status(ctx); err != nil {
		t.Fatal(err)
	}
	raw, err := p.Capabilities(ctx)
	if err != nil {
		t.Fatal(err)
	}
	can := raw.Cleaned()
	if !slices.Contains(can.Media, release.A4) || len(can.Loaded) == 0 || !can.Duplex() || !slices.Contains(can.Qualities, 5) || len(can.Supplies) == 0 || can.Color() {
		t.Errorf("it can %+v", can)
	}
	e := errand
	e.Ticket = release.Ticket{Media: "iso_dl_110x220mm", MediaSource: "by-pass-tray", MediaType: "envelope", Quality: 5, OutputBin: "face-down", Sides: "two-sided-short-edge"}
	job, err := p.Begin(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(ctx, e, job, bytes.NewReader(lesson(1))); err != nil {
		t.Fatal(err)
	}
	if at := follow(t, p, job); at.Phase != release.PhaseCompleted {
		t.Fatalf("done: %+v", at)
	}
	told := eve.Told(t)
	for _, want := range []string{
		"media-source=by-pass-tray", "media-type=envelope", "x-dimension=11000", "y-dimension=22000",
		"IPP_PRINT_QUALITY=high\n", "IPP_OUTPUT_BIN=face-down\n", "IPP_SIDES=two-sided-short-edge\n", "IPP_PRINT_COLOR_MODE=monochrome\n",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("it was not told %q, but\n%s", want, told)
		}
	}
}
