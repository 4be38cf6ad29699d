package release

import (
	"context"
	"fmt"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// SubscriptionID is a subscription's number (notify-subscription-id).
type SubscriptionID int32

// Event is something that a subscription can be told of (notify-events, RFC 3995
// section 5.3.3.4).
type Event string

// The events. The schema's triggers record them.
const (
	EventJobCreated           Event = "job-created"
	EventJobCompleted         Event = "job-completed"          // it has ended, in whichever way
	EventJobStateChanged      Event = "job-state-changed"      // includes the two above
	EventJobConfigChanged     Event = "job-config-changed"     // its title or ticket, or what IT says to its owner
	EventPrinterStopped       Event = "printer-stopped"        // IT has paused the queue
	EventPrinterStateChanged  Event = "printer-state-changed"  // any switch was turned; includes the one above
	EventPrinterConfigChanged Event = "printer-config-changed" // what the queue says of itself, or what its printers can do
)

// Events are all there are. A subscription may name as many.
var Events = []Event{EventJobCreated, EventJobCompleted, EventJobStateChanged, EventJobConfigChanged, EventPrinterStopped, EventPrinterStateChanged, EventPrinterConfigChanged}

// wider are the events that include another one.
var wider = map[Event]Event{EventJobCreated: EventJobStateChanged, EventJobCompleted: EventJobStateChanged, EventPrinterStopped: EventPrinterStateChanged}

// Bounds of what one person may have: somebody's script must not fill the database.
const (
	mostOfQueues = 10  // subscriptions of queues
	mostOfJobs   = 100 // of jobs, and these many
	mostOfOneJob = 5   // of one
)

// How long the lease of a queue's subscription may be, in whole seconds
// (notify-lease-duration-supported, -default). None is for ever.
const (
	LeaseMin     = time.Minute
	LeaseDefault = 24 * time.Hour
	LeaseMax     = 7 * 24 * time.Hour
)

// Subscription is somebody's wish to hear of a job, or of a queue and jobs sent to it
// (RFC 3995 section 5). A subscription of a queue lasts for its lease and hears
// of its person's own jobs alone; IT's hears of everybody's. One of a job lasts
// for as long as the job and EventLife more.
type Subscription struct {
	ID         SubscriptionID // notify-subscription-id; 0 when there was no room for it
	Queue      QueueID        // notify-printer-uri
	Job        JobID          // notify-job-id; 0 for one of the queue
	Subscriber string         // notify-subscriber-user-name: who was proven
	Events     []Event        // notify-events; at least one
	UserData   []byte         // notify-user-data: 63 octets at most
	Charset    string         // notify-charset: utf-8 or us-ascii
	Language   string         // notify-natural-language, its first part: en
	Lease      time.Duration  // notify-lease-duration as granted; 0 for one of a job
	Expires    time.Time      // notify-lease-expiration-time; zero for one of a job
	Sequence   int            // notify-sequence-number: of the latest notification

	school   school.ID
	person   school.PersonID
	whole    bool // it hears of everybody's jobs
	jobOwner school.PersonID
	jobProof school.Proof // how its job's sender proved who they are; "" for one of the queue
	jobEnded bool
	fresh    bool // there are notifications without a number
}

var (
	subscriptionUnknown = fault.New(fault.NotFound, "subscription-unknown", "There is no such subscription.")
	subscriptionOfJob   = fault.New(fault.Conflict, "subscription-of-job", "A subscription to a job lasts as long as the job. It needs no renewing.")
)

// Grant is the lease that comes closest to the one asked for; 0, which asks for
// one without end, gets the longest.
func Grant(asked time.Duration) time.Duration {
	if asked == 0 {
		return LeaseMax
	}
	return min(max(asked, LeaseMin), LeaseMax)
}

// As is the subscribed event by which the subscription hears of e: e itself, or the
// one that includes it (notify-subscribed-event).
func (s Subscription) As(e Event) Event {
	if slices.Contains(s.Events, e) {
		return e
	}
	return wider[e]
}

// visibleTo says whether the subscription is the actor's, or the actor looks after
// printing. Whoever no longer does has lost what they made as IT. A device that others
// may pick up hears of jobs that came by personal addresses, as it sees those alone.
func (s Subscription) visibleTo(a school.Actor) bool {
	switch a.Proof {
	case school.ByVouch:
		return false
	case school.ByAddress:
		return s.school == a.School && s.person == a.Person && s.jobProof == school.ByAddress
	}
	return s.school == a.School && (a.May(school.ManageFace) || s.person == a.Person && !s.whole)
}

// Subscribe makes subscriptions of a job that has not ended, for its owner or IT, or
// of the queue when job is 0. Of each wish, Events, UserData, Charset, Language and
// for a queue Lease count. The answer has the same order; those for which there
// is no room have no ID.
func (d *Desk) Subscribe(ctx context.Context, a school.Actor, q Queue, job JobID, wishes []Subscription) (made []Subscription, err error) {
	err = d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		if job != 0 { // locked, so that no change of it slips in between
			j, err := lockJob(ctx, tx, job)
			switch {
			case err != nil:
				return err
			case !j.visibleTo(a) || j.Queue != q.ID:
				return jobUnknown
			case j.State.Ended():
				return jobEnded
			}
		}
		made, err = subscribe(ctx, tx, a, q, job, wishes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return made, nil
}

// subscribe makes as many of the subscriptions as there is room for.
func subscribe(ctx context.Context, tx *db.Tx, a school.Actor, q Queue, job JobID, wishes []Subscription) ([]Subscription, error) {
	if len(wishes) == 0 {
		return nil, nil
	}
	room, err := roomForSubscriptions(ctx, tx, a, job)
	made := slices.Clone(wishes)
	for i := range made {
		s := &made[i]
		s.Queue, s.Job, s.school, s.person = q.ID, job, q.School, a.Person
		if job == 0 {
			s.Expires, s.whole = tx.Now.Add(s.Lease), a.May(school.ManageFace)
		}
		if err == nil && i < room {
			s.ID, err = insertSubscription(ctx, tx, *s)
		}
	}
	return made, err
}

// roomForSubscriptions is how many more subscriptions of the job, or of queues, a
// person may have; none, if it is a shared device that says their name, or of queues, if
// it is a personal address. It holds off the person's other requests of the kind.
func roomForSubscriptions(ctx context.Context, tx *db.Tx, a school.Actor, job JobID) (int, error) {
	if a.Proof == school.ByVouch || a.Proof == school.ByAddress && job == 0 {
		return 0, nil
	}
	n, err := countSubscriptions(ctx, tx, a.Person, job)
	if job == 0 {
		return mostOfQueues - n.ofQueues, err
	}
	return min(mostOfJobs-n.ofJobs, mostOfOneJob-n.ofJob), err
}

// SubscriptionRoom is how many subscriptions a new job of the actor's could have now
// (Validate-Job, RFC 3995 section 11.2.2).
func (d *Desk) SubscriptionRoom(ctx context.Context, a school.Actor) (room int, err error) {
	const newJob = -1 // no job has this number
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		room, err = roomForSubscriptions(ctx, tx, a, newJob)
		return err
	})
	return max(room, 0), err
}

// Subscription finds a subscription of the actor's at the queue; for IT, anybody's.
// Missing, foreign and ended ones look the same ("subscription-unknown").
func (d *Desk) Subscription(ctx context.Context, a school.Actor, q Queue, id SubscriptionID) (s Subscription, err error) {
	err = d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		s, err = findSubscription(ctx, tx, a, q, id)
		return err
	})
	return s, err
}

// findSubscription is one that the actor may see, its notifications numbered.
func findSubscription(ctx context.Context, tx *db.Tx, a school.Actor, q Queue, id SubscriptionID) (Subscription, error) {
	s, err := subscriptionByID(ctx, tx, id)
	switch {
	case err != nil:
		return Subscription{}, err
	case s.Queue != q.ID || !s.visibleTo(a):
		return Subscription{}, subscriptionUnknown
	case s.fresh:
		return number(ctx, tx, id)
	}
	return s, nil
}

// SubscriptionFilter chooses among the subscriptions an actor may see.
type SubscriptionFilter struct {
	Job   JobID // 0: those of the queue itself
	Mine  bool  // the actor's own alone
	Limit int   // 0 means 1,000
}

// Subscriptions lists subscriptions, oldest first. Those of a job that the actor may
// not see are refused as if it did not exist ("job-unknown").
func (d *Desk) Subscriptions(ctx context.Context, a school.Actor, q Queue, f SubscriptionFilter) (all []Subscription, err error) {
	f.Mine = f.Mine || !a.May(school.ManageFace)
	err = d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		if f.Job != 0 {
			j, err := jobByID(ctx, tx, f.Job)
			if err != nil {
				return err
			}
			if !j.visibleTo(a) || j.Queue != q.ID {
				return jobUnknown
			}
		}
		if all, err = subscriptionsOf(ctx, tx, q.ID, a.Person, f); err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(s Subscription) bool { return !s.visibleTo(a) })
		for i, s := range all {
			if !s.fresh {
				continue
			}
			if all[i], err = number(ctx, tx, s.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// RenewSubscription begins a new lease for a subscription of the queue.
func (d *Desk) RenewSubscription(ctx context.Context, a school.Actor, q Queue, id SubscriptionID, lease time.Duration) error {
	return d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		s, err := findSubscription(ctx, tx, a, q, id)
		switch {
		case err != nil:
			return err
		case s.Job != 0:
			return subscriptionOfJob
		}
		return updateLease(ctx, tx, id, lease, tx.Now.Add(lease))
	})
}

// CancelSubscription ends a subscription at once, with what it had to tell.
func (d *Desk) CancelSubscription(ctx context.Context, a school.Actor, q Queue, id SubscriptionID) error {
	return d.inSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		if _, err := findSubscription(ctx, tx, a, q, id); err != nil {
			return err
		}
		return deleteSubscription(ctx, tx, id)
	})
}
