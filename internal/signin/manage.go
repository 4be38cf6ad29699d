package signin

import (
	"context"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var (
	noFactor = fault.New(fault.Conflict, "factor-none", "There is no second factor to replace.")
	notSelf  = fault.New(fault.Forbidden, "factor-own", "Another administrator has to do that for you.")
	noStaff  = fault.New(fault.NotFound, "staff-unknown", "There is no member of staff of that name.")
)

// Colleague is a member of staff as IT sees them at the door.
type Colleague struct {
	Person   school.PersonID
	Username string
	Name     string
	Roles    []school.Role
	Factor   bool   // has a second factor
	Must     bool   // needs one
	Barred   bool   // may not sign in
	Sessions int    // open now
	ToGo     string // why the last review of access wants it gone, while nothing was done about that
}

// Colleagues are the school's members of staff who may sign in to the pages, by family name.
func (s *SignIn) Colleagues(ctx context.Context, a school.Actor) (all []Colleague, err error) {
	if !a.May(school.ManageRoster) {
		return nil, school.NotAllowed
	}
	err = s.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		staff, err := school.Staff(ctx, tx, a.School)
		if err != nil {
			return err
		}
		must, err := factorRoles(ctx, tx, a.School)
		if err != nil {
			return err
		}
		at, err := doors(ctx, tx, a.School, s.limits.IdleLimit)
		if err != nil {
			return err
		}
		going, err := toGo(ctx, tx, a.School, pageRoles())
		if err != nil {
			return err
		}
		all = nil
		for _, p := range staff {
			if !actor(p).May(school.UseConsole) {
				continue
			}
			c := at[p.ID]
			c.Person, c.Username, c.Name, c.Roles = p.ID, p.Username, p.Given+" "+p.Family, p.Roles
			c.ToGo = going[p.ID]
			c.Must = slices.ContainsFunc(p.Roles, func(r school.Role) bool { return slices.Contains(must, r) })
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

// FactorRoles are the roles that the school wants a second factor of.
func (s *SignIn) FactorRoles(ctx context.Context, id school.ID) (roles []school.Role, err error) {
	err = s.db.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) error {
		roles, err = factorRoles(ctx, tx, id)
		return err
	})
	return roles, err
}

// WantFactor sets the roles that a school wants a second factor of. Whoever has one of them and
// no second factor is asked to set it up at once. by is blank for a command on the host.
func (s *SignIn) WantFactor(ctx context.Context, by school.Actor, id school.ID, roles []school.Role) error {
	for _, r := range roles {
		if _, err := school.ParseStaffRole(string(r)); err != nil {
			return err
		}
	}
	facts := map[string]any{"proof": proofOf(by)}
	for _, r := range roles {
		facts[string(r)] = true
	}
	return s.db.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) error {
		if err := mayManage(by, id); err != nil {
			return err
		}
		if err := updateFactorRoles(ctx, tx, id, append([]school.Role{}, roles...)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: id, Act: "staff-factor-wanted", Actor: by.Pseudonym, Facts: facts})
	})
}

// mayManage refuses whoever is neither IT of the school nor the host.
func mayManage(by school.Actor, id school.ID) error {
	if by.Person != 0 && (by.School != id || !by.May(school.ManageRoster)) {
		return school.NotAllowed
	}
	return nil
}

// proofOf is how by proved it: the zero Actor is the host's.
func proofOf(by school.Actor) string {
	if by.Person == 0 {
		return string(school.ByHost)
	}
	return string(by.Proof)
}

// ResetFactor forgets a colleague's second factor, recovery codes and devices, and ends their
// sessions: the way back for somebody who has lost all of them. Nobody does it for themselves.
func (s *SignIn) ResetFactor(ctx context.Context, by school.Actor, id school.ID, person school.PersonID) error {
	return s.manage(ctx, by, id, person, "staff-factor-reset", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		if _, err := clearFactor(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := endRecoveryCodes(ctx, tx, p.ID); err != nil {
			return err
		}
		return s.endOthers(ctx, tx, p.ID, nil)
	})
}

// Bar keeps a colleague out of the pages from now on, or no longer. What they print is not touched.
func (s *SignIn) Bar(ctx context.Context, by school.Actor, id school.ID, person school.PersonID, barred bool) error {
	act := map[bool]string{true: "staff-barred", false: "staff-unbarred"}[barred]
	return s.manage(ctx, by, id, person, act, func(ctx context.Context, tx *db.Tx, p school.Person) error {
		if _, err := updateBarred(ctx, tx, p.ID, barred); err != nil || !barred {
			return err
		}
		return s.endOthers(ctx, tx, p.ID, nil)
	})
}

// EndSessions ends all of a colleague's sessions.
func (s *SignIn) EndSessions(ctx context.Context, by school.Actor, id school.ID, person school.PersonID) error {
	return s.manage(ctx, by, id, person, "staff-sessions-ended", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		return s.endOthers(ctx, tx, p.ID, nil)
	})
}

// manage does something to a colleague's way in, and records it.
func (s *SignIn) manage(ctx context.Context, by school.Actor, id school.ID, person school.PersonID, act string,
	fn func(context.Context, *db.Tx, school.Person) error) error {
	if err := mayManage(by, id); err != nil {
		return err
	}
	if by.Person == person {
		return notSelf
	}
	return s.db.InTx(ctx, db.System("staff"), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonAt(ctx, tx, id, person)
		if fault.KindOf(err) == fault.NotFound || err == nil && !actor(p).May(school.UseConsole) {
			return noStaff
		}
		if err != nil {
			return err
		}
		if _, err := holdAccount(ctx, tx, id, p.ID); err != nil {
			return err
		}
		if err := fn(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: id, Act: act, Actor: by.Pseudonym, Subject: p.Pseudonym, Facts: map[string]any{"proof": proofOf(by)}})
	})
}

// WithoutFactor counts the people of a school, or of all schools for 0, who run its pages as IT and
// have a password of their own here and no second factor.
func WithoutFactor(ctx context.Context, d *db.DB, id school.ID) (n int, err error) {
	err = d.Look(ctx, db.System("factor"), func(ctx context.Context, tx *db.Tx) error {
		n, err = countBare(ctx, tx, id, []school.Role{school.IT})
		return err
	})
	return n, err
}
