// Package announce lets computers find our printers by DNS-SD (RFC 6763) on the
// networks this machine is part of: through Avahi where it runs, else as an mDNS
// responder of its own. Each queue is one _ipps._tcp service with the subtypes
// _print and _universal and a TXT record made of what the printer itself answers;
// there is no _ipp service, since plain IPP is for this machine alone. It tells
// nothing that Get-Printer-Attributes would not tell anybody. Trouble with
// announcing is logged and tried again, and never stops printing.
//
// The responder of its own probes, announces, answers, defends its names and says
// goodbye (RFC 6762). It does not wait for the rest of a truncated list of known
// answers, does not put several answers to several computers into one packet, and
// forgets at its end which name it had to give way to.
package announce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// Way is how printers are announced.
type Way string

// The ways.
const (
	Auto  Way = "auto"  // ByAvahi while Avahi runs, else ByOwn
	Avahi Way = "avahi" // through Avahi alone
	Own   Way = "own"   // by ourselves, whether Avahi runs or not
)

// Options are what an Announcer works with. Listen, Services and Log are needed.
type Options struct {
	Way Way // "" is Auto
	// Listen is where printers are served by ipps: 0.0.0.0 is every IPv4 address of
	// this machine, :: every address. No other address is told.
	Listen netip.AddrPort
	// Interfaces are the names of those to announce on; none means all but loopback
	// and tunnels.
	Interfaces []string
	// Services tells what to announce. It is asked again after each Changed and after
	// every Every (0 is 3 s), which is also how soon a new network or an Avahi that
	// was started is seen.
	Services func(context.Context) ([]Service, error)
	Changed  <-chan struct{}
	Every    time.Duration
	Log      *slog.Logger
	Clock    func() time.Time // nil means time.Now
}

// Announcer announces printers while it runs.
type Announcer struct {
	Options
	now     publisher // nil while there is none
	way     Way       // of now, or of the last one
	said    Way       // what was last logged of it
	waiting int       // how often Avahi is looked for before we do without it
	trouble string    // what was last complained of
	names   names
}

// publisher is one way of announcing.
type publisher interface {
	// publish makes what is announced these entries and no others. After an error
	// the publisher is of no more use; errAnew means that another one may be.
	publish(ctx context.Context, entries []entry) error
	// news rings when publish should be called again.
	news() <-chan struct{}
	// close takes everything back.
	close()
}

var errAnew = errors.New("what it rested on has changed")

// A restart of Avahi takes a second or two. For so many tries we wait for it before
// we take its place.
const (
	between = time.Second
	tries   = 10
)

// New makes an Announcer that has announced nothing yet.
func New(o Options) (*Announcer, error) {
	if !o.Listen.IsValid() || o.Listen.Port() == 0 || o.Services == nil || o.Log == nil {
		return nil, errors.New("an announcer needs an address, services and a log")
	}
	switch o.Way {
	case Auto, Avahi, Own:
	case "":
		o.Way = Auto
	default:
		return nil, fmt.Errorf("there is no way to announce called %q", o.Way)
	}
	if o.Every == 0 {
		o.Every = 3 * time.Second
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Announcer{Options: o}, nil
}

// Run announces until ctx ends, and takes back what it announced. Its error is
// ctx's own.
func (a *Announcer) Run(ctx context.Context) error {
	defer a.leave()
	for {
		again := time.NewTimer(a.look(ctx))
		var news <-chan struct{}
		if a.now != nil {
			news = a.now.news()
		}
		select {
		case <-ctx.Done():
		case <-a.Changed:
		case <-news:
		case <-again.C:
		}
		again.Stop()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// look sees to it that what should be announced is, and says when to look again at
// the latest.
func (a *Announcer) look(ctx context.Context) time.Duration {
	err := a.choose(ctx)
	if err == nil && a.now != nil {
		err = a.publish(ctx)
	}
	if ctx.Err() == nil {
		a.complain(err)
	}
	if a.now == nil && err == nil {
		return min(between, a.Every)
	}
	return a.Every
}

// publish announces what there is now. What cannot be read stays as it was.
func (a *Announcer) publish(ctx context.Context) error {
	services, err := a.Services(ctx)
	if err != nil {
		return fmt.Errorf("read what to announce: %w", err)
	}
	if err := a.now.publish(ctx, entries(services, a.Listen.Port())); err != nil {
		if a.way == Avahi {
			a.waiting = tries
		}
		a.leave()
		if !errors.Is(err, errAnew) {
			return err
		}
	}
	return nil
}

// choose opens a way to announce unless the best one is open. It may leave none
// open without an error: then it is about to be.
func (a *Announcer) choose(ctx context.Context) error {
	if a.now != nil && (a.way == Avahi || a.Way == Own) {
		return nil
	}
	var err error
	if a.Way != Own {
		var p *avahi
		if p, err = openAvahi(ctx, a.Options, &a.names); err == nil {
			a.enter(Avahi, p)
			return nil
		}
	}
	switch {
	case a.now != nil:
		return nil
	case a.waiting > 0:
		a.waiting--
		return nil
	case a.Way == Avahi:
		return err
	}
	p, err := openOwn(a.Options, &a.names)
	if err != nil {
		return err
	}
	a.enter(Own, p)
	return nil
}

func (a *Announcer) enter(way Way, p publisher) {
	a.leave()
	a.now, a.way, a.waiting = p, way, 0
	if way != a.said {
		a.said = way
		a.Log.Info("printers are announced", "way", string(way))
	}
}

func (a *Announcer) leave() {
	if a.now != nil {
		a.now.close()
		a.now = nil
		a.names.clear()
	}
}

// complain logs an error once, until it has gone or become another.
func (a *Announcer) complain(err error) {
	switch {
	case err == nil:
		a.trouble = ""
	case err.Error() != a.trouble:
		a.trouble = err.Error()
		a.Log.Warn("Computers may not find our printers by themselves; printing goes on.", "error", err)
	}
}
