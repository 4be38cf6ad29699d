package roster

import (
	"slices"
	"strings"

	"inkwell/internal/school"
)

// roleOf is what a person of a source's role is here, and whether they are anybody here:
// families are not. Nothing in a file opens a console: who runs the school's office in the
// source prints like other staff until a person gives them more.
var roleOf = map[string]school.Role{
	"student": school.Pupil, "teacher": school.Teacher, "aide": school.Assistant, "proctor": school.Assistant,
	"administrator": school.Assistant, "principal": school.Assistant, "counselor": school.Assistant,
	"siteadministrator": school.Assistant, "districtadministrator": school.Assistant, "systemadministrator": school.Assistant,
	"guardian": "", "parent": "", "relative": "",
}

// readUsers reads people, by preferred name where there is one. In 1.1 their role and
// schools stand with them; in 1.2 they have a table of their own.
func (r *oneRoster) readUsers() error {
	required := []string{"username", "givenName", "familyName"}
	if r.mode[rolesFile] == absent && r.mode[usersFile] == bulk {
		required = append(required, "role", "orgSourcedIds")
	}
	err := r.each(usersFile, required, func(row *row, id string, gone bool) {
		p := Person{At: row.at, ID: id, Gone: gone || strings.EqualFold(row.Get("enabledUser"), "false"), Year: gradeOf(row), UPN: r.upnOf(row)}
		p.Partly = r.mode[rolesFile] == delta || r.mode[rolesFile] == absent && !row.Has("role")
		if !p.Gone && (r.mode[rolesFile] != absent || roleOf[strings.ToLower(row.Get("role"))] != "" || row.Get("role") == "") {
			p.Username = row.username("username", row.Get("username"))
			p.Given = row.fit("givenName", preferred(row, "preferredGivenName", "givenName"), 100, true)
			p.Family = row.fit("familyName", preferred(row, "preferredFamilyName", "familyName"), 100, true)
		}
		if r.mode[rolesFile] == absent && row.Has("role") {
			r.rolesOf(row, &p)
		}
		if row.reason != "" && r.mode[rolesFile] != absent {
			r.late[len(r.People)] = row.reason // it only counts if they turn out to be somebody here
			row.reason = ""
		}
		if row.reason == "" {
			r.people[id] = len(r.People)
			r.People = append(r.People, p)
		}
	})
	return err
}

// judge notes what was wrong with people who have a role here, and leaves them out.
func (r *oneRoster) judge() {
	var all []Person
	for i, p := range r.People {
		r.settle(&p)
		if reason := r.late[i]; reason != "" && len(p.Roles) > 0 {
			r.Bad.add(p.At, "%s", reason)
			continue
		}
		all = append(all, p)
	}
	r.People = all
}

// rolesOf is a person's one role at each of their schools, as 1.1 has it.
func (r *oneRoster) rolesOf(row *row, p *Person) {
	role, known := roleOf[strings.ToLower(row.Get("role"))]
	if !known {
		row.wrong("there is no role of this name in OneRoster")
	}
	if p.Gone || role == "" {
		return
	}
	orgs := list(row.Get("orgSourcedIds"))
	if len(orgs) == 0 {
		row.wrong("no orgSourcedIds")
	}
	for _, id := range orgs {
		p.Roles = append(p.Roles, RoleAt{r.schoolOf(row, id), role})
	}
	r.settle(p)
}

// settle leaves each school once, and an office only for who is at no school.
func (r *oneRoster) settle(p *Person) {
	if slices.ContainsFunc(p.Roles, func(at RoleAt) bool { return r.isSchool(at.School) }) {
		p.Roles = slices.DeleteFunc(p.Roles, func(at RoleAt) bool { return !r.isSchool(at.School) })
	}
	slices.SortFunc(p.Roles, func(a, b RoleAt) int {
		return strings.Compare(a.School+"\x00"+string(a.Role), b.School+"\x00"+string(b.Role))
	})
	p.Roles = slices.Compact(p.Roles)
	for _, at := range p.Roles {
		if !r.isSchool(at.School) {
			r.office(at.School)
		}
	}
}

// readRoles adds the roles of 1.2, primary and secondary alike, that are in force.
func (r *oneRoster) readRoles() error {
	err := r.each(rolesFile, []string{"userSourcedId", "role", "orgSourcedId"}, func(row *row, _ string, gone bool) {
		user, begin, end := row.id("userSourcedId"), row.date("beginDate"), row.date("endDate")
		role, known := roleOf[strings.ToLower(row.Get("role"))]
		if !known {
			row.wrong("there is no role of this name in OneRoster")
		}
		if role == "" {
			return
		}
		at := RoleAt{r.schoolOf(row, row.id("orgSourcedId")), role}
		if row.reason != "" {
			return
		}
		i, listed := r.people[user]
		if !listed {
			if r.mode[usersFile] == bulk {
				row.wrong("there is nobody of this userSourcedId in %s", usersFile)
				return
			}
			i = len(r.People)
			r.people[user] = i
			r.People = append(r.People, Person{At: row.at, ID: user, Year: school.NoYear, Partly: true})
		}
		p := &r.People[i]
		if gone || !begin.IsZero() && begin.After(r.day) || !end.IsZero() && !end.After(r.day) {
			p.RolesGone = append(p.RolesGone, at)
			return
		}
		p.Roles = append(p.Roles, at)
	})
	r.judge()
	return err
}

func preferred(row *row, column, otherwise string) string {
	if s := row.Get(column); s != "" {
		return s
	}
	return row.Get(otherwise)
}

// upnOf finds the UPN among a person's numbers: "{UPN:A123...}" in userIds, or alone as
// their identifier. Other systems call an address for signing in by the same letters.
func (r *oneRoster) upnOf(row *row) UPN {
	for _, id := range list(row.Get("userIds")) {
		kind, number, ok := strings.Cut(strings.Trim(id, "{} "), ":")
		if ok && strings.EqualFold(strings.TrimSpace(kind), "upn") {
			if digest := r.upn.upn(number); digest != nil {
				return digest
			}
		}
	}
	return r.upn.upn(row.Get("identifier"))
}
