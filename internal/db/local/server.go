package local

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// life is one server process, from its start to its end.
type life struct {
	server *os.Process
	ended  chan struct{} // closed when it was reaped
	err    error         // why it ended or could not start; read it after ended
}

// The pause before a dead server is started again doubles up to the longest,
// and is short again after a server that lived through a calm.
const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 10 * time.Second
	calm          = time.Minute
)

// supervise keeps a server alive until Stop. It keeps its thread to itself and
// never gives it back: the kernel interrupts the server when the thread that
// started it ends, which must be when this process dies and not earlier.
func (c *Cluster) supervise(first chan<- *life) {
	runtime.LockOSThread()
	defer close(c.done)
	defer c.release()
	pause := shortestPause
	for {
		began := time.Now()
		l, wait := c.launch()
		if first != nil {
			first <- l
			first = nil
		}
		l.err = wait()
		close(l.ended)
		if err := c.sweep(context.Background()); err != nil {
			c.log.Error("what the database server left is still there", "error", err)
		}
		if time.Since(began) > calm {
			pause = shortestPause
		}
		if !c.rest(l.err, pause) {
			c.log.Info("database stopped")
			return
		}
		pause = min(2*pause, longestPause)
	}
}

// rest pauses after a death, and reports false when it was a stop.
func (c *Cluster) rest(cause error, pause time.Duration) bool {
	select {
	case <-c.quit:
		return false
	default:
		c.log.Error("database server died and will be started again", "pid", c.pid(), "error", cause, "pause", pause)
	}
	select {
	case <-c.quit:
		return false
	case <-time.After(pause):
		return true
	}
}

// launch starts a server, unless the cluster is being stopped. The life it
// returns has ended when wait returns.
func (c *Cluster) launch() (l *life, wait func() error) {
	l = &life{ended: make(chan struct{})}
	cmd := c.command(context.Background(), "postgres", c.arguments()...)
	cmd.Stdout, cmd.Stderr = c.out.pipe, c.out.pipe
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return l, func() error { return context.Canceled }
	}
	if err := cmd.Start(); err != nil {
		return l, func() error { return err }
	}
	c.server, l.server = cmd.Process, cmd.Process
	return l, cmd.Wait
}

// command is one of PostgreSQL's programs. It runs as the server's user and in a
// process group of its own, so that Ctrl-C reaches us alone and the server stops
// when we say so; a death of ours interrupts it. Its environment is empty, for
// PostgreSQL takes settings from there.
func (c *Cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin.Dir, name), args...) // #nosec G204 -- PostgreSQL's program, our arguments
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + c.bin.Dir + ":/usr/bin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if c.user != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: c.user.UID, Gid: c.user.GID}
	}
	return cmd
}

// arguments are the server's. Those that keep it private come last and win, over
// the caller's and over the files in the data directory. The server's log must
// not repeat what is in the rows: terse drops the lines that do, and statements
// are not logged.
func (c *Cluster) arguments() []string {
	args := []string{"-D", c.data, "-p", port}
	settings := []string{
		"jit=off", "timezone=UTC", "log_timezone=UTC", "log_line_prefix=%m [%p] ",
		"log_error_verbosity=terse", "log_min_error_statement=panic",
	}
	for _, name := range slices.Sorted(maps.Keys(c.settings)) {
		settings = append(settings, name+"="+c.settings[name])
	}
	settings = append(settings,
		"listen_addresses=", "unix_socket_directories="+listItem(string(c.socket)), "unix_socket_permissions=0700",
		"log_destination=stderr", "logging_collector=off",
	)
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// await returns when the server of a life takes connections.
func (c *Cluster) await(ctx context.Context, l *life) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if p, err := readPIDFile(c.data); err == nil && p.Ready && l.server != nil && p.PID == l.server.Pid {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for database server: %w", ctx.Err())
		case <-l.ended:
			return fmt.Errorf("run database server: %w", l.err)
		case <-tick.C:
		}
	}
}

// Stop ends the server by a fast shutdown, and when the context ends first, at
// once: nothing that was committed is lost, but the next start takes longer. The
// error says that it came to that. Stop again is no error.
func (c *Cluster) Stop(ctx context.Context) error {
	c.mu.Lock()
	if !c.stopping {
		c.stopping = true
		close(c.quit)
	}
	server := c.server
	c.mu.Unlock()
	if c.ended(ctx, server, syscall.SIGINT) {
		return nil
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), immediateGrace)
	defer cancel()
	if !c.ended(grace, server, syscall.SIGQUIT) {
		c.ended(context.WithoutCancel(ctx), server, syscall.SIGKILL)
	}
	return fmt.Errorf("stop database kindly: %w", ctx.Err())
}

// ended signals the server and waits; it reports whether all was over before the
// context.
func (c *Cluster) ended(ctx context.Context, server *os.Process, signal syscall.Signal) bool {
	if server != nil {
		_ = server.Signal(signal) // it may be gone by now, which is what we want
	}
	select {
	case <-c.done:
		return true
	case <-ctx.Done():
		return false
	}
}
