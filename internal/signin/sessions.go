package signin

import (
	"bytes"
	"context"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// SessionID names a session to its person, and opens nothing.
type SessionID int64

// Session is a place where somebody is signed in.
type Session struct {
	ID      SessionID
	Browser string
	Way     Way
	Began   time.Time
	Seen    time.Time // to the minute
	Ends    time.Time // at the latest
	This    bool      // the one that asks
}

// Own is a person's way in, as they see it themselves.
type Own struct {
	Sessions []Session // the one used last first
	Factor   bool      // they have a second factor
	Must     bool      // their role needs one
	Codes    int       // recovery codes that are left
	Devices  int       // that need no second factor for now
	Way      Way       // of the session that asks
}

// Own is the way in of a session's person.
func (s *SignIn) Own(ctx context.Context, token string) (own Own, err error) {
	err = s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		p, open, err := s.holder(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		own = Own{Way: open.way}
		all, err := sessionsOf(ctx, tx, open.whose(), s.limits.IdleLimit)
		if err != nil {
			return err
		}
		for _, one := range all {
			own.Sessions = append(own.Sessions, Session{one.id, one.browser, one.way, one.started, one.seen, one.ends, bytes.Equal(one.digest, open.digest)})
		}
		account, err := accountOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		own.Factor = account.sealed != nil
		if own.Must, err = mustHaveFactor(ctx, tx, p); err != nil {
			return err
		}
		if own.Codes, err = countRecoveryCodes(ctx, tx, p.ID); err != nil {
			return err
		}
		own.Devices, err = countDevices(ctx, tx, p)
		return err
	})
	return own, err
}

// EndOwn ends one of the sessions of a session's person, or for 0 all others and forgets every
// device. A session of somebody else is left as it is.
func (s *SignIn) EndOwn(ctx context.Context, token string, id SessionID) error {
	return s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		p, open, err := s.holder(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		kept := open.digest
		if id != 0 {
			kept = nil
		} else if err := endDevices(ctx, tx, p.ID); err != nil {
			return err
		}
		n, err := endSessions(ctx, tx, open.whose(), id, kept)
		if err != nil || n == 0 && id != 0 {
			return err
		}
		return s.recordEnd(ctx, tx, p.Pseudonym, p, n)
	})
}

func (s *SignIn) recordEnd(ctx context.Context, tx *db.Tx, by school.Pseudonym, p school.Person, n int) error {
	return audit.Record(ctx, tx, audit.Entry{
		School: p.School, Act: "staff-sessions-ended", Actor: by, Subject: p.Pseudonym, Facts: map[string]any{"sessions": n},
	})
}
