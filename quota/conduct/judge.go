package conduct

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
)

// bench is what one look at a school's people goes by.
type bench struct {
	*Watcher
	school school.ID
	policy Policy
	state  State
	times  calendar.Calendar
	usual  map[int]int // pages a week, by year group
}

// judge applies the rules to what one person did since a time. It looks without locks first: most
// people do nothing that a rule would see. Flags are raised under the locks of the school's
// judgement and of the person's standing, from what is read then.
func (b *bench) judge(ctx context.Context, person school.PersonID, since time.Time) error {
	var found []rule.Flag
	err := b.DB.Look(ctx, db.InSchool(b.school), func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = b.sees(ctx, tx, person, since)
		return err
	})
	if err != nil || len(found) == 0 {
		return err
	}
	return b.raise(ctx, person, func(ctx context.Context, tx *db.Tx) ([]rule.Flag, error) { return b.sees(ctx, tx, person, since) })
}

// sees is what the rules make of a person's events.
func (b *bench) sees(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) ([]rule.Flag, error) {
	all, err := eventsOf(ctx, tx, person, since.Add(-b.policy.Remembers()))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	who, err := subjectOf(ctx, tx, b.school, person)
	if err != nil {
		return nil, err
	}
	usual, known := b.usual[who.year]
	if !known {
		if usual, err = usualPages(ctx, tx, b.school, who.year, tx.Now); err != nil {
			return nil, err
		}
		b.usual[who.year] = usual
	}
	before, err := flagsOf(ctx, tx, person, since.Add(-744*time.Hour)) // the longest quiet time
	if err != nil {
		return nil, err
	}
	raised := map[rule.Number]time.Time{}
	for _, f := range before {
		raised[f.Rule] = f.Raised
	}
	return b.policy.Evaluate(rule.Window{Person: rule.Person(person), Events: all, Since: since, Raised: raised, Calendar: b.times, Usual: func(time.Time) int { return usual }}), nil
}

// raise raises what again finds, and has the ladder climbed.
func (b *bench) raise(ctx context.Context, person school.PersonID, again func(context.Context, *db.Tx) ([]rule.Flag, error)) error {
	var tripped bool
	err := b.DB.InTx(ctx, db.InSchool(b.school), func(ctx context.Context, tx *db.Tx) error {
		tripped = false
		if err := lockJudgement(ctx, tx, b.school); err != nil {
			return err
		}
		if err := lockStanding(ctx, tx, person, "FOR UPDATE"); err != nil {
			return err
		}
		var err error
		if b.state, err = stateOf(ctx, tx, b.school); err != nil || !b.state.Off.IsZero() {
			return err
		}
		who, err := subjectOf(ctx, tx, b.school, person)
		if err != nil {
			return err
		}
		found, err := again(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range found {
			if b.state.stopped(f.Rule) {
				continue
			}
			trips, err := b.flag(ctx, tx, who, f)
			if err != nil {
				return err
			}
			tripped = tripped || trips
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("flag person %d: %w", person, err)
	}
	if tripped {
		return b.takeBack(ctx)
	}
	return nil
}

// flag raises one flag, unless it is there already, and says whether its rule was stopped by it.
func (b *bench) flag(ctx context.Context, tx *db.Tx, who subject, found rule.Flag) (tripped bool, err error) {
	f := Flag{School: b.school, Person: school.PersonID(found.Person), Set: b.policy.Version, Rule: found.Rule, Kind: found.Kind, Category: found.Category, Route: found.Route,
		Raised: found.At, Weight: found.Weight, Decays: found.Decays, Evidence: found.Evidence, Reported: b.state.Reports(tx.Now)}
	if !who.pupil && f.Route != rule.Safeguarding {
		f.Route = rule.ToPerson // the ladder is for pupils
	}
	if found.Kind == rule.SameDocument && !who.pupil {
		return false, nil // a worksheet is its teacher's, too
	}
	if fresh, err := b.insert(ctx, tx, &f, found); err != nil || !fresh {
		return false, err
	}
	if f.Route != rule.Safeguarding { // of those nobody else learns, by no record either
		if err := audit.Record(ctx, tx, audit.Entry{School: b.school, Act: "flag-raised", Subject: who.pseudonym, Object: flagObject(f.ID),
			Facts: map[string]any{"rule": int64(f.Rule), "version": int64(f.Set), "weight": f.Weight, "reported": f.Reported}}); err != nil {
			return false, err
		}
	}
	if f.Route != rule.Automatic && f.Route != rule.Notice {
		return false, nil // it does nothing by itself, so nothing has to stop it
	}
	if tripped, err = b.trips(ctx, tx, who, f); err != nil || tripped {
		return tripped, err
	}
	return false, b.climb(ctx, tx, who, f)
}

// insert writes a flag, into its bundle where it has one, and says whether it was not there before.
func (b *bench) insert(ctx context.Context, tx *db.Tx, f *Flag, found rule.Flag) (fresh bool, err error) {
	if found.Same == 0 {
		return insertFlag(ctx, tx, f, found.Bucket)
	}
	var harmless bool
	if f.Bundle, harmless, err = bundleOf(ctx, tx, *f, found.Same); err != nil {
		return false, err
	}
	fresh, err = insertFlag(ctx, tx, f, found.Bucket)
	if err == nil && fresh && harmless && f.Route == rule.ToPerson {
		err = closeHarmless(ctx, tx, f.ID, tx.Now)
	}
	return fresh, err
}

func flagObject(id FlagID) string { return fmt.Sprintf("flag:%d", id) }

// climb takes the step that a flag brings, if it brings one.
func (b *bench) climb(ctx context.Context, tx *db.Tx, who subject, by Flag) error {
	flags, err := flagsOf(ctx, tx, by.Person, tx.Now.AddDate(-1, 0, -1))
	if err != nil {
		return err
	}
	steps, err := standingSteps(ctx, tx, by.Person)
	if err != nil {
		return err
	}
	reports := b.state.Reports(tx.Now)
	marks, counted := marks(flags, reports)
	points := rule.Points(marks, tx.Now)
	rung, held := b.policy.Ladder.Step(points, by.Route, b.standing(steps, reports))
	if rung == 0 && (!held || asked(steps)) {
		return nil
	}
	s := Step{School: b.school, Person: by.Person, Set: b.policy.Version, Rung: rung, Flag: by.ID, Points: points, Taken: tx.Now}
	if rung == 0 { // the points reach further than this flag may
		s.Rung = b.policy.Ladder.Reached(points)
	}
	switch {
	case reports:
		s.HeldBack = ReportOnly
	case who.letOff:
		s.HeldBack = Exempt
	case rung == 0:
		s.HeldBack = ForPerson
	}
	return b.take(ctx, tx, who, by, s, counted)
}

// marks are the flags that the ladder counts, and their numbers: while rules only report, those that
// were only reported.
func marks(flags []Flag, reports bool) (all []rule.Mark, counted []FlagID) {
	for _, f := range flags {
		reported := f.Reported
		f.Reported = false
		if reported == reports && f.Counts() {
			all, counted = append(all, rule.Mark{Raised: f.Raised, Decays: f.Decays, Weight: f.Weight}), append(counted, f.ID)
		}
	}
	return all, counted
}

// standing is the highest rung of the ladder that steps stand on: those that did something, or,
// while rules only report, were reported.
func (b *bench) standing(steps []Step, reports bool) (rung int) {
	for _, s := range steps {
		if s.HeldBack == "" || reports && s.HeldBack == ReportOnly {
			rung = max(rung, b.policy.Ladder.Stands(s.Action))
		}
	}
	return rung
}

// asked says whether a person is to decide already.
func asked(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.HeldBack == ForPerson })
}

// take takes a step: what it withdraws is withdrawn in the same transaction.
func (b *bench) take(ctx context.Context, tx *db.Tx, who subject, by Flag, s Step, counted []FlagID) error {
	rung := b.policy.Ladder.Rungs[s.Rung-1]
	s.Action, s.Ends = rung.Action, rung.Ends(b.times, tx.Now, false)
	s.Reason = reasonOf(by, rung, b.times)
	if err := insertStep(ctx, tx, &s); err != nil {
		return fmt.Errorf("take step: %w", err)
	}
	if s.HeldBack == "" && s.Action.Withdraws() {
		if err := endLesser(ctx, tx, s.Person, taken(s.Action)); err != nil {
			return err
		}
		if err := insertSuspension(ctx, tx, b.school, Suspension{Person: s.Person, Ends: s.Ends, Reason: s.Reason, Objection: b.policy.Ladder.Objection,
			Action: taken(s.Action), Set: s.Set, Step: s.ID, Flags: counted}); err != nil {
			return fmt.Errorf("withdraw printing: %w", err)
		}
	}
	if err := b.Hub.Touch(ctx, tx, b.school, events.Person(int64(s.Person))); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: b.school, Act: "step-taken", Subject: who.pseudonym, Object: flagObject(by.ID),
		Facts: map[string]any{"step": int64(s.ID), "action": string(s.Action), "version": int64(s.Set), "points": s.Points, "held_back": string(cmp.Or(s.HeldBack, "none"))}})
}

// taken is what a step of an action that withdraws leaves: a teacher's release, or nothing.
func taken(by rule.Action) rule.Action {
	if by == rule.TeacherRelease {
		return by
	}
	return rule.Withdraw
}

// reasonOf is what the person reads: what was seen, and what that means.
func reasonOf(f Flag, r rule.Rung, c calendar.Calendar) string {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	what := rule.Words(f.Kind, f.Evidence, f.Raised.In(zone))
	return strings.ToUpper(what[:1]) + what[1:] + ". " + strings.TrimSpace(r.Say)
}
