package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

const subscriptionColumns = `
	s.subscription_id, s.school_id, s.queue_id, coalesce(s.job_id, 0), s.person_id, p.username, s.whole, s.events, s.user_data, s.charset, s.language,
	coalesce(s.lease, 0), s.expires_at, s.sequence, coalesce(j.person_id, 0), coalesce(j.proof, ''), j.ended_at IS NOT NULL,
	EXISTS (SELECT FROM notification n WHERE n.subscription_id = s.subscription_id AND n.sequence IS NULL)`

const subscriptionTables = `
	FROM subscription s JOIN person p ON p.person_id = s.person_id LEFT JOIN job j ON j.job_id = s.job_id `

func scanSubscription(row pgx.Row) (s Subscription, err error) {
	var lease int
	var expires *time.Time
	err = row.Scan(&s.ID, &s.school, &s.Queue, &s.Job, &s.person, &s.Subscriber, &s.whole, &s.Events, &s.UserData, &s.Charset, &s.Language,
		&lease, &expires, &s.Sequence, &s.jobOwner, &s.jobProof, &s.jobEnded, &s.fresh)
	if errors.Is(err, pgx.ErrNoRows) {
		return Subscription{}, subscriptionUnknown
	}
	s.Lease, s.Expires = time.Duration(lease)*time.Second, instant(expires)
	return s, err
}

// subscriptionByID finds one that has not come to its end.
func subscriptionByID(ctx context.Context, tx *db.Tx, id SubscriptionID) (Subscription, error) {
	return scanSubscription(tx.QueryRow(ctx, `
		SELECT `+subscriptionColumns+subscriptionTables+`
		 WHERE s.subscription_id = $1 AND coalesce(s.expires_at > $2, j.ended_at > $3, true)`, id, tx.Now, tx.Now.Add(-EventLife)))
}

// lockSubscription locks a subscription's row and reads it after the lock.
func lockSubscription(ctx context.Context, tx *db.Tx, id SubscriptionID) (Subscription, error) {
	return scanSubscription(tx.QueryRow(ctx, `
		SELECT `+subscriptionColumns+subscriptionTables+` WHERE s.subscription_id = $1 FOR NO KEY UPDATE OF s`, id))
}

// subscriptionsOf lists those of a queue, or of one of its jobs, that have not come
// to their end.
func subscriptionsOf(ctx context.Context, tx *db.Tx, q QueueID, person school.PersonID, f SubscriptionFilter) ([]Subscription, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+subscriptionColumns+subscriptionTables+`
		 WHERE s.queue_id = $1 AND coalesce(s.job_id, 0) = $2 AND ($3::bigint = 0 OR s.person_id = $3)
		   AND coalesce(s.expires_at > $4, j.ended_at > $5, true)
		 ORDER BY s.subscription_id LIMIT $6`, q, f.Job, f.only(person), tx.Now, tx.Now.Add(-EventLife), f.most())
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Subscription, error) { return scanSubscription(row) })
}

// only is the person whose subscriptions are wanted, 0 for everybody's.
func (f SubscriptionFilter) only(person school.PersonID) school.PersonID {
	if f.Mine {
		return person
	}
	return 0
}

func (f SubscriptionFilter) most() int {
	if f.Limit <= 0 {
		return 1000
	}
	return f.Limit
}

// subscriptions is how many a person has.
type subscriptions struct{ ofQueues, ofJobs, ofJob int }

// countSubscriptions counts under a lock of the person's own, so that many requests
// at once do not each find the last place.
func countSubscriptions(ctx context.Context, tx *db.Tx, person school.PersonID, job JobID) (n subscriptions, err error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('inkwell.subscription', $1))`, person); err != nil {
		return n, err
	}
	err = tx.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE job_id IS NULL), count(job_id), count(*) FILTER (WHERE job_id = $2)
		  FROM subscription WHERE person_id = $1`, person, job).Scan(&n.ofQueues, &n.ofJobs, &n.ofJob)
	return n, err
}

func insertSubscription(ctx context.Context, tx *db.Tx, s Subscription) (id SubscriptionID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO subscription (school_id, queue_id, job_id, person_id, whole, events, user_data, charset, language, lease, expires_at, created_at)
		VALUES ($1, $2, nullif($3::integer, 0), $4, $5, $6, $7, $8, $9, CASE WHEN $3 = 0 THEN $10::integer END, CASE WHEN $3 = 0 THEN $11::timestamptz END, $12)
		RETURNING subscription_id`,
		s.school, s.Queue, s.Job, s.person, s.whole, s.Events, append([]byte{}, s.UserData...), s.Charset, s.Language,
		int(s.Lease/time.Second), s.Expires, tx.Now).Scan(&id)
	return id, err
}

func updateLease(ctx context.Context, tx *db.Tx, id SubscriptionID, lease time.Duration, expires time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE subscription SET lease = $2, expires_at = $3 WHERE subscription_id = $1`, id, int(lease/time.Second), expires)
	return err
}

func deleteSubscription(ctx context.Context, tx *db.Tx, id SubscriptionID) error {
	_, err := tx.Exec(ctx, `
		WITH told AS (DELETE FROM notification WHERE subscription_id = $1)
		DELETE FROM subscription WHERE subscription_id = $1`, id)
	return err
}

// deleteEndedSubscriptions deletes those whose lease or job has come to its end.
func deleteEndedSubscriptions(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `
		WITH ended AS (
			DELETE FROM subscription s
			 WHERE s.expires_at <= $1
			    OR s.job_id IS NOT NULL AND EXISTS (SELECT FROM job j WHERE j.job_id = s.job_id AND j.ended_at <= $2)
			RETURNING s.subscription_id)
		DELETE FROM notification n USING ended WHERE n.subscription_id = ended.subscription_id`, tx.Now, tx.Now.Add(-EventLife))
	return err
}
