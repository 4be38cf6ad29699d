package document

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/release/document/documenttest"
)

// field sets a field of a raster's first header.
func field(raster []byte, at int, v uint32) []byte {
	b := bytes.Clone(raster)
	binary.BigEndian.PutUint32(b[at:], v)
	return b
}

// What is wrong with a picture or a raster is told in a sentence; it is never printed
// as far as it goes.
func TestPicturesRefused(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.MaxPages = 3; o.MaxBytes = 1 << 20 })
	pwg, urf, jpeg := documenttest.PWG(2), documenttest.URF(2), documenttest.JPEG()
	progressive := bytes.Replace(jpeg, []byte("\xff\xc0\x00\x11"), []byte("\xff\xc9\x00\x11"), 1)
	for name, c := range map[string]struct {
		file []byte
		work Work
		code string
	}{
		"PWG, truncated":             {pwg[:len(pwg)-1], Work{Format: PWG}, "document-damaged"},
		"PWG, junk behind":           {append(bytes.Clone(pwg), "%PDF-1.4"...), Work{Format: PWG}, "document-damaged"},
		"PWG without pages":          {documenttest.PWG(0), Work{}, "format-unsupported"}, // no page header, no name
		"PWG of 4 pages":             {documenttest.PWG(4), Work{Format: PWG}, "document-too-long"},
		"PWG of a billion lines":     {field(pwg, 4+376, 1<<30), Work{Format: PWG}, "document-too-large"},
		"PWG in CIELab":              {field(pwg, 4+400, 16), Work{Format: PWG}, "document-kind"},
		"PWG, called an Apple one":   {pwg, Work{Format: URF}, "format-mismatch"},
		"PWG, page 3":                {pwg, Work{Format: PWG, Pages: []Range{{3, 9}}}, "document-range"},
		"URF, truncated":             {urf[:100], Work{Format: URF}, "document-damaged"},
		"URF, its name alone":        {urf[:12], Work{Format: URF}, "document-empty"},
		"URF, half its name":         {urf[:9], Work{Format: URF}, "document-damaged"},
		"URF of no resolution":       {field(urf, 12+20, 0), Work{Format: URF}, "document-damaged"},
		"JPEG, truncated":            {jpeg[:len(jpeg)-9], Work{Format: JPEG}, "document-damaged"},
		"JPEG, three bytes":          {jpeg[:3], Work{Format: JPEG}, "document-damaged"},
		"JPEG, arithmetic":           {progressive, Work{Format: JPEG}, "document-kind"},
		"JPEG, called a PDF":         {jpeg, Work{Format: PDF}, "format-mismatch"},
		"JPEG, page 2":               {jpeg, Work{Format: JPEG, Pages: []Range{{2, 2}}}, "document-range"},
		"more when done than it may": {swelling(), Work{Format: PWG}, "document-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := worked(t, e, c.file, c.work)
			wantRefusal(t, err, c.code)
		})
	}
}

// swelling is a raster of a few kilobytes whose PDF has over a mebibyte.
func swelling() []byte {
	raster := field(field(field(documenttest.PWG(1), 4+276, 1200), 4+280, 1200), 4+372, 40_000)
	raster = field(field(raster, 4+376, 20_480), 4+392, 40_000)[:4+1796]
	return append(raster, bytes.Repeat([]byte{255, 128}, 80)...)
}

// A code that was kept has its words again.
func TestRefusal(t *testing.T) {
	t.Parallel()
	for _, f := range refusals {
		if got := Refusal(f.Code); got != f {
			t.Errorf("%s says %v", f.Code, got)
		}
		if strings.Contains(f.Say, "PDF is") && f != locked {
			t.Errorf("%s speaks of a PDF to somebody who sent a picture: %s", f.Code, f.Say)
		}
	}
	if got := Refusal("long-gone"); got.Code != "document-refused" || fault.KindOf(got) != fault.Invalid {
		t.Errorf("a code of no refusal says %v", got)
	}
}
