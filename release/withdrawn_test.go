package release_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// bursts has the school's rules act, and take so many jobs for a burst.
func (h *house) bursts(jobs int) {
	h.t.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		s := rule.Default()
		s.Rules[0].With = map[string]int{"jobs": jobs}
		_, err := conduct.ChangePolicy(ctx, tx, "", h.School, s)
		return errors.Join(err, conduct.SwitchOn(ctx, tx, "", h.School, tx.Now))
	})
}

// server is what another server has of conduct: its exchange of events, and who looks.
func (h *house) server() (*events.Hub, *conduct.Watcher) {
	log := slog.New(slog.DiscardHandler)
	hub := events.New(h.db, log)
	return hub, &conduct.Watcher{DB: h.db, Hub: hub, Log: log}
}

// TestNoReleaseAfterAWithdrawal: pupils release on two servers while IT, or a rule that
// both servers see, withdraws printing. The database itself looks, at the end of each release, whether a
// withdrawal has committed before it.
func TestNoReleaseAfterAWithdrawal(t *testing.T) {
	t.Parallel()
	rounds := 20
	if os.Getenv("INKWELL_PROVE") != "" {
		rounds = 1000
	}
	h := newHouse(t)
	h.grant(h.Sam, int64(perWithdrawal*rounds), "for the race")
	h.close()
	h.bursts(3)
	dbtest.Exec(t, h.db, `
		CREATE FUNCTION released_too_late() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF EXISTS (SELECT FROM suspension s WHERE s.person_id = NEW.person_id AND s.lifted_at IS NULL AND s.ends_at > tx_now()) THEN
				RAISE EXCEPTION 'released after a withdrawal';
			END IF;
			RETURN NULL;
		END
		$$`)
	dbtest.Exec(t, h.db, `CREATE CONSTRAINT TRIGGER released_too_late AFTER INSERT ON delivery DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION released_too_late()`)
	hub, two := h.server()
	_, one := h.server()
	other := release.New(release.Options{DB: h.db, Directory: h.Directory, Hub: hub, Spool: h.Spool, Log: slog.New(slog.DiscardHandler)})
	people := conduct.New(h.db, hub, slog.New(slog.DiscardHandler))
	r := &withdrawing{house: h, desks: []*release.Desk{h.Desk, other}, watchers: []*conduct.Watcher{one, two}, people: people}
	for round := range rounds {
		if r.run(round%2 == 0); t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	if r.released == 0 || r.refused == 0 || r.byRule == 0 {
		t.Errorf("it was no race: %d released, %d refused, %d times stopped by a rule", r.released, r.refused, r.byRule)
	}
	t.Logf("%d rounds: %d released, %d refused, %d times stopped by a rule; none was released after", rounds, r.released, r.refused, r.byRule)
}

// withdrawing is one pupil who prints on several servers, and is stopped.
type withdrawing struct {
	*house
	desks    []*release.Desk
	watchers []*conduct.Watcher
	people   *conduct.Conduct

	mu                        sync.Mutex
	released, refused, byRule int
}

// run has 40 jobs released by four hands while, somewhere among the first of them, printing
// is withdrawn: by IT, or by the rules.
func (r *withdrawing) run(byIT bool) {
	r.clock.Advance(100 * time.Hour)
	dbtest.Exec(r.t, r.db, "UPDATE suspension SET lifted_at = starts_at WHERE lifted_at IS NULL")
	dbtest.Exec(r.t, r.db, "UPDATE flag SET outcome = 'dismissed', closed_at = raised_at WHERE outcome IS NULL")
	dbtest.Exec(r.t, r.db, `
		INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, format, document, digest, bytes, pages, colour_pages, impressions, colour_impressions, sheets, price,
		                 submitted_at, received_at, held_at, expires_at)
		SELECT $1, $2, $3, 'password', 'held', '{}', 'application/pdf', replace(gen_random_uuid()::text, '-', ''), sha256('x'), 330, 1, 0, 1, 0, 1, 1, $4, $4, $4, $4::timestamptz + interval '1 day'
		  FROM generate_series(1, $5::int)`, r.School, r.queue.ID, r.Sam.Person, r.clock.Now(), perWithdrawal)
	held := dbtest.Value[[]int32](r.t, r.db, "SELECT array_agg(job_id ORDER BY job_id) FROM job WHERE state = 'held' AND submitted_at = $1", r.clock.Now())
	done := make(chan struct{}, perWithdrawal)
	var all sync.WaitGroup
	for hand := range 4 {
		all.Go(func() {
			for i := hand; i < perWithdrawal; i += 4 {
				r.one(r.desks[hand%2], release.JobID(held[i]))
				done <- struct{}{}
			}
		})
	}
	for range 3 + rand.IntN(6) {
		<-done
	}
	r.withdraw(byIT)
	all.Wait()
	r.byRule += dbtest.Value[int](r.t, r.db, "SELECT count(*) FROM suspension WHERE set_id IS NOT NULL AND lifted_at IS NULL")
	dbtest.Exec(r.t, r.db, "UPDATE job SET state = 'cancelled', title = NULL, ended_at = submitted_at WHERE state = 'held'")
}

const perWithdrawal = 40

func (r *withdrawing) one(desk *release.Desk, id release.JobID) {
	_, err := desk.Release(r.t.Context(), r.at(r.Sam), ids(id))
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		r.released++
	case fault.KindOf(err) == fault.Suspended:
		r.refused++
	default:
		r.t.Errorf("job %d: %v", id, err)
	}
}

func (r *withdrawing) withdraw(byIT bool) {
	if byIT {
		if err := r.people.Suspend(r.t.Context(), r.IT, r.Sam.Person, r.clock.Now().Add(time.Hour), "for the race"); err != nil {
			r.t.Error(err)
		}
		return
	}
	var all sync.WaitGroup
	for _, w := range r.watchers {
		all.Go(func() {
			if err := w.Look(r.t.Context()); err != nil {
				r.t.Error(err)
			}
		})
	}
	all.Wait()
}

// A burst at one server's kiosk stops at another's: whoever is signed in there is told by
// themselves to look again, and what they see is that they can't print.
func TestABurstIsStoppedAtAnotherServersKiosk(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.caps.MaxHeld = 20 })
	h.bursts(4)
	ctx, stop := context.WithCancel(t.Context())
	var servers sync.WaitGroup
	defer servers.Wait()
	defer stop()
	hub, two := h.server()
	far, one := h.server()
	for _, run := range []func(context.Context) error{hub.Run, far.Run, one.Run, two.Run} {
		servers.Go(func() { _ = run(ctx) })
	}
	kiosk := far.Subscribe(events.Person(int64(h.Sam.Person))) // of a server that releases nothing
	defer kiosk.Close()
	var jobs []release.JobID
	for range 5 {
		jobs = append(jobs, h.submit(h.Sam, 1).ID)
	}
	h.release(h.Sam, jobs[:4]...)
	began := time.Now()
	h.eventually("the kiosk's bell, and what it shows", func() (string, bool) {
		select {
		case <-kiosk.C:
		case <-time.After(time.Second):
			return "nothing was heard", false
		}
		visit, err := h.Visit(t.Context(), h.at(h.Sam))
		if err != nil {
			t.Fatal(err)
		}
		return "Sam can print", visit.Barred != nil
	})
	took := time.Since(began)
	t.Logf("stopped within %v", took)
	if os.Getenv("INKWELL_PROVE") != "" && took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if _, err := h.Release(t.Context(), h.at(h.Sam), jobs[4:]); fault.KindOf(err) != fault.Suspended {
		t.Errorf("the fifth: %v", err)
	}
	if _, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(1))); err != nil {
		t.Errorf("sending goes on, for a teacher to release: %v", err)
	}
}
