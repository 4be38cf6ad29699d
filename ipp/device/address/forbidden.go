package address

import (
	"encoding/binary"
	"net/netip"

	"inkwell/internal/fault"
)

// loopback is what a printer's address is that is this machine's own.
const loopback = "this machine itself"

// nowhere are the addresses that no printer has, and what they are, the narrowest first
// (the IANA registries of special-purpose addresses; metadata services of clouds).
var nowhere = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("169.254.169.254/32"), "a metadata service's"},
	{netip.MustParsePrefix("100.100.100.200/32"), "a metadata service's"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a metadata service's"},
	{netip.MustParsePrefix("fd00:ec2::/32"), "a metadata service's"},
	{netip.MustParsePrefix("fd20:ce::/32"), "a metadata service's"},
	{netip.MustParsePrefix("127.0.0.0/8"), loopback},
	{netip.MustParsePrefix("::1/128"), loopback},
	{netip.MustParsePrefix("0.0.0.0/8"), "no machine's"},
	{netip.MustParsePrefix("::/128"), "no machine's"},
	{netip.MustParsePrefix("169.254.0.0/16"), "good on one cable alone"},
	{netip.MustParsePrefix("fe80::/10"), "good on one cable alone"},
	{netip.MustParsePrefix("fec0::/10"), "of a kind that is no longer used"},
	{netip.MustParsePrefix("224.0.0.0/4"), "that of many machines"},
	{netip.MustParsePrefix("ff00::/8"), "that of many machines"},
	{netip.MustParsePrefix("255.255.255.255/32"), "that of all machines"},
	{netip.MustParsePrefix("240.0.0.0/4"), "no machine's"},
	{netip.MustParsePrefix("192.0.0.0/24"), "no machine's"},
	{netip.MustParsePrefix("100::/64"), "no machine's"},
	// Those with an IPv4 address inside, which would have to be judged by what a gateway
	// makes of it.
	{netip.MustParsePrefix("::/96"), wrapped},
	{netip.MustParsePrefix("::ffff:0:0/96"), wrapped},
	{netip.MustParsePrefix("::ffff:0:0:0/96"), wrapped},
	{netip.MustParsePrefix("64:ff9b::/96"), wrapped},
	{netip.MustParsePrefix("64:ff9b:1::/48"), wrapped},
	{netip.MustParsePrefix("2001::/32"), wrapped},
	{netip.MustParsePrefix("2002::/16"), wrapped},
}

const wrapped = "an IPv4 address in disguise; write that itself"

// forbidden is why an address cannot be a printer's, or "". This machine's own is not
// forbidden here: the Guard knows whether IT allows it.
func forbidden(ip netip.Addr) string {
	if what := judge(ip); what != loopback {
		return what
	}
	return ""
}

// The first half of an interface's identifier that holds an IPv4 address, and the bit of it
// that may be set (ISATAP, RFC 5214 6.1).
const (
	isatap    = 0x00005efe
	universal = 0x02000000
)

// judge is what an address is that is no printer's, or "".
func judge(ip netip.Addr) string {
	if ip.Zone() != "" {
		return "good on one cable alone"
	}
	ip = ip.Unmap()
	for _, n := range nowhere {
		if n.prefix.Contains(ip) {
			return n.what
		}
	}
	bytes := ip.As16()
	if id := binary.BigEndian.Uint64(bytes[8:]) >> 32; ip.Is6() && id&^universal == isatap {
		return wrapped
	}
	return ""
}

// Forbidden refuses an address for what it is.
func Forbidden(address, what string) *fault.Error {
	return fault.New(fault.Forbidden, "printer-address-forbidden",
		"There can be no printer at %s: this address is %s. Give the printer's own address on the school's network.", address, what)
}

// Local refuses this machine's own address.
func Local(address string) *fault.Error {
	return fault.New(fault.Forbidden, "printer-address-local",
		"%s is this machine itself. If that is meant, such as for a CUPS queue, allow it in the configuration: printers.loopback = true", address)
}
