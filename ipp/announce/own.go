package announce

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// own announces by itself: a multicast DNS responder (RFC 6762). Everything it
// knows belongs to the one goroutine of run.
type own struct {
	options Options
	log     *slog.Logger
	clock   func() time.Time
	links   []*link
	sockets []*socket
	names   *names

	packets chan packet
	orders  chan []entry
	failed  chan struct{} // a socket has failed
	quit    chan struct{}
	done    chan struct{}
	readers sync.WaitGroup
	bell    chan struct{}

	host    *claim
	claims  []*claim // the host's first
	pending []late
}

// rest is how long the loop sleeps when nothing is due.
const rest = time.Hour

func (r *own) news() <-chan struct{} { return r.bell }

// publish asks for other entries. When the machine's networks have changed, the
// responder has to be opened anew.
func (r *own) publish(_ context.Context, entries []entry) error {
	links, err := linksOf(r.options)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(links, r.links, (*link).equal) {
		return errAnew
	}
	select {
	case r.orders <- entries:
		return nil
	case <-r.done:
		return errAnew
	}
}

// close says goodbye and ends the responder.
func (r *own) close() {
	close(r.quit)
	<-r.done
}

// run is the responder's life.
func (r *own) run() {
	defer close(r.done)
	defer func() {
		for _, s := range r.sockets {
			s.close()
		}
		r.readers.Wait()
	}()
	for {
		due := time.NewTimer(r.sleep())
		select {
		case p := <-r.packets:
			r.take(p)
		case entries := <-r.orders:
			r.adopt(entries)
		case <-due.C:
			r.work()
		case <-r.failed:
			due.Stop()
			r.ring()
			return
		case <-r.quit:
			due.Stop()
			for _, c := range r.claims {
				r.goodbye(c, true)
			}
			return
		}
		due.Stop()
	}
}

func (r *own) ring() {
	select {
	case r.bell <- struct{}{}:
	default: // it rings already
	}
}

// sleep is how long nothing has to be done.
func (r *own) sleep() time.Duration {
	sleep := rest
	now := r.clock()
	for _, c := range r.claims {
		if c.stage < settled {
			sleep = min(sleep, c.due.Sub(now))
		}
	}
	for _, l := range r.pending {
		sleep = min(sleep, l.due.Sub(now))
	}
	return max(sleep, 0)
}

// work does what is due.
func (r *own) work() {
	now := r.clock()
	for _, c := range r.claims {
		if c.stage < settled && !c.due.After(now) {
			r.advance(c, now)
		}
	}
	var later []late
	for _, l := range r.pending {
		if l.due.After(now) {
			later = append(later, l)
			continue
		}
		r.answerLate(l)
	}
	r.pending = later
}

// adopt makes the claims those of the entries.
func (r *own) adopt(entries []entry) {
	r.claims = slices.DeleteFunc(r.claims, func(c *claim) bool {
		gone := !c.host && !slices.ContainsFunc(entries, func(e entry) bool { return e.key == c.entry.key })
		if gone {
			r.goodbye(c, true)
		}
		return gone
	})
	for _, e := range entries {
		i := slices.IndexFunc(r.claims, func(c *claim) bool { return !c.host && c.entry.key == e.key })
		if i < 0 {
			c := &claim{entry: e, name: e.name}
			r.claims = append(r.claims, c)
			r.begin(c)
			continue
		}
		r.change(r.claims[i], e)
	}
}

// change makes a claim that of a changed entry. Another name or port begins anew;
// another text is only told.
func (r *own) change(c *claim, e entry) {
	switch {
	case c.entry.name != e.name || c.entry.port != e.port:
		r.goodbye(c, true)
		c.entry, c.name, c.number = e, e.name, 0
		r.begin(c)
	case !slices.Equal(c.entry.text, e.text):
		c.entry = e
		r.build(c)
		if c.stage > announcing {
			c.stage, c.due = announcing, r.clock()
		}
	}
}

// everybody sends a message out of one link to all who listen.
func (r *own) everybody(l *link, m *dns.Msg) {
	for _, s := range r.sockets {
		if l.speaks(s.is4) {
			r.send(s, l, m, packet{})
		}
	}
}

// send sends a message to who sent p, or to everybody if p is nobody's.
func (r *own) send(s *socket, l *link, m *dns.Msg, p packet) {
	m.Compress = true
	raw, err := m.Pack()
	if err == nil && len(raw) > roomy {
		m.Extra = nil // whoever wants it asks again
		raw, err = m.Pack()
	}
	if err == nil {
		to := groups[s.is4]
		if p.from.IsValid() {
			to = p.from
		}
		err = s.send(raw, l, to)
	}
	if err != nil {
		r.log.Debug("announcement not sent", "error", fmt.Errorf("send on interface %d: %w", l.index, err))
	}
}

// roomy is what fits into one packet of an ordinary network.
const roomy = 1400
