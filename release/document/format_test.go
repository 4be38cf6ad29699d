package document

import (
	"slices"
	"strings"
	"testing"

	"inkwell/internal/fault"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]struct {
		format Format
		ok     bool
	}{
		"%PDF-1.7\n":                    {PDF, true},
		"RaS2PwgRaster\x00\x00":         {PWG, true},
		"UNIRAST\x00\x00\x00\x00\x04":   {URF, true},
		"\xff\xd8\xff\xe0\x00\x10JFIF":  {JPEG, true},
		"\x89PNG\r\n\x1a\n\x00":         {PNG, true},
		"%!PS-Adobe-3.0\n":              {PostScript, false},
		"\x04%!PS-Adobe-3.0\n":          {PostScript, false},
		"\x1b%-12345X@PJL\n%PDF-1.4":    {PCL, false},
		"\x1bE\x1b&l0O":                 {PCL, false},
		") HP-PCL XL;2;0":               {PCL, false},
		"":                              {"", false},
		"%PDF":                          {"", false},
		"\n%PDF-1.4":                    {"", false},
		"RaS2\x00\x00":                  {cups, false},
		"RaS3PwgRaster\x00":             {cups, false},
		"2SaR\x00retsaRgwP":             {cups, false},
		"PK\x03\x04":                    {"", false},
		"This is not a %PDF- at all":    {"", false},
		"<html><body>%PDF-1.4</body>\n": {"", false},
	} {
		if format, ok := Sniff([]byte(head)); format != want.format || ok != want.ok {
			t.Errorf("Sniff(%q) = %q, %t, want %q, %t", head, format, ok, want.format, want.ok)
		}
	}
}

func TestAgree(t *testing.T) {
	t.Parallel()
	const (
		pdf, text, postscript, pjl = "%PDF-1.4", "Dear Sir", "%!PS", "\x1b%-12345X@PJL"
		raster, pwg, jpeg          = "UNIRAST\x00", "RaS2PwgRaster\x00", "\xff\xd8\xff\xe0"
	)
	for _, c := range []struct {
		declared, head string
		code, says     string // a refusal and a part of its sentence; otherwise the format
	}{
		{"application/pdf", pdf, "", "application/pdf"},
		{"Application/PDF; version=1.4", pdf, "", "application/pdf"},
		{"", pdf, "", "application/pdf"},
		{"application/octet-stream", pdf, "", "application/pdf"},
		{"image/urf", raster, "", "image/urf"},
		{"image/pwg-raster", pwg, "", "image/pwg-raster"},
		{"Image/JPEG", jpeg, "", "image/jpeg"},
		{"", raster, "", "image/urf"},
		{"application/octet-stream", pwg, "", "image/pwg-raster"},
		{"application/octet-stream", jpeg, "", "image/jpeg"},
		{"application/pdf", "", "document-empty", "nothing in this document"},
		{"", "", "document-empty", "nothing"},
		{"application/pdf", text, "format-mismatch", "sent as a PDF file, but it is something else"},
		{"application/pdf", pjl, "format-mismatch", "printer commands (PCL or PJL)"},
		{"application/pdf", raster, "format-mismatch", "Apple raster"},
		{"image/urf", pdf, "format-mismatch", "sent as an Apple raster, but it is a PDF file"},
		{"image/pwg-raster", raster, "format-mismatch", "sent as a PWG raster, but it is an Apple raster"},
		{"image/pwg-raster", "RaS3PwgRaster\x00", "format-mismatch", "it is a CUPS raster"},
		{"image/jpeg", "\x89PNG\r\n\x1a\n", "format-mismatch", "sent as a JPEG picture, but it is a PNG picture"},
		{"image/jpeg", "\xff\xd8\x00", "format-mismatch", "it is something else"},
		{"image/png", "\x89PNG\r\n\x1a\n", "", "image/png"},
		{"", "\x89PNG\r\n\x1a\n", "", "image/png"},
		{"image/png", "\x89PNG\n\x1a\n", "format-mismatch", "sent as a PNG picture, but it is something else"},
		{"application/vnd.cups-raster", "2SaR", "format-unsupported", "this is a CUPS raster"},
		{"", "PK\x03\x04", "format-unsupported", "PDF files and JPEG and PNG pictures, and this is something else"},
		{"application/vnd.hp-pcl", "\x1bE", "format-unsupported", "printer commands"},
		{"application/postscript", postscript, "format-unsupported", "PostScript"},
		{"", postscript, "format-unsupported", "PostScript"},
		{"application/octet-stream", text, "format-unsupported", "something else"},
		{"text/plain", text, "format-unsupported", "something else"},
		{"text/plain", pdf, "format-unsupported", "something else"},
	} {
		format, err := Agree(c.declared, []byte(c.head))
		if c.code == "" {
			if err != nil || string(format) != c.says {
				t.Errorf("Agree(%q, %q) = %q, %v", c.declared, c.head, format, err)
			}
			continue
		}
		wantRefusal(t, err, c.code)
		if say := fault.As(err).Say; !strings.Contains(say, c.says) {
			t.Errorf("Agree(%q, %q) says %q, want %q in it", c.declared, c.head, say, c.says)
		}
	}
}

// What is on the list can be declared, and nothing else.
func TestDeclared(t *testing.T) {
	t.Parallel()
	want := []string{"application/octet-stream", "application/pdf", "image/pwg-raster", "image/urf", "image/jpeg", "image/png"}
	if got := Formats(); !slices.Equal(got, want) {
		t.Errorf("Formats() = %q, want %q", got, want)
	}
	for _, good := range append(want, "", "Image/JPEG", "application/pdf; version=1.7") {
		if err := Declared(good); err != nil {
			t.Errorf("Declared(%q) = %v", good, err)
		}
	}
	for _, bad := range []string{"image/gif", "application/postscript", "application/vnd.hp-PCL", "text/plain", "x"} {
		wantRefusal(t, Declared(bad), "format-unsupported")
	}
}

// What a client declares is a client's text: it never reaches a sentence.
func TestAgreeDoesNotRepeatTheClient(t *testing.T) {
	t.Parallel()
	_, err := Agree("application/<b>pupil</b>", []byte("%PDF-1.4"))
	if say := fault.As(err).Say; strings.Contains(say, "pupil") {
		t.Errorf("the sentence repeats the client: %q", say)
	}
}

func FuzzSniff(f *testing.F) {
	for _, known := range formats {
		for _, mark := range known.marks {
			f.Add([]byte(mark), string(known.format))
		}
	}
	f.Fuzz(func(t *testing.T, head []byte, declared string) {
		format, ok := Sniff(head)
		if ok && (format == "" || format == PostScript || format == PCL) {
			t.Errorf("%q counts as a document", format)
		}
		if longer, _ := Sniff(append(head[:len(head):len(head)], 'x')); format != "" && longer != format {
			t.Errorf("%q became %q by one more byte", format, longer)
		}
		agreed, err := Agree(declared, head)
		if (err == nil) != taken(agreed) {
			t.Errorf("Agree gave %q and %v", agreed, err)
		}
		if err == nil && format != agreed || err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("Agree gave %q and %v for %q", agreed, err, format)
		}
		if err == nil && Declared(declared) != nil {
			t.Errorf("%q is refused as declared and taken with its content", declared)
		}
	})
}
