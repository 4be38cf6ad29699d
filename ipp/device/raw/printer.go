// Package raw speaks to printers that take bytes on a TCP port, most often 9100, and have
// no list of jobs. A job is wrapped in PJL; a printer that talks back tells of its pages,
// its end and what is wrong, and of one that does not only the bytes are known. What breaks
// off after the first byte is lost from sight, never sent again. What such a printer can do
// it cannot say: IT has told us.
package raw

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"sync"
	"time"

	"inkwell/release"
)

// Options says which printer to speak to, and how.
type Options struct {
	// Address is its host and port.
	Address string
	// Dial makes connections; that of an address.Guard in the program.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Can is what IT says that it can do.
	Can release.Capabilities
	// Answer is how long a printer may think about a question, or about a job that it
	// has taken, before it counts as one that does not talk; 2 s by default.
	Answer time.Duration
	// Stall is how long it may take nothing of a document; 5 minutes by default, for it
	// stops reading while it wants paper.
	Stall time.Duration
	// Quiet is how long a printer that does not talk may keep the connection open after
	// it has all of a document; 30 s by default.
	Quiet time.Duration
}

// Printer speaks to one printer, one job at a time. It implements release.Printer, and may
// be used by several goroutines. It remembers the job that is under way, and is to be
// closed.
type Printer struct {
	o Options

	mu     sync.Mutex
	last   int   // the number of the latest job
	line   *line // its connection, nil before it has one
	silent bool  // it left a question without an answer, and is not asked again: some print it
}

var _ release.Printer = (*Printer)(nil)

// New makes a client. It connects to nothing yet.
func New(o Options) *Printer {
	set := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	set(&o.Answer, 2*time.Second)
	set(&o.Stall, 5*time.Minute)
	set(&o.Quiet, 30*time.Second)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	return &Printer{o: o}
}

// Close ends the connection of what is under way.
func (p *Printer) Close() error {
	if l := p.current(); l != nil {
		l.leave(errors.New("closed"))
	}
	return nil
}

// Status asks how the printer is (@PJL INFO STATUS). While it has a job of ours that job's
// connection knows; many take no second one. One that does not answer is well if it can be
// reached.
func (p *Printer) Status(ctx context.Context) (release.Status, error) {
	if l := p.current(); l != nil && l.open() {
		return l.device(), nil
	}
	conn, err := p.dial(ctx)
	if err != nil {
		return release.Status{}, err
	}
	well := release.Status{State: release.PrinterIdle, Accepting: true}
	if p.isSilent() {
		return well, conn.Close()
	}
	l := listen(conn, "")
	defer l.leave(errOver)
	if err := l.say(p.o.Answer, uel+"@PJL INFO STATUS\r\n"+uel); err != nil {
		return release.Status{}, fmt.Errorf("ask how it is: %w", err)
	}
	timer := time.NewTimer(p.o.Answer)
	defer timer.Stop()
	select {
	case <-l.told:
		return l.device(), nil
	case <-ctx.Done():
		return release.Status{}, ctx.Err()
	case <-l.done:
	case <-timer.C:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = true
	return well, nil
}

// Capabilities is what IT has said.
func (p *Printer) Capabilities(context.Context) (release.Capabilities, error) { return p.o.Can, nil }

// token is what release makes; nothing else goes into PJL.
var token = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Begin gives the errand a number. Nothing is sent: the job comes to be with its document.
func (p *Printer) Begin(_ context.Context, e release.Errand) (int, error) {
	if !token.MatchString(e.Token) || e.Format != "application/pdf" {
		return 0, fmt.Errorf("%w: no job for a printer that takes raw PDF", release.ErrRefused)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != nil {
		p.line.leave(errOver) // whoever begins another has done with the one before
	}
	p.last, p.line = p.last+1, nil
	return p.last, nil
}

// Progress is what the job's connection has told.
func (p *Printer) Progress(_ context.Context, printerJob int) (release.Progress, error) {
	p.mu.Lock()
	l, last := p.line, p.last
	p.mu.Unlock()
	if l == nil || printerJob != last {
		return release.Progress{}, fmt.Errorf("raw job: %w", release.ErrGone)
	}
	return l.progress(p.o)
}

// Find knows of the job that is under way alone: there is nobody to ask.
func (p *Printer) Find(ctx context.Context, token string) (int, release.Progress, error) {
	p.mu.Lock()
	l, last := p.line, p.last
	p.mu.Unlock()
	if l != nil && l.token == token {
		if at, err := p.Progress(ctx, last); err == nil {
			return last, at, nil
		}
	}
	return 0, release.Progress{}, release.ErrCannotTell
}

// Cancel breaks the connection off: there is no way to take a job back, and what has been
// sent may print.
func (p *Printer) Cancel(_ context.Context, printerJob int) error {
	p.mu.Lock()
	l, last := p.line, p.last
	p.mu.Unlock()
	if l == nil || printerJob != last || !l.open() {
		return fmt.Errorf("cancel raw job: %w", release.ErrGone)
	}
	l.cut(errors.New("cancelled"))
	return nil
}

func (p *Printer) current() *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.line
}

func (p *Printer) isSilent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.silent && (p.line == nil || !p.line.heard())
}

// dial connects; nothing has been sent if it fails.
func (p *Printer) dial(ctx context.Context) (net.Conn, error) {
	conn, err := p.o.Dial(ctx, "tcp", p.o.Address)
	if err != nil {
		return nil, errors.Join(release.ErrUnreachable, err)
	}
	return conn, nil
}
