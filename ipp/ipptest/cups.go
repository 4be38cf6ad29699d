package ipptest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything of CUPS may take before a test gives up.
const patience = 2 * time.Minute

// CUPSServer is a cupsd of the test's own, with its own folders and no business
// with the machine's: it listens on a socket in its folder, announces nothing and
// finds nothing.
type CUPSServer struct {
	t       testing.TB
	dir     string
	port    int // of this machine, beside the socket
	*daemon     // what it says is its log
}

// CUPS starts a cupsd and stops it, with all it has started, when the test ends.
// More are lines of cupsd.conf that come after those every test needs.
func CUPS(t testing.TB, more ...string) *CUPSServer {
	t.Helper()
	dir, err := os.MkdirTemp("", "cups") // short, for the socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := &CUPSServer{t: t, dir: dir}
	c.configure(more)
	c.daemon = &daemon{
		program: "cupsd", pack: "cups-daemon",
		args: []string{"-f", "-c", c.path("cupsd.conf"), "-s", c.path("cups-files.conf")},
		ready: func(string) bool {
			said, _ := c.run("lpstat", "-r") // exits with 0 either way
			return strings.Contains(said, "scheduler is running")
		},
	}
	start(t, c.daemon)
	return c
}

// configure writes the two configuration files and makes the folders they name.
func (c *CUPSServer) configure(more []string) {
	// Filters and backends run as another user when cupsd runs as root.
	if err := os.Chmod(c.dir, 0o755); err != nil { //nolint:gosec // nothing in it is secret
		c.t.Fatal(err)
	}
	for _, sub := range []string{"root", "spool", "cache", "state", "tmp"} {
		if err := os.Mkdir(c.path(sub), 0o755); err != nil { //nolint:gosec // as above
			c.t.Fatal(err)
		}
	}
	if err := os.Chmod(c.path("tmp"), 0o777|os.ModeSticky); err != nil { //nolint:gosec // as above
		c.t.Fatal(err)
	}
	c.port = freePort(c.t)
	c.write("cupsd.conf", fmt.Sprintf("Listen localhost:%d\n", c.port)+`Listen %[1]s/sock
LogLevel debug
Browsing No
WebInterface No
DefaultAuthType None
JobRetryInterval 1
<Location />
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
`+strings.Join(more, "\n")+"\n")
	c.write("cups-files.conf", `ServerRoot %[1]s/root
RequestRoot %[1]s/spool
CacheDir %[1]s/cache
StateDir %[1]s/state
TempDir %[1]s/tmp
ErrorLog stderr
AccessLog %[1]s/access_log
PageLog %[1]s/page_log
ConfigFilePerm 0644
`)
}

func (c *CUPSServer) write(name, format string) {
	if err := os.WriteFile(c.path(name), fmt.Appendf(nil, format, c.dir), 0o644); err != nil { //nolint:gosec // cupsd's helpers read it
		c.t.Fatal(err)
	}
}

func (c *CUPSServer) path(name string) string { return filepath.Join(c.dir, name) }

// Wait looks until fn is true, and fails the test if that takes too long.
func (c *CUPSServer) Wait(fact string, fn func() bool) {
	c.t.Helper()
	for end := time.Now().Add(patience); !fn(); {
		if time.Now().After(end) {
			c.t.Fatalf("waited in vain until %s", fact)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// AddQueue makes a driverless queue that prints to uri, which carries user name
// and password if the printer wants them, and waits until CUPS has learnt what the
// printer can do. What lp prints before that goes astray.
func (c *CUPSServer) AddQueue(name, uri string) {
	c.t.Helper()
	c.must("lpadmin", "-p", name, "-E", "-v", uri, "-m", "everywhere")
	c.Wait("CUPS knows the printer of "+name, func() bool {
		return strings.Contains(c.said(), fmt.Sprintf("Printer %q is now available.", name))
	})
}

// URI is a queue's printer-uri.
func (c *CUPSServer) URI(queue string) string {
	return fmt.Sprintf("ipp://localhost:%d/printers/%s", c.port, queue)
}

// Options is what a user of the queue can choose among, as lpoptions -l tells it: by
// the option's name its choices, the default with a star.
func (c *CUPSServer) Options(queue string) map[string][]string {
	c.t.Helper()
	all := map[string][]string{}
	// By the socket lpoptions finds no address of the printer, and so no PPD file.
	for line := range strings.Lines(c.must("env", fmt.Sprintf("CUPS_SERVER=localhost:%d", c.port), "lpoptions", "-p", queue, "-l")) {
		option, choices, found := strings.Cut(line, ": ")
		name, _, _ := strings.Cut(option, "/")
		if found {
			all[name] = strings.Fields(choices)
		}
	}
	return all
}

// Address is where it answers on this machine, as host:port.
func (c *CUPSServer) Address() string { return fmt.Sprintf("127.0.0.1:%d", c.port) }

// AddHeldQueue makes a queue without a driver whose jobs are held until somebody
// says otherwise.
func (c *CUPSServer) AddHeldQueue(name string) {
	c.t.Helper()
	c.must("lpadmin", "-p", name, "-E", "-v", "socket://127.0.0.1:9", "-o", "job-hold-until-default=indefinite")
}

// Pause stops cupsd where it is, until Resume.
func (c *CUPSServer) Pause() { _ = syscall.Kill(-c.pid, syscall.SIGSTOP) }

// Resume lets cupsd go on.
func (c *CUPSServer) Resume() { _ = syscall.Kill(-c.pid, syscall.SIGCONT) }

// Stop ends cupsd in order, so that all it knows is on disk.
func (c *CUPSServer) Stop() { c.end(syscall.SIGTERM) }

// KillAll is Kill from the side of a printer: of cupsd and of whatever prints for it, which
// would go on without it. It does not wait; Kill does that.
func (c *CUPSServer) KillAll() {
	c.Pause() // so that it starts nothing else
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", c.pid))
	for child := range strings.FieldsSeq(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	_ = syscall.Kill(-c.pid, syscall.SIGKILL)
}

// AddRawQueue makes a queue without a driver that prints to uri.
func (c *CUPSServer) AddRawQueue(name, uri string) {
	c.t.Helper()
	c.must("lpadmin", "-p", name, "-E", "-v", uri)
}

// Knows says whether a request is in the list of jobs, ended ones too.
func (c *CUPSServer) Knows(request string) bool {
	c.t.Helper()
	return strings.Contains("\n"+c.must("lpstat", "-W", "all", "-o"), "\n"+request+" ")
}

// Kill is kill -9: what cupsd has not yet written to disk is lost.
func (c *CUPSServer) Kill() { c.end(syscall.SIGKILL) }

// Restart starts cupsd on the folders of the one before.
func (c *CUPSServer) Restart() {
	c.t.Helper()
	start(c.t, c.daemon)
}

// LP prints a file with lp and returns the request, such as "room4-7". Options are
// those of lp -o, such as "sides=one-sided".
func (c *CUPSServer) LP(queue, file string, options ...string) (request string) {
	c.t.Helper()
	args := []string{"-d", queue}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	return c.request(c.must("lp", append(args, "--", file)...))
}

// LPAs is LP for somebody else than the user whose program this is.
func (c *CUPSServer) LPAs(user, queue, file string) (request string) {
	c.t.Helper()
	return c.request(c.must("lp", "-U", user, "-d", queue, "--", file))
}

// request is the request that lp speaks of: "request id is room4-7 (1 file(s))".
func (c *CUPSServer) request(said string) string {
	c.t.Helper()
	words := strings.Fields(said)
	if len(words) < 4 || words[0] != "request" {
		c.t.Fatalf("lp said %q", said)
	}
	return words[3]
}

// Program runs another of CUPS's programs, such as lpstat, lpq or lprm, against this
// server and returns what it said. The test fails if the program does.
func (c *CUPSServer) Program(name string, args ...string) string {
	c.t.Helper()
	return c.must(name, args...)
}

// Log is what cupsd and what it runs have said so far.
func (c *CUPSServer) Log() string { return c.said() }

// Done says whether CUPS has let go of a request: it is no longer among the jobs
// that wait or print.
func (c *CUPSServer) Done(request string) bool {
	c.t.Helper()
	for line := range strings.Lines(c.must("lpstat", "-W", "not-completed", "-o")) {
		if strings.HasPrefix(line, request+" ") {
			return false
		}
	}
	return true
}

// Alerts is why a request waits, as lpstat tells it, such as "job-printing" or
// "cups-held-for-authentication"; "" once it no longer waits.
func (c *CUPSServer) Alerts(request string) string {
	c.t.Helper()
	_, about, found := strings.Cut("\n"+c.must("lpstat", "-l", "-o"), "\n"+request+" ")
	if !found {
		return ""
	}
	_, alerts, _ := strings.Cut(about, "Alerts: ")
	alerts, _, _ = strings.Cut(alerts, "\n")
	return alerts
}

// Enabled says whether a queue still takes jobs to its printer.
func (c *CUPSServer) Enabled(queue string) bool {
	c.t.Helper()
	return !strings.Contains(c.must("lpstat", "-p", queue), "disabled")
}

// must runs one of CUPS's own programs against this server, fails the test if it
// fails, and returns what it said.
func (c *CUPSServer) must(program string, args ...string) string {
	c.t.Helper()
	said, err := c.run(program, args...)
	if err != nil {
		c.t.Fatalf("%s: %v: %s", program, err, said)
	}
	return said
}

// run runs one of CUPS's own programs against this server.
func (c *CUPSServer) run(program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pack := "cups-client"
	if program == "lpq" || program == "lprm" {
		pack = "cups-bsd"
	}
	cmd := exec.CommandContext(ctx, needs(c.t, program, pack), args...)
	cmd.Env = append(os.Environ(), "CUPS_SERVER="+c.path("sock"), "LC_ALL=C", "HOME="+c.path("tmp"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	return said.String(), err
}
