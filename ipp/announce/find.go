package announce

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
)

// The ways to print that printers announce, best first.
const (
	foundIPPS   = "_ipps._tcp." + domain
	foundIPP    = "_ipp._tcp." + domain
	foundSocket = "_pdl-datastream._tcp." + domain
)

// Find asks the network once which printers there are, and hears out who answers within
// the time (RFC 6762 section 5.1: from a port of its own, so that answers come to us
// alone). What it returns is what the network says, and nothing is done with it.
func Find(ctx context.Context, within time.Duration) ([]Found, error) {
	conn, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp4", "0.0.0.0:0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })()
	p := ipv4.NewPacketConn(conn)
	if err := errors.Join(p.SetMulticastTTL(255), p.SetMulticastLoopback(true)); err != nil {
		return nil, err
	}
	heard := newHearing()
	if err := ask(p, heard.questions()); err != nil {
		return nil, err
	}
	asking := time.NewTicker(within / 4)
	defer asking.Stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-asking.C:
				_ = ask(p, heard.questions()) // it went the first time
			case <-ctx.Done():
				return
			}
		}
	}()
	buffer := make([]byte, 9000) // RFC 6762 section 17
	for ctx.Err() == nil {
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			break
		}
		var m dns.Msg
		if m.Unpack(buffer[:n]) == nil && m.Response {
			heard.hear(&m)
		}
	}
	cancel()
	<-ended
	return heard.printers(), nil
}

// ask sends questions out of every interface that can do it.
func ask(p *ipv4.PacketConn, questions []dns.Question) error {
	all, err := net.Interfaces()
	if err != nil {
		return err
	}
	sent := 0
	for len(questions) > 0 {
		some := questions[:min(len(questions), 20)]
		questions = questions[len(some):]
		raw, err := (&dns.Msg{Question: some}).Pack()
		if err != nil {
			continue // a name that cannot be written cannot be asked for
		}
		for _, i := range all {
			if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagPointToPoint != 0 {
				continue
			}
			if _, err := p.WriteTo(raw, &ipv4.ControlMessage{IfIndex: i.Index}, net.UDPAddrFromAddrPort(groups[true])); err == nil {
				sent++
			}
		}
	}
	if sent == 0 {
		return errors.New("this machine has no network to look for printers on")
	}
	return nil
}

// Found is a printer that is announced.
type Found struct {
	Name   string // not empty; every text is safe to show, and nothing else
	Model  string
	Room   string
	Way    string // ipps, ipp or socket
	At     netip.AddrPort
	Path   string // of ipps and ipp, with a slash in front
	PDF    bool   // it says that it takes PDF
	Duplex bool
	Colour bool
	A3     bool
}
