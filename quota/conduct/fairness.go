package conduct

import (
	"context"
	"math"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Fairness is what rules and people did to groups of pupils in a stretch of time, without
// anything of safeguarding. Small numbers are hidden, so that nobody is known by one.
type Fairness struct {
	From, Until time.Time // of the term, or of what there is of it
	Term        string    // "" outside terms: the last 90 days
	Groups      []GroupRate
	Automatic   int // withdrawals by rules alone
	TooMany     bool
	Rules       []RuleCount // that withdrew, the most first; none where their rules are not at fault
	Reviews     ReviewsDue
}

// GroupRate is one year group. Of numbers from 1 to 4, and of what they could be reckoned from,
// Hidden says that they are left out.
type GroupRate struct {
	Year      int // school.NoYear: of no year group
	Pupils    int
	Flagged   Share // pupils with a flag that was not dismissed
	Withdrawn Share // pupils whose printing was withdrawn by their own name, by a rule or a person
}

// Share is a number of a group's pupils, and in which share of such pupils one would expect
// that: Wilson's interval of 95 in 100, in parts of 1,000.
type Share struct {
	People    int
	Low, High int
	Hidden    bool
}

// RuleCount is how often a rule withdrew.
type RuleCount struct {
	Rule  string
	Times int
}

// ReviewsDue are objections that wait, and those whose answer is late.
type ReviewsDue struct {
	Open, Late int
	Oldest     time.Time // when the one was made that waits longest; zero for none
}

// most is how many automatic withdrawals a term may have: with more the rules are wrong, and not the pupils.
const most = 5

// small is the smallest number of people that is shown.
const small = 5

// FairnessOf is the report on the term of today, which is on record.
func (c *Conduct) FairnessOf(ctx context.Context, by school.Actor) (f Fairness, err error) {
	if !by.May(school.SeeFairness) {
		return f, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		cal, err := school.CalendarOf(ctx, tx, by.School)
		if err != nil {
			return err
		}
		f = Fairness{From: tx.Now.AddDate(0, 0, -90), Until: tx.Now}
		if term, in := cal.Term(tx.Now); in {
			f.From, f.Term = cal.Start(term.First), term.Name
		}
		if f.Groups, err = groupRates(ctx, tx, by.School, f.From); err != nil {
			return err
		}
		hide(f.Groups, func(g *GroupRate) *Share { return &g.Flagged })
		hide(f.Groups, func(g *GroupRate) *Share { return &g.Withdrawn })
		if f.Rules, err = automatic(ctx, tx, by.School, f.From); err != nil {
			return err
		}
		for _, r := range f.Rules {
			f.Automatic += r.Times
		}
		if f.TooMany = f.Automatic > most; !f.TooMany {
			f.Automatic, f.Rules = 0, nil
		}
		if f.Reviews, err = reviewsDue(ctx, tx, by.School); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "fairness-viewed", Actor: by.Pseudonym})
	})
	return f, err
}

// hide leaves out small numbers of a column, and the next smallest until what a sum known from elsewhere leaves
// is of two groups at least, and not small itself.
func hide(all []GroupRate, column func(*GroupRate) *Share) {
	var shown []*Share
	hidden, people := 0, 0
	for i := range all {
		s := column(&all[i])
		s.Low, s.High = wilson(s.People, all[i].Pupils)
		switch {
		case s.People > 0 && s.People < small || all[i].Pupils < small:
			hidden, people = hidden+1, people+s.People
			*s = Share{Hidden: true}
		case s.People > 0:
			shown = append(shown, s)
		}
	}
	slices.SortStableFunc(shown, func(a, b *Share) int { return a.People - b.People })
	for _, s := range shown {
		if hidden == 0 || hidden > 1 && people >= small {
			return
		}
		hidden, people = hidden+1, people+s.People
		*s = Share{Hidden: true}
	}
}

// wilson is the interval for k of n, in parts of 1,000.
func wilson(k, n int) (low, high int) {
	if n == 0 {
		return 0, 0
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	middle := p + z*z/(2*m)
	around := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	scale := 1000 / (1 + z*z/m)
	return int(math.Round(math.Max(0, middle-around) * scale)), int(math.Round(math.Min((middle+around)*scale, 1000)))
}
