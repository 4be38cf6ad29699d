package release_test

import (
	"fmt"
	"testing"
	"time"

	"inkwell/release"
)

// priceWithin is what a tap on the pages of a job may take until its owner sees the new price,
// in 95 of 100.
const priceWithin = 200 * time.Millisecond

// BenchmarkPriceOfAChange is the time from a tap that changes a held job of twelve pages until the
// price of what would come out now is there to be shown. The documents are made meanwhile, as
// they are while somebody goes on tapping.
func BenchmarkPriceOfAChange(b *testing.B) {
	h := newHouse(b, plenty)
	job := h.submit(h.Sam, 12)
	s := &stopwatch{house: h}
	taps := []release.Edit{{Pages: pages(1, 11)}, {Pages: pages(1, 11), NumberUp: 2}, {Pages: pages(3, 11), NumberUp: 4, Grey: true}, {Copies: 3}, {}}
	for turn := 0; b.Loop(); turn++ {
		edition := h.visited(job.ID).Edition
		began := time.Now()
		if err := h.EditJob(b.Context(), h.at(h.Sam), job.ID, edition, taps[turn%len(taps)]); err != nil {
			b.Fatal(err)
		}
		if h.visited(job.ID).Due == 0 {
			b.Fatal("it has no price")
		}
		s.took = append(s.took, time.Since(began))
	}
	for _, part := range []int{50, 95} {
		b.ReportMetric(float64(s.at(part).Microseconds())/1000, fmt.Sprintf("p%d-ms", part))
	}
	if at := s.at(95); at > priceWithin {
		b.Logf("over the limit of %v: %v", priceWithin, at)
	}
}
