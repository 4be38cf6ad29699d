package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

// Plan is how a school charges and gives, or means to.
type Plan struct {
	Tariff quota.Tariff
	Policy quota.Policy
}

// Tried is what a year group's prints cost, and what they would have by another plan.
type Tried struct {
	Year   int // school.NoYear for everybody without one: staff, guests
	People int // who printed
	Prints int
	Pages  int // that came out
	Cost   int64
	Would  int64

	// People who spent more of their own in a period than the plan gives for one: as it is,
	// and as it would be. What was left from before and what they were given besides is not
	// asked for; of who has left the school nothing is known any more.
	Out, WouldOut int
}

// Add adds another group's figures.
func (t *Tried) Add(o Tried) {
	t.People, t.Prints, t.Pages, t.Cost, t.Would = t.People+o.People, t.Prints+o.Prints, t.Pages+o.Pages, t.Cost+o.Cost, t.Would+o.Would
	t.Out, t.WouldOut = t.Out+o.Out, t.WouldOut+o.WouldOut
}

// TryPlan works out what the prints that ended within a time would have cost, by year group,
// and who would have had too little. A school's rules are not asked again.
func TryPlan(ctx context.Context, tx *db.Tx, sc school.School, was, would Plan, from, until time.Time) ([]Tried, error) {
	t := trying{groups: map[int]*Tried{}, people: map[school.PersonID]*spender{}}
	var err error
	if t.cal, err = school.CalendarOf(ctx, tx, sc.ID); err != nil {
		return nil, err
	}
	err = settledWithin(ctx, tx, sc.ID, from, until, func(year int, own bool, d Delivery) {
		units := quota.Share(would.Tariff.Price(d.Work, d.Group).Units, min(d.Printed, d.Impressions), d.Impressions)
		sum := t.of(year, d.Person)
		sum.Prints++
		sum.Pages += d.Printed
		sum.Cost += d.Charged
		sum.Would += units
		if own {
			t.people[d.Person].pays(was.Policy.Per.Start(t.cal, d.Ended), would.Policy.Per.Start(t.cal, d.Ended), d.Charged, units)
		}
	})
	if err == nil {
		err = t.runOut(ctx, tx, sc, was.Policy, would.Policy)
	}
	return t.years(), err
}

// trying is a plan being tried.
type trying struct {
	cal    calendar.Calendar
	groups map[int]*Tried
	people map[school.PersonID]*spender
}

// spender is somebody with what they spent, by the first day of each period.
type spender struct {
	year       int
	was, would map[calendar.Date]int64
}

func (s *spender) pays(was, would calendar.Date, cost, units int64) {
	s.was[was] += cost
	s.would[would] += units
}

// of is the sum of a year group, with somebody in it.
func (t *trying) of(year int, p school.PersonID) *Tried {
	if t.groups[year] == nil {
		t.groups[year] = &Tried{Year: year}
	}
	if t.people[p] == nil {
		t.people[p] = &spender{year: year, was: map[calendar.Date]int64{}, would: map[calendar.Date]int64{}}
		t.groups[year].People++
	}
	return t.groups[year]
}

// runOut counts those for whom it was, or would have been, too little.
func (t *trying) runOut(ctx context.Context, tx *db.Tx, sc school.School, was, would quota.Policy) error {
	ids := make([]school.PersonID, 0, len(t.people))
	for id := range t.people {
		ids = append(ids, id)
	}
	belongings, err := school.BelongingsOf(ctx, tx, sc, ids)
	for id, b := range belongings {
		s := t.people[id]
		if tooLittle(was, id, b, s.was) {
			t.groups[s.year].Out++
		}
		if tooLittle(would, id, b, s.would) {
			t.groups[s.year].WouldOut++
		}
	}
	return err
}

// tooLittle says whether somebody spent more in any period than a policy gives for it.
func tooLittle(p quota.Policy, id school.PersonID, b school.Belonging, spent map[calendar.Date]int64) bool {
	units, _ := p.Entitled(id, b)
	for _, n := range spent {
		if n > units {
			return true
		}
	}
	return false
}

// years are the groups, those without a year first.
func (t *trying) years() (all []Tried) {
	for y := school.NoYear; y <= 14; y++ {
		if t.groups[y] != nil {
			all = append(all, *t.groups[y])
		}
	}
	return all
}

// TryJob is why a job would cost what it does by a tariff at a group's printers, each as it is
// asked for ("job-unknown").
func (d *Desk) TryJob(ctx context.Context, tx *db.Tx, id JobID, t quota.Tariff, g quota.GroupID) (quota.Price, error) {
	job, err := jobByID(ctx, tx, id)
	if err == nil && job.Pages == 0 {
		err = notReady
	}
	if err != nil {
		return quota.Price{}, err
	}
	job.Printed = 0
	return t.Price(job.workAt(PrinterRecord{}), g), nil
}
