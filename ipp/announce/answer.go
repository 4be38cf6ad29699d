package announce

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// late is the answer that waits a moment on a link, since others may answer too, and
// for others that ask the same. There is one a link.
type late struct {
	due     time.Time
	link    *link
	records []*record
}

// Everybody is told a record at most once in so long (RFC 6762 section 6.2), and
// one that others may have too after a wait of 20 to 120 ms (section 6).
const (
	onceIn   = time.Second
	waitFrom = 20 * time.Millisecond
	waitMore = 100 * time.Millisecond
	// legacyTTL is what computers remember who do not speak multicast DNS (section 6.7).
	legacyTTL = 10
)

// take does what a packet asks for. What is malformed, or came neither to everybody
// nor from the same network, is not looked at (section 11).
func (r *own) take(p packet) {
	i := slices.IndexFunc(r.links, func(l *link) bool { return l.index == p.link })
	if i < 0 || !p.group && !r.links[i].near(p.from.Addr()) {
		return
	}
	l := r.links[i]
	var m dns.Msg
	if m.Unpack(p.raw) != nil || m.Opcode != dns.OpcodeQuery || m.Rcode != dns.RcodeSuccess {
		return
	}
	mine := slices.ContainsFunc(r.links, func(l *link) bool { return l.own(p.from.Addr()) })
	switch {
	case m.Response && !mine && p.from.Port() == port:
		r.conflicts(slices.Concat(m.Answer, m.Extra))
	case m.Response:
	default:
		if len(m.Ns) > 0 && !mine {
			r.contest(m.Ns)
		}
		r.answer(&m, p, l)
	}
}

// answer answers a query: to everybody, or to its sender alone if that is wanted or
// the sender knows no better.
func (r *own) answer(m *dns.Msg, p packet, l *link) {
	alone, all := r.find(m, l)
	legacy := p.from.Port() != port
	if legacy || !p.group {
		alone, all = append(alone, all...), nil
	}
	if len(alone) > 0 && l.near(p.from.Addr()) {
		r.reply(m, p, l, alone, legacy)
	} else {
		all = append(all, alone...)
	}
	probe := len(m.Ns) > 0
	if !probe {
		all = r.untold(all, l)
	}
	switch {
	case len(all) == 0:
	case probe || !slices.ContainsFunc(all, func(rec *record) bool { return !rec.unique }):
		r.answerAll(l, all)
	default:
		r.wait(l, all)
	}
}

// untold are the records that have not just been told to everybody on a link.
func (r *own) untold(records []*record, l *link) []*record {
	now := r.clock()
	return slices.DeleteFunc(records, func(rec *record) bool { return now.Sub(rec.sent[l.index]) < onceIn })
}

// wait adds to the answer that waits on a link, or has one wait.
func (r *own) wait(l *link, records []*record) {
	i := slices.IndexFunc(r.pending, func(p late) bool { return p.link == l })
	if i < 0 {
		moment := waitFrom + rand.N(waitMore) // #nosec G404 -- only to keep machines apart
		r.pending = append(r.pending, late{r.clock().Add(moment), l, records})
		return
	}
	for _, rec := range records {
		if p := &r.pending[i]; !slices.Contains(p.records, rec) {
			p.records = append(p.records, rec)
		}
	}
}

// answerLate sends an answer that has waited, without what was told meanwhile and what
// is no longer true.
func (r *own) answerLate(p late) {
	records := slices.DeleteFunc(r.untold(p.records, p.link), func(rec *record) bool {
		return !slices.ContainsFunc(r.claims, func(c *claim) bool {
			return c.stage >= announcing && (slices.Contains(c.records, rec) || slices.Contains(c.nothing, rec))
		})
	})
	if len(records) > 0 {
		r.answerAll(p.link, records)
	}
}

// find is the records that the questions ask for and the asker does not know: those
// to be told alone, and those for everybody.
func (r *own) find(m *dns.Msg, l *link) (alone, all []*record) {
	for _, q := range m.Question {
		if class := q.Qclass &^ flush; class != dns.ClassINET && class != dns.ClassANY {
			continue
		}
		for _, rec := range r.matching(q, l) {
			switch {
			case slices.Contains(alone, rec) || slices.Contains(all, rec) || known(m.Answer, rec):
			case q.Qclass&flush != 0:
				alone = append(alone, rec)
			default:
				all = append(all, rec)
			}
		}
	}
	return alone, all
}

// matching are the records of a name and a type on a link. If the name is ours and
// nothing of that type is there, it is the record that says so (section 6.1).
func (r *own) matching(q dns.Question, l *link) (found []*record) {
	var have []uint16
	var owner *claim
	for _, c := range r.claims {
		for _, rec := range c.records {
			h := rec.rr.Header()
			if c.stage < announcing || !rec.on(l) || !strings.EqualFold(h.Name, q.Name) {
				continue
			}
			if q.Qtype == dns.TypeANY || q.Qtype == h.Rrtype {
				found = append(found, rec)
			}
			if rec.unique && !slices.Contains(have, h.Rrtype) {
				have, owner = append(have, h.Rrtype), c
			}
		}
	}
	if len(found) == 0 && len(have) > 0 {
		found = append(found, owner.nothingElse(q.Name, have, l))
	}
	return found
}

// nothingElse is the record that a name has nothing but these types on a link. It is
// kept, to be told as seldom as the others.
func (c *claim) nothingElse(name string, have []uint16, l *link) *record {
	i := slices.IndexFunc(c.nothing, func(rec *record) bool { return rec.link == l.index && strings.EqualFold(rec.rr.Header().Name, name) })
	if i >= 0 {
		return c.nothing[i]
	}
	slices.Sort(have)
	rec := newRecord(&dns.NSEC{Hdr: header(name, dns.TypeNSEC, ttlHost), NextDomain: name, TypeBitMap: have}, true)
	rec.link = l.index
	c.nothing = append(c.nothing, rec)
	return rec
}

// known says whether the asker has said that it knows a record, for half its time
// at least (section 7.1).
func known(answers []dns.RR, rec *record) bool {
	return slices.ContainsFunc(answers, func(rr dns.RR) bool {
		return rr.Header().Ttl >= rec.rr.Header().Ttl/2 && same(rec.rr, rr)
	})
}

// reply answers one computer. One that does not speak multicast DNS is answered as
// an ordinary server would (section 6.7).
func (r *own) reply(query *dns.Msg, p packet, l *link, records []*record, legacy bool) {
	m := response()
	age := func(rec *record) uint32 { return rec.rr.Header().Ttl }
	if legacy {
		m.Id, m.Question = query.Id, query.Question
		age = func(rec *record) uint32 { return min(legacyTTL, rec.rr.Header().Ttl) }
	}
	for _, rec := range records {
		m.Answer = append(m.Answer, rec.out(age(rec), !legacy))
	}
	for _, rec := range r.further(records, l) {
		m.Extra = append(m.Extra, rec.out(age(rec), !legacy))
	}
	r.send(p.via, l, m, p)
}

// answerAll answers everybody on a link.
func (r *own) answerAll(l *link, records []*record) {
	m := response()
	now := r.clock()
	for _, rec := range records {
		m.Answer = append(m.Answer, rec.out(rec.rr.Header().Ttl, true))
		rec.sent[l.index] = now
	}
	for _, rec := range r.further(records, l) {
		m.Extra = append(m.Extra, rec.out(rec.rr.Header().Ttl, true))
	}
	r.everybody(l, m)
}

// further are the records that whoever asked will ask for next: of a service its
// place and text, of a place its addresses (RFC 6763 section 12).
func (r *own) further(records []*record, l *link) (more []*record) {
	add := func(name string) {
		for _, rec := range r.matching(dns.Question{Name: name, Qtype: dns.TypeANY}, l) {
			if !slices.Contains(records, rec) && !slices.Contains(more, rec) {
				more = append(more, rec)
			}
		}
	}
	for _, rec := range records {
		if pointer, ok := rec.rr.(*dns.PTR); ok && rec.rr.Header().Name != allTypes {
			add(pointer.Ptr)
		}
	}
	for _, rec := range slices.Concat(records, more) {
		if place, ok := rec.rr.(*dns.SRV); ok {
			add(place.Target)
		}
	}
	return more
}
