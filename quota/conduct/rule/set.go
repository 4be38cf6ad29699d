package rule

import (
	"slices"
	"time"
)

// Number is a rule's number at its school, kept wherever it moves.
type Number int32

// Set is a school's whole conduct policy. The zero ID is one that is not kept anywhere.
type Set struct {
	ID         int32      `json:"-"` // of its version
	Rules      []Rule     `json:"rules"`
	Categories []Category `json:"categories"`
	Ladder     Ladder     `json:"ladder"`
	Breaker    Breaker    `json:"breaker"`
}

// Rule is one rule. With are its figures by their names; one that is left out has its default.
type Rule struct {
	Number   Number         `json:"rule"`
	Name     string         `json:"name"`
	Kind     Kind           `json:"kind"`
	Off      bool           `json:"off,omitempty"`
	Category string         `json:"category"`
	Weight   int            `json:"weight"`      // points of a flag, 0 to 100
	Decay    int            `json:"decay-days"`  // days in which they go down evenly to none, 1 to 366
	Quiet    int            `json:"quiet-hours"` // it flags a person once in so long, 1 to 744
	With     map[string]int `json:"with,omitempty"`
}

// Figure is one of its numbers, as set or by default.
func (r Rule) Figure(name string) int {
	if n, set := r.With[name]; set {
		return n
	}
	spec, _ := SpecOf(r.Kind)
	f, _ := spec.Figure(name)
	return f.Default
}

// quiet is how long it says nothing more of a person after a flag. A word in a title is never
// passed over.
func (r Rule) quiet() time.Duration {
	if r.Kind == TitleWords {
		return 0
	}
	return time.Duration(max(r.Quiet, 1)) * time.Hour
}

// bucket is the stretch of its quiet time that an event is in.
func (r Rule) bucket(e Event) int64 {
	if quiet := int64(r.quiet() / time.Second); quiet > 0 {
		return e.At.Unix() / quiet
	}
	return e.ID
}

// Category is what flags are about, and what may come of them by themselves.
type Category struct {
	Name  string `json:"name"`  // a keyword: "excess"
	Title string `json:"title"` // as people read it: "Too much paper"
	Route Route  `json:"route"`
}

// Breaker stops a rule that hits too many: in an hour at least AtLeast people of one year group, and
// more than Percent of it.
type Breaker struct {
	Percent int `json:"percent"`  // 1 to 100
	AtLeast int `json:"at-least"` // 2 to 100
}

// Trips says whether a rule is stopped that hit so many of so large a year group within an hour.
func (b Breaker) Trips(hit, of int) bool { return hit >= b.AtLeast && hit*100 > b.Percent*of }

// Rule is the rule of a number, and whether there is one.
func (s Set) Rule(n Number) (Rule, bool) {
	i := slices.IndexFunc(s.Rules, func(r Rule) bool { return r.Number == n })
	if i < 0 {
		return Rule{}, false
	}
	return s.Rules[i], true
}

// Category is the category of a name, and whether there is one.
func (s Set) Category(name string) (Category, bool) {
	i := slices.IndexFunc(s.Categories, func(c Category) bool { return c.Name == name })
	if i < 0 {
		return Category{}, false
	}
	return s.Categories[i], true
}
