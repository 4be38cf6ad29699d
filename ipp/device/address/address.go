// Package address is where printers are, and where none may be: the URIs that IT enters,
// and the one guard of every connection to a printer. It refuses addresses of this machine,
// of one link alone, of clouds' metadata services and of nobody, in whatever form they are
// written; a name is looked up for each connection, and the connection goes to the very
// address that was checked.
package address

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"inkwell/internal/fault"
)

// The ways to a printer.
const (
	IPP    = "ipp"    // IPP without encryption
	IPPS   = "ipps"   // IPP over TLS (RFC 7472)
	Socket = "socket" // raw bytes over TCP, as CUPS calls it
)

// Address is a printer's URI, taken apart.
type Address struct {
	Scheme string // IPP, IPPS or Socket
	Host   string // a name in lower case, or an address without brackets
	Port   uint16
	Path   string // of IPP; "" for Socket
}

var (
	malformed = fault.New(fault.Invalid, "printer-uri",
		"A printer's address looks like ipps://printer.school.example/ipp/print, or socket://192.168.4.7 for one that takes raw data.")
	withLogin = fault.New(fault.Invalid, "printer-uri-login",
		"Leave user name and password out of the printer's address. inkwell printer login takes them, and keeps them encrypted.")
	odd = fault.New(fault.Invalid, "printer-address-number",
		"Write the printer's address in full, as four numbers such as 192.168.4.7. Other ways to write it are not taken.")
)

// most is how long a URI may be (RFC 8011 5.1.6).
const most = 1023

// label is one part of a name: what DNS takes (RFC 1123 2.1), and underscores.
var label = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

// Parse takes a printer's URI apart, as IT enters it. It refuses what is not one, and an
// address that no printer has; a name is not looked up.
func Parse(uri string) (Address, error) {
	u, err := url.Parse(uri)
	if err != nil || len(uri) > most || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(uri, "#") {
		return Address{}, malformed
	}
	if u.User != nil {
		return Address{}, withLogin
	}
	a := Address{Scheme: u.Scheme, Path: u.EscapedPath()}
	var port string
	switch bare := strings.Trim(a.Path, "/") == ""; {
	case a.Scheme == Socket && bare:
		port, a.Path = "9100", ""
	case a.Scheme != IPP && a.Scheme != IPPS:
		return Address{}, malformed
	case bare:
		port, a.Path = "631", "/ipp/print"
	default:
		port = "631"
	}
	if p := u.Port(); p != "" || strings.HasSuffix(u.Host, ":") {
		port = p
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return Address{}, malformed
	}
	a.Port = uint16(n) // #nosec G115 -- parsed as 16 bits
	a.Host, err = host(u.Hostname())
	return a, err
}

// host is a name or an address in its one form.
func host(text string) (string, error) {
	text = strings.ToLower(strings.TrimSuffix(text, "."))
	if ip, err := netip.ParseAddr(text); err == nil {
		ip = ip.Unmap()
		if what := forbidden(ip); what != "" {
			return "", Forbidden(text, what)
		}
		return ip.String(), nil
	}
	labels := strings.Split(text, ".")
	if numeric(labels[len(labels)-1]) {
		return "", odd
	}
	if len(text) > 253 {
		return "", malformed
	}
	for _, l := range labels {
		if !label.MatchString(l) {
			return "", malformed
		}
	}
	return text, nil
}

var number = regexp.MustCompile(`^([0-9]+|0x[0-9a-f]*)$`)

// numeric says whether a name that ends so is an address to some resolvers: one number, or
// in octal or hex (WHATWG URL 3.5, "ends in a number").
func numeric(last string) bool { return number.MatchString(last) }

// String is the URI, in full where it is not what everybody takes for granted.
func (a Address) String() string {
	hostport := a.HostPort()
	if standard := map[string]uint16{IPP: 631, IPPS: 631}; standard[a.Scheme] == a.Port {
		hostport = strings.TrimSuffix(hostport, ":631")
	}
	return a.Scheme + "://" + hostport + a.Path
}

// HostPort is what to dial.
func (a Address) HostPort() string {
	return net.JoinHostPort(a.Host, strconv.Itoa(int(a.Port)))
}
