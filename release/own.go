package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// OwnStanding is how somebody stands, as they read it on their own page.
type OwnStanding struct {
	Given     string
	Year      int               // year group, or NoYear
	Left      quota.Left        // to spend
	Barred    error             // the refusal that stops them from printing at all, or nil
	Unsigned  bool              // the agreement is not signed, which may stop nothing yet
	NewBadge  string            // what a badge ends with that was linked to them of late, or ""
	Badges    school.BadgeState // badges of theirs, and lost ones
	Codes     bool              // they may have a code of their own
	Spared    []quota.Exemption // from rules of printing, and in force
	Uploads   bool              // they may send documents from their page
	MostBytes int64             // of one document
}

// Own is how the actor stands: one read, for their own page.
func (d *Desk) Own(ctx context.Context, a school.Actor) (o OwnStanding, err error) {
	if !a.May(school.OwnPage) {
		return o, school.NotAllowed
	}
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		o, err = d.own(ctx, tx, a)
		return err
	})
	return o, err
}

func (d *Desk) own(ctx context.Context, tx *db.Tx, a school.Actor) (o OwnStanding, err error) {
	p, err := school.PersonAt(ctx, tx, a.School, a.Person)
	if err != nil {
		return o, err
	}
	o.Given, o.Year = p.Given, p.Year
	left, err := quota.LeftOf(ctx, tx, []school.PersonID{p.ID})
	if err != nil {
		return o, err
	}
	o.Left = left[p.ID]
	if o.Barred = conduct.Barred(ctx, tx, p.ID, 0); o.Barred != nil && fault.KindOf(o.Barred) != fault.Suspended {
		return o, o.Barred
	}
	all, err := school.Consents(ctx, tx, []school.PersonID{p.ID})
	if err != nil {
		return o, err
	}
	o.Unsigned = !all[p.ID].Signed
	if o.NewBadge, err = school.NewBadge(ctx, tx, p.ID); err != nil {
		return o, err
	}
	badges, err := school.Badges(ctx, tx, []school.PersonID{p.ID})
	if err != nil {
		return o, err
	}
	o.Badges = badges[p.ID]
	if o.Codes, err = school.MayHaveCode(ctx, tx, p); err != nil {
		return o, err
	}
	if o.Spared, err = d.spared(ctx, tx, a); err != nil {
		return o, err
	}
	q, err := uploadsTo(ctx, tx, a.School)
	o.Uploads, o.MostBytes = q != 0, d.MaxBytes
	return o, err
}

// spared are the exemptions from rules of printing that work for somebody just now.
func (d *Desk) spared(ctx context.Context, tx *db.Tx, a school.Actor) (now []quota.Exemption, err error) {
	is, err := d.belongings(ctx, tx, a.School, []school.PersonID{a.Person})
	if err != nil {
		return nil, err
	}
	all, err := quota.ExemptionsFor(ctx, tx, a.School, a.Person, is[a.Person])
	for _, e := range all {
		if e.InForce(tx.Now) {
			now = append(now, e)
		}
	}
	return now, err
}

// DeleteOwn is Cancel of a job of the actor's own, whatever else they may do elsewhere. One that
// a shared device sent in their name waits for a kiosk ("claim-waits").
func (d *Desk) DeleteOwn(ctx context.Context, a school.Actor, id JobID) error {
	job, err := d.Job(ctx, a, id)
	switch {
	case err != nil:
		return err
	case job.Person != a.Person:
		return jobUnknown
	case job.Claim():
		return claimWaits
	}
	return d.Cancel(ctx, a, id)
}
