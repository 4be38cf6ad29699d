package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/school"
)

// Difference is what an import changes, or would.
type Difference struct {
	Counts
	Schools []SchoolDifference // by name, those that change
	Stops   []string           // why a person has to look first; empty for nothing
}

// Counts are the figures of an import.
type Counts struct {
	People   int `json:"people"` // of the source, afterwards
	Schools  int `json:"schools"`
	Joiners  int `json:"joiners"`
	Returned int `json:"returned"` // of the joiners: who had left before
	Movers   int `json:"movers"`
	Changed  int `json:"changed"`
	Leavers  int `json:"leavers"`
	Relinked int `json:"relinked"`
	Foreign  int `json:"foreign"` // people whom another source keeps
	Classes  int `json:"classes"` // new or changed
	Enrolled int `json:"enrolled"`
	Ended    int `json:"ended"`
}

// nothing says whether nothing changes.
func (c Counts) nothing() bool {
	return c == Counts{People: c.People, Schools: 0, Foreign: c.Foreign}
}

// SchoolDifference is what changes at one school.
type SchoolDifference struct {
	Name    string
	New     bool
	Same    int // people who stay as they are
	Joiners []Line
	Movers  []Line
	Changed []Line
	Leavers []Line
	Classes []ClassLine
}

// Line is a person as IT reads them at a terminal, and what becomes of them.
type Line struct{ Given, Username, Detail string }

// ClassLine is what becomes of a class.
type ClassLine struct {
	Name        string
	New         bool
	Adds, Ends  int
	RenamedFrom string
}

// difference puts a plan into words.
func (p *plan) difference(made map[school.ID]bool) Difference {
	d := Difference{Counts: Counts{Schools: len(made), Relinked: len(p.relinked), Foreign: p.foreign}}
	by := map[school.ID]*SchoolDifference{}
	at := func(id school.ID) *SchoolDifference {
		if by[id] == nil {
			by[id] = &SchoolDifference{Name: p.schools[id].Name, New: made[id]}
		}
		return by[id]
	}
	for id := range made {
		at(id)
	}
	forms := p.forms()
	for _, w := range p.people {
		for _, pl := range w.places {
			p.tell(&d, at(pl.is.School), pl, forms)
		}
	}
	for _, e := range p.leaves {
		s := at(e.School)
		if p.moved[e.ID] {
			s.Movers = append(s.Movers, Line{e.Given, e.Username, "to another school of the trust"})
			d.Movers++
			continue
		}
		s.Leavers = append(s.Leavers, Line{e.Given, e.Username, yearWords(e.Year)})
		d.Leavers++
	}
	p.tellClasses(&d, at)
	d.People = p.remaining(d)
	for _, s := range by {
		s.order()
		if s.New || len(s.Joiners)+len(s.Movers)+len(s.Changed)+len(s.Leavers)+len(s.Classes) > 0 {
			d.Schools = append(d.Schools, *s)
		}
	}
	slices.SortFunc(d.Schools, func(a, b SchoolDifference) int { return strings.Compare(a.Name, b.Name) })
	d.Stops = p.stops()
	return d
}

// remaining is how many people the source keeps at schools afterwards.
func (p *plan) remaining(d Difference) int {
	n := d.Joiners - len(p.leaves)
	for _, e := range p.state.people {
		if by, ok := p.places[e.ID]; ok && by.source == p.roster.Source && !e.Left {
			n++
		}
	}
	return n
}

func (p *plan) tell(d *Difference, s *SchoolDifference, pl *place, forms map[school.PersonID]formMove) {
	line := Line{Given: pl.is.Given, Username: pl.is.Username}
	switch {
	case pl.other:
	case pl.was == nil, pl.back:
		line.Detail = yearWords(pl.is.Year)
		if pl.back {
			line.Detail = strings.TrimPrefix(line.Detail+", is back", ", ")
			d.Returned++
		}
		s.Joiners = append(s.Joiners, line)
		d.Joiners++
	default:
		p.tellChange(d, s, pl, line, forms[pl.was.ID])
	}
}

func (p *plan) tellChange(d *Difference, s *SchoolDifference, pl *place, line Line, form formMove) {
	var moves, changes []string
	if pl.was.Year != pl.is.Year {
		moves = append(moves, fmt.Sprintf("%s -> %s", cmp.Or(yearWords(pl.was.Year), "no year"), cmp.Or(yearWords(pl.is.Year), "no year")))
	}
	if form.from != form.to {
		moves = append(moves, fmt.Sprintf("class %s -> %s", cmp.Or(form.from, "none"), cmp.Or(form.to, "none")))
	}
	if pl.was.Username != pl.is.Username {
		changes = append(changes, "user name, was "+pl.was.Username)
	}
	if pl.was.Given != pl.is.Given || pl.was.Family != pl.is.Family {
		changes = append(changes, "name")
	}
	if add, drop := p.roleChange(pl); len(add)+len(drop) > 0 {
		changes = append(changes, "roles")
	}
	if _, isKept := p.places[pl.was.ID]; !isKept {
		changes = append(changes, "was added by hand, is kept by the roster now")
	}
	line.Detail = strings.Join(append(moves, changes...), "; ")
	switch {
	case len(moves) > 0:
		s.Movers = append(s.Movers, line)
		d.Movers++
	case len(changes) > 0:
		s.Changed = append(s.Changed, line)
		d.Changed++
	default:
		s.Same++
	}
}

// formMove is the registration group that somebody is in, and is to be.
type formMove struct{ from, to string }

// forms are the registration groups of the people who change theirs.
func (p *plan) forms() map[school.PersonID]formMove {
	all := map[school.PersonID]formMove{}
	kinds := map[school.ClassID]*school.ClassEntry{}
	for i := range p.state.classes {
		kinds[p.state.classes[i].ID] = &p.state.classes[i]
	}
	for _, e := range p.end {
		if c := kinds[e.Class]; c != nil && c.Kind == school.Registration && e.Role == school.Pupil {
			all[e.Person] = formMove{from: c.Name, to: all[e.Person].to}
		}
	}
	for _, m := range p.enrol {
		if m.group.is.Kind == school.Registration && m.Role == school.Pupil && m.place.is.ID != 0 {
			all[m.place.is.ID] = formMove{from: all[m.place.is.ID].from, to: m.group.is.Name}
		}
	}
	return all
}

func (p *plan) tellClasses(d *Difference, at func(school.ID) *SchoolDifference) {
	told := map[school.ClassID]bool{}
	for _, g := range p.groups {
		line := ClassLine{Name: g.is.Name, New: g.was == nil, Adds: g.adds, Ends: g.ends}
		if g.was != nil {
			told[g.was.ID] = true
			if g.was.Name != g.is.Name {
				line.RenamedFrom = g.was.Name
			}
		}
		if line.New || g.changed() {
			d.Classes++
		}
		if line.New || g.changed() || g.adds+g.ends > 0 {
			at(g.is.School).Classes = append(at(g.is.School).Classes, line)
		}
	}
	ends := map[school.ClassID]int{}
	for _, e := range p.end {
		if !p.reopened(e) {
			ends[e.Class]++
			d.Ended++
		}
	}
	for i := range p.state.classes {
		c := &p.state.classes[i]
		if ends[c.ID] > 0 && !told[c.ID] {
			at(c.School).Classes = append(at(c.School).Classes, ClassLine{Name: c.Name, Ends: ends[c.ID]})
		}
	}
	d.Enrolled = len(p.enrol)
}

// reopened says whether an enrolment only makes room for one that begins on another day.
func (p *plan) reopened(e school.Enrolment) bool { return e.To.Equal(e.From) && e.To.Before(p.day) }

// roleChange is what somebody's roles are to gain and lose. What a person gave by hand stays.
func (p *plan) roleChange(pl *place) (add, drop []school.Role) {
	if pl.other {
		return nil, nil
	}
	var has, given []school.Role
	if pl.was != nil {
		has, given = pl.was.Roles, p.places[pl.was.ID].roles
	}
	for _, r := range pl.roles {
		if !slices.Contains(has, r) {
			add = append(add, r)
		}
	}
	for _, r := range given {
		if !slices.Contains(pl.roles, r) && slices.Contains(has, r) {
			drop = append(drop, r)
		}
	}
	return add, drop
}

// gives are the roles that somebody has of the source, afterwards.
func (p *plan) gives(pl *place) []school.Role {
	add, _ := p.roleChange(pl)
	if pl.was != nil {
		for _, r := range p.places[pl.was.ID].roles {
			if slices.Contains(pl.roles, r) {
				add = append(add, r)
			}
		}
	}
	slices.Sort(add)
	return slices.Compact(add)
}

func (s *SchoolDifference) order() {
	for _, lines := range [][]Line{s.Joiners, s.Movers, s.Changed, s.Leavers} {
		slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(a.Username, b.Username) })
	}
	slices.SortFunc(s.Classes, func(a, b ClassLine) int { return strings.Compare(a.Name, b.Name) })
}

func yearWords(year int) string {
	switch year {
	case school.NoYear:
		return ""
	case 0:
		return "Reception"
	}
	return fmt.Sprintf("year %d", year)
}
