package announce

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"inkwell/ipp/wire"
)

// says is what a printer with everything answers.
var says = wire.Attributes{
	wire.Text("printer-make-and-model", "Inkwell"),
	wire.Text("printer-location", "Library; Room 12"),
	wire.MIMEType("document-format-supported", "application/octet-stream", "application/pdf", "image/urf"),
	wire.Keyword("urf-supported", "V1.4", "W8", "SRGB24", "RS300-600", "DM1"),
	wire.URI("printer-uuid", "urn:uuid:0b0d5a65-a4b5-8aba-81bf-89f951dbef76"),
	wire.Keyword("uri-authentication-supported", "basic"),
	wire.Text("mopria-certified", "1.3"),
	wire.Keyword("printer-kind", "document", "photo"),
	wire.Boolean("color-supported", true),
	wire.Keyword("sides-supported", "one-sided", "two-sided-long-edge"),
	wire.Range("copies-supported", wire.IntRange{Lower: 1, Upper: 99}),
	wire.Keyword("multiple-document-handling-supported", "separate-documents-uncollated-copies", "separate-documents-collated-copies"),
	wire.Enum("finishings-supported", 3, 4, 74, 91),
	wire.Collection("media-size-supported", sheet(21000, 29700), sheet(29700, 42000)),
}

func sheet(x, y int) wire.Attributes {
	return wire.Attributes{wire.Integer("x-dimension", x), wire.Integer("y-dimension", y)}
}

func TestTextSaysWhatThePrinterSays(t *testing.T) {
	t.Parallel()
	got := Service{Name: "Print", School: "Harbour Academy", Path: "/ipp/print", Page: "https://print.local:8443/", Says: says}.text()
	want := strings.Split(`txtvers=1
qtotal=1
rp=ipp/print
ty=Inkwell
product=(Inkwell)
note=Library; Room 12
priority=0
adminurl=https://print.local:8443/
pdl=application/octet-stream,application/pdf,image/urf
URF=V1.4,W8,SRGB24,RS300-600,DM1
UUID=0b0d5a65-a4b5-8aba-81bf-89f951dbef76
TLS=1.2
air=username,password
mopria-certified=1.3
kind=document,photo
PaperMax=tabloid-A3
Color=T
Duplex=T
Copies=T
Collate=T
Staple=T
Punch=T`, "\n")
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A printer that says nothing can do nothing, and asks for a password.
func TestTextOfAPrinterThatSaysNothing(t *testing.T) {
	t.Parallel()
	got := strings.Join(Service{Path: "/ipp/print"}.text(), " ")
	want := "txtvers=1 qtotal=1 rp=ipp/print priority=0 URF=none TLS=1.2 air=username,password kind=document Color=F Duplex=F Copies=F Collate=F"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestProofIsToldAsBonjourHasIt(t *testing.T) {
	t.Parallel()
	for uri, air := range map[string]string{
		"basic": "username,password", "digest": "username,password", "none": "none", "requesting-user-name": "none",
		"certificate": "certificate", "negotiate": "negotiate", "oauth": "oauth",
	} {
		s := Service{Says: wire.Attributes{wire.Keyword("uri-authentication-supported", uri)}}
		if got := s.proof(); got != air {
			t.Errorf("%s is air=%s", uri, got)
		}
	}
}

func TestPaperMax(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want  string
		sizes []wire.Attributes
	}{
		{"", nil},
		{"<legal-A4", []wire.Attributes{sheet(14800, 21000), sheet(21590, 27940)}},
		{"legal-A4", []wire.Attributes{sheet(29700, 21000)}},
		{"legal-A4", []wire.Attributes{sheet(21590, 35560), sheet(14800, 21000)}},
		{"tabloid-A3", []wire.Attributes{sheet(27940, 43180)}},
		{"isoC-A2", []wire.Attributes{sheet(42000, 59400), sheet(29700, 42000)}},
		{">isoC-A2", []wire.Attributes{sheet(59400, 84100)}},
		{"legal-A4", []wire.Attributes{sheet(21000, 29700), {
			wire.Range("x-dimension", wire.IntRange{Lower: 7000, Upper: 90000}), wire.Range("y-dimension", wire.IntRange{Lower: 7000, Upper: 90000}),
		}}},
	} {
		s := Service{}
		if c.sizes != nil {
			s.Says = wire.Attributes{wire.Collection("media-size-supported", c.sizes...)}
		}
		if got := s.paperMax(); got != c.want {
			t.Errorf("%v: %q, want %q", c.sizes, got, c.want)
		}
	}
}

// Folds, trims and booklets are none of the three that a record can tell of.
func TestFinishings(t *testing.T) {
	t.Parallel()
	for value, want := range map[int]string{
		3: "", 4: "Staple", 5: "Punch", 6: "", 7: "Bind", 10: "", 13: "", 20: "Staple", 35: "Staple", 36: "",
		50: "Bind", 53: "Bind", 60: "", 70: "Punch", 89: "Punch", 90: "", 101: "",
	} {
		got := ""
		for _, line := range (Service{Says: wire.Attributes{wire.Enum("finishings-supported", value)}}).text() {
			if key, value, _ := strings.Cut(line, "="); slices.Contains([]string{"Staple", "Punch", "Bind"}, key) && value == "T" {
				got += key
			}
		}
		if got != want {
			t.Errorf("%d is %q, want %q", value, got, want)
		}
	}
}

// Whatever a printer says, no string is longer than a TXT record can hold, none is
// cut within a character or a format, and none has a line's end in it.
func TestTextFits(t *testing.T) {
	t.Parallel()
	var formats []string
	for i := range 40 {
		formats = append(formats, fmt.Sprintf("application/vnd.school-%d", i))
	}
	lines := Service{Path: "/ipp/print", Says: wire.Attributes{
		wire.MIMEType("document-format-supported", formats...),
		wire.Text("printer-location", "Bücherei\r\n"+strings.Repeat("ü", 400)),
	}}.text()
	for _, line := range lines {
		if len(line) > mostText || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%d octets: %q", len(line), line)
		}
		if list, ok := strings.CutPrefix(line, "pdl="); ok {
			told := strings.Split(list, ",")
			if len(told) < 8 || !slices.Equal(told, formats[:len(told)]) {
				t.Errorf("formats %q", told)
			}
		}
	}
}
