package release_test

import (
	"bytes"
	"testing"

	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// Whatever format a job comes in, its pages are counted and paid, and the printer
// gets a PDF of just these: copies are the ticket's, not the file's.
func TestFormats(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paid := int64(0)
	for _, c := range []struct {
		name, declared, found      string
		file                       []byte
		ticket                     release.Ticket
		pages, impressions, sheets int
	}{
		{"a picture", "image/jpeg", "image/jpeg", documenttest.JPEG(), release.Ticket{Copies: 2, Scaling: "fit"}, 1, 2, 2},
		{"a picture that is not declared", "application/octet-stream", "image/jpeg", documenttest.JPEG(), release.Ticket{}, 1, 1, 1},
		{"a PWG raster", "image/pwg-raster", "image/pwg-raster", documenttest.PWG(3), release.Ticket{Scaling: "fit", OutputBin: "kept"}, 3, 3, 2},
		{"some pages of a raster", "image/pwg-raster", "image/pwg-raster", documenttest.PWG(5),
			release.Ticket{Copies: 2, Pages: []release.PageRange{{First: 2, Last: 4}}}, 3, 6, 4},
		{"an Apple raster", "", "image/urf", documenttest.URF(4), release.Ticket{Sides: "one-sided"}, 4, 4, 4},
		{"two pages on a side", "application/pdf", "application/pdf", documenttest.PDF(5), release.Ticket{NumberUp: 2, Scaling: "fit"}, 3, 3, 2},
		{"four pages of some on a side", "", "image/urf", documenttest.URF(9),
			release.Ticket{NumberUp: 4, Copies: 3, Sides: "one-sided", Pages: []release.PageRange{{First: 1, Last: 1}, {First: 3, Last: 9}}}, 2, 6, 6},
	} {
		s := h.submission(h.Sam)
		s.Declared, s.Ticket = c.declared, c.ticket
		job, err := h.Print(t.Context(), s, bytes.NewReader(c.file))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		job = h.state(job.ID, release.Held)
		if job.Format != c.found || job.Pages != c.pages || job.Impressions != c.impressions || job.Sheets != c.sheets || job.Price != int64(c.impressions) {
			t.Errorf("%s: %+v", c.name, job)
		}
		before := h.pagesOut()
		h.release(h.Sam, job.ID)
		h.state(job.ID, release.Done)
		if n := h.pagesOut() - before; n != c.impressions {
			t.Errorf("%s: %d pages came out, %d were counted", c.name, n, c.impressions)
		}
		paid += int64(c.impressions)
	}
	for i, sheet := range h.paper.printed() {
		if !bytes.HasPrefix(sheet.document, []byte("%PDF-")) || sheet.format != "application/pdf" {
			t.Errorf("the printer was given %.20q as document %d, and told that it is %s", sheet.document, i, sheet.format)
		}
	}
	for _, told := range h.paper.told { // "kept" marks the job whose pages the printer still has to fit
		if (told.Scaling != "") != (told.OutputBin == "kept") {
			t.Errorf("the printer was told %+v", told)
		}
	}
	if n := h.balance(h.Sam); n != 100-paid {
		t.Errorf("the balance is %d after %d pages", n, paid)
	}
	h.sound()
}

// A raster that breaks off is not printed as far as it goes.
func TestRasterAtFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	whole := documenttest.PWG(2)
	s := h.submission(h.Sam)
	s.Declared = "image/pwg-raster"
	job, err := h.Print(t.Context(), s, bytes.NewReader(whole[:len(whole)-1]))
	if err != nil {
		t.Fatal(err)
	}
	if job = h.state(job.ID, release.Refused); job.Reason != "document-damaged" {
		t.Errorf("%+v", job)
	}
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
}

// How many pages go on a side is settled by the count, like the pages themselves.
func TestNumberUpIsSettled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4, func(s *release.Submission) { s.Ticket.NumberUp = 2 })
	up := func(n int) release.Change {
		return release.Change{Ticket: func(t release.Ticket) release.Ticket { t.NumberUp = n; return t }}
	}
	for _, n := range []int{0, 1, 4} {
		_, err := h.Change(t.Context(), h.Sam, job.ID, up(n))
		wantFault(t, err, "pages-settled")
	}
	if _, err := h.Change(t.Context(), h.Sam, job.ID, up(2)); err != nil {
		t.Errorf("what it is already: %v", err)
	}
	if again := h.change(h.Sam, job.ID, copies(3)); again.Impressions != 6 || again.Sheets != 3 {
		t.Errorf("three copies are %+v", again)
	}
	plain := h.submit(h.Sam, 1)
	if _, err := h.Change(t.Context(), h.Sam, plain.ID, up(1)); err != nil {
		t.Errorf("one instead of none: %v", err)
	}
}
