package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"time"
)

// Chain names a sequence of sealed rows.
type Chain string

// The chains.
const (
	Acts      Chain = "audit"    // who did what
	Transfers Chain = "transfer" // the ledger's movements
)

// chains are all there are, in the order they are sealed and exported.
var chains = [...]Chain{Acts, Transfers}

// seal covers every row of its chain with lo <= transaction < hi. The seals of a
// chain are numbered from 1 and leave no gap from transaction 0 on.
type seal struct {
	chain  Chain
	number int64
	lo, hi uint64
	rows   int64
	digest []byte
	at     time.Time
}

// next is a seal that would follow s, up to transaction hi.
func (s seal) next(hi uint64, at time.Time) seal {
	return seal{chain: s.chain, number: s.number + 1, lo: s.hi, hi: hi, at: at}
}

// line is the seal's own part of its digest.
func (s seal) line() []byte {
	return fmt.Appendf(nil, "%s|%d|%d|%d|%d|%d", s.chain, s.number, s.lo, s.hi, s.rows, s.at.UnixMicro())
}

// link computes a seal's digest: SHA-256 over the digest before it, the line of
// each row in order and the line of the seal itself. Every line is preceded by
// its length (32 bits, big-endian), so that no two sequences read the same.
type link struct {
	hash hash.Hash
	rows int64
	size [4]byte
}

// startLink begins the digest of the seal after one with the given digest, which
// is nil for the first.
func startLink(previous []byte) *link {
	l := &link{hash: sha256.New()}
	if previous == nil {
		previous = make([]byte, sha256.Size)
	}
	l.hash.Write(previous)
	return l
}

// row adds a row's line.
func (l *link) row(line []byte) {
	l.rows++
	l.write(line)
}

// close ends the digest with the seal's own line.
func (l *link) close(s seal) []byte {
	l.write(s.line())
	return l.hash.Sum(nil)
}

func (l *link) write(line []byte) {
	binary.BigEndian.PutUint32(l.size[:], uint32(len(line))) // #nosec G115 -- a row of this schema is far below 4 GiB
	l.hash.Write(l.size[:])
	l.hash.Write(line)
}
