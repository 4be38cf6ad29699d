package announce

import (
	"net"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"inkwell/ipp/ipptest"
)

// A resolver that speaks ordinary DNS is answered as it expects, by IPv4 and IPv6
// (RFC 6762 section 6.7), and learns both of the host's addresses.
func TestOrdinaryResolver(t *testing.T) {
	if !ipptest.Apart(t) {
		return
	}
	cable := ipptest.NewCable(t, "pupil")
	if out, err := exec.CommandContext(t.Context(), "ip", "addr", "add", "fd77::1/64", "dev", ipptest.NearEnd, "nodad").CombinedOutput(); err != nil {
		t.Fatalf("ip: %v: %s", err, out)
	}
	near, err := net.InterfaceByName(ipptest.NearEnd)
	if err != nil {
		t.Fatal(err)
	}
	s := newShelfAt(t, cable, Own, "[::]:8631", library("Library"))
	cable.Browse(kind)
	s.finds("Print (Harbour Academy)")
	for _, is4 := range []bool{true, false} {
		m := &dns.Msg{}
		m.SetQuestion(kind+"."+domain, dns.TypePTR)
		reply := exchange(t, near, is4, m)
		if reply.Id != m.Id || len(reply.Question) != 1 || len(reply.Answer) != 1 || reply.Answer[0].(*dns.PTR).Ptr != `Print\ \(Harbour\ Academy\)._ipps._tcp.local.` {
			t.Errorf("IPv4 %t: %v", is4, reply)
		}
		for _, rr := range slices.Concat(reply.Answer, reply.Extra) {
			if h := rr.Header(); h.Ttl > legacyTTL || h.Class != dns.ClassINET {
				t.Errorf("IPv4 %t: %v", is4, rr)
			}
		}
		var addresses []string
		for _, rr := range reply.Extra {
			switch a := rr.(type) {
			case *dns.A:
				addresses = append(addresses, a.A.String())
			case *dns.AAAA:
				addresses = append(addresses, a.AAAA.String())
			}
		}
		if !slices.Equal(addresses, []string{ipptest.NearAddress, "fd77::1"}) {
			t.Errorf("IPv4 %t: addresses %q", is4, addresses)
		}
	}
}

// exchange asks everybody on the link from a port of its own.
func exchange(t *testing.T, near *net.Interface, is4 bool, m *dns.Msg) *dns.Msg {
	t.Helper()
	network := map[bool]string{true: "udp4", false: "udp6"}[is4]
	conn, err := net.ListenUDP(network, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if is4 {
		err = ipv4.NewPacketConn(conn).SetMulticastInterface(near)
	} else {
		err = ipv6.NewPacketConn(conn).SetMulticastInterface(near)
	}
	raw, packing := m.Pack()
	if err != nil || packing != nil {
		t.Fatal(err, packing)
	}
	if _, err := conn.WriteToUDPAddrPort(raw, groups[is4]); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 9000)
	n, err := conn.Read(buffer)
	if err != nil {
		t.Fatalf("IPv4 %t: %v", is4, err)
	}
	var reply dns.Msg
	if err := reply.Unpack(buffer[:n]); err != nil {
		t.Fatal(err)
	}
	return &reply
}
