package picture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// usualResolution is that of a JPEG picture that names none, as in CUPS.
const usualResolution = 200

// JPEG writes one page with the picture that r begins with, as it is coded: bytes
// behind its end are left out. The whole picture is walked, so that one that breaks
// off is refused. Its colours are not looked at.
func JPEG(w io.Writer, r io.ReaderAt, size int64, sheet Sheet, scaling Scaling) error {
	p, err := walkJPEG(bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16))
	if err != nil {
		return err
	}
	colours, ok := p.image()
	if !ok {
		return ErrForeign
	}
	width, height := float64(p.width)*72/p.density.x, float64(p.height)*72/p.density.y
	if p.orientation >= 5 {
		width, height = height, width
	}
	sheet, at := place(sheet, scaling, width, height)
	d := newWriter(w)
	err = d.add(colours, page{sheet.Width, sheet.Height, at.upright(p.orientation)}, func(w io.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(r, 0, p.length))
		return err
	})
	if err != nil {
		return err
	}
	return d.end()
}

// jpeg is what the segments of a picture say (ITU-T T.81 annex B).
type jpeg struct {
	width, height int
	components    []byte // their identifiers; nil before the frame header
	scans         int
	length        int64                  // bytes, up to and with the end marker
	density       struct{ x, y float64 } // pixels an inch
	orientation   int                    // Exif, 1 to 8
	jfif          bool
	baseline      bool
	adobe         int // transform of the Adobe segment; -1 without one
}

// image is how the picture is described in a PDF; false for colours that a PDF
// does not know.
func (p *jpeg) image() (image, bool) {
	i := image{width: p.width, height: p.height, bits: 8, filter: "DCTDecode"}
	switch len(p.components) {
	case 1:
		i.colours = "/DeviceGray"
	case 3:
		i.colours = "/DeviceRGB"
		if !p.jfif && p.adobe < 0 && string(p.components) == "RGB" {
			i.params = "/DecodeParms<</ColorTransform 0>>"
		}
	case 4:
		i.colours = "/DeviceCMYK"
		if p.adobe >= 0 { // Adobe's programs write no ink as 255
			i.decode = "/Decode[1 0 1 0 1 0 1 0]"
		}
	default:
		return i, false
	}
	return i, true
}

// The markers that matter here.
const (
	startOfImage  = 0xd8
	endOfImage    = 0xd9
	startOfScan   = 0xda
	numberOfLines = 0xdc
	app0          = 0xe0
	app1          = 0xe1
	app14         = 0xee
)

// walker reads a picture's bytes and counts them.
type walker struct {
	r  *bufio.Reader
	at int64
}

func (w *walker) byte() (byte, error) {
	b, err := w.r.ReadByte()
	if err != nil {
		return 0, truncated(err)
	}
	w.at++
	return b, nil
}

// take reads the next n bytes, at most a segment's.
func (w *walker) take(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(w.r, b); err != nil {
		return nil, truncated(err)
	}
	w.at += int64(n)
	return b, nil
}

// walkJPEG goes through a picture to its end marker.
func walkJPEG(r *bufio.Reader) (*jpeg, error) {
	w := &walker{r: r}
	p := &jpeg{orientation: 1, adobe: -1}
	p.density.x, p.density.y = usualResolution, usualResolution
	first, err := w.take(2)
	if err != nil {
		return nil, err
	}
	if first[0] != 0xff || first[1] != startOfImage {
		return nil, ErrDamaged
	}
	code, err := w.marker()
	for ; err == nil && code != endOfImage; code, err = w.next(code, p) {
	}
	switch {
	case err != nil:
		return nil, err
	case p.components == nil || p.scans == 0:
		return nil, ErrDamaged
	}
	p.length = w.at
	return p, nil
}

// next reads the segment of a marker, and what is coded behind it, and returns the
// marker after that.
func (w *walker) next(code byte, p *jpeg) (byte, error) {
	if code < 0xc0 || code >= 0xd0 && code <= startOfImage {
		return 0, fmt.Errorf("marker %#x: %w", code, ErrDamaged)
	}
	length, err := w.take(2)
	if err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(length)) - 2
	if n < 0 {
		return 0, ErrDamaged
	}
	segment, err := w.take(n)
	if err != nil {
		return 0, err
	}
	if err := p.segment(code, segment); err != nil {
		return 0, err
	}
	if code == startOfScan {
		return w.skipScan()
	}
	return w.marker()
}

// marker reads a marker with its fill bytes.
func (w *walker) marker() (byte, error) {
	b, err := w.byte()
	if err == nil && b != 0xff {
		err = ErrDamaged
	}
	for err == nil && b == 0xff {
		b, err = w.byte()
	}
	return b, err
}

// skipScan passes over coded data and returns the marker that ends it. Within, a
// byte of 255 is followed by 0, or belongs to a restart marker (section B.1.1.5).
func (w *walker) skipScan() (byte, error) {
	for {
		skipped, err := w.r.ReadSlice(0xff)
		w.at += int64(len(skipped))
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return 0, truncated(err)
		}
		b, err := w.byte()
		for err == nil && b == 0xff {
			b, err = w.byte()
		}
		if err != nil || b != 0 && (b < 0xd0 || b >= startOfImage) {
			return b, err
		}
	}
}

// segment takes up what one segment says.
func (p *jpeg) segment(code byte, b []byte) error {
	switch code {
	case 0xc0, 0xc1, 0xc2: // baseline, extended and progressive, Huffman coded
		p.baseline = code == 0xc0
		return p.frame(b)
	case 0xc4: // Huffman tables
	case 0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, numberOfLines:
		return ErrForeign // lossless, hierarchical, arithmetic; a height that is told later
	case startOfScan:
		if p.scans++; p.components == nil {
			return ErrDamaged
		} else if p.scans > maxScans {
			return ErrForeign
		}
	case app0:
		p.readJFIF(b)
	case app1:
		if o, ok := exifOrientation(b); ok {
			p.orientation = o
		}
	case app14:
		if len(b) >= 12 && string(b[:5]) == "Adobe" {
			p.adobe = int(b[11])
		}
	}
	return nil
}

// frame reads a frame header (section B.2.2).
func (p *jpeg) frame(b []byte) error {
	if p.components != nil || len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return ErrDamaged
	}
	p.height, p.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	p.components = []byte{}
	for i := 6; i < len(b); i += 3 {
		p.components = append(p.components, b[i])
	}
	switch {
	case p.width == 0:
		return ErrDamaged
	case b[0] != 8 || p.height == 0: // 12 bits; a height that is told later
		return ErrForeign
	case p.width*p.height > MaxPixels:
		return ErrHuge
	}
	return nil
}

// readJFIF reads the resolution, if it is one and not a mere proportion.
func (p *jpeg) readJFIF(b []byte) {
	if len(b) < 12 || string(b[:5]) != "JFIF\x00" {
		return
	}
	p.jfif = true
	inches := map[byte]float64{1: 1, 2: 2.54}[b[7]]
	x, y := binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b[10:])
	if inches > 0 && x > 0 && y > 0 {
		p.density.x, p.density.y = float64(x)*inches, float64(y)*inches
	}
}
