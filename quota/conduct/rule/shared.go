package rule

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// EvaluateShared says what the rules that look at many people together make of a school's
// events since a time, which are ascending by it: a flag on each of those people. raised says when a
// rule last flagged somebody.
func (s Set) EvaluateShared(events []Event, since time.Time, raised func(Number, Person) (time.Time, bool)) (all []Flag) {
	for _, r := range s.Rules {
		switch {
		case r.Off:
		case r.Kind == OneKiosk:
			all = append(all, s.together(r, events, since, raised, CodeUsed, "seconds", time.Second, 1, atStation)...)
		case r.Kind == WrongNames:
			all = append(all, s.together(r, events, since, raised, WrongCode, "minutes", time.Minute, 1, atStation)...)
		case r.Kind == SameDocument:
			all = append(all, s.together(r, events, since, raised, Released, "hours", time.Hour, r.Figure("kiosks"), func(e Event) uint64 { return e.Document })...)
		}
	}
	slices.SortStableFunc(all, func(a, b Flag) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Person, b.Person)) })
	return all
}

func atStation(e Event) uint64 {
	return uint64(max(0, e.Station)) // #nosec G115 -- not below 0
}

// together flags everybody of whom the same is told within a time, if they are many: key is what
// is the same, 0 for nothing, and kiosks are at how many it has to be.
func (s Set) together(r Rule, events []Event, since time.Time, raised func(Number, Person) (time.Time, bool), what What, unit string, each time.Duration, kiosks int, key func(Event) uint64) (all []Flag) {
	within := time.Duration(r.Figure(unit)) * each
	lately := map[uint64][]Event{}
	flagged := map[Person]time.Time{}
	for _, e := range events {
		k := key(e)
		if e.What != what || k == 0 {
			continue
		}
		lately[k] = append(lately[k], e)
		group := lately[k]
		for !group[0].At.After(e.At.Add(-within)) {
			group = group[1:]
		}
		lately[k] = group
		people, places := map[Person]bool{}, map[int32]bool{}
		for _, g := range group {
			people[g.Person], places[g.Station] = true, true
		}
		if e.At.Before(since) || len(people) < r.Figure("people") || len(places) < kiosks {
			continue
		}
		for _, p := range slices.Sorted(maps.Keys(people)) {
			last, known := flagged[p]
			if !known && raised != nil {
				last, known = raised(r.Number, p)
			}
			if known && e.At.Before(last.Add(r.quiet())) {
				continue
			}
			flagged[p] = e.At
			f := s.flag(r, p, e, *evidence(of(group, p), map[string]int{"people": len(people), unit: r.Figure(unit)}))
			f.Same = r.same(k, f.Bucket)
			all = append(all, f)
		}
	}
	return all
}

// same is what a case is known by: a document for as long as its flags have points, a kiosk for a stretch of
// the rule's quiet time.
func (r Rule) same(key uint64, bucket int64) uint64 {
	if r.Kind == SameDocument {
		return key
	}
	return key<<32 | uint64(bucket)&(1<<32-1) // #nosec G115 -- bits
}

// of are a person's own: nobody's evidence names what others did.
func of(all []Event, p Person) (own []Event) {
	for _, e := range all {
		if e.Person == p {
			own = append(own, e)
		}
	}
	return own
}

// RemembersShared is how far back from an event the rules look that look at many people.
func (s Set) RemembersShared() (far time.Duration) {
	for _, r := range s.Rules {
		if spec, _ := SpecOf(r.Kind); spec.Shared && !r.Off {
			far = max(far, r.remembers())
		}
	}
	return far
}
