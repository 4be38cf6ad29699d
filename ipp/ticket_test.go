package ipp

import (
	"fmt"
	"reflect"
	"testing"

	"inkwell/ipp/wire"
	"inkwell/release"
)

func mediaCol(x, y int, more ...wire.Attribute) wire.Attribute {
	size := wire.Collection("media-size", wire.Attributes{wire.Integer("x-dimension", x), wire.Integer("y-dimension", y)})
	return wire.Collection("media-col", append(wire.Attributes{size}, more...))
}

// Every way to ask, what the desk is told, and whether the client is told that it
// was ignored.
func TestTicket(t *testing.T) {
	t.Parallel()
	pages := func(r ...release.PageRange) release.Ticket { return release.Ticket{Pages: r} }
	ranges := func(r ...wire.IntRange) wire.Attribute { return wire.Range("page-ranges", r...) }
	cases := []struct {
		attr    wire.Attribute
		ticket  release.Ticket
		ignored bool
	}{
		{wire.Integer("copies", 1), release.Ticket{Copies: 1}, false},
		{wire.Integer("copies", 99), release.Ticket{Copies: 99}, false},
		{wire.Integer("copies", 100), release.Ticket{}, true},
		{wire.Integer("copies", 0), release.Ticket{}, true},
		{wire.Integer("copies", -1), release.Ticket{}, true},
		{wire.Integer("copies", 2, 3), release.Ticket{}, true},
		{wire.Keyword("copies", "2"), release.Ticket{}, true},
		{wire.Keyword("sides", "one-sided"), release.Ticket{Sides: "one-sided"}, false},
		{wire.Keyword("sides", "two-sided-short-edge"), release.Ticket{Sides: "two-sided-short-edge"}, false},
		{wire.Keyword("sides", "tumble"), release.Ticket{}, true},
		{wire.Keyword("print-color-mode", "color"), release.Ticket{ColorMode: "color"}, false},
		{wire.Keyword("print-color-mode", "monochrome"), release.Ticket{ColorMode: "monochrome"}, false},
		{wire.Keyword("print-color-mode", "highlight"), release.Ticket{}, true},
		{wire.Keyword("media", "iso_a3_297x420mm"), release.Ticket{Media: "iso_a3_297x420mm"}, false},
		{wire.Name("media", "iso_a4_210x297mm"), release.Ticket{Media: "iso_a4_210x297mm"}, false},
		{wire.Keyword("media", "A3"), release.Ticket{Media: "iso_a3_297x420mm"}, false},
		{wire.Keyword("media", "letter"), release.Ticket{Media: "na_letter_8.5x11in"}, false},
		{wire.Keyword("media", "other"), release.Ticket{}, true},
		{wire.Keyword("media", "na_legal_8.5x14in"), release.Ticket{}, true},
		{mediaCol(14800, 21000), release.Ticket{Media: "iso_a5_148x210mm"}, false},
		{mediaCol(14850, 20950), release.Ticket{Media: "iso_a5_148x210mm"}, false},
		{mediaCol(10160, 15240), release.Ticket{}, true},
		{mediaCol(21000, 42000), release.Ticket{}, true},
		{mediaCol(29700, 42000, wire.Keyword("media-source", "auto"), wire.Keyword("media-type", "stationery")), release.Ticket{Media: "iso_a3_297x420mm"}, false},
		{mediaCol(29700, 42000, wire.Keyword("media-source", "manual")), release.Ticket{Media: "iso_a3_297x420mm"}, true},
		{mediaCol(29700, 42000, wire.Keyword("media-type", "labels")), release.Ticket{Media: "iso_a3_297x420mm"}, true},
		{wire.Collection("media-col", wire.Attributes{wire.Keyword("media-size-name", "iso_a5_148x210mm")}), release.Ticket{Media: "iso_a5_148x210mm"}, false},
		{wire.Collection("media-col", wire.Attributes{wire.Keyword("media-size-name", "iso_a6_105x148mm")}), release.Ticket{}, true},
		{wire.Collection("media-col", wire.Attributes{wire.Keyword("media-type", "auto")}), release.Ticket{Media: "iso_a4_210x297mm"}, false},
		{wire.Collection("media-col", wire.Attributes{wire.Integer("media-size", 4)}), release.Ticket{}, true},
		{wire.Keyword("media-col", "iso_a4_210x297mm"), release.Ticket{}, true},
		{ranges(wire.IntRange{Lower: 2, Upper: 5}), pages(release.PageRange{First: 2, Last: 5}), false},
		{ranges(wire.IntRange{Lower: 1, Upper: 1}, wire.IntRange{Lower: 3, Upper: 9}), pages(release.PageRange{First: 1, Last: 1}, release.PageRange{First: 3, Last: 9}), false},
		{ranges(wire.IntRange{Lower: 3, Upper: 9}, wire.IntRange{Lower: 1, Upper: 1}), release.Ticket{}, true},
		{ranges(wire.IntRange{Lower: 1, Upper: 5}, wire.IntRange{Lower: 5, Upper: 6}), release.Ticket{}, true},
		{ranges(wire.IntRange{Lower: 0, Upper: 5}), release.Ticket{}, true},
		{wire.Keyword("job-hold-until", "indefinite"), release.Ticket{}, false},
		{wire.Keyword("job-hold-until", "half-term"), release.Ticket{}, true},
		{wire.Enum("print-quality", 4), release.Ticket{}, false},
		{wire.Enum("print-quality", 5), release.Ticket{}, true},
		{wire.Enum("finishings", 3), release.Ticket{}, false},
		{wire.Enum("finishings", 3, 4), release.Ticket{}, true},
		{wire.Enum("orientation-requested", 4), release.Ticket{}, false},
		{wire.Integer("number-up", 2), release.Ticket{NumberUp: 2}, false},
		{wire.Integer("number-up", 16), release.Ticket{NumberUp: 16}, false},
		{wire.Integer("number-up", 3), release.Ticket{}, true},
		{wire.Keyword("print-scaling", "fill"), release.Ticket{Scaling: "fill"}, false},
		{wire.Keyword("output-bin", "face-down"), release.Ticket{}, false},
		{wire.DPI("printer-resolution", 600), release.Ticket{}, false},
		{wire.DPI("printer-resolution", 1200), release.Ticket{}, true},
		{wire.NoValue("sides"), release.Ticket{}, true},
		{wire.Keyword("staple-with-gold", "yes"), release.Ticket{}, true},
	}
	b := newBench(t)
	for _, tc := range cases {
		t.Run(fmt.Sprint(tc.attr.Name, tc.attr.Values), func(t *testing.T) {
			status := wire.StatusOK
			if tc.ignored {
				status = wire.StatusOKIgnoredOrSubstituted
			}
			reply := b.do(t, ask{op: wire.OpValidateJob, user: "ada", job: []wire.Attribute{tc.attr}})
			want(t, reply, status)
			if got := reply.First(wire.UnsupportedGroup).Has(tc.attr.Name); got != tc.ignored {
				t.Errorf("it is in the unsupported group: %v", got)
			}
			if got := b.desk.last().Ticket; !reflect.DeepEqual(got, tc.ticket) {
				t.Errorf("the ticket is %+v, want %+v", got, tc.ticket)
			}
		})
	}
}

// With ipp-attribute-fidelity nothing is ignored: there is no job, and the client
// is told which attribute was in the way.
func TestFidelity(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	strict := wire.Boolean("ipp-attribute-fidelity", true)
	reply := b.do(t, ask{op: wire.OpCreateJob, user: "ada", attrs: []wire.Attribute{strict}, job: []wire.Attribute{
		wire.Integer("copies", 2), wire.Keyword("sides", "tumble"), wire.Keyword("staple-with-gold", "yes"),
	}})
	want(t, reply, wire.StatusAttributesOrValuesNotSupported)
	un := reply.First(wire.UnsupportedGroup)
	if sides, _ := un.String("sides"); sides != "tumble" || !un.Has("staple-with-gold") || un.Has("copies") {
		t.Errorf("unsupported are %v", un)
	}
	if len(b.desk.all()) > 0 {
		t.Error("a job was made")
	}
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada", attrs: []wire.Attribute{strict}, job: []wire.Attribute{wire.Integer("copies", 2)}}), wire.StatusOK)
}

// Every time that clients know is taken, as a keyword and as CUPS's name; what is none
// is not.
func TestHoldsAreTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, q := range []release.Queue{officeQueue, holdQueue} {
		for value, status := range map[string]wire.Status{
			"no-hold": wire.StatusOK, "indefinite": wire.StatusOK, "night": wire.StatusOK, "weekend": wire.StatusOK, "00:30:00": wire.StatusOK, "7:15": wire.StatusOK,
			"07:15": wire.StatusOK, "some-time": wire.StatusOKIgnoredOrSubstituted, "25:00:00": wire.StatusOKIgnoredOrSubstituted,
		} {
			for _, a := range []wire.Attribute{wire.Keyword("job-hold-until", value), wire.Name("job-hold-until", value)} {
				want(t, b.do(t, ask{op: wire.OpValidateJob, path: q.Path, user: "ada", job: []wire.Attribute{a}}), status)
			}
		}
		want(t, b.do(t, ask{op: wire.OpValidateJob, path: q.Path, user: "ada", job: []wire.Attribute{wire.DateTime("job-hold-until-time", holdEnds)}}), wire.StatusOK)
	}
	offered, _ := b.printer(t, officeQueue).Strings("job-hold-until-supported")
	for _, v := range offered {
		if !(release.HoldUntil{Name: v}).Known() {
			t.Errorf("%s is offered", v)
		}
	}
	if len(offered) != 8 {
		t.Errorf("offered are %q", offered)
	}
}

// What a job says of its ticket is what it was given, with the defaults filled in.
func TestTicketIsShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(t, ask{op: wire.OpCreateJob, user: "ada"})
	b.do(t, ask{op: wire.OpCreateJob, user: "ada", job: []wire.Attribute{
		wire.Integer("copies", 2), wire.Keyword("sides", "one-sided"), wire.Keyword("print-color-mode", "color"),
		mediaCol(29700, 42000), wire.Range("page-ranges", wire.IntRange{Lower: 2, Upper: 3}),
	}})
	for id, shown := range map[int]string{
		1: "1 two-sided-long-edge monochrome iso_a4_210x297mm []",
		2: "2 one-sided color iso_a3_297x420mm [{2 3}]",
	} {
		job := b.do(t, ask{op: wire.OpGetJobAttributes, user: "ada", attrs: []wire.Attribute{wire.Integer("job-id", id)}}).First(wire.JobGroup)
		copies, _ := job.Int("copies")
		sides, _ := job.String("sides")
		color, _ := job.String("print-color-mode")
		media, _ := job.String("media")
		pages, _ := job.Ranges("page-ranges")
		if got := fmt.Sprint(copies, " ", sides, " ", color, " ", media, " ", pages); got != shown {
			t.Errorf("job %d shows %q, want %q", id, got, shown)
		}
		col, err := job.Collection("media-col")
		if name, _ := col.String("media-size-name"); err != nil || name != media {
			t.Errorf("job %d: media-col is %q, %v", id, name, err)
		}
	}
}
