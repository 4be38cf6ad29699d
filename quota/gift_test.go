package quota_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// gift gives as somebody and says to how many.
func (h house) gift(by school.Actor, g quota.Gift) (n int, err error) {
	h.t.Helper()
	err = h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = quota.GiveFromClass(ctx, tx, by, g)
		return err
	})
	return n, err
}

func TestATeacherGivesOfTheClasssBudget(t *testing.T) {
	h := newHouse(t)
	class := h.class("9A", h.Teacher, h.Sam, h.Mia)
	budget := h.opened(quota.Shared{Code: "9a", Sort: quota.ClassSort, Class: class}, 30)
	both := quota.Gift{Class: class, To: []school.PersonID{h.Mia.Person, h.Sam.Person, h.Mia.Person}, Each: 5, Reason: "Portfolio", Key: "form-1"}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		left, err := quota.CheckGift(ctx, tx, h.Teacher, both)
		if left != 30 {
			t.Errorf("the budget has %d", left)
		}
		return err
	})
	if n, err := h.gift(h.Teacher, both); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := h.gift(h.Teacher, both); n != 0 || err != nil { // a second click
		t.Errorf("%d, %v", n, err)
	}
	if h.left(budget) != 20 || h.balance(h.Sam) != 5 || h.balance(h.Mia) != 5 {
		t.Errorf("%d, %d, %d", h.left(budget), h.balance(h.Sam), h.balance(h.Mia))
	}
	all := both
	all.Each, all.Key = 11, "form-2" // 22 of 20
	_, err := h.gift(h.Teacher, all)
	h.refused("more than there is", err, "gift-short")
	if f := fault.As(err); !strings.Contains(f.Say, "22 pages") || !strings.Contains(f.Say, "20 pages") {
		t.Errorf("it says %q", f.Say)
	}
	if h.left(budget) != 20 || h.balance(h.Sam) != 5 {
		t.Error("one of them got some")
	}
	one := quota.Gift{Class: class, To: []school.PersonID{h.Sam.Person}, Each: 20, Reason: "All of it", Key: "form-3"}
	if n, err := h.gift(h.Teacher, one); n != 1 || err != nil || h.left(budget) != 0 {
		t.Errorf("%d, %v, %d left", n, err, h.left(budget))
	}
	if got := dbtest.Value[string](t, h.db, `SELECT string_agg(n.note, ', ' ORDER BY a.audit_id) FROM audit a JOIN audit_note n USING (audit_id)
		WHERE a.act = 'ledger-grant' AND a.actor = $1`, h.Teacher.Pseudonym); got != "Portfolio, Portfolio, All of it" {
		t.Errorf("the record says %s", got)
	}
	if r := h.sound(); len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
}

// A teacher gives to the pupils of the classes that they teach now, and to nobody else.
func TestWhoGivesToWhom(t *testing.T) {
	h := newHouse(t)
	class, other := h.class("9A", h.Teacher, h.Sam), h.class("9B", h.Chief, h.Mia)
	for code, of := range map[string]school.ClassID{"9a": class, "9b": other} {
		h.opened(quota.Shared{Code: code, Sort: quota.ClassSort, Class: of, Users: h.who("everybody")}, 50)
	}
	bare := h.class("9C", h.Teacher, h.Sam)
	good := quota.Gift{Class: class, To: []school.PersonID{h.Sam.Person}, Each: 5, Reason: "Portfolio", Key: "k"}
	with := func(change func(*quota.Gift)) quota.Gift {
		g := good
		change(&g)
		return g
	}
	slip := h.Teacher
	slip.Proof = school.BySlip
	for _, c := range []struct {
		name string
		by   school.Actor
		gift quota.Gift
		code string
	}{
		{"a pupil", h.Sam, good, "not-allowed"},
		{"a runner with a teacher's slip", slip, good, "not-allowed"},
		{"IT who teaches none of it", h.IT, good, "not-allowed"},
		{"a colleague's class", h.Teacher, with(func(g *quota.Gift) { g.Class, g.To = other, []school.PersonID{h.Mia.Person} }), "class-unknown"},
		{"a class that is not there", h.Teacher, with(func(g *quota.Gift) { g.Class = 999999 }), "class-unknown"},
		{"a pupil of another class", h.Teacher, with(func(g *quota.Gift) { g.To = []school.PersonID{h.Sam.Person, h.Mia.Person} }), "gift-pupil"},
		{"themself", h.Teacher, with(func(g *quota.Gift) { g.To = []school.PersonID{h.Teacher.Person} }), "gift-pupil"},
		{"nobody", h.Teacher, with(func(g *quota.Gift) { g.To = nil }), "gift-nobody"},
		{"no pages", h.Teacher, with(func(g *quota.Gift) { g.Each = 0 }), "gift-pages"},
		{"less than none", h.Teacher, with(func(g *quota.Gift) { g.Each = -5 }), "gift-pages"},
		{"too many", h.Teacher, with(func(g *quota.Gift) { g.Each = 1001 }), "gift-pages"},
		{"what overflows", h.Teacher, with(func(g *quota.Gift) { g.Each = 1<<63 - 1 }), "gift-pages"},
		{"no reason", h.Teacher, with(func(g *quota.Gift) { g.Reason = " \t" }), "give-reason"},
		{"a long reason", h.Teacher, with(func(g *quota.Gift) { g.Reason = strings.Repeat("é", 201) }), "give-reason"},
		{"no form", h.Teacher, with(func(g *quota.Gift) { g.Key = "" }), "gift-key"},
		{"a class without a budget", h.Teacher, with(func(g *quota.Gift) { g.Class = bare }), "gift-budget"},
	} {
		_, err := h.gift(c.by, c.gift)
		h.refused(c.name, err, c.code)
		_, err = h.check(c.by, c.gift)
		h.refused(c.name+", to look", err, c.code)
	}
	// A teacher who is a pupil of the class as well, which a list may say by mistake.
	dbtest.Exec(t, h.db, "INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) SELECT class_id, person_id, school_id, 'pupil', valid_from + 1, valid_to FROM enrolment WHERE class_id = $1 AND role = 'teacher'", class)
	_, err := h.gift(h.Teacher, with(func(g *quota.Gift) { g.To = []school.PersonID{h.Teacher.Person} }))
	h.refused("themself, by the list", err, "own-account")

	dbtest.Exec(t, h.db, "UPDATE account SET closed_at = now() WHERE account_id = (SELECT account_id FROM shared_account WHERE code = '9a')")
	_, err = h.gift(h.Teacher, good)
	h.refused("a closed budget", err, "gift-budget")
	dbtest.Exec(t, h.db, "UPDATE account SET closed_at = NULL")
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = current_date WHERE class_id = $1 AND role = 'teacher'", class)
	_, err = h.gift(h.Teacher, good)
	h.refused("after the list ended", err, "class-unknown")
	if h.balance(h.Sam) != 0 || h.balance(h.Mia) != 0 {
		t.Error("somebody got some")
	}
}

func (h house) check(by school.Actor, g quota.Gift) (left int64, err error) {
	h.t.Helper()
	err = h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		left, err = quota.CheckGift(ctx, tx, by, g)
		return err
	})
	return left, err
}

// Two forms at once, each sent several times, of a budget for one of them: one is given, once,
// while those who get it print.
func TestGiftsRace(t *testing.T) {
	h := newHouse(t)
	class := h.class("9A", h.Teacher, h.Sam, h.Mia)
	budget := h.opened(quota.Shared{Code: "9a", Sort: quota.ClassSort, Class: class, Users: h.who("everybody")}, 15)
	h.give(h.Sam, 20, "term")
	ids := make([]quota.DeliveryID, 10)
	for i := range ids {
		ids[i] = h.delivery(h.Sam, 1)
	}
	var given, short atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		g := quota.Gift{Class: class, To: []school.PersonID{h.Sam.Person, h.Mia.Person}, Each: 6, Reason: "Race", Key: []string{"a", "b"}[i%2]}
		all.Go(func() {
			switch n, err := h.gift(h.Teacher, g); {
			case err == nil:
				given.Add(int32(n))
			case fault.As(err).Code == "gift-short":
				short.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	for i, id := range ids {
		all.Go(func() {
			payer := quota.AccountID(0)
			if i == 0 {
				payer = budget
			}
			if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Payer: payer, Amount: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if given.Load() != 2 || short.Load() != 4 || h.left(budget) != 2 || h.balance(h.Mia) != 6 || h.balance(h.Sam) != 17 {
		t.Errorf("%d given, %d short, budget %d, Mia %d, Sam %d", given.Load(), short.Load(), h.left(budget), h.balance(h.Mia), h.balance(h.Sam))
	}
	if r := h.sound(); len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
}
