package announce

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// claim is a name that we would like to have, or have: the host's or a service's.
type claim struct {
	host    bool
	entry   entry  // of a service
	name    string // without a number
	number  int    // 0 and 1: none
	stage   stage
	due     time.Time // of the next step, while the stage is not settled
	lost    int       // conflicts since the name was last ours
	told    bool      // it has been announced
	records []*record
	nothing []*record // that a name has nothing of a type, as asked for so far
}

// stage is how far a claim has come (RFC 6762 section 8): three probes, two
// announcements.
type stage int

const (
	probing    stage = 0
	announcing stage = 3
	settled    stage = 5
)

const (
	betweenProbes = 250 * time.Millisecond
	betweenTells  = time.Second
	// After so many conflicts in a row the next probe waits (section 8.1).
	manyConflicts  = 15
	afterConflicts = 5 * time.Second
)

// begin claims a name: it asks whether somebody has it.
func (r *own) begin(c *claim) {
	r.build(c)
	c.stage, c.told = probing, false
	c.due = r.clock().Add(rand.N(betweenProbes)) // #nosec G404 -- only to keep machines that start together apart
}

// build makes a claim's records for the name that it has now.
func (r *own) build(c *claim) {
	c.nothing = nil
	if c.host {
		c.records = hostRecords(r.hostFQDN(), r.links)
		return
	}
	c.records = serviceRecords(c.entry, numbered(c.name, c.number), r.hostFQDN())
}

// hostFQDN is our host's name on the network.
func (r *own) hostFQDN() string {
	name := r.host.name
	if r.host.number > 1 {
		suffix := fmt.Sprintf("-%d", r.host.number)
		name = cut(name, longest-len(suffix)) + suffix
	}
	return name + "." + domain
}

// advance takes a claim's next step.
func (r *own) advance(c *claim, now time.Time) {
	if c.stage < announcing {
		r.probe(c)
		c.due = now.Add(betweenProbes)
	} else {
		if !c.host { // before whoever hears of it asks for it
			r.names.set(c.entry.key, numbered(c.name, c.number))
		}
		r.tell(c)
		c.due, c.told, c.lost = now.Add(betweenTells), true, 0
	}
	c.stage++
}

// ours are the names that nobody else may have.
func (c *claim) ours() (names []string) {
	for _, rec := range c.records {
		if name := rec.rr.Header().Name; rec.unique && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// probe asks whether somebody has the claim's names, and says what we would do with
// them (section 8.1).
func (r *own) probe(c *claim) {
	for _, l := range r.links {
		m := &dns.Msg{}
		for _, name := range c.ours() {
			m.Question = append(m.Question, dns.Question{Name: name, Qtype: dns.TypeANY, Qclass: dns.ClassINET | flush})
		}
		for _, rec := range c.records {
			if rec.unique && rec.on(l) {
				m.Ns = append(m.Ns, rec.out(rec.rr.Header().Ttl, false))
			}
		}
		r.everybody(l, m)
	}
}

// tell announces a claim to everybody (section 8.3).
func (r *own) tell(c *claim) {
	for _, l := range r.links {
		m := response()
		for _, rec := range c.records {
			if rec.on(l) {
				m.Answer = append(m.Answer, rec.out(rec.rr.Header().Ttl, true))
				rec.sent[l.index] = r.clock()
			}
		}
		r.everybody(l, m)
	}
}

// goodbye has everybody forget the service that a claim announced (section 10.1);
// what we shall say again under another name only if all. The host stays: an Avahi
// that takes over from us has the same name for it.
func (r *own) goodbye(c *claim, all bool) {
	if !c.told || c.host {
		return
	}
	for _, l := range r.links {
		m := response()
		for _, rec := range c.records {
			// Others may have services of our type: the type itself stays.
			if rec.on(l) && (all || !rec.unique) && rec.rr.Header().Name != allTypes {
				m.Answer = append(m.Answer, rec.out(0, true))
			}
		}
		r.everybody(l, m)
	}
	c.told = false
	r.names.set(c.entry.key, "")
}

// response begins an answer (section 18).
func response() *dns.Msg {
	return &dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}}
}

// conflicts looks whether somebody else says something else of a name of ours
// (section 9). While we only wish to have it, we take another; if it was ours, we
// ask again.
func (r *own) conflicts(said []dns.RR) {
	for _, c := range slices.Clone(r.claims) {
		if !slices.ContainsFunc(said, c.contradicts) {
			continue
		}
		if c.stage >= announcing {
			c.stage, c.due = probing, r.clock()
			continue
		}
		r.giveWay(c)
	}
}

// contradicts says whether a record is another than ours of the same name and type.
func (c *claim) contradicts(rr dns.RR) bool {
	h := rr.Header()
	alike := false
	for _, rec := range c.records {
		o := rec.rr.Header()
		if !rec.unique || h.Ttl == 0 || h.Rrtype != o.Rrtype || !strings.EqualFold(h.Name, o.Name) {
			continue
		}
		if same(rec.rr, rr) {
			return false
		}
		alike = true
	}
	return alike
}

// giveWay takes the next name. Services move with their host.
func (r *own) giveWay(c *claim) {
	r.goodbye(c, false)
	c.number = max(2, c.number+1)
	c.lost++
	r.log.Info("somebody else has the name of a printer or of this server; ours has a number now", "number", c.number, "host", c.host)
	r.begin(c)
	if c.lost >= manyConflicts {
		c.due = r.clock().Add(afterConflicts)
	}
	if !c.host {
		return
	}
	for _, other := range r.claims {
		if !other.host {
			r.build(other)
			if other.stage > announcing {
				other.stage, other.due = announcing, c.due.Add(announcingAfter)
			}
		}
	}
}

// announcingAfter is how long a claim takes from its first probe to its first
// announcement.
const announcingAfter = time.Duration(announcing) * betweenProbes

// contest settles who may have a name for which somebody probes just as we do: the
// one whose records are later in order. If that is not us we wait a second and ask
// again (section 8.2).
func (r *own) contest(wished []dns.RR) {
	for _, c := range r.claims {
		if c.stage >= announcing {
			continue
		}
		for _, name := range c.ours() {
			var mine, theirs [][]byte
			for _, rec := range c.records {
				if rec.unique && strings.EqualFold(rec.rr.Header().Name, name) {
					mine = append(mine, order(rec.rr))
				}
			}
			for _, rr := range wished {
				if strings.EqualFold(rr.Header().Name, name) {
					theirs = append(theirs, order(rr))
				}
			}
			if len(theirs) > 0 && earlier(mine, theirs) {
				c.stage, c.due = probing, r.clock().Add(betweenTells)
				break
			}
		}
	}
}

// order is a record as the contest compares it: class, type, data.
func order(rr dns.RR) []byte {
	rr = dns.Copy(rr)
	rr.Header().Name, rr.Header().Ttl = ".", 0
	rr.Header().Class &^= flush
	raw, err := wireForm(rr)
	if err != nil || len(raw) < 11 {
		return nil
	}
	// ".": 1 octet, type 2, class 2, age 4, length 2.
	return slices.Concat(raw[3:5], raw[1:3], raw[11:])
}

// earlier says whether mine lose against theirs.
func earlier(mine, theirs [][]byte) bool {
	slices.SortFunc(mine, bytes.Compare)
	slices.SortFunc(theirs, bytes.Compare)
	return slices.CompareFunc(mine, theirs, bytes.Compare) < 0
}
