package release_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// wish is a subscription to events, by default for as long as usual.
func wish(events ...release.Event) release.Subscription {
	return release.Subscription{Events: events, UserData: []byte("mine"), Charset: "utf-8", Language: "en", Lease: release.LeaseDefault}
}

var changes = wish(release.EventJobStateChanged)

// subscribe makes one subscription, of a job or with 0 of the queue.
func (h *house) subscribe(a school.Actor, q release.Queue, job release.JobID, w release.Subscription) release.Subscription {
	h.t.Helper()
	made, err := h.Subscribe(h.t.Context(), a, q, job, []release.Subscription{w})
	if err != nil || len(made) != 1 || made[0].ID == 0 {
		h.t.Fatalf("%+v, %v", made, err)
	}
	return made[0]
}

// listened submits a document with a subscription of its own, and does not wait.
func (h *house) listened(a school.Actor, document []byte, w release.Subscription, change ...func(*release.Submission)) (release.JobID, release.SubscriptionID) {
	h.t.Helper()
	s := h.submission(a)
	for _, c := range change {
		c(&s)
	}
	s.Subscriptions = []release.Subscription{w}
	job, err := h.Print(h.t.Context(), s, bytes.NewReader(document))
	if err != nil || len(job.Subscriptions) != 1 || job.Subscriptions[0].ID == 0 {
		h.t.Fatalf("%+v, %v", job, err)
	}
	return job.ID, job.Subscriptions[0].ID
}

// news is what one subscription has to tell from its beginning.
func (h *house) news(a school.Actor, q release.Queue, id release.SubscriptionID) release.News {
	h.t.Helper()
	all, err := h.News(h.t.Context(), a, q, []release.Cursor{{ID: id, From: 1}})
	if err != nil || len(all) != 1 {
		h.t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// tale is the news in short, for comparison.
func tale(n release.News) string {
	var all []string
	for i, e := range n.Notifications {
		word := string(e.Event) + ":" + string(e.Job.State)
		if e.Job.ID == 0 {
			word = fmt.Sprintf("%s:closed=%t,paused=%t,busy=%t", e.Event, e.Closed, e.Paused, e.Busy)
		}
		if e.Sequence != n.Notifications[0].Sequence+i {
			word += "!" // out of order, or something is missing
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}

// Whatever becomes of a job, a subscription that came with it hears of each move,
// once and in order.
func TestEveryMoveIsHeard(t *testing.T) {
	t.Parallel()
	const arrived = "job-created:counting "
	const held = arrived + "job-state-changed:held "
	damaged := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("nonsense "), 50)...)
	for _, c := range []struct {
		name     string
		document []byte
		change   func(*house, *release.Submission)
		act      func(*house, release.JobID)
		want     string
	}{
		{"held", documenttest.PDF(1), nil, func(h *house, id release.JobID) { h.state(id, release.Held) }, held},
		{"released and printed", documenttest.PDF(1), nil, func(h *house, id release.JobID) {
			h.state(id, release.Held)
			h.release(h.Sam, id)
			h.state(id, release.Done)
		}, held + "job-state-changed:released job-completed:done"},
		{"printed at once", documenttest.PDF(1), func(h *house, s *release.Submission) { s.Queue = h.direct }, func(h *house, id release.JobID) { h.state(id, release.Done) },
			held + "job-state-changed:released job-completed:done"},
		{"refused", damaged, nil, func(h *house, id release.JobID) { h.state(id, release.Refused) }, arrived + "job-completed:refused"},
		{"cancelled", documenttest.PDF(1), nil, func(h *house, id release.JobID) {
			h.state(id, release.Held)
			if err := h.Cancel(h.t.Context(), h.Sam, id); err != nil {
				h.t.Fatal(err)
			}
		}, held + "job-completed:cancelled"},
		{"expired", documenttest.PDF(1), nil, func(h *house, id release.JobID) {
			h.state(id, release.Held)
			h.clock.Advance(34 * time.Hour)
			h.state(id, release.Expired)
		}, "job-completed:expired"}, // what came before is too old by then
		{"on hold and let go", documenttest.PDF(1), func(h *house, s *release.Submission) { directly(h)(s); onHold(s) }, func(h *house, id release.JobID) {
			h.state(id, release.Held)
			h.change(h.Sam, id, letGo)
			h.state(id, release.Done)
		}, held + "job-state-changed:held job-state-changed:released job-completed:done"},
		{"too dear", documenttest.PDF(6), func(h *house, s *release.Submission) {
			s.Queue, s.Actor, s.Actor.Proof = h.direct, h.Mia, school.ByPassword
		}, func(h *house, id release.JobID) {
			h.until(id, func(j release.Job) bool { return j.Reason == "not-enough" })
		}, held + "job-state-changed:held"},
		{"nothing came out", documenttest.PDF(1), nil, func(h *house, id release.JobID) {
			h.state(id, release.Held)
			h.paper.fail("Begin", release.ErrRefused)
			h.release(h.Sam, id)
			h.until(id, func(j release.Job) bool { return j.State == release.Held && j.Reason != "" })
		}, held + "job-state-changed:released job-state-changed:held"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			q, owner := h.queue, h.Sam
			id, sub := h.listened(h.Sam, c.document, changes, func(s *release.Submission) {
				if c.change != nil {
					c.change(h, s)
				}
				q, owner = s.Queue, s.Actor
			})
			c.act(h, id)
			n := h.news(owner, q, sub)
			if got := tale(n); got != strings.TrimSpace(c.want) {
				t.Errorf("heard %q, want %q", got, c.want)
			}
			last := n.Notifications[len(n.Notifications)-1]
			if n.Complete != last.Job.State.Ended() || last.Job.ID != id || !last.At.Equal(h.clock.Now()) {
				t.Errorf("complete %t, the last is %+v", n.Complete, last)
			}
		})
	}
}

// A subscription hears what it asked for and nothing else; its own word goes before the
// one that includes it.
func TestOnlyWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ends := h.subscribe(h.Sam, h.queue, 0, wish(release.EventJobCompleted))
	both := h.subscribe(h.Sam, h.queue, 0, wish(release.EventJobCompleted, release.EventJobCreated, release.EventJobConfigChanged))
	switched := h.subscribe(h.Sam, h.queue, 0, wish(release.EventPrinterStopped))
	job := h.submit(h.Sam, 1)
	ofJob := h.subscribe(h.Sam, h.queue, job.ID, wish(release.EventPrinterStateChanged))
	h.change(h.Sam, job.ID, copies(2))
	for _, to := range []release.Switch{release.CloseQueue, release.CloseQueue, release.PauseQueue} {
		if err := h.Switch(t.Context(), h.IT, h.queue.ID, to); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Switch(t.Context(), h.IT, h.queue.ID, release.ResumeQueue); err != nil {
		t.Fatal(err)
	}
	const closed, paused = "closed=true,paused=false,busy=false", "closed=true,paused=true,busy=false"
	for _, c := range []struct {
		s    release.Subscription
		want string
	}{
		{ends, "job-completed:cancelled"},
		{both, "job-created:counting job-config-changed:held job-completed:cancelled"},
		{switched, "printer-stopped:" + paused},
		{ofJob, "printer-state-changed:" + closed + " printer-stopped:" + paused}, // and nothing once the job has ended
	} {
		if got := tale(h.news(h.Sam, h.queue, c.s.ID)); got != c.want {
			t.Errorf("%v heard %q, want %q", c.s.Events, got, c.want)
		}
	}
	if as := changes.As(release.EventJobCompleted); as != release.EventJobStateChanged {
		t.Errorf("heard as %s", as)
	}
	if as := both.As(release.EventJobCompleted); as != release.EventJobCompleted {
		t.Errorf("heard as %s", as)
	}
}

// What a queue says of itself and what its printers can do is heard of at each queue
// that it concerns; and a job that arrives in two steps is told of in two.
func TestConfigurationsAreHeard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.eventually("the printer to say what it can do", func() (string, bool) {
		return "", dbtest.Value[bool](t, h.db, "SELECT capable_at IS NOT NULL FROM printer")
	})
	configs := wish(release.EventPrinterConfigChanged, release.EventJobConfigChanged)
	hold, direct := h.subscribe(h.Sam, h.queue, 0, configs), h.subscribe(h.Sam, h.direct, 0, configs)
	job := h.submit(h.Sam, 1)
	for _, sql := range []string{
		"UPDATE queue SET location = 'Room 4' WHERE kind = 'direct'",
		"UPDATE queue SET location = 'Room 4'", // for one of them nothing new
		"UPDATE printer SET capable_at = now()",
		"UPDATE printer SET state = 'stopped'", // no part of the configuration
		"UPDATE job SET message = 'Please collect it.'",
	} {
		dbtest.Exec(t, h.db, sql)
	}
	const printer = "printer-config-changed:closed=false,paused=false,busy=false"
	if got := tale(h.news(h.Sam, h.queue, hold.ID)); got != printer+" "+printer+" job-config-changed:held" {
		t.Errorf("the hold queue told %q", got)
	}
	if got := tale(h.news(h.Sam, h.direct, direct.ID)); got != printer+" "+printer {
		t.Errorf("the direct queue told %q", got)
	}
	if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
		t.Fatal(err)
	}
	s := h.submission(h.Sam)
	s.Subscriptions = []release.Subscription{changes}
	opened, err := h.Create(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Send(t.Context(), h.Sam, opened.ID, "", bytes.NewReader(documenttest.PDF(1))); err != nil {
		t.Fatal(err)
	}
	h.state(opened.ID, release.Held)
	if got := tale(h.news(h.Sam, h.queue, opened.Subscriptions[0].ID)); got != "job-created:receiving job-state-changed:counting job-state-changed:held" {
		t.Errorf("heard %q", got)
	}
}

// A pupil hears of their own jobs alone, IT of everybody's; nobody learns of another's
// subscription, and none works at another queue.
func TestSubscriptionsArePrivate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	sams, its := h.subscribe(h.Sam, h.queue, 0, changes), h.subscribe(h.IT, h.queue, 0, changes)
	elsewhere := h.subscribe(h.IT, h.direct, 0, changes)
	job := h.submit(h.Sam, 1)
	mias := h.submit(h.Mia, 1)
	ofIT := h.subscribe(h.IT, h.queue, job.ID, changes)
	for _, c := range []struct {
		a    school.Actor
		q    release.Queue
		id   release.SubscriptionID
		want []release.JobID
	}{
		{h.Sam, h.queue, sams.ID, ids(job.ID)}, {h.IT, h.queue, sams.ID, ids(job.ID)},
		{h.IT, h.queue, its.ID, ids(job.ID, mias.ID)}, {h.IT, h.direct, elsewhere.ID, nil},
	} {
		var about []release.JobID
		for _, n := range h.news(c.a, c.q, c.id).Notifications {
			if n.Job.Title != "" || n.Job.Owner != "" || n.Job.Person != 0 {
				t.Errorf("a notification says whose job it is: %+v", n.Job)
			}
			about = append(about, n.Job.ID)
		}
		slices.Sort(about)
		if about = slices.Compact(about); !slices.Equal(about, c.want) {
			t.Errorf("subscription %d hears of %v, want %v", c.id, about, c.want)
		}
	}
	dismissed := h.IT
	dismissed.Roles = []school.Role{school.Teacher}
	for _, c := range []struct {
		name string
		a    school.Actor
		q    release.Queue
		id   release.SubscriptionID
	}{
		{"missing", h.Sam, h.queue, 9999}, {"foreign", h.Mia, h.queue, sams.ID}, {"IT's", h.Sam, h.queue, its.ID},
		{"IT's of one's own job", h.Sam, h.queue, ofIT.ID},
		{"of another queue", h.Sam, h.direct, sams.ID}, {"from when one was IT", dismissed, h.queue, its.ID},
	} {
		_, err := h.Subscription(ctx, c.a, c.q, c.id)
		wantFault(t, err, "subscription-unknown")
		_, err = h.News(ctx, c.a, c.q, []release.Cursor{{ID: c.id, From: 1}})
		wantFault(t, err, "subscription-unknown")
		wantFault(t, h.RenewSubscription(ctx, c.a, c.q, c.id, time.Hour), "subscription-unknown")
		wantFault(t, h.CancelSubscription(ctx, c.a, c.q, c.id), "subscription-unknown")
		if t.Failed() {
			t.Fatal(c.name)
		}
	}
	for _, c := range []struct {
		name string
		a    school.Actor
		f    release.SubscriptionFilter
		want []release.SubscriptionID
	}{
		{"a pupil's", h.Sam, release.SubscriptionFilter{}, []release.SubscriptionID{sams.ID}},
		{"another pupil's", h.Mia, release.SubscriptionFilter{}, nil},
		{"all that IT sees", h.IT, release.SubscriptionFilter{}, []release.SubscriptionID{sams.ID, its.ID}},
		{"one of them", h.IT, release.SubscriptionFilter{Limit: 1}, []release.SubscriptionID{sams.ID}},
		{"IT's own", h.IT, release.SubscriptionFilter{Mine: true}, []release.SubscriptionID{its.ID}},
		{"of a job, to its owner", h.Sam, release.SubscriptionFilter{Job: job.ID}, nil},
		{"of a job, to IT", h.IT, release.SubscriptionFilter{Job: job.ID}, []release.SubscriptionID{ofIT.ID}},
		{"from when one was IT", dismissed, release.SubscriptionFilter{}, nil},
	} {
		all, err := h.Subscriptions(ctx, c.a, h.queue, c.f)
		var got []release.SubscriptionID
		for _, s := range all {
			got = append(got, s.ID)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	_, err := h.Subscriptions(ctx, h.Mia, h.queue, release.SubscriptionFilter{Job: job.ID})
	wantFault(t, err, "job-unknown")
	_, err = h.Subscribe(ctx, h.Mia, h.queue, job.ID, []release.Subscription{changes})
	wantFault(t, err, "job-unknown")
	_, err = h.Subscribe(ctx, h.Sam, h.direct, job.ID, []release.Subscription{changes})
	wantFault(t, err, "job-unknown")
}

// A lease ends on the clock, unless it was renewed; a job's subscription ends with the
// job and the life of its last notification.
func TestSubscriptionsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	short := changes
	short.Lease = time.Hour
	gone, renewed := h.subscribe(h.Sam, h.queue, 0, short), h.subscribe(h.Sam, h.queue, 0, short)
	if !gone.Expires.Equal(h.clock.Now().Add(time.Hour)) {
		t.Errorf("the lease ends at %v", gone.Expires)
	}
	job, ofJob := h.listened(h.Sam, documenttest.PDF(1), changes)
	h.state(job, release.Held)
	wantFault(t, h.RenewSubscription(ctx, h.Sam, h.queue, ofJob, time.Hour), "subscription-of-job")
	h.clock.Advance(59 * time.Minute)
	if err := h.RenewSubscription(ctx, h.Sam, h.queue, renewed.ID, 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(time.Minute)
	_, err := h.Subscription(ctx, h.Sam, h.queue, gone.ID)
	wantFault(t, err, "subscription-unknown")
	if s, err := h.Subscription(ctx, h.Sam, h.queue, renewed.ID); err != nil || s.Lease != 2*time.Hour || s.Subscriber != "sam" || string(s.UserData) != "mine" {
		t.Errorf("%+v, %v", s, err)
	}
	if err := h.Cancel(ctx, h.Sam, job); err != nil {
		t.Fatal(err)
	}
	_, err = h.Subscribe(ctx, h.Sam, h.queue, job, []release.Subscription{changes})
	wantFault(t, err, "job-ended")
	h.clock.Advance(release.EventLife - time.Second)
	if n := h.news(h.Sam, h.queue, ofJob); tale(n) != "job-completed:cancelled" || !n.Complete {
		t.Errorf("shortly before its end: %q, complete %t", tale(n), n.Complete)
	}
	h.clock.Advance(time.Second)
	_, err = h.News(ctx, h.Sam, h.queue, []release.Cursor{{ID: ofJob, From: 1}})
	wantFault(t, err, "subscription-unknown")
	if n := h.news(h.Sam, h.queue, renewed.ID); len(n.Notifications) != 0 || n.Subscription.Sequence != 3 || n.Complete {
		t.Errorf("old news: %+v", n)
	}
	h.clock.Advance(time.Minute)
	h.eventually("the sweep", func() (string, bool) {
		left := dbtest.Value[string](t, h.db, "SELECT (SELECT count(*) FROM subscription) || ' ' || (SELECT count(*) FROM notification)")
		return left, left == "1 0"
	})
}

// So many and no more, however many ask at once; and a job is taken whether there is
// room for its subscriptions or not.
func TestSubscriptionsAreFew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := func(job release.JobID) (n int) {
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				some, err := h.Subscribe(context.WithoutCancel(t.Context()), h.Sam, h.queue, job, []release.Subscription{changes, changes})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, s := range some {
					if s.ID != 0 {
						n++
					}
				}
			})
		}
		all.Wait()
		return n
	}
	if n := made(0); n != 10 {
		t.Errorf("%d subscriptions of queues", n)
	}
	job := h.submit(h.Sam, 1)
	if n := made(job.ID); n != 5 {
		t.Errorf("%d subscriptions of a job", n)
	}
	dbtest.Exec(t, h.db, `INSERT INTO subscription (school_id, queue_id, person_id, job_id, whole, events, user_data, charset, language, created_at)
		SELECT school_id, queue_id, person_id, job_id, whole, events, user_data, charset, language, created_at
		  FROM subscription, generate_series(1, 19) WHERE job_id IS NOT NULL`)
	if room, err := h.SubscriptionRoom(t.Context(), h.Sam); err != nil || room != 0 {
		t.Errorf("room for %d, %v", room, err)
	}
	if room, err := h.SubscriptionRoom(t.Context(), h.Mia); err != nil || room != 5 {
		t.Errorf("room for %d, %v", room, err)
	}
	s := h.submission(h.Sam)
	s.Subscriptions = []release.Subscription{changes}
	late, err := h.Print(t.Context(), s, bytes.NewReader(documenttest.PDF(1)))
	if err != nil || len(late.Subscriptions) != 1 || late.Subscriptions[0].ID != 0 {
		t.Errorf("%+v, %v", late.Subscriptions, err)
	}
	h.state(late.ID, release.Held)
}

// Whoever says a name that nobody has proven hears nothing, and takes nothing of that
// person's room.
func TestSharedDevicesDoNotSubscribe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sams := h.subscribe(h.Sam, h.queue, 0, changes)
	device := h.Sam
	device.Proof = school.ByVouch
	made, err := h.Subscribe(t.Context(), device, h.queue, 0, []release.Subscription{changes})
	if err != nil || len(made) != 1 || made[0].ID != 0 {
		t.Errorf("%+v, %v", made, err)
	}
	_, err = h.News(t.Context(), device, h.queue, []release.Cursor{{ID: sams.ID, From: 1}})
	wantFault(t, err, "subscription-unknown")
	if all, err := h.Subscriptions(t.Context(), device, h.queue, release.SubscriptionFilter{}); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if room, err := h.SubscriptionRoom(t.Context(), device); err != nil || room != 0 {
		t.Errorf("room for %d, %v", room, err)
	}
}

// A personal address hears of the jobs that came by it, and of nothing else that its
// owner prints.
func TestAPersonalAddressHearsOfItsOwnJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	device := h.Sam
	device.Proof = school.ByAddress
	made, err := h.Subscribe(t.Context(), device, h.queue, 0, []release.Subscription{changes})
	if err != nil || len(made) != 1 || made[0].ID != 0 {
		t.Errorf("it hears of all that Sam prints: %+v, %v", made, err)
	}
	for what, s := range map[string]release.Subscription{"the queue": h.subscribe(h.Sam, h.queue, 0, changes), "a job of Sam's own": h.subscribe(h.Sam, h.queue, h.submit(h.Sam, 1).ID, changes)} {
		_, err := h.News(t.Context(), device, h.queue, []release.Cursor{{ID: s.ID, From: 1}})
		if codeOf(err) != "subscription-unknown" {
			t.Errorf("it reads Sam's subscription of %s: %v", what, err)
		}
		if err := h.CancelSubscription(t.Context(), device, h.queue, s.ID); codeOf(err) != "subscription-unknown" {
			t.Errorf("it ends Sam's subscription of %s: %v", what, err)
		}
	}
	if all, err := h.Subscriptions(t.Context(), device, h.queue, release.SubscriptionFilter{}); err != nil || len(all) != 0 {
		t.Errorf("it lists %+v, %v", all, err)
	}
	sent := h.subscribe(device, h.queue, h.submit(device, 1).ID, changes)
	for _, a := range []school.Actor{device, h.Sam} {
		if _, err := h.News(t.Context(), a, h.queue, []release.Cursor{{ID: sent.ID, From: 1}}); err != nil {
			t.Errorf("that of a job which came by the address, by %s: %v", a.Proof, err)
		}
	}
}

// A document that is refused at once leaves no job, and so no subscription.
func TestNoJobNoSubscription(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.submission(h.Sam)
	s.Subscriptions = []release.Subscription{changes}
	_, err := h.Print(t.Context(), s, strings.NewReader("no document"))
	wantFault(t, err, "format-mismatch")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM subscription"); n != 0 {
		t.Errorf("%d subscriptions", n)
	}
	h.submit(h.Sam, 1)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM notification"); n != 0 {
		t.Errorf("%d notifications for nobody", n)
	}
}

func TestGrant(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{
		0: release.LeaseMax, time.Second: time.Minute, time.Hour: time.Hour, 1000 * time.Hour: release.LeaseMax,
	} {
		if got := release.Grant(asked); got != want {
			t.Errorf("%v for %v, want %v", got, asked, want)
		}
	}
}
