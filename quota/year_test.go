package quota_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
)

// TestASchoolYear: a year of a school on a clock of its own, with the figures of a real one:
// allowances by year with what stays over, jobs as long and as coloured as they are, some that
// cost too much, jams, what never came out, refunds, top-ups, charges, a tariff that changes in
// January, pupils who come and who leave. Every balance, at the end of each month, is that of
// a bookkeeper who has a table of the school's rules, a notebook, and nothing of our code.
func TestASchoolYear(t *testing.T) {
	t.Parallel()
	pupils, staff, perStaff := 7, 1, 2.0
	if os.Getenv("INKWELL_PROVE") != "" {
		pupils, staff, perStaff = 1500, 110, 12
	}
	y := newYear(t, pupils, staff, perStaff)
	for day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2027, 7, 21, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		y.day(day)
	}
	y.compare()
	t.Logf("%d jobs, %d cost too much, %d refunds, %d moments compared for %d people", y.jobs, y.refused, y.refunds, len(y.moments), len(y.people))
	if y.jobs == 0 || y.refused == 0 || y.refunds == 0 || y.partly == 0 {
		t.Errorf("a year without %d jobs, %d refused, %d refunds or %d jams", y.jobs, y.refused, y.refunds, y.partly)
	}
}

// clerk is the bookkeeper: a page for each person.
type clerk map[school.PersonID]*page

// page is a person in the bookkeeper's notebook.
type page struct {
	year    int // -1 for staff
	weekly  float64
	left    bool
	given   string // the period that was given last
	pages   int64
	colour  int64
	ceiling bool
}

// allowance is the school's table.
func (p *page) allowance() (pages, colour int64) {
	switch {
	case p.year < 0:
		return 1000, 0
	case p.year <= 9:
		return 150, 10
	case p.year <= 11:
		return 250, 10
	}
	return 400, 10
}

const stays = 25 // pages that may be carried over

// morning gives what a new period brings.
func (c clerk) morning(day time.Time) {
	period := "autumn"
	if day.Year() == 2027 {
		if period = "spring"; day.Month() >= time.April {
			period = "summer"
		}
	}
	for _, p := range c {
		if p.left || p.given == period {
			continue
		}
		pages, colour := p.allowance()
		if p.given != "" {
			p.pages, p.colour = min(p.pages, stays), min(p.colour, stays)
		}
		p.given, p.pages, p.ceiling = period, p.pages+pages, p.year >= 0
		if p.ceiling {
			p.colour += colour
		}
	}
}

// costs is the price of a job: a page each, and two in colour from 11 January on.
func costs(day time.Time, sides, colour int64) int64 {
	if day.Before(time.Date(2027, 1, 11, 0, 0, 0, 0, time.UTC)) {
		return sides
	}
	return sides + colour
}

// year is the school.
type year struct {
	house
	clock   *dbtest.Clock
	rand    *rand.Rand
	clerk   clerk
	people  []school.Actor
	ids     []quota.DeliveryID
	moments []noted

	jobs, refused, refunds, partly int
}

// noted is the notebook at the end of a month.
type noted struct {
	at    time.Time
	pages map[school.PersonID]page
}

func newYear(t *testing.T, pupils, staff int, perStaff float64) *year {
	clock := dbtest.NewClock(time.Date(2026, 8, 31, 7, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	y := &year{house: house{schooltest.New(t, d, "Harbour"), t, d}, clock: clock, rand: rand.New(rand.NewPCG(7, 2026)), clerk: clerk{}}
	dbtest.Exec(t, d, "UPDATE person SET left_at = now()") // the cast only gives its name
	y.must(func(ctx context.Context, tx *db.Tx) error {
		if _, err := quota.SetTariff(ctx, tx, "", y.School, time.Date(2027, 1, 11, 0, 0, 0, 0, time.UTC), colour(2)); err != nil {
			return err
		}
		_, err := quota.SetPolicy(ctx, tx, "", y.School, func(p *quota.Policy) { p.Carry = stays })
		return err
	})
	weekly := map[int]float64{7: 0.5, 8: 0.5, 9: 0.5, 10: 1.2, 11: 1.2, 12: 2.5, 13: 2.5}
	for i := range pupils {
		group := 7 + i%7
		often := weekly[group] / 0.55
		if i%20 < 9 && pupils > 100 { // these never print
			often = 0
		}
		y.comes(group, often)
	}
	for range staff {
		y.comes(-1, perStaff)
	}
	return y
}

// comes enters somebody.
func (y *year) comes(group int, weekly float64) {
	y.t.Helper()
	role := school.Pupil
	if group < 0 {
		role = school.Teacher
	}
	a := school.Actor{School: y.School, Roles: []school.Role{role}, Proof: school.ByBadge}
	a.Person = dbtest.Value[school.PersonID](y.t, y.db, `
		WITH p AS (INSERT INTO person (school_id, username, given_name, family_name, year_group) VALUES ($1, $2, 'P', 'N', nullif($3::int, -1)) RETURNING person_id),
		     r AS (INSERT INTO person_role (person_id, school_id, role) SELECT person_id, $1, $4 FROM p)
		SELECT person_id FROM p`, y.School, fmt.Sprintf("p%d", len(y.people)), group, role)
	a.Pseudonym = dbtest.Value[string](y.t, y.db, "SELECT pseudonym::text FROM person WHERE person_id = $1", a.Person)
	y.people, y.clerk[a.Person] = append(y.people, a), &page{year: group, weekly: weekly}
}

// day is a day of the school: the giver in the morning, and jobs if it is one to work.
func (y *year) day(day time.Time) {
	y.t.Helper()
	y.clock.Set(day.Add(6 * time.Hour))
	if _, err := (&quota.Giver{DB: y.db, Log: slog.New(slog.DiscardHandler)}).GiveAll(y.t.Context()); err != nil {
		y.t.Fatal(err)
	}
	y.clerk.morning(day)
	if day.Day() == 1 {
		y.note()
		y.changes()
	}
	holiday := day.Month() == time.December && day.Day() > 18 || day.Month() == time.April && day.Day() < 15 || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
	if holiday {
		return
	}
	for _, a := range y.people {
		p := y.clerk[a.Person]
		for n := p.weekly / 5; !p.left && y.rand.Float64() < n; n-- {
			y.clock.Advance(time.Second)
			y.job(a, p, day)
		}
	}
}

// note has the bookkeeper keep the page of today.
func (y *year) note() {
	y.clock.Advance(time.Minute)
	n := noted{y.clock.Now(), map[school.PersonID]page{}}
	for id, p := range y.clerk {
		n.pages[id] = *p
	}
	y.moments = append(y.moments, n)
	y.clock.Advance(time.Minute)
}

// delivery is one that a job can be printed by. They are made many at once: what they say of
// themselves is nobody's concern here.
func (y *year) delivery(a school.Actor) (id quota.DeliveryID) {
	y.t.Helper()
	if len(y.ids) == 0 {
		first := y.house.delivery(a, 0)
		y.ids = dbtest.Value[[]quota.DeliveryID](y.t, y.db, `
			WITH made AS (
				INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before, ended_at)
				SELECT school_id, job_id, person_id, printer_id, 'void', replace(gen_random_uuid()::text, '-', ''), 1, 1, 1, 0, reserved_at, not_before, reserved_at
				  FROM delivery, generate_series(1, 1000) WHERE delivery_id = $1 RETURNING delivery_id)
			SELECT array_agg(delivery_id) FROM made`, first)
	}
	id, y.ids = y.ids[0], y.ids[1:]
	return id
}

// changes are those of a month: one comes, one leaves, one is topped up, one is charged.
func (y *year) changes() {
	y.t.Helper()
	any := func() (school.Actor, *page) { a := y.people[y.rand.IntN(len(y.people))]; return a, y.clerk[a.Person] }
	y.comes(7+y.rand.IntN(7), 2)
	if a, p := any(); p.year >= 0 && len(y.people) > 10 {
		p.left = true
		dbtest.Exec(y.t, y.db, "UPDATE person SET left_at = $2 WHERE person_id = $1", a.Person, y.clock.Now())
	}
	top, p := any()
	y.give(top, 20, fmt.Sprintf("top-up:%d", len(y.moments)))
	p.pages += 20
	fined, f := any()
	y.must(func(ctx context.Context, tx *db.Tx) error {
		own, err := quota.AccountOf(ctx, tx, fined.Person, quota.PagePurse)
		if err != nil {
			return err
		}
		_, err = quota.Move(ctx, tx, y.IT, "a book was scanned", quota.Transfer{Kind: quota.Charged, From: own, Amount: 15, Key: fmt.Sprintf("fine:%d", len(y.moments))})
		if fault.KindOf(err) == fault.Unpaid && f.pages < 15 {
			return nil
		}
		if err == nil {
			f.pages -= 15
		}
		return err
	})
}

// length is how many sides a job has, and how many of them in colour.
func (y *year) length() (sides, colour int64) {
	switch x := y.rand.Float64(); {
	case x < 0.45:
		sides = 1
	case x < 0.70:
		sides = 2
	case x < 0.90:
		sides = 3 + y.rand.Int64N(4)
	case x < 0.98:
		sides = 7 + y.rand.Int64N(14)
	case x < 0.998:
		sides = 21 + y.rand.Int64N(40)
	default:
		sides = 61 + y.rand.Int64N(200)
	}
	if y.rand.Float64() < 0.15 {
		colour = 1 + y.rand.Int64N(sides)
	}
	return sides, colour
}

// job is one job: released, printed in whole, in part or not at all, and perhaps paid back.
func (y *year) job(a school.Actor, p *page, day time.Time) {
	y.t.Helper()
	sides, tint := y.length()
	price, id := costs(day, sides, tint), y.delivery(a)
	y.jobs++
	err := y.in(func(ctx context.Context, tx *db.Tx) error {
		tariff, err := quota.TariffAt(ctx, tx, y.School, tx.Now)
		if err != nil {
			return err
		}
		said := tariff.Price(quota.Work{Sides: int(sides), Colour: int(tint), Sheets: int(sides+1) / 2}, 0).Units
		if said != price {
			y.t.Fatalf("%v: %d sides, %d in colour cost %d, not %d", day, sides, tint, said, price)
		}
		return quota.Reserve(ctx, tx, a, a.Person, []quota.Reservation{{Delivery: id, Amount: said, Colour: tint}})
	})
	if price > p.pages || p.ceiling && tint > p.colour {
		y.refused++
		if fault.KindOf(err) != fault.Unpaid {
			y.t.Fatalf("%d and %d in colour of %+v: %v", price, tint, *p, err)
		}
		return
	}
	if err != nil {
		y.t.Fatalf("%d and %d in colour of %+v: %v", price, tint, *p, err)
	}
	out := sides
	switch x := y.rand.Float64(); {
	case x < 0.04:
		out = 0 // it never came out
	case x < 0.10:
		out = y.rand.Int64N(sides + 1) // a jam on the way
		y.partly++
	}
	y.clock.Advance(10 * time.Second)
	paid, paidTint := price*out/sides, tint*out/sides
	y.must(func(ctx context.Context, tx *db.Tx) error {
		if out == 0 {
			return quota.Void(ctx, tx, id)
		}
		return quota.Settle(ctx, tx, id, paid, quota.Use{School: y.School, Person: a.Person, Day: day, Impressions: int(out), Colour: int(paidTint), Sheets: int(out+1) / 2})
	})
	p.pages -= paid
	if p.ceiling {
		p.colour -= paidTint
	}
	if paid > 0 && y.rand.Float64() < 0.02 {
		y.refunds++
		y.must(func(ctx context.Context, tx *db.Tx) error {
			back := min(paidTint, 1)
			if !p.ceiling {
				back = 0
			}
			made, err := quota.Refund(ctx, tx, y.IT, id, paid, back, "it was striped")
			if made {
				p.pages, p.colour = p.pages+paid, p.colour+back
			}
			return err
		})
	}
}

// compare holds every balance of every moment against the notebook.
func (y *year) compare() {
	y.t.Helper()
	y.note()
	wrong := 0
	for _, n := range y.moments {
		y.must(func(ctx context.Context, tx *db.Tx) error {
			for person, p := range n.pages {
				for purse, want := range map[quota.Purse]int64{quota.PagePurse: p.pages, quota.ColourPurse: p.colour} {
					id, err := quota.AccountOf(ctx, tx, person, purse)
					if err != nil {
						return err
					}
					if id == 0 && want == 0 {
						continue // without a ceiling there is no such account
					}
					if got, err := quota.BalanceAt(ctx, tx, id, n.at); err != nil || got != want {
						wrong++
						y.t.Errorf("%v: person %d had %d %s, the bookkeeper says %d (%v)", n.at, person, got, purse, want, err)
					}
				}
			}
			return nil
		})
		if wrong > 5 {
			y.t.Fatal("and so on")
		}
	}
	y.must(func(ctx context.Context, tx *db.Tx) error {
		people := make([]school.PersonID, 0, len(y.people))
		for id := range maps.Keys(y.clerk) {
			people = append(people, id)
		}
		all, err := quota.LeftOf(ctx, tx, people)
		for id, p := range y.clerk {
			if l := all[id]; l.Units != p.pages || l.Ceiling != p.ceiling || p.ceiling && l.Colour != p.colour {
				y.t.Errorf("person %d has %+v, the bookkeeper says %+v", id, l, *p)
			}
		}
		return err
	})
	if r := y.sound(); len(r.Problems) > 0 {
		y.t.Error(r.Problems)
	}
}
