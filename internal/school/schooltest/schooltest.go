// Package schooltest puts a small school into a test's database: two pupils, a
// teacher and two IT staff, with badges and codes. It is imported by tests alone.
package schooltest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// The proofs of Sam, the first pupil. Everybody's password is Password.
const (
	Password  = "three green boats 7"
	SamBadge  = "04a1b2c3"
	SamCode   = "314159"
	MiaBadge  = "04d4e5f6"
	MiaCode   = "271828"
	StaffCard = "0badcafe"
)

// Cast is the school and its people as actors.
type Cast struct {
	School    school.ID
	Directory *school.Directory
	Sam, Mia  school.Actor // pupils
	Teacher   school.Actor
	IT, Chief school.Actor // IT staff
}

// Keys are the keys that every cast's badges and codes are digested with.
func Keys() school.Keys {
	return school.Keys{ID: "test", Secret: []byte("0123456789abcdef0123456789abcdef")}
}

// New makes a school of the given name; several may share a database if their
// badges are different, which only the first one has.
func New(t testing.TB, d *db.DB, name string) *Cast {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cast{Directory: school.New(d, Keys(), slog.New(slog.DiscardHandler))}
	password := must(hashed())(t)
	code := func(s string) string { return must(c.Directory.HashDemoCode(s))(t) }
	all := []school.Newcomer{
		{Username: "sam", Given: "Sam", Family: "Bell", Year: 11, Role: school.Pupil, PasswordHash: password, Badge: SamBadge, CodeHash: code(SamCode)},
		{Username: "mia", Given: "Mia", Family: "Okafor", Year: 7, Role: school.Pupil, PasswordHash: password, Badge: MiaBadge, CodeHash: code(MiaCode)},
		{Username: "teacher", Given: "Tom", Family: "Reid", Role: school.Teacher, PasswordHash: password},
		{Username: "it", Given: "Ida", Family: "Hall", Role: school.IT, PasswordHash: password, Badge: StaffCard},
		{Username: "chief", Given: "Cleo", Family: "Shaw", Role: school.IT, PasswordHash: password},
	}
	var n int64
	err = d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM school").Scan(&n); err != nil {
			return err
		}
		if c.School, err = school.Add(ctx, tx, name, zone); err != nil {
			return err
		}
		for i := range all {
			if n > 0 {
				all[i].Badge = ""
			}
		}
		ids, err := c.Directory.AddPeople(ctx, tx, c.School, all)
		if err != nil {
			return err
		}
		for i, a := range []*school.Actor{&c.Sam, &c.Mia, &c.Teacher, &c.IT, &c.Chief} {
			p, err := school.PersonByID(ctx, tx, ids[i])
			if err != nil {
				return err
			}
			*a = school.Actor{School: c.School, Person: p.ID, Pseudonym: p.Pseudonym, Roles: p.Roles, Proof: school.ByBadge}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hashed is Password's hash, made once: it is slow on purpose.
var hashed = sync.OnceValues(func() (string, error) { return school.HashPassword(Password) })

func must(s string, err error) func(testing.TB) string {
	return func(t testing.TB) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}
