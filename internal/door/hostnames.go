package door

import (
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"slices"
)

// hostNames are what this machine is called by: names and addresses, each sorted
// as they are preferred.
type hostNames struct {
	dns []string
	ips []netip.Addr
}

// thisHost collects the machine's name, its .local name, its addresses, loopback,
// and what the operator added.
func thisHost(extra []string) hostNames {
	var n hostNames
	for _, name := range extra {
		n.add(name)
	}
	if name, err := os.Hostname(); err == nil {
		n.add(name)
		n.add(firstLabel(name) + ".local")
	}
	n.add("localhost")
	n.add("127.0.0.1")
	n.add("::1")
	addresses, _ := net.InterfaceAddrs() // without them the names remain
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok && !network.IP.IsLinkLocalUnicast() {
			n.add(network.IP.String())
		}
	}
	return n
}

// add takes a name or an address, once, and ignores what is neither.
func (n *hostNames) add(name string) {
	if ip, err := netip.ParseAddr(name); err == nil {
		if ip = ip.Unmap().WithZone(""); !slices.Contains(n.ips, ip) {
			n.ips = append(n.ips, ip)
		}
		return
	}
	if name = lower(name); plainName.MatchString(name) && !slices.Contains(n.dns, name) {
		n.dns = append(n.dns, name)
	}
}

// PlainHost says whether a text is a host name or an address and nothing more: no
// port, no scheme.
func PlainHost(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil || plainName.MatchString(text)
}

func firstLabel(name string) string {
	for i, c := range name {
		if c == '.' {
			return name[:i]
		}
	}
	return name
}

// first is the name a person would recognise.
func (n hostNames) first() string {
	if len(n.dns) > 0 {
		return n.dns[0]
	}
	return "localhost"
}

// within are those that the authority may vouch for, and those that it may not.
func (n hostNames) within(ca *x509.Certificate) (in hostNames, outside []string) {
	for _, name := range n.dns {
		// A permitted domain also permits what is below it.
		if slices.ContainsFunc(ca.PermittedDNSDomains, func(d string) bool { return name == d || below(name, d) }) {
			in.dns = append(in.dns, name)
		} else {
			outside = append(outside, name)
		}
	}
	for _, ip := range n.ips {
		if slices.ContainsFunc(ca.PermittedIPRanges, func(r *net.IPNet) bool { return r.Contains(ip.AsSlice()) }) {
			in.ips = append(in.ips, ip)
		} else {
			outside = append(outside, ip.String())
		}
	}
	return in, outside
}

func below(name, domain string) bool {
	return len(name) > len(domain)+1 && name[len(name)-len(domain)-1] == '.' && name[len(name)-len(domain):] == domain
}

// coveredBy says whether a certificate is good for all of them.
func (n hostNames) coveredBy(cert *x509.Certificate) bool {
	for _, name := range n.dns {
		if cert.VerifyHostname(name) != nil {
			return false
		}
	}
	for _, ip := range n.ips {
		if cert.VerifyHostname(ip.String()) != nil {
			return false
		}
	}
	return true
}

// someCoveredBy says whether a certificate is good for any of them but loopback.
func (n hostNames) someCoveredBy(cert *x509.Certificate) bool {
	return slices.ContainsFunc(n.dns, func(name string) bool { return name != "localhost" && cert.VerifyHostname(name) == nil }) ||
		slices.ContainsFunc(n.ips, func(ip netip.Addr) bool { return !ip.IsLoopback() && cert.VerifyHostname(ip.String()) == nil })
}
