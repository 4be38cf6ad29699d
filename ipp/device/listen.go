package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

var _ release.Listening = (*Printer)(nil)

// How a subscription is kept.
const (
	lease     = 10 * time.Minute // asked for; the printer may give less
	leastRead = 2 * time.Second  // between two questions, of a printer that does not keep us waiting
	longWait  = time.Minute      // for one that does
)

// listenLimits bounds an answer about events.
var listenLimits = wire.Limits{Bytes: 128 << 10, Depth: 8, Attributes: 2000, Values: 500}

// Listen subscribes to the printer's changes of state (Create-Printer-Subscriptions with pull
// events, RFC 3995 and RFC 3996) and calls changed once it has, and for each, until ctx ends, the printer
// takes the subscription back or is lost. A printer that has no subscriptions is ErrRefused.
func (p *Printer) Listen(ctx context.Context, changed func()) error {
	id, leased, err := p.subscribe(ctx)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	defer p.unsubscribe(context.WithoutCancel(ctx), id)
	changed() // what was before is not told
	renew := time.Now().Add(leased / 2)
	for next := 1; ; {
		if !time.Now().Before(renew) {
			if leased, err = p.renew(ctx, id); err != nil {
				return fmt.Errorf("renew: %w", err)
			}
			renew = time.Now().Add(leased / 2)
		}
		began := time.Now()
		last, err := p.events(ctx, id, next, min(longWait, max(leastRead, time.Until(renew))))
		if err != nil {
			return fmt.Errorf("events: %w", err)
		}
		if last >= next {
			next = last + 1
			changed()
		}
		if rest := leastRead - time.Since(began); rest > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(rest):
			}
		}
	}
}

// about is a request about the printer with more operation attributes, as request makes them
// for go-ipp, which knows no subscriptions.
func (p *Printer) about(op wire.Op, more ...wire.Attribute) *wire.Message {
	all := append([]wire.Attribute{wire.URI("printer-uri", p.uri), wire.Name("requesting-user-name", user)}, more...)
	req := wire.NewRequest(op, uint32(nextRequestID()), all...) // #nosec G115 -- 30 bits
	req.Version = wire.Version11
	return req
}

// exchange sends a request of ours and reads the answer to it.
func (p *Printer) exchange(ctx context.Context, req *wire.Message, within time.Duration) (*wire.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	head, err := req.Encode()
	if err != nil {
		return nil, err
	}
	var reply *wire.Message
	err = p.http.post(ctx, p.url, head, &source{}, func(body io.Reader) (err error) {
		reply, err = wire.ReadReply(body, listenLimits)
		return err
	})
	if err != nil {
		return nil, err
	}
	if reply.RequestID != req.RequestID {
		return nil, errOther
	}
	return reply, classify(reply.Status())
}

// subscribe returns the subscription's number and how long it lasts.
func (p *Printer) subscribe(ctx context.Context) (id int, leased time.Duration, err error) {
	req := p.about(wire.OpCreatePrinterSubscriptions)
	req.Add(wire.NewGroup(wire.SubscriptionGroup, wire.Keyword("notify-pull-method", "ippget"),
		wire.Keyword("notify-events", "printer-state-changed"), wire.Integer("notify-lease-duration", int(lease/time.Second))))
	reply, err := p.exchange(ctx, req, p.o.Ask)
	if err != nil {
		return 0, 0, err
	}
	group := reply.First(wire.SubscriptionGroup)
	if id, err = group.Int("notify-subscription-id"); err != nil || id < 1 {
		return 0, 0, fmt.Errorf("%w: no subscription came of it", release.ErrRefused)
	}
	return id, leaseOf(group), nil
}

// leaseOf is how long a subscription lasts; the printer's 0 is for ever, and what it does not
// say is what was asked for.
func leaseOf(group wire.Attributes) time.Duration {
	n, err := group.Int("notify-lease-duration")
	if err != nil || n <= 0 || n > int(lease/time.Second) {
		return lease
	}
	return max(time.Duration(n)*time.Second, 2*leastRead)
}

func (p *Printer) renew(ctx context.Context, id int) (time.Duration, error) {
	req := p.about(wire.OpRenewSubscription, wire.Integer("notify-subscription-id", id))
	req.Add(wire.NewGroup(wire.SubscriptionGroup, wire.Integer("notify-lease-duration", int(lease/time.Second))))
	reply, err := p.exchange(ctx, req, p.o.Ask)
	if err != nil {
		return 0, err
	}
	return leaseOf(reply.First(wire.SubscriptionGroup)), nil
}

// unsubscribe ends a subscription, if the printer is there; otherwise its lease does.
func (p *Printer) unsubscribe(ctx context.Context, id int) {
	_, _ = p.exchange(ctx, p.about(wire.OpCancelSubscription, wire.Integer("notify-subscription-id", id)), leastRead)
}

// events waits for events from a number on, as long as the printer lets us and no longer than
// it is worth, and returns the number of the last one there is, or 0. Whether a printer that
// says nothing is lost shows when the subscription is renewed.
func (p *Printer) events(ctx context.Context, id, from int, within time.Duration) (last int, err error) {
	req := p.about(wire.OpGetNotifications, wire.Integer("notify-subscription-ids", id), wire.Integer("notify-sequence-numbers", from), wire.Boolean("notify-wait", true))
	reply, err := p.exchange(ctx, req, within)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && !errors.Is(err, release.ErrUnreachable) {
		return 0, nil // it kept us waiting, as it may
	}
	if err != nil {
		return 0, err
	}
	for _, event := range reply.All(wire.EventGroup) {
		if n, err := event.Int("notify-sequence-number"); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}
