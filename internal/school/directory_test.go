package school_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var discard = slog.New(slog.DiscardHandler)

func leave(t *testing.T, d *db.DB, a school.Actor) {
	t.Helper()
	dbtest.Exec(t, d, "UPDATE person SET left_at = now() WHERE person_id = $1", a.Person)
}

func TestProofs(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast := schooltest.New(t, d, "Harbour")
	other := schooltest.New(t, d, "Hill")
	dir, ctx := cast.Directory, t.Context()

	t.Run("right", func(t *testing.T) {
		for name, prove := range map[string]func() (school.Actor, error){
			"badge":        func() (school.Actor, error) { return dir.ByBadge(ctx, cast.School, schooltest.SamBadge, "kiosk:a") },
			"framed badge": func() (school.Actor, error) { return dir.ByBadge(ctx, cast.School, ";04A1B2C3?\r", "kiosk:a") },
			"code": func() (school.Actor, error) {
				return dir.ByCode(ctx, cast.School, " SAM ", schooltest.SamCode, "kiosk:a")
			},
			"password": func() (school.Actor, error) {
				return dir.ByPassword(ctx, cast.School, "Sam", schooltest.Password, "ipp:a")
			},
			"trusted machine": func() (school.Actor, error) { return dir.ByLoopback(ctx, cast.School, "sam") },
		} {
			a, err := prove()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if a.Person != cast.Sam.Person || a.Pseudonym != cast.Sam.Pseudonym || !a.May(school.Print) || a.May(school.Suspend) {
				t.Errorf("%s proved %+v", name, a)
			}
		}
	})

	t.Run("wrong looks like unknown", func(t *testing.T) {
		for name, prove := range map[string]func() (school.Actor, error){
			"unknown badge":    func() (school.Actor, error) { return dir.ByBadge(ctx, cast.School, "deadbeef", "kiosk:b") },
			"another school's": func() (school.Actor, error) { return dir.ByBadge(ctx, other.School, schooltest.SamBadge, "kiosk:b") },
			"no badge at all":  func() (school.Actor, error) { return dir.ByBadge(ctx, cast.School, "<script>", "kiosk:b") },
			"ten kilobytes": func() (school.Actor, error) {
				return dir.ByBadge(ctx, cast.School, string(make([]byte, 10<<10)), "kiosk:b")
			},
			"wrong code": func() (school.Actor, error) { return dir.ByCode(ctx, cast.School, "sam", "000000", "kiosk:b") },
			"unknown name": func() (school.Actor, error) {
				return dir.ByCode(ctx, cast.School, "nobody", schooltest.SamCode, "kiosk:b")
			},
			"no code":        func() (school.Actor, error) { return dir.ByCode(ctx, cast.School, "teacher", "000000", "kiosk:b") },
			"wrong password": func() (school.Actor, error) { return dir.ByPassword(ctx, cast.School, "sam", "no", "ipp:b") },
			"unknown user": func() (school.Actor, error) {
				return dir.ByPassword(ctx, cast.School, "nobody", schooltest.Password, "ipp:b")
			},
			"unknown to the server": func() (school.Actor, error) { return dir.ByLoopback(ctx, cast.School, "nobody") },
		} {
			a, err := prove()
			f := fault.As(err)
			if f == nil || f.Kind != fault.Unauthenticated || a.Person != 0 {
				t.Fatalf("%s gave %+v, %v", name, a, err)
			}
			if f.Say != "We can't sign you in. Try again, or see reception." {
				t.Errorf("%s says %q", name, f.Say)
			}
		}
	})

	t.Run("whoever has left proves nothing", func(t *testing.T) {
		leave(t, d, cast.Mia)
		if _, err := dir.ByBadge(ctx, cast.School, schooltest.MiaBadge, "kiosk:c"); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("badge: %v", err)
		}
		if _, err := dir.ByCode(ctx, cast.School, "mia", schooltest.MiaCode, "kiosk:c"); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("code: %v", err)
		}
		if _, err := dir.ByPassword(ctx, cast.School, "mia", schooltest.Password, "ipp:c"); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("password: %v", err)
		}
	})
}

func TestBadgesAreKeptAsKeyedDigestsAlone(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	schooltest.New(t, d, "Harbour")
	for _, table := range []string{"badge", "code", "person"} {
		found := dbtest.Value[bool](t, d, "SELECT EXISTS (SELECT FROM "+table+" r WHERE r::text LIKE '%'||$1||'%' OR r::text LIKE '%'||$2||'%')", schooltest.SamBadge, schooltest.SamCode)
		if found {
			t.Errorf("%s holds a badge or a code as it is", table)
		}
	}
}

func TestUnknownAndWrongTakeTheSameWork(t *testing.T) {
	if school.CheckPassword("", "nobody has this password") {
		t.Error("the stand-in hash opens a door")
	}
	hash, err := school.HashPassword(schooltest.Password)
	if err != nil || !school.CheckPassword(hash, schooltest.Password) || school.CheckPassword(hash, "no") {
		t.Error("a password does not match its own hash alone")
	}
}

func TestSchoolsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast, other := schooltest.New(t, d, "Harbour"), schooltest.New(t, d, "Hill")
	in := func(scope db.Scope, fn func(context.Context, *db.Tx) error) {
		t.Helper()
		if err := d.InTx(t.Context(), scope, fn); err != nil {
			t.Fatal(err)
		}
	}
	in(db.InSchool(other.School), func(ctx context.Context, tx *db.Tx) error {
		if _, err := school.PersonByID(ctx, tx, cast.Sam.Person); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a foreign pupil: %v", err)
		}
		if p, err := school.PersonByUsername(ctx, tx, other.School, "sam"); err != nil || p.ID == cast.Sam.Person {
			t.Errorf("own pupil of the same name: %v, %v", p.ID, err)
		}
		found, err := school.SearchPeople(ctx, tx, cast.School, "", 100)
		if err != nil || len(found) != 0 {
			t.Errorf("a search past the wall found %d, %v", len(found), err)
		}
		return nil
	})
	in(db.InSchool(cast.School), func(ctx context.Context, tx *db.Tx) error {
		found, err := school.SearchPeople(ctx, tx, cast.School, "OKAFOR", 100)
		if err != nil || len(found) != 1 || found[0].ID != cast.Mia.Person {
			t.Errorf("search gave %v, %v", found, err)
		}
		for _, nobody := range []string{"%", "_", `\`, "sam mia", "okaforr"} {
			if found, err := school.SearchPeople(ctx, tx, cast.School, nobody, 100); err != nil || len(found) != 0 {
				t.Errorf("%q: %d found, %v", nobody, len(found), err)
			}
		}
		return nil
	})
	in(db.Scope{}, func(ctx context.Context, tx *db.Tx) error {
		if _, err := school.PersonByID(ctx, tx, cast.Sam.Person); fault.KindOf(err) != fault.NotFound {
			t.Errorf("without a scope: %v", err)
		}
		return nil
	})
}

// Names are found as people type them, in any order.
func TestNamesAreFoundAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast := schooltest.New(t, d, "Harbour")
	err := d.InTx(t.Context(), db.InSchool(cast.School), func(ctx context.Context, tx *db.Tx) error {
		for name, c := range map[string]struct {
			given, family string
			typed         []string
		}{
			"s.obrien":  {"Siân", "O’Brien-Łukasz", []string{"sian", "SIÂN", "Sian", "obrien", "o'brien", "O’Brien", "brien sian", "s.obrien", "obrien-lukasz", "brien lukasz", " sian  obrien "}},
			"wyn.price": {"Gŵyn", "Ŵyn-Price", []string{"gwyn", "gŵyn", "wynprice", "wyn-price", "price gwyn", "wyn.price"}},
			"li":        {"李", "Wang", []string{"李", "wang 李"}},
		} {
			if _, err := cast.Directory.AddPeople(ctx, tx, cast.School, []school.Newcomer{{Username: name, Given: c.given, Family: c.family, Role: school.Pupil, Year: 8}}); err != nil {
				return err
			}
			for _, typed := range c.typed {
				found, err := school.SearchPeople(ctx, tx, cast.School, typed, 100)
				if err != nil || len(found) != 1 || found[0].Username != name {
					t.Errorf("%q found %v, %v", typed, found, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestANewPasswordRaisesTheVersion(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast := schooltest.New(t, d, "Harbour")
	err := d.InTx(t.Context(), db.InSchool(cast.School), func(ctx context.Context, tx *db.Tx) error {
		before, err := school.PersonByID(ctx, tx, cast.Sam.Person)
		hash, err2 := school.HashPassword("another boat 8 8")
		if err := errors.Join(err, err2, school.SetPassword(ctx, tx, cast.Sam.Person, hash)); err != nil {
			return err
		}
		after, err := school.PersonByID(ctx, tx, cast.Sam.Person)
		if after.Version != before.Version+1 {
			t.Errorf("version %d after %d", after.Version, before.Version)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cast.Directory.ByPassword(t.Context(), cast.School, "sam", schooltest.Password, "ipp:a"); err == nil {
		t.Error("the old password still works")
	}
}

// TestABadgeIsGoodAtEverySchoolOfItsPerson: one human has a person row at each of their
// schools, and one badge that is dead at all of them at once.
func TestABadgeIsGoodAtEverySchoolOfItsPerson(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast := schooltest.New(t, d, "Harbour")
	other := schooltest.New(t, d, "Hill")
	dbtest.Exec(t, d, "UPDATE person SET individual_id = (SELECT individual_id FROM person WHERE person_id = $1) WHERE person_id = $2",
		cast.IT.Person, other.IT.Person)
	at := func(id school.ID) school.PersonID {
		a, err := cast.Directory.ByBadge(t.Context(), id, schooltest.StaffCard, "kiosk:a")
		if err != nil && fault.KindOf(err) != fault.Unauthenticated {
			t.Fatal(err)
		}
		return a.Person
	}
	if at(cast.School) != cast.IT.Person || at(other.School) != other.IT.Person {
		t.Error("the badge does not mean the same person at both schools")
	}
	leave(t, d, other.IT)
	if at(cast.School) != cast.IT.Person || at(other.School) != 0 {
		t.Error("who leaves one school stays at the other")
	}
	dbtest.Exec(t, d, "UPDATE badge SET revoked_at = now() WHERE person_id = $1", cast.IT.Person)
	if at(cast.School) != 0 {
		t.Error("a revoked badge is good")
	}
}
