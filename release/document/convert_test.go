package document

import (
	"bytes"
	"encoding/binary"
	"image"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"inkwell/release/document/documenttest"
)

// twoPages is a program for Ghostscript: two pages that no mirror leaves as they are.
const twoPages = `/Helvetica findfont 60 scalefont setfont
60 700 moveto (Two pages) show 1 0 0 setrgbcolor 300 30 200 120 rectfill 0 0 1 setrgbcolor 20 740 80 80 rectfill
0 1 0 setrgbcolor 500 500 60 300 rectfill 0.5 setgray 60 300 300 100 rectfill showpage
60 500 moveto (and this) show 1 1 0 setrgbcolor 30 30 300 300 rectfill 0 setgray 400 600 150 200 rectfill showpage
`

const rasterDPI = 100

// ghostscript draws twoPages as it is told.
func ghostscript(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command("gs", append([]string{"-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-dGraphicsAlphaBits=1", "-dTextAlphaBits=1",
		"-r" + strconv.Itoa(rasterDPI), "-sPAPERSIZE=a4", "-sOutputFile=-"}, append(args, "-")...)...)
	c.Stdin = bytes.NewReader([]byte(twoPages))
	return c
}

// output is what a program writes.
func output(t testing.TB, c *exec.Cmd) []byte {
	t.Helper()
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil || len(out) < 100 {
		t.Fatalf("%v wrote %d bytes: %v\n%s", c.Args, len(out), err, &complaint)
	}
	return out
}

// fromCUPS has the filter of CUPS's own queues make a raster.
func fromCUPS(t testing.TB, format Format, space, bits string) []byte {
	t.Helper()
	raster := output(t, ghostscript(t, "-sDEVICE=cups", "-dcupsColorOrder=0", "-dcupsColorSpace="+space, "-dcupsBitsPerColor="+bits))
	filter := exec.Command("/usr/lib/cups/filter/rastertopwg", "1", "user", "title", "1", "")
	filter.Env = append(os.Environ(), "FINAL_CONTENT_TYPE="+string(format))
	filter.Stdin = bytes.NewReader(raster)
	return output(t, filter)
}

// fromGhostscript has Ghostscript itself make a raster.
func fromGhostscript(t testing.TB, device, space, bits string) []byte {
	t.Helper()
	return output(t, ghostscript(t, "-sDEVICE="+device, "-dcupsColorOrder=0", "-dcupsColorSpace="+space, "-dcupsBitsPerColor="+bits))
}

// How far a page may be from what it should be: where colours are kept, edges differ
// by a pixel; where inks are mixed otherwise, or grey becomes dots, by more.
const exact, mixed = 6, 45

// Rasters of two programs that are not ours come out as a third renders the same
// pages, drawn by a fourth.
func TestRastersOfOthers(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	colour := pictures(t, ghostscript(t, "-sDEVICE=ppmraw"))
	grey := pictures(t, ghostscript(t, "-sDEVICE=pgmraw"))
	for _, page := range slices.Concat(colour, grey) {
		notices(t, page, exact)
		notices(t, page, mixed)
	}
	for name, c := range map[string]struct {
		format    Format
		file      []byte
		want      []*image.RGBA
		tolerance float64
	}{
		"PWG sRGB":                   {PWG, fromCUPS(t, PWG, "19", "8"), colour, exact},
		"PWG sRGB of 16 bits":        {PWG, fromCUPS(t, PWG, "19", "16"), colour, exact},
		"PWG Adobe RGB":              {PWG, fromCUPS(t, PWG, "20", "8"), colour, exact},
		"PWG grey":                   {PWG, fromCUPS(t, PWG, "18", "8"), grey, exact},
		"PWG black":                  {PWG, fromCUPS(t, PWG, "3", "8"), grey, exact},
		"URF sRGB":                   {URF, fromCUPS(t, URF, "19", "8"), colour, exact},
		"URF grey":                   {URF, fromCUPS(t, URF, "18", "8"), grey, exact},
		"PWG of Ghostscript, sRGB":   {PWG, fromGhostscript(t, "pwgraster", "19", "8"), colour, exact},
		"PWG of Ghostscript, grey":   {PWG, fromGhostscript(t, "pwgraster", "18", "8"), grey, exact},
		"PWG of Ghostscript, 1 bit":  {PWG, fromGhostscript(t, "pwgraster", "3", "1"), grey, mixed},
		"PWG of Ghostscript, CMYK":   {PWG, fromGhostscript(t, "pwgraster", "6", "8"), colour, mixed},
		"URF of Ghostscript, colour": {URF, fromGhostscript(t, "appleraster", "19", "8"), colour, exact},
		"URF of Ghostscript, 1 bit":  {URF, fromGhostscript(t, "appleraster", "18", "1"), grey, mixed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts, pdf, err := worked(t, e, c.file, Work{Format: c.format})
			if err != nil {
				t.Fatal(err)
			}
			if n := qpdfPages(t, pdf); facts.Pages != 2 || n != 2 {
				t.Fatalf("counted %d pages, and there are %d", facts.Pages, n)
			}
			for i, page := range rendered(t, pdf, rasterDPI) {
				looksLike(t, "page "+strconv.Itoa(i+1), page, c.want[i], c.tolerance)
			}
		})
	}
}

// A long raster is printed even if no engine can hold all of it at once.
func TestLongRaster(t *testing.T) {
	t.Parallel()
	const pages, memory = 6, 512 // 32 MiB
	lib, err := load(sharedCache, 1, memory)
	if err != nil {
		t.Fatal(err)
	}
	source, err := newMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if _, err := source.Write(noise(pages)); err != nil {
		t.Fatal(err)
	}
	target, err := newMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	whole := rebuilding{lib: lib, task: task{Format: PWG, MaxPages: pages, MaxBytes: 1 << 30, CPUSeconds: 1 << 30, Colour: true}, source: source, target: target}
	v := whole.rebuild(nil)
	if v.Outcome != isDone || v.Pages != pages {
		t.Errorf("%+v", v)
	}
	if v.Bytes < memory<<16 {
		t.Errorf("%d MiB are too few to show anything", v.Bytes>>20)
	}
	if seen := whole.look(0, pages); seen.Seen != pages || seen.Colour != pages {
		t.Errorf("saw %+v", seen)
	}
	r := rebuilding{lib: lib, task: task{MaxPages: pages, MaxBytes: 1 << 30}, target: target}
	if loaded, err := r.recountFrom(0, pages); loaded == 0 || loaded == pages || !trapped(err) {
		t.Errorf("one engine loaded %d pages, %v", loaded, err)
	}
}

// noise is a raster of pages that do not pack: 7 MiB each.
func noise(pages int) []byte {
	const width, height = 1600, 1500
	h := documenttest.PWG(1)[4 : 4+1796]
	for at, v := range map[int]uint32{276: 300, 280: 300, 372: width, 376: height, 384: 8, 388: 24, 392: 3 * width, 400: 19, 420: 3} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
	line := []byte{0}
	for range width / 100 {
		line = append(line, 257-100)
		for i := range 300 {
			line = append(line, byte(i*i>>3))
		}
	}
	page := append(h, bytes.Repeat(line, height)...)
	return append([]byte("RaS2"), bytes.Repeat(page, pages)...)
}
