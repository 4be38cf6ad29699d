package local_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/local"
	"inkwell/internal/fault"
)

func TestAFirstStartMakesASafeClusterAndALaterOneIsQuick(t *testing.T) {
	dir := place(t)
	o := options(dir)
	o.Settings = nil // as a school runs it
	began := time.Now()
	c := start(t, o)
	first := time.Since(began)
	for setting, want := range map[string]string{
		"data_checksums": "on", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
		"listen_addresses": "", "jit": "off", "server_encoding": "UTF8", "lc_collate": "C.UTF-8", "TimeZone": "UTC",
	} {
		if got := mustAsk(t, c, "SHOW "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	mustAsk(t, c, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('ink')", "SELECT 'done'")
	stop(t, c)
	stop(t, c) // again is no error

	began = time.Now()
	c = start(t, o)
	later := time.Since(began)
	if got := mustAsk(t, c, "SELECT word FROM kept"); got != "ink" {
		t.Errorf("after a restart the row says %q", got)
	}
	t.Logf("first start %v, later %v", first, later)
	if first > time.Minute || later > time.Minute {
		t.Errorf("first start took %v, a later one %v", first, later)
	}
}

func TestTheSocketIsPrivateAndTheOnlyWayIn(t *testing.T) {
	dir := stopped(t)
	o := options(dir)
	o.Settings["listen_addresses"], o.Settings["unix_socket_permissions"] = "*", "0777"
	o.Settings["port"] = "5432"
	c := start(t, o)
	if got := mustAsk(t, c, "SHOW listen_addresses"); got != "" {
		t.Errorf("the server listens on %q", got)
	}
	run := filepath.Join(filepath.Dir(dir), "run")
	for path, want := range map[string]os.FileMode{run: 0o700, run + "/.s.PGSQL.5432": 0o700, dir: 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestAnotherProcessFindsARunningServer(t *testing.T) {
	dir := stopped(t)
	stoppedYet := func() error { _, err := local.Running(dir); return err }
	if err := stoppedYet(); fault.As(err).Code != "database-stopped" {
		t.Fatalf("a stopped cluster was found running: %v", err)
	}
	c := start(t, options(dir))
	socket, err := local.Running(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := socket.URL("u", "d"), c.URL("u", "d"); got != want {
		t.Errorf("found %s, want %s", got, want)
	}
}

func TestALongPathGetsAShortSocket(t *testing.T) {
	deep := filepath.Join(filepath.Dir(place(t)), strings.Repeat("d", 120))
	if err := os.Mkdir(deep, 0o711); err != nil {
		t.Fatal(err)
	}
	c := start(t, options(filepath.Join(deep, "postgres")))
	if got := mustAsk(t, c, "SELECT 'ink'"); got != "ink" {
		t.Errorf("the server says %q", got)
	}
	socket, err := local.Running(filepath.Join(deep, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	stop(t, c)
	if _, err := os.Stat(string(socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the short folder is left: %v", err)
	}
}

func TestASecondStartOnTheFolderIsRefused(t *testing.T) {
	dir := stopped(t)
	c := start(t, options(dir))
	_, err := local.Start(t.Context(), options(dir))
	if f := fault.As(err); f.Code != "database-in-use" || f.Kind != fault.Conflict || !strings.Contains(f.Say, dir) {
		t.Fatalf("a second start: %v", err)
	}
	if got := mustAsk(t, c, "SELECT 'ink'"); got != "ink" {
		t.Errorf("the refusal hurt the first server: %q", got)
	}
}

func TestFoldersThatCannotServeAreRefusedReadably(t *testing.T) {
	inADatalessFolder := func(t *testing.T) string {
		dir := place(t)
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		if u := serverUser(); u != nil {
			_ = os.Chown(dir, int(u.UID), int(u.GID))
		}
		return dir
	}
	otherMajor := func(t *testing.T) string {
		dir := stopped(t)
		if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for name, c := range map[string]struct {
		folder func(t *testing.T) string
		code   string
		says   string
	}{
		"another major version":         {otherMajor, "database-other-major", "PostgreSQL 99"},
		"a data folder without version": {inADatalessFolder, "database-damaged", "backup"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := local.Start(t.Context(), options(c.folder(t)))
			if f := fault.As(err); f.Code != c.code || !strings.Contains(f.Say, c.says) {
				t.Errorf("refused with %v", err)
			}
		})
	}
}

func TestAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		o := options(place(t))
		o.User = &local.Credential{UID: 0}
		_, err := local.Start(t.Context(), o)
		wantCode(t, err, "root-refused")
		return
	}
	o := options(place(t))
	o.User = nil
	_, err := local.Start(t.Context(), o)
	wantCode(t, err, "root-refused")

	closed := filepath.Join(filepath.Dir(place(t)), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = local.Start(t.Context(), options(filepath.Join(closed, "postgres")))
	wantCode(t, err, "folder-closed")
	if say := fault.As(err).Say; !strings.Contains(say, "chmod o+x "+closed) {
		t.Errorf("it does not say what to do: %s", say)
	}

	foreign := place(t)
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "diary"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = local.Start(t.Context(), options(foreign))
	wantCode(t, err, "folder-closed")
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || fault.As(err).Code != code {
		t.Errorf("want the refusal %s, got %v", code, err)
	}
}

func TestAServerThatWillNotStartSaysWhy(t *testing.T) {
	dir := stopped(t)
	o := options(dir)
	o.Settings["max_connections"] = "many"
	_, err := local.Start(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "max_connections") {
		t.Fatalf("the error keeps the reason to itself: %v", err)
	}
	if left := serversIn(dir); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	start(t, options(dir)) // and the folder is free again
}

func TestAStartThatTakesTooLongLeavesNothing(t *testing.T) {
	dir := place(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := local.Start(ctx, options(dir)); err == nil {
		t.Fatal("a first start took less than 50 ms")
	}
	start(t, options(dir))
}

func TestAStopWithoutTimeLosesNothing(t *testing.T) {
	dir := stopped(t)
	c := start(t, options(dir))
	mustAsk(t, c, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('ink')", "SELECT 'done'")
	at, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Stop(at); !errors.Is(err, context.Canceled) {
		t.Errorf("a stop without time says %v", err)
	}
	if _, err := net.Dial("unix", filepath.Join(filepath.Dir(dir), "run", ".s.PGSQL.5432")); err == nil {
		t.Error("the server still answers")
	}
	if got := mustAsk(t, start(t, options(dir)), "SELECT word FROM kept"); got != "ink" {
		t.Errorf("the row says %q", got)
	}
}
