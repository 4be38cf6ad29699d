package release_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// firstByteWithin is what a release may take until the printer has the first byte of the
// document, in 95 of 100.
const firstByteWithin = 100 * time.Millisecond

// BenchmarkReleaseToFirstByte is the time from the touch of "Print" until the printer has the
// first byte of the document, over loopback: alone, and beside printers that hang in every way.
func BenchmarkReleaseToFirstByte(b *testing.B) {
	for name, beside := range map[string]bool{"alone": false, "beside-hanging": true} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, plenty, func(h *house) { h.watch = 5 * time.Second })
			if beside {
				h.stuck()
			}
			m := h.machine("well")
			var took []time.Duration
			for b.Loop() {
				b.StopTimer()
				job := h.submit(h.Sam, 1)
				first := make(chan time.Time, 1)
				m.line.Next(wire.OpSendDocument, func(x *ipptest.Exchange) {
					one := make([]byte, 1)
					_, err := io.ReadFull(x.Document, one)
					first <- time.Now()
					if err == nil {
						x.Document = io.MultiReader(bytes.NewReader(one), x.Document)
					}
					x.Write(x.Forward())
				})
				b.StartTimer()
				begun := time.Now()
				if _, err := h.Release(b.Context(), m.at, ids(job.ID)); err != nil {
					b.Fatal(err)
				}
				took = append(took, (<-first).Sub(begun))
				b.StopTimer()
				h.state(job.ID, release.Done)
				b.StartTimer()
				if len(took)%50 == 0 {
					h.more(len(took))
				}
			}
			slices.Sort(took)
			at := func(part int) time.Duration { return took[(len(took)*part+99)/100-1] }
			b.ReportMetric(float64(at(50).Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(at(95).Microseconds())/1000, "p95-ms")
			b.ReportMetric(firstByteWithin.Seconds()*1000, "limit-ms")
			if at(95) > firstByteWithin {
				b.Logf("over the limit: %v", at(95))
			}
		})
	}
}

// more gives Sam what was spent.
func (h *house) more(n int) {
	h.t.Helper()
	h.grant(h.Sam, 50, fmt.Sprintf("more %d", n))
}
