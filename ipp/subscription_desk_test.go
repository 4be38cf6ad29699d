package ipp

import (
	"context"
	"slices"
	"sync"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// roll is who has subscribed at the fake desk. What happens is told by the test.
type roll struct {
	mu     sync.Mutex
	kept   []release.Subscription
	owner  map[release.SubscriptionID]school.PersonID
	told   map[release.SubscriptionID][]release.Notification
	ended  map[release.SubscriptionID]bool
	full   bool // there is room for no more
	waited int  // how often somebody wanted to wait
}

var subscriptionUnknown = fault.New(fault.NotFound, "subscription-unknown", "There is no such subscription.")

func (d *fakeDesk) Subscribe(ctx context.Context, a school.Actor, q release.Queue, id release.JobID, wishes []release.Subscription) ([]release.Subscription, error) {
	if id != 0 {
		if _, err := d.Job(ctx, a, id); err != nil {
			return nil, err
		}
	}
	return d.roll.enter(a, q, id, wishes), nil
}

func (r *roll) enter(a school.Actor, q release.Queue, id release.JobID, wishes []release.Subscription) []release.Subscription {
	r.mu.Lock()
	defer r.mu.Unlock()
	made := slices.Clone(wishes)
	for i := range made {
		if r.full {
			continue
		}
		s := &made[i]
		s.ID, s.Queue, s.Job, s.Subscriber = release.SubscriptionID(len(r.kept)+1), q.ID, id, nameOf(a)
		if id == 0 {
			s.Expires = time.Now().Add(s.Lease)
		} else {
			s.Lease = 0
		}
		r.kept = append(r.kept, *s)
		if r.owner == nil {
			r.owner, r.told, r.ended = map[release.SubscriptionID]school.PersonID{}, map[release.SubscriptionID][]release.Notification{}, map[release.SubscriptionID]bool{}
		}
		r.owner[s.ID] = a.Person
	}
	return made
}

func nameOf(a school.Actor) string {
	for name, p := range people {
		if p.Person == a.Person {
			return name
		}
	}
	return ""
}

// tell has something to be told to a subscription, in order.
func (r *roll) tell(id release.SubscriptionID, all ...release.Notification) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range all {
		n.Sequence = len(r.told[id]) + 1
		r.told[id] = append(r.told[id], n)
	}
}

func (d *fakeDesk) Subscription(_ context.Context, a school.Actor, q release.Queue, id release.SubscriptionID) (release.Subscription, error) {
	r := &d.roll
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.kept, func(s release.Subscription) bool {
		return s.ID == id && s.Queue == q.ID && (r.owner[id] == a.Person || a.May(school.ManageFace))
	})
	if i < 0 {
		return release.Subscription{}, subscriptionUnknown
	}
	s := r.kept[i]
	s.Sequence = len(r.told[id])
	return s, nil
}

func (d *fakeDesk) Subscriptions(ctx context.Context, a school.Actor, q release.Queue, f release.SubscriptionFilter) (all []release.Subscription, err error) {
	d.roll.mu.Lock()
	kept := slices.Clone(d.roll.kept)
	d.roll.mu.Unlock()
	for _, s := range kept {
		if s, err := d.Subscription(ctx, a, q, s.ID); err == nil && s.Job == f.Job && (!f.Mine || s.Subscriber == nameOf(a)) {
			all = append(all, s)
		}
	}
	if f.Limit > 0 {
		all = all[:min(f.Limit, len(all))]
	}
	return all, nil
}

func (d *fakeDesk) RenewSubscription(ctx context.Context, a school.Actor, q release.Queue, id release.SubscriptionID, lease time.Duration) error {
	s, err := d.Subscription(ctx, a, q, id)
	switch {
	case err != nil:
		return err
	case s.Job != 0:
		return fault.New(fault.Conflict, "subscription-of-job", "It needs no renewing.")
	}
	d.roll.change(id, func(s *release.Subscription) { s.Lease = lease })
	return nil
}

func (d *fakeDesk) CancelSubscription(ctx context.Context, a school.Actor, q release.Queue, id release.SubscriptionID) error {
	_, err := d.Subscription(ctx, a, q, id)
	if err == nil {
		d.roll.change(id, func(s *release.Subscription) { s.Queue = 0 })
	}
	return err
}

func (r *roll) change(id release.SubscriptionID, fn func(*release.Subscription)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn(&r.kept[id-1])
}

func (d *fakeDesk) SubscriptionRoom(context.Context, school.Actor) (int, error) {
	if d.roll.full {
		return 0, nil
	}
	return 2, nil
}

func (d *fakeDesk) News(ctx context.Context, a school.Actor, q release.Queue, cursors []release.Cursor) (all []release.News, err error) {
	for _, c := range cursors {
		s, err := d.Subscription(ctx, a, q, c.ID)
		if err != nil {
			return nil, err
		}
		n := release.News{Subscription: s, Complete: d.roll.ended[s.ID]}
		for _, e := range d.roll.told[s.ID] {
			if e.Sequence >= c.From {
				n.Notifications = append(n.Notifications, e)
			}
		}
		all = append(all, n)
	}
	return all, nil
}

// AwaitNews waits for nothing but the end of ctx, if there is nothing to tell yet.
func (d *fakeDesk) AwaitNews(ctx context.Context, a school.Actor, q release.Queue, cursors []release.Cursor) ([]release.News, error) {
	d.roll.mu.Lock()
	d.roll.waited++
	d.roll.mu.Unlock()
	all, err := d.News(ctx, a, q, cursors)
	if err == nil && !slices.ContainsFunc(all, func(n release.News) bool { return len(n.Notifications) > 0 || n.Complete }) {
		<-ctx.Done()
	}
	return all, err
}
