package document

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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
	ends := &ended{Handler: slog.DiscardHandler}
	e := newEngine(t, func(o *Options) { o.CPUSeconds, o.Log = seconds, slog.New(ends) })
	if err := e.warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, b := range bombs {
		t.Run(b.name, func(t *testing.T) { b.goesOff(t, e, ends) })
	}
	t.Logf("%d bombs; the largest child took %d MiB", len(bombs), ends.most>>20)
	if facts, _, err := prepared(t, e, pdfPages(1).file()); err != nil || facts.Pages != 1 {
		t.Errorf("the document after the bombs: %+v, %v", facts, err)
	}
}

// ended hears how the children of an engine end.
type ended struct {
	slog.Handler
	used, memory, most int64 // of the last one: processor time, in nanoseconds, and memory; and the most memory of any
}

func (e *ended) Enabled(context.Context, slog.Level) bool { return true }

func (e *ended) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "used":
			e.used = int64(a.Value.Duration())
		case "memory":
			e.memory = a.Value.Int64()
			e.most = max(e.most, e.memory)
		}
		return true
	})
	return nil
}

// goesOff has an engine read a bomb, and holds what that took against the limits.
func (b bomb) goesOff(t *testing.T, e *Engine, ends *ended) {
	rebuilt, err := os.Create(filepath.Join(t.TempDir(), "out.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	defer rebuilt.Close()
	before := forgetPeak(t)
	facts, err := e.Prepare(t.Context(), bytes.NewReader(b.file), Work{NumberUp: 2, Colour: true}, rebuilt)
	grew, spent := peakMemory(t)-before, time.Duration(ends.used)
	t.Logf("%v of processor time, %d MiB, %d bytes sent, peak memory of the server %+d KiB: %+v, %v",
		spent.Round(time.Millisecond), ends.memory>>20, len(b.file), grew>>10, facts, err)
	if ends.memory > 256<<20 {
		t.Errorf("its child took %d MiB", ends.memory>>20)
	}
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
	if err == nil {
		if n := leaves(t, rebuilt.Name()); n != facts.Pages {
			t.Errorf("%+v, and really %d pages", facts, n)
		}
	}
}

// leaves is how many pages qpdf finds, whatever it says of what is on them.
func leaves(t *testing.T, path string) (n int) {
	t.Helper()
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

// alone runs a test in a process of its own, and says that it has. Linux counts to a child's memory what
// its parent held when it started it: of a parent with many tests behind it that is more than
// any child needs.
func alone(t *testing.T) bool {
	t.Helper()
	const asked = "INKWELL_TEST_ALONE"
	if os.Getenv(asked) == t.Name() {
		return false
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.timeout=0", "-test.run=^"+t.Name()+"$") // #nosec G204 -- ourselves
	cmd.Env = append(os.Environ(), asked+"="+t.Name())
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("alone: %v", err)
	}
	return true
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
