package roster

import (
	"slices"

	"inkwell/internal/school"
)

// plan is everything that an import is going to change. It is made by compare, without a
// database, and carried out by apply.
type plan struct {
	*state
	roster  *Roster
	covered map[school.ID]bool // schools whose people may be gone because they are missing
	only    school.ID          // the school that the import is for, or 0 for all

	people   []*someone
	byID     map[string]*someone
	leaves   []*school.Entry
	retired  []*school.Entry // people who have left, whose user name somebody else has now
	moved    map[school.PersonID]bool
	foreign  int // people whom another source keeps
	relinked []relinked

	classes  map[string]*group
	groups   []*group
	outdated []*school.ClassEntry // classes of another year, whose name is wanted

	enrol []*membership
	end   []school.Enrolment
	lost  map[school.ClassID]int // members who vanish from a class that goes on
	sizes map[school.ClassID]int

	bad Problems

	entryAt  map[home]*school.Entry
	entryBy  map[school.PersonID]*school.Entry
	userAt   map[login]*school.Entry
	idOf     map[school.IndividualID]string
	who      map[school.IndividualID]*someone // of the roster
	idsByUPN map[string][]string
	classBy  map[string]*school.ClassEntry // the source's, by its id
}

// home is a human at a school, and login a user name there.
type (
	home struct {
		school     school.ID
		individual school.IndividualID
	}
	login struct {
		school school.ID
		name   string
	}
)

// someone is a person of the roster and the human that they are.
type someone struct {
	Person
	individual school.IndividualID // 0 for somebody new
	fresh      bool                // the source's id is to be kept
	broken     bool                // their row cannot be used
	places     []*place
}

// place is a person at one school, as they are to be.
type place struct {
	who   *someone
	was   *school.Entry // nil for a joiner
	is    *school.Entry
	roles []school.Role
	other bool // another source keeps them: nothing is changed
	back  bool // they had left
}

// relinked is a human whom the source calls otherwise now.
type relinked struct{ old, id string }

// group is a class as it is to be.
type group struct {
	Class
	was  *school.ClassEntry // nil for a new one
	is   *school.ClassEntry
	adds int
	ends int
}

// membership is an enrolment to be made or changed.
type membership struct {
	group *group
	place *place
	school.Enrolment
}

// changed says whether anything of the person's row is to be written.
func (p *place) changed() bool {
	return p.was != nil && !p.other && (p.was.Username != p.is.Username || p.was.Given != p.is.Given || p.was.Family != p.is.Family || p.was.Year != p.is.Year)
}

// index makes what the comparison looks things up in.
func (p *plan) index() {
	p.entryAt, p.entryBy, p.userAt = map[home]*school.Entry{}, map[school.PersonID]*school.Entry{}, map[login]*school.Entry{}
	for i := range p.state.people {
		e := &p.state.people[i]
		p.entryAt[home{e.School, e.Individual}] = e
		p.entryBy[e.ID] = e
		p.userAt[login{e.School, e.Username}] = e
	}
	p.classBy = map[string]*school.ClassEntry{}
	for i := range p.state.classes {
		c := &p.state.classes[i]
		if l := p.links[c.ID]; l.source == p.roster.Source {
			p.classBy[l.id] = c
		}
	}
	p.idOf, p.idsByUPN = map[school.IndividualID]string{}, map[string][]string{}
	for id, who := range p.identities {
		p.idOf[who.individual] = id
		if who.upn != "" {
			p.idsByUPN[who.upn] = append(p.idsByUPN[who.upn], id)
		}
	}
}

// isPupil says what somebody of the source is, by the roles that it gave.
func isPupil(roles []school.Role) bool { return slices.Contains(roles, school.Pupil) }
