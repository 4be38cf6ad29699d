package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// TodayJob is a job as staff see it: never its title. A claim has no Person, Username
// and Name before that person has taken it: anybody at the device could have said them.
type TodayJob struct {
	ID        JobID
	Person    school.PersonID
	Username  string
	Name      string // given and family name
	Devices   string // of a claim that nobody has taken: the name of the devices that sent it
	State     JobState
	Reason    string
	Printer   string // of its latest delivery, or ""
	Pages     int    // impressions asked for, 0 until counted
	Printed   int
	Price     int64
	Unit      quota.Unit `db:"-"` // of Price
	Submitted time.Time
}

// Today lists the jobs of the school day so far, newest first, 500 at most. person is 0
// for everyone's; somebody's are without the claims that they have not taken.
func (d *Desk) Today(ctx context.Context, a school.Actor, person school.PersonID) (all []TodayJob, err error) {
	if !a.May(school.SeeSchool) {
		return nil, school.NotAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, a.School)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, a.School)
		if err != nil {
			return err
		}
		all, err = jobsSince(ctx, tx, a.School, person, sc.Start(tx.Now))
		for i := range all {
			all[i].Unit = unit
		}
		return err
	})
	return all, err
}
