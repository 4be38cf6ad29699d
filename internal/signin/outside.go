package signin

import (
	"context"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Outside is somebody whom the school's single sign-on vouches for.
type Outside struct {
	Issuer, Subject string    // who they are there, for ever
	At              time.Time // when they proved it there; zero when it does not say
	Again           bool      // they were to be asked there, even if they were signed in
	Browser         string
}

var (
	unbound = fault.New(fault.Unauthenticated, "sso-unknown", "Your school's sign-in knows you, and Inkwell does not yet. Ask IT for a link, and open it in this browser.")
	taken   = fault.New(fault.Conflict, "sso-taken", "That account opens the pages of somebody else here. Ask IT.")
)

// SignInOutside starts a session of the person who is bound to the identity. It needs no second
// factor here: whether there is one is the school's to say where they sign in.
func (s *SignIn) SignInOutside(ctx context.Context, o Outside) (in Entered, err error) {
	err = s.db.InTx(ctx, db.System("sign-in"), func(ctx context.Context, tx *db.Tx) error {
		id, found, err := boundTo(ctx, tx, o)
		if err != nil {
			return err
		}
		if !found {
			return unbound
		}
		in, err = s.beginOutside(ctx, tx, id, o)
		return err
	})
	return in, err
}

func (s *SignIn) beginOutside(ctx context.Context, tx *db.Tx, id school.PersonID, o Outside) (Entered, error) {
	p, err := school.PersonByID(ctx, tx, id)
	if err != nil {
		return Entered{}, err
	}
	account, err := accountOf(ctx, tx, id)
	if err != nil {
		return Entered{}, err
	}
	if p.Left || account.barred || !actor(p).May(school.UseConsole) {
		return Entered{}, unbound
	}
	if o.At.IsZero() && !o.Again { // the browser may have been signed in there for hours
		o.At = tx.Now.Add(-s.limits.Fresh)
	}
	return s.begin(ctx, tx, start{person: p, stage: Open, way: BySSO, browser: o.Browser, proven: o.At})
}

// AcceptOutside uses an invitation up and binds its person to the identity, which replaces the one
// before, and starts a session. One identity is one person's.
func (s *SignIn) AcceptOutside(ctx context.Context, token string, o Outside) (in Entered, err error) {
	err = s.db.InTx(ctx, db.System("invitation"), func(ctx context.Context, tx *db.Tx) error {
		p, err := takeInvitation(ctx, tx, token)
		if err != nil {
			return err
		}
		other, found, err := boundTo(ctx, tx, o)
		if err != nil {
			return err
		}
		if found && other != p.ID {
			return taken
		}
		if err := bind(ctx, tx, p, o); err != nil {
			return err
		}
		if err := s.endOthers(ctx, tx, p.ID, nil); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-sso-bound", Actor: p.Pseudonym, Subject: p.Pseudonym})
		if err != nil {
			return err
		}
		in, err = s.beginOutside(ctx, tx, p.ID, o)
		return err
	})
	return in, err
}
