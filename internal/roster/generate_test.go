package roster_test

import (
	"fmt"
	"slices"
	"strconv"
)

// A trust that is generated: what it is made of follows from numbers alone.
type (
	trust struct {
		schools []gSchool
		people  []gPerson
		classes []gClass
	}
	gSchool struct{ id, name string }
	gPerson struct {
		id, user, given, family, upn string
		year                         int // 0 for staff
		schools                      []string
		preferred                    string
	}
	gClass struct {
		id, school, title, code string
		form                    bool
		year                    int
		teachers, pupils        []string
	}
)

var (
	someGiven  = []string{"Sam", "Aisha", "Oliver", "Mia", "Kofi", "Zoë", "Grace", "Harry", "Zofia", "Seán", "Noah", "Amara", "Chloé"}
	someFamily = []string{"Bell", "Okafor", "Taylor", "Novák", "Singh", "O'Brien", "Ahmed", "Smith-Jones", "Mensah", "Ó Dálaigh"}
)

// generate makes a trust of so many schools and people: every fourth school a primary,
// one in ten a member of staff, a form and up to ten classes for each pupil.
func generate(schools, people int) (t trust) {
	each := people / schools
	for s := range schools {
		id := "S" + strconv.Itoa(s)
		t.schools = append(t.schools, gSchool{id, fmt.Sprintf("School %03d", s)})
		primary := s%4 == 3
		first, last, lessons := 7, 13, 9
		if primary {
			first, last, lessons = 1, 6, 1
		}
		staff := max(2, each/10)
		var teachers []string
		for n := range staff {
			p := t.person(fmt.Sprintf("%s-t%d", id, n), s*1_000_000+n, 0, id)
			teachers = append(teachers, p)
		}
		years := map[int][]string{}
		for n := range each - staff {
			year := first + n%(last-first+1)
			years[year] = append(years[year], t.person(fmt.Sprintf("%s-p%d", id, n), s*1_000_000+500_000+n, year, id))
		}
		for year := first; year <= last; year++ {
			for form, pupils := range chunks(years[year], 28) {
				t.classes = append(t.classes, gClass{id: fmt.Sprintf("%s-f%d%d", id, year, form), school: id, title: fmt.Sprintf("%d%c", year, 'A'+form), form: true, year: year,
					teachers: []string{teachers[(year+form)%len(teachers)]}, pupils: pupils})
				for lesson := range lessons {
					t.classes = append(t.classes, gClass{id: fmt.Sprintf("%s-l%d%d%d", id, year, form, lesson), school: id, title: fmt.Sprintf("Year %d subject %d", year, lesson),
						code: fmt.Sprintf("%d%c/S%d", year, 'a'+form, lesson), year: year, teachers: []string{teachers[(year*lesson+form)%len(teachers)]}, pupils: pupils})
				}
			}
		}
	}
	return t
}

func (t *trust) person(id string, n, year int, home string) string {
	p := gPerson{id: id, user: fmt.Sprintf("u%d", n), given: someGiven[n%len(someGiven)], family: someFamily[n/3%len(someFamily)], year: year, schools: []string{home}}
	if year > 0 {
		p.upn = fmt.Sprintf("A%011d%d", n, n%10)
	}
	t.people = append(t.people, p)
	return id
}

// chunks are the items, so many at a time.
func chunks(all []string, n int) [][]string { return slices.Collect(slices.Chunk(all, n)) }

// oneRoster is the trust as an export of the version.
func (t trust) oneRoster(version string) files {
	mode := func(file string) []string { return []string{"file." + file, "bulk"} }
	manifest := [][]string{{"propertyName", "value"}, {"manifest.version", "1.0"}, {"oneroster.version", version},
		mode("orgs"), mode("academicSessions"), mode("users"), mode("classes"), mode("enrollments")}
	orgs := [][]string{{"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"}, {"trust", "", "", "The Trust", "district", "", ""}}
	for _, s := range t.schools {
		orgs = append(orgs, []string{s.id, "", "", s.name, "school", "", "trust"})
	}
	sessions := [][]string{{"sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"},
		{"y26", "", "", "2026/27", "schoolYear", "2026-09-01", "2027-07-22", "", "2027"}, {"t1", "", "", "Autumn", "term", "2026-09-01", "2026-12-19", "y26", "2027"}}
	users := [][]string{{"sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName", "grades", "preferredGivenName"}}
	roles := [][]string{{"sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"}}
	for _, p := range t.people {
		role, grade, ids := "teacher", "", ""
		if p.year > 0 {
			role, grade = "student", fmt.Sprintf("%02d", p.year)
		}
		if p.upn != "" {
			ids = "{UPN:" + p.upn + "}"
		}
		orgIDs := join(p.schools)
		if version == "1.2" {
			for n, s := range p.schools {
				kind := "primary"
				if n > 0 {
					kind = "secondary"
				}
				roles = append(roles, []string{"r-" + p.id + "-" + s, "", "", p.id, kind, role, "", "", s})
			}
			orgIDs, role = "", ""
		}
		users = append(users, []string{p.id, "", "", "true", orgIDs, role, p.user, ids, p.given, p.family, grade, p.preferred})
	}
	classes := [][]string{{"sourcedId", "status", "dateLastModified", "title", "grades", "classCode", "classType", "schoolSourcedId", "termSourcedIds"}}
	enrol := [][]string{{"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"}}
	for _, c := range t.classes {
		kind := "scheduled"
		if c.form {
			kind = "homeroom"
		}
		classes = append(classes, []string{c.id, "", "", c.title, strconv.Itoa(c.year), c.code, kind, c.school, "y26"})
		for role, all := range map[string][]string{"teacher": c.teachers, "student": c.pupils} {
			for _, id := range all {
				enrol = append(enrol, []string{"e-" + c.id + "-" + id, "", "", c.id, c.school, id, role, "false", "", ""})
			}
		}
	}
	f := files{"orgs.csv": table(orgs...), "academicSessions.csv": table(sessions...), "users.csv": table(users...), "classes.csv": table(classes...), "enrollments.csv": table(enrol...)}
	if version == "1.2" {
		manifest = append(manifest, mode("roles"))
		f["roles.csv"] = table(roles...)
	}
	f["manifest.csv"] = table(manifest...)
	return f
}

func join(all []string) string {
	text := ""
	for i, s := range all {
		if i > 0 {
			text += ","
		}
		text += s
	}
	return text
}
