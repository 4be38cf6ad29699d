package release

import (
	"context"
	"maps"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// Sponsorship is what it takes to have jobs of a pupil paid by the account of their class.
type Sponsorship struct {
	Account string // its name
	Unit    quota.Unit
	Balance int64          // units left on it
	Jobs    []SponsoredJob // that can come out without the pupil, oldest first
}

// SponsoredJob is one of them: no title.
type SponsoredJob struct {
	ID        JobID
	Pages     int   // impressions still to print
	Due       int64 // units, at the printer beside the class
	Submitted time.Time
	Rest      bool // its beginning has come out
}

// Sponsored is what became of it.
type Sponsored struct {
	PupilPrinted
	Account string
	Unit    quota.Unit
	Paid    int64 // units; 0 where it was refused
	Left    int64 // units on the account afterwards
}

var (
	sponsorNot  = fault.New(fault.Forbidden, "sponsor-not", "Only somebody who teaches this class can pay from its account.")
	sponsorNone = fault.New(fault.Conflict, "sponsor-none", "This class has no account to pay from. IT can open one.")
)

// classAccount is what a class has to pay from ("sponsor-none").
func classAccount(ctx context.Context, tx *db.Tx, id school.ID, class school.ClassID) (quota.Shared, error) {
	s, err := quota.SharedOfClass(ctx, tx, id, class)
	if fault.KindOf(err) == fault.NotFound || err == nil && !s.Open(tx.Now) {
		err = sponsorNone
	}
	return s, err
}

// Sponsorship is what the account of the class in front of the visitor would pay for a pupil's jobs, at the
// printer beside them. Who pays is asked by Sponsor.
func (d *Desk) Sponsorship(ctx context.Context, v Visitor, class school.ClassID, pupil school.PersonID) (s Sponsorship, err error) {
	err = d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		c, pupils, err := d.classNow(ctx, tx, v.Actor, class, v.stands())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(pupils, func(p school.Person) bool { return p.ID == pupil })
		if i < 0 {
			return classChosen
		}
		s, err = d.sponsorship(ctx, tx, pupils[i], class, c.At)
		return err
	})
	return s, err
}

func (d *Desk) sponsorship(ctx context.Context, tx *db.Tx, p school.Person, class school.ClassID, at PrinterRecord) (s Sponsorship, err error) {
	account, err := classAccount(ctx, tx, p.School, class)
	if err != nil {
		return s, err
	}
	tariff, err := quota.TariffAt(ctx, tx, p.School, tx.Now)
	if err != nil {
		return s, err
	}
	held, err := heldByPeople(ctx, tx, []school.PersonID{p.ID})
	if err != nil {
		return s, err
	}
	w, err := d.pupilWaiting(ctx, tx, p, held[p.ID], at)
	if err != nil {
		return s, err
	}
	s = Sponsorship{Account: account.Name, Unit: tariff.Unit, Balance: account.Balance}
	c := d.choices(p.School, p.ID, 0, at)
	for _, j := range held[p.ID] {
		if !slices.Contains(w.Jobs, j.ID) {
			continue
		}
		if j, err = c.rule(ctx, tx, j, at); err != nil {
			return s, err
		}
		s.Jobs = append(s.Jobs, SponsoredJob{ID: j.ID, Pages: j.Left(), Due: newDelivery(j, at, 0, tariff).Amount, Submitted: j.Submitted, Rest: j.Printed > 0})
	}
	if len(s.Jobs) == 0 {
		err = classChosen
	}
	return s, err
}

// sponsor is the adult who has their class's account pay.
type sponsor struct {
	by    school.Actor
	class school.ClassID
	due   map[JobID]int64 // what they were shown that each costs
}

// Sponsor releases jobs of one pupil of the class in front of the visitor and has the class's account pay what
// they were shown to cost, all of them or none. A list stands open to children: an adult who may
// give from the class's account and teaches it proves themself once more by key, and is who did it on
// record, whoever opened the list ("sponsor-not"). Nothing is taken from what the pupil has. What
// comes to nothing for a reason of the job's, the printer's or the account's is said in Refused.
func (d *Desk) Sponsor(ctx context.Context, v Visitor, class school.ClassID, k Key, due map[JobID]int64) (done Sponsored, err error) {
	adult, err := d.SignIn(ctx, v.Station, k)
	if err != nil {
		return done, err
	}
	if adult.Slip != nil {
		return done, sponsorNot
	}
	pays := &sponsor{by: adult.Actor, class: class, due: due}
	c, b, err := d.classReady(ctx, v.Actor, class, v.stands())
	if err != nil {
		return done, err
	}
	jobs := slices.Sorted(maps.Keys(due))
	i := slices.IndexFunc(c.Pupils, func(p PupilWaiting) bool { return len(jobs) > 0 && slices.Contains(p.Jobs, jobs[0]) })
	if i < 0 {
		return done, classChosen
	}
	p := c.Pupils[i].only(jobs)
	if len(p.Jobs) != len(jobs) { // one has just gone, or is somebody else's
		return done, classChosen
	}
	if err := d.readSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		_, err := pays.account(ctx, tx)
		return err
	}); err != nil {
		return done, err
	}
	b.sponsor = pays
	if done.PupilPrinted, err = d.printForPupil(ctx, v.Actor, class, p, c, b); err != nil {
		return done, err
	}
	for _, units := range due {
		if done.Refused == "" {
			done.Paid += units
		}
	}
	return done, d.readSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		account, err := classAccount(ctx, tx, v.Actor.School, class)
		if err != nil {
			return err
		}
		done.Account, done.Left = account.Name, account.Balance
		done.Unit, err = quota.UnitOf(ctx, tx, v.Actor.School)
		return err
	})
}

// account checks who pays, and is what pays.
func (s *sponsor) account(ctx context.Context, tx *db.Tx) (quota.Shared, error) {
	if !s.by.May(school.GrantFromClass) {
		return quota.Shared{}, sponsorNot
	}
	if err := school.Stands(ctx, tx, s.by); err != nil {
		return quota.Shared{}, err
	}
	if _, err := school.Teaches(ctx, tx, s.by, s.class); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = sponsorNot
		}
		return quota.Shared{}, err
	}
	return classAccount(ctx, tx, s.by.School, s.class)
}

// pays has the account of the class pay for what a visitor releases, if there is a sponsor, and puts on
// record who had it do so.
func (s *sponsor) pays(ctx context.Context, tx *db.Tx, v *Visitor, jobs []JobID) error {
	if s == nil {
		return nil
	}
	account, err := s.account(ctx, tx)
	if err != nil {
		return err
	}
	v.By, v.Shown = &s.by, s.due
	v.sponsor = &quota.Payer{Code: account.Code, Name: account.Name, Account: account.ID, Limited: account.Limited}
	for _, id := range jobs {
		err := audit.Record(ctx, tx, audit.Entry{School: s.by.School, Act: "job-sponsored", Actor: s.by.Pseudonym, Subject: v.Actor.Pseudonym, Object: object(id),
			Facts: map[string]any{"payer": account.ID, "units": s.due[id], "proof": s.by.Proof}})
		if err != nil {
			return err
		}
	}
	return nil
}
