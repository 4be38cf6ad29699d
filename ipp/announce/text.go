package announce

import (
	"slices"
	"strings"

	"inkwell/release"
)

// pair is one key of a TXT record (RFC 6763 section 6.4).
type pair struct{ key, value string }

// mostText is the octets that one string of a TXT record may have.
const mostText = 255

// text is the service's TXT record (Bonjour Printing Specification 1.2.1 section 9,
// PWG 5100.14 section 4.2.3), each value from the attribute that says the same.
// docs/ipp.md lists them. A key without a value is left out.
func (s Service) text() []string {
	all := []pair{
		{"txtvers", "1"},
		{"qtotal", "1"},
		{"rp", strings.TrimPrefix(s.Path, "/")},
		{"ty", s.first("printer-make-and-model")},
		{"product", s.product()},
		{"note", s.first("printer-location")},
		{"priority", "0"},
		{"adminurl", s.Page},
		{"pdl", s.list("document-format-supported")},
		{"URF", orNone(s.list("urf-supported"))},
		{"UUID", strings.TrimPrefix(s.first("printer-uuid"), "urn:uuid:")},
		{"TLS", "1.2"},
		{"air", s.proof()},
		{"mopria-certified", s.first("mopria-certified")},
		{"kind", orDocument(s.list("printer-kind"))},
		{"PaperMax", s.paperMax()},
		{"Color", flag(s.color())},
		{"Duplex", flag(s.says("sides-supported", "two-sided-long-edge", "two-sided-short-edge"))},
		{"Copies", flag(s.copies())},
		{"Collate", flag(s.says("multiple-document-handling-supported", "separate-documents-collated-copies"))},
		{"Staple", flagIf(s.finishes(release.Staple))},
		{"Punch", flagIf(s.finishes(release.Punch))},
		{"Bind", flagIf(s.finishes(release.Bind))},
	}
	var lines []string
	for _, p := range all {
		if p.value != "" {
			lines = append(lines, cut(p.key+"="+clean(p.value), mostText))
		}
	}
	return lines
}

// first is an attribute's first value as text, "" if it has none.
func (s Service) first(name string) string {
	if all, err := s.Says.Strings(name); err == nil && len(all) > 0 {
		return all[0]
	}
	return ""
}

// list is an attribute's values with commas, as many as fit.
func (s Service) list(name string) string {
	all, _ := s.Says.Strings(name) // what has no values has none to tell
	var b strings.Builder
	for _, v := range all {
		if strings.Contains(v, ",") || len(v)+1 > mostText-len("pdl=")-b.Len() {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v)
	}
	return b.String()
}

// says whether one of the values is among an attribute's.
func (s Service) says(name string, values ...string) bool {
	all, _ := s.Says.Strings(name)
	return slices.ContainsFunc(all, func(v string) bool { return slices.Contains(values, v) })
}

// product is the model in parentheses, as a printer description of PostScript has it.
func (s Service) product() string {
	if model := s.first("printer-make-and-model"); model != "" {
		return "(" + model + ")"
	}
	return ""
}

// proof is what a computer has to have ready (air).
func (s Service) proof() string {
	switch s.first("uri-authentication-supported") {
	case "none", "requesting-user-name":
		return "none"
	case "certificate":
		return "certificate"
	case "negotiate":
		return "negotiate"
	case "oauth":
		return "oauth"
	default: // basic, digest
		return "username,password"
	}
}

func (s Service) color() bool {
	yes, err := s.Says.Bool("color-supported")
	return err == nil && yes
}

func (s Service) copies() bool {
	r, err := s.Says.Range("copies-supported")
	return err == nil && r.Upper > 1
}

// finishes says whether finishings has a kind of finishing.
func (s Service) finishes(kind release.Finishing) bool {
	all, _ := s.Says.Ints("finishings-supported")
	return slices.ContainsFunc(all, func(n int) bool { return release.FinishingOf(n) == kind })
}

// paperMax names the class of the largest sheet. Lengths are hundredths of a
// millimetre, as in media-size-supported; a size that is a range is not looked at.
func (s Service) paperMax() string {
	sizes, _ := s.Says.Collections("media-size-supported")
	short, long := 0, 0
	for _, size := range sizes {
		x, err1 := size.Int("x-dimension")
		y, err2 := size.Int("y-dimension")
		if err1 == nil && err2 == nil && x*y > short*long {
			short, long = min(x, y), max(x, y)
		}
	}
	switch {
	case short == 0:
		return ""
	case short < 21000 || long < 29700:
		return "<legal-A4"
	case short < 27900 || long < 42000:
		return "legal-A4"
	case short < 42000 || long < 59400:
		return "tabloid-A3"
	case short <= 43200 && long <= 59400:
		return "isoC-A2"
	default:
		return ">isoC-A2"
	}
}

func flag(yes bool) string {
	if yes {
		return "T"
	}
	return "F"
}

// flagIf is for what a reader of the record takes for no where it is not said.
func flagIf(yes bool) string {
	if yes {
		return "T"
	}
	return ""
}

// orNone is for URF, which a computer of Apple's wants to see.
func orNone(v string) string {
	if v == "" {
		return "none"
	}
	return v
}

func orDocument(v string) string {
	if v == "" {
		return "document"
	}
	return v
}
