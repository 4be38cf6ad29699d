package quota_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type house struct {
	*schooltest.Cast
	t  *testing.T
	db *db.DB
}

func newHouse(t *testing.T) house {
	t.Parallel()
	d := dbtest.New(t)
	return house{schooltest.New(t, d, "Harbour"), t, d}
}

func (h house) in(fn func(context.Context, *db.Tx) error) error {
	h.t.Helper()
	return h.db.InTx(h.t.Context(), db.InSchool(h.School), fn)
}

func (h house) must(fn func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if err := h.in(fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) give(p school.Actor, amount int64, key string) (made int) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = quota.Give(ctx, tx, h.School, h.IT.Pseudonym, []quota.Grant{{Person: p.Person, Amount: amount, Key: key}})
		return err
	})
	return made
}

func (h house) balance(p school.Actor) (n int64) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = quota.Balance(ctx, tx, p.Person)
		return err
	})
	return n
}

// delivery makes the row that a reservation belongs to.
func (h house) delivery(p school.Actor, amount int64) quota.DeliveryID {
	h.t.Helper()
	return dbtest.Value[quota.DeliveryID](h.t, h.db, `
		WITH q AS (INSERT INTO queue (school_id, path, name, kind, proof) VALUES ($1, '/ipp/print', 'q', 'hold', 'password') ON CONFLICT (path) WHERE removed_at IS NULL DO UPDATE SET name = 'q' RETURNING queue_id),
		     r AS (INSERT INTO printer (school_id, name, uri) VALUES ($1, 'r', 'ipp://r/') ON CONFLICT (school_id, name) DO UPDATE SET name = 'r' RETURNING printer_id),
		     j AS (INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, submitted_at, expires_at)
		           SELECT $1, queue_id, $2, 'password', 'receiving', '{}', now(), now() FROM q RETURNING job_id)
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before)
		SELECT $1, job_id, $2, printer_id, 'reserved', replace(gen_random_uuid()::text, '-', ''), 1, 1, 1, $3, now(), now() FROM j, r
		RETURNING delivery_id`, h.School, p.Person, amount)
}

func (h house) reserve(p school.Actor, all ...quota.Reservation) error {
	h.t.Helper()
	return h.in(func(ctx context.Context, tx *db.Tx) error { return quota.Reserve(ctx, tx, p, p.Person, all) })
}

func (h house) settle(p school.Actor, id quota.DeliveryID, charged int64) error {
	h.t.Helper()
	return h.in(func(ctx context.Context, tx *db.Tx) error {
		day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
		return quota.Settle(ctx, tx, id, charged, quota.Use{School: h.School, Person: p.Person, Day: day, Impressions: int(charged), Sheets: int(charged+1) / 2})
	})
}

func (h house) sound() quota.Report {
	h.t.Helper()
	var r quota.Report
	err := h.db.InTx(h.t.Context(), db.System("verify"), func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = quota.Verify(ctx, tx)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func TestGrantsAreMadeOnce(t *testing.T) {
	h := newHouse(t)
	if n := h.give(h.Sam, 150, "term:1"); n != 1 {
		t.Errorf("%d grants made", n)
	}
	if n := h.give(h.Sam, 150, "term:1"); n != 0 {
		t.Errorf("the same grant was made again: %d", n)
	}
	h.give(h.Sam, 50, "term:2")
	if got := h.balance(h.Sam); got != 200 {
		t.Errorf("balance %d", got)
	}
	if err := h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Sam.Person, Amount: -5, Key: "x"}})
		return err
	}); err == nil {
		t.Error("a negative grant was made")
	}
}

func TestAReservationEndsInOneOfThreeWays(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 100, "term")
	for _, c := range []struct {
		name    string
		charged int64
		after   int64
		kinds   string
	}{
		{"all of it printed", 10, 90, "reserve settle"},
		{"stopped at page 3", 3, 87, "reserve settle return"},
		{"nothing came out", 0, 87, "reserve void"},
	} {
		id := h.delivery(h.Sam, 10)
		before := h.balance(h.Sam)
		if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 10}); err != nil {
			t.Fatal(err)
		}
		if got := h.balance(h.Sam); got != before-10 {
			t.Errorf("%s: %d left while reserved", c.name, got)
		}
		if err := h.settle(h.Sam, id, c.charged); err != nil {
			t.Fatal(err)
		}
		if got := h.balance(h.Sam); got != c.after {
			t.Errorf("%s: %d left", c.name, got)
		}
		var moved []quota.Movement
		h.must(func(ctx context.Context, tx *db.Tx) (err error) {
			moved, err = quota.Movements(ctx, tx, id)
			return err
		})
		var kinds []string
		for _, m := range moved {
			kinds = append(kinds, string(m.Kind))
		}
		if got := strings.Join(kinds, " "); got != c.kinds {
			t.Errorf("%s: transfers %s", c.name, got)
		}
		if moved[0].After != before-10 || moved[len(moved)-1].After != c.after {
			t.Errorf("%s: statement %+v", c.name, moved)
		}
	}
	if r := h.sound(); len(r.Problems) > 0 || r.Printed != 13 || r.Reserved != 0 {
		t.Errorf("%+v", r)
	}
	if got := dbtest.Value[string](t, h.db, "SELECT jobs || ' ' || impressions || ' ' || sheets FROM usage"); got != "3 13 7" {
		t.Errorf("usage %s", got)
	}
}

func TestNothingIsChargedTwice(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 100, "term")
	id := h.delivery(h.Sam, 10)
	if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 10}); err != nil {
		t.Fatal(err)
	}
	if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 10}); err == nil {
		t.Error("reserved twice")
	}
	if err := h.settle(h.Sam, id, 4); err != nil {
		t.Fatal(err)
	}
	for _, again := range []int64{0, 4, 10} {
		if err := h.settle(h.Sam, id, again); err == nil {
			t.Errorf("ended again with %d", again)
		}
	}
	if got := h.balance(h.Sam); got != 96 {
		t.Errorf("balance %d", got)
	}
	for _, more := range []int64{-1, 11} {
		other := h.delivery(h.Sam, 10)
		if err := h.reserve(h.Sam, quota.Reservation{Delivery: other, Amount: 10}); err != nil {
			t.Fatal(err)
		}
		if err := h.settle(h.Sam, other, more); err == nil {
			t.Errorf("charged %d of 10", more)
		}
	}
}

func TestAReleaseOfSeveralIsPricedTogether(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 15, "term")
	a, b := h.delivery(h.Sam, 10), h.delivery(h.Sam, 10)
	err := h.reserve(h.Sam, quota.Reservation{Delivery: a, Amount: 10}, quota.Reservation{Delivery: b, Amount: 10})
	f := fault.As(err)
	if f == nil || f.Kind != fault.Unpaid || !strings.Contains(f.Say, "Needs 20 pages, you have 15") {
		t.Errorf("%v", err)
	}
	if got := h.balance(h.Sam); got != 15 {
		t.Errorf("half of it was reserved: %d", got)
	}
}

func TestSomebodyWithoutAnAccountHasNothing(t *testing.T) {
	h := newHouse(t)
	if got := h.balance(h.Mia); got != 0 {
		t.Errorf("balance %d", got)
	}
	if err := h.reserve(h.Mia, quota.Reservation{Delivery: h.delivery(h.Mia, 1), Amount: 1}); fault.KindOf(err) != fault.Unpaid {
		t.Errorf("%v", err)
	}
	if err := h.reserve(h.Mia, quota.Reservation{Delivery: h.delivery(h.Mia, 0), Amount: 0}); err != nil {
		t.Errorf("what costs nothing: %v", err)
	}
}

// 64 releases against a balance for exactly 20: exactly 20 succeed.
func TestNobodyOverspendsByRacing(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 20, "term")
	ids := make([]quota.DeliveryID, 64)
	for i := range ids {
		ids[i] = h.delivery(h.Sam, 1)
	}
	var won, refused atomic.Int32
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			switch err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 1}); {
			case err == nil:
				won.Add(1)
			case fault.KindOf(err) == fault.Unpaid:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 20 || refused.Load() != 44 || h.balance(h.Sam) != 0 {
		t.Errorf("%d won, %d refused, %d left", won.Load(), refused.Load(), h.balance(h.Sam))
	}
	if r := h.sound(); len(r.Problems) > 0 || r.Reserved != 20 {
		t.Errorf("%+v", r)
	}
}

// The database defends the ledger against our own program too.
func TestTheRunningRoleCannotBendTheLedger(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 10, "term")
	for _, sql := range []string{
		"UPDATE transfer SET amount = 1",
		"DELETE FROM transfer",
		"UPDATE account SET balance = 1000",
		"INSERT INTO account (school_id, kind, person_id, balance) VALUES (1, 'person', 2, 1000)",
		"INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key) SELECT school_id, now(), 'charge', account_id, account_id, 1, 'k' FROM account LIMIT 1",
		"INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key) SELECT a.school_id, now(), 'charge', a.account_id, b.account_id, 11, 'k' FROM account a, account b WHERE a.kind = 'person' AND b.kind = 'allowance'",
		"INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key) SELECT a.school_id, now(), 'charge', a.account_id, b.account_id, -1, 'k' FROM account a, account b WHERE a.kind = 'person' AND b.kind = 'allowance'",
	} {
		if err := h.in(func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, sql); return err }); err == nil {
			t.Errorf("it was done: %s", sql)
		}
	}
	if got := h.balance(h.Sam); got != 10 {
		t.Errorf("balance %d", got)
	}
}

func TestVerifyFindsWhatWasBent(t *testing.T) {
	h := newHouse(t)
	h.give(h.Sam, 100, "term")
	id := h.delivery(h.Sam, 10)
	if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 10}); err != nil {
		t.Fatal(err)
	}
	if err := h.settle(h.Sam, id, 4); err != nil {
		t.Fatal(err)
	}
	if r := h.sound(); len(r.Problems) > 0 {
		t.Fatalf("before: %v", r.Problems)
	}
	for _, bend := range []string{
		"UPDATE account SET balance = balance + 1 WHERE kind = 'person'",
		"UPDATE transfer SET amount = amount + 1 WHERE kind = 'settle'",
		"DELETE FROM transfer WHERE kind = 'return'",
		"ALTER TABLE transfer DISABLE TRIGGER USER; UPDATE transfer SET amount = amount + 1 WHERE kind = 'grant'",
	} {
		other := newBent(h, bend)
		if !slices.ContainsFunc(other, func(s string) bool { return strings.Contains(s, "account") || strings.Contains(s, "delivery") }) {
			t.Errorf("not found: %s", bend)
		}
	}
}

// newBent bends the ledger, verifies, and puts it back.
func newBent(h house, bend string) []string {
	h.t.Helper()
	for _, table := range []string{"account", "transfer"} {
		dbtest.Exec(h.t, h.db, fmt.Sprintf("CREATE TABLE keep_%[1]s AS SELECT * FROM %[1]s", table))
	}
	dbtest.Exec(h.t, h.db, bend)
	problems := h.sound().Problems
	dbtest.Exec(h.t, h.db, "ALTER TABLE transfer ENABLE TRIGGER USER")
	dbtest.Exec(h.t, h.db, `UPDATE transfer t SET amount = k.amount FROM keep_transfer k WHERE k.transfer_id = t.transfer_id`)
	dbtest.Exec(h.t, h.db, `ALTER TABLE transfer DISABLE TRIGGER USER`)
	dbtest.Exec(h.t, h.db, `INSERT INTO transfer OVERRIDING SYSTEM VALUE SELECT * FROM keep_transfer k WHERE NOT EXISTS (SELECT FROM transfer t WHERE t.transfer_id = k.transfer_id)`)
	dbtest.Exec(h.t, h.db, `ALTER TABLE transfer ENABLE TRIGGER USER`)
	dbtest.Exec(h.t, h.db, `UPDATE account a SET balance = k.balance FROM keep_account k WHERE k.account_id = a.account_id`)
	dbtest.Exec(h.t, h.db, "DROP TABLE keep_account, keep_transfer")
	return problems
}

// Deliveries of one person end on many printers at the same instant: they wait
// for one another, and none is broken off by a deadlock.
func TestEndingsOfOnePersonAtOnceDoNotDeadlock(t *testing.T) {
	h := newHouse(t)
	const n = 60
	h.give(h.Sam, n, "start")
	var begun atomic.Int64
	var ready, all sync.WaitGroup
	ready.Add(n)
	for range n {
		id := h.delivery(h.Sam, 1)
		if err := h.reserve(h.Sam, quota.Reservation{Delivery: id, Amount: 1}); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			ready.Done()
			ready.Wait()
			if err := h.in(func(ctx context.Context, tx *db.Tx) error {
				begun.Add(1)
				return quota.Void(ctx, tx, id)
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if begun.Load() != n {
		t.Errorf("%d endings needed %d transactions", n, begun.Load())
	}
	if got := h.balance(h.Sam); got != n {
		t.Errorf("%d left", got)
	}
}
