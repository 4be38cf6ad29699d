package main

import (
	"bytes"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// releases submits a file in a format and has its owner release it at a station, and returns
// the one document that the printer was given more.
func (s *demo) releases(pupil int, file []byte, station string, at *ipptest.Eve, args ...string) []byte {
	s.t.Helper()
	before := len(at.Documents(s.t))
	test := strings.Replace(printTest, "application/pdf", "application/octet-stream", 1)
	test = strings.Replace(test, "FILE $filename", strings.Join(append([]string{"GROUP job-attributes-tag"}, args...), "\n")+"\nFILE $filename", 1)
	if said, ok := s.ask(test, s.queue(demoPupil(pupil), "/ipp/print"), tempFile(s.t, file)); !ok {
		s.t.Fatal(said)
	}
	s.held(demoPupil(pupil), 1)
	c := s.tapAt(station, demoBadge(pupil))
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

// A printer that takes rasters alone is a printer.
func TestPrintersWithoutPDF(t *testing.T) {
	pwg := ipptest.EvePrinter(t, ipptest.EveOptions{Formats: []string{"image/pwg-raster"}})
	urf := ipptest.EvePrinter(t, ipptest.EveOptions{Formats: []string{"image/urf"}})
	s := serveDemo(t)
	for name, at := range map[string]*ipptest.Eve{"pwg": pwg, "urf": urf} {
		s.inkwell("printer", "add", name, at.URI, "--station", name)
	}
	s.eventually("what the printers can do", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE capabilities->'raster' IS NOT NULL") == 2
	})
	t.Log(rows[string](s, "SELECT string_agg(capabilities::text, ' ') FROM printer"))
	file := documenttest.Drawn(3, 595, 842)
	if got := s.releases(21, file, "pwg", pwg); !bytes.HasPrefix(got, []byte("RaS2PwgRaster")) || bytes.Count(got, []byte("PwgRaster\x00")) != 3 {
		t.Errorf("the printer of PWG rasters was given %.20q", got)
	}
	if got := s.releases(22, file, "urf", urf); !bytes.HasPrefix(got, []byte("UNIRAST\x00\x00\x00\x00\x03")) {
		t.Errorf("the printer of Apple rasters was given %.20q", got)
	}
	t.Log(pwg.Told(t))
	if got := rows[string](s, "SELECT string_agg(kind || ':' || amount, ' ' ORDER BY transfer_id) FROM transfer WHERE delivery_id IS NOT NULL"); got != "reserve:3 settle:3 reserve:3 settle:3" {
		t.Errorf("transfers: %s", got)
	}
	s.inkwell("ledger", "verify")
}
