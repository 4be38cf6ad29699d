package picture

// modulus is Adler-32's (RFC 1950 section 8.2).
const modulus = 65521

// checksum is the Adler-32 of some bytes before its start value is added, kept so
// that what repeats is counted in one step. The zero value is that of no bytes.
type checksum struct {
	length uint64 // bytes, modulo 65521
	sum    uint64 // of the bytes
	sums   uint64 // of the sums after each byte
}

// add counts bytes, at most a few thousand at a time.
func (c checksum) add(bytes []byte) checksum {
	for _, b := range bytes {
		c.sum += uint64(b)
		c.sums += c.sum
	}
	return checksum{(c.length + uint64(len(bytes))) % modulus, c.sum % modulus, c.sums % modulus}
}

// then is the checksum of the bytes of c with those of next behind them.
func (c checksum) then(next checksum) checksum {
	return checksum{
		length: (c.length + next.length) % modulus,
		sum:    (c.sum + next.sum) % modulus,
		sums:   (c.sums + next.sums + next.length*c.sum) % modulus,
	}
}

// times is the checksum of the bytes of c, n times over; n is below 2^31.
func (c checksum) times(n int) checksum {
	k := uint64(n) // #nosec G115 -- a count
	pairs := k * (k - 1) / 2 % modulus
	k %= modulus
	return checksum{
		length: c.length * k % modulus,
		sum:    c.sum * k % modulus,
		sums:   (c.sums*k + c.length*c.sum%modulus*pairs) % modulus,
	}
}

// adler32 is the checksum as a zlib stream ends with it.
func (c checksum) adler32() uint32 {
	return uint32((c.sums+c.length)%modulus<<16 | (1+c.sum)%modulus) // #nosec G115 -- both halves are below 2^16
}
