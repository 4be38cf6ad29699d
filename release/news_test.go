package release_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// Many change jobs at once while others read: the numbers of a subscription run from
// 1 without a gap, a number never means two things, and nothing is lost.
func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	its := h.subscribe(h.IT, h.queue, 0, changes)
	ctx := context.WithoutCancel(t.Context())
	const each = 12
	var work, read sync.WaitGroup
	for _, a := range []school.Actor{h.Sam, h.Mia, h.Teacher, h.Chief} {
		work.Go(func() {
			for range each {
				job, err := h.Create(ctx, h.submission(a))
				if err == nil {
					err = h.Cancel(ctx, a, job.ID)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	var over atomic.Bool
	var mu sync.Mutex
	seen := map[int]release.Notification{}
	for range 3 {
		read.Go(func() {
			for !over.Load() {
				all, err := h.News(ctx, h.IT, h.queue, []release.Cursor{{ID: its.ID, From: 1}})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for i, n := range all[0].Notifications {
					if was, ok := seen[n.Sequence]; n.Sequence != i+1 || ok && (was.Event != n.Event || was.Job.ID != n.Job.ID) {
						t.Errorf("number %d at place %d is %+v, was %+v", n.Sequence, i+1, n, was)
					}
					seen[n.Sequence] = n
				}
				mu.Unlock()
			}
		})
	}
	work.Wait()
	over.Store(true)
	read.Wait()
	n := h.news(h.IT, h.queue, its.ID)
	if len(n.Notifications) != 2*4*each || n.Subscription.Sequence != 2*4*each {
		t.Errorf("%d of %d notifications, the last is %d", len(n.Notifications), 2*4*each, n.Subscription.Sequence)
	}
	ends := map[release.JobID]int{}
	for _, e := range n.Notifications {
		if e.Event == release.EventJobCompleted {
			ends[e.Job.ID]++
		} else if ends[e.Job.ID] > 0 {
			t.Errorf("job %d was created after its end", e.Job.ID)
		}
	}
	if len(ends) != 4*each {
		t.Errorf("%d jobs have ended", len(ends))
	}
}

// A claim, and a job that waits for a time, are told of as what they are.
func TestWhatAJobWaitsForIsHeard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	its := h.subscribe(h.IT, h.direct, 0, changes)
	claim := h.submit(h.carts()("sam", "10.1.2.3"), 1, directly(h))
	timed := h.submit(h.Sam, 1, directly(h), heldUntil("evening"))
	heard := map[release.JobID]release.Job{}
	for _, n := range h.news(h.IT, h.direct, its.ID).Notifications {
		heard[n.Job.ID] = n.Job
	}
	if j := heard[claim.ID]; j.State != release.Held || !j.Claim() || !j.HoldEnds.IsZero() {
		t.Errorf("the claim is told of as %+v", j)
	}
	if j := heard[timed.ID]; j.State != release.Held || j.Claim() || timed.HoldEnds.IsZero() || !j.HoldEnds.Equal(timed.HoldEnds) {
		t.Errorf("held until %s, told of as %+v", timed.HoldEnds, j)
	}
}

// Of a flood the latest thousand stay, and the numbers show that some are missing. Time
// never runs backwards within a subscription.
func TestAFloodIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.subscribe(h.Sam, h.queue, 0, changes)
	flood := func(n int, at time.Time) {
		dbtest.Exec(t, h.db, `INSERT INTO notification (school_id, subscription_id, event, at, job_id, state, on_hold, printed)
			SELECT $1, $2, 'job-state-changed', $3, 1, 'held', false, 0 FROM generate_series(1, $4)`, h.School, s.ID, at, n)
	}
	now := h.clock.Now()
	flood(10, now)
	h.news(h.Sam, h.queue, s.ID)
	flood(1490, now.Add(-time.Second))
	n := h.news(h.Sam, h.queue, s.ID)
	first, last := n.Notifications[0], n.Notifications[len(n.Notifications)-1]
	if len(n.Notifications) != 1000 || first.Sequence != 501 || last.Sequence != 1500 || !first.At.Equal(now) || !last.At.Equal(now) {
		t.Errorf("%d, from %+v to %+v", len(n.Notifications), first, last)
	}
	if left := dbtest.Value[int](t, h.db, "SELECT count(*) FROM notification"); left != 1000 {
		t.Errorf("%d are kept", left)
	}
	all, err := h.News(t.Context(), h.Sam, h.queue, []release.Cursor{{ID: s.ID, From: 1499}, {ID: s.ID, From: 1}})
	if err != nil || len(all) != 1 || len(all[0].Notifications) != 2 {
		t.Errorf("from 1499 on: %+v, %v", all, err)
	}
}

// Whoever waits hears of it as it happens, and is told when there will be no more.
func TestAwaitNews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, sub := h.listened(h.Sam, documenttest.PDF(1), wish(release.EventJobCompleted))
	h.state(job, release.Held)
	its := h.subscribe(h.IT, h.queue, 0, changes)
	await := func(ctx context.Context, a school.Actor, id release.SubscriptionID) <-chan release.News {
		answer := make(chan release.News, 1)
		go func() {
			all, err := h.AwaitNews(ctx, a, h.queue, []release.Cursor{{ID: id, From: 1}})
			if err != nil || len(all) != 1 {
				t.Errorf("%+v, %v", all, err)
				all = make([]release.News, 1)
			}
			answer <- all[0]
		}()
		return answer
	}
	heard := func(what string, answer <-chan release.News, tells string, complete bool) {
		t.Helper()
		select {
		case n := <-answer:
			if tale(n) != tells || n.Complete != complete {
				t.Errorf("%s: %q, complete %t", what, tale(n), n.Complete)
			}
		case <-time.After(patience):
			t.Fatalf("%s: waited in vain", what)
		}
	}
	waiting := func(n int) {
		t.Helper()
		h.eventually("those who wait", func() (string, bool) { return "", h.Listening() == n })
	}
	owner, whole := await(t.Context(), h.Sam, sub), await(t.Context(), h.IT, its.ID)
	waiting(2)
	if err := h.Cancel(t.Context(), h.Sam, job); err != nil {
		t.Fatal(err)
	}
	heard("the owner", owner, "job-completed:cancelled", true)
	heard("IT", whole, "job-completed:cancelled", false)

	quiet := h.subscribe(h.Sam, h.queue, 0, changes)
	ctx, stop := context.WithCancel(t.Context())
	waits, ended := await(ctx, h.Sam, quiet.ID), await(t.Context(), h.IT, quiet.ID)
	waiting(2)
	stop()
	heard("whoever gives up", waits, "", false)
	if err := h.CancelSubscription(t.Context(), h.Sam, h.queue, quiet.ID); err != nil {
		t.Fatal(err)
	}
	heard("whoever waits for what was cancelled", ended, "", true)
	waiting(0)
}
