package kiosk

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// network is a network between a page and its server that can go without a word: nobody's connection
// is closed, and nothing comes through.
type network struct {
	address string // of the page, through it
	far     string // host and port of the server
	mu      sync.Mutex
	moved   *sync.Cond
	cuts    [2]bool // of what goes up, and of what comes down
	lost    int     // connections up to this number carry nothing any more
	last    int
	conns   []net.Conn
	ended   bool
}

func newNetwork(t *testing.T, address string) *network {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := &network{far: u.Host}
	w.moved = sync.NewCond(&w.mu)
	u.Host = l.Addr().String()
	w.address = u.String()
	t.Cleanup(func() {
		_ = l.Close()
		w.end()
	})
	go w.serve(l)
	return w
}

// serve takes connections until the network ends.
func (w *network) serve(l net.Listener) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.far)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.mu.Lock()
		w.last++
		number := w.last
		w.conns = append(w.conns, near, far)
		w.mu.Unlock()
		go w.carry(far, near, number, 0)
		go w.carry(near, far, number, 1)
	}
}

// carry moves what comes from one end of a connection to the other, in one direction.
func (w *network) carry(to, from net.Conn, number, way int) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		for w.cuts[way] && !w.ended && number > w.lost {
			w.moved.Wait()
		}
		over := w.ended || number <= w.lost
		w.mu.Unlock()
		if over {
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			_ = to.Close()
			return
		}
	}
}

// cut cuts what goes up to the server, or what comes down from it, or both.
func (w *network) cut(up, down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cuts = [2]bool{up, down}
}

// mend has everything come through again; what was held up as well, or never.
func (w *network) mend(late bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cuts = [2]bool{}
	if !late {
		w.lost = w.last
	}
	w.moved.Broadcast()
}

func (w *network) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.moved.Broadcast()
}
