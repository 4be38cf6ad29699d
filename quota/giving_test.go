package quota_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
)

func TestWhoIsEntitledToWhat(t *testing.T) {
	t.Parallel()
	pupil := func(year int, classes ...school.ClassID) school.Belonging {
		return school.Belonging{Roles: []school.Role{school.Pupil}, Year: year, Classes: classes}
	}
	years := quota.Audience{Role: school.Pupil, From: 7, To: 9}
	art, sam := quota.Everybody, quota.Everybody
	art.Class, sam.Person = 5, 17
	p := quota.Policy{Per: quota.Term, Combine: quota.Highest, All: []quota.Allowance{{For: years, Pages: 150}, {For: art, Pages: 60}, {For: sam, Pages: 20}}}
	for _, c := range []struct {
		name         string
		person       school.PersonID
		b            school.Belonging
		highest, sum int64
	}{
		{"a year", 1, pupil(8), 150, 150},
		{"a year and a class", 1, pupil(9, 5), 150, 210},
		{"a class alone", 1, pupil(10, 4, 5), 60, 60},
		{"nothing", 1, pupil(6), 0, 0},
		{"somebody apart", 17, pupil(9, 5), 20, 20},
		{"staff", 1, school.Belonging{Roles: []school.Role{school.Teacher}, Year: school.NoYear}, 0, 0},
	} {
		p.Combine = quota.Highest
		highest, _ := p.Entitled(c.person, c.b)
		p.Combine = quota.Sum
		if sum, _ := p.Entitled(c.person, c.b); highest != c.highest || sum != c.sum {
			t.Errorf("%s: highest %d, sum %d; want %d and %d", c.name, highest, sum, c.highest, c.sum)
		}
	}
	def := quota.DefaultPolicy()
	for year, want := range map[int]int64{3: 0, 6: 0, 7: 150, 9: 150, 10: 250, 11: 250, 12: 400, 13: 400} {
		if got, _ := def.Entitled(1, pupil(year)); got != want {
			t.Errorf("Year %d gets %d by default, want %d", year, got, want)
		}
	}
}

// purse is a school whose people get pages.
type purse struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	cast  *schooltest.Cast
}

func newPurse(t *testing.T) *purse {
	clock := dbtest.NewClock(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	return &purse{T: t, db: d, clock: clock, cast: schooltest.New(t, d, "Harbour")}
}

func (p *purse) give() int {
	p.Helper()
	n, err := (&quota.Giver{DB: p.db, Log: slog.New(slog.DiscardHandler)}).GiveAll(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return n
}

func (p *purse) tx(fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.db.InTx(p.Context(), db.InSchool(p.cast.School), fn)
}

func (p *purse) has(a school.Actor, want int64) {
	p.Helper()
	if got := dbtest.Value[int64](p, p.db, "SELECT coalesce((SELECT balance FROM account WHERE person_id = $1 AND purse = 'pages'), 0)", a.Person); got != want {
		p.Errorf("%d pages, want %d", got, want)
	}
}

func (p *purse) sound() {
	p.Helper()
	err := p.db.InTx(p.Context(), db.System("verify"), func(ctx context.Context, tx *db.Tx) error {
		r, err := quota.Verify(ctx, tx)
		if len(r.Problems) > 0 {
			p.Error(r.Problems)
		}
		return err
	})
	if err != nil {
		p.Error(err)
	}
}

func (p *purse) policy(change func(*quota.Policy)) {
	p.Helper()
	if err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.SetPolicy(ctx, tx, "", p.cast.School, change)
		return err
	}); err != nil {
		p.Fatal(err)
	}
}

// TestAnAllowanceIsGivenOnce, whatever nodes, restarts and clocks do.
func TestAnAllowanceIsGivenOnce(t *testing.T) {
	t.Parallel()
	p := newPurse(t)
	var wait sync.WaitGroup
	for range 4 { // nodes
		wait.Go(func() { p.give() })
	}
	wait.Wait()
	p.has(p.cast.Sam, 250)
	p.has(p.cast.Mia, 150)
	p.has(p.cast.Teacher, 1000)
	p.clock.Advance(-48 * time.Hour) // the clock was wrong
	if n := p.give(); n != 0 {
		t.Errorf("%d people get it twice", n)
	}
	p.clock.Set(time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC))
	if n := p.give(); n != 0 {
		t.Errorf("%d people get it twice in a term", n)
	}
	p.clock.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if n := p.give(); n != 5 {
		t.Errorf("%d people get it in the new term", n)
	}
	p.has(p.cast.Sam, 250) // what was left has ended
	p.sound()
}

func TestWhatIsLeftOver(t *testing.T) {
	t.Parallel()
	p := newPurse(t)
	p.policy(func(q *quota.Policy) { q.Per, q.Carry = quota.Week, 30 })
	p.give()
	err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key)
			SELECT $1, $2, 'charge', a.account_id, lost.account_id, 140, 'test' FROM account a JOIN account lost USING (school_id, purse)
			 WHERE a.school_id = $1 AND a.person_id = $3 AND purse = 'pages' AND lost.kind = 'lost'`,
			p.cast.School, tx.Now, p.cast.Mia.Person)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.has(p.cast.Mia, 10)
	p.clock.Advance(7 * 24 * time.Hour)
	p.give()
	p.has(p.cast.Mia, 160) // 10 were left
	p.has(p.cast.Sam, 280) // 250 were left, of which 30 stay
	p.sound()
}

// TestWhoGetsNothing of a period has what was left of the one before ended all the same, keeps what somebody gives them then,
// and gets the pages of an allowance that comes in the middle of it.
func TestWhoGetsNothing(t *testing.T) {
	t.Parallel()
	p := newPurse(t)
	mias := quota.Allowance{For: quota.Everybody}
	mias.For.Person = p.cast.Mia.Person
	set := func(pages int64) {
		t.Helper()
		mias.Pages = pages
		if err := p.tx(func(ctx context.Context, tx *db.Tx) error {
			return quota.SetAllowance(ctx, tx, "", p.cast.School, mias)
		}); err != nil {
			t.Fatal(err)
		}
	}
	week := func() {
		t.Helper()
		p.clock.Advance(7 * 24 * time.Hour)
		p.give()
	}
	p.policy(func(q *quota.Policy) { q.Per = quota.Week })
	set(20)
	p.give()
	p.has(p.cast.Mia, 20)
	set(0)
	week()
	p.has(p.cast.Mia, 0)
	if err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, p.cast.School, "", []quota.Grant{{Person: p.cast.Mia.Person, Amount: 7, Key: "a gift"}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n := p.give(); n != 0 {
		t.Errorf("%d people get something", n)
	}
	p.has(p.cast.Mia, 7)
	week()
	p.has(p.cast.Mia, 7)
	set(15)
	p.give()
	p.has(p.cast.Mia, 22)
	p.give()
	p.has(p.cast.Mia, 22)
	p.sound()
}

// TestWhoComesLater gets the pages of the period within a minute, and who has left none.
func TestWhoComesLater(t *testing.T) {
	t.Parallel()
	p := newPurse(t)
	dbtest.Exec(t, p.db, "UPDATE person SET left_at = now() WHERE person_id = $1", p.cast.Sam.Person)
	if n := p.give(); n != 4 {
		t.Errorf("%d people get pages", n)
	}
	p.has(p.cast.Sam, 0)
	dbtest.Exec(t, p.db, "UPDATE person SET left_at = NULL WHERE person_id = $1", p.cast.Sam.Person)
	if n := p.give(); n != 1 {
		t.Errorf("%d people get pages", n)
	}
	p.has(p.cast.Sam, 250)
}

func TestAllowancesThatCannotBe(t *testing.T) {
	t.Parallel()
	p := newPurse(t)
	person := quota.Everybody
	person.Person, person.Role = p.cast.Sam.Person, school.Pupil
	upside := quota.Audience{From: 9, To: 7}
	for code, a := range map[string]quota.Allowance{
		"allowance-pages": {For: quota.Everybody, Pages: -1},
		"allowance-whom":  {For: person, Pages: 1},
		"allowance-years": {For: upside, Pages: 1},
	} {
		err := p.tx(func(ctx context.Context, tx *db.Tx) error { return quota.SetAllowance(ctx, tx, "", p.cast.School, a) })
		if f := fault.As(err); f == nil || f.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	for code, change := range map[string]func(*quota.Policy){
		"allowance-per":     func(q *quota.Policy) { q.Per = "decade" },
		"allowance-combine": func(q *quota.Policy) { q.Combine = "product" },
		"allowance-carry":   func(q *quota.Policy) { q.Carry = -1 },
	} {
		err := p.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := quota.SetPolicy(ctx, tx, "", p.cast.School, change)
			return err
		})
		if f := fault.As(err); f == nil || f.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if n := dbtest.Value[int](t, p.db, "SELECT count(*) FROM allowance"); n != 0 {
		t.Errorf("%d allowances are left of what was refused", n)
	}
	pupils := quota.Audience{Role: school.Pupil, From: 7, To: 9}
	if err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		return quota.SetAllowance(ctx, tx, "", p.cast.School, quota.Allowance{For: pupils, Pages: 200})
	}); err != nil {
		t.Fatal(err)
	}
	p.give()
	p.has(p.cast.Mia, 200)
	p.has(p.cast.Sam, 250) // the other defaults have become the school's own
	err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		return quota.RemoveAllowance(ctx, tx, "", p.cast.School, upside)
	})
	if f := fault.As(err); f == nil || f.Code != "allowance-unknown" {
		t.Errorf("nothing is removed: %v", err)
	}
}

// TestCeilingsOnColour are given with the pages: once, for the same period, by the same rule
// of what is left over. Somebody for whom none is set any more has none.
func TestCeilingsOnColour(t *testing.T) {
	t.Parallel()
	p := newPurse(t)
	p.policy(func(q *quota.Policy) { q.Per, q.Carry = quota.Week, 4 })
	colour := func(a school.Actor, want int64, ceiling bool) {
		t.Helper()
		err := p.tx(func(ctx context.Context, tx *db.Tx) error {
			all, err := quota.LeftOf(ctx, tx, []school.PersonID{a.Person})
			if got := all[a.Person]; got.Colour != want || got.Ceiling != ceiling {
				t.Errorf("%+v, want %d in colour, %v", got, want, ceiling)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	colour(p.cast.Sam, 0, false)
	p.give()
	p.give()
	colour(p.cast.Sam, 10, true)
	colour(p.cast.Teacher, 0, false)
	p.clock.Advance(7 * 24 * time.Hour)
	p.give()
	colour(p.cast.Sam, 14, true)
	sam, none := quota.Everybody, int64(0)
	sam.Person = p.cast.Sam.Person
	set := func(a quota.Allowance) {
		t.Helper()
		if err := p.tx(func(ctx context.Context, tx *db.Tx) error { return quota.SetAllowance(ctx, tx, "", p.cast.School, a) }); err != nil {
			t.Fatal(err)
		}
	}
	set(quota.Allowance{For: sam, Pages: 100, Colour: &none})
	p.clock.Advance(7 * 24 * time.Hour)
	p.give()
	colour(p.cast.Sam, 4, true) // carried over
	set(quota.Allowance{For: sam, Pages: 100})
	p.clock.Advance(7 * 24 * time.Hour)
	p.give()
	colour(p.cast.Sam, 0, false)
	colour(p.cast.Mia, 14, true)
	if err := p.tx(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, p.cast.School, "", []quota.Grant{{Person: p.cast.Sam.Person, Purse: quota.ColourPurse, Amount: 5, Key: "more"}})
		return err
	}); fault.As(err) == nil || fault.As(err).Code != "no-ceiling" {
		t.Errorf("a ceiling that is none was raised: %v", err)
	}
	set(quota.Allowance{For: sam, Pages: 100, Colour: new(int64(7))})
	p.clock.Advance(7 * 24 * time.Hour)
	p.give()
	colour(p.cast.Sam, 11, true) // the 4 from before were kept for him
	p.sound()
}

// An allowance that says nothing of colour lifts nobody's ceiling.
func TestWhatCeilingHolds(t *testing.T) {
	t.Parallel()
	pupil := school.Belonging{Roles: []school.Role{school.Pupil}, Year: 9, Classes: []school.ClassID{5}}
	art, sam := quota.Everybody, quota.Everybody
	art.Class, sam.Person = 5, 17
	for _, c := range []struct {
		all          []quota.Allowance
		highest, sum int64 // -1 for none
	}{
		{[]quota.Allowance{{For: quota.Everybody, Pages: 100}}, -1, -1},
		{[]quota.Allowance{{For: quota.Everybody, Pages: 100, Colour: new(int64(10))}, {For: art, Pages: 60}}, 10, 10},
		{[]quota.Allowance{{For: quota.Everybody, Pages: 100, Colour: new(int64(10))}, {For: art, Pages: 60, Colour: new(int64(40))}}, 40, 50},
		{[]quota.Allowance{{For: quota.Everybody, Pages: 100, Colour: new(int64(10))}, {For: sam, Pages: 60}}, -1, -1},
		{[]quota.Allowance{{For: art, Pages: 100, Colour: new(int64(0))}}, 0, 0},
	} {
		for combine, want := range map[quota.Combine]int64{quota.Highest: c.highest, quota.Sum: c.sum} {
			_, colour := quota.Policy{Combine: combine, All: c.all}.Entitled(17, pupil)
			if got := colour; (got == nil) != (want < 0) || got != nil && *got != want {
				t.Errorf("%+v by %s: %v, want %d", c.all, combine, got, want)
			}
		}
	}
}

// TestPeriodsThatAreOdd are given once each: through the hours that clocks skip and repeat,
// 29 February, and days that are 23 or 25 hours long, by nodes whose clocks differ.
func TestPeriodsThatAreOdd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		per    quota.Period
		from   time.Time
		step   time.Duration
		steps  int
		wanted int // periods begun
	}{
		{"the hour that is skipped", quota.Day, time.Date(2027, 3, 27, 23, 0, 0, 0, time.UTC), 10 * time.Minute, 30, 2},
		{"the hour that comes twice", quota.Day, time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC), 10 * time.Minute, 40, 2},
		{"a leap day", quota.Day, time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC), 6 * time.Hour, 8, 3},
		{"a leap month", quota.Month, time.Date(2028, 1, 31, 12, 0, 0, 0, time.UTC), 24 * time.Hour, 31, 3},
		{"a week across new year", quota.Week, time.Date(2026, 12, 28, 1, 0, 0, 0, time.UTC), 24 * time.Hour, 7, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPurse(t)
			p.policy(func(q *quota.Policy) { q.Per = c.per })
			for i := range c.steps {
				p.clock.Set(c.from.Add(time.Duration(i) * c.step))
				p.give()
				p.clock.Advance(-2 * time.Second) // another node's clock
				p.give()
			}
			p.clock.Set(c.from.Add(time.Duration(c.steps) * c.step))
			p.give()
			got := dbtest.Value[int](t, p.db, "SELECT count(*) FROM transfer WHERE kind = 'grant' AND purse = 'pages' AND to_account = (SELECT account_id FROM account WHERE person_id = $1 AND purse = 'pages')", p.cast.Sam.Person)
			if got != c.wanted {
				t.Errorf("given %d times, want %d", got, c.wanted)
			}
			p.sound()
		})
	}
}
