package signin

import (
	"cmp"
	"context"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// seenEvery is how exactly the last use of a session is kept: at most one write in
// so long.
const seenEvery = time.Minute

// Way is how the person of a session proved who they are.
type Way string

// The ways.
const (
	ByPassword Way = "password" // kept here or in the school's directory
	BySSO      Way = "sso"      // the school's single sign-on says so
)

// over is the one answer to a session that is none: never begun, ended, idle too
// long, or of somebody who may no longer.
var over = fault.New(fault.Unauthenticated, "session-over", "You have been signed out. Please sign in again.")

// start is a session that is to begin.
type start struct {
	person   school.Person
	by       school.PersonID // 0 is the person
	stage    Stage
	way      Way
	factored bool
	browser  string
	proven   time.Time // zero is now
}

// begin starts a session. One that is not open yet has less time.
func (s *SignIn) begin(ctx context.Context, tx *db.Tx, st start) (Entered, error) {
	token, digest := newToken()
	life := s.limits.Limit
	if st.stage != Open {
		life = s.limits.HalfLife
	}
	if st.proven.IsZero() || st.proven.After(tx.Now) {
		st.proven = tx.Now
	}
	err := insertSession(ctx, tx, session{
		digest: digest, school: st.person.School, person: st.person.ID, by: cmp.Or(st.by, st.person.ID), version: st.person.Version, ends: tx.Now.Add(life), proven: st.proven,
		stage: st.stage, way: st.way, factored: st.factored, browser: st.browser,
	})
	if err != nil || st.stage != Open {
		return Entered{token, st.stage}, err
	}
	act := "signed-in"
	if actor(st.person).May(school.UseConsole) {
		act = "staff-signed-in"
		updateEntered(tx, st.person, st.way, st.factored)
	}
	tx.AfterCommit(func() { s.log.Info("signed in", "school", st.person.School, "person", st.person.ID, "way", st.way) })
	return Entered{token, Open}, audit.Record(ctx, tx, audit.Entry{
		School: st.person.School, Act: act, Actor: st.person.Pseudonym, Facts: map[string]any{"way": string(st.way), "second-factor": st.factored},
	})
}

// reader reads a session, and holds it or does not.
type reader func(ctx context.Context, tx *db.Tx, digest []byte) (session, bool, error)

// holderOf is holder, with the person's account held.
func (s *SignIn) holderOf(ctx context.Context, tx *db.Tx, token string, read reader, stages ...Stage) (p school.Person, open session, a account, err error) {
	if p, open, err = s.holder(ctx, tx, token, read, stages...); err == nil {
		a, err = holdAccount(ctx, tx, p.School, p.ID)
	}
	return p, open, a, err
}

// holder is a session that is alive, at one of the stages, and its person.
func (s *SignIn) holder(ctx context.Context, tx *db.Tx, token string, read reader, stages ...Stage) (school.Person, session, error) {
	digest := tokenDigest(token)
	if digest == nil {
		return school.Person{}, session{}, over
	}
	open, found, err := read(ctx, tx, digest)
	if err != nil {
		return school.Person{}, open, err
	}
	at := false
	for _, stage := range stages {
		at = at || open.stage == stage
	}
	if !found || !at || !tx.Now.Before(open.ends) || !tx.Now.Before(open.seen.Add(s.limits.IdleLimit)) {
		return school.Person{}, open, over
	}
	p, err := school.PersonByID(ctx, tx, open.person)
	if err != nil {
		return p, open, err
	}
	a := actor(p)
	if p.Left || p.Version != open.version || p.School != open.school || !a.May(school.UseConsole) && !a.May(school.OwnPage) {
		return p, open, over
	}
	barred, must, err := standing(ctx, tx, p)
	if err == nil && (barred || must && open.stage == Open && !open.factored && open.way == ByPassword) {
		err = over
	}
	if err == nil && open.way == BySSO && a.May(school.UseConsole) { // not by what let a pupil in
		bound, wrong := ownBound(ctx, tx, p.ID)
		if err = wrong; err == nil && bound {
			err = over
		}
	}
	if err == nil && open.by != p.ID {
		err = s.opener(ctx, tx, open)
	}
	return p, open, err
}

// opener refuses a session that began by another account of its person's when that one proves nothing any more.
func (s *SignIn) opener(ctx context.Context, tx *db.Tx, open session) error {
	by, err := school.PersonByID(ctx, tx, open.by)
	if err != nil {
		return err
	}
	account, err := accountOf(ctx, tx, by.ID)
	if err != nil {
		return err
	}
	opened, err := school.Opened(ctx, tx, by.ID)
	if err == nil && (by.Left || account.barred || !slices.ContainsFunc(opened, func(p school.Person) bool { return p.ID == open.person })) {
		err = over
	}
	return err
}

// standing says whether p may not sign in, and must have a second factor.
func standing(ctx context.Context, tx *db.Tx, p school.Person) (barred, must bool, err error) {
	account, err := accountOf(ctx, tx, p.ID)
	if err != nil {
		return false, false, err
	}
	must, err = mustHaveFactor(ctx, tx, p)
	return account.barred, must, err
}

// Actor is who a session's token stands for, with the roles they have now, proven
// BySession. What is no session any more is refused as "session-over", whatever
// the reason: so is one of somebody whose roles have come to want a second factor.
func (s *SignIn) Actor(ctx context.Context, token string) (a school.Actor, err error) {
	err = s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		p, open, err := s.holder(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		a = actor(p)
		if tx.Now.Sub(open.seen) < seenEvery {
			return nil
		}
		return touchSession(ctx, tx, open.digest)
	})
	if err != nil {
		return school.Actor{}, err
	}
	return a, nil
}

// Still is Actor for a page that looks on by itself: it keeps no session alive that nobody uses.
func (s *SignIn) Still(ctx context.Context, token string) (a school.Actor, err error) {
	err = s.db.Look(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		p, _, err := s.holder(ctx, tx, token, openSession, Open)
		a = actor(p)
		return err
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
		if err != nil || !found || ended.stage != Open {
			return err
		}
		p, err := school.PersonByID(ctx, tx, ended.person)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: ended.school, Act: "staff-signed-out", Actor: p.Pseudonym})
	})
}
