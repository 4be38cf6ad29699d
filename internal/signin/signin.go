package signin

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sealed"
)

// Options are limits of time, and the key of second factors; one that is not positive is the
// default.
type Options struct {
	IdleLimit      time.Duration // a session unused for so long is over; 30 minutes
	Limit          time.Duration // a session is over after so long; 12 hours
	InvitationLife time.Duration // 15 minutes
	HalfLife       time.Duration // for the second step of a sign-in; 10 minutes
	Fresh          time.Duration // what was proven is fresh for so long; 15 minutes
	Remember       time.Duration // a device needs no second factor for so long; 30 days
	Key            sealed.Key    // seals the secrets of apps, and digests recovery codes
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
		&o.HalfLife: 10 * time.Minute, &o.Fresh: 15 * time.Minute, &o.Remember: 30 * 24 * time.Hour,
	} {
		if *limit <= 0 {
			*limit = usual
		}
	}
	return &SignIn{db: d, directory: directory, log: log, limits: o}
}

// Try is somebody's try to sign in.
type Try struct {
	Username, Password string
	Place              string // where wrong tries are counted, such as "staff:10.1.2.3"
	Browser            string // what to call the browser in the list of sessions
	Device             string // token by which the browser is known, or ""
}

// Stage is what a session still waits for.
type Stage string

// The stages.
const (
	Open        Stage = "open"
	NeedsCode   Stage = "code"   // of the person's authenticator app
	NeedsFactor Stage = "factor" // an authenticator app has to be set up first
)

// Entered is a session that has begun. It opens nothing before its stage is Open.
type Entered struct {
	Token string
	Stage Stage
}

// refused is the one answer to whoever cannot sign in.
var refused = fault.New(fault.Unauthenticated, "password-wrong", "We can't sign you in. Check your user name and password, or ask IT for a new link.")

// SignIn starts a session with a new token. Wrong tries are counted at their place, and
// too many pause that place alone ("password-paused"). Unknown, wrong, left, barred and
// without the right to the console are all "password-wrong". Who has a second factor,
// or must have one, is only half in (Stage).
func (s *SignIn) SignIn(ctx context.Context, t Try) (Entered, error) {
	return s.enter(ctx, school.UseConsole, t)
}

// SignInOwn is SignIn to the page about oneself, for pupils.
func (s *SignIn) SignInOwn(ctx context.Context, t Try) (Entered, error) {
	return s.enter(ctx, school.OwnPage, t)
}

func (s *SignIn) enter(ctx context.Context, to school.Capability, t Try) (Entered, error) {
	homes, err := s.homes(ctx, to, t.Username)
	if err != nil {
		return Entered{}, err
	}
	var wrong error
	for _, p := range homes {
		a, err := s.directory.ByPassword(ctx, p.School, t.Username, t.Password, t.Place)
		switch {
		case fault.KindOf(err) == fault.Unauthenticated:
			wrong = err
		case err != nil:
			return Entered{}, err
		case a.Person == p.ID && a.May(to):
			// The version is that from before the password was checked: one changed
			// meanwhile makes this session void.
			return s.afterPassword(ctx, p, t)
		}
	}
	return Entered{}, refused.Because(wrong)
}

// afterPassword begins the session of whoever gave the right password.
func (s *SignIn) afterPassword(ctx context.Context, p school.Person, t Try) (in Entered, err error) {
	err = s.db.InTx(ctx, db.InSchool(p.School), func(ctx context.Context, tx *db.Tx) error {
		account, err := accountOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		st := start{person: p, stage: Open, way: ByPassword, browser: t.Browser}
		switch must, err := mustHaveFactor(ctx, tx, p); {
		case err != nil:
			return err
		case account.sealed != nil:
			st.factored, err = knowsDevice(ctx, tx, tokenDigest(t.Device), p)
			if err != nil {
				return err
			}
			if !st.factored {
				st.stage = NeedsCode
			}
		case must:
			st.stage = NeedsFactor
		}
		in, err = s.begin(ctx, tx, st)
		return err
	})
	return in, err
}

// mustHaveFactor says whether the school wants a second factor of one of p's roles.
func mustHaveFactor(ctx context.Context, tx *db.Tx, p school.Person) (bool, error) {
	roles, err := factorRoles(ctx, tx, p.School)
	return slices.ContainsFunc(p.Roles, func(r school.Role) bool { return slices.Contains(roles, r) }), err
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
	if err != nil {
		return p, err
	}
	account, err := accountOf(ctx, tx, p.ID)
	if err == nil && account.barred {
		return school.Person{}, nil
	}
	return p, err
}
