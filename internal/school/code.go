package school

import (
	"context"
	"encoding/hex"
	"regexp"
	"time"

	"github.com/alexedwards/argon2id"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// codeForm is what a code looks like: six digits, given with a name, or more alone.
var codeForm = regexp.MustCompile(`^[0-9]{6,16}$`)

// pepper mixes a secret key into a code before it is hashed: six digits alone would
// fall to an afternoon of guessing on a stolen table.
func (k Keys) pepper(code string) string { return hex.EncodeToString(k.digest("code", []byte(code))) }

// HashCode makes the hash a code is stored as.
func (d *Directory) HashCode(code string) (string, error) { return HashPassword(d.keys.pepper(code)) }

// CheckCode says whether a hash of HashCode, under any of the keys, is this code's. It
// takes as long for an empty hash.
func (d *Directory) CheckCode(hash, code string) bool {
	right := false
	for _, k := range d.keys.all() {
		right = CheckPassword(hash, k.pepper(code)) || right
	}
	return right
}

// HashDemoCode is HashCode at a cost of microseconds, for the 1,500 codes of the
// demo school, which are printed on the screen anyway.
func (d *Directory) HashDemoCode(code string) (string, error) {
	return argon2id.CreateHash(d.keys.pepper(code), &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// ownCode is a person's code as it is kept.
type ownCode struct {
	person Person
	hash   string // blank for nobody
	key    string
	pass   PassID // in force, whose code was typed
	passed Person // and whose it is
}

// ByCode proves a person by user name and code, or the code of a pass, at a station; with
// a blank name by the code alone, where the school allows that. A try counts before it is looked at: see gate for
// what refuses it. Badges still work then.
func (d *Directory) ByCode(ctx context.Context, school ID, username, code, place string) (Actor, error) {
	began := time.Now()
	a, err := d.byCode(ctx, school, username, code, place)
	if fault.KindOf(err) == fault.Unauthenticated {
		space(ctx, began)
	}
	return a, err
}

// space has a wrong code answered as an unknown name is, whatever the rows that were read
// took; tests that guess a lot do without.
var space = evenly

func (d *Directory) byCode(ctx context.Context, school ID, username, code, place string) (Actor, error) {
	username = normalName(username)
	if err := d.atGate(ctx, school, username, place); err != nil {
		return Actor{}, err
	}
	leave, err := mayHash(ctx)
	if err != nil {
		return Actor{}, err
	}
	defer leave()
	try, own, err := d.letThrough(ctx, school, username, code, place)
	if err != nil {
		return Actor{}, err
	}
	key, _ := d.keys.named(own.key)
	right := matches(own.hash, key.pepper(code)) // which takes as long for a pass
	switch {
	case own.pass != 0:
		a := own.passed.actor(ByPass)
		a.Pass = own.pass
		return a, d.rightTry(ctx, school, try, own.passed)
	case right && codeForm.MatchString(code):
		if err := d.keepCode(ctx, school, own, code); err != nil {
			return Actor{}, err
		}
		return own.person.actor(ByCode), d.rightTry(ctx, school, try, own.person)
	}
	d.log.Info("proof refused", "school", school, "place", place, "reason", "code-wrong")
	return Actor{}, notYou("code-wrong")
}

// letThrough counts a try as wrong, if it may be made at all, and reads whose code it
// would have to be: nobody's looks the same.
func (d *Directory) letThrough(ctx context.Context, school ID, username, code, place string) (try int64, own ownCode, err error) {
	err = d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		if try, err = d.countTry(ctx, tx, school, username, place); err != nil {
			return err
		}
		if username == "" {
			own, err = d.codeAlone(ctx, tx, school, code)
			return err
		}
		if own, err = codeOf(ctx, tx, school, username); err != nil {
			return err
		}
		own.passed, own.pass, err = d.personByPassCode(ctx, tx, school, username, code)
		return err
	})
	return try, own, err
}

// rightTry takes a try back that was right, with the delays of its name at every kiosk.
func (d *Directory) rightTry(ctx context.Context, school ID, try int64, p Person) error {
	return d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error {
		if err := deleteCodeTry(ctx, tx, try); err != nil {
			return err
		}
		return d.clearTries(ctx, tx, p)
	})
}

// keepCode keeps a code that was right under the newest key.
func (d *Directory) keepCode(ctx context.Context, school ID, own ownCode, code string) error {
	if own.key == d.keys.ID {
		return nil
	}
	hash, err := argon2id.CreateHash(d.keys.pepper(code), cost)
	if err != nil {
		return err
	}
	return d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error {
		return rehashCode(ctx, tx, own, d.keys.ID, hash)
	})
}
