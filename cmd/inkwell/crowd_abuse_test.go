package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"inkwell/kiosk"
)

// abusers are screens that were stolen, and machines that never were any.
type abusers struct {
	stop context.CancelFunc
	all  sync.WaitGroup
	acts atomic.Int64 // how often one of them got in, and was dropped or not
}

// abuse lets the order's screens loose, each in a way of its own, until peace.
func (p *players) abuse(o order) crowdSaid {
	ctx, stop := context.WithCancel(context.Background())
	p.abusers = &abusers{stop: stop}
	ways := []func(*abuser, context.Context){(*abuser).neverReads, (*abuser).floods, (*abuser).sendsMuch, (*abuser).dripsTLS}
	for n := o.From; n < o.To; n++ {
		a := &abuser{n: n, address: p.address, acts: &p.abusers.acts}
		p.abusers.all.Go(func() {
			for ctx.Err() == nil {
				ways[n%len(ways)](a, ctx)
				pauseFor(ctx, time.Second)
			}
		})
	}
	return crowdSaid{Count: o.To - o.From}
}

// peace ends all abuse.
func (p *players) peace() crowdSaid {
	p.abusers.stop()
	p.abusers.all.Wait()
	return crowdSaid{Count: int(p.abusers.acts.Load())}
}

// abuser is one of them.
type abuser struct {
	n       int
	address string
	acts    *atomic.Int64
}

// dial opens its socket, with the proof of its key.
func (a *abuser) dial(ctx context.Context) *kiosk.Client {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := kiosk.DialDevice(ctx, "https://"+a.address, &tls.Config{InsecureSkipVerify: true}, crowdKey(a.n), "") //nolint:gosec // as every screen
	if err != nil {
		return nil
	}
	a.acts.Add(1)
	return c
}

// keepSending sends until the server hangs up, and reads nothing of what it answers.
func (a *abuser) keepSending(ctx context.Context, text []byte, every time.Duration) {
	c := a.dial(ctx)
	if c == nil {
		return
	}
	defer c.Close()
	for ctx.Err() == nil && c.Send(text) == nil {
		pauseFor(ctx, every)
	}
}

func (a *abuser) neverReads(ctx context.Context) {
	a.keepSending(ctx, []byte(`{"do":"keypad"}`), 25*time.Millisecond)
}

func (a *abuser) floods(ctx context.Context) { a.keepSending(ctx, []byte(`{"do":"touch"}`), 0) }

func (a *abuser) sendsMuch(ctx context.Context) {
	a.keepSending(ctx, bytes.Repeat([]byte{' '}, 1<<20), 0)
}

// dripsTLS begins a handshake that never ends.
func (a *abuser) dripsTLS(ctx context.Context) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.address)
	if err != nil {
		return
	}
	defer c.Close()
	a.acts.Add(1)
	for _, b := range []byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3} {
		if _, err := c.Write([]byte{b}); err != nil {
			return
		}
		pauseFor(ctx, 700*time.Millisecond)
	}
}
