package rule

import (
	"slices"
	"time"

	"inkwell/internal/school/calendar"
)

// Window is what is known of one person when they are judged.
type Window struct {
	Person   Person
	Events   []Event              // theirs alone, ascending by time; of at least Set.Remembers before Since
	Since    time.Time            // events before it were judged already: they are context
	Raised   map[Number]time.Time // when each rule last flagged them
	Calendar calendar.Calendar
	// Usual is how many pages are usual in their year group within a week, by its median, at a
	// time; nil where nobody knows.
	Usual func(at time.Time) int
}

// Evaluate says what the rules make of one person's events since a time, in their order. A rule
// flags once and is then quiet, whatever follows, for its quiet hours.
func (s Set) Evaluate(w Window) (all []Flag) {
	for _, r := range s.Rules {
		sees := watchers[r.Kind]
		if sees == nil || r.Off {
			continue
		}
		last, flagged := w.Raised[r.Number]
		for i, e := range w.Events {
			if e.At.Before(w.Since) || flagged && e.At.Before(last.Add(r.quiet())) {
				continue
			}
			if found := sees(r, w, i); found != nil {
				all = append(all, s.flag(r, w.Person, e, *found))
				last, flagged = e.At, true
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Flag) int { return a.At.Compare(b.At) })
	return all
}

// flag is a rule's flag of a person for an event.
func (s Set) flag(r Rule, p Person, by Event, of Evidence) Flag {
	c, _ := s.Category(r.Category)
	return Flag{Person: p, Rule: r.Number, Kind: r.Kind, Category: r.Category, Route: c.Route, At: by.At, Bucket: r.bucket(by),
		Weight: r.Weight, Decays: by.At.AddDate(0, 0, max(r.Decay, 1)), Evidence: of}
}

// Remembers is how far back from an event its rules look.
func (s Set) Remembers() time.Duration {
	var far time.Duration
	for _, r := range s.Rules {
		if !r.Off {
			far = max(far, r.remembers())
		}
	}
	return far
}

func (r Rule) remembers() time.Duration {
	const day = 24 * time.Hour
	far := time.Duration(r.Figure("minutes"))*time.Minute + time.Duration(r.Figure("hours"))*time.Hour + time.Duration(r.Figure("seconds"))*time.Second +
		time.Duration(r.Figure("days"))*day
	if r.Kind == Volume {
		far += ownWeeks * 7 * day
	}
	return far
}

// mostSeen is how many rows evidence names.
const mostSeen = 50

// evidence names rows, the last ones of very many, with figures in pairs of name and number.
func evidence(of []Event, numbers map[string]int) *Evidence {
	e := &Evidence{Numbers: numbers}
	for _, one := range of[max(0, len(of)-mostSeen):] {
		e.Seen = append(e.Seen, one.Object())
	}
	return e
}

// tally is what before finds, in figures alone.
func tally(all []Event, last int, within time.Duration, is What) (n, pages, colour int) {
	from := all[last].At.Add(-within)
	for i := last; i >= 0 && all[i].At.After(from); i-- {
		if e := &all[i]; e.What == is {
			n, pages, colour = n+1, pages+e.Pages, colour+e.Colour
		}
	}
	return n, pages, colour
}

// before are the events of a kind up to the one at a place that are no older than so long.
func before(all []Event, last int, within time.Duration, is What) (some []Event) {
	from := all[last].At.Add(-within)
	for i := last; i >= 0 && all[i].At.After(from); i-- {
		if all[i].What == is {
			some = append(some, all[i])
		}
	}
	slices.Reverse(some)
	return some
}

func pages(all []Event) (sum int) {
	for _, e := range all {
		sum += e.Pages
	}
	return sum
}
