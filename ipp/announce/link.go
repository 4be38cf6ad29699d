package announce

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// link is an interface that we announce on.
type link struct {
	index    int
	prefixes []netip.Prefix // the addresses it has, each with its network
	told     []netip.Addr   // those at which printers are served
}

// linksOf finds the interfaces to announce on: those that were named, or else all
// that are up, can do multicast, and are neither loopback nor a tunnel; but only
// those that have an address at which printers are served.
func linksOf(o Options) ([]*link, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	var links []*link
	for _, i := range all {
		ordinary := i.Flags&net.FlagMulticast != 0 && i.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0
		if i.Flags&net.FlagUp == 0 || len(o.Interfaces) == 0 && !ordinary || len(o.Interfaces) > 0 && !slices.Contains(o.Interfaces, i.Name) {
			continue
		}
		l := &link{index: i.Index}
		addresses, err := i.Addrs()
		if err != nil {
			continue // it went while we looked
		}
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				l.prefixes = append(l.prefixes, p)
			}
		}
		if l.told = l.served(o.Listen.Addr()); len(l.told) > 0 {
			links = append(links, l)
		}
	}
	switch {
	case len(links) > 0:
		return links, nil
	case len(o.Interfaces) > 0:
		return nil, fmt.Errorf("printers are not served on the interfaces %s", strings.Join(o.Interfaces, ", "))
	default:
		return nil, errors.New("this machine has no network to announce printers on")
	}
}

// served are the link's addresses at which a listener answers: those that are good on
// one link alone (fe80::) only beside an IPv4 address and in want of better ones. An
// interface that has no other is no network yet, or a container's.
func (l *link) served(listener netip.Addr) []netip.Addr {
	var all, spare []netip.Addr
	for _, p := range l.prefixes {
		a := p.Addr()
		switch {
		case listener.Is4() && !a.Is4(), !listener.IsUnspecified() && a != listener.WithZone(""):
		case a.Is6() && a.IsLinkLocalUnicast():
			spare = append(spare, a)
		default:
			all = append(all, a)
		}
	}
	if len(all) > 0 && !slices.ContainsFunc(all, netip.Addr.Is6) {
		all = append(all, spare...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return all
}

// near says whether an address is on the link.
func (l *link) near(a netip.Addr) bool {
	return a.IsLinkLocalUnicast() || slices.ContainsFunc(l.prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

// speaks says whether a link has an address of IPv4, or of IPv6.
func (l *link) speaks(is4 bool) bool {
	return slices.ContainsFunc(l.prefixes, func(p netip.Prefix) bool { return p.Addr().Is4() == is4 })
}

// own says whether an address is this machine's.
func (l *link) own(a netip.Addr) bool {
	return slices.ContainsFunc(l.prefixes, func(p netip.Prefix) bool { return p.Addr() == a })
}

// equal says whether nothing has changed about a link.
func (l *link) equal(m *link) bool {
	return l.index == m.index && slices.Equal(l.prefixes, m.prefixes) && slices.Equal(l.told, m.told)
}
