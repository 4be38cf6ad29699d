package release

import (
	"context"
	"fmt"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// JobFilter chooses among the jobs an actor may see.
type JobFilter struct {
	Queue QueueID // 0: of every queue
	Ended bool    // those that have ended instead of those that have not
	Mine  bool    // the actor's own alone
	Limit int     // 0 means 100
}

// Job finds a job. A missing one and one that is not the actor's to see look the
// same ("job-unknown").
func (d *Desk) Job(ctx context.Context, a school.Actor, id JobID) (job Job, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		found, err := jobByID(ctx, tx, id)
		if err != nil {
			return err
		}
		one := []Job{found}
		if found.visibleTo(a) && a.Proof != school.ByVouch {
			err = d.meet(ctx, tx, one)
		}
		job = one[0]
		return err
	})
	if err == nil && !job.visibleTo(a) {
		err = jobUnknown
	}
	if err != nil {
		return Job{}, err
	}
	return job.shownTo(a), nil
}

// Jobs lists jobs, newest last while they are open, newest first once ended.
func (d *Desk) Jobs(ctx context.Context, a school.Actor, f JobFilter) (all []Job, err error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	if !a.May(school.ManageFace) {
		f.Mine = true
	}
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if all, err = jobs(ctx, tx, a, f); err != nil {
			return err
		}
		if a.Proof == school.ByVouch {
			return nil // how somebody stands is not for whoever says their name
		}
		return d.meet(ctx, tx, all)
	})
	for i := range all {
		all[i] = all[i].shownTo(a)
	}
	return all, err
}

// visibleTo says whether the job is the actor's, or the actor looks after printing.
// A runner's slip shows none. A device that others may pick up reaches what came by personal addresses, a shared
// one what it has sent itself.
func (j Job) visibleTo(a school.Actor) bool {
	switch {
	case j.School != a.School, a.Proof == school.BySlip:
		return false
	case a.Proof == school.ByVouch:
		return j.SentBy(a)
	case a.Proof == school.ByAddress:
		return j.Person == a.Person && j.Proof == school.ByAddress
	}
	return j.Person == a.Person || a.May(school.ManageFace)
}

// shownTo takes the title off for everyone but the owner. Whoever has only said the
// owner's name hears nothing that is meant for the owner.
func (j Job) shownTo(a school.Actor) Job {
	if a.Proof == school.ByVouch {
		j.Title, j.Message = "", ""
	}
	if j.Person != a.Person {
		j.Title = ""
	}
	return j
}

// may says whether the job can move to a state.
func (j Job) may(to JobState) bool { return slices.Contains(jobMoves[j.State], to) }

// object names a job in audit rows and facts.
func object(id JobID) string { return fmt.Sprintf("job:%d", id) }
