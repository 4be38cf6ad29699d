package picture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"testing"
)

// The checksum of parts put together is that of the whole.
func TestChecksum(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var whole []byte
	var sum checksum
	for range 80 {
		part := make([]byte, random.IntN(700))
		for i := range part {
			part[i] = byte(255 - random.IntN(3)) // the worst for sums that run over
		}
		times := random.IntN(80)
		whole = append(whole, bytes.Repeat(part, times)...)
		sum = sum.then(checksum{}.add(part).times(times))
		if want := adler32.Checksum(whole); sum.adler32() != want {
			t.Fatalf("after %d bytes %08x, want %08x", len(whole), sum.adler32(), want)
		}
	}
	if got := (checksum{}).add([]byte{1}).times(1<<31 - 1); got.length != (1<<31-1)%modulus {
		t.Errorf("a long repeat: %+v", got)
	}
}

// Every length and distance that can be referred to is one that a reader of zlib
// streams finds.
func TestReferences(t *testing.T) {
	t.Parallel()
	start := make([]byte, farthest)
	for i := range start {
		start[i] = byte(i * i >> 7)
	}
	var distances []int
	for d := 1; d <= farthest; d += 1 + d/9 {
		distances = append(distances, d)
	}
	for _, distance := range append(distances, farthest) {
		var packed bytes.Buffer
		p := newPacker(&packed)
		want := bytes.Clone(start)
		p.literals(start)
		for length := shortest; length <= 2*longest+7; length += 1 + length/40 {
			p.again(distance, length)
			for range length {
				want = append(want, want[len(want)-distance])
			}
		}
		for part := want; len(part) > 0; part = part[min(1000, len(part)):] {
			p.total = p.total.then(checksum{}.add(part[:min(1000, len(part))]))
		}
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		if got := unpacked(t, packed.Bytes()); !bytes.Equal(got, want) {
			t.Fatalf("distance %d: %d bytes, want %d", distance, len(got), len(want))
		}
	}
}

func unpacked(t testing.TB, packed []byte) []byte {
	t.Helper()
	in := bytes.NewReader(packed)
	r, err := zlib.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if in.Len() > 0 {
		t.Fatalf("%d bytes behind the end", in.Len())
	}
	return b
}

type fullDisk struct{ left int }

var errFull = errors.New("full")

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// Whatever is written last, a writer that fails is not passed over.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	page := plainPage(19, 8, 3, 1, 2, 3)
	page.width, page.lines = 4000, nil
	page.height, page.dpi = 600, 1200
	for range page.height { // literal pixels: 7 MB
		page.lines = append(page.lines, 0)
		for left := page.width; left > 0; left -= min(left, 128) {
			n := min(left, 128)
			page.lines = append(page.lines, byte(257-n))
			for i := range 3 * n {
				page.lines = append(page.lines, byte(i))
			}
		}
	}
	file := pwgFile(page)
	var whole bytes.Buffer
	if _, err := PWG(&whole, bytes.NewReader(file), Choice{Most: 9}); err != nil {
		t.Fatal(err)
	}
	for _, left := range []int{0, 100, 1 << 16, 5 << 20, whole.Len() - 1} {
		if _, err := PWG(&fullDisk{left}, bytes.NewReader(file), Choice{Most: 9}); !errors.Is(err, errFull) {
			t.Errorf("room for %d of %d bytes: %v", left, whole.Len(), err)
		}
	}
}
