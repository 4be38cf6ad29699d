package release_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// together prints jobs at the same moment and returns what came of each.
func (h *house) together(all ...release.Submission) ([]release.Job, []error) {
	jobs, errs := make([]release.Job, len(all)), make([]error, len(all))
	var work sync.WaitGroup
	for i, s := range all {
		work.Go(func() {
			jobs[i], errs[i] = h.Print(h.t.Context(), s, bytes.NewReader(documenttest.PDF(1)))
		})
	}
	work.Wait()
	return jobs, errs
}

// Jobs that arrive together are written together, and each is its sender's own.
func TestJobsThatArriveTogetherKeepApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []release.Submission
	for i := range 8 {
		s := h.submission([]school.Actor{h.Sam, h.Mia}[i%2])
		s.Title, s.Ticket.Copies = fmt.Sprintf("Essay %d", i), i+1
		if i%3 == 0 {
			s.Queue, s.Hold.Name = h.direct, release.Indefinite
		}
		all = append(all, s)
	}
	jobs, errs := h.together(all...)
	seen := map[release.JobID]bool{}
	for i, j := range jobs {
		want := all[i]
		if errs[i] != nil || seen[j.ID] || j.Title != want.Title || j.Ticket.Copies != i+1 || j.OnHold != (want.Hold.Name == release.Indefinite) || j.Person != want.Actor.Person ||
			j.State != release.Counting || j.Document == "" || j.Received.IsZero() || !j.Expires.After(j.Received) {
			t.Errorf("%d: %+v, %v", i, j, errs[i])
		}
		seen[j.ID] = true
		if got := h.state(j.ID, release.Held); got.Impressions != i+1 {
			t.Errorf("job %d has %d pages", i, got.Impressions)
		}
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'job-submitted' AND object IN (SELECT 'job:' || job_id FROM job)"); n != len(all) {
		t.Errorf("%d of %d submissions are on record", n, len(all))
	}
}

// Among those that arrive together, too, a person has no more than their share, and
// the others are none the worse for it.
func TestTogetherNobodyHoldsTooMany(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []release.Submission
	for range 9 { // five may be held
		all = append(all, h.submission(h.Sam))
	}
	_, errs := h.together(append(all, h.submission(h.Mia))...)
	taken := 0
	for _, err := range errs[:9] {
		if err == nil {
			taken++
			continue
		}
		wantFault(t, err, "too-many-held")
	}
	if taken != 5 || errs[9] != nil {
		t.Errorf("%d of Sam's were taken, and of Mia's: %v", taken, errs[9])
	}
	h.eventually("only the documents of jobs", func() (string, bool) {
		n, m := h.documents(), dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE state = 'held'")
		return fmt.Sprintf("%d documents, %d held", n, m), n == 6 && m == 6
	})
}

// Nor does a shared device, whomever it names.
func TestTogetherADeviceSendsNoMoreThanItsShare(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	device := h.carts()
	var all []release.Submission
	for i := range 12 { // five may wait
		all = append(all, h.submission(device([]string{"sam", "mia"}[i%2], "10.1.2.3")))
	}
	_, errs := h.together(append(all, h.submission(device("sam", "10.1.2.4")))...)
	taken := 0
	for _, err := range errs[:12] {
		if err == nil {
			taken++
			continue
		}
		wantFault(t, err, "too-many-held")
	}
	if taken != 5 || errs[12] != nil {
		t.Errorf("%d of one device were taken, and of another: %v", taken, errs[12])
	}
}

// A job that the database does not take fails alone, and leaves no document.
func TestTogetherOneFaultIsOnesOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wrong := h.submission(h.Mia)
	wrong.Title = "a title with\x00 in it"
	_, errs := h.together(h.submission(h.Sam), wrong, h.submission(h.Sam), h.submission(h.Mia))
	for i, err := range errs {
		if (err != nil) != (i == 1) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if errs[1] != nil && fault.As(errs[1]).Code != "text-unreadable" {
		t.Errorf("a title that cannot be kept: %v", errs[1])
	}
	h.eventually("three documents", func() (string, bool) {
		n, m := h.documents(), dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE state = 'held'")
		return fmt.Sprintf("%d documents, %d held", n, m), n == 3 && m == 3
	})
}
