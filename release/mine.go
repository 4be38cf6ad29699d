package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// MyJob is a job as its owner reads of it on their own page.
type MyJob struct {
	Job
	Refusal string     // why it was refused, in plain words, or ""
	Outlets []Outlet   // where it can be printed, for staff where a slip can be made for; of held jobs alone
	NoSlip  string     // why no slip can be made anywhere, in plain words, or ""
	Slip    Slip       // the open one, without what is shown once; ID 0 without
	Taken   Collection // what a runner did with one; zero if none was used
}

// Outlet is a printer beside a kiosk.
type Outlet struct {
	ID      PrinterID
	Name    string
	Room    string // where it stands, or ""
	Last    bool   // the owner printed there last
	Trouble string // why it does not work just now, in plain words, or ""
}

// Collection is the use of a slip.
type Collection struct {
	Where string // the station's name
	When  time.Time
	State DeliveryState
	Pages int // that came out so far
}

// mineEnded is how many of a person's jobs that have ended are looked at for those of today.
const mineEnded = 50

// Mine lists the actor's own jobs that are open, oldest first, and then those that ended on
// this school day, newest first. Held jobs say where they can be printed: staff where they can
// make slips for, pupils by themselves.
func (d *Desk) Mine(ctx context.Context, a school.Actor) (all []MyJob, err error) {
	if !a.May(school.AskPrintRoom) && !a.May(school.OwnPage) {
		return nil, school.NotAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if all, err = mine(ctx, tx, a); err != nil {
			return err
		}
		if a.May(school.IssueSlip) {
			return d.offerSlips(ctx, tx, a, all)
		}
		if !a.May(school.OwnPage) {
			return nil // at a kiosk, and in the print room
		}
		return d.offerPlaces(ctx, tx, a, all)
	})
	return all, err
}

func mine(ctx context.Context, tx *db.Tx, a school.Actor) (all []MyJob, err error) {
	sc, err := school.ByID(ctx, tx, a.School)
	if err != nil {
		return nil, err
	}
	open, err := jobs(ctx, tx, a, JobFilter{Mine: true, Limit: 100})
	if err != nil {
		return nil, err
	}
	ended, err := jobs(ctx, tx, a, JobFilter{Mine: true, Ended: true, Limit: mineEnded})
	if err != nil {
		return nil, err
	}
	var ids []JobID
	for _, j := range append(open, ended...) {
		if j.State.Ended() && j.Ended.Before(sc.Start(tx.Now)) {
			continue
		}
		m := MyJob{Job: j}
		if j.State == Refused {
			m.Refusal = sentence(j.Reason)
		}
		all, ids = append(all, m), append(ids, j.ID)
	}
	slips, used, err := slipsOf(ctx, tx, a.School, ids)
	for i := range all {
		all[i].Slip, all[i].Taken = slips[all[i].ID], used[all[i].ID]
	}
	return all, err
}

// offerSlips says of each held job where a slip can be made for, or why none can. MakeSlip
// decides again.
func (d *Desk) offerSlips(ctx context.Context, tx *db.Tx, a school.Actor, all []MyJob) error {
	places, err := printersWithStation(ctx, tx, a.School)
	if err != nil {
		return err
	}
	last, err := lastPrinter(ctx, tx, a.Person)
	if err != nil {
		return err
	}
	rulings := map[QueueID]ruling{}
	for i := range all {
		j := &all[i]
		if j.State != Held {
			continue
		}
		if refusal := j.givable(a, tx.Now); refusal != nil {
			j.NoSlip = fault.As(refusal).Say
			continue
		}
		if _, known := rulings[j.Queue]; !known {
			q, err := queueByID(ctx, tx, j.Queue)
			if err != nil {
				return err
			}
			if rulings[j.Queue], err = d.ruling(ctx, tx, q, a.Person); err != nil {
				return err
			}
		}
		r := rulings[j.Queue]
		for _, p := range places {
			if r.at(p.ID, r.sender) == nil && p.Can.lacksFor(r.comes(j.Job)) == "" {
				j.Outlets = append(j.Outlets, Outlet{ID: p.ID, Name: p.Name, Room: p.Room, Last: p.ID == last, Trouble: p.Trouble()})
			}
		}
		if len(j.Outlets) == 0 {
			j.NoSlip = "No printer with a kiosk can print this one."
		}
	}
	return nil
}

// offerPlaces says of each held job where its owner can print it, and of all that wait what a
// release would meet just now. A release decides again.
func (d *Desk) offerPlaces(ctx context.Context, tx *db.Tx, a school.Actor, all []MyJob) error {
	open := column(all, func(j MyJob) Job { return j.Job })
	if err := d.meet(ctx, tx, open); err != nil {
		return err
	}
	last, err := lastPrinter(ctx, tx, a.Person)
	if err != nil {
		return err
	}
	c := d.choices(a.School, a.Person, 0, PrinterRecord{})
	places, err := c.around(ctx, tx)
	if err != nil {
		return err
	}
	for i := range all {
		j := &all[i]
		j.Obstacles = open[i].Obstacles
		if j.State != Held {
			continue
		}
		for _, p := range places {
			takes, err := c.takes(ctx, tx, j.Job, p.PrinterRecord)
			if err != nil {
				return err
			}
			if takes {
				j.Outlets = append(j.Outlets, Outlet{ID: p.ID, Name: p.Name, Room: p.Room, Last: p.ID == last, Trouble: p.Trouble()})
			}
		}
	}
	return nil
}
