package announce

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"inkwell/ipp/wire"
)

// mostFound is how many names of each kind are kept of what the network says.
const mostFound = 500

// hearing is what was heard so far. Names are kept as they came, in lower case.
type hearing struct {
	mu        sync.Mutex
	instances map[string]string // full name of a service, its way
	located   map[string]*dns.SRV
	texts     map[string][]string
	hosts     map[string]netip.Addr
}

func newHearing() *hearing {
	return &hearing{instances: map[string]string{}, located: map[string]*dns.SRV{}, texts: map[string][]string{}, hosts: map[string]netip.Addr{}}
}

var foundWays = map[string]string{foundIPPS: "ipps", foundIPP: "ipp", foundSocket: "socket"}

// questions are those that have no answer yet.
func (h *hearing) questions() (all []dns.Question) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ask := func(name string, kind uint16) {
		all = append(all, dns.Question{Name: name, Qtype: kind, Qclass: dns.ClassINET})
	}
	for _, kind := range []string{foundIPPS, foundIPP, foundSocket} {
		ask(kind, dns.TypePTR)
	}
	for name := range h.instances {
		at := h.located[name]
		if at == nil {
			ask(name, dns.TypeSRV)
		} else if _, ok := h.hosts[strings.ToLower(at.Target)]; !ok {
			ask(at.Target, dns.TypeA)
		}
		if h.texts[name] == nil {
			ask(name, dns.TypeTXT)
		}
	}
	return all
}

// hear keeps what an answer says of printers.
func (h *hearing) hear(m *dns.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, rr := range slices.Concat(m.Answer, m.Extra) {
		name := strings.ToLower(rr.Header().Name)
		switch rr := rr.(type) {
		case *dns.PTR:
			if way := foundWays[name]; way != "" && strings.HasSuffix(strings.ToLower(rr.Ptr), "."+name) {
				put(h.instances, strings.ToLower(rr.Ptr), way)
			}
		case *dns.SRV:
			put(h.located, name, rr)
		case *dns.TXT:
			put(h.texts, name, rr.Txt)
		case *dns.A:
			if a, ok := netip.AddrFromSlice(rr.A.To4()); ok {
				put(h.hosts, name, a)
			}
		}
	}
}

func put[V any](in map[string]V, name string, v V) {
	if _, there := in[name]; there || len(in) < mostFound {
		in[name] = v
	}
}

// printers are those that were heard of whole, each by its best way, in the order of names.
func (h *hearing) printers() []Found {
	h.mu.Lock()
	defer h.mu.Unlock()
	best := map[string]Found{}
	for instance, way := range h.instances {
		f, ok := h.printer(instance, way)
		key := strings.ToLower(f.Name) + " " + f.At.Addr().String()
		if was, there := best[key]; ok && (!there || rank(f.Way) < rank(was.Way)) {
			best[key] = f
		}
	}
	all := make([]Found, 0, len(best))
	for _, f := range best {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Found) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), a.At.Compare(b.At))
	})
	return all
}

func rank(way string) int { return slices.Index([]string{"ipps", "ipp", "socket"}, way) }

// printer is one that is announced under a name. Port 0 says that it does not print that
// way (Bonjour Printing Specification 4.2.1).
func (h *hearing) printer(instance, way string) (f Found, ok bool) {
	at := h.located[instance]
	if at == nil || at.Port == 0 {
		return f, false
	}
	host, known := h.hosts[strings.ToLower(at.Target)]
	if !known {
		return f, false
	}
	about := map[string]string{}
	for _, line := range h.texts[instance] {
		key, value, _ := strings.Cut(unescape(line), "=")
		if key = strings.ToLower(key); about[key] == "" {
			about[key] = value
		}
	}
	label, _, _ := cutLabel(at.Hdr.Name)
	f = Found{
		Name: wire.Clean(unescape(label), 60), Model: wire.Clean(about["ty"], 80), Room: wire.Clean(about["note"], 60),
		Way: way, At: netip.AddrPortFrom(host, at.Port), PDF: slices.Contains(strings.Split(strings.ToLower(about["pdl"]), ","), "application/pdf"),
		Duplex: about["duplex"] == "T", Colour: about["color"] == "T", A3: strings.HasSuffix(about["papermax"], "A3") || strings.HasSuffix(about["papermax"], "A2"),
	}
	if way != "socket" {
		f.Path = "/" + strings.TrimPrefix(about["rp"], "/")
	}
	return f, f.Name != ""
}

// cutLabel takes the first label off a name, as it is written.
func cutLabel(name string) (label, rest string, found bool) {
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case '.':
			return name[:i], name[i+1:], true
		}
	}
	return name, "", false
}

// unescape is the bytes of a label or a text that the library has written out.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		if i+3 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+4], 10, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		i++
		b.WriteByte(text[i])
	}
	return b.String()
}
