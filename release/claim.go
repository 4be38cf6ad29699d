package release

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// A job that a shared device sent in somebody's name is a claim: nobody has proven
// that it is theirs. It waits for that person alone, raises no flag, and takes
// nothing of their room for jobs. It is theirs once something of it has come out;
// Disown turns it down.

var (
	claimWaits = fault.New(fault.Conflict, "claim-waits", "This was sent from a shared computer. Print it at a release station.")
	notAClaim  = fault.New(fault.Conflict, "not-a-claim", "That one is yours. Delete it if you don't want it.")
)

// disowned is the reason of a job that the person it named has turned down.
const disowned = "disowned"

// Claim says whether nobody has proven that the job is its owner's.
func (j Job) Claim() bool { return j.Proof == school.ByVouch }

// SentBy says whether the job is what this shared device has sent in this name:
// that much it may see of it, and cancel.
func (j Job) SentBy(a school.Actor) bool {
	return j.Claim() && j.Person == a.Person && j.Group == a.Group && j.Device == a.Device
}

// recorded is who an act is recorded of: nobody, where a shared device has merely said a
// name. The act's proof then tells that.
func recorded(a school.Actor) school.Pseudonym {
	if a.Proof == school.ByVouch {
		return ""
	}
	return a.Pseudonym
}

// Disown is a visitor's "not mine" of a job that a shared device sent in their name.
// It is destroyed, and what is kept is which device said so, and when. Refusals:
// "job-unknown", "not-a-claim", "job-ended" and "job-printing".
func (d *Desk) Disown(ctx context.Context, v Visitor, id JobID) error {
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case !v.owns(job):
			return jobUnknown
		case !job.Claim() || job.Printed > 0:
			return notAClaim
		}
		if err := job.cancellable(); err != nil {
			return err
		}
		if err := updateEnded(ctx, tx, id, Cancelled, disowned); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-disowned", Actor: v.Actor.Pseudonym, Subject: job.owner, Object: object(id),
			Facts: map[string]any{"group": job.Group}, Note: job.Device.String()}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	if err != nil {
		return fmt.Errorf("disown job %d: %w", id, err)
	}
	return d.shred(ctx, v.Actor.School, id)
}

// standingOfDevice is how a shared device stands: it has room of its own, and
// nothing else counts.
func standingOfDevice(ctx context.Context, tx *db.Tx, a school.Actor) (s standing, err error) {
	s.open, s.bytes, err = countClaims(ctx, tx, a)
	return s, err
}

// reportsFor is how long staff are shown which devices sent what nobody wanted.
const reportsFor = 7 * 24 * time.Hour

// DisownedJob is a job that the person it named turned down: where it came from and
// when, and nothing of that person.
type DisownedJob struct {
	Group  string     // the devices' name
	Device netip.Addr // which of them
	Sent   time.Time
}

// Disowned lists what was turned down in the last seven days, newest first, 50 at
// most, for those who look after the school's printing.
func (d *Desk) Disowned(ctx context.Context, a school.Actor) (all []DisownedJob, err error) {
	if !a.May(school.SeeSchool) {
		return nil, notAllowed
	}
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err = disownedSince(ctx, tx, a.School, tx.Now.Add(-reportsFor))
		return err
	})
	return all, err
}
