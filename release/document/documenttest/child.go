package documenttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// Child is an Executable for engines of this process alone: see childtest. It is built
// once for all its tests. Its file has no name any more, so every user can reach it and
// nobody has to remove it.
func Child(t testing.TB) string {
	t.Helper()
	path, err := child()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var child = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "inkwell-child-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "child")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "inkwell/release/document/documenttest/childtest").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the child: %w\n%s", err, out)
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	// Beyond the descriptors that a child is given, which would take its place.
	const beyond = 100
	kept, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, beyond)
	if errno != 0 {
		return "", errno
	}
	return fmt.Sprintf("/proc/self/fd/%d", kept), syscall.Close(fd)
})

// Script is the path of a shell script that every user can run, in a folder of its own.
func Script(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "script")
	// A process that is started while the file is being written would keep it busy.
	syscall.ForkLock.RLock()
	err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
