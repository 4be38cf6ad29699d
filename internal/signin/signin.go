package signin

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Options are limits of time; one that is not positive is the default.
type Options struct {
	IdleLimit      time.Duration // a session unused for so long is over; 30 minutes
	Limit          time.Duration // a session is over after so long; 12 hours
	InvitationLife time.Duration // 15 minutes
}

// SignIn is the way in for staff. It is safe for concurrent use.
type SignIn struct {
	db        *db.DB
	directory *school.Directory
	log       *slog.Logger
	limits    Options
}

// New makes a SignIn.
func New(d *db.DB, directory *school.Directory, log *slog.Logger, o Options) *SignIn {
	for limit, usual := range map[*time.Duration]time.Duration{
		&o.IdleLimit: 30 * time.Minute, &o.Limit: 12 * time.Hour, &o.InvitationLife: 15 * time.Minute,
	} {
		if *limit <= 0 {
			*limit = usual
		}
	}
	return &SignIn{db: d, directory: directory, log: log, limits: o}
}

// refused is the one answer to whoever cannot sign in.
var refused = fault.New(fault.Unauthenticated, "password-wrong", "We can't sign you in. Check your user name and password, or ask IT for a new link.")

// SignIn starts a session and returns its token, a new one each time. place is
// where it was tried, such as "staff:10.1.2.3": wrong tries are counted there, and
// too many pause that place alone ("password-paused"). Unknown, wrong, left and
// without the right to the console are all "password-wrong".
func (s *SignIn) SignIn(ctx context.Context, username, password, place string) (token string, err error) {
	return s.enter(ctx, school.UseConsole, username, password, place)
}

// SignInOwn is SignIn for pupils, to the page about themselves: nothing else is open to that
// session.
func (s *SignIn) SignInOwn(ctx context.Context, username, password, place string) (token string, err error) {
	return s.enter(ctx, school.OwnPage, username, password, place)
}

func (s *SignIn) enter(ctx context.Context, to school.Capability, username, password, place string) (token string, err error) {
	homes, err := s.homes(ctx, to, username)
	if err != nil {
		return "", err
	}
	var wrong error
	for _, staff := range homes {
		a, err := s.directory.ByPassword(ctx, staff.School, username, password, place)
		switch {
		case fault.KindOf(err) == fault.Unauthenticated:
			wrong = err
		case err != nil:
			return "", err
		case a.Person == staff.ID && a.May(to):
			// The version is that from before the password was checked: one changed
			// meanwhile makes this session void.
			return s.begin(ctx, a, staff.Version)
		}
	}
	return "", refused.Because(wrong)
}

// homes are who may enter by that name, nearly always one: two schools may have given
// the same. Nobody is one person of the first school without a number, so that what
// follows takes the same time.
func (s *SignIn) homes(ctx context.Context, to school.Capability, username string) (homes []school.Person, err error) {
	schools, err := s.directory.Schools(ctx)
	if err != nil {
		return nil, err
	}
	// A name that the database would not even take cannot be anybody's.
	if len(schools) == 0 || strings.ContainsFunc(username, unicode.IsControl) {
		return nil, nil
	}
	err = s.db.InTx(ctx, db.System("sign-in"), func(ctx context.Context, tx *db.Tx) error {
		homes = nil
		for _, sc := range schools {
			p, err := named(ctx, tx, to, sc.ID, username)
			if err != nil {
				return err
			}
			if p.ID != 0 {
				homes = append(homes, p)
			}
		}
		return nil
	})
	if err == nil && homes == nil {
		homes = []school.Person{{School: schools[0].ID}}
	}
	return homes, err
}

// named is the person of that name who may enter there, or nobody.
func named(ctx context.Context, tx *db.Tx, to school.Capability, id school.ID, username string) (school.Person, error) {
	p, err := school.PersonByUsername(ctx, tx, id, username)
	if fault.KindOf(err) == fault.NotFound || err == nil && !actor(p).May(to) {
		return school.Person{}, nil
	}
	return p, err
}
