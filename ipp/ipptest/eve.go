package ipptest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// EveOptions says what printer ippeveprinter is to be.
type EveOptions struct {
	// Name is its printer-name; one of its own by default.
	Name string
	// PerPage is how long each impression takes; none by default.
	PerPage time.Duration
	// Colour has it print in colour as well.
	Colour bool
	// Formats is document-format-supported; application/pdf alone by default.
	Formats []string
	// Attributes is what else it says of itself, a value of ATTR in a file of ippserver's on each
	// line, instead of what it would say on its own.
	Attributes []string
	// Script is what a job runs instead of the default, as sh. Its $1 is the
	// document; what it writes to stderr as "ATTR: name=value" or "STATE:
	// +reason" becomes the job's or the printer's attributes; its exit status, if
	// not 0, aborts the job.
	Script string
}

// Eve is a running ippeveprinter, the IPP Everywhere printer of CUPS. It takes one
// job at a time, and answers others with server-error-busy.
type Eve struct {
	URI       string // printer-uri
	SecureURI string // the same over TLS, with a certificate that it has made itself
	dir       string
	daemon    *daemon
}

// evePages counts the pages of a plain PDF, one line for each, or of a raster, and reports
// impressions one by one, copies included.
const evePages = `case $(head -c 7 "$1" | tr -d '\0') in
RaS2*) pages=$(grep -ao PwgRaster "$1" | wc -l) ;;
UNIRAST) pages=$((0x$(od -An -tx1 -j8 -N4 "$1" | tr -d ' '))) ;;
%%PDF*) pages=$(grep -aoE '/Type */Page([^s]|$)' "$1" | wc -l) ;;
*) pages=1 ;;
esac
total=$((pages * ${IPP_COPIES:-1}))
echo "ATTR: job-impressions=$pages" >&2
n=0
while [ $n -lt $total ]; do
  sleep %s
  n=$((n + 1))
  echo "ATTR: job-impressions-completed=$n" >&2
done
`

// EvePrinter starts ippeveprinter on a free port of this machine and waits until
// it answers. It needs the packages cups-ipp-utils, avahi-daemon and dbus, and
// announces itself on the loopback alone: with a message bus and an Avahi of its
// own, that know nothing of the machine's.
func EvePrinter(t testing.TB, o EveOptions) *Eve {
	t.Helper()
	e := &Eve{dir: t.TempDir()}
	if o.Script == "" {
		o.Script = fmt.Sprintf(evePages, strconv.FormatFloat(o.PerPage.Seconds(), 'f', 3, 64))
	}
	command := filepath.Join(e.dir, "print.sh")
	told := fmt.Sprintf("#!/bin/sh\nenv | grep '^IPP_' | sort >%q\n", filepath.Join(e.dir, "told"))
	if err := os.WriteFile(command, []byte(told+o.Script), 0o700); err != nil { //nolint:gosec // it must run
		t.Fatal(err)
	}
	spool := filepath.Join(e.dir, "kept")
	if err := os.Mkdir(spool, 0o700); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(e.dir, "keys")
	if err := os.Mkdir(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	if len(o.Formats) == 0 {
		o.Formats = []string{"application/pdf"}
	}
	formats := []string{"-2", "-f", strings.Join(o.Formats, ",")}
	if len(o.Attributes) > 0 {
		said := append([]string{"mimeMediaType document-format-supported " + strings.Join(o.Formats, ",")}, o.Attributes...)
		file := filepath.Join(e.dir, "printer.conf")
		if err := os.WriteFile(file, []byte("ATTR "+strings.Join(said, "\nATTR ")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		formats = []string{"-a", file}
	}
	if o.Name == "" {
		o.Name = fmt.Sprintf("Eve %d", port)
	}
	e.URI = fmt.Sprintf("ipp://localhost:%d/ipp/print", port)
	e.SecureURI = fmt.Sprintf("ipps://localhost:%d/ipp/print", port)
	if o.Colour {
		formats = append(formats, "-s", "10,10")
	}
	e.daemon = &daemon{
		program: "ippeveprinter", pack: "cups-ipp-utils", env: []string{"DBUS_SYSTEM_BUS_ADDRESS=" + avahi(t)},
		args: append(append([]string{"-v", "-n", "localhost", "-p", strconv.Itoa(port), "-r", "off"}, formats...),
			"-c", command, "-k", "-d", spool, "-K", keys, o.Name),
		ready: func(string) bool {
			conn, err := net.Dial("tcp", fmt.Sprintf("localhost:%d", port))
			if err == nil {
				_ = conn.Close()
			}
			return err == nil
		},
	}
	start(t, e.daemon)
	return e
}

// Restart switches the printer off in whatever it does, and on again: it knows of no job any more.
func (e *Eve) Restart(t testing.TB) {
	t.Helper()
	e.daemon.end(syscall.SIGKILL)
	start(t, e.daemon)
}

// Told is what the latest job it printed asked for and what it made of that: lines
// of IPP_NAME=value in the form that ippeveprinter has for commands.
func (e *Eve) Told(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(e.dir, "told"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Documents is the bytes of the documents it was given, in the order of its jobs.
func (e *Eve) Documents(t testing.TB) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(e.dir, "kept", "*"))
	if err != nil {
		t.Fatal(err)
	}
	job := func(path string) (n int) {
		_, _ = fmt.Sscanf(filepath.Base(path), "%d-", &n)
		return n
	}
	sort.Slice(paths, func(i, k int) bool { return job(paths[i]) < job(paths[k]) })
	var documents [][]byte
	for _, path := range paths {
		if filepath.Ext(path) == ".prn" { // what its command said
			continue
		}
		b, err := os.ReadFile(path) //nolint:gosec // a folder of this test
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, b)
	}
	return documents
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
