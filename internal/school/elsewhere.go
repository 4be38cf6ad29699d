package school

import (
	"context"
	"errors"
	"hash/maphash"
	"time"

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
