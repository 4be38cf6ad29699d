package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// PastJob is a job of somebody's as staff look back on it: never its title.
type PastJob struct {
	ID        JobID
	State     JobState
	Reason    string
	Pages     int // impressions asked for, 0 until counted
	Printed   int
	Charged   int64  // units, of all its deliveries
	Payer     string // of its latest delivery: a shared account's name, or "" for its owner
	Printer   string // of its latest delivery, or ""
	By        string // the teacher who released it for its owner, or ""
	Submitted time.Time
}

// JobsOf are somebody's jobs of any time, the latest first, before the number of one, or the very
// latest for 0. Claims that they have not taken are not among them. Whether the reader may see the
// school is for the caller to know.
func JobsOf(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, before JobID, limit int) ([]PastJob, error) {
	return jobsOf(ctx, tx, id, person, before, limit)
}
