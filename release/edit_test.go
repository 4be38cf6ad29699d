package release_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
	"inkwell/release/spool"
)

// came submits a document and waits until it is held.
func (h *house) came(doc []byte, t release.Ticket) release.Job {
	h.t.Helper()
	s := h.submission(h.Sam)
	s.Ticket = t
	job, err := h.Print(h.t.Context(), s, bytes.NewReader(doc))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.state(job.ID, release.Held)
}

// spooled puts bytes into the spool that no job has.
func (h *house) spooled(all []byte) spool.ID {
	h.t.Helper()
	draft, err := h.Spool.Create(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := draft.Write(all); err != nil {
		h.t.Fatal(err)
	}
	doc, err := draft.Commit(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return doc.ID
}

// edit changes a job as it is now.
func (h *house) edit(id release.JobID, e release.Edit) release.Job {
	h.t.Helper()
	if err := h.EditJob(h.t.Context(), h.at(h.Sam), id, h.job(id).Edition, e); err != nil {
		h.t.Fatal(err)
	}
	return h.job(id)
}

// visited is a job as its owner sees it at the station.
func (h *house) visited(id release.JobID) release.VisitJob {
	h.t.Helper()
	v, err := h.Visit(h.t.Context(), h.at(h.Sam))
	if err != nil {
		h.t.Fatal(err)
	}
	i := slices.IndexFunc(v.Jobs, func(j release.VisitJob) bool { return j.ID == id })
	if i < 0 {
		h.t.Fatalf("job %d is not there", id)
	}
	return v.Jobs[i]
}

func pages(ranges ...int) (all []release.PageRange) {
	for i := 0; i+1 < len(ranges); i += 2 {
		all = append(all, release.PageRange{First: ranges[i], Last: ranges[i+1]})
	}
	return all
}

// digestOf is that of a job's document, as its row has it.
func (h *house) digestOf(id release.JobID) string {
	return dbtest.Value[string](h.t, h.db, "SELECT encode(digest, 'hex') FROM job WHERE job_id = $1", id)
}

// What a change costs is known at once, from what is known of each page; what is counted of the
// document that it makes is the same, is charged, and is sent byte for byte.
func TestAChangedJobIsPricedCountedAndSentAsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paid := int64(0)
	for name, c := range map[string]struct {
		edit                        release.Edit
		sides, colour, sheets, came int
	}{
		"pages dropped":        {release.Edit{Pages: pages(1, 1, 3, 5)}, 4, 1, 2, 0},
		"black and white":      {release.Edit{Grey: true}, 6, 0, 3, 0},
		"two on a side":        {release.Edit{NumberUp: 2}, 3, 2, 2, 0},
		"three on two sides":   {release.Edit{NumberUp: 2, Pages: pages(1, 3)}, 2, 1, 1, 0},
		"four on a side":       {release.Edit{NumberUp: 4}, 2, 2, 1, 0},
		"one-sided and twice":  {release.Edit{Sides: "one-sided", Copies: 2}, 12, 4, 12, 0},
		"all of it":            {release.Edit{Grey: true, NumberUp: 4, Pages: pages(1, 2, 3, 3, 5, 6), Copies: 2, Sides: "one-sided"}, 4, 0, 4, 0},
		"pages that all stay":  {release.Edit{Pages: pages(1, 4, 5, 6)}, 6, 2, 3, 0},
		"changed and then not": {release.Edit{}, 6, 2, 3, 0},
	} {
		job := h.came(documenttest.Coloured(6, 2, 5), release.Ticket{ColorMode: "color"})
		if job.ColourImpressions != 2 || job.Tinted.Count() != 2 {
			t.Fatalf("%s: came with %+v", name, job)
		}
		if c.edit.Pages == nil && c.edit.NumberUp == 0 && !c.edit.Grey && c.edit.Copies == 0 {
			h.edit(job.ID, release.Edit{Grey: true, NumberUp: 2})
		}
		at := h.edit(job.ID, c.edit)
		shown := h.visited(job.ID)
		got := [3]int{at.Impressions, at.ColourImpressions, at.Sheets}
		want := [3]int{c.sides, c.colour, c.sheets}
		if got != want || shown.Pages != c.sides || shown.Colour != c.colour || shown.Changes.Sheets != c.sheets || shown.Changes.Was != 3 || shown.Changes.Of != 6 {
			t.Errorf("%s: at once %v, want %v; shown %+v %+v", name, got, want, shown, shown.Changes)
		}
		v := h.at(h.Sam)
		v.Shown, v.Editions = map[release.JobID]int64{job.ID: shown.Due}, map[release.JobID]int{job.ID: shown.Edition}
		if _, err := h.Release(t.Context(), v, []release.JobID{job.ID}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		done := h.state(job.ID, release.Done)
		if got := [3]int{done.Impressions, done.ColourImpressions, done.Sheets}; got != want {
			t.Errorf("%s: counted %v, want %v", name, got, want)
		}
		printed := h.paper.printed()
		last := printed[len(printed)-1]
		if sum := sha256.Sum256(last.document); hex.EncodeToString(sum[:]) != h.digestOf(job.ID) {
			t.Errorf("%s: what was sent is not what was counted", name)
		}
		if n := last.copies * len(pageObject.FindAll(last.document, -1)); n != c.sides {
			t.Errorf("%s: %d pages came out, %d were paid", name, n, c.sides)
		}
		if told := h.paper.told[len(h.paper.told)-1]; c.edit.Grey == (told.ColorMode == "color") {
			t.Errorf("%s: the printer was told %+v", name, told)
		}
		if charged := dbtest.Value[int64](t, h.db, "SELECT charged FROM delivery WHERE job_id = $1", job.ID); charged != shown.Due {
			t.Errorf("%s: %d charged, %d shown", name, charged, shown.Due)
		}
		paid += shown.Due
	}
	h.eventually("the documents", func() (string, bool) { n := h.documents(); return fmt.Sprint(n), n == 0 })
	if left := h.balance(h.Sam); left != 100-paid {
		t.Errorf("%d are left after %d", left, paid)
	}
	h.sound()
}

// Whoever has seen another version is told to look again; a change is the owner's alone, and
// somebody else's job looks like none.
func TestAChangeIsOfWhatWasSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4)
	try := func(v release.Visitor, id release.JobID, edition int, e release.Edit, want string) {
		t.Helper()
		wantFault(t, h.EditJob(t.Context(), v, id, edition, e), want)
	}
	try(h.at(h.Mia), job.ID, 0, release.Edit{Grey: true}, "job-unknown")
	try(h.at(h.IT), job.ID, 0, release.Edit{Grey: true}, "job-unknown")
	try(h.at(h.Sam), 9999, 0, release.Edit{Grey: true}, "job-unknown")
	for _, e := range []release.Edit{{Pages: pages(0, 1)}, {Pages: pages(2, 1)}, {Pages: pages(3, 5)}, {Pages: pages(1, 2, 2, 3)}, {NumberUp: 3}, {NumberUp: -2}, {NumberUp: 16},
		{Sides: "three-sided"}, {Copies: 100}, {Copies: -1}, {Pages: pages(1, 1<<40)}} {
		try(h.at(h.Sam), job.ID, 0, e, "edit-unknown")
	}
	h.edit(job.ID, release.Edit{Pages: pages(2, 3)})
	try(h.at(h.Sam), job.ID, 0, release.Edit{Grey: true}, "job-edited")
	v := h.at(h.Sam)
	v.Editions = map[release.JobID]int{job.ID: 0}
	_, err := h.Release(t.Context(), v, []release.JobID{job.ID})
	wantFault(t, err, "job-edited")
	if n := h.pagesOut(); n != 0 {
		t.Fatalf("%d pages came out", n)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	try(h.at(h.Sam), job.ID, 1, release.Edit{}, "job-ended")
	if n := h.pagesOut(); n != 2 {
		t.Errorf("%d pages came out", n)
	}
}

// Undoing goes back to exactly what came, also after many changes; and what a computer changes
// meanwhile stays below.
func TestAChangeIsUndone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	came := h.came(documenttest.Coloured(5, 4), release.Ticket{ColorMode: "color", Copies: 2})
	digest := h.digestOf(came.ID)
	for range 2 {
		h.edit(came.ID, release.Edit{Pages: pages(1, 2), NumberUp: 2, Grey: true})
		h.eventually("the changed document", func() (string, bool) {
			now := h.digestOf(came.ID)
			return now, now != digest
		})
		h.edit(came.ID, release.Edit{Pages: pages(4, 5), Sides: "one-sided", Copies: 1})
	}
	if n := h.job(came.ID); n.Impressions != 2 || n.ColourImpressions != 1 || n.Sheets != 2 {
		t.Errorf("changed: %+v", n)
	}
	quality := func(t release.Ticket) release.Ticket { t.Quality, t.Copies = 5, 3; return t }
	if _, err := h.Change(t.Context(), h.Sam, came.ID, release.Change{Ticket: quality}); err != nil {
		t.Fatal(err)
	}
	if n := h.job(came.ID); n.Impressions != 2 || n.Ticket.Quality != 5 || n.Ticket.Sides != "one-sided" {
		t.Errorf("changed at the computer, too: %+v", n)
	}
	back := h.edit(came.ID, release.Edit{})
	if back.Impressions != 15 || back.ColourImpressions != 3 || back.Sheets != 9 || back.Ticket.Quality != 5 || back.Ticket.ColorMode != "color" || back.Ticket.Sides != "" ||
		back.Document != came.Document || h.digestOf(came.ID) != digest {
		t.Errorf("undone: %+v", back)
	}
	h.eventually("the documents", func() (string, bool) { n := h.documents(); return fmt.Sprint(n), n == 1 }) // one may just be made in vain
}

// A power cut while the changed document is made leaves the job with the change and the document
// that came, whole; it is made anew, and what the cut left behind belongs to nobody.
func TestACutWhileAChangeIsMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4)
	h.close()
	if err := h.EditJob(t.Context(), h.at(h.Sam), job.ID, 0, release.Edit{Pages: pages(1, 3)}); err != nil {
		t.Fatal(err)
	}
	h.spooled(documenttest.PDF(3)) // whole, and no row has it
	if n := h.job(job.ID); n.Document != job.Document || n.Impressions != 3 || n.State != release.Held {
		t.Errorf("after the cut: %+v", n)
	}
	h.open()
	h.until(job.ID, func(j release.Job) bool { return j.Document != job.Document })
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if n := h.pagesOut(); n != 3 {
		t.Errorf("%d pages came out", n)
	}
}

// No row says that a job was released whose document is not what was asked for.
func TestNothingLeavesUnmade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4)
	h.close()
	if err := h.EditJob(t.Context(), h.at(h.Sam), job.ID, 0, release.Edit{NumberUp: 2}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"UPDATE job SET state = 'released' WHERE job_id = $1", "UPDATE job SET original = NULL WHERE job_id = $1", "UPDATE job SET edit = NULL WHERE job_id = $1"} {
		err := h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, sql, job.ID)
			return err
		})
		if err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}
