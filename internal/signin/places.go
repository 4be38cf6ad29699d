package signin

import (
	"context"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Place is a school at which the human of a session may use the pages.
type Place struct {
	school.Actor
	Name  string // of the school
	This  bool   // the one that the session is at
	Apart bool   // what the session began by does not open it: nothing there is theirs to see
}

var (
	placeApart   = fault.New(fault.Forbidden, "school-apart", "What you signed in with does not open that school. Sign out, and sign in with what you were given there.")
	placeUnknown = fault.New(fault.NotFound, "school-unknown", "You have no account at that school.")
	placeFactor  = fault.New(fault.Forbidden, "school-factor", "That school wants a second factor. Set up an authenticator app under your name, sign in with it, and try again.")
)

// Places are the schools at which the human of a session has an account that may use the pages now, by their names. An account
// is a person of one school, behind that school's wall; those of one human know one another.
func (s *SignIn) Places(ctx context.Context, token string) (all []Place, err error) {
	err = s.db.Look(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		p, open, err := s.holder(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		same, err := school.Selves(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		opened, err := school.Opened(ctx, tx, open.by)
		if err != nil {
			return err
		}
		names, err := school.Names(ctx, tx)
		if err != nil {
			return err
		}
		for _, sc := range names {
			for _, one := range same {
				if one.School != sc.ID || !actor(one).May(school.UseConsole) {
					continue
				}
				if account, err := accountOf(ctx, tx, one.ID); err != nil {
					return err
				} else if !account.barred {
					all = append(all, Place{actor(one), sc.Name, one.ID == p.ID, !slices.ContainsFunc(opened, func(o school.Person) bool { return o.ID == one.ID })})
				}
			}
		}
		return nil
	})
	return all, err
}

// Switch takes a session to another school of its human: it ends, and one begins there with a new token, the same end and what
// was proven. It needs an account there that may use the pages now, is not barred, is opened by what this one began by, and wants
// no second factor that was not given ("school-unknown", "school-apart", "school-factor"). Both schools have it on record.
func (s *SignIn) Switch(ctx context.Context, token string, to school.ID) (in Entered, err error) {
	err = s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		p, open, err := s.holder(ctx, tx, token, holdSession, Open)
		if err != nil {
			return err
		}
		there, err := accountAt(ctx, tx, p, open.by, to)
		if err != nil {
			return err
		}
		barred, must, err := standing(ctx, tx, there)
		switch {
		case err != nil:
			return err
		case barred:
			return placeUnknown
		}
		a, err := accountOf(ctx, tx, there.ID)
		if err != nil {
			return err
		}
		if (must || a.sealed != nil) && !open.factored && open.way == ByPassword {
			return placeFactor
		}
		if _, _, err := endSession(ctx, tx, open.digest); err != nil {
			return err
		}
		next, digest := newToken()
		in = Entered{next, Open}
		if err := insertSession(ctx, tx, session{
			digest: digest, school: there.School, person: there.ID, by: open.by, version: there.Version, ends: open.ends, proven: open.proven,
			stage: Open, way: open.way, factored: open.factored, browser: open.browser,
		}); err != nil {
			return err
		}
		updateEntered(tx, there, open.way, open.factored)
		return audit.Record(ctx, tx,
			audit.Entry{School: p.School, Act: "staff-left-for-school", Actor: p.Pseudonym, Facts: map[string]any{"school": int(to)}},
			audit.Entry{School: to, Act: "staff-came-from-school", Actor: there.Pseudonym,
				Facts: map[string]any{"school": int(p.School), "way": string(open.way), "second-factor": open.factored}})
	})
	if err != nil {
		return Entered{}, err
	}
	return in, nil
}

// accountAt is the person that somebody is at another school, who may use its pages and whom the credentials of one of
// their accounts open.
func accountAt(ctx context.Context, tx *db.Tx, p school.Person, by school.PersonID, at school.ID) (school.Person, error) {
	same, err := school.Selves(ctx, tx, p.ID)
	if err != nil {
		return school.Person{}, err
	}
	i := slices.IndexFunc(same, func(one school.Person) bool {
		return one.School == at && one.ID != p.ID && actor(one).May(school.UseConsole)
	})
	if i < 0 {
		return school.Person{}, placeUnknown
	}
	opened, err := school.Opened(ctx, tx, by)
	if err == nil && !slices.ContainsFunc(opened, func(one school.Person) bool { return one.ID == same[i].ID }) {
		err = placeApart
	}
	return same[i], err
}

// prove is whose password or app proves a session's person once more: the account that it began by.
func prove(ctx context.Context, tx *db.Tx, open session) (by school.Person, a account, err error) {
	if by, err = school.PersonByID(ctx, tx, open.by); err == nil {
		a, err = accountOf(ctx, tx, by.ID)
	}
	return by, a, err
}

// Several says whether the human of an actor has accounts at other schools, whatever they may do there.
func (s *SignIn) Several(ctx context.Context, a school.Actor) (several bool, err error) {
	err = s.db.Look(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		all, err := school.SameHuman(ctx, tx, a.Person)
		several = len(all) > 1
		return err
	})
	return several, err
}
