package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"inkwell/internal/fault"
)

// pidFile is what a server writes about itself into postmaster.pid.
type pidFile struct {
	PID       int
	SocketDir string
	Ready     bool // it takes connections
}

// readPIDFile reads the data directory's postmaster.pid. Lines that the server
// has not written yet are left empty.
func readPIDFile(data string) (pidFile, error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid")) // #nosec G304 -- our own folder
	if err != nil {
		return pidFile{}, err
	}
	lines := append(strings.Split(string(text), "\n"), make([]string, 8)...)
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	return pidFile{PID: max(pid, -pid), SocketDir: lines[4], Ready: strings.TrimSpace(lines[7]) == "ready"}, err
}

// How long a server that nobody supervises may take to end, first by a
// checkpoint and then at once.
const (
	fastGrace      = 20 * time.Second
	immediateGrace = 10 * time.Second
)

// endOrphan ends the server that a killed process left in the data directory,
// and removes its stale postmaster.pid. We hold the folder's lock, so a server
// that is alive here has no supervisor. It is told by its working directory and
// held by a pidfd, so that a process which was given the same number is safe.
func (c *Cluster) endOrphan(ctx context.Context) error {
	file, err := readPIDFile(c.data)
	if errors.Is(err, fs.ErrNotExist) {
		return c.unlockSocket()
	}
	if err == nil {
		if err := c.endServer(ctx, file.PID); err != nil {
			return err
		}
	}
	return c.sweep(ctx)
}

// endServer asks the server to end, kindly and then firmly.
func (c *Cluster) endServer(ctx context.Context, pid int) error {
	server, err := inhabitant(pid, c.data)
	if err != nil || server == nil {
		return err
	}
	c.log.Warn("ending the database server that a killed process left", "pid", pid)
	for _, way := range []struct {
		signal syscall.Signal
		grace  time.Duration
	}{{syscall.SIGINT, fastGrace}, {syscall.SIGQUIT, immediateGrace}} {
		_ = server.Signal(way.signal) // it may be gone by now, which is what we want
		if err := vacated(ctx, way.grace, func() (bool, error) {
			p, err := inhabitant(pid, c.data)
			return p == nil, err
		}); !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return err
		}
	}
	return nil // sweep does the rest
}

// sweep kills what is left of a server whose postmaster is gone, and removes its
// postmaster.pid: an orphaned backend, and a pid that an unreaped process still
// has, would each keep the next server from starting. Killing them loses nothing
// that was committed.
func (c *Cluster) sweep(ctx context.Context) error {
	if err := endAll(ctx, c.data); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(c.data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale postmaster.pid: %w", err)
	}
	return c.unlockSocket()
}

// unlockSocket removes the lock of a socket that a dead server of ours had, for the
// same reason: its number may be somebody's. A server removes it by itself when it
// ends, before its postmaster.pid. That of another folder's server stays.
func (c *Cluster) unlockSocket() error {
	text, err := os.ReadFile(c.socket.lock()) // #nosec G304 -- our own folder
	if err == nil && slices.Contains(strings.Split(string(text), "\n"), c.data) {
		err = os.Remove(c.socket.lock())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale lock of the socket: %w", err)
	}
	return nil
}

// endAll kills every PostgreSQL program that works in one of the folders and
// waits until they are gone.
func endAll(ctx context.Context, dirs ...string) error {
	return vacated(ctx, immediateGrace, func() (bool, error) {
		entries, err := os.ReadDir("/proc")
		if err != nil {
			return false, err
		}
		empty := true
		for _, entry := range entries {
			pid, err := strconv.Atoi(entry.Name())
			if err != nil {
				continue
			}
			if p, _ := inhabitant(pid, dirs...); p != nil {
				empty = false
				_ = p.Kill() // it may be gone by now
			}
		}
		return empty, nil
	})
}

// inhabitant is the process if it is alive and a PostgreSQL program that works
// in one of the folders; nil if it is anything else. A program of another user,
// whose folder we may not see, is refused as database-in-use.
func inhabitant(pid int, dirs ...string) (*os.Process, error) {
	proc := "/proc/" + strconv.Itoa(pid)
	name, err := os.ReadFile(proc + "/comm") // #nosec G304 -- a number
	if err != nil || !slices.Contains([]string{"postgres\n", "postmaster\n", "initdb\n"}, string(name)) {
		return nil, nil //nolint:nilerr // gone, or none of ours
	}
	p, err := os.FindProcess(pid) // pins the process before its folder is read
	if err != nil {
		return nil, nil //nolint:nilerr // gone
	}
	cwd, err := os.Readlink(proc + "/cwd")
	if errors.Is(err, fs.ErrPermission) {
		return nil, fault.New(fault.Conflict, "database-in-use",
			"A PostgreSQL of another user (process %d) may be using this database. Stop it first.", pid)
	}
	if err != nil || !slices.Contains(dirs, strings.TrimSuffix(cwd, " (deleted)")) {
		return nil, nil //nolint:nilerr // gone, or elsewhere
	}
	return p, nil
}

// vacated asks every few milliseconds until the answer is yes.
func vacated(ctx context.Context, grace time.Duration, empty func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := empty(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for old database server to end: %w", ctx.Err())
		case <-tick.C:
		}
	}
}
