package main

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// outlet is a printer with a station of its own.
type outlet struct {
	name string
	*ipptest.Eve
}

// What pupils send and what printers take, through the real program and ippeveprinter: what the
// printer takes as it was sent arrives byte for byte, all else comes out as Ghostscript draws it,
// and CUPS's own reader takes every raster. With INKWELL_PROVE set these are all sixteen pairs.
// A printer that takes PDF alone, has no word for black and white and makes one copy is given grey
// pages, and both copies in one document.
func TestEveryFormatToEveryPrinter(t *testing.T) {
	const pages = 2
	usual := []string{"PDF to pwg", "PDF to urf", "JPEG to both", "PWG to pwg", "URF to both"}
	pdf := documenttest.Drawn(pages, 595.276, 841.89)
	files := map[string][]byte{
		"PDF":  pdf,
		"JPEG": drawnBy(t, pdf, "jpeg", "-r150", "-dJPEGQ=95", "-dLastPage=1"),
		"PWG":  drawnBy(t, pdf, "pwgraster", "-r150", "-dcupsColorSpace=19", "-dcupsBitsPerColor=8", "-dcupsColorOrder=0"),
		"URF":  drawnBy(t, pdf, "appleraster", "-r150", "-dcupsColorSpace=19", "-dcupsBitsPerColor=8", "-dcupsColorOrder=0"),
	}
	can := []string{
		"boolean color-supported true", "keyword print-color-mode-supported auto,color,monochrome", "keyword print-color-mode-default monochrome",
		"keyword sides-supported one-sided,two-sided-long-edge,two-sided-short-edge", "keyword sides-default one-sided",
		"keyword media-supported iso_a4_210x297mm,iso_a5_148x210mm", "keyword media-default iso_a4_210x297mm", "keyword media-ready iso_a4_210x297mm",
		"rangeOfInteger copies-supported 1-99", "integer copies-default 1",
	}
	pwg := append([]string{"resolution pwg-raster-document-resolution-supported 150dpi", "keyword pwg-raster-document-sheet-back flipped",
		"keyword pwg-raster-document-type-supported sgray_8,srgb_8"}, can...)
	lone := append([]string{"boolean color-supported true", "keyword print-color-mode-supported color", "keyword print-color-mode-default color",
		"rangeOfInteger copies-supported 1-1", "integer copies-default 1"}, can[3:8]...)
	printers := map[string]outlet{}
	for name, o := range map[string]ipptest.EveOptions{
		"pdf":  {},
		"pwg":  {Formats: []string{"image/pwg-raster"}, Attributes: pwg},
		"urf":  {Formats: []string{"image/urf"}, Attributes: append([]string{"keyword urf-supported V1.4,W8,SRGB24,RS150,DM4"}, can...)},
		"lone": {Attributes: lone},
		"both": {Formats: []string{"image/jpeg", "image/pwg-raster"}, Attributes: pwg},
	} {
		printers[name] = outlet{name, ipptest.EvePrinter(t, o)}
	}
	s := serveDemo(t)
	for name, p := range printers {
		s.inkwell("printer", "add", name, p.URI, "--station", name)
	}
	s.eventually("what the printers can do", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE name IN ('pdf', 'pwg', 'urf', 'both', 'lone') AND capabilities ? 'formats' AND state = 'idle'") == 5
	})
	jobs, charged := 0, 0
	for i, from := range []string{"PDF", "JPEG", "PWG", "URF"} {
		want := documenttest.Ghostscript(t, pdf, 150, 595.276, 841.89)
		if from == "PWG" || from == "URF" {
			want = nil
			for _, p := range documenttest.ReadRaster(t, files[from]) {
				want = append(want, p.Picture())
			}
		}
		for k, to := range []string{"pdf", "pwg", "urf", "both"} {
			name, sides := from+" to "+to, "one-sided"
			if os.Getenv("INKWELL_PROVE") == "" && !slices.Contains(usual, name) {
				continue
			}
			if from == "PDF" {
				sides = "two-sided-long-edge"
			}
			if jobs, charged = jobs+1, charged+pages; from == "JPEG" {
				charged--
			}
			got := s.releases(30+4*i+k, files[from], printers[to], "ATTR keyword print-color-mode color", "ATTR keyword sides "+sides)
			if from == "JPEG" && to == "pdf" { // whose margins are ours
				want = documenttest.Ghostscript(t, got, 150, 595.276, 841.89)
			}
			asSent := map[string]bool{"JPEG to both": true, "PWG to pwg": true, "PWG to both": true, "URF to urf": true}[name]
			if asSent != bytes.Equal(got, files[from]) && name != "PDF to pdf" {
				t.Errorf("%s: as it was sent: %v", name, !asSent)
			}
			if !asSent {
				alike(t, name, got, want)
			}
		}
	}
	jobs, charged = jobs+1, charged+2*pages
	grey := s.releases(29, pdf, printers["lone"], "ATTR keyword print-color-mode monochrome", "ATTR integer copies 2", "ATTR keyword sides two-sided-long-edge")
	want := documenttest.Ghostscript(t, pdf, 150, 595.276, 841.89)
	alike(t, "PDF to grey PDF, twice", grey, append(slices.Clone(want), want...))
	if bytes.Contains(grey, []byte("/DeviceRGB")) || bytes.Count(grey, []byte("/ColorSpace/DeviceGray")) != 2*pages || bytes.Contains(grey, []byte("/Font")) {
		t.Error("what is to be black and white has more than grey pictures in it")
	}
	if told := printers["lone"].Told(t); strings.Contains(told, "IPP_COPIES=2") {
		t.Errorf("the printer was told\n%s", told)
	}
	if got := rows[string](s, "SELECT count(*) || ' ' || sum(charged) FROM delivery WHERE state = 'settled'"); got != fmt.Sprintf("%d %d", jobs, charged) {
		t.Errorf("deliveries and what was charged: %s, want %d and %d", got, jobs, charged)
	}
	s.eventually("the spool to be empty", func() bool {
		files, err := os.ReadDir(s.dir + "/spool")
		return err == nil && !strings.Contains(fmt.Sprint(files), ".doc")
	})
	s.inkwell("ledger", "verify")
}

// drawnBy is a PDF as a device of Ghostscript draws it.
func drawnBy(t *testing.T, pdf []byte, device string, args ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	args = append([]string{"-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sPAPERSIZE=a4", "-dFIXEDMEDIA", "-sDEVICE=" + device, "-sOutputFile=" + out}, args...)
	if said, err := exec.Command("gs", append(args, tempFile(t, pdf))...).CombinedOutput(); err != nil { //nolint:gosec // a real program
		t.Fatalf("gs: %v\n%s", err, said)
	}
	raw, err := os.ReadFile(out) //nolint:gosec // a folder of this test
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// releases submits a file and has its owner release it at a printer, and returns the one
// document that this was given.
func (s *demo) releases(pupil int, file []byte, at outlet, attributes ...string) []byte {
	s.t.Helper()
	before := len(at.Documents(s.t))
	test := strings.Replace(printTest, "application/pdf", "application/octet-stream", 1)
	test = strings.Replace(test, "FILE $filename", strings.Join(append([]string{"GROUP job-attributes-tag"}, attributes...), "\n")+"\nFILE $filename", 1)
	if said, ok := s.ask(test, s.queue(demoPupil(pupil), "/ipp/print"), tempFile(s.t, file)); !ok {
		s.t.Fatal(said)
	}
	s.held(demoPupil(pupil), 1)
	c := s.tapAt(at.name, demoBadge(pupil))
	s.face(c, kiosk.FaceJobs)
	if err := c.ReleaseAll(); err != nil {
		s.t.Fatal(err)
	}
	s.eventually("the job to be printed", func() bool {
		return rows[int](s, "SELECT count(*) FROM job WHERE state NOT IN ('done', 'refused', 'cancelled')") == 0
	})
	_ = c.Close()
	all := at.Documents(s.t)
	if len(all) != before+1 {
		s.t.Fatalf("the printer was given %d documents", len(all)-before)
	}
	return all[before]
}

// alike holds each page of what a printer was given against Ghostscript's.
func alike(t *testing.T, name string, got []byte, want []*image.Gray) {
	t.Helper()
	var pages []*image.Gray
	dpi := 150
	if bytes.HasPrefix(got, []byte("%PDF")) {
		pages = documenttest.Ghostscript(t, got, dpi, 595.276, 841.89)
	} else {
		cupsReads(t, name, got, len(want))
		for i, p := range documenttest.ReadRaster(t, got) {
			if back := i%2 == 1 && p.Duplex; (p.Mirror || p.Upside) != (back && bytes.HasPrefix(got, []byte("RaS2"))) || !p.Coloured() {
				t.Errorf("%s: page %d is turned %v, %v, and in colour %v", name, i+1, p.Mirror, p.Upside, p.Coloured())
			}
			pages, dpi = append(pages, p.Picture()), p.DPI
		}
	}
	if len(pages) != len(want) {
		t.Fatalf("%s: %d pages, want %d", name, len(pages), len(want))
	}
	for i, p := range pages {
		s := documenttest.Similar(p, want[i], dpi, 150)
		t.Logf("%s: page %d is alike by %.3f", name, i+1, s)
		if s < documenttest.Alike {
			t.Errorf("%s: page %d is alike by %.3f", name, i+1, s)
		}
	}
}

// cupsReads has CUPS's own reader of rasters, in a filter of its, count the pages.
func cupsReads(t *testing.T, name string, raw []byte, pages int) {
	t.Helper()
	c := exec.Command("/usr/lib/cups/filter/rastertopdf", "1", "user", "title", "1", "", tempFile(t, raw)) //nolint:gosec // a real program
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if n := bytes.Count(out, []byte("/MediaBox")); err != nil || n != pages || strings.Contains(said.String(), "ERROR") {
		t.Errorf("%s: CUPS reads %d pages of %d: %v\n%s", name, n, pages, err, said.String())
	}
}
