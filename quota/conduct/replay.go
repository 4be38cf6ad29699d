package conduct

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
)

// Replay is what a changed policy would have done in a past period, beside today's. Both begin
// with nobody flagged. Safeguarding's flags are in no figure of it.
type Replay struct {
	From, To time.Time
	People   int // who printed, or of whom something else was told
	Events   int
	Old, New Reach         // of the whole school
	Groups   []ReplayGroup // by year group and class, where either hits somebody
	Hits     []Hit         // whom either hits; for those who may know
	Version  SetID         // today's
}

// Reach counts pupils by the most that would have come of their flags.
type Reach struct {
	Withdrawn int // printing withdrawn, or through a teacher alone
	Told      int // the tutor told
	Noticed   int // a notice
	Looked    int // nothing by itself: a person looks
}

// Hit says whether it hits anybody.
func (r Reach) Hit() int { return r.Withdrawn + r.Told + r.Noticed + r.Looked }

// ReplayGroup is the pupils of a year group or of a class.
type ReplayGroup struct {
	Year     int    // school.NoYear for none
	Class    string // "" for the whole year group
	Pupils   int
	Old, New Reach
}

// Fate is the most that would have come of a person's flags.
type Fate int

// The fates, the mildest first.
const (
	Untouched Fate = iota
	LookedAt
	NoticeSent
	TutorTold
	PrintingWithdrawn
)

// Hit is one person whom a policy would have hit.
type Hit struct {
	Person   school.PersonID
	Name     string
	Year     int
	Class    string
	Old, New Fate
}

// longestReplay is how long a period may be.
const longestReplay = 366 * 24 * time.Hour

// Try says what a policy would have done in a past period of a school. It writes nothing but a
// line of the audit record; by is whose it is, "" of a command on the server. Whoever may not know
// whom it hits is to be given WithoutPeople.
func Try(ctx context.Context, d *db.DB, by school.Pseudonym, id school.ID, changed rule.Set, from, to time.Time) (Replay, error) {
	if !from.Before(to) || to.Sub(from) > longestReplay || to.After(d.Now()) {
		return Replay{}, fault.New(fault.Invalid, "replay-period", "Choose a period of the past of up to a year.")
	}
	if err := rule.Refusal(changed.Check()); err != nil {
		return Replay{}, err
	}
	r := replayer{db: d, school: id, from: from, to: to}
	if err := r.read(ctx, changed); err != nil {
		return Replay{}, err
	}
	for some := range slices.Chunk(r.people, 1000) {
		if err := r.each(ctx, some); err != nil {
			return Replay{}, fmt.Errorf("replay what people did: %w", err)
		}
	}
	const stretch = 28 * 24 * time.Hour // what is read anew for each, to look back, is little of it
	for at := from; at.Before(to); at = at.Add(stretch) {
		if err := r.together(ctx, at, earlier(at.Add(stretch), to)); err != nil {
			return Replay{}, fmt.Errorf("replay what many did together: %w", err)
		}
	}
	out := r.result()
	return out, d.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{School: id, Act: "conduct-replayed", Actor: by, Facts: map[string]any{
			"from": from.Unix(), "to": to.Unix(), "version": int64(out.Version), "hit": int64(out.New.Hit())}})
	})
}

// replayer is a replay on its way. Of two policies the first is today's.
type replayer struct {
	db       *db.DB
	school   school.ID
	from, to time.Time
	sets     [2]rule.Set
	parts    []part
	version  SetID
	times    calendar.Calendar
	people   []replayed
	flags    [2]map[rule.Person][]rule.Flag
	usual    map[usualAt]int
	events   int
	doing    int // people of whom something is told
}

// part is the rules that both policies have, or one of them alone: what both have is looked at once.
type part struct {
	rule.Set
	of     []int                                     // the policies
	raised map[rule.Number]map[rule.Person]time.Time // by rules that look at many
}

func partsOf(sets [2]rule.Set) []part {
	all := []part{{Set: sets[0], of: []int{0, 1}}, {Set: sets[0], of: []int{0}}, {Set: sets[1], of: []int{1}}}
	for i := range all {
		all[i].raised, all[i].Rules = map[rule.Number]map[rule.Person]time.Time{}, nil
	}
	both := func(r rule.Rule, other rule.Set) bool {
		return slices.ContainsFunc(other.Rules, func(o rule.Rule) bool { return reflect.DeepEqual(r, o) }) && routeOf(sets[0], r) == routeOf(sets[1], r)
	}
	for _, r := range sets[0].Rules {
		i := 1
		if both(r, sets[1]) {
			i = 0
		}
		all[i].Rules = append(all[i].Rules, r)
	}
	for _, r := range sets[1].Rules {
		if !both(r, sets[0]) {
			all[2].Rules = append(all[2].Rules, r)
		}
	}
	return all
}

func routeOf(s rule.Set, r rule.Rule) rule.Route {
	c, _ := s.Category(r.Category)
	return c.Route
}

// replayed is a pupil as the replay needs them.
type replayed struct {
	person school.PersonID
	name   string
	year   int
	class  string
	letOff bool
}

// usualAt is a year group, and a week since 1970.
type usualAt struct {
	year int
	week int64
}

func (r *replayer) read(ctx context.Context, changed rule.Set) error {
	for i := range r.flags {
		r.flags[i] = map[rule.Person][]rule.Flag{}
	}
	err := r.db.InTx(ctx, db.InSchool(r.school), func(ctx context.Context, tx *db.Tx) error {
		today, err := policyOf(ctx, tx, r.school)
		if err != nil {
			return err
		}
		r.sets, r.version = [2]rule.Set{today.Set, changed}, today.Version
		r.parts = partsOf(r.sets)
		if r.times, err = school.CalendarOf(ctx, tx, r.school); err != nil {
			return err
		}
		r.people, err = replayedPupils(ctx, tx, r.school, r.to)
		return err
	})
	if err != nil {
		return err
	}
	return r.db.Look(ctx, db.InSchool(r.school), func(ctx context.Context, tx *db.Tx) (err error) {
		r.usual, err = usualPast(ctx, tx, r.school, weekOf(r.from), weekOf(r.to))
		return err
	})
}

// each applies the rules that look at one person to some people.
func (r *replayer) each(ctx context.Context, some []replayed) error {
	ids, years := make([]school.PersonID, 0, len(some)), map[rule.Person]int{}
	for _, p := range some {
		ids, years[rule.Person(p.person)] = append(ids, p.person), p.year
	}
	back := max(r.sets[0].Remembers(), r.sets[1].Remembers())
	return r.db.Look(ctx, db.InSchool(r.school), func(ctx context.Context, tx *db.Tx) error {
		all, err := pastEvents(ctx, tx, ids, r.from.Add(-back), r.to)
		if err != nil {
			return err
		}
		for len(all) > 0 {
			person := all[0].Person
			n := slices.IndexFunc(all, func(e rule.Event) bool { return e.Person != person })
			if n < 0 {
				n = len(all)
			}
			r.one(all[:n], years[person])
			all = all[n:]
		}
		return nil
	})
}

// one applies both policies to one person's events.
func (r *replayer) one(events []rule.Event, year int) {
	w := rule.Window{Person: events[0].Person, Events: events, Since: r.from, Calendar: r.times,
		Usual: func(at time.Time) int { return r.usual[usualAt{year, weekOf(at)}] }}
	for _, p := range r.parts {
		r.raise(p, p.Evaluate(w)...)
	}
	r.doing, r.events = r.doing+1, r.events+len(events)
}

// weekOf is the week of a time, counted since 1970.
func weekOf(at time.Time) int64 { return at.Unix() / (7 * 24 * 60 * 60) }

// together applies the rules that look at many people to a stretch of the period.
func (r *replayer) together(ctx context.Context, from, to time.Time) error {
	var all []rule.Event
	back := max(r.sets[0].RemembersShared(), r.sets[1].RemembersShared())
	err := r.db.Look(ctx, db.InSchool(r.school), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = pastSharedEvents(ctx, tx, r.school, from.Add(-back), to)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range r.parts {
		for _, f := range p.EvaluateShared(all, from, func(n rule.Number, who rule.Person) (time.Time, bool) {
			at, known := p.raised[n][who]
			return at, known
		}) {
			if p.raised[f.Rule] == nil {
				p.raised[f.Rule] = map[rule.Person]time.Time{}
			}
			p.raised[f.Rule][f.Person] = f.At
			r.raise(p, f)
		}
	}
	return nil
}

// raise keeps flags for the policies that raise them.
func (r *replayer) raise(p part, all ...rule.Flag) {
	for _, policy := range p.of {
		for _, f := range all {
			r.flags[policy][f.Person] = append(r.flags[policy][f.Person], f)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
