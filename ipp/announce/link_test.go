package announce

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestServedAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ prefixes, listener, want string }{
		{"10.77.0.1/24 fd77::1/64 fe80::1/64", "::", "10.77.0.1 fd77::1"},
		{"10.77.0.1/24 fe80::1/64", "::", "10.77.0.1 fe80::1"},
		{"10.77.0.1/24 fd77::1/64", "0.0.0.0", "10.77.0.1"},
		{"10.77.0.1/24 10.77.0.2/24", "10.77.0.2", "10.77.0.2"},
		{"10.77.0.1/24", "10.78.0.1", ""},
		{"10.77.0.1/24 fd77::1/64", "fd77::1", "fd77::1"},
		{"fe80::1/64", "::", ""},
		{"", "::", ""},
	} {
		l := &link{}
		for p := range strings.FieldsSeq(c.prefixes) {
			l.prefixes = append(l.prefixes, netip.MustParsePrefix(p))
		}
		got := strings.Trim(fmt.Sprint(l.served(netip.MustParseAddr(c.listener))), "[]")
		if got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.prefixes, c.listener, got, c.want)
		}
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	l := &link{prefixes: []netip.Prefix{netip.MustParsePrefix("10.77.0.1/24"), netip.MustParsePrefix("fd77::1/64")}}
	for address, want := range map[string]bool{
		"10.77.0.9": true, "10.77.1.9": false, "203.0.113.9": false, "fd77::9": true, "fe80::9": true, "169.254.1.1": true, "2001:db8::1": false,
	} {
		if got := l.near(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is near: %t", address, got)
		}
	}
}

// Only what was named, and only what has an address.
func TestLinksByName(t *testing.T) {
	t.Parallel()
	links, err := linksOf(Options{Listen: netip.MustParseAddrPort("127.0.0.1:8631"), Interfaces: []string{"lo"}})
	if err != nil || len(links) != 1 || fmt.Sprint(links[0].told) != "[127.0.0.1]" {
		t.Errorf("loopback: %v, %v", links, err)
	}
	_, err = linksOf(Options{Listen: netip.MustParseAddrPort("127.0.0.1:8631"), Interfaces: []string{"lo0", "eth99"}})
	if err == nil || !strings.Contains(err.Error(), "lo0, eth99") {
		t.Errorf("interfaces that are not there: %v", err)
	}
}
