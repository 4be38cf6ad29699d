package roster

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"inkwell/internal/db"
	"inkwell/internal/ldap"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// DirectorySource is whose ids those of a directory are.
const DirectorySource = "directory"

// GroupRule says what the members of a directory's groups, and who stands in units of these
// names, are: a role, a year, or members of a form or class. A * at the end of Group stands for the rest of its name, by which
// the form or class is then called.
type GroupRule struct {
	Group string
	Role  school.Role
	Year  int              // or school.NoYear
	Kind  school.ClassKind // of the class, or ""
}

// ParseGroupRules reads "Pupils: pupil; All Staff: teacher; Year 7: year 7; Form *: form; Set *: class".
func ParseGroupRules(text string) (all []GroupRule, err error) {
	for item := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(item) == "" {
			continue
		}
		at := strings.LastIndex(item, ":")
		if at < 0 {
			return nil, badRule(item)
		}
		g := GroupRule{Group: strings.TrimSpace(item[:at]), Year: school.NoYear}
		what := strings.ToLower(strings.TrimSpace(item[at+1:]))
		g.Role = roleNamed(what)
		year, isYear := strings.CutPrefix(what, "year ")
		switch {
		case g.Group == "":
			return nil, badRule(item)
		case g.Role != "":
		case isYear:
			if g.Year = parseYear(year); g.Year == school.NoYear {
				return nil, badRule(item)
			}
		case what == "form":
			g.Kind = school.Registration
		case what == "class":
			g.Kind = school.Teaching
		default:
			return nil, badRule(item)
		}
		all = append(all, g)
	}
	return all, nil
}

func badRule(item string) error {
	return refuse("roster-groups", "%q does not say what a group is. Write Group: pupil, teacher, assistant, cover, year 7, form or class, with ; between.", firstOf(strings.TrimSpace(item), 60))
}

// names is what the rule calls a group's class, and whether the rule is about the group.
func (g GroupRule) names(group string) (class string, ok bool) {
	head, open := strings.CutSuffix(g.Group, "*")
	if !open {
		return group, strings.EqualFold(group, g.Group)
	}
	if len(group) <= len(head) || !strings.EqualFold(group[:len(head)], head) {
		return "", false
	}
	return strings.TrimSpace(group[len(head):]), true
}

// ReadDirectory makes a roster of one school's people in a directory. Who is in no group
// that gives a role is nobody here; who is switched off there is gone.
func ReadDirectory(people iter.Seq2[ldap.Person, error], rules []GroupRule) (*Roster, error) {
	r := &Roster{Source: DirectorySource, Format: "directory", Whole: Whole{Pupils: true, Staff: true}}
	for _, g := range rules {
		r.Whole.Registration = r.Whole.Registration || g.Kind == school.Registration
		r.Whole.Teaching = r.Whole.Teaching || g.Kind == school.Teaching
	}
	classes := map[string]bool{}
	for p, err := range people {
		if err != nil {
			return nil, err
		}
		if err := r.takeEntry(p, rules, classes); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// takeEntry adds one entry of a directory.
func (r *Roster) takeEntry(p ldap.Person, rules []GroupRule, classes map[string]bool) error {
	if len(r.People) == mostRows {
		return refuse("roster-large", "The directory has more than %d people.", mostRows)
	}
	w := Person{At: At{File: "entry " + p.ID}, ID: p.ID, Gone: p.Off, Username: strings.ToLower(p.Username), Given: p.Given, Family: p.Family, Year: school.NoYear}
	var in []Class
	groups := slices.Clone(p.Groups)
	for _, unit := range p.Units {
		groups = append(groups, ldap.Group{ID: "unit:" + unit, Name: unit})
	}
	for _, group := range groups {
		for _, rule := range rules {
			class, ok := rule.names(group.Name)
			switch {
			case !ok:
			case rule.Role != "":
				w.Roles = append(w.Roles, RoleAt{"", rule.Role})
			case rule.Kind != "" && odd(group.Name, 255):
				r.Bad.add(w.At, "the name of its group %q is too long or holds a control character", firstOf(group.Name, 60))
			case rule.Kind != "":
				in = append(in, Class{At: w.At, ID: firstOf(string(rule.Kind)+":"+strings.ToLower(group.Name), 255), Name: firstOf(class, 100), Kind: rule.Kind, Code: string(rule.Kind), Year: school.NoYear})
			default:
				w.Year = rule.Year
			}
		}
	}
	if len(w.Roles) == 0 {
		return nil
	}
	if reason := w.unfit(); reason != "" && !w.Gone {
		r.Bad.add(w.At, "%s", reason)
		return nil
	}
	r.People = append(r.People, w)
	as := school.Teacher
	for _, at := range w.Roles {
		if at.Role == school.Pupil {
			as = school.Pupil
		}
	}
	slices.SortFunc(in, func(a, b Class) int { return strings.Compare(a.ID, b.ID) })
	for _, c := range slices.CompactFunc(in, func(a, b Class) bool { return a.ID == b.ID }) { // a unit and a group of one name
		if !classes[c.ID] {
			classes[c.ID] = true
			r.Classes = append(r.Classes, c)
		}
		r.Enrolments = append(r.Enrolments, Enrolment{At: w.At, Class: c.ID, Person: w.ID, Role: as})
	}
	return nil
}

// odd says of a text of a directory that it is too long, or is none that can be kept and shown.
func odd(s string, most int) bool {
	return len([]rune(s)) > most || strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || sheet.Disturbs(r) })
}

// unfit is what is wrong with what an entry says of somebody, or "".
func (p Person) unfit() string {
	switch {
	case p.Username == "" || odd(p.Username, 64) || strings.HasPrefix(p.Username, "~"):
		return "its user name cannot be one here"
	case p.Given == "" || p.Family == "":
		return "it has no given name or no family name"
	case odd(p.Given, 100), odd(p.Family, 100):
		return "its name is too long or holds a control character"
	}
	return ""
}

// order puts what came in no order into one.
func (r *Roster) order() {
	slices.SortFunc(r.People, func(a, b Person) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(r.Classes, func(a, b Class) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(r.Enrolments, func(a, b Enrolment) int {
		return cmp.Or(strings.Compare(a.Class, b.Class), strings.Compare(a.Person, b.Person))
	})
	slices.SortFunc(r.Bad, func(a, b Problem) int { return strings.Compare(a.File, b.File) })
}

// Digest is of all that a roster says, for one that is no file.
func (r *Roster) Digest() [digestBytes]byte {
	r.order()
	for i := range r.Classes {
		r.Classes[i].At = At{} // whoever of it was met first
	}
	text, err := json.Marshal([]any{r.People, r.Classes, r.Enrolments, r.Whole, r.Bad})
	if err != nil {
		panic("roster: " + err.Error()) // texts, numbers and times only
	}
	return sha256.Sum256(text)
}

// LookAt is one scheduled look at a school's directory, which is read in any order.
func (i *Importer) LookAt(ctx context.Context, id school.ID, people iter.Seq2[ldap.Person, error], rules []GroupRule) error {
	r, err := ReadDirectory(people, rules)
	if err != nil {
		return err
	}
	q := Request{Roster: r, Origin: fmt.Sprintf("directory of school %d", id), Digest: r.Digest(), By: BySchedule, School: id}
	known := false
	err = i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) (err error) {
		known, err = seenAlready(ctx, tx, q)
		return err
	})
	if err != nil || known {
		return err
	}
	_, err = i.Import(ctx, q)
	return err
}
