package document

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
)

// BenchmarkPrepare is one document at a time, each in a child of its own.
func BenchmarkPrepare(b *testing.B) {
	for _, pages := range []int{3, 1000} {
		b.Run(fmt.Sprintf("%d pages", pages), func(b *testing.B) {
			e := newEngine(b, nil)
			if err := e.warm(context.Background()); err != nil {
				b.Fatal(err)
			}
			pdf := pdfPages(pages).file()
			b.SetBytes(int64(len(pdf)))
			for b.Loop() {
				if _, err := e.Prepare(context.Background(), bytes.NewReader(pdf), nil, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
