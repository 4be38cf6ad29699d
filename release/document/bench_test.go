package document

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// BenchmarkPrepareRaster is an A4 page of a small print in colour, at the resolution
// that a computer chooses for a good printer.
func BenchmarkPrepareRaster(b *testing.B) {
	e := newEngine(b, nil)
	if err := e.warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	const program = `/Times-Roman findfont 11 scalefont setfont
0 1 59 { 12 mul 780 exch sub 60 exch moveto (The quick brown fox jumps over the lazy dog, and prints what it saw on its way.) show } for
1 0 0 setrgbcolor 300 30 100 20 rectfill showpage`
	c := exec.Command("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pwgraster", "-r600", "-sPAPERSIZE=a4",
		"-dcupsColorOrder=0", "-dcupsColorSpace=19", "-dcupsBitsPerColor=8", "-sOutputFile=-", "-")
	c.Stdin = strings.NewReader(program)
	raster := output(b, c)
	b.SetBytes(int64(len(raster)))
	for b.Loop() {
		facts, err := e.Prepare(context.Background(), bytes.NewReader(raster), Work{Format: PWG}, io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(facts.Bytes), "bytes/rebuilt")
	}
}

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
				if _, err := e.Prepare(context.Background(), bytes.NewReader(pdf), Work{}, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
