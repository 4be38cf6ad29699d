package spool_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

var sizes = map[string]int{"200KiB": 200 << 10, "64MiB": 64 << 20}

// What the spool costs is its time divided by BenchmarkPlain's.
func BenchmarkSpool(b *testing.B) {
	s := open(b, options(b.TempDir()))
	for name, size := range sizes {
		plain := noise(1, size)
		b.Run("in/"+name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				doc := keep(b, s, bytes.NewReader(plain))
				b.StopTimer()
				if err := s.Destroy(b.Context(), doc.ID); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
		b.Run("out/"+name, func(b *testing.B) {
			doc := keep(b, s, bytes.NewReader(plain))
			b.SetBytes(int64(size))
			for b.Loop() {
				r, err := s.Open(b.Context(), doc.ID)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, struct{ io.Reader }{r}); err != nil || n != int64(size) {
					b.Fatal(n, err)
				}
				_ = r.Close()
			}
		})
	}
}

// BenchmarkPlain is what a durable file costs without encryption: written,
// synced, renamed, its folder synced.
func BenchmarkPlain(b *testing.B) {
	dir := b.TempDir()
	for name, size := range sizes {
		plain := noise(1, size)
		b.Run("in/"+name, func(b *testing.B) {
			b.SetBytes(int64(size))
			i := 0
			for b.Loop() {
				i++
				to := filepath.Join(dir, strconv.Itoa(i))
				if err := durable(to, plain); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				_ = os.Remove(to)
				b.StartTimer()
			}
		})
	}
}

func durable(to string, plain []byte) error {
	f, err := os.Create(to + ".tmp")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(f, struct{ io.Reader }{bytes.NewReader(plain)}); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(to+".tmp", to); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
