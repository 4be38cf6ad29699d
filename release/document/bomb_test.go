package document

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"inkwell/internal/fault"
	"inkwell/release/document/documenttest"
)

// Bombs end within their limits, and the server hardly notices. With INKWELL_PROVE set
// there are four score of them, and they have the processor time that every document has.
// This test runs alone: it measures the whole process.
func TestBombs(t *testing.T) {
	seconds, bombs := 2, everyday()
	if os.Getenv("INKWELL_PROVE") != "" {
		seconds, bombs = 10, slices.Concat(bombs, harmful())
	}
	e := newEngine(t, func(o *Options) { o.CPUSeconds = seconds; })
	if err := e.warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, b := range bombs {
		t.Run(b.name, func(t *testing.T) { b.goesOff(t, e) })
	}
	if took := children(t).Maxrss >> 10; took > childMemory() {
		t.Errorf("a child took %d MiB", took)
	} else {
		t.Logf("%d bombs; the largest child took %d MiB", len(bombs), took)
	}
	if facts, _, err := prepared(t, e, pdfPages(1).file()); err != nil || facts.Pages != 1 {
		t.Errorf("the document after the bombs: %+v, %v", facts, err)
	}
}

// childMemory is the most that a child may take, in MiB. These programs carry the race
// detector at times, and it takes as much again.
func childMemory() int64 {
	if raceDetector() {
		return 512
	}
	return 256
}

// children is what children have used that are gone.
func children(t *testing.T) (used unix.Rusage) {
	t.Helper()
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &used); err != nil {
		t.Fatal(err)
	}
	return used
}

// goesOff has an engine read a bomb, and holds what that took against the limits.
func (b bomb) goesOff(t *testing.T, e *Engine) {
	before, used := forgetPeak(t), children(t)
	facts, rebuilt, err := worked(t, e, b.file, Work{NumberUp: 2})
	after, grew := children(t), peakMemory(t)-before
	spent := time.Duration(after.Utime.Nano() + after.Stime.Nano() - used.Utime.Nano() - used.Stime.Nano())
	t.Logf("%v of processor time, %d bytes sent, peak memory of the server %+d KiB: %+v, %v", spent.Round(time.Millisecond), len(b.file), grew>>10, facts, err)
	if grew > 32<<20 {
		t.Errorf("the server grew by %d MiB", grew>>20)
	}
	if limit := time.Duration(e.opts.CPUSeconds)*time.Second + time.Second/2; spent > limit { // the system looks now and then
		t.Errorf("it took %v of processor time", spent)
	}
	refusal := fault.As(err)
	if err != nil && (refusal == nil || refusal.Kind == fault.Internal) {
		t.Fatalf("it broke something of ours: %v", err)
	}
	if b.code != "" {
		wantRefusal(t, err, b.code)
	}
	if err == nil && len(rebuilt) < 32<<20 {
		if n := leaves(t, rebuilt); n != facts.Pages {
			t.Errorf("%+v, and really %d pages", facts, n)
		}
	}
}

// leaves is how many pages qpdf finds, whatever it says of what is on them.
func leaves(t *testing.T, pdf []byte) (n int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("qpdf", "--show-npages", path).Output()
	if _, scanned := fmt.Sscan(string(out), &n); scanned != nil {
		t.Fatalf("qpdf cannot count: %v", err)
	}
	return n
}

// everyday are the bombs that every run of the tests sets off.
func everyday() []bomb {
	page := pdfPages(1)
	twoGiB := flateBomb(2048)
	return []bomb{
		{"raster page of 130 MiB", rasterBomb(1, 9), ""},
		{"raster page of 4 GiB", rasterBomb(1, 280), "document-too-large"},
		{"64 raster pages of a gibibyte", rasterBomb(64, 69), "document-stuck"},
		{"JPEG of 4 gigapixels", bytes.Replace(documenttest.JPEG(), []byte("\x00\x40\x00\x60"), []byte("\xff\xff\xff\xff"), 1), "document-too-large"},
		{"2 GiB in a page", page.set(5, rawStream("/Filter/FlateDecode", twoGiB)).file(), "document-stuck"},
		{"2 GiB, packed again", page.set(5, packedAgain(twoGiB)).file(), "document-stuck"},
		{"2 GiB of objects", objectStreamBomb(twoGiB), "document-stuck"},
		{"forms in forms", formBomb(30, 10), "document-stuck"},
		{"endless pages", endless(), "document-stuck"},
		{"deep dictionary", withPage("/Deep" + strings.Repeat("<</D", 5000) + " 0" + strings.Repeat(">>", 5000)), ""},
		{"deep page tree", deepTree(2000), "document-damaged"},
		{"wide page tree", wideTree(), ""},
		{"media box of 1e9", withPage("/MediaBox[0 0 1e9 1e9]/UserUnit 1e9"), ""},
	}
}

// rasterBomb is a raster whose every page claims so many times 256 white lines, 15
// MiB, of two bytes each.
func rasterBomb(pages, times int) []byte {
	const width = 20_000
	h := documenttest.PWG(1)[4 : 4+1796]
	for at, v := range map[int]uint32{276: 1200, 280: 1200, 372: width, 376: uint32(256 * times), 388: 24, 392: 3 * width, 400: 19, 420: 3} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
	page := append(bytes.Clone(h), bytes.Repeat([]byte{255, 128}, times)...)
	return append([]byte("RaS2"), bytes.Repeat(page, pages)...)
}

// raceDetector says that these programs carry it, and so twice the memory.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// forgetPeak starts the measuring of this process's highest memory anew.
func forgetPeak(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	return peakMemory(t)
}

// peakMemory is the highest resident size since forgetPeak, in bytes.
func peakMemory(t *testing.T) int {
	t.Helper()
	kib, err := strconv.Atoi(strings.TrimSuffix(statusField(t, readProc(t, os.Getpid(), "status"), "VmHWM"), " kB"))
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// packedAgain is a small stream that becomes a bomb that becomes a page.
func packedAgain(bomb string) string {
	return strings.Replace(pdfStream("", bomb), "/Filter/FlateDecode", "/Filter[/FlateDecode/FlateDecode]", 1)
}

// objectStreamBomb keeps its page tree inside a bomb.
func objectStreamBomb(bomb string) []byte {
	objects := pdfPages(1).set(pagesRoot, "")
	objects = append(objects, rawStream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", bomb))
	return bytes.Replace(objects.file(), []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Junk 6 0 R"), 1)
}

// deepTree has its one page below so many nodes.
func deepTree(deep int) []byte {
	objects := pdfPages(1)
	first := len(objects) + 1
	for i := range deep {
		objects = append(objects, pagesObject([]string{strconv.Itoa(first+i+1) + " 0 R"}, 1))
	}
	objects[len(objects)-1] = pagesObject([]string{"4 0 R"}, 1)
	return objects.set(pagesRoot, pagesObject([]string{strconv.Itoa(first) + " 0 R"}, 1)).file()
}

// wideTree has 10 nodes on each of 12 levels, all of them shared: a million
// million pages.
func wideTree() []byte {
	objects := pdfPages(1)
	first := len(objects) + 1
	for i := range 12 {
		below := strconv.Itoa(first+i+1) + " 0 R"
		if i == 11 {
			below = "4 0 R"
		}
		kids := strings.Split(strings.Repeat(below+",", 9)+below, ",")
		objects = append(objects, pagesObject(kids, 1))
	}
	return objects.set(pagesRoot, pagesObject([]string{strconv.Itoa(first) + " 0 R"}, 1)).file()
}
