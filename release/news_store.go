package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// number gives what is new to a subscription its numbers, in the order in which it
// happened, and keeps the latest of it. Numbers are given here and not with the event:
// that would have every change of a queue's jobs wait for the row of whoever
// subscribes to the queue. The row is locked first, and what is new is read after.
func number(ctx context.Context, tx *db.Tx, id SubscriptionID) (Subscription, error) {
	if _, err := lockSubscription(ctx, tx, id); err != nil {
		return Subscription{}, err
	}
	_, err := tx.Exec(ctx, `
		WITH s AS (SELECT sequence, told_at FROM subscription WHERE subscription_id = $1),
		fresh AS (SELECT notification_id, s.sequence + row_number() OVER (ORDER BY at, notification_id) AS number, s.told_at
		            FROM notification, s WHERE subscription_id = $1 AND notification.sequence IS NULL),
		told AS (UPDATE notification n SET sequence = fresh.number, at = greatest(n.at, fresh.told_at)
		           FROM fresh WHERE n.notification_id = fresh.notification_id RETURNING n.sequence, n.at),
		latest AS (SELECT max(sequence) AS sequence, max(at) AS at FROM told)
		UPDATE subscription SET sequence = latest.sequence, told_at = latest.at FROM latest
		 WHERE subscription_id = $1 AND latest.sequence IS NOT NULL`, id)
	if err != nil {
		return Subscription{}, err
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM notification WHERE subscription_id = $1
		   AND sequence <= (SELECT sequence FROM subscription WHERE subscription_id = $1) - $2`, id, MostNotifications); err != nil {
		return Subscription{}, err
	}
	return subscriptionByID(ctx, tx, id)
}

const notificationColumns = `
	n.sequence, n.event, n.at, coalesce(n.job_id, 0), coalesce(n.state, ''), coalesce(n.reason, ''), coalesce(n.on_hold, false),
	coalesce(n.impressions, 0), coalesce(n.printed, 0), coalesce(j.password IS NOT NULL, false), coalesce(j.proof, ''), j.hold_ends, coalesce(n.closed, false), coalesce(n.paused, false),
	coalesce(n.busy, false)`

func scanNotification(row pgx.CollectableRow) (n Notification, err error) {
	var ends *time.Time
	err = row.Scan(&n.Sequence, &n.Event, &n.At, &n.Job.ID, &n.Job.State, &n.Job.Reason, &n.Job.OnHold,
		&n.Job.Impressions, &n.Job.Printed, &n.Job.Locked, &n.Job.Proof, &ends, &n.Closed, &n.Paused, &n.Busy)
	n.Job.HoldEnds = instant(ends)
	return n, err
}

// notifications are those of a subscription from a number on that have happened since
// a time.
func notifications(ctx context.Context, tx *db.Tx, c Cursor, since time.Time, most int) ([]Notification, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+notificationColumns+` FROM notification n LEFT JOIN job j ON j.job_id = n.job_id
		 WHERE n.subscription_id = $1 AND n.sequence >= $2 AND n.at > $3 ORDER BY n.sequence LIMIT $4`, c.ID, c.From, since, most)
	return pgx.CollectRows(rows, scanNotification)
}

// subscriptionsToNumber have something new that nobody has looked at.
func subscriptionsToNumber(ctx context.Context, tx *db.Tx) ([]SubscriptionID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT n.subscription_id FROM notification n JOIN subscription s USING (subscription_id)
		 WHERE n.sequence IS NULL ORDER BY n.subscription_id LIMIT 1000`)
	return pgx.CollectRows(rows, pgx.RowTo[SubscriptionID])
}

func deleteOldNotifications(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM notification WHERE at <= $1`, before)
	return err
}
