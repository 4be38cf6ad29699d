package release

import (
	"context"
	"errors"
	"fmt"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/quota"
)

// eraseGuests is how many days after their last one guests are due to be erased.
const eraseGuests = 30

// AdmitGuest enters a guest or supply staff with their pages, and a pass until their last
// day ends. What it returns is shown once.
func (d *Desk) AdmitGuest(ctx context.Context, a school.Actor, v school.Visit) (in school.Admitted, pass school.Pass, err error) {
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if in, err = school.Admit(ctx, tx, a, v); err != nil {
			return err
		}
		grant := quota.Grant{Person: in.Person.ID, Amount: int64(v.Pages), Key: fmt.Sprintf("guest:%d", in.Person.ID)}
		if _, err := quota.Give(ctx, tx, a.School, a.Pseudonym, []quota.Grant{grant}); err != nil {
			return err
		}
		pass, err = d.Directory.IssuePass(ctx, tx, a.Pseudonym, in.Person, v.Pages, in.Until)
		return err
	})
	return in, pass, err
}

// EndGuest has a guest leave before their last day.
func (d *Desk) EndGuest(ctx context.Context, a school.Actor, person school.PersonID) error {
	if !a.May(school.SponsorGuest) {
		return school.NotAllowed
	}
	return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonAt(ctx, tx, a.School, person)
		if err != nil {
			return err
		}
		if err := school.IsGuest(ctx, tx, person); err != nil {
			return err
		}
		return d.goes(ctx, tx, a.Pseudonym, p)
	})
}

// endGuests has guests leave whose last day is over.
func (d *Desk) endGuests(ctx context.Context) error {
	var due []school.Person
	err := d.DB.InTx(ctx, db.System("guests"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = school.GuestsToGo(ctx, tx)
		return err
	})
	for _, p := range due {
		err = errors.Join(err, d.inSchool(ctx, p.School, func(ctx context.Context, tx *db.Tx) error { return d.goes(ctx, tx, "", p) }))
	}
	return err
}

// goes has a guest leave: what they had waiting is destroyed by the sweep.
func (d *Desk) goes(ctx context.Context, tx *db.Tx, by school.Pseudonym, p school.Person) error {
	sc, err := school.ByID(ctx, tx, p.School)
	if err != nil {
		return err
	}
	if err := school.Leave(ctx, tx, p.School, sc.Day(tx.Now), eraseGuests, []school.PersonID{p.ID}); err != nil {
		return fmt.Errorf("end guest: %w", err)
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "guest-left", Actor: by, Subject: p.Pseudonym}); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, p.School, events.Person(int64(p.ID)))
}
