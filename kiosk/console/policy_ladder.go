package console

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// routeWords say what may come of a category's flags.
var routeWords = []struct {
	Route rule.Route
	Words string
}{
	{rule.Automatic, "the whole ladder"},
	{rule.Notice, "up to the tutor"},
	{rule.ToPerson, "a person looks"},
	{rule.Safeguarding, "the safeguarding lead alone"},
}

// Routes are what a form offers.
func (policyPage) Routes() any { return routeWords }

// ladderPart and categoryPart are where the page says why a change was not taken: no rule's number.
const (
	ladderPart   rule.Number = -1
	categoryPart rule.Number = -2
)

// setLadder takes the rungs, what they say, and how to object. A rung without points is gone.
func (c *Console) setLadder(w http.ResponseWriter, r *http.Request, v visitor) {
	c.changeSet(w, r, v, ladderPart, func(s *rule.Set) error {
		var rungs []rule.Rung
		f := r.PostForm
		for i, points := range f["points"] {
			if strings.TrimSpace(points) == "" {
				continue
			}
			if i >= min(len(f["action"]), len(f["days"]), len(f["say"])) {
				return formBroken
			}
			rung := rule.Rung{Action: rule.Action(f["action"][i]), Say: strings.TrimSpace(f["say"][i])}
			var err error
			if rung.Points, err = whole("points", points); err == nil {
				rung.Days, err = whole("school days", f["days"][i])
			}
			if err != nil {
				return err
			}
			rungs = append(rungs, rung)
		}
		s.Ladder = rule.Ladder{Rungs: rungs, Objection: strings.TrimSpace(r.PostFormValue("objection"))}
		return nil
	})
}

// setCategories takes the categories and the breaker. One without a title is gone; a new one's keyword is
// made of its title.
func (c *Console) setCategories(w http.ResponseWriter, r *http.Request, v visitor) {
	c.changeSet(w, r, v, categoryPart, func(s *rule.Set) (err error) {
		f := r.PostForm
		s.Categories = nil
		for i, title := range f["title"] {
			if title = strings.TrimSpace(title); title == "" {
				continue
			}
			if i >= min(len(f["name"]), len(f["route"])) {
				return formBroken
			}
			name := f["name"][i]
			if name == "" {
				name = keywordOf(title)
			}
			s.Categories = append(s.Categories, rule.Category{Name: name, Title: title, Route: rule.Route(f["route"][i])})
		}
		if s.Breaker.Percent, err = whole("per cent", r.PostFormValue("percent")); err == nil {
			s.Breaker.AtLeast, err = whole("pupils", r.PostFormValue("at-least"))
		}
		return err
	})
}

var formBroken = fault.New(fault.Invalid, "form-broken", "That form was not whole. Please load the page again.")

var notLetters = regexp.MustCompile(`[^a-z]+`)

// keywordOf is a category's keyword: "Paper in the yard" is "paper-in-the-yard".
func keywordOf(title string) string {
	all := strings.Trim(notLetters.ReplaceAllString(strings.ToLower(title), "-"), "-")
	return strings.Trim(all[:min(len(all), 30)], "-")
}

func whole(name, text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0, fault.New(fault.Invalid, "number", "Write a whole number for %s.", name).Because(err)
	}
	return n, nil
}

// changeSet changes the policy as it is now.
func (c *Console) changeSet(w http.ResponseWriter, r *http.Request, v visitor, of rule.Number, change func(*rule.Set) error) {
	c.changePolicy(w, r, v, of, func(ctx context.Context, tx *db.Tx) error {
		p, err := conduct.PolicyToChange(ctx, tx, v.School)
		if err != nil {
			return err
		}
		if err := change(&p.Set); err != nil {
			return err
		}
		_, err = conduct.ChangePolicy(ctx, tx, v.Pseudonym, v.School, p.Set)
		return err
	})
}

// ruleIn is the school's policy, to be changed, and where one of its rules stands.
func ruleIn(ctx context.Context, tx *db.Tx, v visitor, n rule.Number) (p conduct.Policy, at int, err error) {
	if p, err = conduct.PolicyToChange(ctx, tx, v.School); err != nil {
		return p, 0, err
	}
	if at = slices.IndexFunc(p.Rules, func(one rule.Rule) bool { return one.Number == n }); at < 0 {
		return p, 0, fault.New(fault.Conflict, "rule-unknown", "There is no such rule any more.")
	}
	p.Rules = slices.Clone(p.Rules)
	return p, at, nil
}

// rungRow is a step of the ladder in its form.
type rungRow struct {
	rule.Rung
	Place   int
	New     bool
	Actions []rule.Action
}

// Step is one as people read it.
func (rungRow) Step(a rule.Action) string { return actionWords[a] }

// Rung is a step as the form has it.
func (p policyPage) Rung(i int, r rule.Rung) rungRow { return rungRow{r, i + 1, false, rule.Actions()} }

// Step is one as people read it.
func (policyPage) Step(a rule.Action) string { return actionWords[a] }

// NewRung is the empty one at the end.
func (p policyPage) NewRung() rungRow {
	return rungRow{rule.Rung{Days: 1}, len(p.Ladder.Rungs) + 1, true, rule.Actions()}
}

// categoryRow is a category in its form.
type categoryRow struct {
	rule.Category
	Place  int
	Routes any
}

// CategoryRow is a category as the form has it.
func (p policyPage) CategoryRow(i int, c rule.Category) categoryRow {
	return categoryRow{c, i + 1, routeWords}
}

// NewCategory is the empty one at the end.
func (p policyPage) NewCategory() categoryRow {
	return categoryRow{rule.Category{Route: rule.ToPerson}, len(p.Categories) + 1, routeWords}
}

// LadderPart is where the page says why a ladder was not taken.
func (policyPage) LadderPart() rule.Number { return ladderPart }

// CategoryPart is where it says so of categories.
func (policyPage) CategoryPart() rule.Number { return categoryPart }
