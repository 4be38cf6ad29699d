package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// policyPath is what the school takes for misuse, and what comes of it.
const policyPath = "/staff/policy"

// policyPage is what policy.html shows.
type policyPage struct {
	visitor
	Version    conduct.SetID
	Since      string
	State      string // in words
	Stopped    []stoppedRow
	Rules      []policyRow
	Categories []rule.Category
	Ladder     rule.Ladder
	Breaker    rule.Breaker
	Say        string      // why a change was not taken
	Of         rule.Number // and of which rule
}

// stoppedRow is a rule that has stopped itself.
type stoppedRow struct {
	Number    rule.Number
	Name      string
	Hit, Of   int
	Since     string
	YearGroup string
}

// policyRow is a rule with its figures.
type policyRow struct {
	rule.Rule
	Means   string
	Title   string // of its category
	All     []rule.Category
	Figures []figureRow
}

type figureRow struct {
	rule.Figure
	Is int
}

func (c *Console) policyPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showPolicy(w, r, v, http.StatusOK, 0, nil)
}

func (c *Console) showPolicy(w http.ResponseWriter, r *http.Request, v visitor, status int, of rule.Number, wrong error) {
	page := policyPage{visitor: v, Of: of}
	if wrong != nil {
		page.Say = fault.As(wrong).Say
	}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := conduct.PolicyOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		state, err := conduct.StateOf(ctx, tx, v.School)
		page.fill(p, state)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "policy", page)
}

func (p *policyPage) fill(policy conduct.Policy, state conduct.State) {
	p.Version, p.Since, p.Categories, p.Ladder, p.Breaker = policy.Version, moment(policy.Made, p.Now), policy.Categories, policy.Ladder, policy.Breaker
	switch {
	case !state.Off.IsZero():
		p.State = "All rules are off since " + moment(state.Off, p.Now) + ": " + state.Why
	case state.Reports(p.Now):
		p.State = "The rules only report, and act from " + moment(state.ActsFrom, p.Now)
	default:
		p.State = "The rules act"
	}
	if _, known := policy.Rule(p.Of); !known && p.Of >= 0 {
		p.Of = 0
	}
	p.Stopped, p.Rules = nil, nil
	for _, d := range state.Disarmed {
		of, _ := policy.Rule(d.Rule)
		p.Stopped = append(p.Stopped, stoppedRow{d.Rule, of.Name, d.Hit, d.Of, moment(d.At, p.Now), yearAndClasses(d.Year, nil)})
	}
	for _, one := range policy.Rules {
		p.Rules = append(p.Rules, policyRowOf(policy, one))
	}
}

func policyRowOf(policy conduct.Policy, one rule.Rule) policyRow {
	spec, _ := rule.SpecOf(one.Kind)
	category, _ := policy.Category(one.Category)
	row := policyRow{Rule: one, Means: spec.Means, Title: category.Title, All: policy.Categories}
	for _, f := range spec.Figures {
		row.Figures = append(row.Figures, figureRow{f, one.Figure(f.Name)})
	}
	return row
}

// setRule changes one rule: whether it looks, its category, points and figures.
func (c *Console) setRule(w http.ResponseWriter, r *http.Request, v visitor) {
	n := numberIn[rule.Number](r, "rule")
	c.changePolicy(w, r, v, n, func(ctx context.Context, tx *db.Tx) error {
		p, i, err := ruleIn(ctx, tx, v, n)
		if err != nil {
			return err
		}
		if err := readRule(r, &p.Rules[i]); err != nil {
			return err
		}
		_, err = conduct.ChangePolicy(ctx, tx, v.Pseudonym, v.School, p.Set)
		return err
	})
}

// readRule reads a rule's form. A figure as its kind has it stays the kind's.
func readRule(r *http.Request, to *rule.Rule) (err error) {
	number := func(name string) int {
		n, wrong := whole(name, r.PostFormValue(name))
		if err == nil {
			err = wrong
		}
		return n
	}
	if name := strings.TrimSpace(r.PostFormValue("name")); name != "" {
		to.Name = name
	}
	to.Off, to.Category = r.PostFormValue("on") == "", r.PostFormValue("category")
	to.Weight, to.Decay, to.Quiet = number("points"), number("decay"), number("quiet")
	with := map[string]int{}
	spec, _ := rule.SpecOf(to.Kind)
	for _, f := range spec.Figures {
		if n := number("with-" + f.Name); n != f.Default {
			with[f.Name] = n
		}
	}
	if to.With = with; len(with) == 0 {
		to.With = nil
	}
	return err
}

// armRule has a rule flag again that has stopped itself.
func (c *Console) armRule(w http.ResponseWriter, r *http.Request, v visitor) {
	n := numberIn[rule.Number](r, "rule")
	c.changePolicy(w, r, v, n, func(ctx context.Context, tx *db.Tx) error { return conduct.Arm(ctx, tx, v.Pseudonym, v.School, n) })
}

// switchRules switches all rules off, with a reason, or on: then they act as before, or at once.
func (c *Console) switchRules(w http.ResponseWriter, r *http.Request, v visitor) {
	if r.PathValue("to") == "off" {
		c.policyChanged(w, r, v, 0, c.conduct.SwitchOff(r.Context(), v.Actor, r.PostFormValue("why")))
		return
	}
	c.changePolicy(w, r, v, 0, func(ctx context.Context, tx *db.Tx) error {
		state, err := conduct.StateOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		if from := r.PostFormValue("from"); from != "" {
			if state.ActsFrom, err = time.ParseInLocation(time.DateOnly, from, v.Now.Location()); err != nil {
				return fault.New(fault.Invalid, "conduct-from", "Choose the day from which they act.").Because(err)
			}
		}
		return conduct.SwitchOn(ctx, tx, v.Pseudonym, v.School, state.ActsFrom)
	})
}

func (c *Console) changePolicy(w http.ResponseWriter, r *http.Request, v visitor, of rule.Number, change func(context.Context, *db.Tx) error) {
	c.policyChanged(w, r, v, of, c.db.InTx(r.Context(), db.InSchool(v.School), change))
}

func (c *Console) policyChanged(w http.ResponseWriter, r *http.Request, v visitor, of rule.Number, err error) {
	switch f := fault.As(err); {
	case err == nil:
		http.Redirect(w, r, policyPath+fmt.Sprintf("#rule-%d", of), http.StatusSeeOther)
	case f.Kind == fault.Internal || f.Kind == fault.Unavailable:
		c.pages.Error(w, r, err)
	default:
		c.showPolicy(w, r, v, http.StatusConflict, of, err)
	}
}

// stoppedRules are the rules that have stopped themselves, as the day's red has them; for who can mend them.
func (c *Console) stoppedRules(ctx context.Context, v visitor) (reds []red, err error) {
	if !v.May(school.SetConduct) {
		return nil, nil
	}
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		state, err := conduct.StateOf(ctx, tx, v.School)
		reds = nil
		if err != nil || len(state.Disarmed) == 0 {
			return err
		}
		policy, err := conduct.PolicyOf(ctx, tx, v.School)
		for _, d := range state.Disarmed {
			of, _ := policy.Rule(d.Rule)
			reds = append(reds, red{Name: fmt.Sprintf("Rule %d, %s", d.Rule, of.Name), Say: "has stopped itself", Path: policyPath,
				Seen: fmt.Sprintf("It flagged %d of %d pupils of one year group within an hour, %s.", d.Hit, d.Of, moment(d.At, v.Now))})
		}
		return err
	})
	return reds, err
}
