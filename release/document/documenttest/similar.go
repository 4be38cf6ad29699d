package documenttest

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Alike is how similar two pictures of one page are to be that two programs drew: other
// hinting and other edges leave 0.95 and more, and a page that is shifted by a
// millimetre, mirrored, turned round or blank has less than 0.6, one with another number in
// its squares less than 0.94.
const Alike = 0.945

// Similar is the mean structural similarity of two pictures of one page (Wang, Bovik, Sheikh
// and Simoncelli, 2004), over windows of 8 by 8 points of 1/40 inch: 1 for the same, about 0
// for two that have nothing to do with one another. Windows that are white in both say nothing
// and do not count.
func Similar(a, b *image.Gray, dpiA, dpiB int) float64 {
	a, b = shrunk(a, dpiA), shrunk(b, dpiB)
	width, height := min(a.Rect.Dx(), b.Rect.Dx()), min(a.Rect.Dy(), b.Rect.Dy())
	sum, windows := 0.0, 0
	for y := 0; y+window <= height; y += window / 2 {
		for x := 0; x+window <= width; x += window / 2 {
			if s, blank := ssim(a, b, x, y); !blank {
				sum += s
				windows++
			}
		}
	}
	if windows == 0 {
		return 1
	}
	return sum / float64(windows)
}

const (
	window    = 8
	similarAt = 40 // points an inch
)

// ssim is that of a window.
func ssim(a, b *image.Gray, x, y int) (s float64, blank bool) {
	const n, c1, c2 = window * window, (0.01 * 255) * (0.01 * 255), (0.03 * 255) * (0.03 * 255)
	var sumA, sumB, sumAA, sumBB, sumAB float64
	blank = true
	for j := range window {
		for i := range window {
			p, q := float64(a.Pix[(y+j)*a.Stride+x+i]), float64(b.Pix[(y+j)*b.Stride+x+i])
			blank = blank && p > 250 && q > 250
			sumA, sumB, sumAA, sumBB, sumAB = sumA+p, sumB+q, sumAA+p*p, sumBB+q*q, sumAB+p*q
		}
	}
	meanA, meanB := sumA/n, sumB/n
	varA, varB, both := sumAA/n-meanA*meanA, sumBB/n-meanB*meanB, sumAB/n-meanA*meanB
	return (2*meanA*meanB + c1) * (2*both + c2) / ((meanA*meanA + meanB*meanB + c1) * (varA + varB + c2)), blank
}

// shrunk is a picture at the resolution that pictures are compared at: each point the mean of
// what it covers.
func shrunk(p *image.Gray, dpi int) *image.Gray {
	w, h := p.Rect.Dx()*similarAt/dpi, p.Rect.Dy()*similarAt/dpi
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sum, n := 0, 0
			for j := y * dpi / similarAt; j < (y+1)*dpi/similarAt; j++ {
				for i := x * dpi / similarAt; i < (x+1)*dpi/similarAt; i++ {
					sum, n = sum+int(p.Pix[j*p.Stride+i]), n+1
				}
			}
			out.Pix[y*out.Stride+x] = byte(sum / max(1, n)) // #nosec G115 -- 255 at the most
		}
	}
	return out
}

// Ghostscript is a PDF's pages as Ghostscript draws them in grey, on sheets of that size in
// points.
func Ghostscript(t testing.TB, pdf []byte, dpi int, width, height float64) (pages []*image.Gray) {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "in.pdf")
	if err := os.WriteFile(in, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pgmraw", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", fmt.Sprintf("-r%d", dpi),
		"-dFIXEDMEDIA", fmt.Sprintf("-dDEVICEWIDTHPOINTS=%g", width), fmt.Sprintf("-dDEVICEHEIGHTPOINTS=%g", height),
		"-sOutputFile=" + filepath.Join(dir, "%04d.pgm"), in}
	if out, err := exec.Command("gs", args...).CombinedOutput(); err != nil {
		t.Fatalf("gs: %v\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.pgm"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path) //nolint:gosec // a folder of this test
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, pgm(t, raw))
	}
	return pages
}

// pgm is a picture as Ghostscript writes it.
func pgm(t testing.TB, raw []byte) *image.Gray {
	t.Helper()
	lines := bytes.SplitN(raw, []byte("\n"), 5) // P5, a remark, the size, the greatest value, pixels
	var w, h int
	if _, err := fmt.Sscan(string(lines[2]), &w, &h); err != nil || len(lines) < 5 || len(lines[4]) < w*h {
		t.Fatalf("no picture: %.40q", raw)
	}
	return &image.Gray{Pix: lines[4][:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
}
