package school

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/maphash"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Passwords are kept elsewhere: in a school's own directory, which is asked whose
// they are.
type Passwords interface {
	// Has says whether the school's people have their passwords there.
	Has(ctx context.Context, school ID) (bool, error)
	// Check returns nil for the right password, fault.Unauthenticated for any other, and
	// another refusal when it cannot say. A blank user name is nobody's, and asking for
	// it costs as much.
	Check(ctx context.Context, school ID, username, password string) error
}

// Tries is how often a wrong password of one person is passed on. A directory locks
// an account after so many, so these are fewer: nobody can lock another out through us.
type Tries struct {
	Most  int           // in one run of wrong tries
	Pause time.Duration // without a try ends a run, as in the directory
}

// elsewhere is how passwords kept elsewhere are asked for.
type elsewhere struct {
	Passwords
	tries Tries
	seed  maphash.Seed
	turns [64]chan struct{} // of user names: one password of a person is asked for at a time

	refused refusals
}

// Consult has passwords of people who have none here checked elsewhere. Whoever has one
// here keeps it: IT staff with a password of their own get in when the school's
// directory is away. It is called before the Directory is used.
func (d *Directory) Consult(p Passwords, t Tries) {
	d.elsewhere = &elsewhere{Passwords: p, tries: t, seed: maphash.MakeSeed(), refused: refusals{of: map[string][]refusal{}}}
	for i := range d.elsewhere.turns {
		d.elsewhere.turns[i] = make(chan struct{}, 1)
	}
}

// namePaused is the answer for a name that was guessed at too often, whether or not it
// is anybody's.
var namePaused = fault.New(fault.TooMany, "name-paused", "Too many wrong passwords for this name. Wait a while, or see IT.")

// answersAt is how refusals are spaced where a directory is asked: one that comes at
// the next full quarter of a second does not tell who was asked for it.
const answersAt = 250 * time.Millisecond

// evenly waits until the next full answersAt after began.
func evenly(ctx context.Context, began time.Time) {
	t := time.NewTimer(answersAt - time.Since(began)%answersAt)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// keptElsewhere says whether p's password, or nobody's, is to be asked for elsewhere.
func (d *Directory) keptElsewhere(ctx context.Context, school ID, p Person) (bool, error) {
	if d.elsewhere == nil || p.HasPassword() {
		return false, nil
	}
	return d.elsewhere.Has(ctx, school)
}

// turn waits until no other password of that name is asked for by this node. A client
// that sends the right one four times at once then asks once, and has no four tries.
func (e *elsewhere) turn(ctx context.Context, username string) (leave func(), err error) {
	t := e.turns[maphash.String(e.seed, normalName(username))%uint64(len(e.turns))]
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// byElsewhere is ByPassword for whoever has no password here, and for nobody.
func (d *Directory) byElsewhere(ctx context.Context, school ID, username, password, place string) (Actor, error) {
	leave, err := d.elsewhere.turn(ctx, username)
	if err != nil {
		return Actor{}, err
	}
	defer leave()
	p, remembered, err := d.recall(ctx, school, username, password, place)
	switch {
	case err != nil:
		return Actor{}, err
	case remembered:
		return p.actor(ByPassword), nil
	}
	// A sender who hangs up does not take back what the directory has counted.
	err = d.ask(context.WithoutCancel(ctx), school, p, username, password)
	switch {
	case err == nil && p.ID != 0:
		d.remembered.learn(p, password, d.db.Now())
		return p.actor(ByPassword), nil
	case err == nil, fault.KindOf(err) == fault.Unauthenticated:
		return Actor{}, d.wrong(ctx, school, p.ID, place, "password-wrong")
	}
	return Actor{}, err
}

// ask passes a password on, unless the name has had its tries. One that was refused
// within rememberFor is not passed on again; one that was refused earlier in the run
// leaves the last try to another: a forgotten device with an old password does not keep
// out the owner of the new one.
func (d *Directory) ask(ctx context.Context, school ID, p Person, username, password string) error {
	if password == "" {
		return notYou("password-wrong")
	}
	name, tries, now := d.nameDigest(username), d.elsewhere.tries, d.db.Now()
	digest := d.remembered.digest(Person{Version: p.Version}, name+password)
	at, refused := d.elsewhere.refused.find(name, digest, now.Add(-tries.Pause))
	if refused {
		tries.Most--
	}
	if refused && (tries.Most == 0 || now.Sub(at) < rememberFor) {
		return notYou("password-wrong")
	}
	err := d.pass(ctx, school, p.Username, password, name, tries)
	switch {
	case err == nil:
		d.elsewhere.refused.forget(name)
	case fault.KindOf(err) == fault.Unauthenticated:
		d.elsewhere.refused.add(name, refusal{digest, now}, d.elsewhere.tries.Most)
	case refused && errors.Is(err, namePaused):
		return notYou("password-wrong")
	}
	return err
}

// pass is ask for a password that is worth a try. The try is counted before it is passed
// on and taken back when nobody could say anything about it.
func (d *Directory) pass(ctx context.Context, school ID, username, password, name string, tries Tries) error {
	var try int64
	err := d.db.InTx(ctx, db.System("password-tries"), func(ctx context.Context, tx *db.Tx) (err error) {
		try, err = takeTry(ctx, tx, school, name, tries)
		return err
	})
	if err != nil {
		return err
	}
	answer := d.elsewhere.Check(ctx, school, username, password)
	if fault.KindOf(answer) == fault.Unauthenticated {
		return answer
	}
	err = d.db.InTx(ctx, db.System("password-tries"), func(ctx context.Context, tx *db.Tx) error {
		if answer == nil {
			return deleteTries(ctx, tx, name) // as the directory does
		}
		return deleteTry(ctx, tx, try)
	})
	if answer != nil {
		return answer
	}
	return err
}

// takeTry counts a try for a name, or refuses it as "name-paused". Tries belong to one
// run while less than the pause lies between them.
func takeTry(ctx context.Context, tx *db.Tx, school ID, name string, t Tries) (id int64, err error) {
	last, err := lastTries(ctx, tx, name, t.Most)
	if err != nil {
		return 0, err
	}
	run, next := 0, tx.Now
	for _, at := range last {
		if next.Sub(at) >= t.Pause {
			break
		}
		run, next = run+1, at
	}
	if run >= t.Most {
		return 0, namePaused
	}
	return insertTry(ctx, tx, school, name)
}

// nameDigest stands for a user name in the table of guesses, where no name may be.
func (d *Directory) nameDigest(username string) string {
	mac := hmac.New(sha256.New, d.keys.Secret)
	mac.Write([]byte("name\x00" + normalName(username)))
	return "name:" + hex.EncodeToString(mac.Sum(nil)[:16])
}

// ForgetPasswords has what is remembered of passwords kept elsewhere forgotten, right
// ones and wrong ones, on all nodes at once: those of one person of a school, or of all
// when username is blank. Their sign-ins end, too. Tries stay counted. It returns how many people that are.
func ForgetPasswords(ctx context.Context, tx *db.Tx, school ID, username string) (people int, err error) {
	people, err = raiseVersions(ctx, tx, school, normalName(username))
	if err != nil || people == 0 {
		return people, err
	}
	e := audit.Entry{School: school, Act: "passwords-forgotten", Facts: map[string]any{"people": people}}
	if username != "" {
		p, err := PersonByUsername(ctx, tx, school, username)
		if err != nil {
			return 0, err
		}
		e.Subject = p.Pseudonym
	}
	return people, audit.Record(ctx, tx, e)
}
