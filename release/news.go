package release

import (
	"context"
	"errors"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
)

// EventLife is how long a notification is kept (ippget-event-life, RFC 3996 section
// 8.1), and a subscription of a job after the job has ended.
const EventLife = 5 * time.Minute

// MostNotifications is how much is told and kept: the latest so many notifications of
// a subscription, and as many in one answer.
const MostNotifications = 1000

// Whoever waits for news looks again this often, for what no bell tells of, and so
// many may wait at one node.
const (
	lookAgain = 2 * time.Second
	listeners = 200
)

// Notification is what a subscription is told of one event, as things were right
// after it.
type Notification struct {
	Sequence int // notify-sequence-number: 1, 2, 3 and so on within its subscription
	Event    Event
	At       time.Time // never before that of the one before it
	Job      Job       // ID, State, Reason, OnHold, HoldEnds, Locked, Proof, Impressions, Printed; the zero Job if the event is the queue's
	Closed   bool      // of the queue's events: it takes no new jobs
	Paused   bool      // ... it releases none by itself
	Busy     bool      // ... it is a Direct queue that has jobs
}

// Cursor is a subscription and the first number that is still wanted of it.
type Cursor struct {
	ID   SubscriptionID
	From int
}

// News is what one subscription has to tell.
type News struct {
	Subscription  Subscription
	Notifications []Notification
	Complete      bool // there will never be more: its job has ended, or it was cancelled while somebody waited
}

// News reads what subscriptions of the actor's at the queue have to tell, in
// ascending order of their numbers, 1,000 notifications at most. If one of them is
// missing, foreign or ended, nothing is told ("subscription-unknown").
func (d *Desk) News(ctx context.Context, a school.Actor, q Queue, cursors []Cursor) (all []News, err error) {
	cursors = slices.SortedFunc(slices.Values(cursors), func(a, b Cursor) int { return int(a.ID) - int(b.ID) })
	cursors = slices.CompactFunc(cursors, func(a, b Cursor) bool { return a.ID == b.ID })
	err = d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		left := MostNotifications
		for _, c := range cursors {
			n, err := news(ctx, tx, a, q, c, left)
			if err != nil {
				return err
			}
			left -= len(n.Notifications)
			all = append(all, n)
		}
		return nil
	})
	return all, err
}

func news(ctx context.Context, tx *db.Tx, a school.Actor, q Queue, c Cursor, most int) (n News, err error) {
	if n.Subscription, err = findSubscription(ctx, tx, a, q, c.ID); err != nil {
		return n, err
	}
	n.Notifications, err = notifications(ctx, tx, c, tx.Now.Add(-EventLife), most)
	n.Complete = n.Subscription.jobEnded && len(n.Notifications) < most
	return n, err
}

// AwaitNews is News that waits until there is some or ctx ends, and then tells what
// there is (Event Wait Mode, RFC 3996 section 5.2). It answers at once when too many
// wait already. No transaction is open while it waits.
func (d *Desk) AwaitNews(ctx context.Context, a school.Actor, q Queue, cursors []Cursor) ([]News, error) {
	all, err := d.News(ctx, a, q, cursors)
	if err != nil || told(all) {
		return all, err
	}
	select {
	case d.listening <- struct{}{}:
		defer func() { <-d.listening }()
	default:
		return all, nil
	}
	bell := d.Hub.Subscribe(topicsOf(a, all)...)
	defer bell.Close()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		again, err := d.News(ctx, a, q, cursors)
		switch {
		case ctx.Err() != nil:
			return all, nil
		case errors.Is(err, subscriptionUnknown):
			return d.remaining(ctx, a, q, cursors, all)
		case err != nil || told(again):
			return again, err
		}
		all = again
		select {
		case <-bell.C:
		case <-tick.C:
		case <-ctx.Done():
			return all, nil
		}
	}
}

// told says whether there is something to tell now.
func told(all []News) bool {
	complete := true
	for _, n := range all {
		if len(n.Notifications) > 0 {
			return true
		}
		complete = complete && n.Complete
	}
	return complete
}

// topicsOf are the bells that ring for the subscriptions: whatever happens to a job
// rings that of its owner.
func topicsOf(a school.Actor, all []News) []string {
	topics := []string{events.Person(int64(a.Person))}
	for _, n := range all {
		if owner := n.Subscription.jobOwner; owner != 0 {
			topics = append(topics, events.Person(int64(owner)))
		}
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

// remaining is the news when some of the subscriptions ended while somebody waited:
// those are complete.
func (d *Desk) remaining(ctx context.Context, a school.Actor, q Queue, cursors []Cursor, all []News) ([]News, error) {
	for i := range all {
		id := all[i].Subscription.ID
		from := slices.IndexFunc(cursors, func(c Cursor) bool { return c.ID == id })
		one, err := d.News(ctx, a, q, cursors[from:from+1])
		switch {
		case err == nil:
			all[i] = one[0]
		case errors.Is(err, subscriptionUnknown):
			all[i].Complete = true
		default:
			return nil, err
		}
	}
	return all, nil
}

// tidySubscriptions ends those whose time is up, and forgets what is old. What
// nobody has looked at is numbered first, so that whoever comes too late sees that
// something is missing.
func (d *Desk) tidySubscriptions(ctx context.Context) error {
	var waiting []SubscriptionID
	err := d.DB.InTx(ctx, db.System("subscriptions"), func(ctx context.Context, tx *db.Tx) (err error) {
		if err := deleteEndedSubscriptions(ctx, tx); err != nil {
			return err
		}
		waiting, err = subscriptionsToNumber(ctx, tx)
		return err
	})
	for _, id := range waiting {
		err = errors.Join(err, d.DB.InTx(ctx, db.System("subscriptions"), func(ctx context.Context, tx *db.Tx) error {
			_, err := number(ctx, tx, id)
			if errors.Is(err, subscriptionUnknown) {
				return nil // cancelled meanwhile
			}
			return err
		}))
	}
	if err != nil {
		return err
	}
	return d.DB.InTx(ctx, db.System("subscriptions"), func(ctx context.Context, tx *db.Tx) error {
		return deleteOldNotifications(ctx, tx, tx.Now.Add(-EventLife))
	})
}
