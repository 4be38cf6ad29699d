package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"inkwell/kiosk"
)

// player is one kiosk of a crowd. Like the page, it shows what it is sent, comes back by itself, with
// jitter, whenever its socket is lost, and knows nothing of before then.
type player struct {
	n       int
	address string

	once    sync.Once
	mu      sync.Mutex
	client  *kiosk.Client // nil while there is no socket
	view    kiosk.View
	at      time.Time     // when the view came
	came    time.Time     // when the first view of this socket did
	changed chan struct{} // closed with the next view, or loss
}

// played is what a screen saw of a visit.
type played struct{ first, list time.Duration }

var errLost = errors.New("the socket was lost")

// open opens the page, unless it is open, and waits until it is idle.
func (p *player) open(ctx context.Context, o order) (played, error) {
	p.once.Do(func() { go p.live() })
	return p.idle(ctx, order{})
}

// live is the page's life.
func (p *player) live() {
	losses := 0
	trust := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // its certificate was made a moment ago
	key := crowdKey(p.n)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		c, err := kiosk.DialDevice(ctx, "https://"+p.address, trust, key, "")
		cancel()
		if err == nil && p.watch(c) {
			losses = 0
		}
		most := min(15*time.Second, 500*time.Millisecond<<min(losses, 8))
		losses++
		pauseFor(context.Background(), most/2+rand.N(most/2))
	}
}

// watch shows what comes until the socket is lost, and says whether anything came.
func (p *player) watch(c *kiosk.Client) (any bool) {
	defer c.Close()
	for {
		v, err := c.Next(context.Background())
		if err != nil {
			p.show(nil, kiosk.View{})
			return any
		}
		any = true
		p.show(c, v)
	}
}

func (p *player) show(c *kiosk.Client, v kiosk.View) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view, p.at = v, time.Now()
	if c != p.client {
		p.client, p.came = c, p.at
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *player) now() (c *kiosk.Client, v kiosk.View, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.client, p.view, p.changed
}

// since is when what it shows came.
func (p *player) since() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

// until waits for a view that is wanted, which is asked under the lock.
func (p *player) until(ctx context.Context, what string, wanted func(kiosk.View, time.Time) bool) (*kiosk.Client, time.Time, error) {
	for {
		p.mu.Lock()
		c, v, at, changed := p.client, p.view, p.at, p.changed
		found := c != nil && !v.Busy && wanted(v, at)
		p.mu.Unlock()
		if found {
			return c, at, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, at, fmt.Errorf("waited in vain for %s, and sees %q, %q, %q, %d jobs, for %s", what, v.Face, v.Note, v.Text, len(v.Jobs), time.Since(at))
		}
	}
}

// idle waits until it shows its idle picture, which came after the order's time.
func (p *player) idle(ctx context.Context, o order) (played, error) {
	_, _, err := p.until(ctx, "its idle picture", func(v kiosk.View, _ time.Time) bool { return v.Face == kiosk.FaceIdle && p.came.After(o.Since) })
	if o.Since.IsZero() || err != nil {
		return played{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return played{list: p.came.Sub(o.Since)}, nil
}

// visit is a pupil who looks what there is and goes.
func (p *player) visit(ctx context.Context, o order) (saw played, err error) {
	c, _, err := p.until(ctx, "its idle picture", func(v kiosk.View, _ time.Time) bool { return v.Face == kiosk.FaceIdle })
	if err != nil {
		return saw, err
	}
	_, _, changed := p.now()
	tapped := time.Now()
	if err := c.Tap(demoBadge(o.First + p.n - o.From)); err != nil {
		return saw, err
	}
	select {
	case <-changed:
	case <-ctx.Done():
		return saw, ctx.Err()
	}
	saw.first = p.since().Sub(tapped)
	_, at, err := p.until(ctx, "the list", func(v kiosk.View, _ time.Time) bool { return v.Face == kiosk.FaceJobs && len(v.Jobs) > 0 })
	if err != nil {
		return saw, err
	}
	saw.list = at.Sub(tapped)
	if err := c.SignOut(); err != nil {
		return saw, err
	}
	_, err = p.idle(ctx, order{})
	return saw, err
}

// press is a pupil who prints all they have, looks whether it prints, and tries again for as long as
// the socket is lost, or a sentence refuses, before that shows.
func (p *player) press(ctx context.Context, o order) (played, error) {
	for {
		err := p.tryPress(ctx, demoBadge(o.First+p.n-o.From))
		if !errors.Is(err, errLost) {
			return played{}, err
		}
	}
}

func (p *player) tryPress(ctx context.Context, badge string) error {
	c, _, err := p.until(ctx, "its idle picture", func(v kiosk.View, _ time.Time) bool { return v.Face == kiosk.FaceIdle })
	if err != nil {
		return err
	}
	if c.Tap(badge) != nil {
		return errLost
	}
	pressed := false
	for {
		now, v, changed := p.now()
		switch {
		case now != c || v.Face == kiosk.FaceMessage || pressed && v.Face == kiosk.FaceIdle:
			pauseFor(ctx, 100*time.Millisecond) // a pupil who tries again
			return errors.Join(errLost, ctx.Err())
		case pressed && v.Note != "": // refused in words
			if c.SignOut() != nil {
				return errLost
			}
			_, err := p.idle(ctx, order{})
			return errors.Join(errLost, err)
		case !pressed && v.Face == kiosk.FaceJobs && !v.Busy && v.Print != nil && v.Print.Ready:
			if c.ReleaseAll() != nil {
				return errLost
			}
			pressed = true
		case v.Face == kiosk.FacePrinting, v.Face == kiosk.FaceDone, v.Face == kiosk.FaceJobs && !v.Busy && len(v.Jobs) == 0:
			return nil // it was pressed before, and is out already
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain to press, and sees %q", v.Face)
		}
	}
}

// signIn taps a badge and waits until everything can be printed.
func (p *player) signIn(ctx context.Context, badge string) error {
	c, _, err := p.until(ctx, "its idle picture", func(v kiosk.View, _ time.Time) bool { return v.Face == kiosk.FaceIdle })
	if err != nil {
		return err
	}
	if err := c.Tap(badge); err != nil {
		return err
	}
	_, _, err = p.until(ctx, "something to print", func(v kiosk.View, _ time.Time) bool {
		return v.Face == kiosk.FaceJobs && v.Print != nil && v.Print.Ready || v.Face == kiosk.FacePrinting
	})
	return err
}

// releaseAll presses, and says what the screen says of it: that it is printing here, that it has gone on
// elsewhere, or what else there is to read.
func (p *player) releaseAll(ctx context.Context) (string, error) {
	c, v, _ := p.now()
	if c == nil {
		return "", errLost
	}
	if v.Face == kiosk.FaceJobs {
		if err := c.ReleaseAll(); err != nil {
			return "", err
		}
	}
	said := ""
	_, _, err := p.until(ctx, "what came of it", func(v kiosk.View, _ time.Time) bool {
		switch elsewhere := strings.Contains(v.Text, " at Crowd"); {
		case v.Note != "":
			said = "note: " + v.Note
		case v.Face == kiosk.FaceJobs && v.Print == nil && len(v.Jobs) > 0:
			said = "list: " + v.Jobs[0].Meta
		case v.Face != kiosk.FacePrinting && v.Face != kiosk.FaceDone:
			return false
		case elsewhere:
			said = "told where"
		default:
			said = "printed here"
		}
		return true
	})
	return said, err
}

// signOut ends the visit.
func (p *player) signOut(ctx context.Context) error {
	c, _, _ := p.now()
	if c == nil {
		return errLost
	}
	if err := c.SignOut(); err != nil {
		return err
	}
	_, err := p.idle(ctx, order{})
	return err
}
