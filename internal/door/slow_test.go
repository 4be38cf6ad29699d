package door

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipe is one end of a connection without a network, from this machine.
type pipe struct{ net.Conn }

func (pipe) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// once is a listener with connections that are there already.
type once struct {
	conns chan net.Conn
	end   func() // no more of them
}

func (l once) Accept() (net.Conn, error) {
	c, more := <-l.conns
	if !more {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l once) Close() error   { l.end(); return nil }
func (l once) Addr() net.Addr { return &net.TCPAddr{} }

// Real HTTP in unreal time: an honest upload may take as long as it takes, and one
// that drips is cut, its connection with it, whichever way its end is told.
func TestSlowUploads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		every       time.Duration
		part, whole int
		taken       bool
		atMost      time.Duration
	}{
		{"20 MB at 200 kB/s", 100 * time.Millisecond, 20_000, 20_000_000, true, 2 * time.Minute},
		{"20 MB at 20 kB/s", time.Second, 20_000, 20_000_000, true, time.Hour},
		{"20 MB in bursts with half a minute between", 30 * time.Second, 1 << 20, 20 << 20, true, 20 * time.Minute},
		{"a byte a second", time.Second, 1, 20_000_000, false, time.Minute},
		{"a good start, then a byte a second", time.Second, 1, 20_000_000, false, time.Minute},
	} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, chunked %v", c.name, chunked), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					client, took := serveSlowly(t)
					began := time.Now()
					start := 0
					if strings.HasPrefix(c.name, "a good start") {
						start = c.whole / 2
					}
					sent := make(chan struct{})
					go func() {
						upload(client, start, c.part, c.whole, c.every, chunked)
						close(sent)
					}()
					answer, err := http.ReadResponse(bufio.NewReader(client), nil)
					if err == nil {
						_ = answer.Body.Close()
					}
					got := <-took
					if taken := got == int64(c.whole) && err == nil && answer.StatusCode == http.StatusOK; taken != c.taken {
						t.Errorf("%d of %d bytes were taken: %v", got, c.whole, err)
					}
					if took := time.Since(began); took > c.atMost {
						t.Errorf("it took %s", took)
					}
					_ = client.Close()
					<-sent
				})
			})
		}
	}
}

// serveSlowly is a server behind the guard with one connection to it, and how many
// bytes of the body its handler was given.
func serveSlowly(t *testing.T) (client net.Conn, took <-chan int64) {
	t.Helper()
	bytes := make(chan int64, 1)
	server := &http.Server{
		ReadHeaderTimeout: wholeHeader,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		Handler: guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, err := io.Copy(io.Discard, r.Body)
			bytes <- n
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(http.StatusOK)
		})),
	}
	client, end := net.Pipe()
	conns := make(chan net.Conn, 1)
	conns <- pipe{end}
	l := once{conns, sync.OnceFunc(func() { close(conns) })}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return client, bytes
}

// upload sends a body in parts, until it is whole or the server has had enough.
func upload(to net.Conn, start, part, whole int, every time.Duration, chunked bool) {
	head := "POST / HTTP/1.1\r\nHost: here\r\nContent-Type: application/ipp\r\n"
	body := io.Writer(to)
	if chunked {
		head += "Transfer-Encoding: chunked\r\n\r\n"
		body = httputil.NewChunkedWriter(to)
	} else {
		head += fmt.Sprintf("Content-Length: %d\r\n\r\n", whole)
	}
	_, err := io.WriteString(to, head)
	sent := 0
	for next := max(start, part); err == nil && sent < whole; next = part {
		next = min(next, whole-sent)
		_, err = body.Write(make([]byte, next))
		sent += next
		time.Sleep(every)
	}
	if chunked && err == nil {
		_, _ = io.WriteString(to, "0\r\n\r\n")
	}
}
