package school_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// issued gives Sam an address.
func issued(t *testing.T, d *db.DB, c *schooltest.Cast, device string) (token string, err error) {
	t.Helper()
	err = d.InTx(t.Context(), db.InSchool(c.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, c.Sam.Person)
		if err != nil {
			return err
		}
		token, err = c.Directory.NewAddress(ctx, tx, c.IT.Pseudonym, p, device)
		return err
	})
	return token, err
}

func TestAPersonalAddress(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock(time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	c := schooltest.New(t, d, "Harbour")
	other := schooltest.New(t, d, "Hill")
	token, err := issued(t, d, c, " Sam's tablet ")
	if err != nil || !regexp.MustCompile(`^[a-z2-9]{26}$`).MatchString(token) {
		t.Fatalf("%q: %v", token, err)
	}
	a, err := c.Directory.ByAddress(t.Context(), c.School, token)
	if err != nil || a.Person != c.Sam.Person || a.Proof != school.ByAddress {
		t.Errorf("proves %+v: %v", a, err)
	}
	for name, wrong := range map[string]string{
		"another one": strings.Repeat("b", 26), "cut": token[:25], "in capitals": strings.ToUpper(token), "nothing": "", "ten kilobytes": strings.Repeat("a", 10<<10),
	} {
		if _, err := c.Directory.ByAddress(t.Context(), c.School, wrong); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := other.Directory.ByAddress(t.Context(), other.School, token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("at another school: %v", err)
	}
	if n := dbtest.Value[int](t, d, "SELECT count(*) FROM address WHERE device = 'Sam''s tablet' AND seen_on = '2026-11-17'"); n != 1 {
		t.Errorf("%d addresses seen today", n)
	}
	if kept := dbtest.Value[bool](t, d, "SELECT EXISTS (SELECT FROM address WHERE encode(digest, 'escape') LIKE '%' || $1 || '%')", token); kept {
		t.Error("the token itself is kept")
	}
}

// A device that others may pick up prints, and does nothing else of its owner's.
func TestAnAddressPrintsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, role := range []school.Role{school.Pupil, school.Teacher, school.IT} {
		a := school.Actor{Roles: []school.Role{role}, Proof: school.ByLoopback}
		if !a.May(school.Print) || a.May(school.ManageFace) {
			t.Errorf("%s by a name that is believed", role)
		}
		a.Proof = school.ByAddress
		if !a.May(school.Print) || a.May(school.ManageFace) || a.May(school.Suspend) || a.May(school.SeeSchool) || a.May(school.UseConsole) {
			t.Errorf("%s by an address", role)
		}
	}
}

func TestWhatEndsAnAddress(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := schooltest.New(t, d, "Harbour")
	token, err := issued(t, d, c, "tablet")
	if err != nil {
		t.Fatal(err)
	}
	revoke := func(p school.Actor) error {
		return d.InTx(t.Context(), db.InSchool(c.School), func(ctx context.Context, tx *db.Tx) error {
			person, err := school.PersonByID(ctx, tx, p.Person)
			if err != nil {
				return err
			}
			all, err := c.Directory.Addresses(ctx, tx, c.Sam.Person)
			if err != nil || len(all) != 1 {
				return fmt.Errorf("%d addresses: %w", len(all), err)
			}
			return c.Directory.RevokeAddress(ctx, tx, c.IT.Pseudonym, person, all[0].ID)
		})
	}
	if err := revoke(c.Mia); fault.KindOf(err) != fault.NotFound {
		t.Errorf("revoked as somebody else's: %v", err)
	}
	// Another node knows nothing but the database.
	node := school.New(d, schooltest.Keys(), discard)
	if _, err := node.ByAddress(t.Context(), c.School, token); err != nil {
		t.Fatal(err)
	}
	if err := revoke(c.Sam); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]*school.Directory{"this node": c.Directory, "another": node} {
		if _, err := dir.ByAddress(t.Context(), c.School, token); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s still takes it: %v", name, err)
		}
	}
	token, err = issued(t, d, c, "tablet")
	if err != nil {
		t.Fatal(err)
	}
	leave(t, d, c.Sam)
	if _, err := node.ByAddress(t.Context(), c.School, token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of somebody who has left: %v", err)
	}
	if acts := dbtest.Value[string](t, d, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit"); acts != "address-issued address-revoked address-issued" {
		t.Errorf("audit: %s", acts)
	}
}

func TestAddressesAreNamedAndFew(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := schooltest.New(t, d, "Harbour")
	for _, name := range []string{"", "  ", strings.Repeat("x", 61), "two\nlines"} {
		if _, err := issued(t, d, c, name); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	for i := range 10 {
		if _, err := issued(t, d, c, fmt.Sprintf("device %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := issued(t, d, c, "one more"); fault.KindOf(err) != fault.TooMany {
		t.Errorf("an eleventh: %v", err)
	}
}
