package ipp

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"unicode"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
)

// logged runs requests against a server and returns all that it logged.
func logged(t *testing.T, desk *fakeDesk, requests ...ask) string {
	t.Helper()
	var log bytes.Buffer
	b := &bench{desk: desk, dir: &fakeDirectory{}}
	s, err := New(Options{Desk: desk, Directory: b.dir, Installation: "test", Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(s)
	for _, a := range requests {
		b.post(t, a)
	}
	b.http.Close() // and waits for what is in flight
	return log.String()
}

// The log tells what was refused, by ids and keywords, and nothing of whose it was.
func TestLogIsPrivate(t *testing.T) {
	t.Parallel()
	title := []wire.Attribute{wire.Name("job-name", "A private title"), wire.Name("requesting-user-name", "ada")}
	desk := &fakeDesk{}
	log := logged(t, desk,
		ask{op: wire.OpPrintJob, user: "ada", attrs: title, doc: bytes.NewReader(pdf)},
		ask{op: wire.OpPrintJob, user: "ada", secret: "wrong", attrs: title},
		ask{op: wire.OpPrintJob, user: "ada", attrs: title, doc: strings.NewReader("%!PS a private title")},
		ask{op: wire.OpCancelJob, user: "ben", attrs: []wire.Attribute{wire.Integer("job-id", 1)}},
		ask{op: wire.OpCreateJob, path: directQueue.Path, attrs: []wire.Attribute{wire.Name("requesting-user-name", "mallory")}},
		ask{op: wire.OpPurgeJobs, user: "ada"},
	)
	for _, code := range []string{"format-unsupported", "job-unknown", "password-wrong", "Cancel-Job"} {
		if !strings.Contains(log, code) {
			t.Errorf("the log does not tell of %s", code)
		}
	}
	for _, secret := range []string{"private", "ada", "mallory", "ben", password, "wrong\"", "Basic"} {
		if strings.Contains(strings.ReplaceAll(log, "password-wrong", ""), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if strings.Contains(log, "ERROR") {
		t.Error("what a client did wrong is logged as our error")
	}
}

// What goes wrong with us is an error in the log, with its cause.
func TestOurErrorsAreLogged(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errors.New("disk on fire"), fault.New(fault.Unavailable, "database-away", "Later.").Because(errors.New("disk on fire"))} {
		log := logged(t, &fakeDesk{refuse: err}, ask{op: wire.OpCreateJob, user: "ada"})
		if !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "disk on fire") {
			t.Errorf("the log says %q", log)
		}
	}
}

// A connection that is cut in the middle of a request is the client's affair.
func TestCutConnectionIsNotOurError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, err := New(Options{Desk: &fakeDesk{}, Directory: &fakeDirectory{}, Installation: "test", Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", holdQueue.Path, io.MultiReader(strings.NewReader("\x02\x00\x00\x02"), brokenReader{}))
	r.Header.Set("Content-Type", wire.ContentType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	want(t, readReply(t, w.Result(), w.Body.Bytes()), wire.StatusBadRequest)
	if log.Len() > 0 {
		t.Errorf("the log says %q", log.String())
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// Whatever a computer calls itself, its owner, its jobs and its printer, the log has one line for each thing that happened.
func TestNoNameBreaksALine(t *testing.T) {
	t.Parallel()
	const forged = "time=2026-11-20T09:00:00Z level=ERROR msg=forged"
	var requests []ask
	for _, end := range []string{"\n", "\r\n", "\r", "\x00", "\u0085", "\u2028", "\x1b[2K\x1b[1G", "\" ", "\xff\n", "\\n"} {
		name := "x" + end + forged
		attrs := []wire.Attribute{wire.Name("requesting-user-name", name), wire.Name("job-name", name), wire.Name("document-name", name)}
		requests = append(requests,
			ask{op: wire.OpPrintJob, user: "ada", attrs: attrs, doc: bytes.NewReader(pdf)},
			ask{op: wire.OpPrintJob, user: name, secret: name, attrs: attrs, doc: bytes.NewReader(pdf)},
			ask{op: wire.OpPrintJob, user: "ada", attrs: append(attrs, wire.Keyword("sides", name), wire.Keyword(name, name)), doc: strings.NewReader(name)},
			ask{op: wire.OpCreateJob, path: directQueue.Path, attrs: attrs[:1]},
			ask{op: wire.OpCancelJob, user: "ben", attrs: append(attrs, wire.Integer("job-id", 1))},
		)
	}
	log := logged(t, &fakeDesk{}, requests...)
	lines := strings.Split(strings.TrimSuffix(log, "\n"), "\n")
	if len(lines) < 20 {
		t.Errorf("only %d lines: %s", len(lines), log)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "time=") || strings.HasPrefix(line, forged) || strings.ContainsFunc(line, unicode.IsControl) || strings.ContainsAny(line, "\u2028\u2029") || strings.Contains(line, "level=ERROR") {
			t.Errorf("the log has the line %q", line)
		}
	}
}
