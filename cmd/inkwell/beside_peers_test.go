package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"inkwell/internal/db/local"
	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
)

// pause stops the server where it is, until resume. Its database has nothing to do
// meanwhile.
func (s *demo) pause() { _ = s.Process.Signal(syscall.SIGSTOP) }

func (s *demo) resume() { _ = s.Process.Signal(syscall.SIGCONT) }

// cupsPeer is a cupsd as Debian ships it, but that it keeps as many jobs as it is
// given (MaxJobs).
type cupsPeer struct {
	*ipptest.CUPSServer
	t *testing.T
}

const cupsQueue = "hold"

func newCUPSPeer(t *testing.T) *cupsPeer {
	t.Helper()
	c := &cupsPeer{CUPSServer: ipptest.CUPS(t, "LogLevel warn", "MaxJobs 0"), t: t}
	c.AddHeldQueue(cupsQueue)
	c.Stop() // it writes the queue down half a minute later only, or when it ends
	c.Restart()
	return c
}

// lost starts cupsd again and counts the jobs it no longer knows.
func (c *cupsPeer) lost(accepted []int32) (n int) {
	c.t.Helper()
	c.Restart()
	h := traffic{Address: c.Address(), Path: "/printers/" + cupsQueue, Operation: wire.OpGetJobs, Everybody: true, Connections: 1, Requests: 1, First: 1, Last: 1}.run(c.t)
	if len(h.Times) != 1 {
		c.t.Fatalf("cupsd does not say what it has: %v", h.Refused)
	}
	there := map[int32]bool{}
	for _, id := range h.Jobs {
		there[id] = true
	}
	for _, id := range accepted {
		if !there[id] {
			n++
		}
	}
	return n
}

// pgbenchPeer is PostgreSQL's own benchmark, on a cluster like the server's own:
// the same folder's disk, the same settings.
type pgbenchPeer struct {
	t       *testing.T
	bin     string
	socket  string
	user    *local.Credential
	cluster *local.Cluster
}

func newPgbenchPeer(t *testing.T, scale int) *pgbenchPeer {
	t.Helper()
	dir := dataDir(t)
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // the database's user passes it
		t.Fatal(err)
	}
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(bins) == 0 {
		t.Fatalf("this test needs pgbench: install the package postgresql (%v)", err)
	}
	p := &pgbenchPeer{t: t, bin: bins[len(bins)-1], socket: filepath.Join(dir, "run")}
	if os.Geteuid() == 0 {
		if p.user, err = local.UserNamed("postgres"); err != nil {
			t.Fatal(err)
		}
	}
	c, err := local.Start(t.Context(), local.Options{Dir: filepath.Join(dir, "postgres"), RunDir: p.socket, User: p.user, BinDir: filepath.Dir(p.bin)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	p.cluster = c
	p.command("-i", "-q", "-s", strconv.Itoa(scale))
	return p
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// run is how many of its simple transactions (-N) so many clients do in a second.
func (p *pgbenchPeer) run(clients, seconds int) float64 {
	p.t.Helper()
	said := p.command("-N", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(clients, 2)), "-n", "-T", strconv.Itoa(seconds))
	m := tps.FindStringSubmatch(said)
	if m == nil && strings.Contains(said, "actually processed: 0\n") { // a disk that stood still for so long
		return 0
	}
	if m == nil {
		p.t.Fatalf("pgbench said %q", said)
	}
	rate, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return rate
}

// cpu is the processor time that the cluster and pgbench, or we, have taken so far. Unlike a rate
// it is much the same on a busy machine.
func (p *pgbenchPeer) cpu() (all time.Duration) {
	p.t.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			p.t.Fatal(err)
		}
		all += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	said, err := os.ReadFile(filepath.Join(filepath.Dir(p.socket), "postgres", "data", "postmaster.pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	master, _, _ := strings.Cut(string(said), "\n")
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, file := range stats {
		line, _ := os.ReadFile(file) // it may have ended
		if _, rest, ok := strings.Cut(string(line), ") "); ok {
			// After the name: state, parent, ..., user and system time, and those of children that ended.
			f := strings.Fields(rest)
			switch {
			case filepath.Base(filepath.Dir(file)) == master:
				all += ticks(f[11:15])
			case f[1] == master:
				all += ticks(f[11:13])
			}
		}
	}
	return all
}

// ticks are hundredths of a second, as proc(5) counts.
func ticks(all []string) (d time.Duration) {
	for _, s := range all {
		n, _ := strconv.Atoi(s)
		d += time.Duration(n) * 10 * time.Millisecond
	}
	return d
}

func (p *pgbenchPeer) command(args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), p.bin, append(args, "-h", p.socket, "-p", "5432", "-U", local.Superuser, "postgres")...)
	if p.user != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: p.user.UID, Gid: p.user.GID}}
	}
	cmd.Dir, cmd.Env = "/", []string{}
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("pgbench: %v: %s", err, out)
	}
	return string(out)
}

// filesPeer writes small files so that a power cut leaves each whole or not at all.
type filesPeer struct {
	t    *testing.T
	dir  string
	made atomic.Int64
}

func newFilesPeer(t *testing.T) *filesPeer {
	t.Helper()
	dir := dataDir(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return &filesPeer{t: t, dir: dir}
}

// run is how many files sixteen writers make in a second.
func (f *filesPeer) run(d time.Duration) float64 {
	f.t.Helper()
	before, began := f.made.Load(), time.Now()
	var work sync.WaitGroup
	for range 16 {
		work.Go(func() {
			for time.Since(began) < d {
				if err := f.one(); err != nil {
					f.t.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
	return float64(f.made.Load()-before) / time.Since(began).Seconds()
}

// one makes one file: written, synced, named, and the name synced.
func (f *filesPeer) one() error {
	path := filepath.Join(f.dir, strconv.FormatInt(f.made.Add(1), 10))
	file, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(smallPDF)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	return syncFolder(f.dir)
}
