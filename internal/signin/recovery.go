package signin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Recovery codes are for whoever has lost the app: ten, each good once, of 50 random bits. They
// are kept as keyed digests, so that the database alone does not tell one.
const (
	recoveryCodes  = 10
	recoveryLength = 10 // letters and digits of base32
)

func (s *SignIn) recoveryDigest(p school.PersonID, code string) []byte {
	mac := hmac.New(sha256.New, s.limits.Key.Secret)
	_, _ = fmt.Fprintf(mac, "recovery:%d:%s", p, code) // a hash takes everything
	return mac.Sum(nil)
}

// makeRecoveryCodes makes new ones, as they are shown; older ones end.
func (s *SignIn) makeRecoveryCodes(ctx context.Context, tx *db.Tx, p school.Person) ([]string, error) {
	if err := endRecoveryCodes(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	shown, digests := make([]string, recoveryCodes), make([][]byte, recoveryCodes)
	for i := range shown {
		code := rand.Text()[:recoveryLength]
		shown[i], digests[i] = code[:recoveryLength/2]+"-"+code[recoveryLength/2:], s.recoveryDigest(p.ID, code)
	}
	return shown, insertRecoveryCodes(ctx, tx, p.School, p.ID, digests)
}

// tryRecovery uses a recovery code up.
func (s *SignIn) tryRecovery(ctx context.Context, tx *db.Tx, p school.Person, a account, code string) error {
	right := false
	if len(code) == recoveryLength {
		var err error
		if right, err = useRecoveryCode(ctx, tx, p.ID, s.recoveryDigest(p.ID, code)); err != nil {
			return err
		}
	}
	if !right {
		return s.wrongCode(ctx, tx, p, a)
	}
	a.wrong = 0
	if err := updateCodes(ctx, tx, p.ID, a); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-recovery-code-used", Actor: p.Pseudonym, Subject: p.Pseudonym})
}

// NewRecoveryCodes replaces the recovery codes of a session's person, who has a second factor.
func (s *SignIn) NewRecoveryCodes(ctx context.Context, token string) (shown []string, err error) {
	err = s.db.InTx(ctx, db.System("second-factor"), func(ctx context.Context, tx *db.Tx) error {
		p, _, account, err := s.holderOf(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		if account.sealed == nil {
			return noFactor
		}
		if shown, err = s.makeRecoveryCodes(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "staff-recovery-codes-made", Actor: p.Pseudonym, Subject: p.Pseudonym})
	})
	return shown, err
}
