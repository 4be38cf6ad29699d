package roster

import (
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/school"
)

// compare finds out what the roster changes. The schools of the roster are in the state
// already.
func compare(s *state, r *Roster, only school.ID) *plan {
	p := &plan{state: s, roster: r, only: only, covered: map[school.ID]bool{}, byID: map[string]*someone{}, moved: map[school.PersonID]bool{},
		classes: map[string]*group{}, lost: map[school.ClassID]int{}, sizes: map[school.ClassID]int{}}
	p.index()
	for _, known := range r.Schools {
		if id, ok := p.at(known.ID); ok {
			p.covered[id] = true
		}
	}
	if only != 0 {
		p.covered = map[school.ID]bool{only: true}
	}
	p.meet()
	p.depart()
	p.nameUsers()
	p.compareClasses()
	p.compareEnrolments()
	return p
}

// at is the school that the roster calls by an id; "" is the one that the import is for.
func (p *plan) at(id string) (school.ID, bool) {
	if id == "" {
		return p.only, p.only != 0
	}
	found, ok := p.linked[id]
	return found, ok
}

// meet finds the human behind each person, and what they are to be at each school.
func (p *plan) meet() {
	listed := make(map[string]bool, len(p.roster.People))
	for _, person := range p.roster.People {
		listed[person.ID] = true
	}
	taken := map[school.IndividualID]At{}
	for _, person := range p.roster.People {
		w := &someone{Person: person}
		p.byID[person.ID] = w
		p.people = append(p.people, w)
		if !p.identify(w, listed) {
			continue
		}
		if at, twice := taken[w.individual]; twice && w.individual != 0 {
			p.refuse(w, "it is the same person as in %s line %d", at.File, at.Line)
			continue
		}
		taken[w.individual] = person.At
		if !person.Gone {
			p.settle(w)
		}
	}
}

// identify finds the human behind a person; false when there is nothing to be done about
// them: they are gone and were never known, or cannot be.
func (p *plan) identify(w *someone, listed map[string]bool) bool {
	if known, ok := p.identities[w.ID]; ok {
		w.individual = known.individual
		w.fresh = w.UPN != nil && known.upn != w.UPN[0]
		return true
	}
	switch {
	case w.Gone:
		return false
	case w.Username == "" && len(w.Roles) > 0:
		p.refuse(w, "nobody is known by this sourcedId yet, and their user name is not here")
		return false
	case len(w.Roles) > 0:
		w.fresh = true
		p.recognise(w, listed)
	}
	return true
}

// recognise finds out whether somebody with a new id is somebody known: by UPN, or by
// user name at a school together with the whole name; who was entered by hand or is another source's, and has not left,
// needs one name of the two, since nothing else is known of them. An id that is still in use names
// somebody else, and so does the name of a guest: whoever entered them chose it, holds their
// password, and has them go.
func (p *plan) recognise(w *someone, listed map[string]bool) {
	free := func(id string) bool { return id != "" && !listed[id] }
	for _, digest := range w.UPN {
		if ids := p.idsByUPN[digest]; len(ids) == 1 && free(ids[0]) {
			p.relink(w, ids[0])
			return
		}
	}
	for _, at := range w.Roles {
		id, ok := p.at(at.School)
		if !ok {
			continue
		}
		e := p.userAt[login{id, w.Username}]
		if e == nil || e.Guest || isPupil(e.Roles) != (at.Role == school.Pupil) {
			continue
		}
		old := p.idOf[e.Individual]
		by, isKept := p.places[e.ID]
		given, family := strings.EqualFold(e.Given, w.Given), strings.EqualFold(e.Family, w.Family)
		switch {
		case old == "" && !e.Left && (given || family) && (!isKept || by.source != p.roster.Source):
			w.individual = e.Individual // by hand, or another source's
			return
		case free(old) && given && family && p.agrees(old, w.UPN):
			p.relink(w, old)
			return
		}
	}
}

// agrees says that two UPNs are not of two people.
func (p *plan) agrees(id string, upn UPN) bool {
	known := p.identities[id].upn
	return known == "" || upn == nil || upn.is(known)
}

func (p *plan) relink(w *someone, old string) {
	w.individual = p.identities[old].individual
	w.fresh = w.UPN != nil && p.identities[old].upn != w.UPN[0]
	p.relinked = append(p.relinked, relinked{old, w.ID})
}

// refuse notes that somebody's row cannot be used. Nothing is changed about them.
func (p *plan) refuse(w *someone, reason string, args ...any) {
	p.bad.add(w.At, reason, args...)
	w.broken, w.fresh, w.places = true, false, nil
}

// settle says what somebody is to be at each of their schools.
func (p *plan) settle(w *someone) {
	roles := map[school.ID][]school.Role{}
	for _, at := range w.Roles {
		id, ok := p.at(at.School)
		switch {
		case !ok && at.School == "":
			p.refuse(w, "the file does not say which school it is for: --school")
			return
		case !ok && p.only != 0: // another school's
		case !ok:
			p.refuse(w, "no school is known by the id of one of the roles")
			return
		case p.only == 0 || p.only == id:
			roles[id] = append(roles[id], at.Role)
		}
	}
	if w.Partly {
		p.addKept(w, roles)
	}
	for _, id := range sortedKeys(roles) {
		slices.Sort(roles[id])
		p.put(w, id, slices.Compact(roles[id]))
	}
}

// addKept adds the roles that somebody has already and that the roster does not end.
func (p *plan) addKept(w *someone, roles map[school.ID][]school.Role) {
	gone := map[school.ID][]school.Role{}
	for _, at := range w.RolesGone {
		if id, ok := p.at(at.School); ok {
			gone[id] = append(gone[id], at.Role)
		}
	}
	for id := range p.schools {
		e := p.entryAt[home{id, w.individual}]
		if w.individual == 0 || e == nil || e.Left || p.places[e.ID].source != p.roster.Source {
			continue
		}
		for _, r := range p.places[e.ID].roles {
			if !slices.Contains(gone[id], r) {
				roles[id] = append(roles[id], r)
			}
		}
	}
}

func (p *plan) put(w *someone, id school.ID, roles []school.Role) {
	pl := &place{who: w, roles: roles}
	pl.is = &school.Entry{School: id, Individual: w.individual, Username: w.Username, Given: w.Given, Family: w.Family, Year: school.NoYear}
	if isPupil(roles) {
		pl.is.Year = w.Year
	}
	if w.individual != 0 {
		pl.was = p.entryAt[home{id, w.individual}]
	}
	if pl.was != nil {
		by, isKept := p.places[pl.was.ID]
		pl.other = isKept && by.source != p.roster.Source
		pl.back = pl.was.Left && !pl.other
		pl.is.ID, pl.is.Pseudonym = pl.was.ID, pl.was.Pseudonym
		if pl.other {
			p.foreign++
		}
	}
	if w.Username == "" { // only roles are told
		known := p.anyEntry(w.individual, pl.was)
		pl.is.Username, pl.is.Given, pl.is.Family, pl.is.Year = known.Username, known.Given, known.Family, known.Year
	}
	w.places = append(w.places, pl)
}

// anyEntry is a known human at one of their schools, best at this one.
func (p *plan) anyEntry(who school.IndividualID, here *school.Entry) *school.Entry {
	if here != nil {
		return here
	}
	for _, id := range sortedKeys(p.schools) {
		if e := p.entryAt[home{id, who}]; e != nil {
			return e
		}
	}
	return &school.Entry{}
}

// depart finds who is to leave which school: those whom the source knows and does not
// place there any more.
func (p *plan) depart() {
	stays := map[school.PersonID]bool{}
	lives := map[school.IndividualID]bool{}
	p.who = map[school.IndividualID]*someone{}
	for _, w := range p.people {
		p.who[w.individual] = w
		for _, pl := range w.places {
			lives[w.individual] = true
			if pl.was != nil {
				stays[pl.was.ID] = true
			}
		}
	}
	for i := range p.state.people {
		e := &p.state.people[i]
		by, isKept := p.places[e.ID]
		if !isKept || by.source != p.roster.Source || e.Left || stays[e.ID] {
			continue
		}
		if p.gone(e, by) {
			p.leaves = append(p.leaves, e)
			p.moved[e.ID] = lives[e.Individual]
		}
	}
}

// gone says whether somebody whom the roster does not place at a school leaves it.
func (p *plan) gone(e *school.Entry, by kept) bool {
	w := p.who[e.Individual]
	switch {
	case w != nil && w.broken, p.only != 0 && e.School != p.only:
		return false
	case w != nil && w.Gone:
		return true
	case w != nil && w.Partly:
		return len(w.RolesGone) > 0
	case w != nil: // they are said to be elsewhere
		return true
	case isPupil(by.roles):
		return p.covered[e.School] && p.roster.Whole.Pupils
	}
	return p.covered[e.School] && p.roster.Whole.Staff
}

// nameUsers sees that every user name is one person's at a school. Somebody who has left
// gives theirs up.
func (p *plan) nameUsers() {
	leaving := map[school.PersonID]bool{}
	for _, e := range p.leaves {
		leaving[e.ID] = true
	}
	is := map[school.PersonID]*school.Entry{} // who is to have which name
	wants := map[login]*place{}
	for _, w := range p.people {
		for _, pl := range w.places {
			if pl.was != nil {
				is[pl.was.ID] = pl.is
			}
		}
	}
	for _, w := range p.people {
		w.places = slices.DeleteFunc(w.places, func(pl *place) bool {
			if pl.other {
				return false
			}
			name := login{pl.is.School, pl.is.Username}
			holder := p.userAt[name]
			if first := wants[name]; first != nil {
				p.bad.add(w.At, "the same user name is in %s line %d, at the same school", first.who.File, first.who.Line)
				return true
			}
			wants[name] = pl
			if holder == nil || pl.was != nil && holder.ID == pl.was.ID || is[holder.ID] != nil && is[holder.ID].Username != name.name {
				return false
			}
			if holder.Left && is[holder.ID] == nil || leaving[holder.ID] {
				old := *holder
				old.Username = retiredName(holder)
				p.retired = append(p.retired, &old)
				return false
			}
			w.broken = true
			p.bad.add(w.At, "somebody else at the school has the user name; if it is the same person: inkwell roster relink")
			return true
		})
	}
}

// retiredName is the user name of somebody who has left, once another has it.
func retiredName(e *school.Entry) string {
	return "~" + strconv.FormatInt(int64(e.ID), 10) + "~" + firstOf(e.Username, 40)
}

func sortedKeys[V any](m map[school.ID]V) []school.ID {
	keys := make([]school.ID, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
