package spool_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"inkwell/release/spool"
	"inkwell/release/spool/spooltest"
)

// BenchmarkBesideCopy sends 1 GiB into the spool and out of it again, each time beside cp
// and sync of the same file on the same disk, three rounds. What is reported is the
// spool's time divided by theirs, the middle one of the rounds: 1 is as fast as a copy.
func BenchmarkBesideCopy(b *testing.B) {
	const size = 1 << 30
	dir := b.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := os.WriteFile(from, noise(1, size), 0o600); err != nil {
		b.Fatal(err)
	}
	s := open(b, options(filepath.Join(dir, "spool")))
	timed := func(act func() error) float64 {
		if out, err := exec.Command("sync", "-f", dir).CombinedOutput(); err != nil { // what others have written
			b.Fatal(err, string(out))
		}
		began := time.Now()
		if err := act(); err != nil {
			b.Fatal(err)
		}
		return time.Since(began).Seconds()
	}
	copied := func() error {
		out, err := exec.Command("sh", "-c", `cp "$1" "$2" && sync "$2" && sync "$(dirname "$2")"`, "sh", from, to).CombinedOutput() //nolint:gosec // our own folder
		if err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
		return err
	}
	var in, out []float64
	for b.Loop() {
		for range 3 {
			plain := timed(copied)
			var doc spool.Document
			in = append(in, timed(func() error {
				f, err := os.Open(from)
				if err == nil {
					doc = keep(b, s, f)
					err = f.Close()
				}
				return err
			})/plain)
			_ = os.Remove(to)
			plain = timed(copied)
			_ = os.Remove(to)
			out = append(out, timed(func() error { return fetch(b, s, doc.ID, to) })/plain)
			if err := errors.Join(s.Destroy(b.Context(), doc.ID), os.Remove(to)); err != nil {
				b.Fatal(err)
			}
		}
	}
	slices.Sort(in)
	slices.Sort(out)
	b.ReportMetric(in[len(in)/2], "in/cp")
	b.ReportMetric(out[len(out)/2], "out/cp")
}

// fetch writes a document of the spool to a durable file.
func fetch(b *testing.B, s *spool.Spool, id spool.ID, to string) error {
	r, err := s.Open(b.Context(), id)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var sizes = map[string]int{"200KiB": 200 << 10, "64MiB": 64 << 20}

// What the spool costs is its time divided by BenchmarkPlain's.
func BenchmarkSpool(b *testing.B) {
	b.Run("folder", func(b *testing.B) { measure(b, options(b.TempDir())) })
	b.Run("bucket", func(b *testing.B) { measure(b, inBucket(spooltest.New(b), "")) })
}

func measure(b *testing.B, o spool.Options) {
	s := open(b, o)
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
