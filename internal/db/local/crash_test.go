package local_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"inkwell/internal/db/local"
)

const keepARow = "INSERT INTO kept VALUES ('ink')"

func TestAKilledServerComesBackWithWhatWasCommitted(t *testing.T) {
	for name, victims := range map[string]func(t *testing.T, dir string) []int{
		"the postmaster": func(t *testing.T, dir string) []int { return []int{postmaster(t, dir)} },
		"every process":  func(_ *testing.T, dir string) []int { return serversIn(dir) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := stopped(t)
			o := options(dir)
			o.Settings = nil
			c := start(t, o)
			mustAsk(t, c, "CREATE TABLE kept (word text)", keepARow, "SELECT 'done'")
			// A busy backend does not notice that its postmaster died, and would keep the next one out.
			busy := make(chan error, 1)
			go func() {
				_, err := ask(c.URL(local.Superuser, "postgres"), "SELECT count(*)::text FROM generate_series(1, 4000000000)")
				busy <- err
			}()
			eventually(t, "a busy backend", func() bool {
				return mustAsk(t, c, "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 4%' AND pid <> pg_backend_pid()") == "1"
			})
			began := time.Now()
			for _, pid := range victims(t, dir) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			<-busy // the connection is lost, so what answers next is another server
			eventually(t, "an answer of the next server", func() bool {
				word, err := ask(c.URL(local.Superuser, "postgres"), "SELECT word FROM kept")
				return err == nil && word == "ink"
			})
			t.Logf("back after %v", time.Since(began))
			if took := time.Since(began); took > time.Minute {
				t.Errorf("away for %v", took)
			}
			select {
			case <-c.Done():
				t.Error("the cluster counts as stopped")
			default:
			}
		})
	}
}

// holder starts a parent process that holds the cluster in dir.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "holding\n" {
		t.Fatalf("the parent said %q, %v", line, err)
	}
	return cmd
}

func TestAKilledParentLeavesNoServer(t *testing.T) {
	t.Parallel()
	dir := stopped(t)
	parent := holder(t, dir)
	socket, err := local.Running(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(socket.URL(local.Superuser, "postgres"), "CREATE TABLE kept (word text)", keepARow, "SELECT 'done'"); err != nil {
		t.Fatal(err)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	eventually(t, "no process left in the folder", func() bool { return len(serversIn(dir)) == 0 })
	if got := mustAsk(t, start(t, options(dir)), "SELECT word FROM kept"); got != "ink" {
		t.Errorf("the row says %q", got)
	}
}

func TestAStartRightAfterAKilledParent(t *testing.T) {
	t.Parallel()
	dir := stopped(t)
	parent := holder(t, dir)
	old := postmaster(t, dir)
	_ = parent.Process.Kill()
	_ = parent.Wait()
	start(t, options(dir)) // its server may still be about to end
	if now := postmaster(t, dir); now == old {
		t.Error("the orphan is still the server")
	}
}

// bare runs a program of PostgreSQL as the server's user, with no supervisor and
// nothing that ends it with us.
func bare(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := local.Binaries("")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin.Dir, name), args...)
	cmd.Dir = "/"
	if u := serverUser(); u != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.UID, Gid: u.GID}}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func TestALivingOrphanIsEndedKindly(t *testing.T) {
	t.Parallel()
	dir := stopped(t)
	orphan := bare(t, "postgres", "-D", filepath.Join(dir, "data"), "-k", dir, "-c", "listen_addresses=")
	eventually(t, "an orphan", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		return strings.Contains(string(text), "ready")
	})
	start(t, options(dir))
	if err := orphan.Wait(); err != nil {
		t.Errorf("the orphan did not end by itself: %v", err)
	}
}

// lockSocket leaves the lock that a killed server leaves beside its socket.
func lockSocket(t *testing.T, dir string, pid int) {
	t.Helper()
	run := filepath.Join(filepath.Dir(dir), "run")
	if err := os.MkdirAll(run, 0o700); err != nil {
		t.Fatal(err)
	}
	stale := strconv.Itoa(pid) + "\n" + filepath.Join(dir, "data") + "\n0\n5432\n" + run + "\n"
	lock := filepath.Join(run, ".s.PGSQL.5432.lock")
	if err := os.WriteFile(lock, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if u := serverUser(); u != nil {
		if err := errors.Join(os.Chown(run, int(u.UID), int(u.GID)), os.Chown(lock, int(u.UID), int(u.GID))); err != nil {
			t.Fatal(err)
		}
	}
}

// A dead server's number may be another process's by now.
func TestAStalePidFileHarmsNobody(t *testing.T) {
	t.Parallel()
	sleeper := exec.Command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() })
	elsewhere := stopped(t)
	other := start(t, options(elsewhere))
	for name, pid := range map[string]int{
		"a program":                    sleeper.Process.Pid,
		"the server of another folder": postmaster(t, elsewhere),
		"nobody":                       1 << 22,
	} {
		dir := stopped(t)
		stale := strconv.Itoa(pid) + "\n" + filepath.Join(dir, "data") + "\n0\n5432\n\n\n0 0\nready   \n"
		if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
		lockSocket(t, dir, pid)
		if got := mustAsk(t, start(t, options(dir)), "SELECT 'ink'"); got != "ink" {
			t.Errorf("%s: the server says %q", name, got)
		}
		dir = stopped(t)
		lockSocket(t, dir, pid)
		if got := mustAsk(t, start(t, options(dir)), "SELECT 'ink'"); got != "ink" {
			t.Errorf("%s, of the socket alone: the server says %q", name, got)
		}
	}
	if err := sleeper.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the program was ended: %v", err)
	}
	if got := mustAsk(t, other, "SELECT 'ink'"); got != "ink" {
		t.Errorf("the other server says %q", got)
	}
}

func TestAHalfMadeFolderIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := place(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if u := serverUser(); u != nil {
		if err := os.Chown(dir, int(u.UID), int(u.GID)); err != nil {
			t.Fatal(err)
		}
	}
	half := filepath.Join(dir, "data.new")
	initdb := bare(t, "initdb", "-D", half, "--no-sync")
	eventually(t, "a half made folder", func() bool {
		_, err := os.Stat(filepath.Join(half, "base", "1"))
		return err == nil
	})
	_ = initdb.Process.Kill()
	_ = initdb.Wait()
	c := start(t, options(dir))
	if got := mustAsk(t, c, "SELECT 'ink'"); got != "ink" {
		t.Errorf("the server says %q", got)
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("the half made folder is still there: %v", err)
	}
}
