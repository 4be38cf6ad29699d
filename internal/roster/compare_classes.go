package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/school"
)

// title is what a class is called at a school.
type title struct {
	school school.ID
	name   string
}

// compareClasses matches classes by the source's id, else by their name: next year's 7A
// is this year's, with other members.
func (p *plan) compareClasses() {
	byID, byName := p.classBy, map[title]*school.ClassEntry{}
	for i := range p.state.classes {
		c := &p.state.classes[i]
		byName[title{c.School, c.Name}] = c
	}
	listed := map[school.ClassID]bool{}
	for _, c := range p.roster.Classes {
		if known := byID[c.ID]; known != nil {
			listed[known.ID] = true
		}
	}
	wanted := p.wantedClasses(byID)
	names := p.names(wanted, byName, listed)
	for _, g := range wanted {
		g.is.Name = names[g]
		if g.was == nil {
			if old := byName[title{g.is.School, g.is.Name}]; old != nil && !listed[old.ID] && p.mayAdopt(old) {
				g.was = old
				listed[old.ID] = true
			}
		}
		if g.was != nil {
			g.is.ID = g.was.ID
		}
		p.classes[g.ID] = g
		p.groups = append(p.groups, g)
	}
	p.outdate(byName, listed)
}

// wantedClasses are the roster's classes at schools that are known.
func (p *plan) wantedClasses(byID map[string]*school.ClassEntry) (wanted []*group) {
	for _, c := range p.roster.Classes {
		id, ok := p.at(c.School)
		switch {
		case !ok && p.only != 0: // another school's
			continue
		case !ok:
			p.bad.add(c.At, "no school is known by the id of the class's school")
			continue
		case p.only != 0 && id != p.only:
			continue
		case c.Gone && byID[c.ID] == nil:
			continue
		}
		g := &group{Class: c, was: byID[c.ID], is: &school.ClassEntry{School: id, Name: c.Name, Kind: c.Kind, Year: c.Year, Subject: c.Subject}}
		if g.was != nil && g.was.School != id {
			p.bad.add(c.At, "the class was at another school until now; give it an id of its own there")
			continue
		}
		wanted = append(wanted, g)
	}
	return wanted
}

// names gives every class a name of its own at its school: where a source has several of
// one name, its code or id tells them apart.
func (p *plan) names(wanted []*group, byName map[title]*school.ClassEntry, listed map[school.ClassID]bool) map[*group]string {
	count, coded := map[title]int{}, map[title]int{}
	for _, g := range wanted {
		count[title{g.is.School, g.Name}]++
		coded[title{g.is.School, withCode(g.Name, g.Code)}]++
	}
	names := map[*group]string{}
	used := map[title]bool{}
	for _, g := range wanted {
		name := g.Name
		holder := byName[title{g.is.School, name}]
		taken := holder != nil && (g.was == nil || holder.ID != g.was.ID) && !listed[holder.ID] && !p.mayAdopt(holder)
		if count[title{g.is.School, name}] > 1 || taken {
			name = withCode(g.Name, g.Code)
			if g.Code == "" || coded[title{g.is.School, name}] > 1 {
				name = withCode(g.Name, g.ID)
			}
		}
		for n := 2; used[title{g.is.School, name}]; n++ {
			name = withCode(g.Name, fmt.Sprint(n))
		}
		used[title{g.is.School, name}] = true
		names[g] = name
	}
	return names
}

// withCode is a name with what tells it from others, in at most 100 characters.
func withCode(name, code string) string {
	code = firstOf(code, 60)
	return strings.TrimSpace(firstOf(name, 100-len([]rune(code))-3)) + " (" + code + ")"
}

// mayAdopt says whether a class that the roster does not list may become one that it
// does: it is nobody's, or this source's of another year.
func (p *plan) mayAdopt(c *school.ClassEntry) bool {
	l, linked := p.links[c.ID]
	return !linked || l.source == p.roster.Source && p.roster.Whole.Teaching
}

// outdate renames classes that are over, where one that goes on takes their name.
func (p *plan) outdate(byName map[title]*school.ClassEntry, listed map[school.ClassID]bool) {
	for _, g := range p.groups {
		holder := byName[title{g.is.School, g.is.Name}]
		if holder == nil || listed[holder.ID] || g.was != nil && g.was.ID == holder.ID {
			continue
		}
		old := *holder
		old.Name = withCode(holder.Name, fmt.Sprintf("until %s, %d", p.day.Format(time.DateOnly), holder.ID))
		p.outdated = append(p.outdated, &old)
	}
}

func (g *group) changed() bool { return g.was != nil && *g.was != *g.is }

// compareEnrolments pairs who is to be in which class with who is.
func (p *plan) compareEnrolments() {
	for m := range p.open {
		p.sizes[m.class]++
	}
	wanted := map[member]bool{}
	seen := map[[2]any]At{}
	for _, e := range p.roster.Enrolments {
		g, pl, ok := p.sides(e)
		if !ok {
			continue
		}
		pair := [2]any{g, pl}
		if at, twice := seen[pair]; twice {
			if !e.Gone {
				p.bad.add(e.At, "the same person is in the class already, in line %d", at.Line)
			}
			continue
		}
		seen[pair] = e.At
		p.enlist(e, g, pl, wanted)
	}
	p.vanish(wanted)
}

// sides are the class and the person of an enrolment; false when it is nobody's here.
func (p *plan) sides(e Enrolment) (*group, *place, bool) {
	g := p.classes[e.Class]
	if g == nil {
		g = p.knownClass(e.Class)
	}
	w := p.byID[e.Person]
	if w == nil {
		w = p.knownPerson(e.Person)
	}
	switch {
	case g == nil && p.only != 0, e.Gone && (g == nil || w == nil):
		return nil, nil, false
	case g == nil:
		p.bad.add(e.At, "no class is known by this id")
		return nil, nil, false
	case w == nil && len(p.roster.Bad) > 0, w != nil && w.broken:
		return nil, nil, false // their own row is named already
	case w == nil:
		p.bad.add(e.At, "nobody is known by this id")
		return nil, nil, false
	case g.Gone, w.Gone, len(w.places) == 0:
		return nil, nil, false
	}
	i := slices.IndexFunc(w.places, func(pl *place) bool { return pl.is.School == g.is.School })
	if i < 0 {
		if !e.Gone {
			p.bad.add(e.At, "the person has no role at the class's school")
		}
		return nil, nil, false
	}
	return g, w.places[i], true
}

// knownClass is a class that the source has told of before, or nil.
func (p *plan) knownClass(id string) *group {
	c := p.classBy[id]
	if c == nil {
		return nil
	}
	g := &group{Class: Class{ID: id}, was: c, is: c}
	p.classes[id] = g
	return g
}

// knownPerson is somebody whom the source has told of before, or nil.
func (p *plan) knownPerson(id string) *someone {
	known, ok := p.identities[id]
	if !ok {
		return nil
	}
	w := &someone{Person: Person{ID: id}, individual: known.individual}
	for _, at := range sortedKeys(p.schools) {
		if e := p.entryAt[home{at, known.individual}]; e != nil && !e.Left && !slices.Contains(p.leaves, e) {
			w.places = append(w.places, &place{who: w, was: e, is: e, other: true})
		}
	}
	p.byID[id] = w
	return w
}

// enlist makes, changes or ends one enrolment.
func (p *plan) enlist(e Enrolment, g *group, pl *place, wanted map[member]bool) {
	var was school.Enrolment
	var there bool
	m := member{g.is.ID, pl.is.ID}
	if m.class != 0 && m.person != 0 {
		was, there = p.open[m]
	}
	is := school.Enrolment{School: g.is.School, Role: e.Role, From: e.Begin, To: e.End}
	if is.From.IsZero() {
		is.From = cmp.Or(was.From, p.day)
	}
	if is.To.IsZero() {
		is.To = cmp.Or(was.To, p.endOf(g, is.From))
	}
	over := e.Gone || !is.To.After(p.day)
	switch {
	case over && there:
		wanted[m] = true
		was.To = p.day
		p.end = append(p.end, was)
		g.ends++
	case over:
	case there && was.Role == is.Role && was.From.Equal(is.From) && was.To.Equal(is.To):
		wanted[m] = true
	default:
		if there {
			wanted[m] = true
			if !was.From.Equal(is.From) { // the new row says when it began
				was.To = was.From
				p.end = append(p.end, was)
			}
		} else {
			g.adds++
		}
		p.enrol = append(p.enrol, &membership{g, pl, is})
	}
}

// endOf is when a class ends that does not say when: with its terms, or with the school year.
func (p *plan) endOf(g *group, from time.Time) time.Time {
	if g.End.After(p.day) && g.End.After(from) {
		return g.End
	}
	latest := p.day
	if from.After(latest) {
		latest = from
	}
	end := time.Date(latest.Year(), time.September, 1, 0, 0, 0, 0, time.UTC)
	if !end.After(latest) {
		end = end.AddDate(1, 0, 0)
	}
	return end
}

// vanish ends the enrolments that a whole list leaves out, and counts them by class.
func (p *plan) vanish(wanted map[member]bool) {
	leaving := map[school.PersonID]bool{}
	for _, e := range p.leaves {
		leaving[e.ID] = true
	}
	gone := map[school.ClassID]*group{}
	for _, g := range p.groups {
		if g.was != nil {
			gone[g.was.ID] = g
		}
	}
	for _, c := range p.classBy {
		gone[c.ID] = cmp.Or(gone[c.ID], &group{is: c})
	}
	for m, e := range p.open {
		g := gone[m.class]
		if leaving[m.person] {
			p.lost[m.class]++ // and school.Leave ends it
			continue
		}
		if g == nil || wanted[m] {
			continue
		}
		byName := g.Gone
		if byName || p.covered[g.is.School] && (g.is.Kind == school.Registration && p.roster.Whole.Registration || g.is.Kind == school.Teaching && p.roster.Whole.Teaching) {
			e.To = p.day
			p.end = append(p.end, e)
			g.ends++
			if !byName {
				p.lost[m.class]++
			}
		}
	}
	slices.SortFunc(p.end, func(a, b school.Enrolment) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Person, b.Person))
	})
}
