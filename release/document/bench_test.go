package document

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/release/document/picture"
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

// BenchmarkColour is how long two children need to prepare and look through two documents,
// beside two Ghostscripts that measure the ink of the same two. The ratio is theirs over ours:
// 1 and more is as fast.
func BenchmarkColour(b *testing.B) {
	e := newEngine(b, nil)
	if err := e.warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	pdf := made(b, "out.pdf", "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", "-sOutputFile={out}", written(b, "in.ps",
		"%!\n/Times-Roman findfont 11 scalefont setfont 1 1 300 { 10 mod 0 eq { 1 0 0 } { 0 0 0 } ifelse setrgbcolor "+
			"1 1 60 { 13 mul 30 exch moveto (The quick brown fox jumps over the lazy dog, and prints what it saw.) show } for showpage } for\n"))
	path := written(b, "in.pdf", string(pdf))
	ours, theirs := time.Duration(0), time.Duration(0)
	for b.Loop() {
		ours += twice(func() {
			facts, err := e.Prepare(context.Background(), bytes.NewReader(pdf), Work{Format: PDF, Colour: true}, io.Discard)
			if err != nil || facts.Colour != 30 {
				b.Errorf("%+v, %v", facts, err)
			}
		})
		theirs += twice(func() {
			c := exec.Command("nice", "-n", "19", "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=inkcov", "-sOutputFile=-", path)
			if out := output(b, c); strings.Count(string(out), "CMYK") != 300 { // our children step back as far
				b.Errorf("%.200s", out)
			}
		})
	}
	b.ReportMetric(float64(theirs)/float64(ours), "of-Ghostscript's-rate")
}

// twice does something twice at once.
func twice(do func()) time.Duration {
	began := time.Now()
	var all sync.WaitGroup
	for range 2 {
		all.Go(do)
	}
	all.Wait()
	return time.Since(began)
}

// BenchmarkWalk is the walking of a raster beside sha256sum on the same file.
func BenchmarkWalk(b *testing.B) {
	page := noise(1)[4:]
	raster := append([]byte("RaS2"), bytes.Repeat(page, 20)...)
	path := written(b, "raster", string(raster))
	b.SetBytes(int64(len(raster)))
	ours, theirs := time.Duration(0), time.Duration(0)
	for b.Loop() {
		began := time.Now()
		if pages, err := picture.PWG(io.Discard, bytes.NewReader(raster), picture.Choice{Most: 100}); err != nil || pages != 20 {
			b.Fatal(pages, err)
		}
		ours += time.Since(began)
		began = time.Now()
		if err := exec.Command("sha256sum", path).Run(); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(began)
	}
	b.ReportMetric(float64(theirs)/float64(ours), "of-sha256sum's-rate")
}

// BenchmarkManyAtOnce is 200 PDFs of one to ten pages that arrive at once, and how long
// one takes when nothing else is there.
func BenchmarkManyAtOnce(b *testing.B) {
	e := newEngine(b, func(o *Options) { o.Spare = 2 })
	if err := e.warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	prepare := func(pages int) {
		if facts, err := e.Prepare(context.Background(), bytes.NewReader(pdfPages(pages).file()), Work{Format: PDF}, io.Discard); err != nil || facts.Pages != pages {
			b.Errorf("%+v, %v", facts, err)
		}
	}
	for b.Loop() {
		began := time.Now()
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() { prepare(1 + i%10) })
		}
		all.Wait()
		b.ReportMetric(time.Since(began).Seconds(), "s/200")
		var single []time.Duration
		for i := range 40 {
			began := time.Now()
			prepare(1 + i%10)
			single = append(single, time.Since(began))
		}
		slices.Sort(single)
		b.ReportMetric(single[37].Seconds(), "s/p95")
	}
}
