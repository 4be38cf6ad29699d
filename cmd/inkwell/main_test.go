package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/release/document"
)

func TestMain(m *testing.M) {
	document.Child()
	trafficClient()
	crowdClient()
	code := m.Run()
	if err := errors.Join(built.remove(), rehearsed.remove()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// build is the real binary, built once for all tests that run it.
type build struct {
	tags string
	once sync.Once
	dir  string
	err  error
}

// built is what schools run, rehearsed the same with its crash points.
var (
	built     = &build{}
	rehearsed = &build{tags: "crash"}
)

// binaryVariable names the real program to a test that runs in a network of its own.
const binaryVariable = envPrefix + "_TEST_BINARY"

// binary is the path of the real program.
func binary(t *testing.T) string {
	t.Helper()
	if path := os.Getenv(binaryVariable); path != "" {
		return path
	}
	return built.path(t)
}

func (b *build) path(t *testing.T) string {
	t.Helper()
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", "inkwell-test-"); b.err != nil {
			return
		}
		if b.err = os.Chmod(b.dir, 0o755); b.err != nil { // the service user runs it too
			return
		}
		out, err := exec.Command("go", "build", "-tags", b.tags, "-o", b.dir, ".").CombinedOutput() //nolint:gosec // our own tags
		if err != nil {
			b.err = fmt.Errorf("build inkwell: %w\n%s", err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return filepath.Join(b.dir, "inkwell")
}

// remove takes the binary away again, if there is one.
func (b *build) remove() error {
	if b.dir == "" {
		return nil
	}
	return os.RemoveAll(b.dir)
}

// dataDir is a folder that may become an installation's, also for the service user.
func dataDir(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "inkwell-data-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := os.RemoveAll(parent)
		for end := time.Now().Add(time.Minute); err != nil && time.Now().Before(end); err = os.RemoveAll(parent) {
			time.Sleep(100 * time.Millisecond) // a database that was cut off writes for a moment yet
		}
		if err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(parent, "data")
}

// program is the real binary, running.
type program struct {
	*exec.Cmd
	t     *testing.T
	out   *bufio.Reader
	log   *bytes.Buffer
	ended chan error
	ready string // the line that said so
}

// serve starts the server on free ports and waits until it says that it is ready.
func serve(t *testing.T, dir string, args ...string) *program {
	t.Helper()
	return serveBy(t, ipptest.Ordinary(t), dir, args...)
}

// serveBy is serve with what goes before the program.
func serveBy(t *testing.T, way []string, dir string, args ...string) *program {
	t.Helper()
	return launchBy(t, way, serveArgs(dir, args)...).awaited()
}

func serveArgs(dir string, more []string) []string {
	return append([]string{"serve", "--data-dir", dir, "--ipp-listen", "127.0.0.1:0", "--web-listen", "127.0.0.1:0", "--redirect-listen", "127.0.0.1:0"}, more...)
}

// awaited waits until the server says that it is ready.
func (p *program) awaited() *program {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready in ") {
		p.t.Fatalf("serve said %q (%v); its log:\n%s", line, err, p.wait())
	}
	p.ready = line
	return p
}

// launch starts the program without waiting for anything.
func launch(t *testing.T, args ...string) *program {
	t.Helper()
	return launchBy(t, ipptest.Ordinary(t), args...)
}

// launchBy is launch with what goes before the program.
func launchBy(t *testing.T, way []string, args ...string) *program {
	t.Helper()
	return launchWith(t, nil, append(append(way, binary(t)), args...)...)
}

// launchWith starts a program, with more in its environment.
func launchWith(t *testing.T, env []string, all ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(all[0], all[1:]...), t: t, log: &bytes.Buffer{}, ended: make(chan error, 1)} //nolint:gosec // the program under test
	p.Stderr, p.Env = p.log, append(unconfigured(), env...)
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill()
		p.wait()
	})
	return p
}

// command is the real binary, as an ordinary user where no root could become one.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	all := append(append(ipptest.Ordinary(t), binary(t)), args...)
	return exec.Command(all[0], all[1:]...) //nolint:gosec // the program under test
}

// wait reaps the program and gives its log. It may be called again.
func (p *program) wait() string {
	if p.ProcessState == nil {
		_, _ = io.Copy(io.Discard, p.out)
		p.ended <- p.Wait()
	}
	return p.log.String()
}

// stop asks the server to end, and wants it to do so in order and in time.
func (p *program) stop() {
	p.t.Helper()
	began := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	log := p.wait()
	if err := <-p.ended; err != nil {
		p.t.Errorf("serve ended with %v:\n%s", err, log)
	}
	if took := time.Since(began); took > time.Minute {
		p.t.Errorf("it took %s to stop", took)
	}
}

// address is a part of the ready line: the host and port after a word.
func (p *program) address(after string) string {
	p.t.Helper()
	m := regexp.MustCompile(regexp.QuoteMeta(after) + `([^/ ,]+)`).FindStringSubmatch(p.ready)
	if m == nil {
		p.t.Fatalf("%q does not say %s", p.ready, after)
	}
	return m[1]
}

// inkwell runs a command to its end and gives all it said.
func inkwell(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := command(t, args...)
	cmd.Env = unconfigured()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// unconfigured is the environment without anything that configures Inkwell or its
// tests.
func unconfigured() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, envPrefix+"_") })
}
