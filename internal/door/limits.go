package door

import (
	"net"
	"net/netip"
	"sync"
)

// How many connections there may be when nobody says otherwise: of one address,
// and of all.
const (
	MostPerAddress = 32
	MostConns      = 4096
)

// Limits count open connections. This machine itself has no limit of its own but
// shares the total: a CUPS server or a proxy here speaks for many people. It is
// safe for concurrent use.
type Limits struct {
	perAddress, total int
	exempt            func(netip.Addr) bool

	mu        sync.Mutex
	open      int
	byAddress map[netip.Addr]int
}

// NewLimits allows so many connections of one address and of all; 0 means the default.
func NewLimits(perAddress, total int) *Limits {
	if perAddress <= 0 {
		perAddress = MostPerAddress
	}
	if total <= 0 {
		total = MostConns
	}
	return &Limits{perAddress: perAddress, total: total, exempt: netip.Addr.IsLoopback, byAddress: map[netip.Addr]int{}}
}

// enter counts a connection in, unless that would be one too many.
func (l *Limits) enter(a netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.total || (l.byAddress[a] >= l.perAddress && !l.exempt(a)) {
		return false
	}
	l.open++
	l.byAddress[a]++
	return true
}

func (l *Limits) leave(a netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.byAddress[a]--; l.byAddress[a] <= 0 {
		delete(l.byAddress, a)
	}
}

// addressOf is the peer's address without port and zone. One IPv6 host has a
// whole /64 to call from, so that is what counts as its address.
func addressOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	if ip.Is6() && !ip.IsLoopback() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return ip
}
