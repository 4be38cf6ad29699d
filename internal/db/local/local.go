// Package local runs a private PostgreSQL cluster in a folder: it finds the
// machine's binaries, makes the cluster at the first start, keeps the server
// alive, and ends it. The server listens on a socket in a folder that only its
// user may enter, never on TCP, so that no password exists. It refuses a folder
// that another process is using and binaries of another major version than the
// folder's. One process at a time holds a folder, and whatever a killed process
// left in it is ended before a new server starts. Databases and roles are the
// caller's affair.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"

	"inkwell/internal/fault"
)

// Credential is the user that the server runs as.
type Credential struct{ UID, GID uint32 }

// UserNamed is the credential of one of this machine's users, such as postgres.
func UserNamed(name string) (*Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &Credential{UID: uint32(uid), GID: uint32(gid)}, errors.Join(err1, err2)
}

// Options say where the cluster lives and who runs it.
type Options struct {
	// Dir is the cluster's folder, such as DATA/postgres. Its parent must exist
	// and every folder above it must let the server's user pass.
	Dir string
	// RunDir holds the socket and is made private (0700). It is Dir/../run when
	// empty. When the socket's path would be longer than a socket address may be
	// (107 bytes), a folder below os.TempDir named after Dir serves instead.
	RunDir string
	// User is whom to run as when we are root, which PostgreSQL refuses to be;
	// nil is ourselves.
	User *Credential
	// BinDir holds postgres and initdb. When empty they are looked for: see Binaries.
	BinDir string
	// Log is told of starts, deaths and stops; nil is silence. What the server
	// itself has to say goes to Dir/../log/postgres.log, at most two files of 8 MiB.
	Log *slog.Logger
	// Settings are more of PostgreSQL's settings; those that keep the server
	// private cannot be changed.
	Settings map[string]string
}

// Cluster is a running server and its supervisor. It is safe for concurrent use.
type Cluster struct {
	dir, data string // the folder, and the data directory within
	user      *Credential
	settings  map[string]string
	bin       Bin
	socket    Socket
	shortRun  bool // the socket's folder is the substitute below os.TempDir
	out       *serverLog
	lock      *os.File
	log       *slog.Logger

	mu       sync.Mutex
	server   *os.Process // the latest one
	stopping bool
	quit     chan struct{} // closed by the first Stop
	done     chan struct{}
}

// Start returns when the cluster in opts.Dir answers, having made it if there is
// none. The context bounds the start alone; the server lives until Stop, or until
// this process dies. A server that dies is started again, with a growing pause,
// for as long as the cluster is not stopped.
//
// Refusals: database-in-use, database-other-major, database-damaged,
// postgres-missing, folder-closed and root-refused. They leave nothing running.
func Start(ctx context.Context, opts Options) (*Cluster, error) {
	c, err := prepare(opts)
	if err != nil {
		return nil, fmt.Errorf("start database: %w", err)
	}
	if err := c.makeReady(ctx); err != nil {
		c.release()
		return nil, fmt.Errorf("start database: %w", err)
	}
	first := make(chan *life, 1)
	go c.supervise(first)
	if err := c.await(ctx, <-first); err != nil {
		at, cancel := context.WithCancel(context.Background())
		cancel()
		_ = c.Stop(at) // at once: the error that counts is the start's
		return nil, fmt.Errorf("start database: %w (the server's last words: %q)", err, c.out.Tail())
	}
	c.log.Info("database answers", "major", c.bin.Major, "pid", c.pid())
	return c, nil
}

// prepare makes the folders, takes the lock and opens the log. On success the
// caller owns them all.
func prepare(opts Options) (*Cluster, error) {
	user, err := runAs(opts.User)
	if err != nil {
		return nil, err
	}
	dir, err := settle(opts.Dir, user)
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		dir: dir, data: filepath.Join(dir, "data"), user: user, settings: opts.Settings, log: opts.Log,
		bin:  Bin{Dir: opts.BinDir},
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.lock, err = lockFolder(dir); err != nil {
		return nil, err
	}
	if c.socket, c.shortRun, err = socketFor(dir, opts.RunDir, user); err == nil {
		c.out, err = openServerLog(filepath.Join(filepath.Dir(dir), "log"), user)
	}
	if err != nil {
		c.release()
		return nil, err
	}
	return c, nil
}

// makeReady leaves a complete data directory with no server on it.
func (c *Cluster) makeReady(ctx context.Context) error {
	if err := c.clearHalfMade(ctx); err != nil {
		return err
	}
	major, err := recordedMajor(c.data)
	if err != nil {
		return err
	}
	if c.bin, err = findBinaries(c.bin.Dir, major); err != nil {
		return err
	}
	if major == 0 {
		return c.create(ctx)
	}
	return c.endOrphan(ctx)
}

// runAs checks whom the server can run as; nil is ourselves.
func runAs(user *Credential) (*Credential, error) {
	me := os.Geteuid()
	switch {
	case me != 0 && (user == nil || int(user.UID) == me):
		return nil, nil
	case me != 0:
		return nil, fault.New(fault.Forbidden, "root-refused", "Only root can start the database as another user (%d).", user.UID)
	case user == nil || user.UID == 0:
		return nil, fault.New(fault.Forbidden, "root-refused", "PostgreSQL refuses to run as root. Name an ordinary user to run it as.")
	}
	return user, nil
}

// release gives back what prepare took.
func (c *Cluster) release() {
	if c.out != nil {
		c.out.Close()
	}
	if c.shortRun {
		_ = os.Remove(string(c.socket)) // fails when something is in it, and then it should stay
	}
	_ = c.lock.Close() // and with it the lock
}

// URL is the connection string of a database over the socket.
func (c *Cluster) URL(user, database string) string { return c.socket.URL(user, database) }

// Done is closed when the cluster has stopped for good: after Stop, and not
// when the server died and is about to be started again.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// pid is the latest server's process id, 0 before the first.
func (c *Cluster) pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return 0
	}
	return c.server.Pid
}

// lockFolder takes the lock that keeps a second process off the folder. It goes
// with the process, however that ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- a name of ours in the operator's folder
	if err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fault.New(fault.Conflict, "database-in-use",
			"Another process is already using the database in %s. Stop it first, or name another data folder.", dir).Because(err)
	}
	return f, nil
}
