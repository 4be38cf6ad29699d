package door

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// How many connections there may be when nobody says otherwise: of one address
// even when the house is nearly full, and of all.
const (
	MostPerAddress = 32
	MostConns      = 4096
)

// oneOf is the part of the room that is left which one address may have.
const oneOf = 8

// Limits count open connections. One address may have an eighth of the room that is
// left, and always so many: a whole school behind one router, or a computer room in
// one IPv6 network, is one address and no attack. A connection that has asked
// nothing yet, or waits for its next question, gives way to a new one, the oldest
// first; so neither idle computers nor those that never finish their question keep
// anybody out. This machine itself has no limit of its own but shares the total: a
// CUPS server or a proxy here speaks for many people. It is safe for concurrent use.
type Limits struct {
	perAddress, total int
	exempt            func(netip.Addr) bool

	mu        sync.Mutex
	open      int
	byAddress map[netip.Addr]int
	yielding  list.List // of *conn that is asked nothing just now, the oldest first
}

// NewLimits always allows so many connections of one address, and so many of all; 0
// means the default.
func NewLimits(perAddress, total int) *Limits {
	if perAddress <= 0 {
		perAddress = MostPerAddress
	}
	if total <= 0 {
		total = MostConns
	}
	return &Limits{perAddress: perAddress, total: total, exempt: netip.Addr.IsLoopback, byAddress: map[netip.Addr]int{}}
}

// enter counts a connection in, if need be in the place of another one, which it
// closes; false when there is none that gives way.
func (l *Limits) enter(c *conn) bool {
	for {
		other, entered := l.place(c)
		if entered || other == nil {
			return entered
		}
		_ = other.Close()
	}
}

// place counts a connection in, or says who could make room for it.
func (l *Limits) place(c *conn) (other *conn, entered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	share := max(l.perAddress, (l.total-l.open)/oneOf)
	switch {
	case l.byAddress[c.address] >= share && !l.exempt(c.address):
		return l.oldest(func(o *conn) bool { return o.address == c.address }), false
	case l.open >= l.total:
		return l.oldest(func(*conn) bool { return true }), false
	}
	l.open++
	l.byAddress[c.address]++
	c.place = l.yielding.PushBack(c)
	return nil, true
}

// oldest is the connection that gives way first, or nil.
func (l *Limits) oldest(which func(*conn) bool) *conn {
	for e := l.yielding.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*conn); which(c) {
			return c
		}
	}
	return nil
}

// busy says that a request of the connection is answered from now on, until the
// returned function is called. HTTP/2 answers several at a time.
func (l *Limits) busy(c *conn) (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.asked++
	l.yieldOrNot(c)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		c.asked--
		l.yieldOrNot(c)
	}
}

// back says that a connection that was taken over is the server's again.
func (l *Limits) back(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.asked--
	l.yieldOrNot(c)
}

// yieldOrNot puts a connection where it belongs.
func (l *Limits) yieldOrNot(c *conn) {
	switch yields := c.asked == 0 && !c.gone; {
	case yields && c.place == nil:
		c.place = l.yielding.PushBack(c)
	case !yields && c.place != nil:
		l.yielding.Remove(c.place)
		c.place = nil
	}
}

func (l *Limits) leave(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.gone = true
	l.yieldOrNot(c)
	l.open--
	if l.byAddress[c.address]--; l.byAddress[c.address] <= 0 {
		delete(l.byAddress, c.address)
	}
}

// addressOf is the peer's address without port and zone, as senders are told apart.
func addressOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return OneHost(tcp.AddrPort().Addr())
}

// Sender is where a request comes from, as far as senders are told apart: an address, or
// the /64 that one IPv6 host has to call from. It is the zero Addr if that is not known.
func Sender(r *http.Request) netip.Addr {
	return OneHost(peer(r))
}

// OneHost is the same for all addresses that one host can choose among.
func OneHost(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() && !ip.IsLoopback() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return ip
}
