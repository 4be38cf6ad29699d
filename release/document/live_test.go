package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// endless is a document that keeps a child busy until it is stopped. It is made
// when it is needed: every child starts from this binary too.
var endless = sync.OnceValue(func() []byte { return endlessPages(4000) })

// A real child at work is looked at from outside, which takes root: nobody else
// may look.
func TestARunningChildIsConfined(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	const mark = 61 // seconds of processor time: tells this test's child from others
	e := newEngine(t, func(o *Options) { o.CPUSeconds = mark })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := e.Prepare(ctx, bytes.NewReader(endless()), Work{}, new(bytes.Buffer))
		ended <- err
	}()
	pid := awaitChild(t, os.Getpid(), mark)
	awaitShut(t, pid)

	status := readProc(t, pid, "status")
	for field, want := range map[string]string{
		"Uid": "65534\t65534\t65534\t65534", "Gid": "65534\t65534\t65534\t65534", "Groups": "",
		"NoNewPrivs": "1", "CapEff": "0000000000000000", "CapPrm": "0000000000000000", "CapAmb": "0000000000000000",
	} {
		if got := statusField(t, status, field); got != want {
			t.Errorf("the child's %s is %q, want %q", field, got, want)
		}
	}
	for _, space := range []string{"net", "ipc", "pid"} {
		if ours, its := namespace(t, "self", space), namespace(t, strconv.Itoa(pid), space); ours == its {
			t.Errorf("the child shares our %s namespace", space)
		}
	}
	if env := readProc(t, pid, "environ"); env != strings.Join(readerEnv, "\x00")+"\x00" {
		t.Errorf("the child's environment is %q", env)
	}
	if at, err := os.Readlink(procPath(pid, "cwd")); err != nil || at != "/" {
		t.Errorf("the child is in %q, %v", at, err)
	}
	checkFiles(t, pid)

	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled document ended with %v", err)
	}
	if _, err := os.Stat(procPath(pid, "")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the child outlived its document: %v", err)
	}
}

func checkFiles(t *testing.T, pid int) {
	t.Helper()
	await(t, "told child", func() bool { _, err := os.Lstat(procPath(pid, "fd/0")); return errors.Is(err, os.ErrNotExist) })
	entries, err := os.ReadDir(procPath(pid, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"1": "pipe:", "2": "/dev/null", "3": "/memfd:document", "4": "/memfd:document",
	}
	const own = "/memfd:document" // for a document that becomes a PDF first
	scratch := 1
	const timers = "anon_inode:[event" // the runtime's own
	for _, entry := range entries {
		leads, err := os.Readlink(procPath(pid, "fd/"+entry.Name()))
		if strings.HasPrefix(leads, timers) {
			continue
		}
		if want[entry.Name()] == "" && strings.HasPrefix(leads, own) && scratch > 0 {
			scratch--
			continue
		}
		if prefix, ok := want[entry.Name()]; err != nil || !ok || !strings.HasPrefix(leads, prefix) {
			t.Errorf("the child holds %s: %s (%v)", entry.Name(), leads, err)
		}
	}
}

// A child that is killed takes its own document with it and nothing else.
func TestAKilledChildIsARefusal(t *testing.T) {
	t.Parallel()
	const mark = 62
	e := newEngine(t, func(o *Options) { o.CPUSeconds = mark })
	ended := make(chan error, 1)
	go func() {
		_, err := e.Prepare(context.Background(), bytes.NewReader(endless()), Work{}, new(bytes.Buffer))
		ended <- err
	}()
	pid := awaitChild(t, os.Getpid(), mark)
	awaitShut(t, pid)
	began := ticks(t, pid)
	await(t, "work on the document", func() bool { return ticks(t, pid) > began+50 })
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, <-ended, "document-stuck")
	if facts, _, err := prepared(t, e, pdfPages(2).file()); err != nil || facts.Pages != 2 {
		t.Errorf("the next document: %+v, %v", facts, err)
	}
}

// awaitChild finds the reader that a process started with a marked limit.
func awaitChild(t *testing.T, parent, mark int) int {
	t.Helper()
	var pid int
	await(t, "a child", func() bool {
		lists, err := filepath.Glob(procPath(parent, "task/*/children"))
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range lists {
			pids, _ := os.ReadFile(list) // a thread may be gone
			for field := range strings.FieldsSeq(string(pids)) {
				told, _ := os.ReadFile("/proc/" + field + "/cmdline")
				if bytes.Contains(told, fmt.Appendf(nil, `"cpuSeconds":%d}`, mark)) {
					pid, err = strconv.Atoi(field)
					return err == nil
				}
			}
		}
		return false
	})
	return pid
}

// ticks are the hundredths of a second of processor time that a process has used by itself.
func ticks(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(procPath(pid, "stat"))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	used, err := strconv.Atoi(fields[11]) // utime
	if err != nil {
		t.Fatal(err)
	}
	return used
}

var shutDoor = regexp.MustCompile(`Max open files +0 +0 `)

// awaitShut waits until a child has shut its door: it reads the document then.
func awaitShut(t *testing.T, pid int) {
	t.Helper()
	await(t, "a shut door", func() bool {
		limits, err := os.ReadFile(procPath(pid, "limits"))
		return err == nil && shutDoor.Match(limits)
	})
}

// await looks again and again until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(3 * time.Minute)
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("no %s", what)
		}
	}
}

func procPath(pid int, name string) string { return filepath.Join("/proc", strconv.Itoa(pid), name) }

func readProc(t *testing.T, pid int, name string) string {
	t.Helper()
	content, err := os.ReadFile(procPath(pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func statusField(t *testing.T, status, field string) string {
	t.Helper()
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("no %s in the child's status", field)
	return ""
}

func namespace(t *testing.T, pid, space string) string {
	t.Helper()
	id, err := os.Readlink(filepath.Join("/proc", pid, "ns", space))
	if err != nil {
		t.Fatal(err)
	}
	return id
}
