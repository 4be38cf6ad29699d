package picture

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// raster is one of the two raster formats. They differ in their headers alone.
type raster struct {
	name   string // what a file begins with
	file   int    // bytes before the first page
	header int    // bytes before each page's lines
	parse  func([]byte) (sheet, error)
}

// sheet is what a page header says, once it holds together.
type sheet struct {
	width, height  int // pixels
	across, down   int // pixels an inch
	colours        colours
	mirror, upside bool // turned for the back of a sheet: to be undone
	kind           Kind
}

// colours is how a raster codes a pixel.
type colours struct {
	components int
	bits       int  // of a component: 1, 8 or 16
	ink        bool // 0 is no ink, not black
	space      string
}

// What a raster's colours are in a PDF. Those that a PDF leaves to the printer are
// what a raster leaves to it; sRGB is what printers take for those.
const (
	grey  = "/DeviceGray"
	rgb   = "/DeviceRGB"
	cmyk  = "/DeviceCMYK"
	adobe = "[/CalRGB<</WhitePoint[0.9505 1 1.089]/Gamma[2.19922 2.19922 2.19922]" +
		"/Matrix[0.57667 0.29734 0.02703 0.18556 0.62736 0.07069 0.18823 0.07529 0.99134]>>]"
)

// unit is the bytes that a run repeats: a pixel, or eight of one bit.
func (c colours) unit() int { return max(1, c.components*c.bits/8) }

// line is the bytes of a line.
func (c colours) line(width int) int { return (width*c.components*c.bits + 7) / 8 }

// white is the byte of a pixel without colour.
func (c colours) white() byte {
	if c.ink {
		return 0
	}
	return 0xff
}

// check refuses a size that no sheet has.
func (s sheet) check() error {
	switch {
	case s.width < 1, s.height < 1, s.across < minResolution, s.down < minResolution:
		return ErrDamaged
	case s.across > MaxResolution, s.down > MaxResolution:
		return ErrForeign
	case s.width > MaxSide, s.height > MaxSide, s.width > maxInches*s.across, s.height > maxInches*s.down:
		return ErrHuge
	case s.width < s.across/2, s.height < s.down/2:
		return ErrForeign // half an inch: a printer has no such sheet
	}
	return nil
}

// PWG writes the chosen pages of a PWG raster, each of its own size and none more
// than once: how many copies there are is the ticket's to say. It returns how many
// it wrote. Pages are those that are there, whatever the headers count. A file that
// ends within a page, or goes on behind one with anything but a page, is damaged,
// whichever pages are wanted of it.
func PWG(w io.Writer, r io.Reader, c Choice) (pages int, err error) { return pwg.write(w, r, c) }

// URF writes the chosen pages of an Apple raster, as PWG does.
func URF(w io.Writer, r io.Reader, c Choice) (pages int, err error) { return urf.write(w, r, c) }

func (f raster) write(w io.Writer, r io.Reader, c Choice) (pages int, err error) {
	out := newWriter(w)
	seen, err := f.walk(out, bufio.NewReaderSize(r, 1<<16), c)
	switch {
	case err != nil:
		return 0, err
	case seen == 0:
		return 0, ErrEmpty
	case len(out.pages) == 0:
		return 0, ErrNone
	}
	return len(out.pages), out.end()
}

// walk goes through a whole file, writes the pages wanted, and returns how many there
// are.
func (f raster) walk(out *writer, in *bufio.Reader, c Choice) (seen int, err error) {
	header := make([]byte, max(f.file, f.header))
	if _, err := io.ReadFull(in, header[:f.file]); err != nil {
		return 0, truncated(err)
	}
	if !bytes.HasPrefix(header, []byte(f.name)) {
		return 0, ErrDamaged
	}
	claimed := 0
	if f.name == urf.name {
		claimed = claimsURF(header)
	}
	kind := Kind{}
	var all int64
	for ; ; seen++ {
		if _, err := io.ReadFull(in, header[:f.header]); err == io.EOF {
			if c.Kind != nil && (claimed == 0 || claimed == seen) {
				*c.Kind = kind
			}
			return seen, nil
		} else if err != nil {
			return seen, truncated(err)
		}
		s, err := f.parse(header[:f.header])
		if err == nil {
			err = s.check()
		}
		if err != nil {
			return seen, err
		}
		if seen == 0 {
			kind = s.kind
		}
		if kind = kind.also(s.kind); f.name == pwg.name {
			claimed = max(claimed, pwgInt(header, pwgTotal))
		}
		if all += s.size(); s.size() > MaxPage || all > MaxAll {
			return seen, ErrHuge
		}
		switch {
		case !c.wants(seen + 1):
			err = s.lines(nil, in)
		case len(out.pages) == c.Most:
			err = ErrMany
		default:
			err = s.write(out, in)
		}
		if err != nil {
			return seen, err
		}
	}
}

// size is the bytes of the page, unpacked.
func (s sheet) size() int64 { return int64(s.height) * int64(s.colours.line(s.width)) }

// write adds the page whose lines come next.
func (s sheet) write(out *writer, in *bufio.Reader) error {
	w, h := float64(s.width)*72/float64(s.across), float64(s.height)*72/float64(s.down)
	i := image{width: s.width, height: s.height, bits: min(8, s.colours.bits), colours: s.colours.space, filter: "FlateDecode"}
	if s.colours.ink && s.colours.components == 1 {
		i.decode = "/Decode[1 0]"
	}
	m := matrix{w, 0, 0, h, 0, 0}
	if s.mirror {
		m[0], m[4] = -w, w
	}
	if s.upside {
		m[3], m[5] = -h, h
	}
	return out.add(i, page{w, h, m}, func(w io.Writer) error {
		p := newPacker(w)
		if err := s.lines(p, in); err != nil {
			return err
		}
		return p.end()
	})
}

// lines goes through the coded lines of a page (PWG 5102.4 section 4.4): a count of
// how often the line is repeated, then runs and literal pixels that fill it exactly.
// Without a packer it only passes over them.
func (s sheet) lines(p *packer, in *bufio.Reader) error {
	l := line{colours: s.colours, length: s.colours.line(s.width)}
	for left := s.height; left > 0; {
		more, err := in.ReadByte()
		if err != nil {
			return truncated(err)
		}
		times := int(more) + 1
		if times > left {
			return fmt.Errorf("line repeated beyond the page: %w", ErrDamaged)
		}
		if err := l.read(in); err != nil {
			return err
		}
		left -= times
		if p == nil {
			continue
		}
		l.pack(p, times)
		if p.err != nil {
			return p.err
		}
	}
	return nil
}
