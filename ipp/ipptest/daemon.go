package ipptest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// daemon is a program that runs as long as a test.
type daemon struct {
	program, pack string // pack is the Debian package it comes from
	args, env     []string
	ready         func(log string) bool

	pid int
	end func(syscall.Signal) // and wait for it

	mu  sync.Mutex
	log bytes.Buffer
}

func (d *daemon) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Write(p)
}

func (d *daemon) said() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// needs finds a program, in the administrator's folders too, or fails the test.
func needs(t testing.TB, program, pack string) string {
	t.Helper()
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	path := filepath.Join("/usr/sbin", program)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("this test needs %s: install the package %s", program, pack)
	}
	return path
}

// start runs a daemon and waits until it is ready. When the test ends, or stop is
// called, so do the daemon and all it has started; a failed test shows what it said.
func start(t testing.TB, d *daemon) (stop func()) {
	t.Helper()
	cmd := exec.Command(needs(t, d.program, d.pack), d.args...) //nolint:gosec // programs of this package's choice
	cmd.Env = append(os.Environ(), d.env...)
	cmd.Env = append(cmd.Env, "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", "LC_ALL=C")
	cmd.Stdout, cmd.Stderr = d, d
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", d.program, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	d.pid = cmd.Process.Pid
	d.end = func(by syscall.Signal) {
		_ = syscall.Kill(-cmd.Process.Pid, by)
		<-ended
	}
	stop = sync.OnceFunc(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", d.program, d.said())
		}
	})
	for end := time.Now().Add(patience); !d.ready(d.said()); {
		select {
		case <-ended:
			t.Fatalf("%s ended before it was ready:\n%s", d.program, d.said())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("%s never got ready:\n%s", d.program, d.said())
		}
	}
	return stop
}
