package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// crowdPart is the first argument of a process that plays a crowd.
const crowdPart = "kiosk-crowd"

// order is what a crowd is told to do; it answers each with a report.
type order struct {
	Do       string
	From, To int           // which of its screens
	First    int           // the pupil at the first of them; the next one at the next
	Pupils   int           // how many of them race
	Within   time.Duration // over what time they come
	Since    time.Time     // what was shown earlier does not count
}

// crowdSaid is what came of an order.
type crowdSaid struct {
	Err   string
	Took  time.Duration
	Count int
	First []time.Duration // from each tap to the first frame after it
	List  []time.Duration // from each tap to the pupil's list
	Saw   map[string]int  // of a race: what the two screens said in the end, and how often
}

// crowd is the test's end of a process with many paired kiosks in it, so that they and the server
// share nothing but the machine.
type crowd struct {
	t   testing.TB
	in  io.Writer
	out *json.Decoder
}

// newCrowd starts one. Its screens are those of crowdKey, at the server's address.
func newCrowd(t testing.TB, address string, by ...string) *crowd {
	t.Helper()
	line := append(by, os.Args[0], crowdPart, address)
	cmd := exec.CommandContext(t.Context(), line[0], line[1:]...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // which ends it
		_ = cmd.Wait()
	})
	return &crowd{t, in, json.NewDecoder(bufio.NewReader(out))}
}

// do has an order carried out.
func (c *crowd) do(o order) crowdSaid {
	c.t.Helper()
	c.begin(o)
	return c.end(o)
}

// begin gives an order, and end hears what came of it.
func (c *crowd) begin(o order) {
	c.t.Helper()
	if err := json.NewEncoder(c.in).Encode(o); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowd) end(o order) (r crowdSaid) {
	c.t.Helper()
	if err := c.out.Decode(&r); err != nil {
		c.t.Fatalf("the crowd, %s: %v", o.Do, err)
	}
	if r.Err != "" {
		c.t.Fatalf("the crowd, %s: %s", o.Do, r.Err)
	}
	return r
}

// crowdClient plays the crowd's part and ends the program when this process was started for that.
func crowdClient() {
	if len(os.Args) != 3 || os.Args[1] != crowdPart {
		return
	}
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		files.Cur = files.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files)
	}
	p := &players{address: os.Args[2], screens: map[int]*player{}}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o order
		if in.Decode(&o) != nil {
			os.Exit(0)
		}
		began := time.Now()
		r := p.carryOut(o)
		r.Took = time.Since(began)
		if out.Encode(r) != nil {
			os.Exit(1)
		}
	}
}

// crowdKey is the key of a crowd's screen, which the test knows too.
func crowdKey(n int) *ecdsa.PrivateKey {
	seed := sha256.Sum256(fmt.Appendf(nil, "screen %d", n))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		panic(err)
	}
	return key
}

// players are the crowd's end of it.
type players struct {
	address string
	screens map[int]*player
	abusers *abusers // nil while there are none
}

func (p *players) carryOut(o order) crowdSaid {
	switch o.Do {
	case "open":
		for n := o.From; n < o.To; n++ {
			if p.screens[n] == nil {
				p.screens[n] = &player{n: n, address: p.address, changed: make(chan struct{})}
			}
		}
		return p.each(o, (*player).open)
	case "idle":
		return p.each(o, (*player).idle)
	case "tap":
		return p.each(o, (*player).visit)
	case "press":
		return p.each(o, (*player).press)
	case "race":
		return p.race(o)
	case "abuse":
		return p.abuse(o)
	case "peace":
		return p.peace()
	}
	return crowdSaid{Err: "nobody knows that order"}
}

// each has screens do something, spread over the order's time, and gathers what they say.
func (p *players) each(o order, act func(*player, context.Context, order) (played, error)) (r crowdSaid) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := o.From; n < o.To; n++ {
		screen := p.screens[n]
		wait := o.Within * time.Duration(n-o.From) / time.Duration(o.To-o.From)
		all.Go(func() {
			pauseFor(ctx, wait)
			saw, err := act(screen, ctx, o)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				r.Err = fmt.Sprintf("screen %d: %v", screen.n, err)
				return
			}
			r.Count++
			if saw.list > 0 {
				r.First, r.List = append(r.First, saw.first), append(r.List, saw.list)
			}
		})
	}
	all.Wait()
	return r
}

// crowdPublic is the public half of a screen's key, and its digest.
func crowdPublic(t testing.TB, n int) (key, thumb []byte) {
	t.Helper()
	key, err := crowdKey(n).PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(key)
	return key, sum[:]
}

// race has the order's pupils hold their badge to two screens at the same instant, and press on both at the same
// instant. They go round the screens of two printers, since nobody's hands are fast enough for what the races of one pair
// would send; where there are more printers as many races are on at once as there are two for.
func (p *players) race(o order) (r crowdSaid) {
	r.Saw = map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	lanes := (o.To - o.From) / (2 * perPrinter)
	for lane := range lanes {
		all.Go(func() {
			for pupil := o.First + lane; pupil < o.First+o.Pupils; pupil += lanes {
				screen := o.From + lane*2*perPrinter + pupil/lanes%perPrinter
				how, err := p.raceOf(pupil, p.screens[screen], p.screens[screen+perPrinter])
				mu.Lock()
				if err != nil {
					r.Err = fmt.Sprintf("pupil %d at screens %d and %d: %v", pupil, screen, screen+perPrinter, err)
				} else {
					r.Saw[how]++
					r.Count++
				}
				stop := r.Err != ""
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	all.Wait()
	return r
}

// raceOf is one pupil's race, and what the two screens said in the end.
func (p *players) raceOf(pupil int, two ...*player) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var ends [2]string
	for _, act := range []func(int) error{
		func(i int) error { return two[i].signIn(ctx, demoBadge(pupil)) },
		func(i int) (err error) { ends[i], err = two[i].releaseAll(ctx); return err },
		func(i int) error { return two[i].signOut(ctx) },
	} {
		if err := atOnce(act); err != nil {
			return "", err
		}
	}
	slices.Sort(ends[:])
	return ends[0] + " | " + ends[1], nil
}

// atOnce has both of two act at the same instant.
func atOnce(act func(int) error) error {
	var all sync.WaitGroup
	var errs [2]error
	start := make(chan struct{})
	for i := range errs {
		all.Go(func() {
			<-start
			errs[i] = act(i)
		})
	}
	close(start)
	all.Wait()
	return errors.Join(errs[:]...)
}
