package roster

import (
	"encoding/hex"
	"slices"
	"strings"

	"inkwell/internal/school"
)

// The tables of a UK school's plain export.
const (
	staffFile  = "staff.csv"
	pupilsFile = "pupils.csv"
)

// Mapping says which column of a school's own export holds what. Its name is kept, so
// that next time the name is enough.
type Mapping struct {
	Name    string
	Role    school.Role       // of everybody without a role of their own in the file
	Columns map[string]string // by field
}

// Fields are what a mapping can name a column for.
var Fields = []string{"id", "username", "given", "family", "name", "upn", "year", "registration", "role", "school", "classes"}

// usual are the headers by which a field is known without a mapping.
var usual = map[string][]string{
	"id":           {"id", "mis id", "sourcedId"},
	"username":     {"username", "user name", "login"},
	"given":        {"preferred forename", "preferred first name", "given", "given name", "forename", "first name"},
	"family":       {"preferred surname", "preferred last name", "family", "family name", "surname", "last name"},
	"name":         {"name", "full name"},
	"upn":          {"upn"},
	"year":         {"year group", "year", "yeargroup", "nc year"},
	"registration": {"registration group", "registration", "reg group", "reg", "form", "tutor group"},
	"role":         {"role"},
	"school":       {"school"},
	"classes":      {"classes"},
}

// plain reads tables that have a line for each person.
type plain struct {
	*Roster
	o       ReadOptions
	pack    *Pack
	people  map[string]At     // by id
	users   map[string]At     // by school and user name
	classes map[string]int    // by id, into Classes
	byUPN   map[string]string // person's id, by digest
	column  func(row *row, field string) string
}

// readPlain reads staff, pupils and classes as a UK school exports them.
func readPlain(p *Pack, o ReadOptions, files map[string]string) (*Roster, error) {
	r := newPlain(p, o)
	r.Format = "UK CSV"
	r.column = byUsual
	for _, kind := range []struct {
		file     string
		role     school.Role
		required []string
		whole    *bool
	}{{staffFile, school.Teacher, nil, &r.Whole.Staff}, {pupilsFile, school.Pupil, nil, &r.Whole.Pupils}} {
		name := files[kind.file]
		if name == "" {
			continue
		}
		*kind.whole = true
		if err := r.readPeople(name, kind.role); err != nil {
			return nil, err
		}
	}
	r.Whole.Registration = r.Whole.Pupils
	if name := files[classesFile]; name != "" {
		r.Whole.Teaching = true
		return r.Roster, r.readGroups(name)
	}
	return r.Roster, nil
}

// readMapped reads one table through a mapping.
func readMapped(p *Pack, o ReadOptions, name string, m Mapping) (*Roster, error) {
	r := newPlain(p, o)
	r.Format = "CSV by the mapping " + m.Name
	r.column = func(row *row, field string) string { return row.Get(m.Columns[field]) }
	pupils := m.Role == school.Pupil
	_, roles := m.Columns["role"]
	r.Whole = Whole{Pupils: pupils || roles, Staff: !pupils || roles, Registration: m.Columns["registration"] != "", Teaching: m.Columns["classes"] != ""}
	required := []string{}
	for _, column := range m.Columns {
		required = append(required, column)
	}
	slices.Sort(required)
	return r.Roster, r.readPeople(name, m.Role, required...)
}

func newPlain(p *Pack, o ReadOptions) *plain {
	return &plain{Roster: &Roster{Source: o.Source}, o: o, pack: p, people: map[string]At{}, users: map[string]At{}, classes: map[string]int{}, byUPN: map[string]string{}}
}

// byUsual is the cell of a field under one of its usual headers.
func byUsual(row *row, field string) string {
	for _, header := range usual[field] {
		if s := row.Get(header); s != "" {
			return s
		}
	}
	return ""
}

func (r *plain) readPeople(name string, role school.Role, required ...string) error {
	return r.pack.each(name, &r.Bad, required, func(row *row) {
		p := Person{At: row.at, Year: school.NoYear}
		p.Username = row.username("user name", r.column(row, "username"))
		p.Given, p.Family = r.names(row)
		home := r.school(row)
		is := r.role(row, role)
		p.Roles = []RoleAt{{home, is}}
		if s := r.column(row, "upn"); s != "" {
			if p.UPN = r.o.Digest.upn(s); p.UPN == nil {
				row.wrong("the UPN is not a letter, eleven digits and a digit or letter")
			}
		}
		if is == school.Pupil {
			p.Year = parseYear(r.column(row, "year"))
		}
		p.ID = r.idOf(row, p, home)
		r.once(row, p, home)
		if row.reason != "" {
			return
		}
		r.People = append(r.People, p)
		r.enrol(row, p, home, is)
	})
}

// names are a person's given and family name: of two columns, or of one that has both.
func (r *plain) names(row *row) (given, family string) {
	given, family = r.column(row, "given"), r.column(row, "family")
	if given == "" && family == "" {
		given, family = splitName(row.fit("name", r.column(row, "name"), 205, false))
	}
	if family == "" && given != "" {
		row.wrong("a name has a given and a family name, and here is one word")
	}
	return row.fit("given name", given, 100, true), row.fit("family name", family, 100, true)
}

// splitName reads "Sam Bell" and "Bell, Sam".
func splitName(name string) (given, family string) {
	if family, given, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	words := strings.Fields(name)
	if len(words) < 2 {
		return name, ""
	}
	return words[0], strings.Join(words[1:], " ")
}

// school is the key of a person's school: the one that the file is for, or their own.
func (r *plain) school(row *row) string {
	name := row.fit("school", r.column(row, "school"), 200, false)
	if name == "" {
		return ""
	}
	key := "name:" + strings.ToLower(name)
	if !slices.ContainsFunc(r.Schools, func(s School) bool { return s.ID == key }) {
		r.Schools = append(r.Schools, School{At: row.at, ID: key, Name: name, Named: true})
	}
	return key
}

func (r *plain) role(row *row, otherwise school.Role) school.Role {
	text := strings.ToLower(r.column(row, "role"))
	switch is := roleNamed(text); {
	case text == "":
		return otherwise
	case text == "student":
		return school.Pupil
	case is != "":
		return is
	}
	row.wrong("the role is none of pupil, teacher, assistant and cover")
	return otherwise
}

// idOf is what the source calls somebody: its own number, else the digest of their UPN,
// else their user name at their school.
func (r *plain) idOf(row *row, p Person, home string) string {
	switch id := row.fit("id", r.column(row, "id"), 200, false); {
	case id != "":
		return "id:" + id
	case p.UPN != nil:
		return "upn:" + hex.EncodeToString([]byte(p.UPN[0]))
	}
	return "user:" + r.key(home) + ":" + p.Username
}

// key tells schools apart in ids.
func (r *plain) key(home string) string {
	if home == "" {
		return r.o.SchoolKey
	}
	return firstOf(strings.TrimPrefix(home, "name:"), 80)
}

// once refuses a second line for a person or a user name.
func (r *plain) once(row *row, p Person, home string) {
	user := home + "\x00" + p.Username
	if at, twice := r.people[p.ID]; twice {
		row.wrong("the same person is in %s line %d", at.File, at.Line)
	} else if at, twice := r.users[user]; twice {
		row.wrong("the same user name is in %s line %d", at.File, at.Line)
	}
	if row.reason == "" {
		r.people[p.ID], r.users[user] = row.at, row.at
		if p.UPN != nil {
			r.byUPN[p.UPN[0]] = p.ID
		}
	}
}

// enrol puts a person into the classes that stand in their own line.
func (r *plain) enrol(row *row, p Person, home string, is school.Role) {
	as := school.Teacher
	if is == school.Pupil {
		as = school.Pupil
	}
	if name := row.fit("registration group", r.column(row, "registration"), 100, false); name != "" && row.reason == "" {
		r.join(row, r.class(row, home, name, school.Registration, p.Year), p.ID, as)
	}
	for _, name := range list(r.column(row, "classes")) {
		if name = row.fit("class", name, 100, true); row.reason == "" {
			r.join(row, r.class(row, home, name, school.Teaching, school.NoYear), p.ID, as)
		}
	}
}

// class is the id of a class of the name, made when it is new.
func (r *plain) class(row *row, home, name string, kind school.ClassKind, year int) string {
	id := firstOf(string(kind)+":"+r.key(home)+":"+name, 255)
	if _, known := r.classes[id]; !known {
		r.classes[id] = len(r.Classes)
		r.Classes = append(r.Classes, Class{At: row.at, ID: id, School: home, Name: name, Code: string(kind), Kind: kind, Year: year})
	} else if c := &r.Classes[r.classes[id]]; c.Year != year {
		c.Year = school.NoYear // a form of several years
	}
	return id
}

func (r *plain) join(row *row, class, person string, as school.Role) {
	r.Enrolments = append(r.Enrolments, Enrolment{At: row.at, Class: class, Person: person, Role: as})
}

// readGroups reads classes: a name, the teacher's user name, and the UPNs of the pupils.
func (r *plain) readGroups(name string) error {
	byUser := map[string]string{}
	for _, p := range r.People {
		byUser[p.Roles[0].School+"\x00"+p.Username] = p.ID
	}
	return r.pack.each(name, &r.Bad, []string{"name"}, func(row *row) {
		home := r.school(row)
		title := row.text("name", 100, true)
		if row.reason != "" {
			return
		}
		var teachers, pupils []string
		for _, user := range list(firstHeader(row, "teacher", "teacher's username", "teacher username", "teachers")) {
			id, known := byUser[home+"\x00"+strings.ToLower(user)]
			if !known {
				row.wrong("there is no member of staff of the teacher's user name")
			}
			teachers = append(teachers, id)
		}
		for i, upn := range strings.FieldsFunc(firstHeader(row, "upns", "pupils", "list of upns", "upn"), func(c rune) bool { return strings.ContainsRune(",; \n\t", c) }) {
			id := ""
			if digests := r.o.Digest.upn(upn); digests != nil {
				id = r.byUPN[digests[0]]
			}
			if id == "" {
				row.wrong("no pupil has the UPN that is number %d in its list", i+1)
			}
			pupils = append(pupils, id)
		}
		if row.reason != "" {
			return
		}
		class := r.class(row, home, title, school.Teaching, school.NoYear)
		for _, id := range teachers {
			r.join(row, class, id, school.Teacher)
		}
		for _, id := range pupils {
			r.join(row, class, id, school.Pupil)
		}
	})
}

func firstHeader(row *row, headers ...string) string {
	for _, h := range headers {
		if s := row.Get(h); s != "" {
			return s
		}
	}
	return ""
}
