package signin

import (
	"context"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// seenEvery is how exactly the last use of a session is kept: at most one write in
// so long.
const seenEvery = time.Minute

// over is the one answer to a session that is none: never begun, ended, idle too
// long, or of somebody who may no longer.
var over = fault.New(fault.Unauthenticated, "session-over", "You have been signed out. Please sign in again.")

// session is a row of it.
type session struct {
	digest  []byte
	school  school.ID
	person  school.PersonID
	version int
	seen    time.Time
	ends    time.Time
}

func (s *SignIn) begin(ctx context.Context, a school.Actor, version int) (token string, err error) {
	token, digest := newToken()
	err = s.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		err := insertSession(ctx, tx, session{digest, a.School, a.Person, version, tx.Now, tx.Now.Add(s.limits.Limit)})
		if err != nil {
			return err
		}
		act := "staff-signed-in"
		if !a.May(school.UseConsole) {
			act = "signed-in"
		}
		return audit.Record(ctx, tx, audit.Entry{School: a.School, Act: act, Actor: a.Pseudonym})
	})
	if err != nil {
		return "", err
	}
	s.log.Info("signed in", "school", a.School, "person", a.Person)
	return token, nil
}

// Actor is who a session's token stands for, with the roles they have now, proven
// BySession. What is no session any more is refused as "session-over", whatever
// the reason.
func (s *SignIn) Actor(ctx context.Context, token string) (a school.Actor, err error) {
	digest := tokenDigest(token)
	if digest == nil {
		return school.Actor{}, over
	}
	err = s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		open, found, err := openSession(ctx, tx, digest)
		if err != nil {
			return err
		}
		if !found || !tx.Now.Before(open.ends) || !tx.Now.Before(open.seen.Add(s.limits.IdleLimit)) {
			return over
		}
		p, err := school.PersonByID(ctx, tx, open.person)
		if err != nil {
			return err
		}
		a = actor(p)
		if p.Left || p.Version != open.version || p.School != open.school || !a.May(school.UseConsole) && !a.May(school.OwnPage) {
			return over
		}
		if tx.Now.Sub(open.seen) < seenEvery {
			return nil
		}
		return touchSession(ctx, tx, digest)
	})
	if err != nil {
		return school.Actor{}, err
	}
	return a, nil
}

// actor is who p is in a session.
func actor(p school.Person) school.Actor {
	return school.Actor{School: p.School, Person: p.ID, Pseudonym: p.Pseudonym, Roles: p.Roles, Proof: school.BySession}
}

// SignOut ends the token's session. One that is over already is no error.
func (s *SignIn) SignOut(ctx context.Context, token string) error {
	digest := tokenDigest(token)
	if digest == nil {
		return nil
	}
	return s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		ended, found, err := endSession(ctx, tx, digest)
		if err != nil || !found {
			return err
		}
		p, err := school.PersonByID(ctx, tx, ended.person)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: ended.school, Act: "staff-signed-out", Actor: p.Pseudonym})
	})
}
