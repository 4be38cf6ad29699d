package signin

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Proof is how somebody who is in proves once more that it is them.
type Proof struct {
	Password string
	Code     string // of the app, or a recovery code: from whoever has a second factor, instead of the password
	Place    string // where wrong passwords are counted
}

// Fresh says whether the session's person has proven of late who they are. If not, asks says
// how: by code, by password, or where they signed in.
func (s *SignIn) Fresh(ctx context.Context, token string) (fresh bool, asks Asks, err error) {
	err = s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		_, open, err := s.holder(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		_, account, err := prove(ctx, tx, open)
		fresh, asks = tx.Now.Before(open.proven.Add(s.limits.Fresh)), asksOf(open, account)
		return err
	})
	return fresh, asks, err
}

// Asks is what proves a session's person once more.
type Asks string

// What may be asked for.
const (
	AsksCode     Asks = "code"
	AsksPassword Asks = "password"
	AsksSSO      Asks = "sso"
)

func asksOf(open session, a account) Asks {
	switch {
	case a.sealed != nil:
		return AsksCode
	case open.way == BySSO:
		return AsksSSO
	}
	return AsksPassword
}

var proofWrong = fault.New(fault.Unauthenticated, "proof-wrong", "That password is not right.")

// Prove takes the proof of a session's person, and returns the session's new token.
func (s *SignIn) Prove(ctx context.Context, token string, by Proof) (in Entered, err error) {
	p, asks, err := s.prover(ctx, token)
	if err != nil {
		return in, err
	}
	if asks == AsksPassword {
		a, err := s.directory.ByPassword(ctx, p.School, p.Username, by.Password, by.Place)
		if fault.KindOf(err) == fault.Unauthenticated || err == nil && a.Person != p.ID {
			return in, proofWrong
		}
		if err != nil {
			return in, err
		}
	}
	err = s.counted(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, open, err := s.holder(ctx, tx, token, holdSession, Open)
		if err != nil {
			return err
		}
		p, account, err := prove(ctx, tx, open)
		if err == nil {
			account, err = holdAccount(ctx, tx, p.School, p.ID)
		}
		if err != nil {
			return err
		}
		switch now := asksOf(open, account); {
		case now != asks || now == AsksSSO:
			return proofWrong
		case now == AsksCode:
			if err := s.tryCode(ctx, tx, p, account, by.Code); err != nil {
				return err
			}
		}
		in, err = renew(ctx, tx, open, asks == AsksCode)
		return err
	})
	if err != nil {
		return Entered{}, err
	}
	return in, nil
}

// prover is whose proof a session asks for, and which.
func (s *SignIn) prover(ctx context.Context, token string) (p school.Person, asks Asks, err error) {
	err = s.db.InTx(ctx, db.System("session"), func(ctx context.Context, tx *db.Tx) error {
		_, open, err := s.holder(ctx, tx, token, openSession, Open)
		if err != nil {
			return err
		}
		var a account
		p, a, err = prove(ctx, tx, open)
		asks = asksOf(open, a)
		return err
	})
	return p, asks, err
}
