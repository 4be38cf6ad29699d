package ipp

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// endless is a PDF of so many bytes that nobody keeps.
func endless(n int64) io.Reader {
	return io.MultiReader(strings.NewReader("%PDF-1.7\n"), io.LimitReader(noughts{}, n))
}

type noughts struct{}

func (noughts) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A long document goes through in the memory of a short one, chunked or not, and
// arrives whole.
func TestLongDocument(t *testing.T) {
	const size = 256 << 20
	b := newBench(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	reply := b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: endless(size)})
	runtime.ReadMemStats(&after)
	want(t, reply, wire.StatusOK)
	hash := sha256.New()
	if _, err := io.Copy(hash, endless(size)); err != nil {
		t.Fatal(err)
	}
	id := release.JobID(jobNumber(t, reply))
	if b.desk.sums[id] != [32]byte(hash.Sum(nil)) || b.desk.all()[0].Bytes != size+9 {
		t.Errorf("%d bytes arrived, want %d", b.desk.all()[0].Bytes, size+9)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d MiB were allocated on the way", used>>20)
	}
}

// A client that waits for 100 Continue gets it before it sends the document, and a
// refusal by length without it.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for length, first := range map[string]string{"100000": "HTTP/1.1 100 Continue", "9000000000": "HTTP/1.1 413 Request Entity Too Large"} {
		conn, err := net.Dial("tcp", b.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		head := "POST " + holdQueue.Path + " HTTP/1.1\r\nHost: printer\r\nContent-Type: application/ipp\r\nExpect: 100-continue\r\nContent-Length: " + length + "\r\n\r\n"
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || strings.TrimSpace(line) != first {
			t.Errorf("length %s: %q, %v, want %q", length, line, err, first)
		}
	}
}

// One connection serves request after request, refusals among them.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dials := 0
	transport := &http.Transport{MaxConnsPerHost: 1, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for _, a := range []ask{
		{op: wire.OpGetPrinterAttributes}, {op: wire.OpValidateJob}, {op: wire.OpPurgeJobs},
		{op: wire.OpPrintJob, user: "ada", doc: endless(1 << 20)}, {op: wire.OpGetJobs, user: "ada"},
	} {
		a.path = holdQueue.Path
		raw, err := a.message(b).Encode()
		if err != nil {
			t.Fatal(err)
		}
		body := io.Reader(strings.NewReader(string(raw)))
		if a.doc != nil {
			body = io.MultiReader(body, a.doc)
		}
		r, err := http.NewRequest(http.MethodPost, b.http.URL+a.path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", wire.ContentType)
		if a.user != "" {
			r.SetBasicAuth(a.user, password)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", a.op, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatalf("%s: %v", a.op, err)
		}
		answer.Body.Close()
		if dials != 1 {
			t.Errorf("%s: on connection %d", a.op, dials)
		}
	}
}

// A client that first sends the whole of a long document and only then looks for
// an answer finds it, also when we have known the answer from the start.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	const size = 32 << 20 // more than the buffers of a connection
	cases := []struct {
		name, user string
		refuse     error
		first      string
	}{
		{"no password", "", nil, "HTTP/1.1 401 Unauthorized"},
		{"refused before the document", "ada", fault.New(fault.TooMany, "too-many-held", "You have too many jobs waiting."), "HTTP/1.1 200 OK"},
	}
	for _, tc := range cases {
		b := newBench(t)
		b.desk.refuse = tc.refuse
		head, err := ask{op: wire.OpPrintJob, path: holdQueue.Path}.message(b).Encode()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", b.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		signIn := ""
		if tc.user != "" {
			signIn = "Authorization: " + basic(tc.user) + "\r\n"
		}
		length := int64(len(head)) + 9 + size
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: printer\r\nContent-Type: application/ipp\r\n%sContent-Length: %d\r\n\r\n%s", holdQueue.Path, signIn, length, head)
		if _, err := io.Copy(conn, endless(size)); err != nil {
			t.Fatalf("%s: the document is cut off: %v", tc.name, err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || strings.TrimSpace(line) != tc.first {
			t.Errorf("%s: %q, %v, want %q", tc.name, line, err, tc.first)
		}
	}
}
