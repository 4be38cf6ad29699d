package release

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// RuleTable is a school's rules as they are now, as people read them.
func RuleTable(ctx context.Context, tx *db.Tx, id school.ID) (quota.Rules, []quota.RuleRow, error) {
	rules, err := quota.RulesOf(ctx, tx, id)
	if err != nil {
		return rules, nil, err
	}
	names, err := ruleNames(ctx, tx, id, rules)
	return rules, rules.Table(names), err
}

// RuleNames are what rules name, by their names.
func RuleNames(ctx context.Context, tx *db.Tx, id school.ID, rules quota.Rules) (quota.Names, error) {
	return ruleNames(ctx, tx, id, rules)
}

func ruleNames(ctx context.Context, tx *db.Tx, id school.ID, rules quota.Rules) (quota.Names, error) {
	names, err := quota.NamesOf(ctx, tx, rules)
	if err != nil {
		return names, err
	}
	printers, err := PrinterNames(ctx, tx, id)
	names.Printers = map[int32]string{}
	for p, name := range printers {
		names.Printers[int32(p)] = name
	}
	return names, err
}

// RuleWords finds the printers and papers that a school's rules name.
func RuleWords(ctx context.Context, tx *db.Tx, id school.ID) (quota.Words, error) {
	printers, err := PrinterNames(ctx, tx, id)
	return quota.Words{
		Printer: func(name string) (int32, error) {
			for p, known := range printers {
				if strings.EqualFold(known, name) {
					return int32(p), nil
				}
			}
			return 0, fault.New(fault.NotFound, "printer-unknown", "There is no printer %q.", name)
		},
		Paper: paperNamed,
	}, err
}

// paperNamed is the medium that people call so, or that is called so itself.
func paperNamed(word string) string {
	for _, name := range everySize {
		if strings.EqualFold(MediaLabel(name), word) || name == word {
			return name
		}
	}
	if _, _, ok := MediaSize(word); ok {
		return word
	}
	return ""
}

// Trial is how many past jobs rules would have met.
type Trial struct {
	Jobs   int // that were released
	Met    map[quota.RuleNumber]int
	People map[quota.RuleNumber]int // whose they were
}

// pastJob is a job that was released, as rules see it.
type pastJob struct {
	Job
	digest  string
	at      time.Time
	printer PrinterID
}

// trialChunk is how many past jobs are looked at at once.
const trialChunk = 5000

// TryRules says what rules would have met among the jobs that were released since a time: the
// first rule that meets a job counts it. People count as what they are today; exemptions
// are left out.
func (d *Desk) TryRules(ctx context.Context, id school.ID, rules quota.Rules, since time.Time) (t Trial, err error) {
	t = Trial{Met: map[quota.RuleNumber]int{}, People: map[quota.RuleNumber]int{}}
	type who struct {
		rule   quota.RuleNumber
		person school.PersonID
	}
	seen, before := map[who]bool{}, map[string][]time.Time{}
	err = d.readSchool(ctx, id, func(ctx context.Context, tx *db.Tx) error {
		times, err := d.calendar(ctx, tx, id)
		if err != nil {
			return err
		}
		for after := JobID(0); ; {
			all, err := jobsReleased(ctx, tx, id, since.Add(-rules.Remembers()), after, trialChunk)
			if err != nil || len(all) == 0 {
				return err
			}
			people := make([]school.PersonID, len(all))
			for i, j := range all {
				people[i] = j.Person
			}
			is, err := d.belongings(ctx, tx, id, people)
			if err != nil {
				return err
			}
			for _, j := range all {
				same := fmt.Sprintf("%d %s", j.Person, j.digest)
				f := j.facts(j.printer)
				f.At, f.Calendar, f.Is, f.Before = j.at, times, is[j.Person], before[same]
				before[same] = append(before[same], j.at)
				if j.at.Before(since) {
					continue
				}
				t.Jobs++
				if v := rules.First(nil, f); v.Met() {
					t.Met[v.Rule.Number]++
					if k := (who{v.Rule.Number, j.Person}); !seen[k] {
						seen[k] = true
						t.People[v.Rule.Number]++
					}
				}
			}
			after = all[len(all)-1].ID
		}
	})
	if err != nil {
		err = fmt.Errorf("try rules: %w", err)
	}
	return t, err
}

// ExemptionRow is an exemption as people read it in the report.
type ExemptionRow struct {
	quota.Exemption
	Who        string // user name or class
	Off        string // "all rules", or the rule's number and name
	MadeBy     string // user name; "the server" for a command
	RecordedBy string // "" while it is open
	State      string // "open, in force", "open, not yet in force", "in force", "over"
}

// ExemptionReport lists all exemptions of a school that are not over or were a year ago, the
// open ones first.
func ExemptionReport(ctx context.Context, tx *db.Tx, id school.ID) ([]ExemptionRow, error) {
	all, err := quota.Exemptions(ctx, tx, id, tx.Now.AddDate(-1, 0, 0))
	if err != nil {
		return nil, err
	}
	rules, err := quota.RulesOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows := make([]ExemptionRow, len(all))
	for i, e := range all {
		if rows[i], err = exemptionRow(ctx, tx, e, rules); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(rows, func(a, b ExemptionRow) int { return cmp.Compare(a.rank(), b.rank()) })
	return rows, nil
}

func exemptionRow(ctx context.Context, tx *db.Tx, e quota.Exemption, rules quota.Rules) (r ExemptionRow, err error) {
	r = ExemptionRow{Exemption: e, Off: "all rules", MadeBy: "the server"}
	for _, rule := range rules.All {
		if rule.Number == e.Rule {
			r.Off = fmt.Sprintf("rule %d, %s", rule.Number, rule.Name)
		}
	}
	if e.Rule != 0 && r.Off == "all rules" {
		r.Off = fmt.Sprintf("rule %d, removed", e.Rule)
	}
	if e.Class != 0 {
		names, err := school.ClassNames(ctx, tx, []school.ClassID{e.Class})
		if err != nil {
			return r, err
		}
		r.Who = "class " + names[e.Class]
	}
	for of, to := range map[school.PersonID]*string{e.Person: &r.Who, e.MadeBy: &r.MadeBy, e.By: &r.RecordedBy} {
		if of == 0 {
			continue
		}
		p, err := school.PersonByID(ctx, tx, of)
		if err != nil {
			return r, err
		}
		*to = p.Username
	}
	switch over := !e.Ended.IsZero() || !tx.Now.Before(e.Ends); {
	case over:
		r.State = "over"
	case e.Open() && e.Officer:
		r.State = "open, in force"
	case e.Open():
		r.State = "open, not yet in force"
	default:
		r.State = "in force"
	}
	return r, nil
}

// rank has the open ones first and those that are over last.
func (r ExemptionRow) rank() int {
	switch {
	case r.State == "over":
		return 2
	case r.Open():
		return 0
	}
	return 1
}
