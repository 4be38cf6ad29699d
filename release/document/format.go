package document

import (
	"bytes"
	"strings"

	"inkwell/internal/fault"
)

// Format is a document's MIME media type, as in the IPP attribute
// document-format (RFC 8011 section 5.1.10). The zero value is an unknown one.
type Format string

// The formats that a print client may send.
const (
	PDF  Format = "application/pdf"
	PWG  Format = "image/pwg-raster" // #nosec G101 -- PWG 5102.4, no password
	URF  Format = "image/urf"        // Apple raster
	JPEG Format = "image/jpeg"
	PNG  Format = "image/png"
)

// Languages that are programs for a printer and cannot be counted. They are
// known so that a refusal can name them.
const (
	PostScript Format = "application/postscript"
	PCL        Format = "application/vnd.hp-PCL" // PCL, PCL XL, or anything wrapped in PJL
)

// cups is a raster of CUPS that is not the one of PWG 5102.4. Its pages mean what the
// driver it was made for says, so it is no print client's to send.
const cups Format = "application/vnd.cups-raster"

// declaredBinary is how a client says that it does not know (RFC 8011 section
// 5.1.10): the content decides.
const declaredBinary = "application/octet-stream"

// Formats is document-format-supported: what a client may declare, the default
// first, which leaves it to the content.
func Formats() []string {
	all := []string{declaredBinary}
	for _, f := range formats {
		if f.taken {
			all = append(all, string(f.format))
		}
	}
	return all
}

// formats is the one table of what we know and what we take.
var formats = []struct {
	format Format
	name   string // as a person reads it
	marks  []string
	taken  bool // accepted for printing today
	paged  bool // a document in the proper sense, not a printer's program
}{
	{format: PDF, name: "a PDF file", marks: []string{"%PDF-"}, taken: true, paged: true},
	{format: PWG, name: "a PWG raster", marks: []string{"RaS2PwgRaster\x00"}, taken: true, paged: true},
	{format: URF, name: "an Apple raster", marks: []string{"UNIRAST\x00"}, taken: true, paged: true},
	{format: JPEG, name: "a JPEG picture", marks: []string{"\xff\xd8\xff"}, taken: true, paged: true},
	{format: PNG, name: "a PNG picture", marks: []string{"\x89PNG\r\n\x1a\n"}, taken: true, paged: true},
	{format: cups, name: "a CUPS raster", marks: []string{"RaS2", "RaS3", "RaSt", "2SaR", "3SaR", "tSaR"}},
	{format: PostScript, name: "PostScript", marks: []string{"%!", "\x04%!"}},
	{format: PCL, name: "printer commands (PCL or PJL)",
		marks: []string{"\x1b%-12345X", "@PJL", "\x1bE", "\x1b&", "\x1b*", "\x1b(", ") HP-PCL XL"}},
}

// Sniff tells a document's format by its first bytes; a kibibyte is plenty. Only
// the very first byte counts, so that a document cannot be two things at once.
// It is false for PostScript and PCL, which it names all the same, and for
// anything unknown, which has the empty Format.
func Sniff(head []byte) (Format, bool) {
	for _, f := range formats {
		for _, mark := range f.marks {
			if bytes.HasPrefix(head, []byte(mark)) {
				return f.format, f.paged
			}
		}
	}
	return "", false
}

// Agree holds the declared media type against the content's first bytes and
// returns the format that both mean. An empty declaration and
// application/octet-stream leave it to the content; parameters are ignored.
// Refusals: "document-empty" for no bytes at all, "format-mismatch" when the two
// differ, and "format-unsupported" for what we do not print.
func Agree(declared string, head []byte) (Format, error) {
	if len(head) == 0 {
		return "", empty
	}
	found, _ := Sniff(head)
	want := mediaType(declared)
	if want != "" && want != found {
		if !taken(want) {
			return "", Unsupported(want)
		}
		return "", fault.New(fault.Unsupported, "format-mismatch",
			"This was sent as %s, but it is %s. Please print it to PDF and send that file.", name(want), name(found))
	}
	if !taken(found) {
		return "", Unsupported(found)
	}
	return found, nil
}

// Program says whether a format is a printer's own language, a program that only such a
// printer can count.
func (f Format) Program() bool { return f == PostScript || f == PCL }

// AgreeProgram is Agree for who may send programs, too.
func AgreeProgram(declared string, head []byte) (Format, error) {
	found, _ := Sniff(head)
	if want := mediaType(declared); found.Program() && (want == "" || want == found) {
		return found, nil
	}
	return Agree(declared, head)
}

// Declared refuses, as "format-unsupported", a media type that is not one of
// Formats: what Agree would refuse before there is any content.
func Declared(declared string) error {
	if want := mediaType(declared); want != "" && !taken(want) {
		return Unsupported(want)
	}
	return nil
}

// DeclaredProgram says whether a media type is that of a program.
func DeclaredProgram(declared string) bool { return mediaType(declared).Program() }

func mediaType(declared string) Format {
	base, _, _ := strings.Cut(declared, ";")
	base = strings.ToLower(strings.TrimSpace(base))
	if base == declaredBinary {
		return ""
	}
	for _, f := range formats {
		if strings.EqualFold(base, string(f.format)) {
			return f.format
		}
	}
	return Format(base)
}

// Unsupported is the refusal of a format, "format-unsupported".
func Unsupported(f Format) *fault.Error {
	return fault.New(fault.Unsupported, "format-unsupported",
		"We can print PDF files and JPEG and PNG pictures, and this is %s. Please print it to PDF and send that file.", name(f))
}

func taken(f Format) bool {
	for _, known := range formats {
		if known.format == f {
			return known.taken
		}
	}
	return false
}

// name never repeats what a client wrote: an unknown type stays unnamed.
func name(f Format) string {
	for _, known := range formats {
		if known.format == f {
			return known.name
		}
	}
	return "something else"
}
