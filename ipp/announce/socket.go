package announce

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// port is where all of multicast DNS happens.
const port = 5353

// The groups of multicast DNS (RFC 6762 section 3).
var groups = map[bool]netip.AddrPort{
	true:  netip.MustParseAddrPort("224.0.0.251:5353"),
	false: netip.MustParseAddrPort("[ff02::fb]:5353"),
}

// socket sends and receives for all links by IPv4 or by IPv6.
type socket struct {
	is4 bool
	v4  *ipv4.PacketConn
	v6  *ipv6.PacketConn
}

// packet is what came in.
type packet struct {
	raw   []byte
	link  int // the interface's index
	from  netip.AddrPort
	group bool // it was sent to everybody
	via   *socket
}

// openSocket shares the port with whoever else on this machine listens to it.
func openSocket(is4 bool, links []*link) (*socket, error) {
	network, wildcard := "udp6", "[::]:5353"
	if is4 {
		network, wildcard = "udp4", "0.0.0.0:5353"
	}
	share := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		ctl := raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		})
		return errors.Join(ctl, err)
	}}
	conn, err := share.ListenPacket(context.Background(), network, wildcard)
	if err != nil {
		return nil, fmt.Errorf("listen for questions about printers: %w", err)
	}
	s := &socket{is4: is4}
	if is4 {
		s.v4 = ipv4.NewPacketConn(conn)
		err = errors.Join(s.v4.SetControlMessage(ipv4.FlagInterface|ipv4.FlagDst, true), s.v4.SetMulticastTTL(255), s.v4.SetMulticastLoopback(true))
	} else {
		s.v6 = ipv6.NewPacketConn(conn)
		err = errors.Join(s.v6.SetControlMessage(ipv6.FlagInterface|ipv6.FlagDst, true), s.v6.SetMulticastHopLimit(255), s.v6.SetMulticastLoopback(true))
	}
	if err == nil {
		err = s.join(links)
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("listen for questions about printers: %w", err)
	}
	return s, nil
}

// join listens on each link that speaks the socket's protocol.
func (s *socket) join(links []*link) error {
	var failed error
	joined := 0
	for _, l := range links {
		if !l.speaks(s.is4) {
			continue
		}
		var err error
		group := net.UDPAddrFromAddrPort(groups[s.is4])
		if s.is4 {
			err = s.v4.JoinGroup(&net.Interface{Index: l.index}, group)
		} else {
			err = s.v6.JoinGroup(&net.Interface{Index: l.index}, group)
		}
		if err == nil {
			joined++
		}
		failed = errors.Join(failed, err)
	}
	if joined == 0 {
		return errors.Join(errors.New("no interface can do it"), failed)
	}
	return nil
}

// receive waits for a packet.
func (s *socket) receive(buffer []byte) (packet, error) {
	p := packet{via: s}
	var n int
	var from net.Addr
	var err error
	if s.is4 {
		var about *ipv4.ControlMessage
		if n, about, from, err = s.v4.ReadFrom(buffer); about != nil {
			p.link, p.group = about.IfIndex, about.Dst.IsMulticast()
		}
	} else {
		var about *ipv6.ControlMessage
		if n, about, from, err = s.v6.ReadFrom(buffer); about != nil {
			p.link, p.group = about.IfIndex, about.Dst.IsMulticast()
		}
	}
	if udp, ok := from.(*net.UDPAddr); ok {
		at := udp.AddrPort()
		p.from = netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
	}
	p.raw = slices.Clone(buffer[:n])
	return p, err
}

// send sends a packet out of one link.
func (s *socket) send(raw []byte, l *link, to netip.AddrPort) error {
	at := net.UDPAddrFromAddrPort(to)
	var err error
	if s.is4 {
		_, err = s.v4.WriteTo(raw, &ipv4.ControlMessage{IfIndex: l.index}, at)
	} else {
		_, err = s.v6.WriteTo(raw, &ipv6.ControlMessage{IfIndex: l.index}, at)
	}
	return err
}

func (s *socket) close() {
	if s.is4 {
		_ = s.v4.Close()
	} else {
		_ = s.v6.Close()
	}
}
