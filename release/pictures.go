package release

import (
	"context"
	"sync"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// The bounds of what is kept of pictures.
const (
	mostPictures  = 32 << 20        // bytes, of everybody's together
	picturesLast  = 2 * time.Minute // after somebody has looked last
	mostOnlookers = 100             // pictures that one person can wait for at the same time
	stripCosts    = 1 << 10         // bytes that a strip takes beside its pages
)

// pictured names a strip of pictures.
type pictured struct {
	job   JobID
	owner school.PersonID
	strip int
}

// strip is pages beside each other, each a JPEG; shorter or empty where they cannot be drawn.
type strip [][]byte

func (s strip) size() (n int) {
	for _, p := range s {
		n += len(p)
	}
	return n + stripCosts
}

// pictures are those that were drawn lately: in memory alone, at most so many bytes, and those
// that were looked at last stay longest. Everybody has one drawn at a time, so that who turns
// many pages waits for themself.
type pictures struct {
	mu    sync.Mutex
	all   map[pictured]*seenStrip
	bytes int
	turns map[school.PersonID]*onlooker
	thumb chan struct{} // held by whoever draws a thumbnail
}

type seenStrip struct {
	strip
	seen time.Time
}

// onlooker is somebody who waits for pictures.
type onlooker struct {
	turn    chan struct{}
	waiting int
}

var tooManyPictures = fault.New(fault.TooMany, "pictures-many", "One moment: the pictures are being made.")

// turn waits until nothing is drawn for the person, and holds their turn until leave.
func (p *pictures) turn(ctx context.Context, who school.PersonID) (leave func(), err error) {
	p.mu.Lock()
	o := p.turns[who]
	if o == nil {
		if p.turns == nil {
			p.turns = map[school.PersonID]*onlooker{}
		}
		o = &onlooker{turn: make(chan struct{}, 1)}
		p.turns[who] = o
	}
	if o.waiting >= mostOnlookers {
		p.mu.Unlock()
		return nil, tooManyPictures
	}
	o.waiting++
	p.mu.Unlock()
	gone := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if o.waiting--; o.waiting == 0 {
			delete(p.turns, who)
		}
	}
	select {
	case o.turn <- struct{}{}:
		return func() { <-o.turn; gone() }, nil
	case <-ctx.Done():
		gone()
		return nil, context.Cause(ctx)
	}
}

// thumbTurn waits until no thumbnail is drawn for anybody, and holds that turn until leave.
func (p *pictures) thumbTurn(ctx context.Context) (leave func(), err error) {
	p.mu.Lock()
	if p.thumb == nil {
		p.thumb = make(chan struct{}, 1)
	}
	turn := p.thumb
	p.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (p *pictures) find(k pictured, now time.Time) (strip, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.all[k]
	if s == nil {
		return nil, false
	}
	s.seen = now
	return s.strip, true
}

func (p *pictures) keep(k pictured, s strip, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[pictured]*seenStrip{}
	}
	p.drop(k)
	p.all[k] = &seenStrip{s, now}
	p.bytes += s.size()
	for p.bytes > mostPictures {
		oldest, found := k, false
		for other, s := range p.all {
			if other != k && (!found || s.seen.Before(p.all[oldest].seen)) {
				oldest, found = other, true
			}
		}
		p.drop(oldest)
	}
}

// drop needs the lock.
func (p *pictures) drop(k pictured) {
	if s := p.all[k]; s != nil {
		p.bytes -= s.size()
		delete(p.all, k)
	}
}

func (p *pictures) forget(which func(pictured) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k := range p.all {
		if which(k) {
			p.drop(k)
		}
	}
}

// age drops what nobody has looked at for a while.
func (p *pictures) age(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, s := range p.all {
		if now.Sub(s.seen) > picturesLast {
			p.drop(k)
		}
	}
}
