package picture

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	stdimage "image"
	"image/color"
	stdpng "image/png"
	"io"
)

// PNG writes one page with a PNG picture (ISO/IEC 15948). One without anything
// see-through, in lines from top to bottom and of eight bits at most, stays as it is
// packed: it is unpacked once to see that it is whole, and not kept. Any other is drawn
// on white. Of an animation the picture is taken that readers without animations show.
func PNG(w io.Writer, r io.ReaderAt, size int64, sheet Sheet, scaling Scaling) error {
	whole := func() io.Reader { return bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16) }
	p, err := walkPNG(whole())
	if err != nil {
		return err
	}
	sheet, at := place(sheet, scaling, float64(p.width)*72/p.density.x, float64(p.height)*72/p.density.y)
	d := newWriter(w)
	on := page{sheet.Width, sheet.Height, at.upright(1)}
	if p.drawn() {
		err = p.draw(d, on, whole())
	} else {
		err = d.add(p.image(), on, func(w io.Writer) error { return p.packed(w, whole()) })
	}
	if err != nil {
		return err
	}
	return d.end()
}

// png is what the chunks of a picture say.
type png struct {
	width, height    int
	bits, colourType byte
	interlaced       bool
	palette          []byte
	seeThrough       bool                   // by a chunk of its own
	density          struct{ x, y float64 } // pixels an inch
}

// The kinds of colour that a header names, and how many components they have.
const (
	pngGrey, pngRGB, pngPalette, pngGreyAlpha, pngRGBA = 0, 2, 3, 4, 6
)

var pngComponents = map[byte]int{pngGrey: 1, pngRGB: 3, pngPalette: 1, pngGreyAlpha: 2, pngRGBA: 4}

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	// maxDrawn is how many bytes a picture that is drawn may take while it is.
	maxDrawn = 96 << 20
	// maxChunk bounds a chunk that is kept: a palette.
	maxChunk = 3 * 256
)

func (p *png) drawn() bool {
	return p.interlaced || p.seeThrough || p.bits > 8 || p.colourType == pngGreyAlpha || p.colourType == pngRGBA
}

// line is how many bytes a line has, without the one that says how it was filtered.
func (p *png) line() int64 {
	return (int64(p.width)*int64(pngComponents[p.colourType])*int64(p.bits) + 7) / 8
}

// walkPNG goes through a picture to its end, and unpacks it if that is how it stays.
func walkPNG(r io.Reader) (*png, error) {
	p := &png{}
	p.density.x, p.density.y = usualResolution, usualResolution
	packed, data := io.Pipe()
	unpacked := make(chan error, 1)
	started := false
	err := chunks(r, func(name string, body io.Reader, size int64) error {
		switch {
		case name == "IHDR":
			return p.header(body, size)
		case p.width == 0:
			return ErrDamaged
		case name == "IDAT" && !p.drawn():
			if !started {
				if p.colourType == pngPalette && p.palette == nil {
					return ErrDamaged
				}
				started = true
				go func() { unpacked <- p.unpack(packed) }()
			}
			_, err := io.Copy(data, body)
			return err
		}
		return p.chunk(name, body, size)
	})
	if err == nil && !started && !p.drawn() {
		err = ErrDamaged
	}
	_ = data.CloseWithError(err)
	if started {
		if wrong := <-unpacked; err == nil || errors.Is(err, io.ErrClosedPipe) {
			err = wrong
		}
	}
	return p, err
}

// chunks calls do for each chunk up to the last, and checks their sums.
func chunks(r io.Reader, do func(name string, body io.Reader, size int64) error) error {
	start := make([]byte, len(pngSignature))
	if _, err := io.ReadFull(r, start); err != nil || string(start) != pngSignature {
		return ErrDamaged
	}
	for {
		var head, sum [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return truncated(err)
		}
		size, name := int64(binary.BigEndian.Uint32(head[:4])), string(head[4:])
		check := crc32.NewIEEE()
		_, _ = check.Write(head[4:]) // it takes everything
		body := io.TeeReader(io.LimitReader(r, size), check)
		if err := do(name, body, size); err != nil {
			return truncated(err)
		}
		if _, err := io.Copy(io.Discard, body); err != nil {
			return err
		}
		if _, err := io.ReadFull(r, sum[:4]); err != nil {
			return truncated(err)
		}
		if binary.BigEndian.Uint32(sum[:4]) != check.Sum32() {
			return ErrDamaged
		}
		if name == "IEND" {
			return nil
		}
	}
}

// header reads the first chunk.
func (p *png) header(body io.Reader, size int64) error {
	var h [13]byte
	if size != int64(len(h)) || p.width != 0 {
		return ErrDamaged
	}
	if _, err := io.ReadFull(body, h[:]); err != nil {
		return err
	}
	width, height := int64(binary.BigEndian.Uint32(h[:4])), int64(binary.BigEndian.Uint32(h[4:8]))
	p.bits, p.colourType, p.interlaced = h[8], h[9], h[12] == 1
	switch {
	case width < 1 || height < 1:
		return ErrDamaged
	case pngComponents[p.colourType] == 0 || !pngDepth(p.colourType, p.bits) || h[10] != 0 || h[11] != 0 || h[12] > 1:
		return ErrForeign
	case width > MaxPixels || height > MaxPixels || width*height > MaxPixels:
		return ErrHuge
	}
	p.width, p.height = int(width), int(height)
	return nil
}

// pngDepth says whether a kind of colour comes in so many bits.
func pngDepth(colourType, bits byte) bool {
	switch bits {
	case 1, 2, 4:
		return colourType == pngGrey || colourType == pngPalette
	case 8:
		return true
	case 16:
		return colourType != pngPalette
	}
	return false
}

// chunk reads what else is of interest before the picture itself.
func (p *png) chunk(name string, body io.Reader, size int64) error {
	switch name {
	case "PLTE":
		if size == 0 || size > maxChunk || size%3 != 0 || p.palette != nil {
			return ErrDamaged
		}
		p.palette = make([]byte, size)
		_, err := io.ReadFull(body, p.palette)
		return err
	case "tRNS":
		p.seeThrough = true
	case "pHYs":
		var b [9]byte
		if size != int64(len(b)) {
			return ErrDamaged
		}
		if _, err := io.ReadFull(body, b[:]); err != nil {
			return err
		}
		x, y := binary.BigEndian.Uint32(b[:4]), binary.BigEndian.Uint32(b[4:8])
		const inches = .0254 // of a metre
		if dx, dy := float64(x)*inches, float64(y)*inches; b[8] == 1 && dx >= 1 && dy >= 1 && dx <= 10_000 && dy <= 10_000 {
			p.density.x, p.density.y = dx, dy
		}
	}
	return nil
}

// unpack holds the packed lines against the header: exactly these, each filtered in a way
// that there is.
func (p *png) unpack(packed *io.PipeReader) (err error) {
	defer func() { _ = packed.CloseWithError(io.ErrClosedPipe) }()
	z, err := zlib.NewReader(packed)
	if err != nil {
		return pngFault(err)
	}
	lines := bufio.NewReaderSize(z, 1<<16)
	for range p.height {
		filter, err := lines.ReadByte()
		if err != nil {
			return pngFault(err)
		}
		if filter > 4 {
			return ErrDamaged
		}
		if _, err := io.CopyN(io.Discard, lines, p.line()); err != nil {
			return pngFault(err)
		}
	}
	if _, err := lines.ReadByte(); err != io.EOF {
		return ErrDamaged // more than there should be, or a wrong sum
	}
	_, err = io.Copy(io.Discard, packed)
	return err
}

// pngFault is the picture's fault in an error of unpacking it; what broke the reader
// passes.
func pngFault(err error) error {
	if errors.Is(err, zlib.ErrHeader) || errors.Is(err, zlib.ErrChecksum) || errors.Is(err, zlib.ErrDictionary) {
		return ErrDamaged
	}
	var format stdpng.FormatError
	var kind stdpng.UnsupportedError
	var packed flate.CorruptInputError
	switch {
	case errors.As(err, &format), errors.As(err, &packed):
		return ErrDamaged
	case errors.As(err, &kind):
		return ErrForeign
	}
	return truncated(err)
}

// image is how a picture that stays as it is packed is described in a PDF.
func (p *png) image() image {
	components := pngComponents[p.colourType]
	i := image{width: p.width, height: p.height, bits: int(p.bits), colours: "/DeviceGray", filter: "FlateDecode",
		params: fmt.Sprintf("/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>", components, p.bits, p.width)}
	switch p.colourType {
	case pngRGB:
		i.colours = "/DeviceRGB"
	case pngPalette:
		i.colours = fmt.Sprintf("[/Indexed/DeviceRGB %d<%s>]", len(p.palette)/3-1, hex.EncodeToString(p.palette))
	}
	return i
}

// packed writes the packed lines alone.
func (p *png) packed(w io.Writer, r io.Reader) error {
	return chunks(r, func(name string, body io.Reader, _ int64) error {
		if name != "IDAT" {
			return nil
		}
		_, err := io.Copy(w, body)
		return err
	})
}

// draw decodes a picture and adds it as it looks on white paper.
func (p *png) draw(d *writer, on page, r io.Reader) error {
	each := int64(4)
	if p.bits > 8 {
		each = 8
	}
	if int64(p.width)*int64(p.height)*each > maxDrawn {
		return ErrHuge
	}
	decoded, err := stdpng.Decode(r)
	if err != nil {
		return pngFault(err)
	}
	i := image{width: p.width, height: p.height, bits: 8, colours: "/DeviceRGB", filter: "FlateDecode"}
	return d.add(i, on, func(w io.Writer) error {
		z, err := zlib.NewWriterLevel(w, zlib.BestSpeed)
		if err != nil {
			return err
		}
		line := make([]byte, 0, 3*p.width)
		for y := range p.height {
			line = line[:0]
			for x := range p.width {
				line = append(line, onWhite(decoded, x, y)...)
			}
			if _, err := z.Write(line); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// onWhite is the colour of a pixel on white paper.
func onWhite(p stdimage.Image, x, y int) []byte {
	c, _ := color.NRGBAModel.Convert(p.At(x, y)).(color.NRGBA)
	a := int(c.A)
	over := func(v uint8) byte { return byte((int(v)*a + 255*(255-a) + 127) / 255) }
	return []byte{over(c.R), over(c.G), over(c.B)}
}
