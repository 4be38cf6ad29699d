package yeartest

import (
	"time"
)

// job is one on its way.
type job struct {
	number        int
	pupil         *Pupil
	document      uint64
	pages, colour int
	exam          bool
	unproven      bool
	free          bool // paid for by a club
}

// submit sends a document.
func (t *teller) submit(at time.Time, p *Pupil, document uint64, pages, colour int) job {
	return t.send(at, job{pupil: p, document: document, pages: pages, colour: colour})
}

func (t *teller) send(at time.Time, j job) job {
	t.jobs++
	j.number = t.jobs
	t.tell(j.event(at, Submitted, 0))
	return j
}

func (j job) event(at time.Time, kind Kind, station int) Event {
	return Event{At: at, Kind: kind, Pupil: j.pupil.Number, Station: station, Job: j.number, Document: j.document, Pages: j.pages, Colour: j.colour, Exam: j.exam, Unproven: j.unproven}
}

func (j job) came(at time.Time, kind Kind, station, pages int) Event {
	e := j.event(at, kind, station)
	e.Pages, e.Colour = pages, min(pages, j.colour)
	return e
}

// lapse is a job that nobody collects: it goes at six in the evening of the next school day.
func (t *teller) lapse(j job) { t.tell(j.event(t.next.Add(18*time.Hour), Expired, 0)) }

func (t *teller) tap(at time.Time, p *Pupil, station int) {
	t.tell(Event{At: at, Kind: Tapped, Pupil: p.Number, Station: station})
}

func (t *teller) code(at time.Time, p *Pupil, station int) {
	t.tell(Event{At: at, Kind: Tapped, Pupil: p.Number, Station: station, Code: true})
}

// release has jobs come out, and says when the last has. Printers jam, and are lost from sight.
func (t *teller) release(at time.Time, station int, all ...job) time.Time {
	for _, j := range all {
		at = at.Add(t.minutes(0.03, 0.3))
		if !t.afford(at, station, j) {
			continue
		}
		t.tell(j.event(at, Released, station))
		at = at.Add(time.Duration(4+j.pages*2) * time.Second)
		switch x := t.r.Float64(); {
		case x < t.Shape.Jam:
			at = t.jam(at, station, j)
		case x < t.Shape.Jam+t.Shape.Lost:
			if t.r.Float64() < 0.5 {
				t.tell(j.event(at.Add(30*time.Second), Denied, station))
				t.tell(j.came(at.Add(2*time.Minute), Printed, t.other(station), j.pages))
				break
			}
			t.tell(j.came(at, Printed, station, j.pages))
		default:
			t.tell(j.came(at, Printed, station, j.pages))
		}
	}
	return at
}

// afford takes a job's pages off the term's allowance. Without enough a pupil tries once or
// some times, and leaves the job; then asks for more, or hardly prints until the term ends.
// Abusers have bought theirs.
func (t *teller) afford(at time.Time, station int, j job) bool {
	n := j.pupil.Number
	if t.by >= 0 || j.exam || j.free {
		return true
	}
	if t.left[n] >= j.pages {
		t.left[n] -= j.pages
		return true
	}
	for range t.some(1, 4) {
		t.tell(j.event(at, TooFew, station))
		at = at.Add(t.minutes(0.1, 1))
	}
	if t.r.Float64() < 0.3 {
		t.left[n] += 50 // a teacher gives more
	} else {
		t.broke[n] = true
	}
	t.lapse(j)
	return false
}

// jam is a printer that stops on a page. The rest is printed elsewhere, or all of it is sent
// again, out of distrust; some ask for their pages back.
func (t *teller) jam(at time.Time, station int, j job) time.Time {
	p, done := j.pupil, t.r.IntN(j.pages+1)
	t.tell(j.came(at, Stopped, station, done))
	elsewhere, walk := t.other(station), 0.0
	switch x := t.r.Float64(); {
	case x < 0.4: // somebody clears it
		elsewhere = station
	case x < 0.6:
		elsewhere, walk = t.abroad(station), t.Shape.Walk
	}
	at = at.Add(t.minutes(1+walk, 5+walk))
	t.tap(at, p, elsewhere)
	if j.pages > done {
		t.tell(j.event(at.Add(5*time.Second), Released, elsewhere))
		t.tell(j.came(at.Add(20*time.Second), Printed, elsewhere, j.pages-done))
	}
	for t.r.Float64() < 0.25 { // and once more from the start
		at = at.Add(t.minutes(0.5, 3))
		again := t.submit(at, p, j.document, j.pages, j.colour)
		t.tell(again.event(at.Add(20*time.Second), Released, elsewhere))
		t.tell(again.came(at.Add(40*time.Second), Printed, elsewhere, j.pages))
	}
	if t.r.Float64() < 0.1 {
		t.tell(j.came(at.Add(t.minutes(1, 30)), Claimed, 0, j.pages))
	}
	return at
}

// errand is a pupil with something to print: sent shortly before, or the evening before.
func (t *teller) errand(d day, p *Pupil) {
	visit := d.date.Add(clock(t.r))
	sent := visit.Add(-t.minutes(1, 60))
	if t.r.Float64() < t.Shape.Night {
		sent, visit = d.date.Add(17*time.Hour+t.minutes(0, 360)), t.next.Add(clock(t.r))
	}
	var all []job
	for n := 0; n == 0 || n < 6 && t.r.Float64() < 0.2; n++ {
		pages, colour := t.length(), 0
		if t.r.Float64() < p.colour {
			colour = t.some(1, pages)
		}
		document := t.paper()
		if t.r.Float64() < 0.01 {
			t.tell(Event{At: sent, Kind: Refused, Pupil: p.Number, Document: document})
			continue
		}
		all = append(all, t.submit(sent, p, document, pages, colour))
		for more := p.hasty; t.r.Float64() < more && len(all) < 16; more = 0.55 {
			sent = sent.Add(t.minutes(0.05, 1)) // did it not work? once more
			all = append(all, t.submit(sent, p, document, pages, colour))
		}
		sent = sent.Add(t.minutes(0.3, 4))
	}
	if len(all) == 0 {
		return
	}
	t.collect(later(visit, sent), p, all)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b.Add(time.Minute)
	}
	return a
}

// collect is a pupil at a station: some jobs are forgotten, copies are mostly thrown away,
// and at the end of a term there are too few pages for all.
func (t *teller) collect(at time.Time, p *Pupil, all []job) {
	station := t.near(p)
	if at.Hour() >= 18 {
		at = t.next.Add(clock(t.r))
	}
	seen, chosen := map[uint64]bool{}, all[:0:0]
	everything := t.r.Float64() < 0.3 // and never looks
	if t.r.Float64() < p.leaves {
		for _, j := range all {
			t.lapse(j)
		}
		return
	}
	t.tap(at, p, station)
	for _, j := range all {
		switch {
		case seen[j.document] && !everything && t.r.Float64() < 0.5:
			t.tell(j.event(at.Add(20*time.Second), Cancelled, 0))
		case seen[j.document] && !everything:
			t.lapse(j)
		default:
			chosen = append(chosen, j)
		}
		seen[j.document] = true
	}
	end := t.release(at, station, chosen...)
	if t.r.Float64() < 0.03 { // one thing forgotten, at the next printer round the corner
		t.tap(end.Add(t.minutes(0.7, 4)), p, t.other(station))
	}
}

// club is one who prints for a choir, a play or a tournament: 10 to 60 copies of a page or
// some, as copies of one job or as many jobs, now and then coloured.
func (t *teller) club(d day, p *Pupil) {
	at, document, pages, copies := d.date.Add(clock(t.r)), t.paper(), t.some(1, 3), t.some(10, 40)
	colour := 0
	if t.r.Float64() < 0.3 {
		colour = pages * copies
	}
	all := []job{}
	if t.r.Float64() < 0.8 {
		all = append(all, t.send(at.Add(-t.minutes(2, 20)), job{pupil: p, document: document, pages: pages * copies, colour: colour, free: true}))
	} else {
		for range t.some(3, 8) {
			all = append(all, t.send(at.Add(-t.minutes(2, 20)), job{pupil: p, document: document, pages: pages * 5, free: true}))
		}
	}
	station := t.near(p)
	t.tap(at, p, station)
	t.release(at, station, all...)
}

// script is an exam's typed answer, printed in the room.
func (t *teller) script(d day, p *Pupil) {
	at, station := d.date.Add(11*time.Hour+t.minutes(0, 20)), 1
	j := t.send(at, job{pupil: p, document: t.paper(), pages: t.some(2, 25), exam: true})
	t.tell(j.event(at.Add(time.Minute), Released, station))
	t.tell(j.came(at.Add(2*time.Minute), Printed, station, j.pages))
}
