package picture

import (
	"bufio"
	"fmt"
	"io"
)

// line is one line of a raster as it is coded. It is read and used again.
type line struct {
	colours colours
	length  int // bytes that the runs come to, as sent
	runs    []run
	coded   []byte // the pixels of all runs, as printed
	pixel   []byte // for reading one, as sent
}

// run is pixels of a line: those of the next bytes of coded, the last of them times
// over.
type run struct{ bytes, times int }

// read reads a line's runs. They must come to its length.
func (l *line) read(in *bufio.Reader) error {
	l.runs, l.coded = l.runs[:0], l.coded[:0]
	for left := l.length; left > 0; {
		code, err := in.ReadByte()
		if err != nil {
			return truncated(err)
		}
		unit := l.colours.unit()
		if code == 128 { // the rest is blank
			l.blank(left / unit)
			return nil
		}
		pixels, times := 1, int(code)+1
		if code > 128 {
			pixels, times = 257-int(code), 1
		}
		if left -= pixels * times * unit; left < 0 {
			return fmt.Errorf("run beyond the line: %w", ErrDamaged)
		}
		if err := l.pixels(in, pixels); err != nil {
			return err
		}
		l.runs = append(l.runs, run{pixels * l.printed(), times})
	}
	return nil
}

// printed is the bytes of a unit in the PDF: 16 bits are cut to 8.
func (l *line) printed() int {
	if l.colours.bits == 16 {
		return l.colours.unit() / 2
	}
	return l.colours.unit()
}

func (l *line) blank(units int) {
	for range l.printed() {
		l.coded = append(l.coded, l.colours.white())
	}
	l.runs = append(l.runs, run{l.printed(), units})
}

// pixels reads n units.
func (l *line) pixels(in *bufio.Reader, n int) error {
	n *= l.colours.unit()
	if cap(l.pixel) < n {
		l.pixel = make([]byte, n)
	}
	sent := l.pixel[:n]
	if _, err := io.ReadFull(in, sent); err != nil {
		return truncated(err)
	}
	if l.colours.bits != 16 {
		l.coded = append(l.coded, sent...)
		return nil
	}
	for i := 0; i < n; i += 2 {
		l.coded = append(l.coded, sent[i])
	}
	return nil
}

// pack writes the line, times over.
func (l *line) pack(p *packer, times int) {
	length := l.length
	if l.colours.bits == 16 {
		length /= 2
	}
	sum := l.sum()
	p.total = p.total.then(sum.times(times))
	l.once(p)
	if length >= shortest && length <= farthest {
		p.again(length, (times-1)*length)
		return
	}
	for range times - 1 { // too far back to refer to
		l.once(p)
	}
}

// once writes the line's bytes.
func (l *line) once(p *packer) {
	rest := l.coded
	for _, r := range l.runs {
		pixels := rest[:r.bytes]
		rest = rest[r.bytes:]
		p.literals(pixels)
		if more := r.bytes * (r.times - 1); more >= shortest {
			p.again(r.bytes, more)
			continue
		}
		for range r.times - 1 {
			p.literals(pixels)
		}
	}
}

// sum is the checksum of the line's bytes.
func (l *line) sum() (all checksum) {
	rest := l.coded
	for _, r := range l.runs {
		all = all.then(checksum{}.add(rest[:r.bytes]).times(r.times))
		rest = rest[r.bytes:]
	}
	return all
}
