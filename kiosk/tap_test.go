package kiosk

import (
	"hash/maphash"
	"testing"
	"time"

	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// A tap that comes again under its number, over another connection, is answered as it was and not made
// again: while the first is under way, once it has let somebody in, and once it counts as wrong.
func TestATapIsMadeOnce(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	d.hold = make(chan struct{})
	address, _ := open(t, d, 0)
	tap := func(c *Client, badge, number string) {
		t.Helper()
		must(t, c.put("tap", message{Do: "tap", Badge: badge, Tap: number}))
	}
	made := func(want int) {
		t.Helper()
		if signIns, _, _, _ := d.counts(); signIns != want {
			t.Errorf("%d sign-ins, want %d", signIns, want)
		}
	}
	first, second, third := dialled(t, address), dialled(t, address), dialled(t, address)
	tap(first, badge, "1")
	until(t, first, FaceBusy)
	tap(second, badge, "1")
	until(t, second, FaceBusy)
	close(d.hold)
	for _, c := range []*Client{first, second} {
		if v := until(t, c, FaceJobs); v.Tap != "1" {
			t.Errorf("the view says that tap %q was taken", v.Tap)
		}
	}
	must(t, first.Close()) // its page is gone, and comes back
	tap(third, badge, "1")
	until(t, third, FaceJobs)
	made(1)
	tap(third, "0000", "2")
	until(t, third, FaceMessage)
	tap(second, "0000", "2")
	until(t, second, FaceMessage)
	made(2)
	tap(second, badge, "3")
	until(t, second, FaceJobs)
	tap(third, "0001", "3") // a number is good for one badge
	until(t, third, FaceMessage)
	made(4)
}

// A tap that came to nothing, through no fault of the badge, is made anew under its number.
func TestATapThatCameToNothingIsMadeAnew(t *testing.T) {
	t.Parallel()
	k := &Kiosk{seed: maphash.MakeSeed(), clock: func() time.Time { return noon }, taps: map[reader]*tapped{}}
	at, in := reader{slug: "library"}, SignIn{Tap: "1", Key: release.Key{Badge: badge}}
	t1, first := k.tapped(at, in)
	if again, second := k.tapped(at, in); !first || second || again != t1 {
		t.Fatal("one number is two taps")
	}
	if t1.came.Err = badgeUnknown; !t1.counted() {
		t.Error("a wrong badge does not count")
	}
	if t1.came.Err = t.Context().Err(); !t1.counted() {
		t.Error("who is let in does not count")
	}
	if t1.came.Err = seatsTaken; t1.counted() {
		t.Error("a refusal that is not the badge's counts")
	}
	k.forget(at, t1)
	t2, first := k.tapped(at, in)
	if !first {
		t.Error("it is not made anew")
	}
	k.forget(at, t1) // which is another by now
	if again, _ := k.tapped(at, in); again != t2 {
		t.Error("the later one is forgotten for the earlier")
	}
	in.Tap = "2"
	if _, first := k.tapped(at, in); !first || len(k.taps) != 1 {
		t.Error("more than the last tap of a reader is kept")
	}
}

// TestTheNetworkGoes takes the network away without a word at each step of a tap and of a release, and
// gives it back, once with what was on its way and once without: the page says so, comes back by
// itself, and nothing happens twice.
func TestTheNetworkGoes(t *testing.T) {
	b := webtest.Start(t)
	for _, c := range []struct {
		name          string
		before        bool // the page knows before the badge is tapped
		up, down      bool // what is cut: to the server, from it
		late, release bool // what was held up arrives after all; it goes in the release
	}{
		{name: "before the tap", before: true, up: true, down: true},
		{name: "with the tap", up: true, down: true, late: true},
		{name: "with the tap, which is lost", up: true, down: true},
		{name: "with the answer to the tap", down: true},
		{name: "with the release", release: true, up: true, down: true, late: true},
		{name: "with the release, which is lost", release: true, up: true, down: true},
		{name: "with the answer to the release", release: true, down: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newFakeDesk(twoJobs()...)
			address, _ := open(t, d, 0)
			w := newNetwork(t, address)
			p := newPage(t, b)
			p.Open(w.address)
			p.wait(FaceIdle)
			taps := 1
			if c.release {
				p.Badge(badge)
				p.wait(FaceJobs)
				w.cut(c.up, c.down)
				p.press("release")
				p.wait("offline")
				taps++
			} else {
				w.cut(c.up, c.down)
				if c.before {
					p.Eval(`dispatchEvent(new Event('offline'))`)
					p.wait("offline")
				}
				p.Badge(badge)
				p.wait("offline")
				p.Until(`document.querySelector('.away:not([hidden])')`)
			}
			w.mend(c.late)
			if c.release {
				p.wait(FaceIdle)
				p.Badge(badge)
			}
			taps += p.visit()
			p.Unhurt()
			p.printed(d)
			if signIns, _, _, _ := d.counts(); signIns < 1 || signIns > taps {
				t.Errorf("%d sign-ins for %d taps", signIns, taps)
			}
		})
	}
}

// visit waits for the visit that a tap leads to. A page that has not kept the tap, as it takes none along
// for longer than some seconds, has said so, and is given another; visit is how many.
func (p *page) visit() (more int) {
	p.t.Helper()
	const late, face = `[...document.querySelectorAll('.away:not([hidden])')].some((a) => a.dataset.if === 'late')`, `['jobs', 'printing'].includes(document.getElementById('kiosk').dataset.face)`
	p.Until(late + "||" + face)
	if p.Says("String("+face+")") == "true" {
		return 0
	}
	p.wait(FaceIdle)
	p.Badge(badge)
	p.Until(face)
	return 1
}

// printed prints what is not printing yet, and sees each job released once.
func (p *page) printed(d *fakeDesk) {
	p.t.Helper()
	if p.Says(`document.getElementById('kiosk').dataset.face`) == FaceJobs && p.Says(`String(!!document.querySelector('[data-do=release]:enabled'))`) == "true" {
		p.press("release")
	}
	p.Until(`document.getElementById('kiosk').dataset.face === 'printing' || !document.querySelector('[data-do=release]:enabled')`)
	d.mu.Lock()
	defer d.mu.Unlock()
	times := map[release.JobID]int{}
	for _, jobs := range d.releases {
		for _, id := range jobs {
			times[id]++
		}
	}
	if len(times) != 2 || times[41] != 1 || times[42] != 1 {
		p.t.Errorf("released: %v", d.releases)
	}
}
