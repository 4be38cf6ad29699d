package yeartest

import (
	"time"
)

// bells are lessons that end with "print it and go": a whole class sends the same sheet, and
// prints it at one station within two minutes.
func (t *teller) bells(d day) {
	for range t.count(t.Shape.Bells * (0.5 + d.lower/2)) {
		first := t.some(1, t.Shape.Pupils)
		class := t.Pupils[first].Class
		bell := d.date.Add(time.Duration(t.some(9, 15))*time.Hour + 48*time.Minute)
		document, pages, station := t.paper(), t.some(1, 4), t.some(1, t.Shape.Stations)
		if set := t.sheets[class]; set != 0 && t.r.Float64() < 0.3 {
			document = set // the sheet of last time, for those who lost it
		}
		t.sheets[class] = document
		for n := range t.Pupils[1:] {
			p := &t.Pupils[n+1]
			if p.Class != class || t.r.Float64() < 0.3 {
				continue
			}
			at := bell.Add(t.minutes(0, 2))
			j := t.submit(at.Add(-t.minutes(0.5, 5)), p, document, pages, 0)
			switch x := t.r.Float64(); {
			case x < 0.05:
				t.lapse(j)
			default:
				t.tap(at, p, station)
				t.release(at, station, j)
			}
		}
	}
}

// handout is a sheet that a year group is sent, for revision or a trip: a part of it prints it,
// each when and where they are, over some days.
func (t *teller) handout(d day) {
	for range t.count(t.Shape.Handouts) {
		year, share, over := t.some(7, 13), t.between(0.02, 0.25), t.some(1, 5)
		document, pages := t.paper(), t.some(1, 6)
		for n := range t.Pupils[1:] {
			p := &t.Pupils[n+1]
			if p.Year != year || p.weekly == 0 || t.r.Float64() > share {
				continue
			}
			at, station := t.schoolDay(d, t.r.IntN(over)).Add(clock(t.r)), t.near(p)
			j := t.submit(at.Add(-t.minutes(1, 20)), p, document, pages, 0)
			t.tap(at, p, station)
			t.release(at, station, j)
		}
	}
}

// codes are typed where a badge is forgotten or lost. Some go wrong, a few go wrong many
// times, and some are typed under a sibling's name, or one that nobody has.
func (t *teller) codes(d day) {
	for range t.count(t.Shape.Forgot * d.forget) {
		p := &t.Pupils[t.some(1, t.Shape.Pupils)]
		at, station := d.date.Add(clock(t.r)), t.near(p)
		if t.r.Float64() < t.Shape.Wrong {
			at = t.mistypes(at, p, station)
		}
		t.code(at, p, station)
		if p.weekly > 0 && t.r.Float64() < 0.5 {
			t.release(at.Add(20*time.Second), station, t.submit(at.Add(-t.minutes(1, 30)), p, t.paper(), t.length(), 0))
		}
	}
}

func (t *teller) mistypes(at time.Time, p *Pupil, station int) time.Time {
	tries := 1
	for more := 0.35; tries < 6 && t.r.Float64() < more; more = 0.6 {
		tries++ // it is really forgotten: four times are not rare
	}
	account := p.Number
	switch x := t.r.Float64(); {
	case x < 0.1:
		account = 0
	case x < 0.2:
		account = t.namesake(p)
	}
	for range tries {
		t.tell(Event{At: at, Kind: WrongCode, Pupil: account, Station: station})
		at = at.Add(t.minutes(0.1, 0.8))
	}
	return at
}

// namesake is a pupil of the same family name, or the pupil.
func (t *teller) namesake(p *Pupil) int {
	for range 60 {
		if q := t.Pupils[t.some(1, t.Shape.Pupils)]; q.Family == p.Family {
			return q.Number
		}
	}
	return p.Number
}

// essays are coursework marathons: a deadline, and 40 to 160 pages within minutes, on the
// evening or the morning before. Some do it twice a year, in parts, with corrections. essays
// says who has one due on which day.
func (t *teller) essays() {
	for n := range t.Pupils[1:] {
		p := &t.Pupils[n+1]
		if p.Year < 10 || p.weekly == 0 {
			continue
		}
		for range t.count(t.Shape.Essays) {
			// Deadlines are where there is most to do.
			n := t.r.IntN(len(t.days))
			for range 3 {
				if t.days[n].upper < 1.1 {
					n = t.r.IntN(len(t.days))
				}
			}
			t.due[n] = append(t.due[n], p)
		}
	}
}

func (t *teller) essay(d day, p *Pupil) {
	sent, visit := d.date.Add(7*time.Hour+t.minutes(0, 70)), d.date.Add(8*time.Hour+t.minutes(25, 45))
	if t.r.Float64() < 0.4 {
		sent, visit = d.date.Add(14*time.Hour+t.minutes(0, 60)), d.date.Add(15*time.Hour+t.minutes(15, 60))
	}
	parts, all := t.some(1, 10), []job{}
	pages := t.some(40, 160)
	for range parts {
		length := max(1, pages/parts+t.some(-2, 2))
		all = append(all, t.submit(sent, p, t.paper(), length, t.r.IntN(length+1)/3))
		sent = sent.Add(t.minutes(0.2, 5))
	}
	station := t.near(p)
	visit = later(visit, sent)
	t.tap(visit, p, station)
	end := t.release(visit, station, all...)
	if t.r.Float64() < 0.3 { // a mistake on the title page, found too late
		fix := all[0]
		t.release(end.Add(t.minutes(2, 15)), station, t.submit(end.Add(time.Minute), p, t.paper(), fix.pages, fix.colour))
	}
}
