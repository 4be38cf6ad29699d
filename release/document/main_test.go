package document

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"inkwell/internal/fault"
	"inkwell/release/document/documenttest"
)

// sharedCache holds the engine that all tests share. It stays in the project's
// build folder, since compiling takes seconds. That it can be compiled at all is a
// test of its own.
var sharedCache string

// TestMain plays the other programs that the tests start from this binary.
func TestMain(m *testing.M) {
	Child()
	if len(os.Args) == 3 {
		if play, ok := parts[os.Args[1]]; ok {
			play(os.Args[2])
			os.Exit(0)
		}
	}
	os.Exit(runAll(m))
}

// parts are programs that only tests have: a probe that tries to break out of a
// child, and servers that start as somebody else.
var parts = map[string]func(told string){
	partProbe:  probe,
	partServer: serveOne,
}

func runAll(m *testing.M) int {
	dir, err := filepath.Abs("../../.build/engine")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	sharedCache = dir
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// itself is the Executable of engines whose children are this very program, with the
// race detector if it has it.
const itself = "/proc/self/exe"

// newEngine starts an engine over the shared cache and closes it with the test.
func newEngine(t testing.TB, change func(*Options)) *Engine {
	t.Helper()
	opts := Options{CacheDir: sharedCache, Executable: documenttest.Child(t), Timeout: 5 * time.Minute} // machines that run tests are busy
	if change != nil {
		change(&opts)
	}
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// prepared is Prepare of a whole PDF from bytes to bytes.
func prepared(t testing.TB, e *Engine, pdf []byte) (Facts, []byte, error) {
	t.Helper()
	return worked(t, e, pdf, Work{Format: PDF})
}

// worked is Prepare from bytes to bytes.
func worked(t testing.TB, e *Engine, document []byte, w Work) (Facts, []byte, error) {
	t.Helper()
	var out bytes.Buffer
	facts, err := e.Prepare(context.Background(), bytes.NewReader(document), w, &out)
	if err != nil && out.Len() > 0 {
		t.Errorf("a refused document left %d bytes", out.Len())
	}
	if err == nil && facts.Bytes != int64(out.Len()) {
		t.Errorf("facts say %d bytes, %d were written", facts.Bytes, out.Len())
	}
	return facts, out.Bytes(), err
}

// wantRefusal checks an error's code, and that a person can read it.
func wantRefusal(t testing.TB, err error, code string) {
	t.Helper()
	got := fault.As(err)
	if got == nil || got.Code != code {
		t.Fatalf("refused with %v, want %s", err, code)
	}
	if !strings.HasSuffix(got.Say, ".") || len(got.Say) < 40 {
		t.Errorf("%q is no sentence to tell a pupil", got.Say)
	}
}

// qpdfPages has a reader that is not ours count the pages, after it found the
// file free of errors.
func qpdfPages(t testing.TB, pdf []byte) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
		t.Fatalf("qpdf does not like the rebuilt document: %v\n%s", err, out)
	}
	out, err := exec.Command("qpdf", "--show-npages", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// qpdf runs qpdf on a PDF, with {in} and {out} standing for its files.
func qpdf(t testing.TB, pdf []byte, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	if err := os.WriteFile(in, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, arg := range args {
		args[i] = strings.NewReplacer("{in}", in, "{out}", out).Replace(arg)
	}
	if said, err := exec.Command("qpdf", args...).CombinedOutput(); err != nil {
		t.Fatalf("qpdf %v: %v\n%s", args, err, said)
	}
	result, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return result
}
