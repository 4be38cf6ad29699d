package release_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// Somebody's pile of documents waits for everybody's first, and deleting what is
// there does not bring them to the front again.
func TestPeopleTakeTurnsToBeCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.close() // nobody counts
	send := func(a school.Actor) release.JobID {
		job, err := h.Print(t.Context(), h.submission(a), bytes.NewReader(documenttest.PDF(1)))
		if err != nil {
			t.Fatal(err)
		}
		return job.ID
	}
	gone := send(h.Sam)
	if err := h.Delete(t.Context(), h.at(h.Sam), gone); err != nil {
		t.Fatal(err)
	}
	sam1, sam2, mia1, mia2, teacher := send(h.Sam), send(h.Sam), send(h.Mia), send(h.Mia), send(h.Teacher)
	var order []release.JobID
	for {
		id, err := h.NextToCount(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if id == 0 {
			break
		}
		order = append(order, id)
	}
	if want := []release.JobID{mia1, teacher, sam1, mia2, sam2}; !slices.Equal(order, want) {
		t.Errorf("counted in the order %v, want %v", order, want)
	}

	h.clock.Advance(11 * time.Minute) // and all of that is forgotten
	h.open()
	t.Cleanup(h.close)
	h.state(sam2, release.Held)
}
