package console

import (
	"context"
	"net/http"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// tryPage is what try.html shows: a rule as somebody means to change it, and whom the policy would
// have hit with it, beside today's.
type tryPage struct {
	visitor
	Rule     policyRow
	From, To string // days, the last one included
	Say      string // why it was not tried
	Done     bool
	Old, New reachRow
	Years    []triedRow
	Classes  []triedRow // for who may know whom
	People   int        // who printed
	Whole    bool       // nothing is hidden
}

// reachRow is how many of a group, in words.
type reachRow struct{ Withdrawn, Told, Noticed, Looked string }

// triedRow is a year group or a class.
type triedRow struct {
	Name     string
	Pupils   int
	Old, New reachRow
}

// tryFor is the period that is offered.
const tryFor = 28 * 24 * time.Hour

// tryRule says whom a changed rule would have hit in a past period. Nothing is saved.
func (c *Console) tryRule(w http.ResponseWriter, r *http.Request, v visitor) {
	page := tryPage{visitor: v, From: r.PostFormValue("from"), To: r.PostFormValue("to"), Whole: conduct.MayKnowWhom(v.Actor)}
	if page.From == "" && page.To == "" {
		page.From, page.To = v.Now.Add(-tryFor).Format(time.DateOnly), v.Now.Format(time.DateOnly)
	}
	var changed conduct.Policy
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		var i int
		if changed, i, err = ruleIn(ctx, tx, v, numberIn[rule.Number](r, "rule")); err != nil {
			return err
		}
		err = readRule(r, &changed.Rules[i])
		page.Rule = policyRowOf(changed, changed.Rules[i])
		return err
	})
	var tried conduct.Replay
	if err == nil {
		tried, err = c.try(r, v, changed.Set, page.From, page.To)
	}
	status, say := correctable(err)
	switch {
	case status != 0 && page.Rule.Number != 0:
		page.Say = say
	case err != nil:
		c.pages.Error(w, r, err)
		return
	default:
		status = http.StatusOK
		page.fill(tried)
	}
	c.pages.Show(w, r, status, "try", page)
}

// try replays a policy over some days. A school tries one at a time, since it reads all that was printed then.
func (c *Console) try(r *http.Request, v visitor, changed rule.Set, first, last string) (conduct.Replay, error) {
	from, err := time.ParseInLocation(time.DateOnly, first, v.Now.Location())
	to, wrong := time.ParseInLocation(time.DateOnly, last, v.Now.Location())
	if err != nil || wrong != nil {
		return conduct.Replay{}, fault.New(fault.Invalid, "replay-days", "Choose the first and the last day.")
	}
	if to = to.AddDate(0, 0, 1); to.After(v.Now) {
		to = v.Now
	}
	if _, busy := c.trying.LoadOrStore(v.School, true); busy {
		return conduct.Replay{}, fault.New(fault.TooMany, "replay-busy", "Somebody tries a rule just now. Try again in a minute.")
	}
	defer c.trying.Delete(v.School)
	return conduct.Try(r.Context(), c.db, v.Pseudonym, v.School, changed, from, to)
}

func (p *tryPage) fill(tried conduct.Replay) {
	if !p.Whole {
		tried = tried.WithoutPeople()
	}
	p.Done, p.People, p.Old, p.New = true, tried.People, p.reach(tried.Old), p.reach(tried.New)
	for _, g := range tried.Groups {
		row := triedRow{g.Name(), g.Pupils, p.reach(g.Old), p.reach(g.New)}
		if g.Class == "" {
			p.Years = append(p.Years, row)
		} else {
			p.Classes = append(p.Classes, row)
		}
	}
}

func (p *tryPage) reach(of conduct.Reach) reachRow {
	cell := func(n int) string { return conduct.Cell(n, p.Whole) }
	return reachRow{cell(of.Withdrawn), cell(of.Told), cell(of.Noticed), cell(of.Looked)}
}

// triedTable is a table of the page.
type triedTable struct {
	Head string
	Rows []triedRow
}

// Days are the period in words.
func (p tryPage) Days() string {
	words := func(day string) string {
		at, err := time.ParseInLocation(time.DateOnly, day, p.Now.Location())
		if err != nil {
			return day
		}
		return at.Format("2 January 2006")
	}
	return words(p.From) + " to " + words(p.To)
}

// Tried is a table of groups, with the whole school first where that is asked for.
func (p tryPage) Tried(head string, rows []triedRow, school bool) triedTable {
	if school {
		rows = append([]triedRow{{"Everybody", p.People, p.Old, p.New}}, rows...)
	}
	return triedTable{head, rows}
}
