package ipp

import (
	"context"
	"io"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

// Desk is what this package needs of the release desk. Its refusals are fault
// values; see statuses for those that have an IPP status of their own.
type Desk interface {
	Queues
	Intake
	Register
	Control
	Subscribers
	Herald
}

// Queues knows the addresses that computers print to.
type Queues interface {
	// Queue finds a queue by the path of its address ("queue-unknown").
	Queue(ctx context.Context, path string) (release.Queue, error)
	// QueueOf finds the queue of a job ("job-unknown").
	QueueOf(ctx context.Context, id release.JobID) (release.Queue, error)
	// Queues lists all queues, oldest first.
	Queues(ctx context.Context) ([]release.Queue, error)
	// Offer tells what the printers of a queue can do together. The same pointer is
	// the same offer.
	Offer(ctx context.Context, q release.Queue) (*release.Offer, error)
	// Queued counts the jobs of a queue that have not ended (queued-job-count).
	Queued(ctx context.Context, q release.Queue) (int, error)
}

// Intake takes jobs in.
type Intake interface {
	// Validate refuses what Print would refuse before it has seen the document, and says
	// what the queue's policy would make of the job.
	Validate(ctx context.Context, s release.Submission) ([]release.Touch, error)
	// Print takes a job with its document. A document that ends in an error leaves
	// no job.
	Print(ctx context.Context, s release.Submission, document io.Reader) (release.Job, error)
	// Create opens a job whose document follows.
	Create(ctx context.Context, s release.Submission) (release.Job, error)
	// Send takes the one document of a job that Create opened. A document that is
	// refused or ends in an error ends the job.
	Send(ctx context.Context, a school.Actor, id release.JobID, declared string, document io.Reader) (release.Job, error)
	// Abort ends a job of the actor's that still waits for its document, which is
	// refused; code is the keyword why.
	Abort(ctx context.Context, a school.Actor, id release.JobID, code string) error
	// Cancel ends a job that is not at a printer yet.
	Cancel(ctx context.Context, a school.Actor, id release.JobID) error
	// CancelSaying is Cancel and, for IT, Remark in one; nil is no remark.
	CancelSaying(ctx context.Context, a school.Actor, id release.JobID, why *string) error
}

// Register tells of jobs.
type Register interface {
	// Job finds a job of the actor's ("job-unknown"); for IT, any of the school.
	Job(ctx context.Context, a school.Actor, id release.JobID) (release.Job, error)
	// Jobs lists jobs that the actor may see.
	Jobs(ctx context.Context, a school.Actor, f release.JobFilter) ([]release.Job, error)
	// Glimpse finds a job of the queue as anybody may see it: state, counts and
	// times, with Title and Owner blank ("job-unknown").
	Glimpse(ctx context.Context, q release.Queue, id release.JobID) (release.Job, error)
}

// Control changes jobs and queues.
type Control interface {
	// Change changes a job of the actor's that has not been printed, all of it or
	// nothing, and releases a job of a direct queue that is no longer on hold.
	Change(ctx context.Context, a school.Actor, id release.JobID, c release.Change) (release.Job, error)
	// SwitchSaying turns a switch of a queue, for IT, and Announces why in one; the zero
	// Notice is nothing to say.
	SwitchSaying(ctx context.Context, a school.Actor, q release.QueueID, to release.Switch, why release.Notice) error
	// Announce says something of a queue, for IT.
	Announce(ctx context.Context, a school.Actor, q release.QueueID, n release.Notice) error
	// Remark says something of a job to its owner, for IT, also after its end.
	Remark(ctx context.Context, a school.Actor, id release.JobID, say string) error
}

// Subscribers knows who wants to hear of what. Whatever is missing, foreign or ended is
// refused alike ("subscription-unknown").
type Subscribers interface {
	// Subscribe makes subscriptions of a job, or of the queue for job 0. Those for which
	// there is no room have no ID in the answer.
	Subscribe(ctx context.Context, a school.Actor, q release.Queue, job release.JobID, wishes []release.Subscription) ([]release.Subscription, error)
	// Subscription finds a subscription of the actor's; for IT, anybody's.
	Subscription(ctx context.Context, a school.Actor, q release.Queue, id release.SubscriptionID) (release.Subscription, error)
	// Subscriptions lists subscriptions that the actor may see.
	Subscriptions(ctx context.Context, a school.Actor, q release.Queue, f release.SubscriptionFilter) ([]release.Subscription, error)
	// RenewSubscription begins a new lease of a subscription of the queue.
	RenewSubscription(ctx context.Context, a school.Actor, q release.Queue, id release.SubscriptionID, lease time.Duration) error
	// CancelSubscription ends a subscription at once.
	CancelSubscription(ctx context.Context, a school.Actor, q release.Queue, id release.SubscriptionID) error
}

// Herald tells subscribers what has happened.
type Herald interface {
	// SubscriptionRoom is how many subscriptions a new job of the actor's could have.
	SubscriptionRoom(ctx context.Context, a school.Actor) (int, error)
	// News reads what subscriptions have to tell, or nothing if one of them is unknown.
	News(ctx context.Context, a school.Actor, q release.Queue, cursors []release.Cursor) ([]release.News, error)
	// AwaitNews is News that waits until there is some or ctx ends.
	AwaitNews(ctx context.Context, a school.Actor, q release.Queue, cursors []release.Cursor) ([]release.News, error)
}

// Directory proves who a sender is.
type Directory interface {
	// Group refuses as fault.NotFound what is no group, and as fault.Forbidden a device
	// from elsewhere.
	Group(ctx context.Context, id school.ID, slug string, from school.Device) (school.DeviceGroup, error)
	// GroupsOf are the groups, trusted ones left out, that a device belongs to.
	GroupsOf(ctx context.Context, id school.ID, from school.Device) ([]school.DeviceGroup, error)
	// ByGroup refuses as fault.Forbidden a name that is nobody's.
	ByGroup(ctx context.Context, g school.DeviceGroup, from school.Device, username string) (school.Actor, error)
	// ByAddress refuses as fault.NotFound, in the words of a queue that is not there.
	ByAddress(ctx context.Context, id school.ID, token string) (school.Actor, error)
	// ByPassword refuses as fault.Unauthenticated, or as fault.TooMany when too
	// many tries came from place.
	ByPassword(ctx context.Context, id school.ID, username, password, place string) (school.Actor, error)
	// ByLoopback believes a name; the caller has made sure that it comes from this
	// machine.
	ByLoopback(ctx context.Context, id school.ID, username string) (school.Actor, error)
}
