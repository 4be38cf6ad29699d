package webtest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"testing"
)

// Place is the machine that a browser runs on, and whom it trusts there. The zero value is this
// machine, and anybody: the tests' servers have made their certificates a moment ago.
type Place struct {
	In        []string                                                             // what goes before a command to run it there
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // there; nil for here
	Authority string                                                               // file of the one certificate that is trusted, in PEM; "" for anybody's
}

// command is a program to run there, until the test ends.
func (at Place) command(t testing.TB, name string, args ...string) *exec.Cmd {
	all := append(append(append([]string{}, at.In...), name), args...)
	return exec.CommandContext(t.Context(), all[0], all[1:]...) //nolint:gosec // a browser
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
