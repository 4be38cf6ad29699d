package document

import (
	"bufio"
	"bytes"
	"image"
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// rendered draws the pages of a PDF by poppler, which is not ours.
func rendered(t testing.TB, pdf []byte, dpi int) []*image.RGBA {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return pictures(t, exec.Command("pdftoppm", "-r", strconv.Itoa(dpi), "-aa", "no", "-aaVector", "no", path))
}

// pictures runs a program that writes PPM or PGM files one behind the other.
func pictures(t testing.TB, c *exec.Cmd) (all []*image.RGBA) {
	t.Helper()
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", c.Args, err, &complaint)
	}
	in := bufio.NewReader(bytes.NewReader(out))
	for {
		if _, err := in.Peek(1); err == io.EOF {
			return all
		}
		all = append(all, ppm(t, in))
	}
}

// ppm reads one PPM or PGM file of eight bits, with its comment if it has one.
func ppm(t testing.TB, in *bufio.Reader) *image.RGBA {
	t.Helper()
	var header [4]string
	for i := 0; i < len(header); {
		word, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("read picture: %v", err)
		}
		if word[0] == '#' {
			continue
		}
		for _, w := range bytes.Fields([]byte(word)) {
			header[i] = string(w)
			i++
		}
	}
	width, err := strconv.Atoi(header[1])
	height, err2 := strconv.Atoi(header[2])
	depth := map[string]int{"P5": 1, "P6": 3}[header[0]]
	if depth == 0 || err != nil || err2 != nil || header[3] != "255" {
		t.Fatalf("no picture: %q", header)
	}
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	pixel := make([]byte, depth)
	for i := 0; i < len(p.Pix); i += 4 {
		if _, err := io.ReadFull(in, pixel); err != nil {
			t.Fatal(err)
		}
		copy(p.Pix[i:], []byte{pixel[0], pixel[depth/2], pixel[depth-1], 255})
	}
	return p
}

// difference is how far two pictures are apart: the mean of what their pixels differ
// by, of 255, over the pixels that are not white in one of them. What the one has
// more at its right and lower edge may be two pixels, and is left out.
func difference(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	w, h := min(a.Bounds().Dx(), b.Bounds().Dx()), min(a.Bounds().Dy(), b.Bounds().Dy())
	if dx, dy := a.Bounds().Dx()+b.Bounds().Dx()-2*w, a.Bounds().Dy()+b.Bounds().Dy()-2*h; dx > 2 || dy > 2 {
		t.Fatalf("sizes are %v and %v", a.Bounds(), b.Bounds())
	}
	sum, n := 0, 0
	for y := 0; y < h; y += 2 { // every other pixel will do
		for x := 0; x < w; x += 2 {
			p, q := rgb(a, x, y), rgb(b, x, y)
			if p == white && q == white {
				continue
			}
			n++
			for i := range p {
				sum += max(p[i]-q[i], q[i]-p[i])
			}
		}
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(3*n)
}

var white = [3]int{255, 255, 255}

func rgb(p image.Image, x, y int) [3]int {
	if p, ok := p.(*image.RGBA); ok {
		i := p.PixOffset(x, y)
		return [3]int{int(p.Pix[i]), int(p.Pix[i+1]), int(p.Pix[i+2])}
	}
	r, g, b, _ := p.At(x, y).RGBA()
	return [3]int{int(r >> 8), int(g >> 8), int(b >> 8)}
}

// spoilt is a picture as it must not come out.
type spoilt struct {
	image.Image
	at func(x, y, w, h int) (int, int)
}

func (s spoilt) At(x, y int) color.Color {
	x, y = s.at(x, y, s.Bounds().Dx(), s.Bounds().Dy())
	return s.Image.At(x, y)
}

type inverted struct{ image.Image }

func (i inverted) At(x, y int) color.Color {
	c := color.RGBAModel.Convert(i.Image.At(x, y)).(color.RGBA)
	return color.RGBA{255 - c.R, 255 - c.G, 255 - c.B, 255}
}

// spoils are the ways a page goes wrong, each of which a comparison must notice.
func spoils(p image.Image) map[string]image.Image {
	return map[string]image.Image{
		"mirrored":    spoilt{p, func(x, y, w, _ int) (int, int) { return w - 1 - x, y }},
		"upside down": spoilt{p, func(x, y, _, h int) (int, int) { return x, h - 1 - y }},
		"turned":      spoilt{p, func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y }},
		"shifted":     spoilt{p, func(x, y, _, _ int) (int, int) { return x - 6, y - 6 }},
		"inverted":    inverted{p},
		"blank":       spoilt{p, func(_, _, w, _ int) (int, int) { return w - 1, 0 }}, // a corner that is white
	}
}

// looksLike fails the test unless got is want.
func looksLike(t testing.TB, what string, got, want image.Image, tolerance float64) {
	t.Helper()
	d := difference(t, got, want)
	t.Logf("%s differs by %.1f", what, d)
	if d > tolerance {
		t.Errorf("%s differs by %.1f, more than %.0f", what, d, tolerance)
	}
}

// notices fails the test unless looksLike would fail for a page that is spoilt. A
// page that is only shifted is noticed where colours are kept.
func notices(t testing.TB, want image.Image, tolerance float64) {
	t.Helper()
	for how, bad := range spoils(want) {
		if d := difference(t, bad, want); d < 1.5*tolerance && (how != "shifted" || tolerance < 10) {
			t.Errorf("a page that is %s would differ by %.1f alone", how, d)
		}
	}
}

// colourAt is the colour of a page at a point, by the nearest of a few names.
func colourAt(p image.Image, x, y float64) (nearest string) {
	c, least := rgb(p, int(x), int(y)), 130 // half of what there is: further off is no name's
	for name, want := range map[string][3]int{
		"white": white, "black": {0, 0, 0}, "red": {255, 0, 0}, "green": {0, 255, 0}, "blue": {0, 0, 255},
		"yellow": {255, 255, 0}, "cyan": {0, 255, 255}, "magenta": {255, 0, 255},
	} {
		off := max(c[0]-want[0], want[0]-c[0], c[1]-want[1], want[1]-c[1], c[2]-want[2], want[2]-c[2])
		if off < least {
			nearest, least = name, off
		}
	}
	return nearest
}
