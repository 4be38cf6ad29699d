package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAnInstallationsLife starts from nothing, looks, stops, starts again, and
// meets the refusals of a data folder that does not fit.
func TestAnInstallationsLife(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := serve(t, dir, "--demo")
	nobodySpecial(t, p)
	for _, args := range [][]string{{"ledger", "verify"}, {"audit", "verify"}, {"printer", "list"}} {
		if out, err := inkwell(t, append(args, "--data-dir", dir)...); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	refused(t, "already using the database", "serve", "--demo", "--data-dir", dir)
	ca := download(t, "http://"+p.address("certificate http://")+"/ca.crt")
	if !strings.HasPrefix(ca, "-----BEGIN CERTIFICATE-----") {
		t.Errorf("/ca.crt is %q", ca)
	}
	p.stop()

	p = serve(t, dir, "--demo")
	if download(t, "http://"+p.address("certificate http://")+"/ca.crt") != ca {
		t.Error("a restart made another authority")
	}
	if err := p.Process.Kill(); err != nil { // as if the power had gone
		t.Fatal(err)
	}
	p.wait()
	p = serve(t, dir, "--demo")
	p.stop()

	refused(t, "Start it with --demo", "serve", "--data-dir", dir, "--ipp-listen", "127.0.0.1:0")
	if err := os.Rename(filepath.Join(dir, "keys"), filepath.Join(dir, "lost")); err != nil {
		t.Fatal(err)
	}
	refused(t, "keys are not in", "serve", "--demo", "--data-dir", dir)
	refused(t, "is not running", "ledger", "verify", "--data-dir", dir)
}

// TestASchoolsDatabaseIsNoDemo is the other way round.
func TestASchoolsDatabaseIsNoDemo(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	serve(t, dir).stop()
	refused(t, "Start it without --demo", "serve", "--demo", "--data-dir", dir)
}

// TestStoppingTwiceIsStoppingNow holds a request in flight, which the first
// signal waits for and the second does not.
func TestStoppingTwiceIsStoppingNow(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	at := p.address("ipps://")
	slow, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if _, err := io.WriteString(slow, "POST /ipp/print HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Read(make([]byte, 4)); err != nil { // "HTTP": the handler has begun to read
		t.Fatal(err)
	}
	signal := func() {
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	signal()
	for { // until the door is shut
		c, err := net.Dial("tcp", at)
		if err != nil {
			break
		}
		_ = c.Close()
		time.Sleep(time.Millisecond)
	}
	signal()
	p.wait()
	if err := <-p.ended; err == nil {
		t.Error("it was cut off and says that all is well")
	}
}

// TestStoppingWhileStarting ends a first start in the middle of making the
// database; the next one makes it whole.
func TestStoppingWhileStarting(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := launch(t, "serve", "--data-dir", dir, "--ipp-listen", "127.0.0.1:0", "--web-listen", "127.0.0.1:0", "--redirect-listen", "")
	for begun := false; !begun; time.Sleep(time.Millisecond) {
		_, err := os.Stat(filepath.Join(dir, "postgres", "lock"))
		begun = err == nil
	}
	p.stop()
	serve(t, dir).stop()
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	at := taken.Addr().String()
	refused(t, "Another program is already listening on "+at, "serve", "--data-dir", dataDir(t), "--ipp-listen", at)
	refused(t, "Another program is already listening on "+at, "printer", "simulate", "--listen", at)
}

func TestAFolderThatIsSomebodyElsesIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 { // then root's folders are somebody else's
		refused(t, "belongs to another user", "serve", "--data-dir", "/etc")
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "letter"), []byte("private"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, "is not empty", "serve", "--data-dir", dir)
	if err := os.Chmod(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "letter")); err != nil {
		t.Fatal(err)
	}
	refused(t, "chmod o+x "+filepath.Dir(dir)+"\n", "serve", "--data-dir", dir)
}

// TestFoldersAboveTheDataFolderLetItsUserPass starts where two folders are
// missing, one of which root makes on the way.
func TestFoldersAboveTheDataFolderLetItsUserPass(t *testing.T) {
	t.Parallel()
	serve(t, filepath.Join(dataDir(t), "inkwell")).stop()
}

// nobodySpecial wants the server to run as an ordinary user with no other groups.
func nobodySpecial(t *testing.T, p *program) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?m)^Uid:.*\b0\b`).Match(status) {
		t.Errorf("it runs with root's rights:\n%s", status)
	}
	if os.Geteuid() == 0 && !regexp.MustCompile(`(?m)^Groups:\s*\d+\s*$`).Match(status) {
		t.Errorf("it kept groups of root's:\n%s", status)
	}
}

// refused runs a command that must end with an error and this sentence.
func refused(t *testing.T, sentence string, args ...string) {
	t.Helper()
	out, err := inkwell(t, args...)
	if err == nil || !strings.Contains(out, sentence) {
		t.Errorf("%v: %v, said:\n%s", args, err, out)
	}
}

func download(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url) // #nosec G107 -- of the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", url, resp.Status, err)
	}
	return string(body)
}
