package school

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"github.com/alexedwards/argon2id"

	"inkwell/internal/db"
)

// CodeForm is what a code looks like: six digits, given with a name.
var codeForm = regexp.MustCompile(`^[0-9]{6}$`)

// pepper mixes the secret key into a code before it is hashed: six digits alone
// would fall to an afternoon of guessing on a stolen table.
func (d *Directory) pepper(code string) string {
	mac := hmac.New(sha256.New, d.keys.Secret)
	mac.Write([]byte("code\x00" + code))
	return hex.EncodeToString(mac.Sum(nil))
}

// HashCode makes the hash a code is stored as.
func (d *Directory) HashCode(code string) (string, error) { return HashPassword(d.pepper(code)) }

// CheckCode says whether a hash of HashCode is this code's. It takes as long for an
// empty hash.
func (d *Directory) CheckCode(hash, code string) bool { return CheckPassword(hash, d.pepper(code)) }

// HashDemoCode is HashCode at a cost of microseconds, for the 1,500 codes of the
// demo school, which are printed on the screen anyway.
func (d *Directory) HashDemoCode(code string) (string, error) {
	return argon2id.CreateHash(d.pepper(code), &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// ByCode proves a person by user name and code, or the code of a pass, at a station. Too many wrong ones
// at a place pause its keypad alone ("keypad-paused"); badges still work there.
func (d *Directory) ByCode(ctx context.Context, school ID, username, code, place string) (Actor, error) {
	leave, err := mayHash(ctx)
	if err != nil {
		return Actor{}, err
	}
	defer leave() // once a wrong try is counted
	var p, passed Person
	var hash string
	var pass PassID
	err = d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		if err := patience(ctx, tx, school, place, codeTries); err != nil {
			return err
		}
		if p, hash, err = personByCode(ctx, tx, school, normalName(username)); err != nil {
			return err
		}
		passed, pass, err = d.personByPassCode(ctx, tx, school, username, code)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	right := matches(hash, d.pepper(code)) // which takes as long for a pass
	switch {
	case pass != 0:
		a := passed.actor(ByPass)
		a.Pass = pass
		return a, nil
	case right && codeForm.MatchString(code):
		return p.actor(ByCode), nil
	}
	return Actor{}, d.wrong(ctx, school, p.ID, place, "code-wrong")
}
