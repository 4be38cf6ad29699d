package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
	"inkwell/release/spool/spooltest"
)

// postgres is a PostgreSQL that no server of ours runs: one that schools have beside it.
type postgres struct {
	t    *testing.T
	dir  string
	bin  string
	as   *syscall.Credential // nil is ourselves
	proc *exec.Cmd
}

// newPostgres starts one with an empty database of the schema's owner.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	bin, err := local.Binaries("")
	if err != nil {
		t.Fatal(err)
	}
	p := &postgres{t: t, dir: dataDir(t), bin: bin.Dir}
	for _, dir := range []string{p.dir, filepath.Join(p.dir, "run")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 {
			own(t, "postgres", dir)
		}
	}
	if os.Geteuid() == 0 {
		u, err := local.UserNamed("postgres")
		if err != nil {
			t.Fatal(err)
		}
		p.as = &syscall.Credential{Uid: u.UID, Gid: u.GID}
	}
	if out, err := p.command("initdb", "-U", local.Superuser, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	p.start()
	t.Cleanup(p.kill)
	if err := db.Bootstrap(t.Context(), p.socket().URL(local.Superuser, "postgres")); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *postgres) socket() local.Socket { return local.Socket(filepath.Join(p.dir, "run")) }

func (p *postgres) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), append([]string{"-D", filepath.Join(p.dir, "data")}, args...)...) //nolint:gosec // PostgreSQL's own
	cmd.Dir, cmd.Env = p.dir, []string{"PATH=" + p.bin + ":/usr/bin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	return cmd
}

// start runs the server and waits until it takes connections. While something of one that
// was killed is left, PostgreSQL does not start.
func (p *postgres) start() {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		p.proc = p.command("postgres", "-c", "listen_addresses=", "-c", "unix_socket_directories="+string(p.socket()), "-c", "timezone=UTC")
		if err := p.proc.Start(); err != nil {
			p.t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func(proc *exec.Cmd) { ended <- proc.Wait() }(p.proc)
		for tries := true; tries; {
			select {
			case <-ended:
				tries = false
			case <-time.After(10 * time.Millisecond): // between two looks
				if p.ready() {
					return
				}
			}
		}
	}
	p.t.Fatal("PostgreSQL does not start")
}

func (p *postgres) ready() bool {
	b, err := os.ReadFile(filepath.Join(p.dir, "data", "postmaster.pid"))
	fields := strings.Fields(string(b))
	return err == nil && len(fields) > 0 && fields[0] == strconv.Itoa(p.proc.Process.Pid) && fields[len(fields)-1] == "ready"
}

// kill is kill -9 of the server and of everything that it runs.
func (p *postgres) kill() {
	pid := p.proc.Process.Pid
	_ = syscall.Kill(pid, syscall.SIGSTOP) // so that it starts nothing else
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	for _, child := range strings.Fields(string(children)) {
		if c, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(c, syscall.SIGKILL)
		}
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// halt has it end at once, as with "pg_ctl stop -m immediate".
func (p *postgres) halt() { _ = syscall.Kill(p.proc.Process.Pid, syscall.SIGQUIT) }

// configure writes a configuration that has servers use it, and a bucket if there is one.
func (p *postgres) configure(store *spooltest.Store) (file string) {
	p.t.Helper()
	var text string
	if store != nil {
		file = bucketConfig(p.t, store)
		b, err := os.ReadFile(file)
		if err != nil {
			p.t.Fatal(err)
		}
		text = string(b)
	} else {
		file = filepath.Join(filepath.Dir(dataDir(p.t)), "inkwell.toml")
		if u, err := user.Current(); err == nil && u.Uid == "0" {
			text = "user = \"postgres\"\n"
		}
	}
	text += fmt.Sprintf("[database]\nurl = %q\nowner-url = %q\n", p.socket().URL(db.Role, db.Database), p.socket().URL(db.Owner, db.Database))
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // nothing in it is secret
		p.t.Fatal(err)
	}
	return file
}

// serve starts a server on it, in a data folder of its own; one that joins another has that
// one's keys.
func (p *postgres) serve(config string, with *demo) *demo {
	p.t.Helper()
	s := &demo{t: p.t, dir: dataDir(p.t), args: []string{"--demo", "--config", config}, base: p.dir, file: config}
	seed(p.t, s.dir)
	if with != nil {
		if out, err := exec.Command("cp", "-a", filepath.Join(with.dir, "keys"), s.dir).CombinedOutput(); err != nil { //nolint:gosec // our own folders
			p.t.Fatalf("copy keys: %v\n%s", err, out)
		}
	}
	s.start()
	p.t.Cleanup(func() {
		if s.ProcessState == nil {
			_ = s.Process.Signal(syscall.SIGCONT)
			s.stop()
		}
	})
	return s
}
