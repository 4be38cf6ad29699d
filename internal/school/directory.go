package school

import (
	"context"
	"log/slog"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// School is one school of the installation.
type School struct {
	ID   ID
	Name string
	Zone *time.Location // its days and hours are told in this zone
}

// Directory tells who somebody is.
type Directory struct {
	db   *db.DB
	keys Keys
	log  *slog.Logger

	remembered *memory    // passwords that were right a short while ago
	elsewhere  *elsewhere // where passwords are that are not kept here; nil is nowhere
	cards      cards
}

// New makes a Directory. It panics unless each key has a name and 32 bytes.
func New(d *db.DB, keys Keys, log *slog.Logger) *Directory {
	if !keys.valid() {
		panic("school: a key for badges and codes needs a name and 32 bytes")
	}
	return &Directory{db: d, keys: keys, log: log, remembered: newMemory()}
}

// Schools lists all schools of the installation, by id.
func (d *Directory) Schools(ctx context.Context) ([]School, error) {
	var all []School
	err := d.db.InTx(ctx, db.System("schools"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = schools(ctx, tx)
		return err
	})
	return all, err
}

// notYou is the one answer for somebody who proved nothing: unknown, wrong, left
// and without a secret of that kind all look the same.
func notYou(code string) *fault.Error {
	return fault.New(fault.Unauthenticated, code, "We can't sign you in. Try again, or see reception.")
}

// actor is who p is at their school, by the given proof.
func (p Person) actor(proof Proof) Actor {
	return Actor{School: p.School, Person: p.ID, Pseudonym: p.Pseudonym, Roles: p.Roles, Proof: proof, Badges: p.badges}
}

// ByLoopback believes a user name because the queue trusts this machine. It is
// refused as "password-wrong" when nobody at the school has that name.
func (d *Directory) ByLoopback(ctx context.Context, school ID, username string) (Actor, error) {
	var p Person
	err := d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = present(ctx, tx, school, username)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if p.ID == 0 {
		return Actor{}, notYou("password-wrong")
	}
	return p.actor(ByLoopback), nil
}

// present is the person of that name who has not left, or a zero Person.
func present(ctx context.Context, tx *db.Tx, school ID, username string) (Person, error) {
	p, err := PersonByUsername(ctx, tx, school, username)
	if fault.KindOf(err) == fault.NotFound || p.Left {
		return Person{}, nil
	}
	return p, err
}
