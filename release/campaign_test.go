package release_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// campaign is everybody at once: pupils at two kiosks each, IT, a printer that
// fails in every way, and two nodes that are taken for dead while they live.
type campaign struct {
	*house
	other    *house // a second node on the same database, spool and printer
	stations []release.Station
	ctx      context.Context
	acts     [8]atomic.Int64 // what was done, by act
}

// Whatever happens at once: the ledger adds up at every moment, no act meets an
// error of ours, and in the end the pages that came out are exactly those paid.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	lasts := 4 * time.Second
	if os.Getenv("INKWELL_PROVE") != "" {
		lasts = 2 * time.Minute
	}
	c := &campaign{house: newHouse(t)}
	c.furnishMore()
	c.other = c.join()
	ctx, stop := context.WithTimeout(t.Context(), lasts)
	defer stop()
	c.ctx = ctx
	var all sync.WaitGroup
	for _, pupil := range []school.Actor{c.Sam, c.Mia} {
		for range 2 {
			all.Go(func() { c.repeat(func() { c.pupil(pupil) }) })
		}
	}
	all.Go(func() { c.repeat(c.it) })
	all.Go(func() { c.repeat(c.trouble) })
	c.repeat(func() {
		c.sound()
		_ = sleep(ctx, 100*time.Millisecond)
	})
	all.Wait()
	c.heal()
	c.sound()
	paid := dbtest.Value[int](t, c.db, "SELECT coalesce(sum(charged), 0) FROM delivery")
	if out := c.pagesOut(); out != paid {
		t.Errorf("%d pages came out, %d are paid", out, paid)
	}
	if left := c.balance(c.Sam) + c.balance(c.Mia); left+int64(paid) != 105+6*given {
		t.Errorf("%d left and %d paid of %d", left, paid, 105+6*given)
	}
	t.Logf("submitted %d, released %d, deleted %d, answered %d, cancelled %d, suspended %d, troubles %d; %d deliveries, %d pages, %d documents at the printer",
		c.acts[0].Load(), c.acts[1].Load(), c.acts[2].Load(), c.acts[3].Load(), c.acts[4].Load(), c.acts[5].Load(), c.acts[6].Load(),
		dbtest.Value[int](t, c.db, "SELECT count(*) FROM delivery"), paid, len(c.paper.printed()))
}

// furnishMore adds printers with a station each, so that deliveries of one person
// end at once.
func (c *campaign) furnishMore() {
	c.stations = []release.Station{c.station}
	for _, name := range []string{"hall", "lab", "office"} {
		c.in(func(ctx context.Context, tx *db.Tx) error {
			p, err := release.AddPrinter(ctx, tx, release.PrinterRecord{School: c.School, Name: name, URI: "ipp://127.0.0.1:1"})
			if err != nil {
				return err
			}
			_, err = quota.Give(ctx, tx, c.School, "", []quota.Grant{{Person: c.Sam.Person, Amount: given, Key: "sam " + name}, {Person: c.Mia.Person, Amount: given, Key: "mia " + name}})
			return errors.Join(err, release.AddStation(ctx, tx, c.School, name, name, p))
		})
		st, err := c.Station(c.t.Context(), name)
		if err != nil {
			c.t.Fatal(err)
		}
		c.stations = append(c.stations, st)
	}
}

// given is what furnishMore gives each pupil with each station, in units.
const given = 1000

// somewhere is a pupil at one of the stations.
func (c *campaign) somewhere(a school.Actor) release.Visitor {
	return release.Visitor{Actor: a, Station: c.stations[rand.IntN(len(c.stations))]}
}

// join starts a second node of the same house.
func (c *campaign) join() *house {
	o := *c.house
	o.open()
	c.t.Cleanup(o.close)
	return &o
}

func (c *campaign) repeat(fn func()) {
	for c.ctx.Err() == nil {
		fn()
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// did counts an act that went through and reports an error of ours. Refusals are
// what the acts of others lead to.
func (c *campaign) did(act int, err error) {
	if err == nil {
		c.acts[act].Add(1)
		return
	}
	if f := fault.As(err); (f.Kind == fault.Internal || f.Kind == fault.Unavailable) && f.Code != "printer-stopped" && c.ctx.Err() == nil {
		c.t.Errorf("act %d: %v", act, err)
	}
}

func (c *campaign) desk() *release.Desk {
	if rand.IntN(2) == 0 {
		return c.Desk
	}
	return c.other.Desk
}

// pupil does one thing that a pupil can do.
func (c *campaign) pupil(a school.Actor) {
	visit, err := c.desk().Visit(c.ctx, c.at(a))
	if err != nil {
		c.did(7, err)
		return
	}
	open := slices.DeleteFunc(visit.Jobs, func(j release.VisitJob) bool { return j.State.Ended() })
	if len(open) < 4 {
		s := c.submission(a)
		s.Ticket.Copies = 1 + rand.IntN(2)
		_, err := c.desk().Print(c.ctx, s, bytes.NewReader(documenttest.PDF(1+rand.IntN(2))))
		c.did(0, err)
		return
	}
	job := open[rand.IntN(len(open))]
	switch {
	case job.State == release.Counting:
		_ = sleep(c.ctx, 10*time.Millisecond)
	case job.Delivery != nil && job.Delivery.State == release.Unclear:
		c.did(3, c.answer(a, job.ID))
	case rand.IntN(20) == 0:
		c.did(2, c.desk().Delete(c.ctx, c.at(a), job.ID))
	default:
		chosen := ids(job.ID)
		if rand.IntN(2) == 0 {
			chosen = append(chosen, open[0].ID)
		}
		_, err := c.desk().Release(c.ctx, c.somewhere(a), chosen)
		c.did(1, err)
	}
}

// answer is an honest pupil's: it came out if the printer has it whole.
func (c *campaign) answer(a school.Actor, id release.JobID) error {
	token := dbtest.Value[string](c.t, c.db, "SELECT coalesce(max(token), '') FROM delivery WHERE job_id = $1 AND state = 'unclear'", id)
	came := false
	for _, s := range c.paper.printed() {
		came = came || s.token == token
	}
	return c.desk().Answer(c.ctx, c.at(a), id, came)
}

// it cancels somebody's job, or withdraws somebody's rights for a moment.
func (c *campaign) it() {
	_ = sleep(c.ctx, time.Duration(rand.IntN(800))*time.Millisecond)
	if rand.IntN(3) > 0 {
		all, err := c.desk().Jobs(c.ctx, c.IT, release.JobFilter{})
		if err == nil && len(all) > 0 {
			err = c.desk().Cancel(c.ctx, c.IT, all[rand.IntN(len(all))].ID)
		}
		c.did(4, err)
		return
	}
	rights := conduct.New(c.db, c.hub, slog.New(slog.DiscardHandler))
	c.did(5, rights.Suspend(c.ctx, c.IT, c.Sam.Person, c.clock.Now().Add(time.Hour), "a moment"))
	_ = sleep(c.ctx, 20*time.Millisecond)
	c.did(7, rights.Lift(context.WithoutCancel(c.ctx), c.IT, c.Sam.Person, "over"))
}

// trouble is one thing that goes wrong between us and the printer.
func (c *campaign) trouble() {
	c.clock.Advance(time.Duration(rand.IntN(3000)) * time.Millisecond)
	c.acts[6].Add(1)
	methods := []string{"Begin", "Send", "Progress", "Find", "Cancel"}
	errs := []error{errCut, release.ErrRefused, release.ErrBusy, release.ErrUnreachable, release.ErrGone}
	switch method := methods[rand.IntN(len(methods))]; rand.IntN(4) {
	case 0: // ErrGone of a printer that has the job would be a lie about the past
		c.paper.fail(method, errs[rand.IntN(len(errs)-1)])
		_ = sleep(c.ctx, time.Duration(rand.IntN(40))*time.Millisecond)
		c.paper.fail(method, nil)
	case 1, 2:
		c.paper.lose([]string{"Begin", "Send"}[rand.IntN(2)], errCut)
	case 3: // both nodes look dead to one another, though they live
		dbtest.Exec(c.t, c.db, "UPDATE node SET beat_at = now() - interval '6 seconds'")
	}
	_ = sleep(c.ctx, time.Duration(rand.IntN(400))*time.Millisecond)
}

// heal ends all trouble, lets what is on its way get there, and has what is
// unclear answered.
func (c *campaign) heal() {
	c.ctx = c.t.Context()
	c.paper.with(func() { clear(c.paper.failing); clear(c.paper.lost) })
	c.eventually("every delivery", func() (string, bool) {
		c.clock.Advance(time.Second)
		for _, a := range []school.Actor{c.Sam, c.Mia} {
			visit, err := c.Visit(c.ctx, c.at(a))
			for _, j := range visit.Jobs {
				if err == nil && j.Delivery != nil && j.Delivery.State == release.Unclear {
					err = c.answer(a, j.ID)
				}
			}
			if err != nil && !errors.Is(err, context.Canceled) && fault.KindOf(err) == fault.Internal {
				return err.Error(), false
			}
		}
		n := dbtest.Value[int](c.t, c.db, "SELECT count(*) FROM delivery WHERE ended_at IS NULL")
		return dbtest.Value[string](c.t, c.db, "SELECT coalesce(string_agg(state || ' ' || coalesce(reason, '') || ' ' || tries, ', '), '') FROM delivery WHERE ended_at IS NULL"), n == 0
	})
}
