package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is one child to be: its part, what it is told, and the files it gets
// from descriptor 3 on.
type process struct {
	part  string // partReader or partCompiler
	told  string
	stdin *os.File // nil: nothing
	files []*os.File
	attr  *syscall.SysProcAttr
	env   []string
	tame  bool // it will see a document
	equal bool // it does not step back behind others
}

// end is how a child ended.
type end struct {
	said []byte        // cut at maxAnswer
	err  error         // nil: with exit status 0
	used time.Duration // processor time

	memory int64 // the most it had of it, in bytes
}

// compile starts a child that fills the cache folder. It runs as we do and sees
// no document.
func (e *Engine) compile(ctx context.Context) error {
	end, err := e.run(ctx, process{
		part: partCompiler,
		told: e.opts.CacheDir,
		attr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true},
		env:  []string{},
	})
	if err != nil {
		return err
	}
	if string(end.said) != ready {
		return errors.Join(fmt.Errorf("child was never ready: %q", end.said), end.err)
	}
	return end.err
}

// readDocument starts a child that is told on orders how to read source into target,
// confined as far as this system allows.
func (e *Engine) readDocument(ctx context.Context, how turn, orders, source, target *os.File) (end, error) {
	b := bounds{MaxBytes: e.opts.MaxBytes, CPUSeconds: e.opts.CPUSeconds}
	if how.most > 0 {
		b.CPUSeconds = int(how.most / time.Second)
	}
	told, err := json.Marshal(b)
	if err != nil {
		return end{}, fmt.Errorf("write bounds: %w", err)
	}
	dir, err := os.Open(e.opts.CacheDir)
	if err != nil {
		return end{}, fmt.Errorf("open cache folder: %w", err)
	}
	defer dir.Close()
	p := process{part: partReader, told: string(told), stdin: orders, files: []*os.File{source, target, dir}, equal: how.equal}
	return e.runConfined(ctx, p)
}

// readerEnv is a reader's whole environment: bounds for the runtime, and no
// control-group files held open by it.
var readerEnv = []string{"GOMEMLIMIT=64MiB", "GOMAXPROCS=1", "GODEBUG=containermaxprocs=0"}

// runConfined runs p without privilege and in namespaces of its own; where the
// system refuses those, without them, and says so once.
func (e *Engine) runConfined(ctx context.Context, p process) (end, error) {
	p.tame = true
	p.env = readerEnv
	if !e.plain.Load() {
		p.attr = confinement(true)
		end, err := e.run(ctx, p)
		if !namespacesRefused(err) {
			return end, err
		}
	}
	p.attr = confinement(false)
	end, err := e.run(ctx, p)
	if err == nil && e.plain.CompareAndSwap(false, true) {
		e.opts.Log.Warn("this system refuses namespaces: documents are read in a child that has no file and no privilege, but shares network and process ids with the server")
	}
	return end, err
}

// nobody is the user and group without rights (Debian's nobody and nogroup).
const nobody = 65534

// confinement says how a child starts: without our privilege, killed when we die,
// out of reach of a terminal's signals. Alone means in namespaces of its own: no
// network, no shared memory, and no sight of any other process, so that even one
// of the same user can neither be signalled nor read. An ordinary user's child
// needs a user namespace for that; it stays without a mapping, so no user exists
// in it and nothing can be created.
func confinement(alone bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	root := os.Geteuid() == 0
	if root {
		attr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	if alone {
		attr.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWPID
		if !root {
			attr.Cloneflags |= unix.CLONE_NEWUSER
		}
	}
	return attr
}

func namespacesRefused(err error) bool {
	for _, refusal := range []error{unix.EPERM, unix.EACCES, unix.EINVAL, unix.ENOSPC, unix.ENOSYS, unix.EUSERS} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// run starts a child and waits for its end; an error says that it did not start.
//
// The system ties a child to the thread that started it (Pdeathsig), so that
// thread lives as long as the child. What the thread renounces first, the child
// is born without; therefore the thread is thrown away afterwards: the goroutine
// ends without unlocking it.
func (e *Engine) run(ctx context.Context, p process) (ended end, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if p.tame {
			err = renounce(p.equal)
		}
		if err == nil {
			ended, err = e.startAndWait(ctx, p)
		}
	}()
	<-done
	return ended, err
}

// last is the lowest priority there is: a document waits for every request that
// is being answered, and is counted in what they leave.
const last = 19

// renounce takes from the calling thread its turn before others unless it is equal to
// them, every way to more privilege, and the changing of files by name.
func renounce(equal bool) error {
	if !equal {
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, last); err != nil { // of the thread alone, on Linux
			return fmt.Errorf("step back behind others: %w", err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("renounce privileges: %w", err)
	}
	return renounceNames()
}

// lastWords is how long what a child said may take to reach us once it has ended. It
// is there already, unless something that the child left behind keeps the pipe open.
const lastWords = 10 * time.Second

func (e *Engine) startAndWait(ctx context.Context, p process) (end, error) {
	answer := &bounded{left: maxAnswer}
	cmd := exec.CommandContext(ctx, e.opts.Executable, p.part, p.told) // #nosec G204 -- our own binary, fixed arguments
	cmd.Dir = "/"
	cmd.Env = p.env
	cmd.ExtraFiles = p.files
	if p.stdin != nil {
		cmd.Stdin = p.stdin
	}
	cmd.SysProcAttr = p.attr
	cmd.Stdout = answer
	cmd.WaitDelay = lastWords
	if err := cmd.Start(); err != nil {
		return end{}, fmt.Errorf("start document child: %w", err)
	}
	err := cmd.Wait()
	done := end{said: answer.said, err: err, used: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		done.memory = usage.Maxrss << 10 // at least what we held when it started: Linux carries that over
	}
	return done, nil
}

// keepDescriptors marks what the server itself inherited from whoever started it
// as not for its children.
func keepDescriptors() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list open files: %w", err)
	}
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// bounded keeps the first bytes written to it and then refuses more.
type bounded struct {
	said []byte
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.said = append(b.said, p[:n]...)
	if n < len(p) {
		return n, errors.New("the child says too much")
	}
	return n, nil
}
