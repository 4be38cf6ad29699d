package door

import (
	"container/list"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"inkwell/internal/crash"
)

// handshake is the first byte of every TLS record that opens a connection; no
// HTTP method begins with it (RFC 8446, 5.1).
const handshake = 0x16

// listener gives the server TLS or plain connections whose first byte has come.
// Waiting for that byte never holds up another connection.
type listener struct {
	tcp    net.Listener
	tls    *tls.Config
	limits *Limits

	ready   chan net.Conn // told apart
	failed  chan error    // why accepting ended
	closed  <-chan struct{}
	close   context.CancelFunc
	waiting sync.WaitGroup
}

func newListener(tcp net.Listener, config *tls.Config, limits *Limits) *listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{tcp: tcp, tls: config, limits: limits, ready: make(chan net.Conn), failed: make(chan error, 1), closed: ctx.Done(), close: cancel}
	l.waiting.Add(1)
	go l.take(ctx)
	return l
}

// take accepts until the listener is closed.
func (l *listener) take(ctx context.Context) {
	defer l.waiting.Done()
	for {
		raw, err := l.tcp.Accept()
		if err != nil {
			if l.rest(err) {
				continue
			}
			l.failed <- err
			return
		}
		c := &conn{Conn: raw, home: l, limits: l.limits, address: addressOf(raw.RemoteAddr())}
		if !l.limits.enter(c) {
			_ = raw.Close() // nothing is promised yet, and telling why would cost what the limit saves
			continue
		}
		crash.At("connection-accepted")
		l.waiting.Add(1)
		go l.tell(ctx, c)
	}
}

// passing are the troubles of accepting that end by themselves.
var passing = []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED}

// rest waits a little when this machine is short of file descriptors, and says
// whether accepting can go on.
func (l *listener) rest(err error) bool {
	if !slices.ContainsFunc(passing, func(e syscall.Errno) bool { return errors.Is(err, e) }) {
		return false
	}
	select {
	case <-l.closed:
		return false
	case <-time.After(50 * time.Millisecond):
		return true
	}
}

// tell waits for the first byte and hands the connection on.
func (l *listener) tell(ctx context.Context, c *conn) {
	defer l.waiting.Done()
	keep := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer keep()
	_ = c.Conn.SetReadDeadline(time.Now().Add(firstByte))
	if _, err := c.Conn.Read(c.first[:]); err != nil {
		_ = c.Close()
		return
	}
	_ = c.Conn.SetReadDeadline(time.Time{})
	c.held = true
	var ready net.Conn = c
	if c.first[0] == handshake {
		ready = tls.Server(c, l.tls)
	}
	if keep() { // or it was dropped a moment ago; from here on it is the server's to end
		l.hand(ready)
	}
}

// hand gives the server a connection.
func (l *listener) hand(ready net.Conn) {
	select {
	case l.ready <- ready:
	case <-l.closed:
		_ = ready.Close()
	}
}

// Accept is the next connection that has said something.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case err := <-l.failed:
		return nil, err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close stops accepting and drops whoever has not said anything yet.
func (l *listener) Close() error {
	err := l.tcp.Close() // first: who is dropped may come again at once
	l.close()
	l.waiting.Wait()
	if errors.Is(err, net.ErrClosed) { // closed before
		return nil
	}
	return err
}

// Addr is the address in use.
func (l *listener) Addr() net.Addr { return l.tcp.Addr() }

// conn is a counted connection that gives its first byte back. A write that
// stalls ends it, unless whoever writes keeps a deadline of their own.
type conn struct {
	net.Conn
	home    *listener
	limits  *Limits
	address netip.Addr
	left    sync.Once
	first   [1]byte
	held    bool // first is still to be read
	timed   atomic.Bool

	// Under the mutex of limits.
	place *list.Element // among those that give way; nil while it is not one of them
	asked int           // requests that are being answered
	gone  bool          // it was counted out
}

// ofConn is the counted connection below what Accept gave.
func ofConn(given net.Conn) *conn {
	if secure, ok := given.(*tls.Conn); ok {
		given = secure.NetConn()
	}
	c, _ := given.(*conn)
	return c
}

// Read gives the first byte, then the rest. A connection has one reader.
func (c *conn) Read(p []byte) (int, error) {
	if c.held && len(p) > 0 {
		c.held = false
		p[0] = c.first[0]
		return 1, nil
	}
	return c.Conn.Read(p)
}

// Write allows each part of an answer its own time.
func (c *conn) Write(p []byte) (int, error) {
	if !c.timed.Load() {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(stalledWrite))
	}
	return c.Conn.Write(p)
}

// SetWriteDeadline hands the writer's time to the caller; the zero time gives it back.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.timed.Store(!t.IsZero())
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// Close also counts the connection out, once.
func (c *conn) Close() error {
	c.left.Do(func() { c.limits.leave(c) })
	return c.Conn.Close()
}
