package signin

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
	"unicode"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Wrong codes of one person in a row: so many are free, then each next one has to wait,
// longer each time. That allows some 30 codes a day, of which three are right at any time: less than
// one chance in 10,000. It is counted for the person, whom nobody can bring into it without their
// password, and a recovery code does not wait.
const (
	freeCodes   = 5
	firstWait   = 30 * time.Second
	longestWait = time.Hour
)

var codeWrong = fault.New(fault.Unauthenticated, "factor-wrong", "That code is not right, or has been used. Wait for the next one in your app, and check that the phone's clock is right.")

// codeWait is the refusal of a code that came too soon after wrong ones.
func codeWait(wait time.Duration) error {
	return fault.New(fault.TooMany, "factor-wait", "Too many wrong codes. Wait %s, or use a recovery code.", inWords(wait))
}

func inWords(d time.Duration) string {
	if d <= time.Minute {
		return "a minute"
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}

// secretOf says whose secret is sealed, so that one opens for its person alone.
func secretOf(p school.PersonID) string { return fmt.Sprintf("factor:%d", p) }

// pendingOf is the same of one that is being set up: it opens for the session alone that it was
// shown to, so that nobody confirms what somebody else has seen.
func pendingOf(p school.PersonID, s SessionID) string {
	return fmt.Sprintf("factor:%d:session:%d", p, s)
}

// tryCode says whether a code of the person's app, or a recovery code, is right, and counts
// it. The account is held.
func (s *SignIn) tryCode(ctx context.Context, tx *db.Tx, p school.Person, a account, code string) error {
	code = tidy(code)
	if len(code) != codeDigits {
		return s.tryRecovery(ctx, tx, p, a, code)
	}
	if wait := a.wrongAt.Add(waitAfter(a.wrong)).Sub(tx.Now); wait > 0 {
		return codeWait(wait)
	}
	secret, err := s.limits.Key.Open(a.sealed, secretOf(p.ID))
	if err != nil {
		return fmt.Errorf("open second factor: %w", err)
	}
	at := stepOf(secret, code, tx.Now, a.last)
	if at == 0 {
		return s.wrongCode(ctx, tx, p, a)
	}
	a.last, a.wrong = at, 0
	return updateCodes(ctx, tx, p.ID, a)
}

// wrongCode counts one, and says so.
func (s *SignIn) wrongCode(ctx context.Context, tx *db.Tx, p school.Person, a account) error {
	a.wrong, a.wrongAt = a.wrong+1, tx.Now
	if err := updateCodes(ctx, tx, p.ID, a); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.log.Info("proof refused", "school", p.School, "person", p.ID, "reason", codeWrong.Code) })
	if a.wrong == freeCodes {
		err := audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-codes-guessed", Subject: p.Pseudonym, Facts: map[string]any{"wrong": a.wrong}})
		if err != nil {
			return err
		}
	}
	return codeWrong
}

// waitAfter is how long after so many wrong codes the next one may come.
func waitAfter(wrong int) time.Duration {
	if wrong < freeCodes {
		return 0
	}
	return min(firstWait<<min(wrong-freeCodes, 10), longestWait)
}

// tidy is a code without what people put between its parts.
func tidy(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)
}

// counted runs a try whose count stays when it is refused.
func (s *SignIn) counted(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	var said error
	err := s.db.InTx(ctx, db.System("second-factor"), func(ctx context.Context, tx *db.Tx) error {
		said = fn(ctx, tx)
		if fault.KindOf(said) == fault.Internal {
			return said
		}
		return nil
	})
	if err != nil {
		return err
	}
	return said
}

// Code takes the code that a sign-in waits for, and opens the session under a new token.
// With remember it also returns a token by which the browser is known: it is asked for no
// code for 30 days, unless the password changes.
func (s *SignIn) Code(ctx context.Context, token, code string, remember bool) (in Entered, device string, err error) {
	err = s.counted(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, half, account, err := s.holderOf(ctx, tx, token, holdSession, NeedsCode)
		if err != nil {
			return err
		}
		if err := s.tryCode(ctx, tx, p, account, code); err != nil {
			return err
		}
		in, err = s.open(ctx, tx, p, half)
		if err != nil || !remember {
			return err
		}
		var digest []byte
		device, digest = newToken()
		return insertDevice(ctx, tx, digest, p, tx.Now.Add(s.limits.Remember))
	})
	if err != nil {
		return Entered{}, "", err
	}
	return in, device, nil
}

// open ends a sign-in that was half done, and begins the session.
func (s *SignIn) open(ctx context.Context, tx *db.Tx, p school.Person, half session) (Entered, error) {
	if _, _, err := endSession(ctx, tx, half.digest); err != nil {
		return Entered{}, err
	}
	return s.begin(ctx, tx, start{person: p, stage: Open, way: half.way, factored: true, browser: half.browser})
}

// Waits is what a sign-in that is half done waits for; "session-over" for any other.
func (s *SignIn) Waits(ctx context.Context, token string) (stage Stage, err error) {
	err = s.db.InTx(ctx, db.System("second-factor"), func(ctx context.Context, tx *db.Tx) error {
		_, half, err := s.holder(ctx, tx, token, openSession, NeedsCode, NeedsFactor)
		stage = half.stage
		return err
	})
	return stage, err
}

// Enrolment is an authenticator app that is to be set up.
type Enrolment struct {
	Username string
	Secret   string // as a person types it
	Address  string // as an app reads it from a QR code
	Must     bool   // nothing opens before it is done
}

// Enrol is the enrolment of a session's person: one who must have a second factor and is half
// in, or one who is in and wants it. It stays the same for this session until it is confirmed,
// or another session begins one.
func (s *SignIn) Enrol(ctx context.Context, token string) (e Enrolment, err error) {
	err = s.db.InTx(ctx, db.System("second-factor"), func(ctx context.Context, tx *db.Tx) error {
		p, session, err := s.holder(ctx, tx, token, openSession, NeedsFactor, Open)
		if err != nil {
			return err
		}
		secret, err := s.pending(ctx, tx, p, session.id)
		if err != nil {
			return err
		}
		sc, err := school.ByID(ctx, tx, p.School)
		e = Enrolment{p.Username, written(secret), appAddress(secret, sc.Name, p.Username), session.stage == NeedsFactor}
		return err
	})
	return e, err
}

// pending is the secret that a session sets up, made if there is none.
func (s *SignIn) pending(ctx context.Context, tx *db.Tx, p school.Person, of SessionID) ([]byte, error) {
	account, err := holdAccount(ctx, tx, p.School, p.ID)
	if err != nil {
		return nil, err
	}
	if account.pending != nil {
		secret, err := s.limits.Key.Open(account.pending, pendingOf(p.ID, of))
		if err == nil {
			return secret, nil
		}
	}
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	text, err := s.limits.Key.Seal(secret, pendingOf(p.ID, of))
	if err != nil {
		return nil, err
	}
	return secret, updatePending(ctx, tx, p.ID, text)
}

// Confirm puts the app in force that was being set up, for a code of it. It returns the
// session under a new token, and recovery codes, which are never shown again. Other sessions
// and devices of the person end.
func (s *SignIn) Confirm(ctx context.Context, token, code string) (in Entered, recovery []string, err error) {
	err = s.counted(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, half, account, err := s.holderOf(ctx, tx, token, holdSession, NeedsFactor, Open)
		if err != nil {
			return err
		}
		if account.pending == nil {
			return codeWrong
		}
		secret, err := s.limits.Key.Open(account.pending, pendingOf(p.ID, half.id))
		if err != nil {
			return codeWrong // another session has begun one since
		}
		at := stepOf(secret, tidy(code), tx.Now, 0)
		if at == 0 {
			return codeWrong
		}
		sealed, err := s.limits.Key.Seal(secret, secretOf(p.ID))
		if err != nil {
			return err
		}
		if err := confirmFactor(ctx, tx, p.ID, sealed, at); err != nil {
			return err
		}
		if recovery, err = s.makeRecoveryCodes(ctx, tx, p); err != nil {
			return err
		}
		if err := s.endOthers(ctx, tx, p.ID, half.digest); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-factor-set", Actor: p.Pseudonym, Subject: p.Pseudonym}); err != nil {
			return err
		}
		if half.stage == NeedsFactor {
			in, err = s.open(ctx, tx, p, half)
			return err
		}
		in, err = renew(ctx, tx, half, true)
		return err
	})
	if err != nil {
		return Entered{}, nil, err
	}
	return in, recovery, nil
}

// endOthers ends a person's sessions, but the one that is kept, and forgets their devices. It is done across schools: a session at
// another one may have begun here.
func (s *SignIn) endOthers(ctx context.Context, tx *db.Tx, p school.PersonID, kept []byte) error {
	if _, err := endSessions(ctx, tx, []school.PersonID{p}, 0, kept); err != nil {
		return err
	}
	return endDevices(ctx, tx, p)
}

// renew gives a session a new token.
func renew(ctx context.Context, tx *db.Tx, open session, factored bool) (Entered, error) {
	token, digest := newToken()
	return Entered{token, Open}, proveSession(ctx, tx, open.digest, digest, factored)
}
