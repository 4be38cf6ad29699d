package release_test

import (
	"bytes"
	"context"
	"testing"

	"pgregory.net/rapid"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	_ "inkwell/internal/propertytest"
	"inkwell/quota"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// A teacher's yes is for the pages that it was asked for: other pages of the same number are
// asked for again, and so is more. Undoing goes back to what was said yes to.
func TestAYesIsForThePagesItWasAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.teaches()
	h.rules(quota.Restriction{Outcome: quota.Ask, Pages: 4})
	job := h.submit(h.Sam, 8)
	h.edit(job.ID, release.Edit{Pages: pages(1, 4)})
	if err := h.AskTeacher(t.Context(), h.at(h.Sam), job.ID); err != nil {
		t.Fatal(err)
	}
	waiting := func() []release.Waiting {
		t.Helper()
		all, err := h.Waiting(t.Context(), h.Teacher)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := waiting()
	if len(all) != 1 || all[0].Pages != 4 {
		t.Fatalf("the teacher reads %+v", all)
	}
	h.edit(job.ID, release.Edit{Pages: pages(5, 8)})
	if n := len(waiting()); n != 0 {
		t.Errorf("%d requests are open for other pages", n)
	}
	wantFault(t, h.Approve(t.Context(), h.Teacher, all[0].ID), "approval-gone")
	h.edit(job.ID, release.Edit{Pages: pages(1, 4)})
	if err := h.Approve(t.Context(), h.Teacher, all[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, e := range []release.Edit{{Pages: pages(5, 8)}, {NumberUp: 2}, {}, {Pages: pages(1, 4), Copies: 2}} {
		h.edit(job.ID, e)
		_, err := h.Release(t.Context(), h.at(h.Sam), []release.JobID{job.ID})
		wantFault(t, err, "rule-ask")
	}
	h.edit(job.ID, release.Edit{Pages: pages(1, 3)}) // fewer than the rule is about
	h.edit(job.ID, release.Edit{Pages: pages(1, 4)})
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if n := h.pagesOut(); n != 4 {
		t.Errorf("%d pages came out", n)
	}
}

// The rules are asked of the changed job: what is left out does not count, and what is printed
// again and again is known by what came, whatever was left out of it.
func TestRulesAreAskedOfTheChangedJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rules(quota.Restriction{Outcome: quota.Refuse, Pages: 5})
	job := h.submit(h.Sam, 8)
	_, err := h.Release(t.Context(), h.at(h.Sam), []release.JobID{job.ID})
	wantFault(t, err, "rule-refused")
	h.edit(job.ID, release.Edit{NumberUp: 2})
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)

	h.rules(quota.Restriction{Outcome: quota.Refuse, Same: quota.Same{Times: 1, Hours: 1}})
	again := h.submit(h.Sam, 8)
	h.edit(again.ID, release.Edit{Pages: pages(2, 5)})
	_, err = h.Release(t.Context(), h.at(h.Sam), []release.JobID{again.ID})
	wantFault(t, err, "rule-refused")
	h.sound()
}

// Whatever is left out and put together, what a change is said to cost is what its document is
// counted with; never fewer sides than come out.
func TestAChangeCostsWhatItsDocumentIsCountedWith(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Sam.Person, Amount: 10_000, Key: "more"}})
		return err
	})
	job := h.came(documenttest.Coloured(9, 1, 4, 5, 9), release.Ticket{ColorMode: "color"})
	tries := 0
	rapid.Check(t, func(r *rapid.T) {
		if tries++; tries > 8 {
			return // each is a document made; the long form of it is the engine's own
		}
		e := release.Edit{Grey: rapid.Bool().Draw(r, "grey"), Copies: rapid.IntRange(0, 3).Draw(r, "copies"),
			NumberUp: rapid.SampledFrom([]int{0, 2, 4}).Draw(r, "up"), Sides: rapid.SampledFrom([]string{"", "one-sided"}).Draw(r, "sides")}
		for page := 1; page <= 9; page++ {
			if rapid.Bool().Draw(r, "left out") {
				if less, ok := e.Keeping(page, false, 9); ok {
					e = less
				}
			}
		}
		said := h.edit(job.ID, e)
		h.eventually("its document", func() (string, bool) {
			return "", !dbtest.Value[bool](t, h.db, "SELECT unmade FROM job WHERE job_id = $1", job.ID)
		})
		made := h.job(job.ID)
		if made.Edition != said.Edition || made.Pages != said.Pages || made.Impressions != said.Impressions || made.ColourImpressions != said.ColourImpressions ||
			made.Sheets != said.Sheets || made.Price != said.Price {
			r.Fatalf("%+v: said %+v, counted %+v", e, said, made)
		}
	})
}

// A document that does anything to whoever reads it was refused when it was counted; one that is
// only hard to put together is as it came again, and prints so.
func TestAChangeThatCannotBeMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.engine.MaxPages = 3 })
	job := h.submit(h.Sam, 3)
	// What is in the spool is none any more: as if the disk had turned it.
	bad := h.spooled(bytes.Replace(documenttest.PDF(3), []byte("/Kids"), []byte("/Kidz"), 1))
	good := job.Document
	h.close()
	dbtest.Exec(t, h.db, "UPDATE job SET document = $2 WHERE job_id = $1", job.ID, bad)
	if err := h.EditJob(t.Context(), h.at(h.Sam), job.ID, 0, release.Edit{NumberUp: 2}); err != nil {
		t.Fatal(err)
	}
	v := h.at(h.Sam)
	v.Editions = map[release.JobID]int{job.ID: 1}
	_, err := h.Release(t.Context(), v, []release.JobID{job.ID})
	wantFault(t, err, "edit-stuck")
	if n := h.job(job.ID); n.Edition != 2 || n.Impressions != 3 || !n.Edit.Same(release.Edit{}) {
		t.Errorf("it is %+v", n)
	}
	dbtest.Exec(t, h.db, "UPDATE job SET document = $2 WHERE job_id = $1", job.ID, good)
	h.open()
	_, err = h.Release(t.Context(), v, []release.JobID{job.ID})
	wantFault(t, err, "job-edited")
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if n := h.pagesOut(); n != 3 {
		t.Errorf("%d pages came out", n)
	}
}
