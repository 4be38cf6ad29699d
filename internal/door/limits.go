package door

import (
	"net"
	"net/http"
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

// addressOf is the peer's address without port and zone, as senders are told apart.
func addressOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return oneHost(tcp.AddrPort().Addr())
}

// Sender is where a request comes from, as far as senders are told apart: an address, or
// the /64 that one IPv6 host has to call from. It is the zero Addr if that is not known.
func Sender(r *http.Request) netip.Addr {
	return oneHost(peer(r))
}

// oneHost is the same for all addresses that one host can choose among.
func oneHost(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() && !ip.IsLoopback() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return ip
}
