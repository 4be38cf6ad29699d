package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// partProbe is a child that was taken over: it settles like any other and then
// tries what a document must never do.
const partProbe = "document-probe"

// probed is what the probe is told beside what a real child is: the server's process, which
// it goes for.
type probed struct {
	bounds
	Server int
}

func probe(told string) {
	var p probed
	_, _, err := settle(told)
	if err = errors.Join(err, json.Unmarshal([]byte(told), &p)); err != nil {
		fmt.Print(err)
		return
	}
	fmt.Print(ready)
	for name, try := range attempts(p.Server) {
		if err := try(); err == nil {
			fmt.Println(name)
		}
	}
}

// attempts lists what must fail, by name.
func attempts(server int) map[string]func() error {
	buffer := make([]byte, 8)
	local := []unix.Iovec{{Base: &buffer[0], Len: 8}}
	return map[string]func() error{
		"open a file":          func() error { _, err := os.Open("/etc/passwd"); return err },
		"open itself":          func() error { _, err := os.Open("/proc/self/exe"); return err },
		"list a folder":        func() error { _, err := os.ReadDir("/"); return err },
		"make a file":          func() error { return os.WriteFile(filepath.Join(os.TempDir(), "probe"), nil, 0o600) },
		"make an unnamed file": func() error { _, err := unix.MemfdCreate("probe", 0); return err },
		"make a folder":        func() error { return os.Mkdir(filepath.Join(os.TempDir(), "probe"), 0o700) },
		"make a pipe":          func() error { return unix.Pipe(make([]int, 2)) },
		"copy a descriptor":    func() error { _, err := unix.Dup(1); return err },
		"make a TCP socket":    func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); return err },
		"make a UNIX socket":   func() error { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
		"raise its limits":     func() error { return setLimit(unix.RLIMIT_NOFILE, 64) },
		"raise its time":       func() error { return setLimit(unix.RLIMIT_CPU, 3600) },
		"become root":          func() error { return syscall.Setuid(0) },
		"signal the server":    func() error { return unix.Kill(server, 0) },
		"read the server": func() error {
			_, err := unix.ProcessVMReadv(server, local, []unix.RemoteIovec{{Base: 0x400000, Len: 8}}, 0)
			if errors.Is(err, unix.EFAULT) {
				return nil // it was allowed, and only the address was wrong
			}
			return err
		},
		"change the document": func() error { _, err := unix.Pwrite(sourceFile, []byte("x"), 0); return err },
		"write too much":      func() error { _, err := unix.Pwrite(targetFile, []byte("x"), 1<<20); return err },
		"gain by exec": func() error {
			if locked, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || locked != 1 {
				return nil
			}
			return errors.New("no new privileges")
		},
		"leave a core dump": func() error {
			var core unix.Rlimit
			if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core.Max != 0 {
				return nil
			}
			return errors.New("no core dumps")
		},
	}
}

func TestATakenOverChildCanDoNothing(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.Executable = itself })
	if breaches := runProbe(t, e); breaches != "" {
		t.Errorf("a child can:\n%s", breaches)
	}
}

// Without namespaces a child of the same user could at most signal and look at
// its peers; ours is nobody when we are root, and then it cannot.
func TestAChildWithoutNamespaces(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.Executable = itself })
	e.plain.Store(true)
	breaches := runProbe(t, e)
	if os.Geteuid() != 0 {
		breaches = strings.NewReplacer("signal the server\n", "", "read the server\n", "").Replace(breaches)
	}
	if breaches != "" {
		t.Errorf("a child can:\n%s", breaches)
	}
}

// runProbe gives the probe the files of a real child and returns what it could do.
func runProbe(t *testing.T, e *Engine) string {
	t.Helper()
	ctx := context.Background()
	if err := e.warm(ctx); err != nil {
		t.Fatal(err)
	}
	source, err := newMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if _, err := receive(ctx, source, strings.NewReader("%PDF-1.4"), PDF, 100); err != nil {
		t.Fatal(err)
	}
	target, err := newMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	dir, err := os.Open(sharedCache)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	told, err := json.Marshal(probed{bounds{MaxBytes: 1 << 20, CPUSeconds: 10}, os.Getpid()})
	if err != nil {
		t.Fatal(err)
	}
	end, err := e.runConfined(ctx, process{part: partProbe, told: string(told), files: []*os.File{source, target, dir}})
	if err != nil || end.err != nil {
		t.Fatalf("the probe did not run: %v, %v, %q", err, end.err, end.said)
	}
	breaches, began := strings.CutPrefix(string(end.said), ready)
	if !began {
		t.Fatalf("the probe did not settle: %s", end.said)
	}
	return breaches
}
