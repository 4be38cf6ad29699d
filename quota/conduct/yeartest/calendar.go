package yeartest

import (
	"math/rand/v2"
	"time"
)

// day is a school day.
type day struct {
	date   time.Time // midnight
	week   int       // of term, from 0
	lower  float64   // how much Y7-9 print, against the average
	upper  float64   // and Y10-13
	exam   bool      // typed scripts are printed
	forget float64   // how many more than usual forget a code
	term   int       // 0 to 2: a term's allowance ends with it
}

// from is the first day of the story.
var from = time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC)

// term is a row of weeks between holidays, and the holiday after it, in weeks.
type term struct{ weeks, holiday int }

// days are the school days of a year: three terms with their half-terms, training days,
// and snow.
func days(r *rand.Rand, s Shape) (all []day) {
	half := r.IntN(2)
	terms := []term{{7 + half, 1}, {8 - half, 2}, {5 + half, 1}, {7 - half, 2}, {5 + half, 1}, {7 - half, 0}}
	monday, week := from.AddDate(0, 0, -int(from.Weekday()-time.Monday)), 0
	for n, t := range terms {
		for w := range t.weeks {
			for d := range 5 {
				if date := monday.AddDate(0, 0, d); !date.Before(from) {
					all = append(all, season(s, day{date: date, week: week}, n, w, t.weeks))
				}
			}
			monday, week = monday.AddDate(0, 0, 7), week+1
		}
		monday = monday.AddDate(0, 0, 7*t.holiday)
	}
	for range 3 + r.IntN(3) { // training days
		all = without(all, r.IntN(len(all)))
	}
	for range s.Snow {
		all = without(all, len(all)*2/5+r.IntN(len(all)/6))
	}
	return all
}

func without(all []day, n int) []day { return append(all[:n:n], all[n+1:]...) }

// season says how much is printed on a day: n is the half-term, w its week.
func season(s Shape, d day, n, w, weeks int) day {
	d.lower, d.upper, d.forget, d.term = 1, 1, 1, n/2
	switch {
	case n == 1 && (w == 1 || w == 2): // mocks
		d.upper, d.lower = s.Peak, 1.2
	case n == 2 && w >= 3, n == 3 && w < 4: // coursework
		d.upper, d.lower = s.Peak, 1.3
	case n == 5 && w >= weeks-3: // July
		d.upper, d.lower = s.Summer, s.Summer
	}
	d.exam = n == 4 && w >= 2 || n == 5 && w < 4
	if w == 0 {
		d.forget = 3
	}
	return d
}

func (d day) factor(year int) float64 {
	if year <= 9 {
		return d.lower
	}
	return d.upper
}

// clock is when pupils collect: before lessons, at break, at lunch, between lessons, after
// school, in lessons.
func clock(r *rand.Rand) time.Duration {
	within := func(hour, minute, length int) time.Duration {
		return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(r.Float64()*float64(length)*float64(time.Minute))
	}
	switch x := r.Float64(); {
	case x < 0.25:
		return within(8, 25, 20)
	case x < 0.45:
		return within(10, 50, 20)
	case x < 0.70:
		return within(12, 40, 50)
	case x < 0.85:
		return within([]int{9, 11, 14}[r.IntN(3)], 50, 6)
	case x < 0.95:
		return within(15, 10, 80)
	}
	return within(9, 0, 360)
}
