package ipptest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"inkwell/ipp/wire"
)

// Teller is a printer that does nothing but tell of its changes: it takes one subscription with
// pull events (RFC 3995 and RFC 3996), lets it run out when nobody renews it, and hands out each
// event once. It needs no network, so that time can be a test's own (testing/synctest).
type Teller struct {
	Lease time.Duration // how long a subscription lasts; 0 is for ever
	Waits time.Duration // how long who asks for events is kept waiting for one, if they let it

	mu      sync.Mutex
	until   time.Time // the subscription's end; zero: there is none
	last    int       // the number of the last event
	renewed []time.Time
	changed chan struct{} // closed at the next event
	all     sync.WaitGroup
}

const tellers = 7 // the number of its only subscription

// Tell has something change.
func (p *Teller) Tell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	if p.changed != nil {
		close(p.changed)
	}
	p.changed = nil
}

// Forget has it know of no subscription, as after a restart.
func (p *Teller) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Time{}
}

// Renewed is when its subscription was renewed.
func (p *Teller) Renewed() []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Time(nil), p.renewed...)
}

// Subscribed says whether somebody is.
func (p *Teller) Subscribed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.until)
}

// Dial connects to it, as net.Dialer.DialContext would: an http.Server at the other end of a pipe,
// for one connection.
func (p *Teller) Dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	l := &once{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conn <- far
	server := &http.Server{Handler: p, ReadHeaderTimeout: patience, ConnState: func(_ net.Conn, now http.ConnState) {
		if now == http.StateClosed || now == http.StateHijacked {
			_ = l.Close()
		}
	}}
	p.all.Go(func() { _ = server.Serve(l) })
	return near, nil
}

// Wait waits until nobody is connected any more.
func (p *Teller) Wait() { p.all.Wait() }

// ServeHTTP answers one request.
func (p *Teller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := wire.Read(r.Body, wire.ForRequests)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := p.answer(r.Context(), req)
	b, err := answer.Encode()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", wire.ContentType)
	_, _ = w.Write(b)
}

func (p *Teller) answer(ctx context.Context, req *wire.Message) *wire.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	op := req.Op()
	if op != wire.OpCreatePrinterSubscriptions && !now.Before(p.until) {
		return wire.NewResponse(req, wire.StatusNotFound, "")
	}
	answer := wire.NewResponse(req, wire.StatusOK, "")
	switch op {
	case wire.OpCreatePrinterSubscriptions, wire.OpRenewSubscription:
		if op == wire.OpRenewSubscription {
			p.renewed = append(p.renewed, now)
		}
		p.until = now.Add(p.Lease)
		if p.Lease == 0 {
			p.until = now.AddDate(1, 0, 0)
		}
		answer.Add(wire.NewGroup(wire.SubscriptionGroup, wire.Integer("notify-subscription-id", tellers), wire.Integer("notify-lease-duration", int(p.Lease/time.Second))))
	case wire.OpGetNotifications:
		from, _ := req.Operation().Int("notify-sequence-numbers") // absent: from the first on
		p.await(ctx, from)
		for n := max(from, 1); n <= p.last; n++ {
			answer.Add(wire.NewGroup(wire.EventGroup, wire.Integer("notify-subscription-id", tellers), wire.Integer("notify-sequence-number", n), wire.Keyword("notify-subscribed-event", "printer-state-changed")))
		}
	case wire.OpCancelSubscription:
		p.until = time.Time{}
	}
	return answer
}

// await keeps who asks waiting for the event of a number. The lock is not held meanwhile.
func (p *Teller) await(ctx context.Context, from int) {
	end := time.NewTimer(p.Waits)
	defer end.Stop()
	for p.Waits > 0 && p.last < from {
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		over := false
		select {
		case <-changed:
		case <-end.C:
			over = true
		case <-ctx.Done():
			over = true
		}
		p.mu.Lock()
		if over {
			return
		}
	}
}

// once is a listener of one connection.
type once struct {
	conn   chan net.Conn
	closed chan struct{}
	ends   sync.Once
}

// Accept is of net.Listener.
func (l *once) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close is of net.Listener.
func (l *once) Close() error {
	l.ends.Do(func() { close(l.closed) })
	return nil
}

// Addr is of net.Listener.
func (l *once) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }
