package release

import (
	"context"

	"inkwell/internal/db"
)

// Glimpse finds a job of the queue as anybody who knows its number may see it:
// state, counts and times, without title and owner. CUPS asks this way for jobs
// that it was not asked a password for.
func (d *Desk) Glimpse(ctx context.Context, q Queue, id JobID) (job Job, err error) {
	err = d.readSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		job, err = jobByID(ctx, tx, id)
		return err
	})
	if err == nil && job.Queue != q.ID {
		err = jobUnknown
	}
	if err != nil {
		return Job{}, err
	}
	job.Title, job.Owner, job.Message = "", "", ""
	return job, nil
}

// crowd is how many jobs are too many to count for everyone who asks.
const crowd = 1000

// Queued counts the jobs of a queue that have not ended. A crowd is counted once a
// second.
func (d *Desk) Queued(ctx context.Context, q Queue) (n int, err error) {
	now := d.DB.Now()
	if n, known := d.queued.find(q.ID, now); known {
		return n, nil
	}
	err = d.readSchool(ctx, q.School, func(ctx context.Context, tx *db.Tx) error {
		n, err = countQueued(ctx, tx, q.ID)
		return err
	})
	if err == nil && n >= crowd {
		d.queued.keep(q.ID, n, now)
	}
	return n, err
}
