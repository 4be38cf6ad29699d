package rule

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a policy.
type Problem struct {
	Line  int    // of the file, from 1; 0 where there is none
	Field string // such as rules[2].with.pages
	Say   string // "is 0, and goes from 2 to 100000"
}

// problems collects what is wrong, with where its fields stand in a file.
type problems struct {
	all   []Problem
	lines map[string]int
}

func (p *problems) add(field, say string, args ...any) {
	line := p.lines[field]
	for at := field; line == 0 && at != ""; line = p.lines[at] { // of what is not there: where it should be
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	p.all = append(p.all, Problem{line, field, fmt.Sprintf(say, args...)})
}

func (p *problems) within(field string, n, low, high int) {
	if n < low || n > high {
		p.add(field, "is %d, and goes from %d to %d", n, low, high)
	}
}

func (p *problems) text(field, s string, most int) {
	switch n := len([]rune(s)); {
	case strings.TrimSpace(s) == "":
		p.add(field, "is missing")
	case n > most:
		p.add(field, "has %d letters, and may have %d", n, most)
	}
}

// The most that a policy holds.
const (
	mostRules      = 100
	mostCategories = 30
	mostRungs      = 10
)

var keyword = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// Check says everything that is wrong with a policy.
func (s Set) Check() []Problem {
	p := &problems{}
	s.check(p)
	return p.all
}

func (s Set) check(p *problems) {
	p.within("rules", len(s.Rules), 0, mostRules)
	p.within("categories", len(s.Categories), 1, mostCategories)
	names := map[string]bool{}
	for i, c := range s.Categories {
		c.check(p, fmt.Sprintf("categories[%d]", i), names)
	}
	numbers := map[Number]bool{}
	for i, r := range s.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		if numbers[r.Number] {
			p.add(at+".rule", "is %d, as another rule's is", r.Number)
		}
		numbers[r.Number] = true
		s.checkRule(p, at, r)
	}
	s.Ladder.check(p)
	p.within("breaker.percent", s.Breaker.Percent, 1, 100)
	p.within("breaker.at-least", s.Breaker.AtLeast, 2, 100)
}

func (c Category) check(p *problems, at string, names map[string]bool) {
	if !keyword.MatchString(c.Name) || len(c.Name) > 30 {
		p.add(at+".name", "is %q, and has to be lower-case words with hyphens", c.Name)
	}
	if names[c.Name] {
		p.add(at+".name", "is %q, as another category's is", c.Name)
	}
	names[c.Name] = true
	p.text(at+".title", c.Title, 60)
	if routes := []Route{Automatic, Notice, ToPerson, Safeguarding}; !slices.Contains(routes, c.Route) {
		p.add(at+".route", "is %q, and has to be one of %s", c.Route, list(routes))
	}
}

func (s Set) checkRule(p *problems, at string, r Rule) {
	p.within(at+".rule", int(r.Number), 1, 1000000)
	p.text(at+".name", r.Name, 60)
	p.within(at+".weight", r.Weight, 0, 100)
	p.within(at+".decay-days", r.Decay, 1, 366)
	p.within(at+".quiet-hours", r.Quiet, 1, 744)
	spec, known := SpecOf(r.Kind)
	if !known {
		var kinds []Kind
		for _, s := range specs {
			kinds = append(kinds, s.Kind)
		}
		p.add(at+".kind", "is %q, and has to be one of %s", r.Kind, list(kinds))
		return
	}
	category, known := s.Category(r.Category)
	switch {
	case !known:
		p.add(at+".category", "is %q, and no category is called so", r.Category)
	case !slices.Contains(spec.Routes, category.Route):
		p.add(at+".category", "is %q, whose flags go %s: what a rule of kind %s sees may go %s", r.Category, category.Route, r.Kind, list(spec.Routes))
	}
	for _, name := range slices.Sorted(maps.Keys(r.With)) {
		field := at + ".with." + name
		f, known := spec.Figure(name)
		if !known {
			p.add(field, "is no figure of the kind %s", r.Kind)
			continue
		}
		p.within(field, r.With[name], f.Min, f.Max)
	}
}

func (l Ladder) check(p *problems) {
	p.within("ladder.rungs", len(l.Rungs), 1, mostRungs)
	p.text("ladder.objection", l.Objection, 300)
	for i, r := range l.Rungs {
		at := fmt.Sprintf("ladder.rungs[%d]", i)
		p.within(at+".points", r.Points, 1, 1000)
		p.within(at+".days", r.Days, 1, 100)
		p.text(at+".say", r.Say, 200)
		n := slices.Index(Actions(), r.Action)
		switch {
		case n < 0:
			p.add(at+".action", "is %q, and has to be one of %s", r.Action, list(Actions()))
		case i == 0:
		case r.Points <= l.Rungs[i-1].Points:
			p.add(at+".points", "is %d, and has to be more than the rung before has", r.Points)
		case n < slices.Index(Actions(), l.Rungs[i-1].Action):
			p.add(at+".action", "is %q, which is milder than the rung before", r.Action)
		}
	}
}

func list[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, t := range all {
		words[i] = string(t)
	}
	return strings.Join(words, ", ")
}
