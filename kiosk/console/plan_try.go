package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// trialTable is what other prices or allowances would have made of a past time.
type trialTable struct {
	From, To string // days, the last one included, as a form has them
	Days     string
	Rows     []trialRow // the whole school first; none where nothing was printed
	Same     bool       // what was tried is what is in force
}

// trialRow is a year group, or everybody.
type trialRow struct {
	Name        string
	People      string
	Pages       string
	Cost, Would string
	Out, Later  string // how many ran out: as it is, and as it would be
	More        bool   // more of them would have
}

// yearWord names a year group of staff and guests and of pupils.
func yearWord(year int) string {
	switch year {
	case school.NoYear:
		return "Staff and others"
	case 0:
		return "Reception"
	}
	return "Year " + strconv.Itoa(year)
}

// trial tries a change of what is in force on a past time: the term before this one, or the
// days of the form. A school tries one at a time, since it reads all that was printed then.
func (c *Console) trial(r *http.Request, v visitor, change func(context.Context, *db.Tx, *release.Plan) error) (*trialTable, error) {
	if _, busy := c.trying.LoadOrStore(v.School, true); busy {
		return nil, fault.New(fault.TooMany, "trial-busy", "Somebody tries something just now. Try again in a minute.")
	}
	defer c.trying.Delete(v.School)
	t := &trialTable{From: r.PostFormValue("first"), To: r.PostFormValue("until")}
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, v.School)
		if err != nil {
			return err
		}
		was, err := planNow(ctx, tx, v.School)
		if err != nil {
			return err
		}
		would := release.Plan{Tariff: was.Tariff.Clone(), Policy: was.Policy.Clone()}
		if err := change(ctx, tx, &would); err != nil {
			return err
		}
		from, until, err := t.span(ctx, tx, v)
		if err != nil {
			return err
		}
		all, err := release.TryPlan(ctx, tx, sc, was, would, from, until)
		t.fill(all, was.Tariff.Unit, would.Tariff.Unit)
		return err
	})
	return t, err
}

// planNow is how a school charges and gives.
func planNow(ctx context.Context, tx *db.Tx, id school.ID) (p release.Plan, err error) {
	if p.Tariff, err = quota.TariffAt(ctx, tx, id, tx.Now); err == nil {
		p.Policy, err = quota.PolicyOf(ctx, tx, id)
	}
	return p, err
}

// span is the time of the form's days. Without any it is the term before this one, or this one
// where it is the school's first.
func (t *trialTable) span(ctx context.Context, tx *db.Tx, v visitor) (from, until time.Time, err error) {
	if t.From == "" && t.To == "" {
		cal, err := school.CalendarOf(ctx, tx, v.School)
		if err != nil {
			return from, until, err
		}
		this := quota.Term.Start(cal, v.Now)
		before := quota.Term.Start(cal, cal.Start(this-1))
		first, last := before, this-1
		if before >= this {
			first, last = this, cal.Date(v.Now)
		}
		t.From, t.To = first.String(), last.String()
	}
	zone := v.Now.Location()
	from, err = time.ParseInLocation(time.DateOnly, t.From, zone)
	last, wrong := time.ParseInLocation(time.DateOnly, t.To, zone)
	switch {
	case err != nil || wrong != nil || last.Before(from):
		return from, until, fault.New(fault.Invalid, "first", "Choose the first day and the last day, in this order.")
	case last.After(from.AddDate(2, 0, 0)):
		return from, until, fault.New(fault.Invalid, "first", "Choose two years at most.")
	}
	t.Days = from.Format("2 January 2006") + " to " + last.Format("2 January 2006")
	return from, last.AddDate(0, 0, 1), nil
}

func (t *trialTable) fill(all []release.Tried, was, would quota.Unit) {
	t.Rows = nil
	var sum release.Tried
	row := func(name string, y release.Tried) trialRow {
		return trialRow{name, strconv.Itoa(y.People), thousands(int64(y.Pages)), was.Figure(y.Cost), would.Figure(y.Would), strconv.Itoa(y.Out), strconv.Itoa(y.WouldOut), y.WouldOut > y.Out}
	}
	for _, y := range all {
		sum.Add(y)
		t.Rows = append(t.Rows, row(yearWord(y.Year), y))
	}
	if len(all) > 0 {
		t.Rows = append([]trialRow{row("Everybody", sum)}, t.Rows...)
	}
}
