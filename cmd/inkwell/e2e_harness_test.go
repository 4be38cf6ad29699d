package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db/local"
	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// patience is how long anything may take before a test gives up.
const patience = 3 * time.Minute

// demo is the real program with the demo school, on a data folder of its own.
type demo struct {
	t    *testing.T
	dir  string
	args []string
	path string   // of the program; "" is the one that schools run
	env  []string // more of its environment
	base string   // folder of its database; "" is the private one
	file string   // configuration of the commands beside it
	*program
	ipp string // host:port
	web string
}

// serveDemo starts the program and waits until it is ready.
func serveDemo(t *testing.T, args ...string) *demo {
	t.Helper()
	s := &demo{t: t, dir: dataDir(t), args: append(args, "--demo")}
	seed(t, s.dir)
	s.start()
	t.Cleanup(func() {
		if s.ProcessState == nil {
			s.stop() // with its database, which a killed server leaves behind for a moment
		}
	})
	return s
}

func (s *demo) start() {
	s.t.Helper()
	if s.path == "" {
		s.path = binary(s.t)
	}
	s.program = s.launch().awaited()
	s.ipp, s.web = s.address("ipps://"), s.address("web https://")
}

// launch starts the server and waits for nothing.
func (s *demo) launch() *program {
	s.t.Helper()
	return launchWith(s.t, s.env, append(append(ipptest.Ordinary(s.t), s.path), serveArgs(s.dir, s.args)...)...)
}

// kill is kill -9 of the server; its PostgreSQL and children die of it.
func (s *demo) kill() {
	_ = s.Process.Kill()
	s.wait()
}

// inkwell runs one of the commands beside the server and returns what it printed.
func (s *demo) inkwell(args ...string) string {
	s.t.Helper()
	if s.file != "" {
		args = append(args, "--config", s.file)
	}
	out, err := inkwell(s.t, append(args, "--data-dir", s.dir)...)
	if err != nil {
		s.t.Fatalf("inkwell %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// rows is one value that the superuser reads, past all walls.
func rows[T any](s *demo, sql string, args ...any) (v T) {
	s.t.Helper()
	s.super(func(ctx context.Context, c *pgx.Conn) error { return c.QueryRow(ctx, sql, args...).Scan(&v) })
	return v
}

// super acts on the server's database as its superuser, who may come in
// through the socket's folder alone.
func (s *demo) super(fn func(context.Context, *pgx.Conn) error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.t.Context()), patience)
	defer cancel()
	base := s.base
	if base == "" {
		base = filepath.Join(s.dir, "postgres")
	}
	socket, err := local.Running(base)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := pgx.Connect(ctx, socket.URL(local.Superuser, "inkwell"))
	if err == nil {
		err = fn(ctx, c)
		_ = c.Close(ctx)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// printTo has the demo's printers be the one at uri.
func (s *demo) printTo(uri string) {
	s.t.Helper()
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "UPDATE printer SET uri = $1, state = 'unknown'", uri)
		return err
	})
}

// queue is the queue's address with a person's name and password in it.
func (s *demo) queue(user, path string) string {
	return fmt.Sprintf("ipp://%s:%s@%s%s", user, strings.ReplaceAll(demoPassword, " ", "%20"), s.ipp, path)
}

// submit sends a file with ipptool and returns whether it passed, and what was said.
func (s *demo) submit(uri, file string) (string, bool) {
	s.t.Helper()
	return s.ask(printTest, uri, file)
}

// ask is submit with a test of one's own, and more arguments for ipptool.
func (s *demo) ask(what, uri, file string, args ...string) (string, bool) {
	s.t.Helper()
	test := filepath.Join(s.t.TempDir(), "print.test")
	if err := os.WriteFile(test, []byte(what), 0o600); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ipptool", append(args, "-tv", "-f", file, uri, test)...).CombinedOutput() //nolint:gosec // a real client
	if strings.Contains(string(out), "executable file not found") {
		s.t.Fatal(err)
	}
	return string(out), err == nil && strings.Contains(string(out), "[PASS]") && !strings.Contains(string(out), "[FAIL]")
}

const printTest = `{
NAME "Print"
OPERATION Print-Job
GROUP operation-attributes-tag
ATTR charset attributes-charset utf-8
ATTR naturalLanguage attributes-natural-language en
ATTR uri printer-uri $uri
ATTR name requesting-user-name $user
ATTR name job-name "Field notes"
ATTR mimeMediaType document-format application/pdf
FILE $filename
STATUS successful-ok
}
`

// held waits until a person has so many held jobs.
func (s *demo) held(user string, n int) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("%d held jobs of %s", n, user), func() bool {
		return rows[int](s, "SELECT count(*) FROM job JOIN person USING (person_id) WHERE username = $1 AND state = 'held'", user) == n
	})
}

func (s *demo) eventually(what string, fact func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !fact(); time.Sleep(20 * time.Millisecond) { // between two looks
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// tap opens the library's kiosk without a browser and holds a badge to it.
func (s *demo) tap(badge string) *kiosk.Client {
	s.t.Helper()
	trust := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // its certificate was made a moment ago
	c, err := kiosk.Dial(s.t.Context(), "https://"+s.web+"/kiosk/library", trust)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	s.face(c, kiosk.FaceIdle)
	if err := c.Tap(badge); err != nil {
		s.t.Fatal(err)
	}
	s.face(c, kiosk.FaceJobs)
	return c
}

func (s *demo) face(c *kiosk.Client, face string) kiosk.View {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	v, err := c.Until(ctx, func(v kiosk.View) bool { return v.Face == face && !v.Busy })
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// blankPDF writes a PDF of n pages that another user may read.
func blankPDF(t *testing.T, n int) string {
	t.Helper()
	return tempFile(t, documenttest.PDF(n))
}

func tempFile(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // CUPS reads it as another user
		t.Fatal(err)
	}
	return path
}
