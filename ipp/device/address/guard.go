package address

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"inkwell/internal/fault"
)

// Guard makes the connections to printers. The zero Guard allows nothing but the school's
// network.
type Guard struct {
	// Loopback allows this machine's own addresses, for a CUPS queue or the demo.
	Loopback bool
	// Lookup finds a name's addresses; the system's by default.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// Connect dials one address; the net package's by default.
	Connect func(ctx context.Context, network, address string) (net.Conn, error)
}

// patience is how long all of a connection may take, names and handshakes included.
const patience = 5 * time.Second

// Dial connects to the host and port of a printer, by an address that was checked. It has
// the form that net/http wants.
func (g Guard) Dial(ctx context.Context, network, hostport string) (net.Conn, error) {
	name, text, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, fmt.Errorf("dial printer: %w", err)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("dial printer: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	all, err := g.addresses(ctx, name)
	if err != nil {
		return nil, err
	}
	connect := g.Connect
	if connect == nil {
		connect = new(net.Dialer).DialContext
	}
	var failed error
	for i, ip := range all {
		part, cancel := context.WithTimeout(ctx, time.Until(deadline(ctx))/time.Duration(len(all)-i))
		conn, err := connect(part, network, netip.AddrPortFrom(ip, uint16(port)).String()) // #nosec G115 -- parsed as 16 bits
		cancel()
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

func deadline(ctx context.Context) time.Time {
	at, _ := ctx.Deadline() // Dial gives it one
	return at
}

// Check refuses an address that Dial would refuse now. A name that nobody knows is no
// refusal: its printer may be switched on later.
func (g Guard) Check(ctx context.Context, a Address) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := g.addresses(ctx, a.Host)
	if fault.KindOf(err) == fault.Internal { // not looked up
		return nil
	}
	return err
}

// addresses are those of a host that a printer may have. Of a name with several the bad
// ones are left out; it is refused when no good one is left.
func (g Guard) addresses(ctx context.Context, name string) (good []netip.Addr, err error) {
	name, err = host(name)
	if err != nil {
		return nil, err
	}
	all := []netip.Addr{}
	if ip, err := netip.ParseAddr(name); err == nil {
		all = append(all, ip)
	} else if all, err = g.lookup(ctx, name); err != nil {
		return nil, fmt.Errorf("look up printer: %w", err)
	}
	own := ownAddresses()
	for _, ip := range all {
		ip = ip.Unmap()
		what := judge(ip)
		if own[ip] && what == "" {
			what = loopback
		}
		switch {
		case what == "" || what == loopback && g.Loopback:
			good = append(good, ip)
		case what == loopback:
			err = Local(name)
		case err == nil:
			err = Forbidden(name, what)
		}
	}
	if len(good) > 0 {
		return good, nil
	}
	if err == nil {
		err = fmt.Errorf("look up printer: %s has no address", name)
	}
	return nil, err
}

func (g Guard) lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	if g.Lookup != nil {
		return g.Lookup(ctx, "ip", name)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
}

// ownAddresses are those of this machine, which lead to the same as loopback. Where they
// cannot be listed loopback's alone are known.
func ownAddresses() map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own[p.Addr().Unmap()] = true
		}
	}
	return own
}
