package picture

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// kind is a coding of pixels, and what a PDF calls it.
var kinds = []struct {
	name             string
	pwg, urf         int // colour space; -1 where a format has it not
	bits, components int
	space, decode    string
}{
	{"black", 3, -1, 1, 1, "/DeviceGray", "/Decode[1 0]"},
	{"black in eight bits", 3, -1, 8, 1, "/DeviceGray", "/Decode[1 0]"},
	{"white in one bit", 18, 0, 1, 1, "/DeviceGray", ""},
	{"grey", 18, 0, 8, 1, "/DeviceGray", ""},
	{"device grey", 0, 4, 8, 1, "/DeviceGray", ""},
	{"grey in 16 bits", 18, 0, 16, 1, "/DeviceGray", ""},
	{"sRGB", 19, 1, 8, 3, "/DeviceRGB", ""},
	{"sRGB in 16 bits", 19, 1, 16, 3, "/DeviceRGB", ""},
	{"device RGB", 1, 5, 8, 3, "/DeviceRGB", ""},
	{"Adobe RGB", 20, 3, 8, 3, "[/CalRGB<</WhitePoint", ""},
	{"CMYK", 6, 6, 8, 4, "/DeviceCMYK", ""},
	{"CMYK in 16 bits", 6, 6, 16, 4, "/DeviceCMYK", ""},
}

// What a raster says is what the PDF says, pixel for pixel.
func TestRasters(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		c := colours{components: k.components, bits: k.bits, ink: k.pwg == 3 || k.pwg == 6}
		page := testPage{width: 403, height: 310, dpi: 600, bits: k.bits, components: k.components}
		page.lines = scribble(c, page.width, page.height)
		want := expanded(t, c, page.width, page.height, bytes.NewReader(page.lines))
		check := func(name string, convert func(io.Writer, io.Reader, Choice) (int, error), file func(...testPage) []byte, space int) {
			if space < 0 {
				return
			}
			page.space = space
			var pdf bytes.Buffer
			if n, err := convert(&pdf, bytes.NewReader(file(page, page, page)), Choice{Most: 3}); n != 3 || err != nil {
				t.Errorf("%s of %s: %v", name, k.name, err)
				return
			}
			found := imageObject.FindAllSubmatch(pdf.Bytes(), -1)
			if len(found) != 3 || string(found[0][1]) != "403" || string(found[0][2]) != "310" ||
				string(found[0][5]) != k.decode || !bytes.HasPrefix(found[0][4], []byte(k.space)) {
				t.Errorf("%s of %s: the PDF has %q", name, k.name, found)
			}
			for _, got := range images(t, pdf.Bytes()) {
				if !bytes.Equal(got, want) {
					t.Errorf("%s of %s: %d bytes, want %d", name, k.name, len(got), len(want))
				}
			}
		}
		check("PWG", PWG, pwgFile, k.pwg)
		check("URF", URF, urfFile, k.urf)
	}
}

// scribble codes lines in every way there is: runs, pixels, blank ends, repeats.
func scribble(c colours, width, height int) (b []byte) {
	units := c.line(width) / c.unit()
	seed := uint32(1)
	random := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % n
	}
	pixels := func(n int) {
		for range n * c.unit() {
			b = append(b, byte(random(256)))
		}
	}
	for left := height; left > 0; {
		times := min(left, 1+random(random(256)+1))
		left -= times
		b = append(b, byte(times-1))
		for room := units; room > 0; {
			n := min(room, 1+random(128))
			switch random(9) {
			case 0:
				b = append(b, 128)
				n = room
			case 1, 2, 3:
				n = max(2, n)
				if n > room {
					b = append(b, 0)
					pixels(1)
					n = 1
					break
				}
				b = append(b, byte(257-n))
				pixels(n)
			default:
				b = append(b, byte(n-1))
				pixels(1)
			}
			room -= n
		}
	}
	return b
}

// A page is as large as its pixels at its resolution, whatever else its header says.
func TestPageSize(t *testing.T) {
	t.Parallel()
	page := plainPage(18, 8, 1, 9)
	uneven := page
	uneven.change = setTo(280, 50)
	var pdf bytes.Buffer
	if _, err := PWG(&pdf, bytes.NewReader(pwgFile(page, uneven)), Choice{Most: 2}); err != nil {
		t.Fatal(err)
	}
	got := boxes(t, pdf.Bytes())
	if len(got) != 2 || got[0] != (Sheet{40, 50}) || got[1] != (Sheet{40, 72}) {
		t.Errorf("the pages are %v", got)
	}
}

// Pages that are not wanted are walked, and cost nothing of what there may be.
func TestChosenPages(t *testing.T) {
	t.Parallel()
	var pages []testPage
	for grey := range byte(5) {
		pages = append(pages, plainPage(18, 8, 1, grey))
	}
	file := pwgFile(pages...)
	odd := func(page int) bool { return page%2 == 1 }
	var pdf bytes.Buffer
	n, err := PWG(&pdf, bytes.NewReader(file), Choice{Wanted: odd, Most: 3})
	if err != nil || n != 3 {
		t.Fatalf("%d pages, %v", n, err)
	}
	for i, got := range images(t, pdf.Bytes()) {
		if got[0] != byte(2*i) {
			t.Errorf("page %d is that of %d", i+1, got[0]+1)
		}
	}
	for name, c := range map[string]struct {
		file   []byte
		choice Choice
		want   error
	}{
		"too many of them": {file, Choice{Wanted: odd, Most: 2}, ErrMany},
		"none of them":     {file, Choice{Wanted: func(page int) bool { return page > 5 }, Most: 9}, ErrNone},
		"the others":       {file[:len(file)-1], Choice{Wanted: func(page int) bool { return page == 1 }, Most: 9}, ErrDamaged},
	} {
		if n, err := PWG(io.Discard, bytes.NewReader(c.file), c.choice); n != 0 || !errors.Is(err, c.want) {
			t.Errorf("%s: %d, %v, want %v", name, n, err, c.want)
		}
	}
}

// The back of a sheet that is turned for a printer is turned back.
func TestTurnedBacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		across, down uint32
		want         string
	}{
		{1, 1, "40.0000 0.0000 0.0000 50.0000 0.0000 0.0000 cm"},
		{0, 0, "40.0000 0.0000 0.0000 50.0000 0.0000 0.0000 cm"},
		{math.MaxUint32, 1, "-40.0000 0.0000 0.0000 50.0000 40.0000 0.0000 cm"},
		{1, math.MaxUint32, "40.0000 0.0000 0.0000 -50.0000 0.0000 50.0000 cm"},
		{math.MaxUint32, math.MaxUint32, "-40.0000 0.0000 0.0000 -50.0000 40.0000 50.0000 cm"},
	} {
		page := plainPage(18, 8, 1, 9)
		page.change = func(h []byte) { setTo(456, c.across)(h); setTo(460, c.down)(h) }
		var pdf bytes.Buffer
		if _, err := PWG(&pdf, bytes.NewReader(pwgFile(page)), Choice{Most: 1}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(pdf.String(), "q "+c.want) {
			t.Errorf("%v: no %q in it", c, c.want)
		}
	}
}

func TestRasterRefusals(t *testing.T) {
	t.Parallel()
	good := plainPage(19, 8, 3, 1, 2, 3)
	with := func(at int, v uint32) []byte {
		p := good
		p.change = setTo(at, v)
		return pwgFile(p)
	}
	lines := func(b ...byte) []byte {
		p := good
		p.lines = b
		return pwgFile(p)
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"good":                       {pwgFile(good), nil},
		"no pages":                   {[]byte("RaS2"), ErrEmpty},
		"half a name":                {[]byte("RaS"), ErrDamaged},
		"another name":               {append([]byte("RaS3"), pwgFile(good)[4:]...), ErrDamaged},
		"another kind of page":       {pwgFile(good, testPage{}, good), ErrForeign},
		"no page name":               {with(0, 0), ErrDamaged},
		"too many pages":             {pwgFile(good, good, good, good), ErrMany},
		"a byte behind the end":      {append(pwgFile(good), 0), ErrDamaged},
		"a header behind the end":    {append(pwgFile(good), make([]byte, 1796)...), ErrDamaged},
		"text behind the end":        {append(pwgFile(good), bytes.Repeat([]byte("PwgRaster "), 999)...), ErrDamaged},
		"no width":                   {with(372, 0), ErrDamaged},
		"no height":                  {with(376, 0), ErrDamaged},
		"width of 2^32-1":            {with(372, math.MaxUint32), ErrHuge},
		"height of 2^32-1":           {with(376, math.MaxUint32), ErrHuge},
		"a height of 45 inches":      {with(376, 45*72), ErrHuge},
		"a third of an inch":         {with(376, 24), ErrForeign},
		"no resolution":              {with(276, 0), ErrDamaged},
		"a resolution of 20":         {with(280, 20), ErrDamaged},
		"a resolution of 9,600":      {with(276, 9600), ErrForeign},
		"bytes of a line too few":    {with(392, 119), ErrDamaged},
		"bytes of a line too many":   {with(392, 1<<31), ErrDamaged},
		"bits of a pixel at odds":    {with(388, 8), ErrDamaged},
		"components at odds":         {with(420, 4), ErrDamaged},
		"no bits":                    {with(384, 0), ErrForeign},
		"two bits":                   {with(384, 2), ErrForeign},
		"one bit of each colour":     {with(384, 1), ErrForeign},
		"32 bits":                    {with(384, 32), ErrForeign},
		"bits of 2^32-1":             {with(384, math.MaxUint32), ErrForeign},
		"planes":                     {with(396, 2), ErrForeign},
		"CIELab":                     {with(400, 16), ErrForeign},
		"device colours":             {with(400, 50), ErrForeign},
		"a run beyond the line":      {lines(49, 40, 1, 2, 3), ErrDamaged},
		"pixels beyond the line":     {lines(append([]byte{49, 257 - 41}, make([]byte, 200)...)...), ErrDamaged},
		"a line beyond the page":     {lines(50, 39, 1, 2, 3), ErrDamaged},
		"a line less than the page":  {lines(48, 39, 1, 2, 3), ErrDamaged},
		"a blank line":               {lines(49, 128), nil},
		"a blank end":                {lines(49, 38, 1, 2, 3, 128), nil},
		"a blank behind a full line": {lines(24, 39, 1, 2, 3, 24, 39, 1, 2, 3, 128), ErrDamaged},
	} {
		var pdf bytes.Buffer
		if _, err := PWG(&pdf, bytes.NewReader(c.file), Choice{Most: 3}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		change func([]byte)
		want   error
	}{
		"CIELab":               {func(h []byte) { h[1] = 2 }, ErrForeign},
		"an unknown colour":    {func(h []byte) { h[1] = 7 }, ErrForeign},
		"bits at odds":         {func(h []byte) { h[0] = 25 }, ErrForeign},
		"no bits":              {func(h []byte) { h[0] = 0 }, ErrForeign},
		"no resolution":        {setTo(20, 0), ErrDamaged},
		"width of 2^32-1":      {setTo(12, math.MaxUint32), ErrHuge},
		"height of 2^32-1":     {setTo(16, math.MaxUint32), ErrHuge},
		"one line more":        {setTo(16, 51), ErrDamaged},
		"one line less":        {setTo(16, 49), ErrDamaged},
		"a pixel wider":        {setTo(12, 41), ErrDamaged},
		"a pixel less wide":    {setTo(12, 39), ErrDamaged},
		"three bytes, not one": {func(h []byte) { h[0], h[1] = 8, 0 }, ErrDamaged},
	} {
		page := plainPage(1, 8, 3, 1, 2, 3)
		page.change = c.change
		if _, err := URF(io.Discard, bytes.NewReader(urfFile(page)), Choice{Most: 3}); !errors.Is(err, c.want) {
			t.Errorf("URF with %s: %v, want %v", name, err, c.want)
		}
	}
}

// A raster that ends anywhere but behind a page is damaged; one that ends there has
// the pages that it has, whatever it promised.
func TestTruncatedRasters(t *testing.T) {
	t.Parallel()
	page := plainPage(1, 8, 3)
	page.lines = append([]byte{24, 39, 1, 2, 3, 23, 257 - 40}, make([]byte, 120)...)
	page.lines = append(page.lines, 0, 9, 0, 255, 0, 128)
	for name, f := range map[string]struct {
		file    []byte
		convert func(io.Writer, io.Reader, Choice) (int, error)
		first   int // bytes before the first page
	}{
		"PWG": {pwgFile(page, page), PWG, 4},
		"URF": {urfFile(page, page), URF, 12},
	} {
		size := (len(f.file) - f.first) / 2
		for n := range len(f.file) + 1 {
			if into := (n - f.first) % size; into > 50 && into < size-len(page.lines)-50 && n%50 > 0 {
				continue // one end within a header is like another
			}
			want, pages := ErrDamaged, 0
			switch n {
			case f.first:
				want = ErrEmpty
			case f.first + size, f.first + 2*size:
				want, pages = nil, (n-f.first)/size
			}
			var pdf bytes.Buffer
			got, err := f.convert(&pdf, bytes.NewReader(f.file[:n]), Choice{Most: 9})
			if !errors.Is(err, want) || got != pages || len(boxes(t, pdf.Bytes())) != pages {
				t.Errorf("%s of %d bytes: %v, %d pages", name, n, err, len(boxes(t, pdf.Bytes())))
			}
		}
	}
}

// A few bytes can claim a gibibyte. That costs what a few bytes may cost, in time
// and in memory, and one line more is too much.
func TestRasterBombs(t *testing.T) {
	page := testPage{width: 20_000, height: 17_895, dpi: 1200, bits: 8, components: 3, space: 19}
	for range 69 {
		page.lines = append(page.lines, 255, 128)
	}
	page.lines = append(page.lines, 230, 128) // 69 times 256 lines and 231 more: just below MaxPage
	bomb := pwgFile(page)
	began := time.Now()
	var out counter
	if _, err := PWG(&out, bytes.NewReader(bomb), Choice{Most: 1}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes for %d MiB: %d KiB in %v", len(bomb), page.width*page.height*3>>20, out>>10, time.Since(began))
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %v", took)
	}
	if got := testing.AllocsPerRun(1, func() { _, _ = PWG(io.Discard, bytes.NewReader(bomb), Choice{Most: 1}) }); got > 500 {
		t.Errorf("%.0f allocations", got)
	}
	page.height++
	page.lines[len(page.lines)-2]++
	if _, err := PWG(io.Discard, bytes.NewReader(pwgFile(page)), Choice{Most: 1}); !errors.Is(err, ErrHuge) {
		t.Errorf("a line more: %v", err)
	}
	page.height--
	page.lines[len(page.lines)-2]--
	many := make([]testPage, MaxAll/MaxPage+1)
	for i := range many {
		many[i] = page
	}
	none := Choice{Wanted: func(int) bool { return false }}
	if _, err := PWG(io.Discard, bytes.NewReader(pwgFile(many...)), none); !errors.Is(err, ErrHuge) {
		t.Errorf("%d such pages: %v", len(many), err)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func TestSheetsAtTheEdge(t *testing.T) {
	t.Parallel()
	good := sheet{width: MaxSide, height: MaxSide, across: 1200, down: 1200}
	if err := good.check(); err != nil {
		t.Errorf("44 inches at 1,200: %v", err)
	}
	for _, s := range []sheet{
		{width: MaxSide + 1, height: 9000, across: 1200, down: 1200},
		{width: 9000, height: MaxSide + 1, across: 2400, down: 2400},
		{width: 44*300 + 1, height: 9000, across: 300, down: 300},
	} {
		if err := s.check(); !errors.Is(err, ErrHuge) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// Whatever bytes come, a raster becomes pages that hold what a slow reading of the
// same lines gives, or is refused, and costs no more than it may.
func FuzzRaster(f *testing.F) {
	for _, k := range kinds {
		c := colours{components: k.components, bits: k.bits}
		page := testPage{width: 100, height: 60, dpi: 72, bits: k.bits, components: k.components, lines: scribble(c, 100, 60)}
		for _, add := range []struct {
			space int
			file  func(...testPage) []byte
		}{{k.pwg, pwgFile}, {k.urf, urfFile}} {
			if page.space = add.space; page.space >= 0 {
				f.Add(add.file(page))
				f.Add(append(add.file(page), 0))
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			return
		}
		for _, r := range []raster{pwg, urf} {
			var pdf bytes.Buffer
			_, err := r.write(&limited{w: &pdf, left: 1 << 16}, bytes.NewReader(b), Choice{Most: 20})
			if err != nil {
				known(t, err)
				continue
			}
			rest := bytes.NewReader(b[r.file:])
			for i, got := range images(t, pdf.Bytes()) {
				header := make([]byte, r.header)
				if _, err := io.ReadFull(rest, header); err != nil {
					t.Fatal(err)
				}
				s, err := r.parse(header)
				if err != nil {
					t.Fatalf("page %d has no header: %v", i, err)
				}
				if want := expanded(t, s.colours, s.width, s.height, rest); !bytes.Equal(got, want) {
					t.Fatalf("page %d has %d bytes, want %d", i, len(got), len(want))
				}
			}
			if rest.Len() > 0 {
				t.Fatalf("%d bytes were passed over", rest.Len())
			}
		}
	})
}

// limited is the room that a document may take.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errFull
	}
	return l.w.Write(p)
}

// known fails the test for an error that no caller can sort.
func known(t *testing.T, err error) {
	t.Helper()
	for _, is := range []error{ErrDamaged, ErrForeign, ErrHuge, ErrMany, ErrEmpty, ErrNone, errFull} {
		if errors.Is(err, is) {
			return
		}
	}
	t.Fatalf("an error of no kind: %v", err)
}
