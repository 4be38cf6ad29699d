package announce

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// How long others may remember, in seconds (RFC 6762 section 10): what depends on a
// host's name, and everything else.
const (
	ttlHost  = 120
	ttlOther = 4500
)

const (
	domain   = "local."
	allTypes = "_services._dns-sd._udp." + domain // RFC 6763 section 9

	// flush is the top bit of a class: in an answer "forget what you knew of this"
	// (RFC 6762 section 10.2), in a question "answer me alone" (section 5.4).
	flush = 1 << 15
)

// record is one that we answer with.
type record struct {
	rr     dns.RR
	unique bool              // ours alone, so that others forget what they knew; not shared (RFC 6762 section 2)
	link   int               // of an address: the interface that has it; 0 for all
	sent   map[int]time.Time // by interface, when it last went to everybody
}

func newRecord(rr dns.RR, unique bool) *record {
	return &record{rr: asHeard(rr), unique: unique, sent: map[int]time.Time{}}
}

// asHeard is a record as it looks when it has come by the network, so that the two
// can be compared: names and texts are then escaped in one way.
func asHeard(rr dns.RR) dns.RR {
	if raw, err := wireForm(rr); err == nil {
		if back, _, err := dns.UnpackRR(raw, 0); err == nil {
			return back
		}
	}
	return rr
}

// wireForm is a record in bytes, uncompressed.
func wireForm(rr dns.RR) ([]byte, error) {
	raw := make([]byte, dns.Len(rr))
	end, err := dns.PackRR(rr, raw, 0, nil, false)
	if err != nil {
		return nil, fmt.Errorf("write a record: %w", err)
	}
	return raw[:end], nil
}

// on says whether the record is true on a link.
func (r *record) on(l *link) bool { return r.link == 0 || r.link == l.index }

// out is the record for an answer, with the seconds that it may be remembered.
func (r *record) out(ttl uint32, mayFlush bool) dns.RR {
	rr := dns.Copy(r.rr)
	rr.Header().Ttl = ttl
	if r.unique && mayFlush {
		rr.Header().Class |= flush
	}
	return rr
}

func header(name string, kind uint16, ttl uint32) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: ttl}
}

// serviceRecords are those of a service under a name, on a host
// (RFC 6763 sections 4-7, and 8 for the flagship).
func serviceRecords(e entry, name, host string) []*record {
	of := escape(name) + "." + kind + "." + domain
	other := escape(name) + "." + flagship + "." + domain
	pointer := func(from, to string) *record {
		return newRecord(&dns.PTR{Hdr: header(from, dns.TypePTR, ttlOther), Ptr: to}, false)
	}
	location := func(name string, port uint16) *record {
		return newRecord(&dns.SRV{Hdr: header(name, dns.TypeSRV, ttlHost), Port: port, Target: host}, true)
	}
	all := []*record{
		pointer(kind+"."+domain, of),
		pointer(allTypes, kind+"."+domain),
		location(of, e.port),
		newRecord(&dns.TXT{Hdr: header(of, dns.TypeTXT, ttlOther), Txt: quoted(e.text)}, true),
		location(other, 0),
	}
	for _, sub := range subtypes {
		all = append(all, pointer(sub+"._sub."+kind+"."+domain, of))
	}
	return all
}

// hostRecords are the addresses of a host, each for the link that has it.
func hostRecords(host string, links []*link) (all []*record) {
	for _, l := range links {
		for _, a := range l.told {
			r := newRecord(addressRecord(host, a), true)
			r.link = l.index
			all = append(all, r)
		}
	}
	return all
}

func addressRecord(host string, a netip.Addr) dns.RR {
	if a.Is4() {
		return &dns.A{Hdr: header(host, dns.TypeA, ttlHost), A: a.AsSlice()}
	}
	return &dns.AAAA{Hdr: header(host, dns.TypeAAAA, ttlHost), AAAA: a.AsSlice()}
}

// serviceLocation is the data of a SRV record as it is on the wire.
func serviceLocation(host string, port uint16) ([]byte, error) {
	data := make([]byte, 6+256)
	data[4], data[5] = byte(port>>8), byte(port)
	end, err := dns.PackDomainName(dns.Fqdn(host), data, 6, nil, false)
	if err != nil {
		return nil, fmt.Errorf("write the name %q: %w", host, err)
	}
	return data[:end], nil
}

var escaper = strings.NewReplacer(`\`, `\\`, `.`, `\.`)

// escape makes one label of a text that may have dots in it.
func escape(text string) string { return escaper.Replace(text) }

var quoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quoted is how the strings of a TXT record are kept.
func quoted(text []string) (all []string) {
	for _, line := range text {
		all = append(all, quoter.Replace(line))
	}
	return all
}

// same says whether two records say the same, whatever their age.
func same(a, b dns.RR) bool {
	b = dns.Copy(b)
	b.Header().Class &^= flush
	return dns.IsDuplicate(a, b)
}
