package document

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"inkwell/release/document/picture"
)

// fourQuarters is what quarters codes, of any size.
func fourQuarters(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	colours := [2][2]color.NRGBA{{{255, 0, 0, 255}, {0, 255, 0, 255}}, {{0, 0, 255, 255}, {0, 0, 0, 255}}}
	for y := range height {
		for x := range width {
			p.Set(x, y, colours[2*y/height][2*x/width])
		}
	}
	return p
}

func pngOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngChunk is a chunk with its sum.
func pngChunk(name, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(b, name+body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

// pngHeader is a signature and a first chunk.
func pngHeader(width, height int, bits, colours, interlaced byte) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(width))
	b = binary.BigEndian.AppendUint32(b, uint32(height))
	return "\x89PNG\r\n\x1a\n" + pngChunk("IHDR", string(append(b, bits, colours, 0, 0, interlaced)))
}

func packed(raw []byte) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(raw); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// interlacedPNG codes a picture in the seven passes of Adam M. Costello.
func interlacedPNG(p *image.NRGBA) []byte {
	var raw []byte
	width, height := p.Bounds().Dx(), p.Bounds().Dy()
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		for y := pass[1]; y < height; y += pass[3] {
			raw = append(raw, 0)
			for x := pass[0]; x < width; x += pass[2] {
				c := p.NRGBAAt(x, y)
				raw = append(raw, c.R, c.G, c.B)
			}
		}
	}
	return []byte(pngHeader(width, height, 8, 2, 1) + pngChunk("IDAT", packed(raw)) + pngChunk("IEND", ""))
}

// as is the picture in another model of colour.
func as(into draw.Image, p image.Image) image.Image {
	draw.Draw(into, p.Bounds(), p, image.Point{}, draw.Src)
	return into
}

// A PNG picture comes out as it is, whatever it is coded in, on white where it is
// see-through.
func TestPNG(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	whole := fourQuarters(90, 60)
	size := whole.Bounds()
	pierced := fourQuarters(90, 60)
	for y := range 30 {
		for x := range 45 {
			pierced.Set(x, y, color.NRGBA{255, 0, 0, 0})
		}
	}
	plain := pngOf(t, as(image.NewRGBA(size), whole))
	const all, three = "red green blue black", "white green blue black"
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"RGB":                    {plain, all},
		"RGB in parts":           {inParts(plain), all},
		"RGB of 16 bits":         {pngOf(t, as(image.NewRGBA64(size), whole)), all},
		"few colours":            {pngOf(t, as(image.NewPaletted(size, color.Palette{color.Black, color.White, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}}), whole)), all},
		"many colours":           {pngOf(t, as(image.NewPaletted(size, palette.Plan9), whole)), all},
		"few colours and a hole": {pngOf(t, as(image.NewPaletted(size, color.Palette{color.Black, color.Transparent, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}}), pierced)), three},
		"a hole":                 {pngOf(t, pierced), three},
		"a hole of 16 bits":      {pngOf(t, as(image.NewNRGBA64(size), pierced)), three},
		"in passes":              {interlacedPNG(whole), all},
		"with films":             {slices.Concat(plain[:33], []byte(pngChunk("acTL", "\x00\x00\x00\x63\x00\x00\x00\x00")), plain[33:len(plain)-12], []byte(pngChunk("fdAT", "\x00\x00\x00\x01junk")), plain[len(plain)-12:]), all},
		"with something behind":  {append(bytes.Clone(plain), documentBehind...), all},
		"grey":                   {pngOf(t, as(image.NewGray(size), image.NewUniform(color.Black))), "black black black black"},
		"grey of 16 bits":        {pngOf(t, as(image.NewGray16(size), image.NewUniform(color.Black))), "black black black black"},
		"black and white, 1 bit": {[]byte(pngHeader(16, 2, 1, 0, 0) + pngChunk("IDAT", packed([]byte{0, 0, 0, 0, 0, 0})) + pngChunk("IEND", "")), "black black black black"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts, pdf, err := worked(t, e, c.file, Work{Format: PNG, Colour: true})
			if err != nil || facts.Pages != 1 || facts.Colour == 1 != strings.Contains(c.want, "blue") {
				t.Fatalf("%+v, %v", facts, err)
			}
			if n := qpdfPages(t, pdf); n != 1 {
				t.Errorf("there are %d pages", n)
			}
			page := rendered(t, pdf, 72)[0]
			sheet := inside(image.Pt(842, 595), 3, 2)
			if strings.Contains(c.want, "blue") {
				var got []string
				for _, v := range []float64{0.25, 0.75} {
					for _, u := range []float64{0.25, 0.75} {
						got = append(got, colourAt(page, float64(sheet.Min.X)+u*float64(sheet.Dx()), float64(sheet.Min.Y)+v*float64(sheet.Dy())))
					}
				}
				if strings.Join(got, " ") != c.want {
					t.Errorf("it is %s, want %s", got, c.want)
				}
			} else if got, _ := onSheet(t, page); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
		})
	}
}

const documentBehind = "%PDF-1.4 and a page that nobody asked for"

// inParts splits the picture's data into chunks of a few bytes.
func inParts(file []byte) []byte {
	at := bytes.Index(file, []byte("IDAT")) - 4
	size := int(binary.BigEndian.Uint32(file[at:]))
	data := file[at+8 : at+8+size]
	parts := bytes.Clone(file[:at])
	for chunk := range slices.Chunk(data, 7) {
		parts = append(parts, pngChunk("IDAT", string(chunk))...)
	}
	return append(parts, file[at+12+size:]...)
}

// What is broken, lies or means harm is refused, and costs little.
func TestPNGRefusals(t *testing.T) {
	t.Parallel()
	good := pngOf(t, fourQuarters(90, 60))
	opaque := pngOf(t, as(image.NewRGBA(image.Rect(0, 0, 90, 60)), fourQuarters(90, 60)))
	line := func(n int, filter byte) string { return string(filter) + strings.Repeat("\x00", n) }
	raw := func(head, data string) []byte { return []byte(head + pngChunk("IDAT", data) + pngChunk("IEND", "")) }
	flipped := bytes.Clone(opaque)
	flipped[len(flipped)/2] ^= 1
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"its signature alone":   {good[:8], picture.ErrDamaged},
		"broken off":            {opaque[:len(opaque)-20], picture.ErrDamaged},
		"broken off, a hole":    {good[:len(good)-20], picture.ErrDamaged},
		"without its end":       {opaque[:len(opaque)-12], picture.ErrDamaged},
		"a bit turned over":     {flipped, picture.ErrDamaged},
		"no data":               {[]byte(pngHeader(9, 9, 8, 2, 0) + pngChunk("IEND", "")), picture.ErrDamaged},
		"no header":             {[]byte("\x89PNG\r\n\x1a\n" + pngChunk("IEND", "")), picture.ErrDamaged},
		"two headers":           {[]byte(pngHeader(9, 9, 8, 2, 0) + pngHeader(9, 9, 8, 2, 0)[8:]), picture.ErrDamaged},
		"no width":              {raw(pngHeader(0, 9, 8, 2, 0), packed(nil)), picture.ErrDamaged},
		"a line too few":        {raw(pngHeader(3, 2, 8, 0, 0), packed([]byte(line(3, 0)))), picture.ErrDamaged},
		"a line too many":       {raw(pngHeader(3, 1, 8, 0, 0), packed([]byte(line(3, 0)+line(3, 0)))), picture.ErrDamaged},
		"a filter there is not": {raw(pngHeader(3, 1, 8, 0, 0), packed([]byte(line(3, 5)))), picture.ErrDamaged},
		"three bits":            {raw(pngHeader(3, 1, 3, 0, 0), packed([]byte(line(3, 0)))), picture.ErrForeign},
		"a kind there is not":   {raw(pngHeader(3, 1, 8, 5, 0), packed([]byte(line(3, 0)))), picture.ErrForeign},
		"no palette":            {raw(pngHeader(3, 1, 8, 3, 0), packed([]byte(line(3, 0)))), picture.ErrDamaged},
		"a palette too long":    {[]byte(pngHeader(3, 1, 8, 3, 0) + pngChunk("PLTE", strings.Repeat("x", 771))), picture.ErrDamaged},
		"not packed":            {raw(pngHeader(3, 1, 8, 0, 0), "nothing that was packed"), picture.ErrDamaged},
		"16 gigapixels":         {raw(pngHeader(1<<30, 16, 1, 0, 0), packed(nil)), picture.ErrHuge},
		"gigapixels in passes":  {raw(pngHeader(15_000, 15_000, 8, 2, 1), packed(nil)), picture.ErrHuge},
		"gigapixels with holes": {raw(pngHeader(15_000, 15_000, 8, 6, 0), packed(nil)), picture.ErrHuge},
		"2 GiB in nine pixels":  {raw(pngHeader(9, 1, 8, 0, 0), flateBomb(2048)), picture.ErrDamaged},
		"2 GiB in holes":        {raw(pngHeader(9, 1, 8, 4, 0), flateBomb(2048)), picture.ErrDamaged},
		"a chunk of 4 GiB":      {[]byte(pngHeader(9, 1, 8, 0, 0) + "\xff\xff\xff\xfftEXtx"), picture.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := picture.PNG(io.Discard, bytes.NewReader(c.file), int64(len(c.file)), a4, picture.Auto)
			if !errors.Is(err, c.want) {
				t.Errorf("refused with %v, want %v", err, c.want)
			}
		})
	}
}

// A large picture is printed if it can stay as it is packed.
func TestLargePNG(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	facts, _, err := worked(t, e, []byte(pngHeader(15_000, 15_000, 1, 0, 0)+pngChunk("IDAT", packed(make([]byte, 15_000*(1875+1))))+pngChunk("IEND", "")), Work{Format: PNG})
	if err != nil || facts.Pages != 1 || facts.Bytes > 1<<20 {
		t.Errorf("%+v, %v", facts, err)
	}
}
