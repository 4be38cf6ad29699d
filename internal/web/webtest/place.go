package webtest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Place is the machine that a browser runs on, and whom it trusts there. The zero value is this
// machine, and anybody: the tests' servers have made their certificates a moment ago.
type Place struct {
	In        []string                                                             // what goes before a command to run it there
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // there; nil for here
	Authority string                                                               // file of the one certificate that is trusted, in PEM; "" for anybody's
	Profile   string                                                               // folder of what a browser keeps from one start to the next; "" for a new one that goes with the test
}

// command is a program to run there, until the test ends, as the first of a process group of its own.
func (at Place) command(t testing.TB, name string, args ...string) *exec.Cmd {
	all := append(append(append([]string{}, at.In...), name), args...)
	cmd := exec.CommandContext(t.Context(), all[0], all[1:]...) //nolint:gosec // a browser
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// powerCut ends a program and all that it has started, at once and without a word to any of them.
// Somebody waits for it, and it is gone when they have seen that.
func powerCut(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatalf("end the browser: %v", err)
	}
	for end := time.Now().Add(patience); syscall.Kill(cmd.Process.Pid, 0) == nil; time.Sleep(time.Millisecond) { // between two looks
		if time.Now().After(end) {
			t.Fatal("the browser never ended")
		}
	}
}

// profile is the folder of what the browser keeps.
func (at Place) profile(t testing.TB) string {
	if at.Profile == "" {
		return t.TempDir()
	}
	return at.Profile
}

// dial is at.Dial, or what dials here.
func (at Place) dial() func(ctx context.Context, network, address string) (net.Conn, error) {
	if at.Dial == nil {
		return new(net.Dialer).DialContext
	}
	return at.Dial
}

// believe has an NSS database in a folder, as Chromium and Firefox keep it, trust the authority.
func (at Place) believe(t testing.TB, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "cert9.db")); err == nil {
		return // since it was started before
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	certutil := needs(t, "certutil", "libnss3-tools")
	for _, args := range [][]string{{"-N", "--empty-password"}, {"-A", "-n", "school", "-t", "C,,", "-i", at.Authority}} {
		args = append(args, "-d", "sql:"+dir)
		if out, err := exec.CommandContext(t.Context(), certutil, args...).CombinedOutput(); err != nil { //nolint:gosec // the words above
			t.Fatalf("certutil %v: %v: %s", args, err, out)
		}
	}
}

// needs finds a program or fails the test.
func needs(t testing.TB, program, pack string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("this test needs %s: install the package %s", program, pack)
	}
	return path
}
