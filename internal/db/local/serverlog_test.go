package local

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheServersLogIsKeptAndBounded(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	l, err := openServerLog(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.most = 64 << 10 // read by nobody before the first line
	line := strings.Repeat("x", 1023) + "\n"
	for range 300 {
		if _, err := l.pipe.WriteString(line); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.pipe.WriteString(strings.Repeat("y", 100_000) + "\nlast words\n"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	var all []byte
	for _, name := range []string{"postgres.log.1", "postgres.log"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(text)) > l.most+8<<10 {
			t.Errorf("%s has %d bytes", name, len(text))
		}
		all = append(all, text...)
	}
	if !bytes.HasSuffix(all, []byte("\nlast words\n")) || !strings.HasSuffix(l.Tail(), "last words") {
		t.Errorf("the last words are lost: %q", l.Tail())
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files are kept", len(entries))
	}
}

func TestALogThatCannotGrowHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	l, err := openServerLog(filepath.Join(t.TempDir(), "log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	l.done = make(chan struct{})
	if l.read, l.pipe, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	go l.keep(full, 0)
	for range 1000 { // more than a pipe holds
		if _, err := l.pipe.WriteString(strings.Repeat("x", 1023) + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
}
