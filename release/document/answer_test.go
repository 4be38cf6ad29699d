package document

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
)

// A child that was taken over may answer anything. It can at most refuse its own
// document.
func TestAnswersOfATakenOverChild(t *testing.T) {
	t.Parallel()
	const (
		copied = "printf %%PDF >&4; echo ready; "
		good   = `echo '{"outcome":"done","pages":1,"bytes":4}'; `
	)
	for name, c := range map[string]struct {
		does string // a shell script that writes to the standard output, and to the copy as descriptor 4
		code string // empty: it passes
	}{
		"the truth":              {copied + good, ""},
		"no verdict":             {"echo ready", "document-stuck"},
		"half a verdict":         {copied + `echo '{"outcome":"done"'`, "document-stuck"},
		"two verdicts":           {copied + good + good, "document-stuck"},
		"a field more":           {copied + `echo '{"outcome":"done","pages":1,"bytes":4,"title":"x"}'`, "document-stuck"},
		"too many words":         {"echo ready; yes", "document-stuck"},
		"a verdict and no end":   {copied + good + "exec sleep 60", "document-stuck"},
		"a verdict and bad end":  {copied + good + "exit 3", "document-stuck"},
		"killed at work":         {"echo ready; kill -9 $$", "document-stuck"},
		"unknown outcome":        {`echo ready; echo '{"outcome":"free","pages":1,"bytes":4}'`, "document-stuck"},
		"no pages":               {copied + `echo '{"outcome":"done","pages":0,"bytes":4}'`, "document-stuck"},
		"fewer than no pages":    {copied + `echo '{"outcome":"done","pages":-3,"bytes":4}'`, "document-stuck"},
		"too many pages":         {copied + `echo '{"outcome":"done","pages":5001,"bytes":4}'`, "document-stuck"},
		"more bytes than it has": {copied + `echo '{"outcome":"done","pages":1,"bytes":5}'`, "document-stuck"},
		"no bytes":               {`echo ready; echo '{"outcome":"done","pages":1,"bytes":0}'`, "document-stuck"},
		"too many bytes":         {`printf %0200d >&4; echo ready; echo '{"outcome":"done","pages":1,"bytes":200}'`, "document-stuck"},
		"a refusal":              {`echo ready; echo '{"outcome":"locked","pages":0,"bytes":0}'`, "document-password"},
		"never ready":            {"exit 1", "internal"},
		"dies before it begins":  {"kill -9 $$", "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, func(o *Options) {
				o.CacheDir, o.Executable = fakeChild(t, c.does)
				o.MaxBytes = 100
				o.Timeout = 5 * time.Second
			})
			var out bytes.Buffer
			facts, err := e.Prepare(context.Background(), strings.NewReader("%PDF-1.4"), Work{}, &out)
			if c.code == "" {
				if err != nil || facts != (Facts{Pages: 1, Bytes: 4}) || out.String() != "%PDF" {
					t.Errorf("%+v, %v, %q", facts, err, &out)
				}
				return
			}
			if got := fault.As(err); got == nil || got.Code != c.code {
				t.Errorf("refused with %v, want %s", err, c.code)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes came out", out.Len())
			}
		})
	}
}

// fakeChild is a program that compiles nothing and reads nothing, in a folder that
// every user can reach.
func fakeChild(t *testing.T, does string) (cache, program string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "child")
	script := fmt.Sprintf("#!/bin/sh\nif [ $1 = %s ]; then echo ready; exit; fi\n%s\n", partCompiler, does)
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "cache"), program
}
