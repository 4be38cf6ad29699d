package release_test

import (
	"testing"
	"time"

	"inkwell/release"
)

// A printer that makes one copy at a time is given all of them in one document, each on sheets of
// its own; what is charged is what came out, also where it stops in the second, and its empty
// backs are nobody's.
func TestCopiesInTheDocument(t *testing.T) {
	t.Parallel()
	one := release.Capabilities{Asked: true, Media: []string{release.A4}, Sides: []string{"one-sided", "two-sided-long-edge"}, ColorModes: []string{"monochrome"}, Copies: 1}
	h := newHouse(t, watched(one))
	h.known(one)
	thrice := func(s *release.Submission) { s.Ticket = release.Ticket{Copies: 3} }
	for i, c := range []struct{ pages, sides, paid int }{{3, 11, 9}, {2, 6, 6}, {1, 3, 3}} {
		job := h.submit(h.Sam, c.pages, thrice)
		before := h.balance(h.Sam)
		h.release(h.Sam, job.ID)
		h.state(job.ID, release.Done)
		got := h.paper.printed()[i]
		if n := len(pageObject.FindAll(got.document, -1)); got.copies != 1 || n != c.sides || before-h.balance(h.Sam) != int64(c.paid) {
			t.Errorf("%d pages thrice: %d copies of %d sides, for %d", c.pages, got.copies, n, before-h.balance(h.Sam))
		}
		if told := h.paper.told[i].Sides; (told == "one-sided") != (c.pages == 1) {
			t.Errorf("%d pages thrice are printed %q", c.pages, told)
		}
	}
	job := h.printing(3, thrice)
	before := h.balance(h.Sam)
	h.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: 5}) // a copy, its back, and a page
	h.eventually("the end of patience", func() (string, bool) {
		h.clock.Advance(10 * time.Second)
		return "", h.job(job.ID).State == release.Held
	})
	if rest := h.job(job.ID); rest.Printed != 4 || rest.Left() != 5 || before-h.balance(h.Sam) != -5 {
		t.Errorf("%d came out, %d are left, for %d", rest.Printed, rest.Left(), before-h.balance(h.Sam))
	}
	h.sound()
}
