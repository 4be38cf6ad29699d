package release_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
	"inkwell/release/document"
	"inkwell/release/document/documenttest"
)

// held submits a document and waits for its count.
func (h *house) held(pdf []byte, who school.Actor, t release.Ticket) release.Job {
	h.t.Helper()
	s := h.submission(who)
	s.Ticket = t
	job, err := h.Print(h.t.Context(), s, bytes.NewReader(pdf))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.state(job.ID, release.Held)
}

// What a job carries of colour is what is drawn on the pages that were chosen, and comes
// out in colour where the ticket says so.
func TestColourIsCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pdf := documenttest.Coloured(5, 2, 3)
	for _, c := range []struct {
		ticket          release.Ticket
		carries, prints int
	}{
		{release.Ticket{}, 2, 0},
		{release.Ticket{ColorMode: "monochrome", Copies: 3}, 2, 0},
		{release.Ticket{ColorMode: "color"}, 2, 2},
		{release.Ticket{ColorMode: "auto", Copies: 3}, 2, 6},
		{release.Ticket{ColorMode: "color", Pages: []release.PageRange{{First: 3, Last: 5}}, Copies: 2}, 1, 2},
		{release.Ticket{ColorMode: "color", NumberUp: 4}, 1, 1},
	} {
		job := h.held(pdf, h.Sam, c.ticket)
		if job.ColourPages != c.carries || job.ColourImpressions != c.prints {
			t.Errorf("%+v: %d carry colour, %d are printed with it, want %d, %d", c.ticket, job.ColourPages, job.ColourImpressions, c.carries, c.prints)
		}
		if want := []document.Size{{X: 210, Y: 297, Pages: job.Pages}}; !slices.Equal(job.Sizes, want) {
			t.Errorf("%+v: %v", c.ticket, job.Sizes)
		}
		if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// A change counts anew what is printed in colour. Where colour could not be told, the
// job waits in black and white, and is not printed in colour by guesswork.
func TestColourIsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.held(documenttest.Coloured(3, 1), h.Sam, release.Ticket{})
	mode := func(mode string, copies int) release.Change {
		return release.Change{Ticket: func(t release.Ticket) release.Ticket { t.ColorMode, t.Copies = mode, copies; return t }}
	}
	for _, c := range []struct {
		mode   string
		copies int
		want   int
	}{{"color", 4, 4}, {"monochrome", 4, 0}, {"auto", 1, 1}, {"", 1, 0}} {
		if h.change(h.Sam, job.ID, mode(c.mode, c.copies)); h.job(job.ID).ColourImpressions != c.want {
			t.Errorf("%+v: %d", c, h.job(job.ID).ColourImpressions)
		}
	}
	dbtest.Exec(t, h.db, "UPDATE job SET colour_pages = NULL")
	_, err := h.Change(t.Context(), h.Sam, job.ID, mode("color", 1))
	wantFault(t, err, "colour-later")
	if job = h.change(h.Sam, job.ID, mode("", 2)); job.Impressions != 6 || h.job(job.ID).ColourPages != document.Unseen {
		t.Errorf("%+v", job)
	}
}

// A document whose colour cannot be told in its time is refused in colour, and printed
// in black and white.
func TestColourThatCannotBeTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.engine.CPUSeconds = 2 })
	if job := h.held(documenttest.Slow(3, 9000), h.Sam, release.Ticket{}); job.Pages != 3 || job.ColourPages != document.Unseen {
		t.Errorf("%+v", job)
	}
	s := h.submission(h.Sam)
	s.Ticket.ColorMode = "color"
	job, err := h.Print(t.Context(), s, bytes.NewReader(documenttest.Slow(3, 9000)))
	if err != nil {
		t.Fatal(err)
	}
	if job = h.state(job.ID, release.Refused); job.Reason != "document-colour" {
		t.Errorf("%+v", job)
	}
	h.eventually("the end of its document", func() (string, bool) { return "", h.documents() == 1 })
}

// A ceiling on colour holds beside what a job costs: at the computer, at the station and in
// the release. It counts what comes out in colour, and gives the rest back.
func TestACeilingOnColour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, h.School)
		if err == nil {
			_, err = quota.GiveAllowances(ctx, tx, sc)
		}
		return err
	})
	left := func(units, colour int) {
		t.Helper()
		v, err := h.Visit(t.Context(), h.at(h.Sam))
		if err != nil || v.Colour == nil || *v.Colour != colour || v.Balance != int64(units) {
			t.Errorf("%+v, %v; want %d and %d in colour", v, err, units, colour)
		}
	}
	left(350, 10)
	pdf := documenttest.Coloured(5, 2, 3)
	first, second := h.held(pdf, h.Sam, release.Ticket{ColorMode: "color", Copies: 3}), h.held(pdf, h.Sam, release.Ticket{ColorMode: "auto", Copies: 3})
	grey := h.held(pdf, h.Sam, release.Ticket{Copies: 2})
	if v, err := h.Visit(t.Context(), h.at(h.Sam)); err != nil || v.Jobs[0].Colour != 6 || v.Jobs[2].Colour != 0 {
		t.Errorf("%+v, %v", v.Jobs, err)
	}
	_, err := h.Release(t.Context(), h.at(h.Sam), ids(first.ID, second.ID))
	wantFault(t, err, "not-enough-colour")
	left(350, 10)
	h.release(h.Sam, first.ID)
	h.state(first.ID, release.Done)
	left(335, 4)
	if got := h.seen(h.Sam, second.ID); got != "not-enough-colour " {
		t.Errorf("at the computer: %q", got)
	}
	_, err = h.Release(t.Context(), h.at(h.Sam), ids(second.ID))
	wantFault(t, err, "not-enough-colour")
	h.release(h.Sam, grey.ID)
	h.state(grey.ID, release.Done)
	left(325, 4)
	h.sound()
}
