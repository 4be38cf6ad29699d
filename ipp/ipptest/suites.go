package ipptest

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/release/document/documenttest"
)

// Where the suites come from: Debian's cups-ipp-utils, and its ippsample-data, which
// cannot be installed beside it and is unpacked below the module by .ci/install.
const (
	cupsSuites = "/usr/share/cups/ipptool"
	pwgSuites  = ".build/ippsample/usr/share/cups/ipptool"
)

// Suites is a folder with a copy of the field's suites, and the documents they ask
// for beside them. It may be used by several runs at once.
type Suites struct {
	Dir string
	t   testing.TB
}

// NewSuites copies the suites. The documents are our own: the names are those of
// CUPS's examples, which no package has.
func NewSuites(t testing.TB) *Suites {
	t.Helper()
	s := &Suites{Dir: t.TempDir(), t: t}
	for _, from := range []string{cupsSuites, filepath.Join(moduleRoot(t), pwgSuites)} {
		if err := s.copy(from); err != nil {
			t.Fatalf("the suites are not all there (make test-install brings them): %v", err)
		}
	}
	page := documenttest.PDF(1)
	for name, content := range map[string][]byte{
		"document-a4.pdf": page, "document-letter.pdf": page, "onepage-a4.pdf": page, "onepage-letter.pdf": page,
		"color.jpg": picture(t, color.RGBA{R: 200, G: 40, B: 90, A: 255}), "gray.jpg": picture(t, color.Gray{Y: 120}),
		// Documents in formats we do not take. The suites skip them, and end at one
		// that is missing.
		"document-a4.ps": page, "document-letter.ps": page, "testfile.ps": page, "testfile.txt": page,
	} {
		s.Write(name, content)
	}
	return s
}

func (s *Suites) copy(from string) error {
	files, err := fs.Glob(os.DirFS(from), "*.test")
	if err != nil || len(files) == 0 {
		return &fs.PathError{Op: "read", Path: from, Err: fs.ErrNotExist}
	}
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		s.Write(name, content)
	}
	return nil
}

// Write puts a file beside the suites.
func (s *Suites) Write(name string, content []byte) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, name), content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// Edit replaces every place of old in a suite's file. It fails the test when there is none.
func (s *Suites) Edit(name, old, replacement string) {
	s.t.Helper()
	content, err := os.ReadFile(filepath.Join(s.Dir, name))
	if err != nil || !bytes.Contains(content, []byte(old)) {
		s.t.Fatalf("%s does not say %q any more (%v)", name, old, err)
	}
	s.Write(name, bytes.ReplaceAll(content, []byte(old), []byte(replacement)))
}

// Score is what became of a suite's tests, by the lines that ipptool printed: its exit
// status is 0 after failures too, and after none at all.
type Score struct{ Pass, Fail, Skip int }

// Run is one run of a suite.
type Run struct {
	Score
	Failed []string // the names of the tests that failed, in order
	Ended  string   // why ipptool gave up before the suite's end, "" if it did not
	Said   string
}

// Run has ipptool take a suite to a printer. Flags go before the address.
func (s *Suites) Run(suite, uri, user string, flags ...string) Run {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args := slices.Concat([]string{"-tI", "-T", "20", "-f", "document-a4.pdf"}, flags, []string{uri, suite})
	cmd := exec.CommandContext(ctx, "ipptool", args...)                                //nolint:gosec // a real client
	cmd.Dir, cmd.WaitDelay = s.Dir, time.Second                                        // no terminal: a pause for a person ends at once
	cmd.Env = append(os.Environ(), "CUPS_USER="+user, "HOME="+s.Dir, "LC_ALL=C.UTF-8") // no settings of whoever runs this
	out, err := cmd.CombinedOutput()
	r := Run{Said: string(out)}
	for line := range strings.Lines(r.Said) {
		r.read(strings.TrimRight(line, "\n"))
	}
	if err != nil && r.Score == (Score{}) && r.Ended == "" {
		r.Ended = err.Error()
	}
	if ctx.Err() != nil {
		r.Ended = "it took too long"
	}
	return r
}

// read counts a line: the mark stands behind the name of the test.
func (r *Run) read(line string) {
	name, mark, found := strings.Cut(line, "[")
	switch {
	case strings.HasPrefix(line, "ipptool: "):
		r.Ended = strings.TrimPrefix(line, "ipptool: ")
	case !found:
	case strings.HasPrefix(mark, "PASS]"):
		r.Pass++
	case strings.HasPrefix(mark, "SKIP]"):
		r.Skip++
	case strings.HasPrefix(mark, "FAIL]"):
		r.Fail++
		r.Failed = append(r.Failed, strings.TrimSpace(name))
	}
}

// picture is a JPEG of one colour, 4 by 6 inches at 72 dots.
func picture(t testing.TB, c color.Color) []byte {
	t.Helper()
	var canvas draw.Image = image.NewRGBA(image.Rect(0, 0, 288, 432))
	if _, gray := c.(color.Gray); gray {
		canvas = image.NewGray(canvas.Bounds())
	}
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, canvas, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("there is no go.mod above this test (%v)", err)
	return ""
}
