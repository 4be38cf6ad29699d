package raster

import (
	"bufio"
	"bytes"
	"io"
)

// Both formats code lines alike (PWG 5102.4 section 4.4): a byte says how often more the
// line comes, then a byte 0 to 127 that the next pixel comes once and so many times more,
// and a byte 129 to 255 that 257 less that many pixels follow as they are. 128 is left to
// others: some readers know it as the rest of a line.
const (
	mostTimes  = 256 // of a line, and ...
	mostPixels = 128 // ... of a pixel, or of pixels as they are
)

// Coder codes the lines of one page. It waits with each until a different one comes.
type Coder struct {
	w     *bufio.Writer
	unit  int
	line  []byte // the one that waits
	coded []byte
	times int // how often it is to come; 0: there is none
}

// NewCoder codes lines of pixels with that many bytes each.
func NewCoder(w *bufio.Writer, unit int) *Coder { return &Coder{w: w, unit: unit} }

// Line adds a line, which it does not keep.
func (c *Coder) Line(pixels []byte) error {
	if c.times > 0 && bytes.Equal(pixels, c.line) {
		return c.Again()
	}
	if err := c.End(); err != nil {
		return err
	}
	c.line, c.times = append(c.line[:0], pixels...), 1
	return nil
}

// Again adds the line before once more.
func (c *Coder) Again() error {
	if c.times == mostTimes {
		if err := c.End(); err != nil {
			return err
		}
	}
	c.times++
	return nil
}

// End writes the line that waits. It leaves what the writer has buffered there.
func (c *Coder) End() error {
	if c.times == 0 {
		return nil
	}
	c.coded = pack(append(c.coded[:0], byte(c.times-1)), c.line, c.unit) // #nosec G115 -- mostTimes
	c.times = 0
	_, err := c.w.Write(c.coded)
	return err
}

// pack codes a line's pixels.
func pack(out, line []byte, unit int) []byte {
	for at := 0; at < len(line); {
		if same := run(line[at:], unit); same > 1 {
			out = append(out, byte(same-1)) // #nosec G115 -- mostPixels
			out = append(out, line[at:at+unit]...)
			at += same * unit
			continue
		}
		n := unlike(line[at:], unit)
		if n == 1 { // 256 would be two: one pixel once is a run
			out = append(out, 0)
		} else {
			out = append(out, byte(257-n)) // #nosec G115 -- 2 to mostPixels
		}
		out = append(out, line[at:at+n*unit]...)
		at += n * unit
	}
	return out
}

// run is how many pixels at the beginning are the same, at most mostPixels.
func run(line []byte, unit int) int {
	end := min(len(line), mostPixels*unit)
	at := unit
	for at < end && line[at] == line[at-unit] { // the same bytes one pixel back, all along
		at++
	}
	return max(1, at/unit)
}

// unlike is how many pixels at the beginning each differ from the next, at most mostPixels.
func unlike(line []byte, unit int) int {
	n, most := 1, min(len(line)/unit, mostPixels)
	for n < most && !same(line[n*unit:], unit) {
		n++
	}
	return n
}

// same says whether the first two pixels are the same.
func same(line []byte, unit int) bool {
	return len(line) >= 2*unit && bytes.Equal(line[:unit], line[unit:2*unit])
}

// Lines lets the coded lines of one page through.
type Lines struct {
	in     *bufio.Reader
	unit   int
	pixels int // of a line
	left   int // lines
}

// NewLines lets the lines of that page through.
func NewLines(in *bufio.Reader, p Page) *Lines {
	return &Lines{in: in, unit: p.Unit(), pixels: p.Width, left: p.Height}
}

// Left is how many lines the page still wants.
func (l *Lines) Left() int { return l.left }

// Append reads one coded line, with its repetitions, and adds it to out as it is coded. It
// fails with ErrLine where that would leave the page, and with io.ErrUnexpectedEOF where the
// reader ends within.
func (l *Lines) Append(out []byte) ([]byte, error) {
	more, err := l.in.ReadByte()
	if err != nil {
		return out, within(err)
	}
	if l.left -= int(more) + 1; l.left < 0 {
		return out, ErrLine
	}
	out = append(out, more)
	for left := l.pixels; left > 0; {
		code, err := l.in.ReadByte()
		if err != nil {
			return out, within(err)
		}
		follow := 1
		switch {
		case code < 128:
			left -= int(code) + 1
		case code > 128:
			follow = 257 - int(code)
			left -= follow
		default:
			return out, ErrLine
		}
		if left < 0 {
			return out, ErrLine
		}
		at := len(out) + 1
		out = append(out, make([]byte, 1+follow*l.unit)...)
		out[at-1] = code
		if _, err := io.ReadFull(l.in, out[at:]); err != nil {
			return out, within(err)
		}
	}
	return out, nil
}

// within is the end of a reader that should have gone on.
func within(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
