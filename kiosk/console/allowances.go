package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/quota"
	"inkwell/release"
)

// allowancesPath is who gets how much.
const allowancesPath = "/staff/allowances"

// mostGiven is the most units that an allowance can be.
const mostGiven = 1_000_000

// allowancesPage is what allowances.html shows.
type allowancesPage struct {
	visitor
	Rows     []allowanceRow
	Default  bool
	Money    bool
	Per      []choice
	Combine  []choice
	PerWord  string
	Sums     bool   // several add up
	Carried  string // "" where nothing stays
	Form     boxes
	Giving   boxes
	Say      string // why a change was not taken that no field is of
	Trial    *trialTable
	OfGiving bool // what was tried is how it is given
}

// allowanceRow is what one audience gets.
type allowanceRow struct {
	Who, Write    string
	Units, Colour string
	Alone         bool // for one person, in the place of all else
}

var perWords = map[quota.Period]string{quota.Term: "term", quota.Month: "month", quota.Week: "week", quota.Day: "day"}

func (c *Console) allowancesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showAllowances(w, r, v, http.StatusOK, nil)
}

func (c *Console) showAllowances(w http.ResponseWriter, r *http.Request, v visitor, status int, fill func(*allowancesPage)) {
	if !c.readAgain(w, r, v, status, allowancesPath) {
		return
	}
	page := allowancesPage{visitor: v}
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = v.allowances(ctx, tx)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	if fill != nil {
		fill(&page)
	}
	c.pages.Show(w, r, status, "allowances", page)
}

func (v visitor) allowances(ctx context.Context, tx *db.Tx) (allowancesPage, error) {
	page := allowancesPage{visitor: v, Form: allowanceBoxes()}
	plan, err := planNow(ctx, tx, v.School)
	if err != nil {
		return page, err
	}
	policy, unit := plan.Policy, plan.Tariff.Unit
	whom := make([]quota.Audience, len(policy.All))
	for i, a := range policy.All {
		whom[i] = a.For
	}
	say, err := quota.SayAudiences(ctx, tx, whom)
	if err != nil {
		return page, err
	}
	write, err := quota.WriteAudiences(ctx, tx, whom)
	if err != nil {
		return page, err
	}
	for i, a := range policy.All {
		row := allowanceRow{Who: sentence(say[i]), Write: write[i], Units: unit.Figure(a.Pages), Alone: a.For.Person != 0}
		if a.Colour != nil {
			row.Colour = strconv.FormatInt(*a.Colour, 10)
		}
		page.Rows = append(page.Rows, row)
	}
	page.Default, page.Money, page.PerWord, page.Sums = policy.Default, !unit.Counts(), perWords[policy.Per], policy.Combine == quota.Sum
	if policy.Carry > 0 {
		page.Carried = unit.Say(policy.Carry)
	}
	page.giving(string(policy.Per), string(policy.Combine), strconv.FormatInt(policy.Carry, 10))
	return page, nil
}

// giving fills the form of how it is given.
func (p *allowancesPage) giving(per, combine, carry string) {
	p.Per, p.Combine = nil, nil
	for _, one := range quota.Periods() {
		p.Per = append(p.Per, choice{string(one), "every " + perWords[one], string(one) == per})
	}
	p.Combine = []choice{{string(quota.Highest), "the highest counts", combine == string(quota.Highest)}, {string(quota.Sum), "they add up", combine == string(quota.Sum)}}
	p.Giving = boxes{{Name: "carry", Label: "What is left over stays, at most", Hint: "0: it ends with the period", Value: carry}}
}

func allowanceBoxes() boxes {
	return boxes{
		{Name: "who", Label: "For whom", Hint: "such as year:7-9, staff, pupil+class:11A/Ar, person:23sbell"},
		{Name: "units", Label: "How much each time"},
		{Name: "colour", Label: "Of it in colour, at most", Hint: "empty: this says nothing of colour"},
	}
}

// readAllowance reads the form; what is wrong stands at its field.
func readAllowance(ctx context.Context, tx *db.Tx, v visitor, fields boxes) (a quota.Allowance, err error) {
	units, colour := fields.units("units", mostGiven), fields.units("colour", mostGiven)
	if units == nil {
		fields.refuse("units", "Write how much: a whole number from 0 to 1,000,000.")
	}
	who := strings.TrimSpace(fields.Of("who").Value)
	if who == "" {
		fields.refuse("who", "Write for whom it is, such as year:7-9.")
	} else if a.For, err = quota.ReadAudience(ctx, tx, v.School, who); err != nil {
		if fault.KindOf(err) == fault.Internal {
			return a, err
		}
		fields.refuse("who", fault.As(err).Say)
	}
	if fields.Wrong() {
		return a, badForm
	}
	a.Pages, a.Colour = *units, colour
	return a, a.Check()
}

func typed(r *http.Request, fields boxes) boxes {
	for i := range fields {
		fields[i].Value = r.PostFormValue(fields[i].Name)
	}
	return fields
}

func (c *Console) setAllowance(w http.ResponseWriter, r *http.Request, v visitor) {
	fields := typed(r, allowanceBoxes())
	c.allowanceChanged(w, r, v, func(p *allowancesPage) { p.Form = fields }, c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		a, err := readAllowance(ctx, tx, v, fields)
		if err != nil {
			return err
		}
		return quota.SetAllowance(ctx, tx, v.Pseudonym, v.School, a)
	}))
}

func (c *Console) removeAllowance(w http.ResponseWriter, r *http.Request, v visitor) {
	c.allowanceChanged(w, r, v, nil, c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		of, err := quota.ReadAudience(ctx, tx, v.School, r.PostFormValue("who"))
		if err != nil {
			return err
		}
		return quota.RemoveAllowance(ctx, tx, v.Pseudonym, v.School, of)
	}))
}

// giveBy has a policy give as the form says; what is wrong stands at its field.
func giveBy(r *http.Request, p *quota.Policy, fields boxes) error {
	carry := fields.units("carry", mostGiven)
	if fields.Wrong() {
		return badForm
	}
	p.Per, p.Combine, p.Carry = quota.Period(r.PostFormValue("per")), quota.Combine(r.PostFormValue("combine")), 0
	if carry != nil {
		p.Carry = *carry
	}
	return p.Check()
}

// typedGiving fills the page's form with what was typed.
func typedGiving(r *http.Request) (fields boxes, fill func(*allowancesPage)) {
	var p allowancesPage
	p.giving(r.PostFormValue("per"), r.PostFormValue("combine"), r.PostFormValue("carry"))
	return p.Giving, func(to *allowancesPage) { to.Per, to.Combine, to.Giving = p.Per, p.Combine, p.Giving }
}

func (c *Console) setGiving(w http.ResponseWriter, r *http.Request, v visitor) {
	fields, fill := typedGiving(r)
	c.allowanceChanged(w, r, v, fill, c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		var to quota.Policy
		if err := giveBy(r, &to, fields); err != nil {
			return err
		}
		_, err := quota.SetPolicy(ctx, tx, v.Pseudonym, v.School, func(p *quota.Policy) { p.Per, p.Combine, p.Carry = to.Per, to.Combine, to.Carry })
		return err
	}))
}

func (c *Console) tryAllowance(w http.ResponseWriter, r *http.Request, v visitor) {
	fields := typed(r, allowanceBoxes())
	fill := func(p *allowancesPage) { p.Form = fields }
	trial, err := c.trial(r, v, func(ctx context.Context, tx *db.Tx, p *release.Plan) error {
		a, err := readAllowance(ctx, tx, v, fields)
		p.Policy = p.Policy.With(a)
		return err
	})
	c.tried(w, r, v, fill, trial, false, err)
}

func (c *Console) tryGiving(w http.ResponseWriter, r *http.Request, v visitor) {
	fields, fill := typedGiving(r)
	trial, err := c.trial(r, v, func(_ context.Context, _ *db.Tx, p *release.Plan) error { return giveBy(r, &p.Policy, fields) })
	c.tried(w, r, v, fill, trial, true, err)
}

// tried shows the page with what a change would have made of the past.
func (c *Console) tried(w http.ResponseWriter, r *http.Request, v visitor, fill func(*allowancesPage), trial *trialTable, giving bool, err error) {
	if err != nil {
		c.allowanceChanged(w, r, v, fill, err)
		return
	}
	c.showAllowances(w, r, v, http.StatusOK, func(p *allowancesPage) {
		fill(p)
		p.Trial, p.OfGiving = trial, giving
	})
}

// allowanceChanged goes back to the page, with why a change was not taken.
func (c *Console) allowanceChanged(w http.ResponseWriter, r *http.Request, v visitor, fill func(*allowancesPage), err error) {
	if err == nil {
		http.Redirect(w, r, allowancesPath, http.StatusSeeOther)
		return
	}
	f := fault.As(err)
	status, say := correctable(err)
	if f.Kind == fault.NotFound {
		status = http.StatusConflict
	}
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	c.showAllowances(w, r, v, status, func(p *allowancesPage) {
		if fill != nil {
			fill(p)
		}
		if f.Code != badForm.Code {
			p.Say = say
		}
	})
}
