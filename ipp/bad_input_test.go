package ipp

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"inkwell/ipp/wire"
)

// What is wrong with the HTTP around a request is answered in HTTP, in words.
func TestBadHTTP(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	whole, err := ask{op: wire.OpGetPrinterAttributes, path: holdQueue.Path}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, method, path, kind string
		length                   int64
		status                   int
	}{
		{"wrong content type", "POST", holdQueue.Path, "application/pdf", 0, http.StatusUnsupportedMediaType},
		{"no content type", "POST", holdQueue.Path, "", 0, http.StatusUnsupportedMediaType},
		{"parameters are fine", "POST", holdQueue.Path, "application/ipp; charset=utf-8", 0, http.StatusOK},
		{"wrong method", "PUT", holdQueue.Path, wire.ContentType, 0, http.StatusMethodNotAllowed},
		{"a browser", "GET", holdQueue.Path, "", 0, http.StatusOK},
		{"a browser at no queue", "GET", "/ipp/nothing", "", 0, http.StatusNotFound},
		{"too long by its own word", "POST", holdQueue.Path, wire.ContentType, 1<<30 + 1<<20, http.StatusRequestEntityTooLarge},
	}
	for _, tc := range cases {
		r := httptest.NewRequest(tc.method, tc.path, bytes.NewReader(whole))
		r.RemoteAddr = "127.0.0.1:1234"
		if tc.kind != "" {
			r.Header.Set("Content-Type", tc.kind)
		}
		if tc.length > 0 {
			r.ContentLength = tc.length
		}
		w := httptest.NewRecorder()
		b.handler(t).ServeHTTP(w, r)
		if w.Code != tc.status {
			t.Errorf("%s: HTTP %d, want %d", tc.name, w.Code, tc.status)
		}
		if w.Code != http.StatusOK && w.Body.Len() < 10 {
			t.Errorf("%s: nothing to read: %q", tc.name, w.Body)
		}
	}
}

// What is wrong with the IPP is answered in IPP, with HTTP 200, and leaves no job.
func TestBadIPP(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	printJob := ask{op: wire.OpPrintJob, path: holdQueue.Path, user: "ada"}
	good, err := printJob.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	noURI, _ := wire.NewRequest(wire.OpPrintJob, 7).Encode()
	badURI, _ := wire.NewRequest(wire.OpPrintJob, 7, wire.URI("printer-uri", "::")).Encode()
	noSuch, _ := wire.NewRequest(wire.OpPrintJob, 7, wire.URI("printer-uri", "ipp://x/ipp/nothing")).Encode()
	lowID := bytes.Clone(good)
	copy(lowID[4:8], []byte{0, 0, 0, 0})
	oldVersion := bytes.Clone(good)
	copy(oldVersion, []byte{0, 0})
	cases := []struct {
		name   string
		body   []byte
		status wire.Status
	}{
		{"nothing at all", nil, wire.StatusBadRequest},
		{"half a header", good[:5], wire.StatusBadRequest},
		{"attributes cut off", good[:40], wire.StatusBadRequest},
		{"not IPP", []byte(strings.Repeat("GET / HTTP/1.1\n", 20)), wire.StatusVersionNotSupported},
		{"request-id 0", lowID, wire.StatusBadRequest},
		{"version 0.0", oldVersion, wire.StatusVersionNotSupported},
		{"no printer-uri", noURI, wire.StatusBadRequest},
		{"a malformed printer-uri", badURI, wire.StatusBadRequest},
		{"an unknown queue", noSuch, wire.StatusNotFound},
		{"no document", good, wire.StatusBadRequest},
		{"a text called PDF", append(withFormat(t, b, "application/pdf"), "Dear diary"...), wire.StatusDocumentFormatError},
		{"a text", append(withFormat(t, b, "application/octet-stream"), "Dear diary"...), wire.StatusDocumentFormatNotSupported},
		{"a format we never take", append(withFormat(t, b, "application/postscript"), "%!PS"...), wire.StatusDocumentFormatNotSupported},
	}
	for _, tc := range cases {
		r, err := http.NewRequest(http.MethodPost, b.http.URL+holdQueue.Path, bytes.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", wire.ContentType)
		r.SetBasicAuth("ada", password)
		answer, raw := send(t, r)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: HTTP %d: %s", tc.name, answer.StatusCode, raw)
			continue
		}
		t.Run(tc.name, func(t *testing.T) { want(t, readReply(t, answer, raw), tc.status) })
	}
	if left := b.desk.all(); len(left) > 0 {
		t.Errorf("%d jobs are left", len(left))
	}
}

func withFormat(t *testing.T, b *bench, format string) []byte {
	t.Helper()
	raw, err := ask{op: wire.OpPrintJob, path: holdQueue.Path, attrs: []wire.Attribute{wire.MIMEType("document-format", format)}}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A body that ends before it said it would is no document, and no job.
func TestBrokenOffDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	head, err := ask{op: wire.OpPrintJob, path: holdQueue.Path}.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	start := append(bytes.Clone(head), pdf...)
	for name, body := range map[string]string{
		"by length":                fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(start)+500, start),
		"in the middle of a chunk": fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s", len(start)+500, start),
		"between chunks":           fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(start), start),
	} {
		conn, err := net.Dial("tcp", b.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		request := "POST " + holdQueue.Path + " HTTP/1.1\r\nHost: printer\r\nContent-Type: application/ipp\r\nAuthorization: " + basic("ada") + "\r\n" + body
		if _, err := conn.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		_, _ = said.ReadFrom(conn)
		_ = conn.Close()
		_, raw, _ := strings.Cut(said.String(), "\r\n\r\n")
		reply, err := wire.ReadReply(strings.NewReader(raw), wire.ForReplies)
		if err != nil {
			t.Fatalf("%s: %v: %q", name, err, said.String())
		}
		want(t, reply, wire.StatusBadRequest)
		if left := b.desk.all(); len(left) > 0 {
			t.Errorf("%s: %d jobs are left", name, len(left))
		}
	}
}

func basic(user string) string {
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}
