package announce

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// quiet is a responder without sockets, on one link, at a time of its own.
func quiet(t testing.TB, entries ...entry) *own {
	t.Helper()
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	r := &own{log: slog.New(slog.DiscardHandler), names: &names{}, clock: func() time.Time { return now }}
	r.links = []*link{{index: 2, prefixes: []netip.Prefix{netip.MustParsePrefix("10.77.0.1/24")}, told: []netip.Addr{netip.MustParseAddr("10.77.0.1")}}}
	r.host = &claim{host: true, name: "server"}
	r.claims = []*claim{r.host}
	r.begin(r.host)
	r.adopt(entries)
	return r
}

// settle is the claims' probes and announcements, unheard by anybody.
func (r *own) settle(t testing.TB) {
	t.Helper()
	for range int(settled) {
		for _, c := range r.claims {
			if c.stage < settled {
				r.advance(c, r.clock())
			}
		}
	}
	for _, c := range r.claims {
		if c.stage != settled || !c.told {
			t.Fatalf("%q is at %d", c.name, c.stage)
		}
	}
}

var printEntry = entry{key: "/ipp/print", name: "St. John's (Hill)", port: 8631, text: []string{"txtvers=1", `note=the "old" hall`}}

// Names as they come by the network.
const (
	instance = `St\.\ John\'s\ \(Hill\)._ipps._tcp.local.`
	defended = `St\.\ John\'s\ \(Hill\)._printer._tcp.local.`
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	ask := func(questions ...dns.Question) (answers, further string) {
		alone, all := r.find(&dns.Msg{Question: questions}, r.links[0])
		return lines(append(alone, all...)), lines(r.further(append(alone, all...), r.links[0]))
	}
	question := func(name string, kind uint16) dns.Question {
		return dns.Question{Name: name, Qtype: kind, Qclass: dns.ClassINET}
	}
	if got, _ := ask(question(kind+"."+domain, dns.TypePTR)); got != "" {
		t.Errorf("before the name is ours: %s", got)
	}
	r.settle(t)
	for _, c := range []struct {
		name          string
		kind          uint16
		want, further string
	}{
		{"_ipps._tcp.local.", dns.TypePTR, "PTR " + instance, "SRV 8631 server.local., TXT, A 10.77.0.1"},
		{"_IPPS._tcp.local.", dns.TypeANY, "PTR " + instance, "SRV 8631 server.local., TXT, A 10.77.0.1"},
		{"_print._sub._ipps._tcp.local.", dns.TypePTR, "PTR " + instance, "SRV 8631 server.local., TXT, A 10.77.0.1"},
		{"_universal._sub._ipps._tcp.local.", dns.TypePTR, "PTR " + instance, "SRV 8631 server.local., TXT, A 10.77.0.1"},
		{"_services._dns-sd._udp.local.", dns.TypePTR, "PTR _ipps._tcp.local.", ""},
		{instance, dns.TypeSRV, "SRV 8631 server.local.", "A 10.77.0.1"},
		{strings.ToUpper(instance), dns.TypeTXT, "TXT", ""},
		{instance, dns.TypeA, "NSEC [TXT SRV]", ""},
		{defended, dns.TypeANY, "SRV 0 server.local.", "A 10.77.0.1"},
		{"server.local.", dns.TypeA, "A 10.77.0.1", ""},
		{"server.local.", dns.TypeAAAA, "NSEC [A]", ""},
		{"_ipp._tcp.local.", dns.TypePTR, "", ""},
		{"_printer._tcp.local.", dns.TypePTR, "", ""},
		{"other.local.", dns.TypeA, "", ""},
		{"_ipps._tcp.local.", dns.TypeTXT, "", ""},
	} {
		got, further := ask(question(c.name, c.kind))
		if got != c.want || further != c.further {
			t.Errorf("%s %s: %q and %q, want %q and %q", c.name, dns.TypeToString[c.kind], got, further, c.want, c.further)
		}
	}
	if got, _ := ask(dns.Question{Name: "server.local.", Qtype: dns.TypeA, Qclass: dns.ClassCHAOS}); got != "" {
		t.Errorf("in another class: %s", got)
	}
}

// lines are records in short.
func lines(records []*record) string {
	var all []string
	for _, rec := range records {
		switch rr := rec.rr.(type) {
		case *dns.PTR:
			all = append(all, "PTR "+rr.Ptr)
		case *dns.SRV:
			all = append(all, fmt.Sprintf("SRV %d %s", rr.Port, rr.Target))
		case *dns.A:
			all = append(all, "A "+rr.A.String())
		case *dns.NSEC:
			var kinds []string
			for _, k := range rr.TypeBitMap {
				kinds = append(kinds, dns.TypeToString[k])
			}
			all = append(all, fmt.Sprint("NSEC ", kinds))
		default:
			all = append(all, dns.TypeToString[rec.rr.Header().Rrtype])
		}
	}
	return strings.Join(all, ", ")
}

// What the asker knows already is not said again, unless it is about to forget it.
func TestKnownAnswers(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	r.settle(t)
	for ttl, want := range map[uint32]int{ttlOther: 0, ttlOther / 2: 0, ttlOther/2 - 1: 1} {
		m := &dns.Msg{}
		m.SetQuestion(kind+"."+domain, dns.TypePTR)
		m.Answer = []dns.RR{&dns.PTR{Hdr: header(kind+"."+domain, dns.TypePTR, ttl), Ptr: instance}}
		if _, all := r.find(overTheWire(t, m), r.links[0]); len(all) != want {
			t.Errorf("known for %d s: %d answers, want %d", ttl, len(all), want)
		}
	}
}

// overTheWire is a message as its reader has it.
func overTheWire(t testing.TB, m *dns.Msg) *dns.Msg {
	t.Helper()
	raw, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	var back dns.Msg
	if err := back.Unpack(raw); err != nil {
		t.Fatal(err)
	}
	return &back
}

// query is a packet that asks for the type.
func query(t testing.TB, from string, group bool) packet {
	t.Helper()
	m := &dns.Msg{}
	m.SetQuestion(kind+"."+domain, dns.TypePTR)
	raw, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return packet{raw: raw, link: 2, from: netip.MustParseAddrPort(from), group: group, via: &socket{is4: true}}
}

// Everybody is told at most once a second, after a moment; and nobody outside.
func TestWhoIsAnswered(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	r.settle(t)
	now := r.clock()
	r.take(query(t, "10.77.0.9:5353", true))
	if len(r.pending) != 0 {
		t.Error("said again within a second of the announcement")
	}
	r.clock = func() time.Time { return now.Add(2 * time.Second) }
	for _, p := range []packet{query(t, "203.0.113.9:5353", false), {raw: []byte("?"), link: 2, group: true}, {link: 7, group: true, raw: query(t, "10.77.0.9:5353", true).raw}} {
		r.take(p)
	}
	if len(r.pending) != 0 {
		t.Error("answered a stranger, nonsense or another link")
	}
	r.take(query(t, "10.77.0.9:5353", true))
	if len(r.pending) != 1 {
		t.Fatalf("%d answers wait", len(r.pending))
	}
	wait := r.pending[0].due.Sub(r.clock())
	if wait < waitFrom || wait > waitFrom+waitMore || r.sleep() != wait {
		t.Errorf("it waits %s, the loop %s", wait, r.sleep())
	}
	r.clock = func() time.Time { return now.Add(3 * time.Second) }
	r.work()
	if len(r.pending) != 0 || !r.claims[1].records[0].sent[2].Equal(r.clock()) {
		t.Error("the answer was not sent")
	}
}

// A whole room that asks at once is answered once.
func TestABurstIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	r.settle(t)
	now := r.clock().Add(2 * time.Second)
	r.clock = func() time.Time { return now }
	pointer := r.claims[1].records[0]
	told := map[time.Time]bool{pointer.sent[2]: true}
	for range 30 {
		r.take(query(t, "10.77.0.9:5353", true))
		if len(r.pending) > 1 {
			t.Fatalf("%d answers wait on one link", len(r.pending))
		}
		now = now.Add(4 * time.Millisecond)
		r.work()
		told[pointer.sent[2]] = true
	}
	now = now.Add(waitFrom + waitMore)
	r.work()
	told[pointer.sent[2]] = true
	if len(told) != 2 || len(r.pending) != 0 {
		t.Errorf("after the announcement it was told %d times, %d answers wait", len(told)-1, len(r.pending))
	}
}

// An answer that waits takes up what others ask meanwhile, and is made of what is true
// and untold when it goes.
func TestWhatWaitsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	r.settle(t)
	now := r.clock().Add(2 * time.Second)
	r.clock = func() time.Time { return now }
	gone, l := r.claims[1], r.links[0]
	pointer, kinds := gone.records[0], gone.records[1]
	none := r.matching(dns.Question{Name: "server.local.", Qtype: dns.TypeAAAA}, l)
	if again := r.matching(dns.Question{Name: "SERVER.local.", Qtype: dns.TypeAAAA}, l); len(none) != 1 || again[0] != none[0] {
		t.Errorf("that there is none: %s, then %s", lines(none), lines(again))
	}
	r.wait(l, []*record{pointer})
	r.wait(l, append([]*record{pointer, kinds}, none...))
	if got := lines(r.pending[0].records); len(r.pending) != 1 || got != "PTR "+instance+", PTR _ipps._tcp.local., NSEC [A]" {
		t.Fatalf("%d answers wait, the first with %s", len(r.pending), got)
	}
	kinds.sent[2] = now
	now = now.Add(waitFrom + waitMore)
	r.adopt(nil)
	before := pointer.sent[2]
	r.work()
	if !pointer.sent[2].Equal(before) || kinds.sent[2].Equal(now) || !none[0].sent[2].Equal(now) {
		t.Errorf("at %s: %s was told, %s was told, %s was told", now, pointer.sent[2], kinds.sent[2], none[0].sent[2])
	}
	if got := r.untold(none, l); len(got) != 0 {
		t.Errorf("at once it is told again: %s", lines(got))
	}
}

// Somebody else says something else of our names.
func TestConflicts(t *testing.T) {
	t.Parallel()
	foreign := []dns.RR{&dns.SRV{Hdr: header(strings.ToLower(instance), dns.TypeSRV, 120), Port: 9, Target: "else.local."}}
	r := quiet(t, printEntry)
	c := r.claims[1]
	r.conflicts(foreign)
	if c.number != 2 || !slices.Contains(c.ours(), `St\.\ John\'s\ \(Hill\)\ \(2\)._ipps._tcp.local.`) {
		t.Fatalf("while probing: number %d, %q", c.number, c.ours())
	}
	r.conflicts(foreign)
	if c.number != 2 {
		t.Error("it gave way to a name that it no longer wants")
	}

	r = quiet(t, printEntry)
	r.settle(t)
	c = r.claims[1]
	for _, harmless := range [][]dns.RR{
		{c.records[2].out(120, true)}, // our own words, from another interface
		{&dns.SRV{Hdr: header(instance, dns.TypeSRV, 0), Target: "else.local."}},
		{&dns.PTR{Hdr: header(kind+"."+domain, dns.TypePTR, 4500), Ptr: "Other._ipps._tcp.local."}},
	} {
		if r.conflicts(harmless); c.stage != settled {
			t.Fatalf("%v is no conflict", harmless)
		}
	}
	r.conflicts(foreign)
	if c.stage != probing || c.number != 0 {
		t.Fatalf("a name that is ours: stage %d, number %d", c.stage, c.number)
	}
	r.conflicts(foreign)
	if c.number != 2 {
		t.Error("it did not give way")
	}
}

// When the host has to take another name, its services move with it.
func TestHostConflict(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	r.conflicts([]dns.RR{&dns.A{Hdr: header("server.local.", dns.TypeA, 120), A: []byte{10, 77, 0, 9}}})
	if got := lines(r.claims[1].records[2:3]); got != "SRV 8631 server-2.local." {
		t.Errorf("the service is at %s", got)
	}
	for range manyConflicts {
		r.giveWay(r.host)
	}
	if wait := r.host.due.Sub(r.clock()); wait != afterConflicts {
		t.Errorf("after many conflicts it waits %s", wait)
	}
}

// Of two that ask for a name at once exactly one waits.
func TestContest(t *testing.T) {
	t.Parallel()
	a, b := quiet(t, printEntry), quiet(t, printEntry)
	b.host.name = "other"
	b.begin(b.claims[1])
	wish := func(r *own) (all []dns.RR) {
		m := &dns.Msg{}
		for _, rec := range r.claims[1].records {
			if rec.unique {
				m.Ns = append(m.Ns, rec.out(120, false))
			}
		}
		return overTheWire(t, m).Ns
	}
	fromA, fromB := wish(a), wish(b)
	a.contest(fromB)
	b.contest(fromA)
	waits := func(r *own) bool { return r.claims[1].due.Sub(r.clock()) == betweenTells }
	if waits(a) == waits(b) {
		t.Errorf("a waits: %t, b waits: %t", waits(a), waits(b))
	}
	a.contest(fromA)
	if a.claims[1].number != 0 {
		t.Error("its own words took its name away")
	}
}

// What changes is told, what goes is taken back, and what stays is left alone.
func TestAdopt(t *testing.T) {
	t.Parallel()
	r := quiet(t, printEntry)
	r.settle(t)
	c := r.claims[1]
	r.adopt([]entry{printEntry})
	if c.stage != settled {
		t.Error("nothing changed, and it was told again")
	}
	changed := printEntry
	changed.text = []string{"txtvers=1"}
	r.adopt([]entry{changed})
	if c.stage != announcing || c.records[3].rr.(*dns.TXT).Txt[0] != "txtvers=1" || len(c.records[3].rr.(*dns.TXT).Txt) != 1 {
		t.Errorf("another text: stage %d, %v", c.stage, c.records[3].rr)
	}
	changed.name = "Hall"
	r.adopt([]entry{changed})
	if c.stage != probing || c.ours()[0] != "Hall._ipps._tcp.local." {
		t.Errorf("another name: stage %d, %q", c.stage, c.ours())
	}
	r.adopt(nil)
	if len(r.claims) != 1 || !r.claims[0].host {
		t.Errorf("%d claims are left", len(r.claims))
	}
}

// Whatever comes by the network, the responder lives.
func FuzzTake(f *testing.F) {
	f.Add(query(f, "10.77.0.9:5353", true).raw)
	f.Add([]byte{})
	r := quiet(f, printEntry)
	probe := &dns.Msg{Question: []dns.Question{{Name: instance, Qtype: dns.TypeANY, Qclass: dns.ClassINET | flush}}, Ns: []dns.RR{r.claims[1].records[2].rr}}
	answer := response()
	answer.Answer = []dns.RR{&dns.SRV{Hdr: header(instance, dns.TypeSRV, 120), Target: "."}, &dns.TXT{Hdr: header(instance, dns.TypeTXT, 120), Txt: []string{""}}}
	for _, m := range []*dns.Msg{probe, answer} {
		raw, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := quiet(t, printEntry)
		p := packet{raw: raw, link: 2, from: netip.MustParseAddrPort("10.77.0.9:5353"), group: true, via: &socket{is4: true}}
		r.links = append(r.links, &link{index: 3}) // where nobody is: nothing is sent from here
		p.link = 3
		r.take(p)
		r.settle(t)
		r.take(p)
		r.work()
	})
}
