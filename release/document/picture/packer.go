package picture

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/bits"
)

// farthest is how many bytes back a zlib stream can refer, longest how many at once.
const (
	farthest = 32 << 10
	longest  = 258
	shortest = 3
)

// packer writes a zlib stream (RFC 1950, 1951) of bytes and of repeats, which become
// references and are never written out. It uses the fixed codes: what comes out is
// about as long as the raster's own coding, and twenty times as fast to make as by
// looking for repeats that are known already.
type packer struct {
	w       *bufio.Writer
	waiting uint64 // bits, the first lowest
	n       int    // how many
	out     [8]byte
	total   checksum
	err     error // the first of a write
}

func newPacker(w io.Writer) *packer {
	p := &packer{w: bufio.NewWriterSize(w, 1<<15)}
	p.bits(0x0178, 16)
	p.bits(0b011, 3) // one last block, with fixed codes
	return p
}

// bits adds at most 16.
func (p *packer) bits(v uint64, n int) {
	p.waiting |= v << p.n
	if p.n += n; p.n >= 48 {
		p.flush()
	}
}

// flush writes the whole bytes that wait.
func (p *packer) flush() {
	whole := p.n / 8
	binary.LittleEndian.PutUint64(p.out[:], p.waiting)
	if _, err := p.w.Write(p.out[:whole]); err != nil && p.err == nil {
		p.err = err
	}
	p.waiting >>= 8 * whole
	p.n -= 8 * whole
}

// symbol is one code of literals and lengths.
func (p *packer) symbol(s int) { p.bits(uint64(symbols[s].code), symbols[s].bits) }

func (p *packer) literals(bytes []byte) {
	for _, b := range bytes {
		p.symbol(int(b))
	}
}

// again repeats the last distance bytes until there are length more, at least
// shortest.
func (p *packer) again(distance, length int) {
	for length > 0 {
		n := min(length, longest)
		if left := length - n; left > 0 && left < shortest {
			n -= shortest
		}
		p.reference(distance, n)
		length -= n
	}
}

// reference is a length and a distance as RFC 1951 section 3.2.5 codes them.
func (p *packer) reference(distance, length int) {
	s, extra, more := lengthCode(length)
	p.symbol(s)
	p.bits(uint64(more), extra) // #nosec G115 -- never negative
	s, extra, more = distanceCode(distance)
	p.bits(uint64(bits.Reverse8(uint8(s))>>3), 5) // #nosec G115 -- below 30
	p.bits(uint64(more), extra)                   // #nosec G115 -- never negative
}

// lengthCode is the symbol of a length from 3 to 258, and its extra bits.
func lengthCode(length int) (symbol, extra, more int) {
	if length == longest {
		return 285, 0, 0
	}
	v := length - shortest
	if v < 8 {
		return 257 + v, 0, 0
	}
	extra = bits.Len(uint(v)) - 3 // #nosec G115 -- never negative
	return 257 + 4*extra + v>>extra, extra, v & (1<<extra - 1)
}

// distanceCode is the symbol of a distance from 1 to 32,768, and its extra bits.
func distanceCode(distance int) (symbol, extra, more int) {
	v := distance - 1
	if v < 4 {
		return v, 0, 0
	}
	extra = bits.Len(uint(v)) - 2 // #nosec G115 -- never negative
	return 2*extra + v>>extra, extra, v & (1<<extra - 1)
}

// end writes what is left and says whether all of it was written.
func (p *packer) end() error {
	p.symbol(256)
	p.bits(0, -p.n&7)
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], p.total.adler32())
	for _, b := range sum {
		p.bits(uint64(b), 8)
	}
	p.flush()
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// symbols are the fixed codes of literals and lengths (RFC 1951 section 3.2.6), as
// they go into the stream.
var symbols = func() (all [288]struct {
	code uint16
	bits int
}) {
	for s := range all {
		code, n := 0, 0
		switch {
		case s < 144:
			code, n = 0x30+s, 8
		case s < 256:
			code, n = 0x190+s-144, 9
		case s < 280:
			code, n = s-256, 7
		default:
			code, n = 0xc0+s-280, 8
		}
		all[s].bits, all[s].code = n, bits.Reverse16(uint16(code))>>(16-n) // #nosec G115 -- nine bits
	}
	return all
}()
