package ipp

import (
	"bytes"
	"fmt"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

const a3 = "iso_a3_297x420mm"

// copyRoom is what a big printer and a colour printer can do together.
var copyRoom = release.Offer{
	Changed: time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC), Rooms: []string{"Library", "Room 4"},
	Can: release.Union(release.Capabilities{
		Asked: true, Media: []string{a3, release.A4}, Loaded: []release.Loaded{{Media: release.A4, Source: "tray-1"}, {Media: a3, Source: "tray-2", Type: "cardstock"}},
		Sources: []string{"tray-1", "tray-2"}, Types: []string{"stationery", "cardstock"}, Sides: []string{"one-sided", "two-sided-long-edge"},
		ColorModes: []string{"monochrome"}, Finishings: []int{4, 20, 74}, Bins: []string{"top", "stacker-1"}, Qualities: []int{4}, Resolutions: []int{300, 600, 1200},
		Handlings: []string{collated, uncollated}, Speed: 45,
	}, release.Capabilities{Asked: true, Media: []string{release.A4}, ColorModes: []string{"color"}, Qualities: []int{3, 4, 5}, Speed: 12, ColorSpeed: 9}),
	Supplies: []release.Supply{{Type: "toner", Color: "black", Max: 100, Level: 42, Name: "Library: Black"}, {Type: "wasteToner", Max: -2, Level: -3, Name: "Library: Waste"}},
}

// plainRoom is one printer that does the least.
var plainRoom = release.Offer{Can: release.Union(release.Capabilities{Asked: true, Media: []string{release.A4}, Sides: []string{"one-sided"}, ColorModes: []string{"monochrome"}, Bins: []string{"face-up"}})}

// values are an attribute's values as ipptool would print them.
func values(a wire.Attributes, name string) string {
	attr, ok := a.Find(name)
	if !ok {
		return "-"
	}
	var all []string
	for _, v := range attr.Values {
		all = append(all, v.V.String())
	}
	return strings.Join(all, " ")
}

// What a queue says is what its printers can do together.
func TestOffered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.offer(holdQueue, copyRoom)
	b.desk.offer(officeQueue, plainRoom)
	for name, want := range map[string][3]string{ // copy room, plain room, not asked yet
		"media-default":                        {release.A4, release.A4, release.A4},
		"media-supported":                      {release.A4 + " " + a3, release.A4, "iso_a4_210x297mm iso_a3_297x420mm iso_a5_148x210mm na_letter_8.5x11in"},
		"media-ready":                          {release.A4 + " " + a3, release.A4, release.A4},
		"media-source-supported":               {"auto tray-1 tray-2", "auto", "auto"},
		"media-type-supported":                 {"stationery cardstock", "stationery", "stationery"},
		"sides-default":                        {"two-sided-long-edge", "one-sided", "two-sided-long-edge"},
		"sides-supported":                      {"two-sided-long-edge one-sided", "one-sided", "two-sided-long-edge one-sided two-sided-short-edge"},
		"print-color-mode-default":             {"monochrome", "monochrome", "monochrome"},
		"print-color-mode-supported":           {"monochrome color auto", "monochrome auto", "monochrome color auto"},
		"color-supported":                      {"true", "false", "true"},
		"finishings-default":                   {"3", "3", "3"},
		"finishings-supported":                 {"3 4 20 74", "3", "3"},
		"output-bin-default":                   {"auto", "face-up", "face-down"},
		"output-bin-supported":                 {"auto top stacker-1", "face-up", "face-down"},
		"print-quality-default":                {"4", "4", "4"},
		"print-quality-supported":              {"3 4 5", "4", "4"},
		"printer-resolution-default":           {"600x600dpi", "600x600dpi", "600x600dpi"},
		"printer-resolution-supported":         {"300x300dpi 600x600dpi 1200x1200dpi", "600x600dpi", "600x600dpi"},
		"multiple-document-handling-supported": {collated + " " + uncollated, collated, collated},
		"pages-per-minute":                     {"45", "30", "30"},
		"pages-per-minute-color":               {"9", "-", "30"},
		"printer-location":                     {"Library; Room 4", "", ""},
		"printer-supply-description":           {"Library: Black Library: Waste", "Unknown: the printers do not tell.", "Unknown: the printers do not tell."},
	} {
		for i, q := range []release.Queue{holdQueue, officeQueue, directQueue} {
			if got := values(b.printer(t, q), name); got != want[i] {
				t.Errorf("%s: %s is %q, want %q", q.Name, name, got, want[i])
			}
		}
	}
	got := b.printer(t, holdQueue)
	if n, _ := got.Int("printer-config-change-time"); n != int(copyRoom.Changed.Unix()) {
		t.Errorf("it became another at %d", n)
	}
	ready, _ := got.Collections("media-col-ready")
	if len(ready) != 2 || values(ready[1], "media-source") != "tray-2" || values(ready[1], "media-type") != "cardstock" || values(ready[1], "media-size-name") != a3 {
		t.Errorf("media-col-ready is %v", ready)
	}
	supply, _ := got.Find("printer-supply")
	if s := supply.Values[0].V.String(); len(supply.Values) != 2 || s != fmt.Sprintf("%x", "index=1;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=42;colorantname=black;") {
		t.Errorf("printer-supply is %q", s)
	}
}

// The default sheet is one that is in a tray.
func TestDefaultSheet(t *testing.T) {
	t.Parallel()
	letter := "na_letter_8.5x11in"
	for _, tc := range []struct {
		media, loaded []string
		want          string
	}{
		{[]string{letter, release.A4}, nil, release.A4}, {[]string{letter, release.A4}, []string{letter}, letter},
		{[]string{letter, release.A4}, []string{letter, release.A4}, release.A4}, {[]string{letter}, nil, letter}, {[]string{release.A4}, []string{a3}, a3},
	} {
		can := release.Capabilities{Asked: true, Media: tc.media}
		for _, name := range tc.loaded {
			can.Loaded = append(can.Loaded, release.Loaded{Media: name})
		}
		if got := sheets(can); got[0].name != tc.want {
			t.Errorf("of %v with %v in the trays it is %s, want %s", tc.media, tc.loaded, got[0].name, tc.want)
		}
	}
}

// A printer that changes is seen by the next who asks.
func TestOfferChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, o := range []release.Offer{copyRoom, plainRoom, copyRoom} {
		b.desk.offer(holdQueue, o)
		if got := values(b.printer(t, holdQueue), "media-supported"); got != strings.Join(first(release.A4, o.Can.Media), " ") {
			t.Errorf("it has %q", got)
		}
	}
}

// The printer's state changed when IT last turned a switch, or else with the server.
func TestStateChangeTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before, _ := b.printer(t, holdQueue).Time("printer-state-change-date-time")
	if age := time.Since(before); age < 0 || age > time.Minute {
		t.Errorf("it changed at %v", before)
	}
	want(t, b.do(t, ask{op: wire.OpPausePrinter, user: "iris"}), wire.StatusOK)
	got := b.printer(t, holdQueue)
	at, _ := got.Time("printer-state-change-date-time")
	if n, _ := got.Int("printer-state-change-time"); !at.Equal(switchedAt) || n != int(switchedAt.Unix()) {
		t.Errorf("paused, it changed at %v, %d", at, n)
	}
}

// What one printer of a queue can do may be asked for, and reaches the desk.
func TestWishes(t *testing.T) {
	t.Parallel()
	col := func(members ...wire.Attribute) wire.Attribute { return wire.Collection("media-col", members) }
	cases := []struct {
		attr    wire.Attribute
		ticket  release.Ticket
		ignored bool
	}{
		{wire.Enum("finishings", 4), release.Ticket{Finishings: []int{4}}, false},
		{wire.Enum("finishings", 74, 3, 4, 4), release.Ticket{Finishings: []int{4, 74}}, false},
		{wire.Enum("finishings", 4, 5), release.Ticket{}, true},
		{wire.Keyword("finishings", "staple"), release.Ticket{}, true},
		{wire.Enum("print-quality", 5), release.Ticket{Quality: 5}, false},
		{wire.Enum("print-quality", 3), release.Ticket{Quality: 3}, false},
		{wire.Enum("print-quality", 6), release.Ticket{}, true},
		{wire.Keyword("output-bin", "stacker-1"), release.Ticket{OutputBin: "stacker-1"}, false},
		{wire.Keyword("output-bin", "auto"), release.Ticket{}, false},
		{wire.Keyword("output-bin", "face-down"), release.Ticket{}, true},
		{wire.Keyword("multiple-document-handling", uncollated), release.Ticket{Uncollated: true}, false},
		{wire.Keyword("multiple-document-handling", collated), release.Ticket{}, false},
		{wire.Keyword("multiple-document-handling", "single-document"), release.Ticket{}, true},
		{wire.Keyword("print-scaling", "fit"), release.Ticket{Scaling: "fit"}, false},
		{wire.Keyword("print-scaling", "auto"), release.Ticket{}, false},
		{wire.Keyword("print-scaling", "stretch"), release.Ticket{}, true},
		{wire.DPI("printer-resolution", 1200), release.Ticket{}, false},
		{wire.DPI("printer-resolution", 150), release.Ticket{}, true},
		{wire.Keyword("sides", "two-sided-short-edge"), release.Ticket{}, true},
		{wire.Keyword("media", "iso_a5_148x210mm"), release.Ticket{}, true},
		{col(wire.Keyword("media-size-name", a3), wire.Keyword("media-source", "tray-2"), wire.Keyword("media-type", "cardstock")),
			release.Ticket{Media: a3, MediaSource: "tray-2", MediaType: "cardstock"}, false},
		{col(wire.Keyword("media-source", "tray-1"), wire.Keyword("media-type", "stationery")), release.Ticket{Media: release.A4, MediaSource: "tray-1"}, false},
		{col(wire.Keyword("media-source", "tray-9"), wire.Keyword("media-type", "cardstock")), release.Ticket{Media: release.A4, MediaType: "cardstock"}, true},
		{col(wire.Keyword("media-source", "tray-1"), wire.Keyword("media-type", "gold")), release.Ticket{Media: release.A4, MediaSource: "tray-1"}, true},
		{col(wire.Integer("media-source", 4)), release.Ticket{Media: release.A4}, true},
		{wire.Name("job-account-id", "Drama club"), release.Ticket{Account: "Drama club"}, false},
		{wire.Name("job-accounting-user-id", "mr.bell"), release.Ticket{AccountUser: "mr.bell"}, false},
		{wire.Integer("job-account-id", 4), release.Ticket{}, true},
	}
	b := newBench(t)
	b.desk.offer(holdQueue, copyRoom)
	for _, tc := range cases {
		t.Run(fmt.Sprint(tc.attr.Name, tc.attr.Values), func(t *testing.T) {
			status := wire.StatusOK
			if tc.ignored {
				status = wire.StatusOKIgnoredOrSubstituted
			}
			want(t, b.do(t, ask{op: wire.OpValidateJob, user: "ada", job: []wire.Attribute{tc.attr}}), status)
			if got := b.desk.last().Ticket; !reflect.DeepEqual(got, tc.ticket) {
				t.Errorf("the ticket is %+v, want %+v", got, tc.ticket)
			}
		})
	}
}

// Where no printer has both sides, a job that says nothing is for one.
func TestOneSidedQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.offer(officeQueue, plainRoom)
	for _, attr := range []wire.Attribute{wire.Integer("copies", 1), wire.Keyword("sides", "two-sided-long-edge"), wire.Keyword("sides", "one-sided")} {
		b.do(t, ask{op: wire.OpValidateJob, path: officeQueue.Path, user: "ada", job: []wire.Attribute{attr}})
		if got := b.desk.last().Ticket.Sides; got != "one-sided" {
			t.Errorf("%v: sides are %q", attr, got)
		}
	}
}

// A job shows all that was asked for; for whom it is charged only to those who may
// know whose it is.
func TestWishesAreShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.offer(holdQueue, copyRoom)
	job := []wire.Attribute{
		wire.Enum("finishings", 74, 4), wire.Enum("print-quality", 3), wire.Keyword("output-bin", "top"), wire.Keyword("print-scaling", "fill"),
		wire.Keyword("multiple-document-handling", uncollated), wire.Name("job-account-id", "Drama club"), wire.Name("job-accounting-user-id", "mr.bell"),
		wire.Collection("media-col", wire.Attributes{wire.Keyword("media-size-name", a3), wire.Keyword("media-source", "tray-2"), wire.Keyword("media-type", "cardstock")}),
	}
	b.do(t, ask{op: wire.OpCreateJob, user: "ada", job: job})
	b.do(t, ask{op: wire.OpCreateJob, user: "ada"})
	shown := func(id int, user string) string {
		got := b.do(t, ask{op: wire.OpGetJobAttributes, user: user, attrs: jobID(id)}).First(wire.JobGroup)
		col, _ := got.Collection("media-col")
		var all []string
		for _, name := range []string{"finishings", "print-quality", "output-bin", "print-scaling", "multiple-document-handling", "number-up", "media", "job-account-id", "job-accounting-user-id"} {
			all = append(all, values(got, name))
		}
		return strings.Join(append(all, values(col, "media-source"), values(col, "media-type")), "|")
	}
	all := "4 74|3|top|fill|" + uncollated + "|1|" + a3 + "|"
	for _, tc := range []struct {
		id         int
		user, want string
	}{
		{1, "ada", all + "Drama club|mr.bell|tray-2|cardstock"}, {1, "iris", all + "Drama club|mr.bell|tray-2|cardstock"},
		{1, "ben", all + "-|-|tray-2|cardstock"}, {1, "", all + "-|-|tray-2|cardstock"},
		{2, "ada", "3|4|auto|auto|" + collated + "|1|" + release.A4 + "|-|-|auto|stationery"},
	} {
		if got := shown(tc.id, tc.user); got != tc.want {
			t.Errorf("job %d shows %q: %q, want %q", tc.id, tc.user, got, tc.want)
		}
	}
}

// The owner changes a wish as well as any other option.
func TestWishesAreSettable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.offer(holdQueue, copyRoom)
	b.do(t, ask{op: wire.OpCreateJob, user: "ada", job: []wire.Attribute{wire.Enum("finishings", 4), wire.Enum("print-quality", 3)}})
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(1), job: []wire.Attribute{
		wire.Enum("finishings", 3), wire.Keyword("output-bin", "top"), wire.Name("job-account-id", "Drama club"), wire.Name("job-accounting-user-id", "mr.bell"),
	}}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(1), job: []wire.Attribute{
		goipp.MakeAttr("job-accounting-user-id", goipp.TagDeleteAttr, goipp.Void{}),
	}}), wire.StatusOK)
	if got := b.desk.all()[0].Ticket; !reflect.DeepEqual(got, release.Ticket{Quality: 3, OutputBin: "top", Account: "Drama club"}) {
		t.Errorf("the ticket is %+v", got)
	}
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(1), job: []wire.Attribute{wire.Enum("finishings", 5)}}), wire.StatusAttributesOrValuesNotSupported)
}

// The groups and names of requested-attributes ask for that and no more.
func TestRequested(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.offer(holdQueue, copyRoom)
	ask := func(attrs ...wire.Attribute) wire.Attributes {
		reply := b.do(t, ask{op: wire.OpGetPrinterAttributes, attrs: attrs})
		want(t, reply, wire.StatusOK)
		return reply.First(wire.PrinterGroup)
	}
	named := func(names ...string) wire.Attributes { return ask(wire.Keyword("requested-attributes", names...)) }
	all := ask()
	if all.Has("media-col-database") || len(named("all")) != len(all) {
		t.Error("media-col-database is told unasked, or all is not all")
	}
	if n := len(named("printer-description")) + len(named("job-template")) + len(named("subscription-template")); n != len(all) {
		t.Errorf("the groups have %d attributes, all has %d", n, len(all))
	}
	if got := named("job-template"); !got.Has("media-supported") || got.Has("printer-name") {
		t.Error("job-template is not its group")
	}
	if got := named("media-col-database"); len(got) != 1 {
		t.Errorf("media-col-database alone is %d attributes", len(got))
	} else if sheets, _ := got.Collections("media-col-database"); len(sheets) != 2 {
		t.Errorf("it has %d sheets", len(sheets))
	}
	if got := named("sides-supported", "printer-icons", "no-such-thing", "none"); len(got) != 2 {
		t.Errorf("two names ask for %v", got)
	}
	if got := ask(wire.MIMEType("document-format", "application/pdf")); len(got) != len(all) {
		t.Error("a document format hides something")
	}
}

// Icons are real pictures, at the host that the client asked, without signing in.
func TestIcons(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	uris, err := b.printer(t, holdQueue).Strings("printer-icons")
	if err != nil || len(uris) != 3 {
		t.Fatalf("printer-icons %q, %v", uris, err)
	}
	for i, uri := range uris {
		if !strings.HasPrefix(uri, b.http.URL+"/") {
			t.Errorf("%s is elsewhere", uri)
		}
		r, err := http.NewRequest(http.MethodGet, uri, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, body := send(t, r)
		image, err := png.DecodeConfig(bytes.NewReader(body))
		if err != nil || answer.Header.Get("Content-Type") != "image/png" || image.Width != iconSizes[i] || image.Height != iconSizes[i] {
			t.Errorf("%s is %s, %d wide, %v", uri, answer.Header.Get("Content-Type"), image.Width, err)
		}
	}
	for _, path := range []string{"/icons/", "/icons/printer-49.png", "/icons/../printer-48.png", "/icons/printer-048.png"} {
		r, err := http.NewRequest(http.MethodGet, b.http.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer, _ := send(t, r); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: HTTP %d", path, answer.StatusCode)
		}
	}
}

// CUPS shows a user of a driverless queue what the printers have.
func TestCUPSShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.offer(holdQueue, copyRoom)
	cups := ipptest.CUPS(t)
	cups.AddQueue("school", b.uri(holdQueue.Path, "ada"))
	options := cups.Options("school")
	for option, want := range map[string][]string{
		"PageSize": {"*A4", "A3"}, "InputSlot": {"*Auto", "Tray1", "Tray2"}, "Duplex": {"*None", "DuplexNoTumble"}, "ColorModel": {"*Gray", "RGB"},
		"StapleLocation": {"*None", "SinglePortrait"}, "PunchMedia": {"*None", "DualPortrait"}, "MediaType": {"*Stationery", "Cardstock"}, "OutputBin": {"Top", "Stacker1"}, "cupsPrintQuality": {"Draft", "*Normal", "High"},
	} {
		for _, choice := range want {
			if !slices.Contains(options[option], choice) {
				t.Errorf("%s has %q, not %s", option, options[option], choice)
			}
		}
	}
	request := cups.LP("school", letterFile(t), "media=a3", "InputSlot=Tray2", "cupsPrintQuality=High", "StapleLocation=SinglePortrait", "OutputBin=Top")
	cups.Wait("CUPS has let go of the job", func() bool { return cups.Done(request) })
	if got := b.desk.all()[0].Ticket; got.Media != a3 || got.MediaSource != "tray-2" || got.Quality != 5 || got.OutputBin != "top" || !slices.Equal(got.Finishings, []int{20}) {
		t.Errorf("the ticket is %+v", got)
	}
}

// BenchmarkPrinterAttributes is one Get-Printer-Attributes of everything, without the
// network and the database.
func BenchmarkPrinterAttributes(b *testing.B) {
	for name, offer := range map[string]release.Offer{"everyday": *everyday, "copy-room": copyRoom} {
		b.Run(name, func(b *testing.B) {
			desk := &fakeDesk{}
			desk.offer(holdQueue, offer)
			s, err := New(Options{Desk: desk, Directory: &fakeDirectory{}, Log: slog.New(slog.DiscardHandler), Installation: "test"})
			if err != nil {
				b.Fatal(err)
			}
			raw, err := wire.NewRequest(wire.OpGetPrinterAttributes, 7, wire.URI("printer-uri", "ipp://localhost"+holdQueue.Path)).Encode()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, holdQueue.Path, bytes.NewReader(raw))
				r.Header.Set("Content-Type", wire.ContentType)
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}
