package school

import (
	"context"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// HashPassword makes the argon2id hash that is stored (OWASP: 19 MiB, 2 passes).
func HashPassword(password string) (string, error) {
	defer mustHash()()
	return argon2id.CreateHash(password, cost)
}

// dummyHash stands in for a person who is not there, so that unknown and wrong
// take the same time.
var dummyHash = sync.OnceValue(func() string {
	hash, err := argon2id.CreateHash("nobody has this password", cost)
	if err != nil {
		panic(err) // no randomness: nothing of ours can go on
	}
	return hash
})

// CheckPassword says whether the password is the hash's. A blank hash takes as
// long as any other and is never right.
func CheckPassword(hash, password string) bool {
	defer mustHash()()
	return matches(hash, password)
}

// compare makes the one hash of each check; tests count them.
var compare = argon2id.ComparePasswordAndHash

// matches is CheckPassword for whoever may hash.
func matches(hash, password string) bool {
	real := hash != ""
	if !real {
		hash = dummyHash()
	}
	ok, err := compare(password, hash)
	return ok && real && err == nil
}

// ByPassword proves a person by user name and password. place is where it was
// tried, such as "ipp:10.1.2.3": wrong tries are counted there. A password that was
// right within the last five minutes is not hashed again, but the person is read
// each time: one who has left, or has a new password, is refused at once. Who has no
// password here may have it elsewhere (Consult); when that cannot be asked the refusal
// is its own and counts as no guess.
func (d *Directory) ByPassword(ctx context.Context, school ID, username, password, place string) (Actor, error) {
	began := time.Now()
	a, err := d.byPassword(ctx, school, username, password, place)
	if d.elsewhere != nil && fault.KindOf(err) == fault.Unauthenticated {
		evenly(ctx, began)
	}
	return a, err
}

func (d *Directory) byPassword(ctx context.Context, school ID, username, password, place string) (Actor, error) {
	p, remembered, err := d.recall(ctx, school, username, password, place)
	if err != nil {
		return Actor{}, err
	}
	if remembered {
		return p.actor(ByPassword), nil
	}
	outside, err := d.keptElsewhere(ctx, school, p)
	if err != nil {
		return Actor{}, err
	}
	if outside {
		return d.byElsewhere(ctx, school, username, password, place)
	}
	leave, err := mayHash(ctx)
	if err != nil {
		return Actor{}, err
	}
	defer leave() // once a wrong try is counted
	if p, remembered, err = d.recall(ctx, school, username, password, place); err != nil {
		return Actor{}, err
	}
	if !remembered {
		if !matches(p.passwordHash, password) {
			return Actor{}, d.wrong(ctx, school, p.ID, place, "password-wrong")
		}
		d.remembered.learn(p, password, d.db.Now())
	}
	return p.actor(ByPassword), nil
}

// recall reads whom the user name means, a zero Person if nobody, and whether this
// password of theirs was right a short while ago. A place that has guessed too much is
// refused.
func (d *Directory) recall(ctx context.Context, school ID, username, password, place string) (p Person, remembered bool, err error) {
	err = d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error {
		if err := patience(ctx, tx, school, place, passwordTries); err != nil {
			return err
		}
		if p, err = present(ctx, tx, school, username); err != nil {
			return err
		}
		remembered = d.remembered.knows(p, password, tx.Now)
		return nil
	})
	return p, remembered, err
}
