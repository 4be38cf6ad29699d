package release_test

import (
	"bytes"
	"context"
	"image/jpeg"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// The owner sees each page of what waits, as it came; nobody else sees any, whatever they may do
// otherwise, and cannot tell another's from one that there is not.
func TestPicturesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.came(documenttest.Coloured(8, 8), release.Ticket{ColorMode: "color"})
	h.edit(job.ID, release.Edit{Pages: pages(1, 2), Grey: true})
	for _, page := range []int{1, 6, 7, 8} {
		picture, err := h.Picture(t.Context(), h.at(h.Sam), job.ID, page)
		if err != nil {
			t.Fatal(err)
		}
		p, err := jpeg.Decode(bytes.NewReader(picture))
		if err != nil || p.Bounds().Dx() != 320 || p.Bounds().Dy() != 453 {
			t.Fatalf("page %d: %v, %v", page, p.Bounds(), err)
		}
		r, g, _, _ := p.At(90, 350).RGBA()
		if red := r > g+0x4000; red != (page == 8) {
			t.Errorf("page %d has red: %v", page, red)
		}
	}
	runner := h.at(h.Sam)
	runner.Slip = &release.Slip{Job: job.ID}
	for who, v := range map[string]release.Visitor{"another pupil": h.at(h.Mia), "IT": h.at(h.IT), "a teacher": h.at(h.Teacher), "a runner": runner} {
		for _, id := range []release.JobID{job.ID, 9999} {
			_, err := h.Picture(t.Context(), v, id, 1)
			if err == nil {
				t.Errorf("%s sees it", who)
			}
			wantFault(t, err, "job-unknown")
			_, err = h.Thumbnail(t.Context(), v, id)
			wantFault(t, err, "job-unknown")
		}
	}
	small, err := h.Thumbnail(t.Context(), h.at(h.Sam), job.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := jpeg.Decode(bytes.NewReader(small)); err != nil || p.Bounds().Dx() != 120 {
		t.Errorf("beside the line: %v, %v", p.Bounds(), err)
	}
	for _, page := range []int{-1, 0, 9, 1 << 40} {
		_, err := h.Picture(t.Context(), h.at(h.Sam), job.ID, page)
		wantFault(t, err, "job-unknown")
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	_, err = h.Picture(t.Context(), h.at(h.Sam), job.ID, 1)
	wantFault(t, err, "job-unknown")
}

// A job with a code of its own shows nothing before that was given.
func TestPicturesOfALockedJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 1, func(s *release.Submission) { s.Password = &release.Password{Scheme: "none", Value: []byte("1234")} })
	_, err := h.Picture(t.Context(), h.at(h.Sam), job.ID, 1)
	wantFault(t, err, "job-password-needed")
	wantFault(t, h.EditJob(t.Context(), h.at(h.Sam), job.ID, 0, release.Edit{Copies: 2}), "job-password-needed")
	opened := h.at(h.Sam)
	opened.Opened = map[release.JobID]bool{job.ID: true}
	if _, err := h.Picture(t.Context(), opened, job.ID, 1); err != nil {
		t.Error(err)
	}
	_, err = h.Thumbnail(t.Context(), h.at(h.Sam), job.ID)
	wantFault(t, err, "job-password-needed")
}

// Pages are drawn once for all who ask at once, six by one child; they go with the sign-out.
// Nothing of them is on a disk.
func TestPicturesAreDrawnOnceAndKeptInMemory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 6)
	look := func(id release.JobID) {
		var all sync.WaitGroup
		for page := 1; page <= 6; page++ {
			all.Go(func() {
				if _, err := h.Picture(t.Context(), h.at(h.Sam), id, page); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	look(job.ID)
	// The document is gone from the spool: what is seen now was kept.
	if err := h.Spool.Destroy(t.Context(), job.Document); err != nil {
		t.Fatal(err)
	}
	look(job.ID)
	err := filepath.WalkDir(h.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && (strings.Contains(path, "jpg") || strings.Contains(path, "picture")) {
			t.Errorf("%s is on the disk", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ForgetPictures(h.Sam.Person)
	if _, err := h.Picture(t.Context(), h.at(h.Sam), job.ID, 1); err == nil {
		t.Error("a picture outlived the visit")
	}
}

// A document that breaks whoever draws it has no picture, which is kept for a while too; the next
// one has. (One that starves them is package document's to show.)
func TestADocumentWithoutPictures(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 1)
	dbtest.Exec(t, h.db, "UPDATE job SET document = $2 WHERE job_id = $1", job.ID, h.spooled([]byte("%PDF-1.7\nnothing that can be drawn")))
	for range 2 {
		_, err := h.Picture(t.Context(), h.at(h.Sam), job.ID, 1)
		wantFault(t, err, "picture-none")
	}
	good := h.submit(h.Sam, 1)
	if _, err := h.Picture(t.Context(), h.at(h.Sam), good.ID, 1); err != nil {
		t.Error(err)
	}
}

// Whoever has signed out or lost their badge meanwhile sees nothing more.
func TestPicturesEndWithTheSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 1)
	v := h.at(h.Sam)
	if _, err := h.Picture(t.Context(), v, job.ID, 1); err != nil {
		t.Fatal(err)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE person SET left_at = now() WHERE person_id = $1", h.Sam.Person)
		return err
	})
	if _, err := h.Picture(t.Context(), v, job.ID, 1); err == nil {
		t.Error("somebody who has left sees pictures")
	}
}
