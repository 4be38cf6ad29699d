package rule_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
	"inkwell/quota/conduct/yeartest"
)

// past is a year as the rules are told of it, and what the scorer knows besides.
type past struct {
	year   *yeartest.Year
	days   calendar.Calendar
	events []rule.Event                 // in order of time
	of     map[rule.Person][]rule.Event // by person
	deeds  map[*yeartest.Abuser][]time.Time
	by     map[string]*yeartest.Abuser // who is behind a row
	found  map[string][]rule.Flag
	median map[int][]int // pages a week by year group and week, for its median pupil
}

func tellPast(seed uint64, pupils int) *past {
	y := yeartest.New(seed, pupils)
	p := &past{year: y, days: calendarOf(y), of: map[rule.Person][]rule.Event{}, deeds: map[*yeartest.Abuser][]time.Time{}, by: map[string]*yeartest.Abuser{}, found: map[string][]rule.Flag{}}
	eyes := newEyes(y)
	for e, by := range y.Events() {
		if by != nil && (e.Pupil == by.Pupil || by.Misuse == yeartest.Guess && e.Kind == yeartest.WrongCode || by.Misuse == yeartest.Sell) {
			p.deeds[by] = append(p.deeds[by], e.At)
		}
		seen, told := eyes.see(e)
		if !told {
			continue
		}
		if by != nil {
			p.by[seen.Object()] = by
		}
		p.events = append(p.events, seen)
		p.of[seen.Person] = append(p.of[seen.Person], seen)
	}
	p.median = medians(y, p.of)
	return p
}

// calendarOf is a year's calendar: one term, and what is no school day is off.
func calendarOf(y *yeartest.Year) (c calendar.Calendar) {
	all := y.Days()
	first, last := calendar.DateOf(all[0]), calendar.DateOf(all[len(all)-1])
	c.Terms = []calendar.Term{{Name: "Year", First: first, Last: last}}
	open := map[calendar.Date]bool{}
	for _, d := range all {
		open[calendar.DateOf(d)] = true
	}
	for d := first; d <= last; d++ {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday && !open[d] {
			c.Off = append(c.Off, calendar.DayOff{Kind: calendar.Holiday, First: d, Last: d, Reason: "no school"})
		}
	}
	return c
}

// medians are what is usual in each year group in each calendar week: of those who printed at
// all in the four weeks before, the median's pages a week.
func medians(y *yeartest.Year, of map[rule.Person][]rule.Event) map[int][]int {
	last := y.Days()[len(y.Days())-1]
	all, weeks := map[int][][]int{}, int(last.Sub(y.Days()[0])/(7*24*time.Hour))+3
	for _, p := range y.Pupils[1:] {
		sums := make([]int, weeks)
		for _, e := range of[rule.Person(p.Number)] {
			if e.What == rule.Released {
				sums[weekOf(y, e.At)] += e.Pages
			}
		}
		all[p.Year] = append(all[p.Year], sums)
	}
	medians := map[int][]int{}
	for year, pupils := range all {
		for w := range weeks {
			var column []int
			for _, sums := range pupils {
				n := 0
				for _, pages := range sums[max(0, w-4):w] {
					n += pages
				}
				if n > 0 {
					column = append(column, n)
				}
			}
			slices.Sort(column)
			column = append(column, 0)
			medians[year] = append(medians[year], column[(len(column)-1)/2]/4)
		}
	}
	return medians
}

// weekOf is the calendar week of a time, from the first.
func weekOf(y *yeartest.Year, at time.Time) int {
	return (int(at.Sub(y.First())/(24*time.Hour)) + 2) / 7
}

// flags are all that a policy raises in a year, in order of time. Rules know nothing of each
// other, so what one raises is found once, however many policies have it.
func (p *past) flags(s rule.Set) (all []rule.Flag) {
	for _, r := range s.Rules {
		c, _ := s.Category(r.Category)
		key := fmt.Sprint(r, c.Route)
		if _, known := p.found[key]; !known {
			p.found[key] = p.raised(rule.Set{Rules: []rule.Rule{r}, Categories: s.Categories})
		}
		all = append(all, p.found[key]...)
	}
	slices.SortStableFunc(all, func(a, b rule.Flag) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Person, b.Person)) })
	return all
}

func (p *past) raised(s rule.Set) (all []rule.Flag) {
	if spec, _ := rule.SpecOf(s.Rules[0].Kind); spec.Shared {
		return s.EvaluateShared(p.events, time.Time{}, nil)
	}
	for _, person := range slices.Sorted(maps.Keys(p.of)) {
		usual := func(at time.Time) int { return p.median[p.year.Pupils[person].Year][weekOf(p.year, at)] }
		all = append(all, s.Evaluate(rule.Window{Person: person, Events: p.of[person], Calendar: p.days, Usual: usual})...)
	}
	return all
}

// score is how a policy did in a year, or in several.
type score struct {
	abusers, stopped int
	by               map[yeartest.Misuse][2]int // stopped, of so many
	weeks, touched   int                        // of honest pupils: beyond a notice
	withdrawn        int                        // of honest pupils, by a rule alone
	noticed          int                        // notices to honest pupils
	looked           int                        // flags on honest pupils that a person looks at
	missed           []string
	hurt             map[string]int // rules that touched honest pupils
	wait             []int          // days from the first deed till the stop
}

func (s *score) add(o score) {
	s.abusers, s.stopped, s.weeks, s.touched = s.abusers+o.abusers, s.stopped+o.stopped, s.weeks+o.weeks, s.touched+o.touched
	s.withdrawn, s.noticed, s.looked = s.withdrawn+o.withdrawn, s.noticed+o.noticed, s.looked+o.looked
	s.missed, s.wait = append(s.missed, o.missed...), append(s.wait, o.wait...)
	if s.by == nil {
		s.by, s.hurt = map[yeartest.Misuse][2]int{}, map[string]int{}
	}
	for k, n := range o.by {
		s.by[k] = [2]int{s.by[k][0] + n[0], s.by[k][1] + n[1]}
	}
	for k, n := range o.hurt {
		s.hurt[k] += n
	}
}

func (s score) stops() float64   { return 100 * float64(s.stopped) / float64(s.abusers) }
func (s score) touches() float64 { return 100 * float64(s.touched) / float64(s.weeks) }

func (s score) String() string {
	slices.Sort(s.wait)
	var kinds []string
	for _, m := range yeartest.Misuses {
		kinds = append(kinds, fmt.Sprintf("%s %d/%d", m, s.by[m][0], s.by[m][1]))
	}
	half := 0
	if len(s.wait) > 0 {
		half = s.wait[len(s.wait)/2]
	}
	return fmt.Sprintf("%d of %d abusers stopped (%.1f %%; half within %d days): %s; %d of %d honest pupil-weeks touched beyond a notice (%.3f %%), %d withdrawals, %d notices, %d looked at by a person; touched by %v",
		s.stopped, s.abusers, s.stops(), half, strings.Join(kinds, ", "), s.touched, s.weeks, s.touches(), s.withdrawn, s.noticed, s.looked, s.hurt)
}

// judge scores a policy on a year.
func (p *past) judge(s rule.Set) score {
	sc := score{by: map[yeartest.Misuse][2]int{}, hurt: map[string]int{}, abusers: len(p.year.Abusers)}
	villains := map[rule.Person]*yeartest.Abuser{}
	for n := range p.year.Abusers {
		a := &p.year.Abusers[n]
		villains[rule.Person(a.Pupil)] = a
	}
	stopped := map[*yeartest.Abuser]time.Time{}
	stop := func(a *yeartest.Abuser, at time.Time) {
		if _, known := stopped[a]; !known && !at.Before(a.From) {
			stopped[a] = at
		}
	}
	courses, touched := map[rule.Person]*rule.Course{}, map[rule.Person]map[int]bool{}
	for _, f := range p.flags(s) {
		c := courses[f.Person]
		if c == nil {
			c = &rule.Course{}
			courses[f.Person] = c
		}
		t := c.Take(s.Ladder, p.days, f)
		if p.year.Pupils[f.Person].Special {
			continue // exempt: nothing comes of it by itself
		}
		a, person := villains[f.Person], f.Route == rule.ToPerson || f.Route == rule.Safeguarding
		if culprit := p.culprit(f); culprit != nil && person {
			stop(culprit, f.At)
		}
		switch {
		case a != nil && enough(a.Misuse, f, t):
			stop(a, f.At)
		case a == nil && t.Rung > 0 && t.Action == rule.TellPupil:
			sc.noticed++
		case a == nil && t.Rung > 0:
			if touched[f.Person] == nil {
				touched[f.Person] = map[int]bool{}
			}
			for at := t.At; at.Before(t.Ends); at = at.AddDate(0, 0, 1) {
				touched[f.Person][weekOf(p.year, at)] = true
			}
			if t.Action.Withdraws() {
				sc.withdrawn++
			}
			sc.hurt[string(f.Kind)+" "+string(t.Action)]++
		}
		if a == nil && (person || t.Held) {
			sc.looked++
		}
	}
	for _, weeks := range touched {
		sc.touched += len(weeks)
	}
	sc.weeks = (p.year.Shape.Pupils - len(p.year.Abusers)) * p.year.Weeks
	for n := range p.year.Abusers {
		p.tally(&sc, &p.year.Abusers[n], stopped)
	}
	return sc
}

// tally counts an abuser: stopped in time is while a quarter of the deeds was still to come.
func (p *past) tally(sc *score, a *yeartest.Abuser, stopped map[*yeartest.Abuser]time.Time) {
	deeds, n := p.deeds[a], sc.by[a.Misuse]
	n[1]++
	at, known := stopped[a]
	if known && at.Before(deeds[len(deeds)*3/4]) {
		sc.stopped++
		n[0]++
		sc.wait = append(sc.wait, int(at.Sub(deeds[0])/(24*time.Hour)))
	} else {
		sc.missed = append(sc.missed, fmt.Sprintf("seed shape %d/%d: %s by %d, intensity %.2f, disguised %v, %d deeds, %v", p.year.Shape.Stations, p.year.Shape.Buildings, a.Misuse, a.Pupil, a.Intensity, a.Disguised, len(deeds), known))
	}
	sc.by[a.Misuse] = n
}

// culprit is who is behind most of what a flag rests on, or nil.
func (p *past) culprit(f rule.Flag) *yeartest.Abuser {
	count := map[*yeartest.Abuser]int{}
	for _, row := range f.Evidence.Seen {
		count[p.by[row]]++
	}
	for a, n := range count {
		if a != nil && 2*n > len(f.Evidence.Seen) {
			return a
		}
	}
	return nil
}

// enough says whether what came of a flag stops such an abuser. Excess is stopped by a
// withdrawal; waste, which no rule may withdraw for, once a person is told: the tutor, or
// whoever decides; guessing, sharing and selling once a person has it to look at.
func enough(m yeartest.Misuse, f rule.Flag, t rule.Taken) bool {
	withdrawn := t.Rung > 0 && t.Action.Withdraws()
	told := t.Held || t.Rung > 0 && t.Action == rule.TellTutor
	switch m {
	case yeartest.Flood, yeartest.Hoard:
		return withdrawn
	case yeartest.Copy, yeartest.Litter, yeartest.Trick:
		return withdrawn || told || f.Route == rule.ToPerson
	case yeartest.Share:
		return f.Kind == rule.Travel || f.Kind == rule.OneKiosk
	}
	return false // told by culprit
}
