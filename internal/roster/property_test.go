package roster_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"inkwell/internal/db/dbtest"
	_ "inkwell/internal/propertytest"
	"inkwell/internal/roster"
)

// drawTrust draws a trust of two schools and a handful of people from few names and ids,
// so that two of them have much in common.
func drawTrust(t *rapid.T, label string) trust {
	g := trust{schools: []gSchool{{"A", "Ash"}, {"B", "Beech"}}}
	users := map[string]bool{}
	n := rapid.IntRange(0, 12).Draw(t, label+" people")
	for i := range n {
		home := rapid.SampledFrom([]string{"A", "B"}).Draw(t, "school")
		p := gPerson{id: fmt.Sprintf("p%d", i), user: rapid.SampledFrom([]string{"ann", "bob", "cid", "dee", "eve", "fay", "gus"}).Draw(t, "user"),
			given: rapid.SampledFrom([]string{"Ann", "Bob", "Cid"}).Draw(t, "given"), family: rapid.SampledFrom([]string{"Ash", "Oak"}).Draw(t, "family"),
			year: rapid.SampledFrom([]int{0, 7, 8}).Draw(t, "year"), schools: []string{home}}
		if p.year > 0 && rapid.Bool().Draw(t, "has UPN") {
			p.upn = fmt.Sprintf("A%011d%d", i, i%10)
		}
		if rapid.IntRange(0, 4).Draw(t, "both") == 0 {
			p.schools = []string{"A", "B"}
		}
		if rapid.IntRange(0, 5).Draw(t, "absent") == 0 || slices.ContainsFunc(p.schools, func(s string) bool { return users[s+p.user] }) {
			continue
		}
		for _, s := range p.schools {
			users[s+p.user] = true
		}
		g.people = append(g.people, p)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, label+" classes") {
		c := gClass{id: fmt.Sprintf("c%d", i), school: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "at"), title: rapid.SampledFrom([]string{"7A", "7B", "Maths"}).Draw(t, "title"),
			code: fmt.Sprintf("k%d", rapid.IntRange(0, 2).Draw(t, "code")), form: rapid.Bool().Draw(t, "form"), year: 7}
		c.school = []string{"A", "B"}[i%2] // a class stays at its school
		for _, p := range g.people {
			if !slices.Contains(p.schools, c.school) || !rapid.Bool().Draw(t, "member") {
				continue
			}
			if p.year == 0 {
				c.teachers = append(c.teachers, p.id)
			} else {
				c.pupils = append(c.pupils, p.id)
			}
		}
		g.classes = append(g.classes, c)
	}
	return g
}

// Importing A and then B comes to the same as B alone; importing again writes nothing;
// who has a new id and the old UPN is the same human.
func TestTheLastListIsWhatCounts(t *testing.T) {
	checks := 6
	if os.Getenv("INKWELL_PROVE") != "" {
		checks = 300
	}
	for i := range checks {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			rapid.Check(t, once(func(r *rapid.T) {
				first, second := drawTrust(r, "first"), drawTrust(r, "second")
				version := rapid.SampledFrom([]string{"1.1", "1.2"}).Draw(r, "version")
				both, alone := newOffice(t), newOffice(t)
				bring := func(o *office, g trust) roster.Result {
					result, err := o.bring(t, g.oneRoster(version).folder(t), allowLeavers)
					if err != nil || len(result.Bad) > 0 {
						r.Fatalf("%v %v", err, result.Bad.Lines(5))
					}
					return result
				}
				bring(both, first)
				bring(both, second)
				bring(alone, second)
				if a, b := people(t, both.db), people(t, alone.db); a != b {
					r.Fatalf("after both:\n%s\nalone:\n%s", a, b)
				}
				before := rowsOf(t, both.db)
				if result := bring(both, second); result.Outcome != roster.Unchanged || rowsOf(t, both.db) != before {
					r.Fatalf("the same again was %s", result.Outcome)
				}
				renumber(t, r, both, second, bring)
			}))
		})
	}
}

// renumber gives everybody with a UPN another id, user name and name.
func renumber(t *testing.T, r *rapid.T, o *office, g trust, bring func(*office, trust) roster.Result) {
	humans := func() string {
		return dbtest.Value[string](t, o.db, `
			SELECT coalesce(string_agg(individual_id || encode(upn_digest, 'hex'), ' ' ORDER BY individual_id), '')
			  FROM roster_identity WHERE upn_digest IS NOT NULL AND EXISTS (SELECT FROM person p WHERE p.individual_id = roster_identity.individual_id AND left_at IS NULL)`)
	}
	was := humans()
	renamed := map[string]string{}
	for i := range g.people {
		if p := &g.people[i]; p.upn != "" {
			renamed[p.id] = "new-" + p.id
			p.id, p.user, p.given = "new-"+p.id, p.user+"2", "Renamed"
		}
	}
	for i := range g.classes {
		for j, id := range g.classes[i].pupils {
			if new := renamed[id]; new != "" {
				g.classes[i].pupils[j] = new
			}
		}
	}
	if result := bring(o, g); result.Relinked != len(renamed) || result.Leavers+result.Joiners > 0 {
		r.Fatalf("%d of %d were recognised: %+v", result.Relinked, len(renamed), result.Counts)
	}
	if is := humans(); is != was {
		r.Fatalf("they are other humans now:\n%s\n%s", was, is)
	}
}

// once runs a property once: each run needs two databases.
func once(f func(*rapid.T)) func(*rapid.T) {
	done := false
	return func(r *rapid.T) {
		if !done {
			f(r)
		}
		done = !r.Failed()
	}
}
