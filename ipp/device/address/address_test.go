package address

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"inkwell/internal/fault"
)

// What a name of the test leads to.
var names = map[string]string{
	"printer.school": "10.1.2.3", "both.school": "fe80::1 10.1.2.4", "six.school": "2001:db8:1::5", "localhost": "127.0.0.1 ::1",
	"metadata.google.internal": "169.254.169.254", "evil.example": "127.0.0.1", "mapped.example": "::ffff:127.0.0.1", "linked.example": "fe80::1%eth0",
	"nat64.example": "64:ff9b::7f00:1", "void.example": "0.0.0.0", "many.example": "224.0.0.251", "all.example": "255.255.255.255",
	"ec2.example": "fd00:ec2::254", "mix.example": "169.254.169.254 fe80::1", "cafe": "10.1.2.5", "dead.beef": "10.1.2.6", "a_b.school": "10.1.2.7",
	"127.0.0.1.nip.example": "127.0.0.1", "10-1-2-3.school": "10.1.2.3",
}

func lookUp(_ context.Context, _, host string) (all []netip.Addr, err error) {
	for a := range strings.FieldsSeq(names[host]) {
		all = append(all, netip.MustParseAddr(a))
	}
	if len(all) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return all, nil
}

// uris are what somebody might enter, and what comes of it: the address that is dialled, or the
// code of a refusal, or "unknown" for a name that nobody knows. "local" is a refusal
// that IT can lift.
var uris = []struct{ uri, want string }{
	// Printers.
	{"ipp://10.1.2.3/ipp/print", "10.1.2.3:631"},
	{"ipps://10.1.2.3/ipp/print", "10.1.2.3:631"},
	{"ipps://10.1.2.3:443/ipp/print", "10.1.2.3:443"},
	{"IPP://10.1.2.3", "10.1.2.3:631"},
	{"ipp://192.168.1.9:8631/printers/room4", "192.168.1.9:8631"},
	{"ipp://172.16.0.1/", "172.16.0.1:631"},
	{"ipp://100.64.1.1/", "100.64.1.1:631"},
	{"ipp://81.2.69.142/ipp/print", "81.2.69.142:631"},
	{"socket://10.1.2.3", "10.1.2.3:9100"},
	{"socket://10.1.2.3/", "10.1.2.3:9100"},
	{"socket://10.1.2.3:9101", "10.1.2.3:9101"},
	{"socket://printer.school", "10.1.2.3:9100"},
	{"ipps://printer.school/ipp/print", "10.1.2.3:631"},
	{"ipps://PRINTER.School./ipp/print", "10.1.2.3:631"},
	{"ipps://both.school/ipp/print", "10.1.2.4:631"},
	{"ipps://six.school/ipp/print", "[2001:db8:1::5]:631"},
	{"ipps://[2001:db8:1::5]/ipp/print", "[2001:db8:1::5]:631"},
	{"ipps://[2001:DB8:1:0:0:0:0:5]:631/ipp/print", "[2001:db8:1::5]:631"},
	{"ipp://[fd12:3456::9]/ipp/print", "[fd12:3456::9]:631"},
	{"socket://[fd12:3456::9]:9100", "[fd12:3456::9]:9100"},
	{"ipp://[::ffff:10.1.2.3]/", "10.1.2.3:631"},
	{"ipp://cafe/ipp/print", "10.1.2.5:631"},
	{"ipp://dead.beef/ipp/print", "10.1.2.6:631"},
	{"ipp://a_b.school/ipp/print", "10.1.2.7:631"},
	{"ipp://10-1-2-3.school/ipp/print", "10.1.2.3:631"},
	{"ipp://printer.school/ipp/print%20x", "10.1.2.3:631"},
	{"ipp://off.school/ipp/print", "unknown"},

	// This machine.
	{"ipp://127.0.0.1/ipp/print", "local"},
	{"ipp://127.0.0.1:5432/", "local"},
	{"socket://127.0.0.1:25", "local"},
	{"ipp://127.1.2.3/", "local"},
	{"ipp://127.255.255.254/", "local"},
	{"ipp://[::1]/", "local"},
	{"ipp://[0:0:0:0:0:0:0:1]/", "local"},
	{"ipp://[::ffff:127.0.0.1]/", "local"},
	{"ipp://[::ffff:7f00:1]/", "local"},
	{"ipp://[0:0:0:0:0:ffff:7f00:0001]/", "local"},
	{"ipp://localhost/printers/x", "local"},
	{"ipp://LOCALHOST:631/printers/x", "local"},
	{"ipp://localhost./", "local"},
	{"ipp://evil.example/", "local"},
	{"ipp://mapped.example/", "local"},
	{"ipp://127.0.0.1.nip.example/", "local"},

	// The same and others in disguise.
	{"ipp://2130706433/", "printer-address-number"},
	{"ipp://0x7f000001/", "printer-address-number"},
	{"ipp://0X7F000001/", "printer-address-number"},
	{"ipp://017700000001/", "printer-address-number"},
	{"ipp://0177.0.0.1/", "printer-address-number"},
	{"ipp://0x7f.0.0.1/", "printer-address-number"},
	{"ipp://0x7f.1/", "printer-address-number"},
	{"ipp://127.1/", "printer-address-number"},
	{"ipp://127.0.1/", "printer-address-number"},
	{"ipp://127.0.0.01/", "printer-address-number"},
	{"ipp://127.0.0.1.1/", "printer-address-number"},
	{"ipp://010.1.2.3/", "printer-address-number"},
	{"ipp://256.1.1.1/", "printer-address-number"},
	{"ipp://1/", "printer-address-number"},
	{"ipp://0/", "printer-address-number"},
	{"ipp://0x/", "printer-address-number"},
	{"ipp://printer.1/", "printer-address-number"},
	{"ipp://2852039166/", "printer-address-number"},
	{"ipp://0xa9fea9fe/", "printer-address-number"},
	{"ipp://169.254.43518/", "printer-address-number"},
	{"socket://0xa9.0xfe.0xa9.0xfe", "printer-address-number"},
	{"ipp://①②⑦.0.0.1/", "printer-address-number"},
	{"ipp://127。0。0。1/", "printer-uri"},
	{"ipp://%31%32%37.0.0.1/", "printer-uri"},
	{"ipp://[::7f00:1]/", "printer-address-forbidden"},
	{"ipp://[::127.0.0.1]/", "printer-address-forbidden"},
	{"ipp://[64:ff9b::7f00:1]/", "printer-address-forbidden"},
	{"ipp://[64:ff9b::169.254.169.254]/", "printer-address-forbidden"},
	{"ipp://[64:ff9b:1::a9fe:a9fe]/", "printer-address-forbidden"},
	{"ipp://[2002:7f00:1::]/", "printer-address-forbidden"},
	{"ipp://[2002:a9fe:a9fe::1]/", "printer-address-forbidden"},
	{"ipp://[2001:0:1:2:3:4:80ff:fffe]/", "printer-address-forbidden"},
	{"ipp://[2001:db8::5efe:127.0.0.1]/", "printer-address-forbidden"},
	{"ipp://[2001:db8::200:5efe:7f00:1]/", "printer-address-forbidden"},
	{"ipp://[::ffff:0:127.0.0.1]/", "printer-address-forbidden"},
	{"ipp://[::1%25lo]/", "printer-address-forbidden"},
	{"ipp://nat64.example/", "printer-address-forbidden"},

	// Where no printer is.
	{"ipp://169.254.169.254/latest/meta-data", "printer-address-forbidden"},
	{"ipp://[::ffff:169.254.169.254]/", "printer-address-forbidden"},
	{"ipp://[::ffff:a9fe:a9fe]/", "printer-address-forbidden"},
	{"ipp://[fd00:ec2::254]/", "printer-address-forbidden"},
	{"ipp://[fd00:0ec2:0:0:0:0:0:254]/", "printer-address-forbidden"},
	{"ipp://[fd20:ce::254]/", "printer-address-forbidden"},
	{"ipp://100.100.100.200/", "printer-address-forbidden"},
	{"ipp://192.0.0.192/", "printer-address-forbidden"},
	{"ipp://168.63.129.16/", "printer-address-forbidden"},
	{"ipp://metadata.google.internal/", "printer-address-forbidden"},
	{"ipp://ec2.example/", "printer-address-forbidden"},
	{"ipp://169.254.1.1/", "printer-address-forbidden"},
	{"socket://169.254.7.7:9100", "printer-address-forbidden"},
	{"ipp://[fe80::1]/", "printer-address-forbidden"},
	{"ipp://[fe80::1%25eth0]/", "printer-address-forbidden"},
	{"ipp://[febf::1]/", "printer-address-forbidden"},
	{"ipp://linked.example/", "printer-address-forbidden"},
	{"ipp://mix.example/", "printer-address-forbidden"},
	{"ipp://0.0.0.0/", "printer-address-forbidden"},
	{"ipp://0.1.2.3/", "printer-address-forbidden"},
	{"ipp://[::]/", "printer-address-forbidden"},
	{"ipp://[::ffff:0.0.0.0]/", "printer-address-forbidden"},
	{"ipp://void.example/", "printer-address-forbidden"},
	{"ipp://224.0.0.251:5353/", "printer-address-forbidden"},
	{"ipp://239.255.255.250/", "printer-address-forbidden"},
	{"ipp://[ff02::1]/", "printer-address-forbidden"},
	{"ipp://[ff0e::fb]/", "printer-address-forbidden"},
	{"ipp://many.example/", "printer-address-forbidden"},
	{"ipp://255.255.255.255/", "printer-address-forbidden"},
	{"ipp://all.example/", "printer-address-forbidden"},
	{"ipp://240.0.0.1/", "printer-address-forbidden"},
	{"ipp://[fec0::1]/", "printer-address-forbidden"},
	{"ipp://[100::1]/", "printer-address-forbidden"},

	// No printer's URI.
	{"", "printer-uri"},
	{"printer", "printer-uri"},
	{"10.1.2.3", "printer-uri"},
	{"10.1.2.3:9100", "printer-uri"},
	{"//10.1.2.3/", "printer-uri"},
	{"http://10.1.2.3/ipp", "printer-uri"},
	{"https://10.1.2.3/", "printer-uri"},
	{"file:///etc/passwd", "printer-uri"},
	{"gopher://10.1.2.3/", "printer-uri"},
	{"lpd://10.1.2.3/queue", "printer-uri"},
	{"unix:///run/cups/cups.sock", "printer-uri"},
	{"ipp:10.1.2.3", "printer-uri"},
	{"ipp://", "printer-uri"},
	{"ipp:///ipp/print", "printer-uri"},
	{"ipp://:631/", "printer-uri"},
	{"ipp://10.1.2.3:/", "printer-uri"},
	{"ipp://10.1.2.3:0/", "printer-uri"},
	{"ipp://10.1.2.3:65536/", "printer-uri"},
	{"ipp://10.1.2.3:-1/", "printer-uri"},
	{"ipp://10.1.2.3:6 31/", "printer-uri"},
	{"ipp://10.1.2.3/ipp?x=1", "printer-uri"},
	{"ipp://10.1.2.3/ipp?", "printer-uri"},
	{"ipp://10.1.2.3/ipp#x", "printer-uri"},
	{"ipp://10.1.2.3/ipp#", "printer-uri"},
	{"ipp://10.1.2.3/ipp\r\nHost: x", "printer-uri"},
	{"ipp://10.1.2.3\\@evil.example/", "printer-uri"},
	{"ipp://pri nter/", "printer-uri"},
	{"ipp://printer..school/", "printer-uri"},
	{"ipp://-printer.school/", "printer-uri"},
	{"ipp://printer.school;evil/", "printer-uri"},
	{"ipp://[10.1.2.3]/", "printer-uri"},
	{"ipp://[2001:db8::5/", "printer-uri"},
	{"socket://10.1.2.3/queue", "printer-uri"},
	{"socket://10.1.2.3:9100?waiteof=false", "printer-uri"},
	{"ipp://" + strings.Repeat("a", 64) + ".school/", "printer-uri"},
	{"ipp://10.1.2.3/" + strings.Repeat("a", 1024), "printer-uri"},
	{"ipp://root:secret@10.1.2.3/", "printer-uri-login"},
	{"ipp://10.1.2.3@127.0.0.1/", "printer-uri-login"},
	{"ipp://10.1.2.3:631@127.0.0.1/", "printer-uri-login"},
	{"ipp://@10.1.2.3/", "printer-uri-login"},
}

var errDialled = errors.New("dialled")

// outcome is what comes of a URI: the address that would be dialled, or why none is.
func outcome(uri string, loopback bool) string {
	a, err := Parse(uri)
	if err != nil {
		return fault.As(err).Code
	}
	dialled := ""
	g := Guard{Loopback: loopback, Lookup: lookUp, Connect: func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = address
		return nil, errDialled
	}}
	_, err = g.Dial(context.Background(), "tcp", a.HostPort())
	checked := g.Check(context.Background(), a)
	switch code := fault.As(err).Code; {
	case errors.Is(err, errDialled) && checked == nil:
		return dialled
	case dialled != "":
		return "dialled all the same: " + dialled
	case fault.KindOf(err) == fault.Internal && checked == nil:
		return "unknown"
	case fault.As(checked) == nil || fault.As(checked).Code != code:
		return "checked otherwise"
	case code == "printer-address-local":
		return "local"
	default:
		return code
	}
}

// Each of them comes to what it should, when it is entered and when it is dialled; of those
// that are refused, IT can allow this machine's own and no others.
func TestURIs(t *testing.T) {
	t.Parallel()
	if len(uris) < 100 {
		t.Fatalf("only %d", len(uris))
	}
	for _, c := range uris {
		if got := outcome(c.uri, false); got != c.want {
			t.Errorf("%q: %s, want %s", c.uri, got, c.want)
		}
		got := outcome(c.uri, true)
		if opened := strings.HasPrefix(got, "127.") || strings.HasPrefix(got, "[::1]:"); got != c.want && (c.want != "local" || !opened) {
			t.Errorf("%q with loopback: %s, want %s", c.uri, got, c.want)
		}
	}
}

// A name that leads elsewhere from one look to the next never has us dial what was not
// checked: it is looked up once for each connection.
func TestRebinding(t *testing.T) {
	t.Parallel()
	looks := 0
	g := Guard{
		Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			looks++
			if looks%2 == 1 {
				return []netip.Addr{netip.MustParseAddr("10.1.2.3")}, nil
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
		Connect: func(_ context.Context, _, address string) (net.Conn, error) {
			if address != "10.1.2.3:631" {
				t.Errorf("dialled %s", address)
			}
			return nil, errDialled
		},
	}
	for range 5 {
		if _, err := g.Dial(context.Background(), "tcp", "rebound.example:631"); !errors.Is(err, errDialled) {
			t.Error(err)
		}
		if _, err := g.Dial(context.Background(), "tcp", "rebound.example:631"); fault.As(err).Code != "printer-address-local" {
			t.Error(err)
		}
	}
	if looks != 10 {
		t.Errorf("looked up %d times", looks)
	}
}

// This machine by its own address on the network is this machine, too.
func TestOwnAddress(t *testing.T) {
	t.Parallel()
	for own := range ownAddresses() {
		if judge(own) != "" {
			continue
		}
		got := (Guard{}).Check(context.Background(), Address{Scheme: IPP, Host: own.String(), Port: 631})
		if fault.As(got) == nil || fault.As(got).Code != "printer-address-local" {
			t.Errorf("%s: %v", own, got)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"ipp://10.1.2.3":                   "ipp://10.1.2.3/ipp/print",
		"ipps://Printer.School.:631/ipp/x": "ipps://printer.school/ipp/x",
		"ipp://[2001:DB8::5]:8631/":        "ipp://[2001:db8::5]:8631/ipp/print",
		"ipps://[2001:db8::5]":             "ipps://[2001:db8::5]/ipp/print",
		"socket://10.1.2.3/":               "socket://10.1.2.3:9100",
		"ipp://10.1.2.3/a%20b":             "ipp://10.1.2.3/a%20b",
		"ipp://[::ffff:10.1.2.3]/ipp":      "ipp://10.1.2.3/ipp",
	} {
		a, err := Parse(uri)
		if err != nil || a.String() != want {
			t.Errorf("%s: %s, %v", uri, a, err)
		}
		if again, err := Parse(a.String()); err != nil || again != a {
			t.Errorf("%s again: %+v, %v", a, again, err)
		}
	}
}
