package yeartest

import (
	"time"
)

// misuse is a day of an abuser, who is an honest pupil besides.
func (t *teller) misuse(d day, a *Abuser) {
	p := &t.Pupils[a.Pupil]
	switch a.Misuse {
	case Flood:
		t.flood(d, a, p)
	case Hoard:
		t.hoard(d, a, p)
	case Copy:
		t.copies(d, a, p)
	case Litter:
		t.litter(d, a, p)
	case Guess:
		t.guess(d, a)
	case Share:
		t.share(d, a, p)
	case Trick:
		t.trick(d, a, p)
	case Sell:
		t.sell(d, a, p)
	}
}

// often says whether it is a day for it: from low times a week to high, by intensity.
func (t *teller) often(a *Abuser, low, high float64) bool {
	return t.r.Float64() < (low+(high-low)*a.Intensity)/5
}

// scale is a number from low to high by intensity, a third more or less.
func (t *teller) scale(a *Abuser, low, high float64) int {
	return max(1, int((low+(high-low)*a.Intensity)*t.between(0.67, 1.33)))
}

// flood: 70 to 400 pages within ten minutes. Disguised: in smaller jobs, at two stations.
func (t *teller) flood(d day, a *Abuser, p *Pupil) {
	if !t.often(a, 0.7, 3) {
		return
	}
	at, station := d.date.Add(clock(t.r)), t.near(p)
	pages, each := t.scale(a, 80, 300), t.some(15, 60)
	if a.Disguised {
		each = t.some(5, 15)
	}
	sent := at.Add(-t.minutes(3, 12))
	var all []job
	for left := pages; left > 0; left -= each {
		colour := 0
		if t.r.Float64() < 0.3 {
			colour = min(each, left)
		}
		all = append(all, t.submit(sent, p, t.paper(), min(each, left), colour))
		sent = sent.Add(t.minutes(0.05, 0.4))
	}
	at = later(at, sent)
	t.tap(at, p, station)
	if half := len(all) / 2; a.Disguised && half > 0 {
		at = t.release(at, station, all[:half]...).Add(t.minutes(1, 3))
		station, all = t.other(station), all[half:]
		t.tap(at, p, station)
	}
	t.release(at, station, all...)
}

// hoard: twice to six times what the busiest of the school print in a usual week, all year
// long, in jobs like anybody's. Disguised: at other stations each time, and every fourth week
// not at all.
func (t *teller) hoard(d day, a *Abuser, p *Pupil) {
	if a.Disguised && d.week%4 == 3 {
		return
	}
	weekly := t.Shape.Most * meanPages * (2 + 4*a.Intensity)
	each := t.between(6, 14)
	for range t.count(weekly / 5 / each) {
		station, at := t.near(p), d.date.Add(clock(t.r))
		if a.Disguised {
			station = t.some(1, t.Shape.Stations)
		}
		j := t.submit(at.Add(-t.minutes(1, 30)), p, t.paper(), max(1, int(each*t.between(0.6, 1.4))), 0)
		t.tap(at, p, station)
		t.release(at, station, j)
	}
}

// copies: one document 4 to 25 times on a day, as jobs of their own. Disguised: in twos and
// threes over the day.
func (t *teller) copies(d day, a *Abuser, p *Pupil) {
	if !t.often(a, 1, 4) {
		return
	}
	if t.mine[a.Pupil] == 0 || t.r.Float64() < 0.3 {
		t.mine[a.Pupil] = t.paper()
	}
	at, left, pages := d.date.Add(8*time.Hour+t.minutes(25, 60)), t.scale(a, 6, 20), t.some(1, 3)
	for left > 0 {
		now := left
		if a.Disguised {
			now = min(left, t.some(2, 3))
		}
		station := t.near(p)
		t.tap(at, p, station)
		for range now {
			j := t.submit(at, p, t.mine[a.Pupil], pages, 0)
			at = t.release(at.Add(10*time.Second), station, j)
		}
		left -= now
		at = at.Add(t.minutes(30, 80))
		if at.Hour() >= 17 {
			return
		}
	}
}

// litter: 2 to 10 jobs a day that nobody ever collects. Disguised: collects one in three.
func (t *teller) litter(d day, a *Abuser, p *Pupil) {
	if !t.often(a, 2, 5) {
		return
	}
	at := d.date.Add(clock(t.r))
	for range t.scale(a, 2, 8) {
		j := t.submit(at, p, t.paper(), t.length()+t.some(0, 5), 0)
		if a.Disguised && t.r.IntN(3) == 0 {
			t.tap(at.Add(5*time.Minute), p, p.home)
			t.release(at.Add(5*time.Minute), p.home, j)
		} else {
			t.lapse(j)
		}
		at = at.Add(t.minutes(0.3, 10))
	}
}

// guess: 3 to 14 wrong codes of others at a station. Disguised: three of a name and then
// the next name, at stations that change.
func (t *teller) guess(d day, a *Abuser) {
	if !t.often(a, 0.8, 4) || len(a.Victims) == 0 {
		return
	}
	at, station := d.date.Add(clock(t.r)), t.some(1, t.Shape.Stations)
	victim := a.Victims[t.r.IntN(len(a.Victims))]
	for n := range t.scale(a, 5, 14) {
		if a.Disguised && n%3 == 2 {
			victim = a.Victims[t.r.IntN(len(a.Victims))]
			if n%6 == 5 {
				station = t.other(station)
				at = at.Add(t.minutes(1, 5))
			}
		}
		t.tell(Event{At: at, Kind: WrongCode, Pupil: victim, Station: station})
		at = at.Add(t.minutes(0.1, 0.6))
	}
	if t.r.Float64() < 0.02 { // found
		t.code(at, &t.Pupils[victim], station)
	}
	if t.r.Float64() < 0.2 {
		t.frame(at, &t.Pupils[victim])
	}
}

// frame sends jobs in another's name, from where nobody proves who they are. That pupil
// never collects them, and has done nothing.
func (t *teller) frame(at time.Time, victim *Pupil) {
	document := t.paper()
	for range t.some(3, 25) {
		at = at.Add(t.minutes(0.05, 1))
		t.lapse(t.send(at, job{pupil: victim, document: document, pages: t.some(1, 20), unproven: true}))
	}
}

// share: one badge's owner prints, and a friend with the code, or the badge, elsewhere at
// nearly the same time. Disguised: not every time, and some minutes apart.
func (t *teller) share(d day, a *Abuser, p *Pupil) {
	if !t.often(a, 1, 5) {
		return
	}
	at, station := d.date.Add(clock(t.r)), t.near(p)
	for range t.scale(a, 1, 3) {
		t.tap(at, p, station)
		t.release(at, station, t.submit(at.Add(-t.minutes(1, 9)), p, t.paper(), t.length(), 0))
		apart := t.minutes(0.05, 0.5)
		if a.Disguised {
			apart = t.minutes(0.1, 6)
		}
		at, station = at.Add(apart), t.abroad(station)
	}
	t.code(at, p, station)
	t.release(at, station, t.submit(at.Add(-t.minutes(1, 9)), p, t.paper(), t.length(), 0))
}

// trick: pages are taken and said not to have come: the tray is pulled on the last page, the
// answer is no, pages are asked back; and an empty account is tried again and again.
func (t *teller) trick(d day, a *Abuser, p *Pupil) {
	if !t.often(a, 1, 4) {
		return
	}
	at, station := d.date.Add(clock(t.r)), t.near(p)
	for range t.scale(a, 1, 3) {
		j := t.submit(at.Add(-t.minutes(1, 20)), p, t.paper(), t.some(2, 12), 0)
		t.tap(at, p, station)
		t.tell(j.event(at, Released, station))
		end := at.Add(time.Duration(6+2*j.pages) * time.Second)
		switch x := t.r.Float64(); {
		case x < 0.4:
			t.tell(j.came(end, Stopped, station, j.pages-1))
			t.lapse(j)
		case x < 0.65:
			t.tell(j.event(end.Add(20*time.Second), Denied, station))
			t.lapse(j)
		case x < 0.85 || a.Disguised:
			t.tell(j.came(end, Printed, station, j.pages))
			t.tell(j.came(end.Add(t.minutes(1, 20)), Claimed, 0, j.pages))
		default:
			for range t.some(4, 12) {
				t.tell(j.event(end, TooFew, station))
				end = end.Add(t.minutes(0.05, 0.5))
			}
			t.lapse(j)
		}
		at = end.Add(t.minutes(0.5, 30))
		if at.Hour() >= 17 {
			return
		}
	}
}

// sell: a document is made, and within days pupils of many classes print it, each for
// themselves. Disguised: fewer of them, and slower.
func (t *teller) sell(d day, a *Abuser, p *Pupil) {
	if !t.often(a, 0.4, 1.2) {
		return
	}
	at, document, pages := d.date.Add(clock(t.r)), t.paper(), t.some(1, 6)
	station := t.near(p)
	t.tap(at, p, station)
	t.release(at, station, t.submit(at.Add(-t.minutes(1, 20)), p, document, pages, 0))
	buyers, over := t.scale(a, 10, 30), 2
	if a.Disguised {
		buyers, over = t.scale(a, 8, 16), 6
	}
	for range buyers {
		q := &t.Pupils[t.some(1, t.Shape.Pupils)]
		if q.Special || t.r.IntN(3) == 0 { // mostly of the same year group and the next
			q = &t.Pupils[min(t.Shape.Pupils, max(1, p.Number+t.some(-200, 200)))]
		}
		at := t.schoolDay(d, t.r.IntN(over)).Add(clock(t.r))
		station := t.near(q)
		t.tap(at, q, station)
		t.release(at, station, t.submit(at.Add(-t.minutes(1, 20)), q, document, pages, 0))
	}
}

// schoolDay is the midnight of so many school days after one.
func (t *teller) schoolDay(d day, after int) time.Time {
	for n := range t.days {
		if t.days[n].date.Equal(d.date) {
			return t.days[min(len(t.days)-1, n+after)].date
		}
	}
	return d.date
}
