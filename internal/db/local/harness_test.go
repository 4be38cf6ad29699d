package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db/local"
)

// holdEnv makes the test binary a parent that starts the cluster in the folder
// it names, says so, and waits to be killed.
const holdEnv = "LOCAL_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdEnv); dir != "" {
		hold(dir)
		return
	}
	code := m.Run()
	if template != "" {
		_ = os.RemoveAll(filepath.Dir(template))
	}
	os.Exit(code)
}

func hold(dir string) {
	c, err := local.Start(context.Background(), options(dir))
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println("holding")
	<-c.Done()
}

// serverUser is whom the tests run PostgreSQL as: ourselves, or when we are root
// the user of Debian's package.
var serverUser = sync.OnceValue(func() *local.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := local.UserNamed("postgres")
	if err != nil {
		panic(err)
	}
	return u
})

func options(dir string) local.Options {
	return local.Options{Dir: dir, User: serverUser(), Settings: map[string]string{"fsync": "off"}}
}

// place is a data folder that the server's user may enter; the cluster's own
// folder in it is not made yet.
func place(t *testing.T) string {
	t.Helper()
	data, err := os.MkdirTemp("", "inkwell-local-")
	if err == nil {
		err = os.Chmod(data, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	return filepath.Join(data, "postgres")
}

var (
	template     string
	templateOnce sync.Once
)

// stopped is a cluster's folder with a complete, stopped cluster, copied from
// one that was made once.
func stopped(t *testing.T) string {
	t.Helper()
	templateOnce.Do(func() {
		data, err := os.MkdirTemp("", "inkwell-local-")
		if err == nil {
			err = os.Chmod(data, 0o711)
		}
		if err != nil {
			t.Fatal(err)
		}
		c, err := local.Start(t.Context(), options(filepath.Join(data, "postgres")))
		if err == nil {
			err = c.Stop(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		template = filepath.Join(data, "postgres")
	})
	if template == "" {
		t.Fatal("no cluster to copy")
	}
	dir := place(t)
	if out, err := exec.Command("cp", "-a", template, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// start starts a cluster that is stopped with the test.
func start(t *testing.T, o local.Options) *local.Cluster {
	t.Helper()
	c, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *local.Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// ask runs statements as the superuser and returns the last one's only value.
func ask(url string, statements ...string) (answer string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, s := range statements[:len(statements)-1] {
		if _, err := conn.Exec(ctx, s); err != nil {
			return "", err
		}
	}
	err = conn.QueryRow(ctx, statements[len(statements)-1]).Scan(&answer)
	return answer, err
}

func mustAsk(t *testing.T, c *local.Cluster, statements ...string) string {
	t.Helper()
	answer, err := ask(c.URL(local.Superuser, "postgres"), statements...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// eventually waits for a fact.
func eventually(t *testing.T, fact string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain: " + fact)
		}
	}
}

// serversIn are the PostgreSQL processes that work below a folder, found without
// the help of the code under test.
func serversIn(dir string) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && strings.HasPrefix(at, dir) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// postmaster is the pid that a running server has written down.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
