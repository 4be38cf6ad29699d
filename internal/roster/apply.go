package roster

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// apply carries a plan out. Rows that stay as they are are not written, not even with
// what they have.
func (i *Importer) apply(ctx context.Context, tx *db.Tx, p *plan, r Request) error {
	for _, step := range []struct {
		what string
		do   func(context.Context, *db.Tx) error
	}{
		{"people", p.applyIdentities}, {"people", p.applyPeople}, {"roles", p.applyRoles},
		{"leavers", func(ctx context.Context, tx *db.Tx) error { return i.applyLeavers(ctx, tx, p) }},
		{"classes", p.applyClasses},
		{"terms", p.applyTerms},
		{"enrolments", func(ctx context.Context, tx *db.Tx) error { return p.applyEnrolments(ctx, tx, r.Progress) }},
	} {
		r.Progress(step.what, 0, 0)
		if err := step.do(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// applyIdentities keeps whom the source means by its ids.
func (p *plan) applyIdentities(ctx context.Context, tx *db.Tx) error {
	if err := updateIdentities(ctx, tx, p.roster.Source, p.relinked); err != nil {
		return err
	}
	var nameless []*someone
	for _, w := range p.people {
		if w.individual == 0 && len(w.places) > 0 {
			nameless = append(nameless, w)
		}
	}
	if len(nameless) > 0 {
		ids, err := school.NewIndividuals(ctx, tx, len(nameless))
		if err != nil {
			return err
		}
		for n, w := range nameless {
			w.individual = ids[n]
			for _, pl := range w.places {
				pl.is.Individual = ids[n]
			}
		}
	}
	var fresh []*someone
	for _, w := range p.people {
		if w.fresh && w.individual != 0 {
			fresh = append(fresh, w)
		}
	}
	return upsertIdentities(ctx, tx, p.roster.Source, fresh)
}

// applyPeople writes rows of people: first those that give a name up, then those that take it.
func (p *plan) applyPeople(ctx context.Context, tx *db.Tx) error {
	amend := slices.Clone(p.retired)
	var back []school.PersonID
	var join []*school.Entry
	for _, w := range p.people {
		for _, pl := range w.places {
			switch {
			case pl.other:
			case pl.was == nil:
				join = append(join, pl.is)
			case pl.back:
				back = append(back, pl.is.ID)
				fallthrough
			default:
				if pl.changed() {
					amend = append(amend, pl.is)
				}
			}
		}
	}
	if len(amend) > 0 {
		if err := school.Amend(ctx, tx, amend); err != nil {
			return err
		}
	}
	if len(back) > 0 {
		if err := school.Return(ctx, tx, back); err != nil {
			return err
		}
	}
	return school.Join(ctx, tx, join)
}

func (p *plan) applyRoles(ctx context.Context, tx *db.Tx) error {
	var add, drop []school.Held
	var keep []keeping
	for _, w := range p.people {
		for _, pl := range w.places {
			if pl.other {
				continue
			}
			gain, lose := p.roleChange(pl)
			for _, r := range gain {
				add = append(add, school.Held{Person: pl.is.ID, School: pl.is.School, Role: r})
			}
			for _, r := range lose {
				drop = append(drop, school.Held{Person: pl.is.ID, School: pl.is.School, Role: r})
			}
			gives := p.gives(pl)
			if by, ok := p.places[pl.is.ID]; !ok || !slices.Equal(sorted(by.roles), gives) {
				keep = append(keep, keeping{pl.is.ID, pl.is.School, gives})
			}
		}
	}
	if len(drop) > 0 {
		if err := school.TakeRoles(ctx, tx, drop); err != nil {
			return err
		}
	}
	if err := school.GiveRoles(ctx, tx, add); err != nil {
		return err
	}
	return upsertPlaces(ctx, tx, p.roster.Source, keep)
}

// keeping is somebody whom the source keeps from now on, with the roles of it.
type keeping struct {
	person school.PersonID
	school school.ID
	roles  []school.Role
}

func sorted(roles []school.Role) []school.Role { return slices.Sorted(slices.Values(roles)) }

// applyLeavers lets people go, and tells every kiosk that shows one of them.
func (i *Importer) applyLeavers(ctx context.Context, tx *db.Tx, p *plan) error {
	by := map[school.ID][]school.PersonID{}
	for _, e := range p.leaves {
		by[e.School] = append(by[e.School], e.ID)
	}
	for _, id := range sortedKeys(by) {
		if err := school.Leave(ctx, tx, id, p.day, EraseAfter, by[id]); err != nil {
			return err
		}
		topics := make([]string, len(by[id]))
		for n, person := range by[id] {
			topics[n] = events.Person(int64(person))
		}
		if err := i.Hub.Touch(ctx, tx, id, topics...); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) applyClasses(ctx context.Context, tx *db.Tx) error {
	amend := slices.Clone(p.outdated)
	var add []*school.ClassEntry
	var link []*group
	for _, g := range p.groups {
		switch {
		case g.was == nil:
			add, link = append(add, g.is), append(link, g)
			continue
		case g.changed():
			amend = append(amend, g.is)
		}
		if l := p.links[g.was.ID]; l.source != p.roster.Source || l.id != g.ID {
			link = append(link, g)
		}
	}
	if len(amend) > 0 {
		if err := school.AmendClasses(ctx, tx, amend); err != nil {
			return err
		}
	}
	if err := school.AddClassEntries(ctx, tx, add); err != nil {
		return err
	}
	return upsertClassLinks(ctx, tx, p.roster.Source, link)
}

func (p *plan) applyEnrolments(ctx context.Context, tx *db.Tx, progress func(string, int, int)) error {
	if err := school.EndEnrolments(ctx, tx, p.end); err != nil {
		return err
	}
	rows := make([]school.Enrolment, len(p.enrol))
	for n, m := range p.enrol {
		rows[n] = m.Enrolment
		rows[n].Class, rows[n].Person = m.group.is.ID, m.place.is.ID
	}
	slices.SortFunc(rows, func(a, b school.Enrolment) int { // the order of the key, which is quicker
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Person, b.Person))
	})
	return school.Enrol(ctx, tx, rows, func(done int) { progress("enrolments", done, len(rows)) })
}

// applyTerms tells the calendars of the roster's schools which terms there are.
func (p *plan) applyTerms(ctx context.Context, tx *db.Tx) error {
	var terms []calendar.Term
	for _, kind := range []string{"term", "semester"} {
		for _, t := range p.roster.Terms {
			if len(terms) < mostTerms && strings.EqualFold(t.Kind, kind) {
				terms = append(terms, calendar.Term{Name: firstOf(t.Name, 60), First: calendar.DateOf(t.Begin), Last: calendar.DateOf(t.End) - 1})
			}
		}
		if len(terms) > 0 {
			break
		}
	}
	_, err := school.LearnTerms(ctx, tx, slices.Sorted(maps.Keys(p.covered)), terms)
	return err
}

// mostTerms is how many terms a roster can tell of.
const mostTerms = 50
