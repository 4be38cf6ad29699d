package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// partServer is a small server of our own: it prepares the document on its
// standard input, twice, and writes the copy to its standard output.
const partServer = "document-server"

// someone is an ordinary user without a name.
const someone = 47110

// serverOrder is how such a server lives.
type serverOrder struct {
	CacheDir      string
	DropTo        int  // give up root for this user, in the running program, as servers do
	NoNamespaces  bool // forbid network namespaces to itself first
	CPUSeconds    int
	TimeoutSecond int
}

func serveOne(told string) {
	if err := serve(told); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(told string) error {
	var order serverOrder
	if err := json.Unmarshal([]byte(told), &order); err != nil {
		return err
	}
	if order.NoNamespaces {
		if err := os.WriteFile("/proc/sys/user/max_net_namespaces", []byte("0"), 0); err != nil {
			return err
		}
	}
	if order.DropTo != 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(order.DropTo), syscall.Setuid(order.DropTo)); err != nil {
			return err
		}
	}
	e, err := New(Options{
		CacheDir:   order.CacheDir,
		CPUSeconds: order.CPUSeconds,
		Timeout:    time.Duration(order.TimeoutSecond) * time.Second,
		Log:        slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	defer e.Close()
	pdf, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if _, err := e.Prepare(context.Background(), bytes.NewReader(pdf), Work{}, io.Discard); err != nil {
		return err
	}
	_, err = e.Prepare(context.Background(), bytes.NewReader(pdf), Work{}, os.Stdout)
	return err
}

// server makes the command of such a server; its folder is its own.
func server(t *testing.T, order serverOrder, owner int) *exec.Cmd {
	t.Helper()
	order.CacheDir = filepath.Join(t.TempDir(), "cache")
	copyCache(t, order.CacheDir, owner)
	told, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command("/proc/self/exe", partServer, string(told))
}

// copyCache saves the server compiling the engine again. It opens the folders
// above, as an installation does.
func copyCache(t *testing.T, to string, owner int) {
	t.Helper()
	e := newEngine(t, nil)
	if err := e.warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(sharedCache)); err != nil {
		t.Fatal(err)
	}
	for dir := filepath.Dir(to); dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.Walk(to, func(path string, info os.FileInfo, err error) error {
		mode := os.FileMode(0o600)
		if info.IsDir() {
			mode = 0o700
		}
		return errors.Join(err, os.Chmod(path, mode), os.Chown(path, owner, owner))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantServed runs a server over a document of 3 pages and returns its log.
func wantServed(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out, log bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(pdfPages(3).file()), &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("server: %v\n%s", err, &log)
	}
	if n := qpdfPages(t, out.Bytes()); n != 3 {
		t.Errorf("the server rebuilt %d pages, want 3", n)
	}
	return log.String()
}

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can start programs as other users; the other tests run as this user")
	}
}

// Most installations run as an ordinary user; and one that began as root and
// dropped it in the running program is one to the system's eyes only half.
func TestServersOfOrdinaryUsers(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	for name, c := range map[string]struct {
		order serverOrder
		attr  *syscall.SysProcAttr
	}{
		"started as a user": {serverOrder{}, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: someone, Gid: someone}}},
		"dropped from root": {serverOrder{DropTo: someone}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := server(t, c.order, someone)
			cmd.SysProcAttr = c.attr
			if log := wantServed(t, cmd); log != "" {
				t.Errorf("its log: %s", log)
			}
		})
	}
}

// A system that refuses namespaces is told of once, and served.
func TestWhereNamespacesAreRefused(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	cmd := server(t, serverOrder{NoNamespaces: true}, 0)
	both := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: nobody, HostID: nobody, Size: 1}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, UidMappings: both, GidMappings: both, GidMappingsEnableSetgroups: true}
	log := wantServed(t, cmd)
	if strings.Count(log, "refuses namespaces") != 1 || strings.Count(log, "\n") != 1 {
		t.Errorf("two documents were logged as: %s", log)
	}
}

// A server that is killed leaves no child behind.
func TestAChildDiesWithItsServer(t *testing.T) {
	t.Parallel()
	const mark = 63
	cmd := server(t, serverOrder{CPUSeconds: mark, TimeoutSecond: 600}, os.Geteuid())
	cmd.Stdin = bytes.NewReader(endless())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := awaitChild(t, cmd.Process.Pid, mark)
	awaitShut(t, pid)
	child, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(child)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the server ended well")
	}
	ended := []unix.PollFd{{Fd: int32(child), Events: unix.POLLIN}}
	if n, err := unix.Poll(ended, 60_000); err != nil || n != 1 {
		t.Errorf("the child lives on without its server: %d, %v", n, err)
	}
}
