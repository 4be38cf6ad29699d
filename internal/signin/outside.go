package signin

import (
	"context"
	"slices"
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
	Address         string    // that the school gave them there, in small letters, or ""; for SignInOwnOutside alone
	Browser         string
}

var (
	unbound = fault.New(fault.Unauthenticated, "sso-unknown", "Your school's sign-in knows you, and Inkwell does not yet. Ask IT for a link, and open it in this browser.")
	noPupil = fault.New(fault.Unauthenticated, "sso-no-pupil", "Your school's sign-in knows you, and Inkwell has no pupil of that name. Sign in with your printing password, or ask IT.")
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
		in, err = s.beginOutside(ctx, tx, id, id, o)
		return err
	})
	return in, err
}

func (s *SignIn) beginOutside(ctx context.Context, tx *db.Tx, id, by school.PersonID, o Outside) (Entered, error) {
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
	return s.begin(ctx, tx, start{person: p, by: by, stage: Open, way: BySSO, browser: o.Browser, proven: o.At})
}

// AcceptOutside uses an invitation up and binds its person to the identity, which replaces the one
// before, and starts a session. One identity is one person's; for somebody who has it at another school it opens this one, too.
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
		by := p.ID
		if found && other != p.ID {
			by, err = other, openByOther(ctx, tx, p, other)
		} else {
			err = bind(ctx, tx, p, o)
		}
		if err != nil {
			return err
		}
		if err := s.endOthers(ctx, tx, p.ID, nil); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-sso-bound", Actor: p.Pseudonym, Subject: p.Pseudonym})
		if err != nil {
			return err
		}
		in, err = s.beginOutside(ctx, tx, p.ID, by, o)
		return err
	})
	return in, err
}

// openByOther has the account that an identity is bound to open another of the same human's.
func openByOther(ctx context.Context, tx *db.Tx, p school.Person, other school.PersonID) error {
	same, err := school.Selves(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(same, func(one school.Person) bool { return one.ID == other }) {
		return taken
	}
	if err := unbind(ctx, tx, p); err != nil {
		return err
	}
	return school.OpenBy(ctx, tx, p.ID, other)
}

// SignInOwnOutside starts a session of a pupil on their own page. The first time, they are the one human of all schools whose user
// name is the address that their school gave them, or what stands before its @, and the identity is no member of staff's; from then on the identity is theirs,
// whatever its address becomes. It is kept so that the staff's way in finds nobody by it, and a session that it began
// ends once its person may see more than their own page.
func (s *SignIn) SignInOwnOutside(ctx context.Context, o Outside) (in Entered, err error) {
	err = s.db.InTx(ctx, db.System("sign-in"), func(ctx context.Context, tx *db.Tx) error {
		id, found, err := boundTo(ctx, tx, o.own())
		if err != nil {
			return err
		}
		if !found {
			if id, err = s.match(ctx, tx, o); err != nil {
				return err
			}
		}
		p, err := school.PersonByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.Left || !onlyOwn(p) {
			return noPupil
		}
		if o.At.IsZero() && !o.Again {
			o.At = tx.Now.Add(-s.limits.Fresh)
		}
		in, err = s.begin(ctx, tx, start{person: p, stage: Open, way: BySSO, browser: o.Browser, proven: o.At})
		return err
	})
	return in, err
}

// match binds an identity to the one pupil that its address names, in place of the one before.
func (s *SignIn) match(ctx context.Context, tx *db.Tx, o Outside) (school.PersonID, error) {
	_, staff, err := boundTo(ctx, tx, o)
	if err != nil {
		return 0, err
	}
	all, err := addressees(ctx, tx, o.Address)
	if err != nil {
		return 0, err
	}
	if staff || o.Address == "" || len(all) != 1 {
		return 0, noPupil
	}
	p, err := school.PersonByID(ctx, tx, all[0])
	if err != nil {
		return 0, err
	}
	if !onlyOwn(p) {
		return 0, noPupil
	}
	if err := bind(ctx, tx, p, o.own()); err != nil {
		return 0, err
	}
	if err := s.endOthers(ctx, tx, p.ID, nil); err != nil {
		return 0, err
	}
	return p.ID, audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "pupil-sso-bound", Actor: p.Pseudonym, Subject: p.Pseudonym})
}

// onlyOwn says whether somebody may see their own page, and no other.
func onlyOwn(p school.Person) bool {
	a := actor(p)
	return a.May(school.OwnPage) && !a.May(school.UseConsole)
}

// ownPages begins the issuer of an identity that opens its person's own page alone.
const ownPages = "own+"

func (o Outside) own() Outside {
	o.Issuer = ownPages + o.Issuer
	return o
}
