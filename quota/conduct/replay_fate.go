package conduct

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// result is what came of it all.
func (r *replayer) result() Replay {
	out := Replay{From: r.from, To: r.to, People: r.doing, Events: r.events, Version: r.version}
	groups := map[ReplayGroup]*ReplayGroup{} // by year and class alone
	group := func(year int, class string) *ReplayGroup {
		key := ReplayGroup{Year: year, Class: class}
		if groups[key] == nil {
			groups[key] = &ReplayGroup{Year: year, Class: class}
		}
		return groups[key]
	}
	for _, p := range r.people {
		fates := [2]Fate{r.fate(0, p), r.fate(1, p)}
		in := []*ReplayGroup{group(p.year, "")}
		if p.class != "" {
			in = append(in, group(p.year, p.class))
		}
		for _, g := range in {
			g.Pupils++
			g.Old.count(fates[0])
			g.New.count(fates[1])
		}
		out.Old.count(fates[0])
		out.New.count(fates[1])
		if fates != [2]Fate{} {
			out.Hits = append(out.Hits, Hit{Person: p.person, Name: p.name, Year: p.year, Class: p.class, Old: fates[0], New: fates[1]})
		}
	}
	for _, g := range groups {
		if g.Old.Hit()+g.New.Hit() > 0 {
			out.Groups = append(out.Groups, *g)
		}
	}
	slices.SortFunc(out.Groups, func(a, b ReplayGroup) int { return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Class, b.Class)) })
	slices.SortFunc(out.Hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.New, a.New), cmp.Compare(a.Year, b.Year), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Person, b.Person))
	})
	return out
}

// fate is the most that one of the policies does about a pupil.
func (r *replayer) fate(policy int, p replayed) (most Fate) {
	all := r.flags[policy][rule.Person(p.person)]
	slices.SortStableFunc(all, func(a, b rule.Flag) int { return a.At.Compare(b.At) })
	course := rule.Course{}
	for _, f := range all {
		if f.Route == rule.Safeguarding {
			continue // nobody else learns of those, by no figure either
		}
		step := course.Take(r.sets[policy].Ladder, r.times, f)
		switch {
		case f.Route == rule.ToPerson || step.Held || p.letOff:
			most = max(most, LookedAt)
		case step.Rung > 0:
			most = max(most, fateOf(step.Action))
		}
	}
	return most
}

func fateOf(a rule.Action) Fate {
	switch {
	case a.Withdraws():
		return PrintingWithdrawn
	case a == rule.TellTutor:
		return TutorTold
	}
	return NoticeSent
}

func (r *Reach) count(f Fate) {
	switch f {
	case PrintingWithdrawn:
		r.Withdrawn++
	case TutorTold:
		r.Told++
	case NoticeSent:
		r.Noticed++
	case LookedAt:
		r.Looked++
	}
}

// WithoutPeople is a replay for those who may not know whom it hits: nobody is named, and the
// classes, which are small, are left out.
func (r Replay) WithoutPeople() Replay {
	r.Hits = nil
	r.Groups = slices.DeleteFunc(slices.Clone(r.Groups), func(g ReplayGroup) bool { return g.Class != "" })
	return r
}

// MayKnowWhom says whether somebody may read whom a replay hits.
func MayKnowWhom(a school.Actor) bool { return a.May(school.Suspend) }

// fewest is the smallest figure that is told without people.
const fewest = 5

// Cell is a figure as it is shown: few people are nobody's business but of those who may know whom.
func Cell(n int, whole bool) string {
	if n > 0 && n < fewest && !whole {
		return fmt.Sprintf("under %d", fewest)
	}
	return strconv.Itoa(n)
}

// Name is what a group is called.
func (g ReplayGroup) Name() string {
	switch {
	case g.Class != "":
		return g.Class
	case g.Year == school.NoYear:
		return "No year group"
	}
	return "Year " + strconv.Itoa(g.Year)
}

// String says it in words.
func (f Fate) String() string {
	return [...]string{"-", "a person looks", "notice", "tutor told", "withdrawn"}[f]
}
