package document

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/release/document/documenttest"
	"inkwell/release/document/raster"
)

const a3Name, a3Width, a3Height = "iso_a3_297x420mm", 841.89, 1190.55

// A long document in colour becomes a fine raster in bounded memory, whatever its length, by
// child after child. With INKWELL_PROVE set it has 500 pages of A3 at 600 dpi.
func TestALongRasterTakesBoundedMemory(t *testing.T) {
	if alone(t) {
		return
	}
	pages, dpi, each := 6, 300, 2
	if os.Getenv("INKWELL_PROVE") != "" {
		pages, dpi, each = 500, 600, 0
	}
	ends := &ended{Handler: slog.DiscardHandler}
	e := newEngine(t, func(o *Options) { o.Log, o.PressPages = slog.New(ends), each })
	_, pdf, err := prepared(t, e, documenttest.Drawn(pages, a3Width, a3Height))
	if err != nil {
		t.Fatal(err)
	}
	before := forgetPeak(t)
	out, err := e.Raster(t.Context(), bytes.NewReader(pdf), Raster{First: 1, Last: pages, Media: a3Name, DPI: dpi, Colour: true})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	first := out.(*sheets).child
	drawn, err := io.Copy(io.Discard, out)
	if err != nil {
		t.Fatal(err)
	}
	if out.(*sheets).child == first {
		t.Error("one child drew all of it")
	}
	_ = out.Close() // which hears how the last child ended
	grew := max(0, peakMemory(t)-before)
	t.Logf("%d pages of A3 in colour at %d dpi, %d MiB: the largest child took %d MiB, the server grew by %d MiB", pages, dpi, drawn>>20, ends.most>>20, grew>>20)
	if ends.most+int64(grew) > 256<<20 {
		t.Errorf("%d MiB in all", (ends.most+int64(grew))>>20)
	}
}

// Whatever ends early, no raster is whole that is not.
func TestARasterThatBreaksOff(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.PressTime = time.Second })
	_, pdf, err := prepared(t, e, documenttest.Drawn(2, a4Width, a4Height))
	if err != nil {
		t.Fatal(err)
	}
	read := func(ctx context.Context, document []byte, r Raster, then func(*sheets)) (int64, error) {
		out, err := e.Raster(ctx, bytes.NewReader(document), r)
		if err != nil {
			return 0, err
		}
		if then != nil {
			then(out.(*sheets))
		}
		defer out.Close()
		return io.Copy(io.Discard, out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	fine := Raster{First: 1, Last: 2, DPI: 600, Colour: true}
	if _, err := read(ctx, pdf, fine, func(*sheets) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	_, err = read(t.Context(), pdf, fine, func(s *sheets) { s.child.cancel(errors.New("killed")) })
	wantRefusal(t, err, "document-stuck")
	if _, err = read(t.Context(), pdf, Raster{First: 1, Last: 3, DPI: 50}, nil); err == nil {
		t.Error("a page that is not there was drawn")
	}
	slow := documenttest.Slow(1, 300)
	_, err = read(t.Context(), slow, fine, nil)
	wantRefusal(t, err, "document-stuck")
	for _, r := range []Raster{{First: 0, Last: 1, DPI: 300}, {First: 2, Last: 1, DPI: 300}, {First: 1, Last: 9999, DPI: 300}, {First: 1, Last: 1, DPI: 9}, {First: 1, Last: 1, DPI: 2400}} {
		if _, err := read(t.Context(), pdf, r, nil); err == nil {
			t.Errorf("%+v was drawn", r)
		}
	}
	if n, err := read(t.Context(), pdf, Raster{First: 1, Last: 2, DPI: 50}, nil); err != nil || n == 0 {
		t.Errorf("after all that: %d bytes, %v", n, err)
	}
}

// What a child sends beside the lines that were asked for ends the raster.
func TestAChildSendsLinesAlone(t *testing.T) {
	t.Parallel()
	r := Raster{First: 1, Last: 2, DPI: 50}
	p := r.page(1)
	var page bytes.Buffer
	for left := p.Height; left > 0; left -= 256 {
		page.WriteByte(byte(min(left, 256) - 1))
		for x := p.Width; x > 0; x -= 128 {
			page.Write([]byte{byte(min(x, 128) - 1), 255})
		}
	}
	e := newEngine(t, nil)
	for name, c := range map[string]struct {
		sent string
		good bool
	}{
		"two pages":       {strings.Repeat(page.String(), 2), true},
		"three pages":     {strings.Repeat(page.String(), 3), false},
		"a byte more":     {strings.Repeat(page.String(), 2) + "\x00", false},
		"one page":        {page.String(), false},
		"a broken page":   {page.String() + page.String()[:20], false},
		"a header of its": {string(raster.PWG.Header(p, 2)) + page.String(), false},
	} {
		out := &sheets{e: e, ctx: t.Context(), d: r, next: 1, leave: func() {}}
		from, to, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		child := &reader{gone: make(chan struct{}), lent: true, end: end{said: []byte(ready)}, ctx: ctx, cancel: cancel}
		close(child.gone)
		go func() {
			_, _ = io.WriteString(to, c.sent)
			_ = to.Close()
		}()
		out.attach(child, from)
		raw, err := io.ReadAll(out)
		if good := err == nil; good != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if n := bytes.Count(raw, []byte("PwgRaster\x00")); n > 2 || c.good && n != 2 {
			t.Errorf("%s: %d headers", name, n)
		}
		_ = from.Close()
		_ = out.Close()
	}
}

// BenchmarkRaster is pages of A4 in colour at 600 dpi, beside Ghostscript's own device.
func BenchmarkRaster(b *testing.B) {
	const pages = 10
	e := newEngine(b, nil)
	for name, make := range map[string]func() []byte{"drawn": func() []byte { return documenttest.Drawn(pages, a4Width, a4Height) }} {
		_, pdf, err := prepared(b, e, make())
		if err != nil {
			b.Fatal(err)
		}
		path := filepath.Join(b.TempDir(), "in.pdf")
		if err := os.WriteFile(path, pdf, 0o600); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				pressed(b, e, pdf, Raster{First: 1, Last: pages, DPI: 600, Colour: true})
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*pages), "ms/page")
		})
		b.Run(name+", Ghostscript", func(b *testing.B) {
			for b.Loop() {
				out := exec.Command("gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pwgraster", "-r600", "-sPAPERSIZE=a4", "-dFIXEDMEDIA",
					"-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", "-dcupsColorOrder=0", "-dcupsColorSpace=19", "-dcupsBitsPerColor=8", "-sOutputFile=/dev/null", path)
				if said, err := out.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, said)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*pages), "ms/page")
		})
	}
}

// Bombs that are counted are drawn within bounds, for a printer and for their owner to see, or
// refused; see TestBombs.
func TestBombsOnAPress(t *testing.T) {
	if alone(t) {
		return
	}
	bombs := everyday()
	if os.Getenv("INKWELL_PROVE") != "" {
		bombs = slices.Concat(bombs, harmful())
	}
	ends := &ended{Handler: slog.DiscardHandler}
	e := newEngine(t, func(o *Options) { o.CPUSeconds, o.PressTime, o.Log = 2, 3*time.Second, slog.New(ends) })
	drawn := 0
	for _, b := range bombs {
		if usual := []string{"2 GiB in a page", "forms in forms", "wide page tree", "media box of 1e9"}; !bytes.HasPrefix(b.file, []byte("%PDF")) ||
			os.Getenv("INKWELL_PROVE") == "" && !slices.Contains(usual, b.name) {
			continue
		}
		ends.most = 0
		before := forgetPeak(t)
		out, err := e.Raster(t.Context(), bytes.NewReader(b.file), Raster{First: 1, Last: 1, DPI: 150})
		if err == nil {
			_, err = io.Copy(io.Discard, out)
			err = errors.Join(err, out.Close())
		}
		seen, unseen := e.Draw(t.Context(), bytes.NewReader(b.file), 1, 1, 200)
		if (unseen == nil) != (len(seen) == 1) {
			t.Errorf("%s: %d pictures, %v", b.name, len(seen), unseen)
		}
		grew := peakMemory(t) - before
		t.Logf("%s: %v of processor time, %d MiB, the server %+d KiB: %v", b.name, time.Duration(ends.used).Round(time.Millisecond), ends.most>>20, grew>>10, err)
		if err == nil {
			drawn++
		}
		if ends.most > 256<<20 || grew > 32<<20 {
			t.Errorf("%s: its child took %d MiB, the server %d MiB more", b.name, ends.most>>20, grew>>20)
		}
	}
	if drawn == 0 {
		t.Error("no bomb was drawn, not even the harmless ones")
	}
}
