package yeartest

import (
	"cmp"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Year is a school's year, ready to be told.
type Year struct {
	Shape    Shape
	Pupils   []Pupil // by number; nobody is number 0
	Abusers  []Abuser
	Weeks    int
	Building []int // of each station by number; 0 is no station
	days     []day
	seed     uint64
	culprits map[int]int // pupil to abuser
}

// New draws a year of a school of so many pupils. The same seed is the same year.
func New(seed uint64, pupils int) *Year {
	r := dice(seed, 1)
	s := draw(r, pupils)
	y := &Year{Shape: s, Pupils: people(r, s), days: days(r, s), seed: seed, culprits: map[int]int{}, Building: make([]int, s.Stations+1)}
	for n := 1; n <= s.Stations; n++ {
		y.Building[n] = 1 + n*s.Buildings/(s.Stations+1)
	}
	y.Weeks = y.days[len(y.days)-1].week + 1
	y.Abusers = abusers(r, y)
	for n, a := range y.Abusers {
		y.culprits[a.Pupil] = n
	}
	return y
}

// dice fall the same way for the same seed: a year can be told again.
func dice(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream)) // #nosec G404 -- a story, and no secret
}

// Days are the midnights of the school days.
func (y *Year) Days() (all []time.Time) {
	for _, d := range y.days {
		all = append(all, d.date)
	}
	return all
}

// First is the midnight of the first day.
func (y *Year) First() time.Time { return from }

// told is an event, and who is behind it: an abuser by number, or -1.
type told struct {
	Event
	by int
}

// teller tells a year, a calendar day after the other. What happens later than today
// waits on its day.
type teller struct {
	*Year
	r      *rand.Rand
	later  map[int][]told // by days since the first
	jobs   int
	papers uint64
	sheets map[string]uint64 // what a class was given last
	mine   map[int]uint64    // what an abuser copies, or passes on
	due    map[int][]*Pupil  // who has coursework to hand in, by day of school
	left   []int             // pages of this term, by pupil
	broke  []bool            // who has learned that there are too few
	term   int
	today  int
	by     int       // who is behind what is told now
	next   time.Time // the school day after today
}

// Events tells the year in the order of time, with the abuser behind each event, or nil.
// It tells the same each time.
func (y *Year) Events() iter.Seq2[Event, *Abuser] {
	return func(yield func(Event, *Abuser) bool) {
		t := &teller{Year: y, r: dice(y.seed, 2), later: map[int][]told{}, sheets: map[string]uint64{}, mine: map[int]uint64{}, due: map[int][]*Pupil{}, left: make([]int, len(y.Pupils)), broke: make([]bool, len(y.Pupils)), term: -1, by: -1}
		t.essays()
		n := 0
		for number := 0; n < len(y.days) || len(t.later) > 0; number++ {
			date := from.AddDate(0, 0, number)
			t.today = number
			if n < len(y.days) && y.days[n].date.Equal(date) {
				t.next = date.AddDate(0, 0, 1)
				if n++; n < len(y.days) {
					t.next = y.days[n].date
				}
				t.day(y.days[n-1], t.due[n-1])
			}
			if !y.hand(t.take(number), yield) {
				return
			}
		}
	}
}

func (y *Year) hand(all []told, yield func(Event, *Abuser) bool) bool {
	for _, e := range all {
		var by *Abuser
		if e.by >= 0 {
			by = &y.Abusers[e.by]
		}
		if !yield(e.Event, by) {
			return false
		}
	}
	return true
}

// take is what happens on a day, in order.
func (t *teller) take(number int) []told {
	all := t.later[number]
	delete(t.later, number)
	slices.SortStableFunc(all, func(a, b told) int { return a.At.Compare(b.At) })
	return all
}

func (t *teller) tell(e Event) {
	number := int(e.At.Sub(from) / (24 * time.Hour))
	if number < t.today {
		panic("yeartest: told of a day that is over")
	}
	t.later[number] = append(t.later[number], told{e, t.by})
}

// day is a day of the school: what everybody prints, what befalls them, and the abusers.
func (t *teller) day(d day, due []*Pupil) {
	t.by = -1
	if d.term != t.term {
		t.term = d.term
		for n := range t.Pupils {
			t.left[n], t.broke[n] = t.Pupils[n].allowance(t.Shape), false
		}
	}
	for n := range t.Pupils[1:] {
		p := &t.Pupils[n+1]
		for range t.count(p.weekly * d.factor(p.Year) / 5) {
			if !t.broke[p.Number] || t.r.Float64() < 0.1 {
				t.errand(d, p)
			}
		}
		if p.club && t.r.Float64() < 0.15 {
			t.club(d, p)
		}
		if d.exam && p.Year >= 11 && p.Number%9 == 0 && t.r.Float64() < 0.15 {
			t.script(d, p)
		}
	}
	for _, p := range due {
		t.essay(d, p)
	}
	t.bells(d)
	t.handout(d)
	t.codes(d)
	for n := range t.Abusers {
		if a := &t.Abusers[n]; !d.date.Before(a.From) && !d.date.After(a.To) {
			t.by = n
			t.misuse(d, a)
		}
	}
	t.by = -1
}

// count is how often something happens that happens so often on average.
func (t *teller) count(mean float64) (n int) {
	limit, x := math.Exp(-mean), t.r.Float64()
	for x > limit && n < 50 {
		x *= t.r.Float64()
		n++
	}
	return n
}

func (t *teller) between(low, high float64) float64 { return low + (high-low)*t.r.Float64() }

// some is a whole number from low to high.
func (t *teller) some(low, high int) int { return low + t.r.IntN(high-low+1) }

func (t *teller) minutes(low, high float64) time.Duration {
	return time.Duration(t.between(low, high) * float64(time.Minute))
}

func (t *teller) paper() uint64 {
	t.papers++
	return t.papers<<20 | t.r.Uint64N(1<<20)
}

// meanPages is how long a job is on average.
const meanPages = 3.8

// length is how many pages a job has: most are short, some are very long.
func (t *teller) length() int {
	long := t.Shape.Tail
	switch x := t.r.Float64(); {
	case x < 0.002*long:
		return t.some(61, 180)
	case x < 0.02*long:
		return t.some(21, 60)
	case x < 0.10*long:
		return t.some(7, 20)
	case x < 0.30:
		return t.some(3, 6)
	case x < 0.55:
		return 2
	}
	return 1
}

// near is a station for a pupil: the usual one, or another.
func (t *teller) near(p *Pupil) int {
	if t.r.Float64() < 0.6 {
		return p.home
	}
	return t.some(1, t.Shape.Stations)
}

// other is another station of the same building, or the same if there is none.
func (t *teller) other(station int) int {
	for range 8 {
		if n := t.some(1, t.Shape.Stations); n != station && t.Building[n] == t.Building[station] {
			return n
		}
	}
	return station
}

// abroad is a station of another building, or just another where there is one.
func (t *teller) abroad(station int) int {
	for range 50 {
		if n := t.some(1, t.Shape.Stations); n != station && (t.Shape.Buildings == 1 || t.Building[n] != t.Building[station]) {
			return n
		}
	}
	return t.other(station)
}

// abusers are twenty: two of each kind, and four more.
func abusers(r *rand.Rand, y *Year) (all []Abuser) {
	kinds := slices.Concat(Misuses, Misuses)
	for len(kinds) < 20 {
		kinds = append(kinds, Misuses[r.IntN(len(Misuses))])
	}
	taken := map[int]bool{}
	for _, kind := range kinds {
		a := Abuser{Misuse: kind, Intensity: r.Float64(), Disguised: r.IntN(2) == 0}
		for a.Pupil == 0 || taken[a.Pupil] || y.Pupils[a.Pupil].Special {
			a.Pupil = 1 + r.IntN(y.Shape.Pupils)
		}
		taken[a.Pupil] = true
		first := 15 + r.IntN(len(y.days)-15-40)
		a.From, a.To = y.days[first].date, y.days[min(len(y.days)-1, first+30+r.IntN(90))].date
		for range 1 + r.IntN(25) {
			if v := 1 + r.IntN(y.Shape.Pupils); v != a.Pupil {
				a.Victims = append(a.Victims, v)
			}
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Abuser) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Pupil, b.Pupil)) })
	return all
}
