package release_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// TestExactlyWhatThereIs: 64 releases at once against units for exactly k: exactly k go
// through, while others are granted units, paid back, suspended and let print again beside
// them. In every other round that happens to the very same pupil: then as many go through
// as there were units, to the last one. Nothing is broken off for good.
func TestExactlyWhatThereIs(t *testing.T) {
	t.Parallel()
	rounds := 50
	if os.Getenv("INKWELL_PROVE") != "" {
		rounds = 10_000
	}
	h := newHouse(t)
	h.close() // nobody prints: the releases are all there is
	r := &scramble{house: h, conduct: conduct.New(h.db, h.hub, h.Log)}
	for round := range rounds {
		r.round, r.other = round, h.Mia
		if round%2 == 1 {
			r.other = h.Sam
		}
		r.run(1 + rand.IntN(63))
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	h.sound()
	t.Logf("%d rounds, %d released, %d refused; the database broke off %d for a deadlock, none of which was seen", rounds, r.won.Load(), r.refused.Load(),
		dbtest.Value[int](t, h.db, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
}

// scramble is one pupil's releases, and what goes on beside them.
type scramble struct {
	*house
	conduct      *conduct.Conduct
	round        int
	other        school.Actor // who is granted, paid back and suspended meanwhile
	won, refused atomic.Int64
	more         atomic.Int64 // units that the other has got in the round
	barred       atomic.Bool  // the other was suspended in the round
}

const racers = 64

func (r *scramble) run(k int) {
	r.t.Helper()
	r.more.Store(0)
	r.barred.Store(false)
	dbtest.Exec(r.t, r.db, "UPDATE job SET state = 'cancelled', title = NULL, ended_at = now() WHERE state = 'held'")
	dbtest.Exec(r.t, r.db, `
		INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, format, document, digest, bytes, pages, colour_pages, impressions, colour_impressions, sheets, price,
		                 submitted_at, received_at, held_at, expires_at)
		SELECT $1, $2, $3, 'password', 'held', '{}', 'application/pdf', replace(gen_random_uuid()::text, '-', ''), sha256('x'), 330, 1, 0, 1, 0, 1, 1, $4, $4, $4, $4::timestamptz + interval '1 day'
		  FROM generate_series(1, $5::int)`, r.School, r.queue.ID, r.Sam.Person, r.clock.Now(), racers)
	r.has(k)
	held := dbtest.Value[[]int32](r.t, r.db, "SELECT array_agg(job_id ORDER BY job_id) FROM job WHERE state = 'held'")
	before := r.won.Load()
	var all sync.WaitGroup
	for i, id := range held {
		all.Go(func() { r.one(release.JobID(id)) })
		if i%8 == 0 {
			all.Go(func() { r.beside(i) })
		}
	}
	all.Wait()
	won, left := r.won.Load()-before, r.balance(r.Sam)
	switch {
	case r.other.Person != r.Sam.Person && (won != int64(k) || left != 0):
		r.t.Errorf("%d of %d were released against %d units, %d are left", won, racers, k, left)
	case r.other.Person == r.Sam.Person && won+left != int64(k)+r.more.Load():
		r.t.Errorf("%d released and %d left, of %d units and %d more", won, left, k, r.more.Load())
	case !r.barred.Load() && left > r.more.Load():
		r.t.Errorf("%d released, and still %d left, of which only %d came meanwhile", won, left, r.more.Load())
	}
	if err := r.conduct.Lift(r.t.Context(), r.IT, r.other.Person, "the race is over"); err != nil && fault.KindOf(err) == fault.Internal {
		r.t.Error(err)
	}
}

// has gives Sam exactly so many units.
func (r *scramble) has(k int) {
	r.t.Helper()
	r.in(func(ctx context.Context, tx *db.Tx) error {
		now, err := quota.Balance(ctx, tx, r.Sam.Person)
		if err != nil {
			return err
		}
		own, err := quota.AccountOf(ctx, tx, r.Sam.Person, quota.PagePurse)
		if err != nil {
			return err
		}
		by := quota.Transfer{Kind: quota.Granted, To: own, Amount: int64(k) - now, Key: fmt.Sprintf("round:%d", r.round)}
		if by.Amount < 0 {
			by = quota.Transfer{Kind: quota.Charged, From: own, Amount: -by.Amount, Key: by.Key}
		}
		if by.Amount != 0 {
			_, err = quota.Move(ctx, tx, r.IT, "for the race", by)
		}
		return err
	})
}

// one releases one of the jobs.
func (r *scramble) one(id release.JobID) {
	_, err := r.Release(r.t.Context(), r.at(r.Sam), ids(id))
	switch kind := fault.KindOf(err); {
	case err == nil:
		r.won.Add(1)
	case kind == fault.Unpaid, kind == fault.Suspended && r.other.Person == r.Sam.Person:
		r.refused.Add(1)
	default:
		r.t.Errorf("job %d: %v", id, err) // a deadlock is one of these
	}
}

// beside does something to the other's account or standing, or to all pupils' accounts at once.
func (r *scramble) beside(i int) {
	var err error
	switch i / 8 % 4 {
	case 0:
		err = r.give(r.other, quota.Grant{Person: r.other.Person, Amount: 3, Key: fmt.Sprintf("more:%d:%d", r.round, i)})
	case 1:
		err = r.payBack(i)
	case 2:
		// To several at once: Mia and staff, or Sam too, in any order.
		err = r.give(r.other, quota.Grant{Person: r.Teacher.Person, Amount: 1, Key: fmt.Sprintf("staff:%d:%d", r.round, i)},
			quota.Grant{Person: r.other.Person, Amount: 2, Key: fmt.Sprintf("class:%d:%d", r.round, i)}, quota.Grant{Person: r.Chief.Person, Amount: 1, Key: fmt.Sprintf("chief:%d:%d", r.round, i)})
	case 3:
		if err = r.conduct.Suspend(r.t.Context(), r.IT, r.other.Person, r.clock.Now().Add(1e12), "for the race"); err == nil {
			r.barred.Store(true)
		}
	}
	if err != nil && (fault.KindOf(err) == fault.Internal || strings.Contains(err.Error(), "40P01")) {
		r.t.Errorf("beside them: %v", err)
	}
}

func (r *scramble) give(to school.Actor, all ...quota.Grant) error {
	made := int64(0)
	err := r.db.InTx(r.t.Context(), db.InSchool(r.School), func(ctx context.Context, tx *db.Tx) error {
		made = 0
		n, err := quota.Give(ctx, tx, r.School, r.IT.Pseudonym, all)
		if n == len(all) {
			for _, g := range all {
				if g.Person == to.Person {
					made += g.Amount
				}
			}
		}
		return err
	})
	if err == nil {
		r.more.Add(made)
	}
	return err
}

// payBack refunds a delivery of the other's that was settled long ago, which it makes first.
func (r *scramble) payBack(i int) error {
	key := quota.DeliveryID(dbtest.Value[int64](r.t, r.db, `
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before, ended_at, printed, charged)
		SELECT school_id, job_id, $1, printer_id, 'settled', replace(gen_random_uuid()::text, '-', ''), 1, 1, 1, 1, now(), now(), now(), 1, 1
		  FROM printer, (SELECT job_id FROM job ORDER BY job_id LIMIT 1) AS j LIMIT 1 RETURNING delivery_id`, r.other.Person))
	return r.db.InTx(r.t.Context(), db.InSchool(r.School), func(ctx context.Context, tx *db.Tx) error {
		own, err := quota.AccountOf(ctx, tx, r.other.Person, quota.PagePurse)
		if err != nil {
			return err
		}
		if _, err := quota.Move(ctx, tx, r.IT, "", quota.Transfer{Kind: quota.Granted, To: own, Amount: 1, Key: fmt.Sprintf("before:%d:%d", r.round, i)}); err != nil {
			return err
		}
		if err := quota.Reserve(ctx, tx, r.other, r.other.Person, []quota.Reservation{{Delivery: key, Amount: 1}}); err != nil {
			return err
		}
		if err := quota.Settle(ctx, tx, key, 1, quota.Use{School: r.School, Person: r.other.Person, Day: r.clock.Now()}); err != nil {
			return err
		}
		made, err := quota.Refund(ctx, tx, r.IT, key, 1, 0, "it was torn")
		if made {
			tx.AfterCommit(func() { r.more.Add(1) })
		}
		return err
	})
}
