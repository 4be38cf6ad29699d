package roster

import (
	"strings"
	"time"

	"inkwell/internal/school"
)

// The tables of OneRoster 1.1 and 1.2 that are read.
const (
	manifestFile = "manifest.csv"
	orgsFile     = "orgs.csv"
	sessionsFile = "academicSessions.csv"
	usersFile    = "users.csv"
	rolesFile    = "roles.csv"
	coursesFile  = "courses.csv"
	classesFile  = "classes.csv"
	enrolFile    = "enrollments.csv"
)

// How a table comes, in the manifest's words.
const (
	absent = "absent"
	bulk   = "bulk"
	delta  = "delta"
)

// oneRoster reads the tables of one export into a Roster.
type oneRoster struct {
	*Roster
	pack    *Pack
	upn     Digest
	day     time.Time
	mode    map[string]string // of each table
	version string

	orgs     map[string]org
	sessions map[string]Term
	people   map[string]int // by sourcedId, into People
	late     map[int]string // what is wrong with people of whom only the roles will tell whether they are anybody here
	seen     map[string]At  // sourcedIds of the table that is being read
}

// readOneRoster reads an export by the names of its columns, never by their order: there
// are as many orders as exporters.
func readOneRoster(p *Pack, o ReadOptions) (*Roster, error) {
	r := &oneRoster{Roster: &Roster{Source: o.Source}, pack: p, upn: o.Digest, day: o.Day, mode: map[string]string{},
		orgs: map[string]org{}, sessions: map[string]Term{}, people: map[string]int{}, late: map[int]string{}}
	for _, read := range []func() error{r.manifest, r.readOrgs, r.readSessions, r.readUsers, r.readRoles, r.readClasses, r.readEnrolments} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	r.Format = "OneRoster " + r.version
	r.Whole.Pupils = r.mode[usersFile] == bulk && r.mode[rolesFile] != delta
	r.Whole.Staff = r.Whole.Pupils
	r.Whole.Teaching = r.mode[enrolFile] == bulk
	r.Whole.Registration = r.Whole.Teaching
	return r.Roster, nil
}

// manifest says which tables there are, and whether they are the whole list. An export
// without one is the whole list of what it has.
func (r *oneRoster) manifest() error {
	said := map[string]string{}
	if r.pack.has(manifestFile) {
		err := r.pack.each(manifestFile, &r.Bad, []string{"propertyName", "value"}, func(row *row) {
			said[row.Get("propertyName")] = row.Get("value")
		})
		if err != nil {
			return err
		}
	}
	for _, name := range []string{orgsFile, sessionsFile, usersFile, rolesFile, coursesFile, classesFile, enrolFile} {
		mode := strings.ToLower(said["file."+strings.TrimSuffix(name, ".csv")])
		there := r.pack.has(name)
		switch {
		case mode == "" && there:
			mode = bulk
		case mode == "":
			mode = absent
		case mode != absent && mode != bulk && mode != delta:
			return refuse("roster-manifest", "%s says that %s is %q. It can be absent, bulk or delta.", manifestFile, name, firstOf(mode, 30))
		case mode != absent && !there:
			return refuse("roster-manifest", "%s promises %s, and it is not there.", manifestFile, name)
		}
		r.mode[name] = mode
	}
	r.version = said["oneroster.version"]
	if r.version == "" {
		r.version = "1.1"
		if r.mode[rolesFile] != absent {
			r.version = "1.2"
		}
	}
	if r.version != "1.1" && r.version != "1.2" {
		return refuse("roster-version", "This is OneRoster %q. 1.1 and 1.2 can be read.", firstOf(r.version, 10))
	}
	if r.mode[usersFile] == absent && r.mode[enrolFile] == absent && r.mode[rolesFile] == absent {
		return refuse("roster-nothing", "There is no %s in it.", usersFile)
	}
	return nil
}

// each reads a table whose rows have a sourcedId of their own and a status, which is
// blank in whole lists.
func (r *oneRoster) each(name string, required []string, fn func(row *row, id string, gone bool)) error {
	if r.mode[name] == absent {
		return nil
	}
	r.seen = map[string]At{}
	return r.pack.each(name, &r.Bad, append([]string{"sourcedId"}, required...), func(row *row) {
		id := row.id("sourcedId")
		gone := false
		switch status := strings.ToLower(row.Get("status")); status {
		case "", "active":
		case "tobedeleted":
			gone = true
		default:
			row.wrong("its status is neither active nor tobedeleted")
		}
		if at, twice := r.seen[id]; twice {
			row.wrong("the same sourcedId is in line %d", at.Line)
			return
		}
		r.seen[id] = row.at
		fn(row, id, gone)
	})
}

func (r *oneRoster) readSessions() error {
	return r.each(sessionsFile, []string{"title", "type", "startDate", "endDate"}, func(row *row, id string, gone bool) {
		t := Term{At: row.at, ID: id, Name: row.text("title", 100, true), Kind: row.Get("type"), Begin: row.date("startDate"), End: row.date("endDate")}
		if !t.End.After(t.Begin) || t.Begin.IsZero() {
			row.wrong("it does not end after it begins")
		}
		if row.reason == "" && !gone {
			r.sessions[id] = t
			r.Terms = append(r.Terms, t)
		}
	})
}

func (r *oneRoster) readClasses() error {
	return r.each(classesFile, []string{"title", "classType", "schoolSourcedId"}, func(row *row, id string, gone bool) {
		c := Class{At: row.at, ID: id, Gone: gone, School: r.schoolOf(row, row.id("schoolSourcedId")), Name: row.text("title", 100, true),
			Code: row.text("classCode", 60, false), Kind: school.Teaching, Year: gradeOf(row), Subject: row.fit("subjects", firstItem(row.Get("subjects")), 100, false)}
		if strings.EqualFold(row.Get("classType"), "homeroom") {
			c.Kind = school.Registration
		}
		for _, term := range list(row.Get("termSourcedIds")) {
			if t, ok := r.sessions[term]; ok {
				if c.Begin.IsZero() || t.Begin.Before(c.Begin) {
					c.Begin = t.Begin
				}
				if t.End.After(c.End) {
					c.End = t.End
				}
			}
		}
		if row.reason == "" {
			r.Classes = append(r.Classes, c)
		}
	})
}

// readEnrolments reads who is in which class. endDate is the day after the last.
func (r *oneRoster) readEnrolments() error {
	return r.each(enrolFile, []string{"classSourcedId", "userSourcedId", "role"}, func(row *row, _ string, gone bool) {
		e := Enrolment{At: row.at, Class: row.id("classSourcedId"), Person: row.id("userSourcedId"), Gone: gone,
			Begin: row.date("beginDate"), End: row.date("endDate")}
		switch strings.ToLower(row.Get("role")) {
		case "student":
			e.Role = school.Pupil
		case "teacher":
			e.Role = school.Teacher
		case "aide", "administrator", "proctor":
			return // who teaches sees a class's use of paper, and nobody else
		default:
			row.wrong("its role is neither student nor teacher")
		}
		if !e.Begin.IsZero() && !e.End.IsZero() && !e.End.After(e.Begin) {
			row.wrong("it does not end after it begins")
		}
		if row.reason == "" {
			r.Enrolments = append(r.Enrolments, e)
		}
	})
}

// gradeOf is the one year group of a row, or school.NoYear for none and several.
func gradeOf(row *row) int {
	grades := list(row.Get("grades"))
	if len(grades) != 1 {
		return school.NoYear
	}
	return parseYear(grades[0])
}

func firstItem(s string) string {
	if all := list(s); len(all) > 0 {
		return all[0]
	}
	return ""
}
