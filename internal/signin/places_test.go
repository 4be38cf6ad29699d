package signin_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
)

// also makes IT of the house staff of another school in a role.
func (h *house) also(at school.ID, role school.Role) (there school.Person) {
	h.Helper()
	if err := h.db.InTx(h.Context(), db.System("staff"), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, h.cast.IT.Person)
		if err == nil {
			there, err = school.JoinAnother(ctx, tx, p, at, "ida", role)
		}
		return err
	}); err != nil {
		h.Fatal(err)
	}
	return there
}

// TestASessionGoesToAnotherSchool: to one where its human has a role now and to no other, with what was proven; the old
// token is over, both schools have it on record, and who came by a password proves with that one.
func TestASessionGoesToAnotherSchool(t *testing.T) {
	h := newHouse(t)
	hill, third := schooltest.New(t, h.db, "Hill"), schooltest.New(t, h.db, "Third")
	token := h.signIn("it")
	to := func(token string, at school.ID) (string, error) {
		in, err := h.in.Switch(t.Context(), token, at)
		return in.Token, err
	}
	_, err := to(token, hill.School)
	h.refused(err, "school-unknown") // somebody else is IT there
	there := h.also(hill.School, school.Provider)
	places, err := h.in.Places(t.Context(), token)
	if err != nil || len(places) != 2 || places[0].Apart || places[1].Apart || places[0].Name != "Harbour" || !places[0].This || places[1].Person != there.ID || places[1].May(school.ManageRoster) || !places[1].May(school.ManageFace) {
		t.Fatalf("%+v, %v", places, err)
	}
	h.clock.Advance(20 * time.Minute)
	moved, err := to(token, hill.School)
	if err != nil {
		t.Fatal(err)
	}
	h.over(token)
	h.is(moved, school.Actor{School: hill.School, Person: there.ID, Pseudonym: there.Pseudonym, Roles: []school.Role{school.Provider}})
	for _, at := range []school.ID{third.School, hill.School, 987654321} {
		_, err := to(moved, at)
		h.refused(err, "school-unknown")
	}
	if fresh, asks, err := h.in.Fresh(t.Context(), moved); err != nil || fresh || asks != signin.AsksPassword {
		t.Errorf("fresh %t, asks %s, %v", fresh, asks, err)
	}
	_, err = h.in.Prove(t.Context(), moved, signin.Proof{Password: "something else", Place: "x"})
	h.refused(err, "proof-wrong")
	proven, err := h.in.Prove(t.Context(), moved, signin.Proof{Password: schooltest.Password, Place: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if fresh, _, err := h.in.Fresh(t.Context(), proven.Token); err != nil || !fresh {
		t.Errorf("after the proof: %t, %v", fresh, err)
	}
	acts := func(at school.ID) string {
		return dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE school_id = $1 AND act LIKE 'staff-%'", at)
	}
	if home, away := acts(h.cast.School), acts(hill.School); home != "staff-signed-in staff-left-for-school" || away != "staff-joined staff-came-from-school" {
		t.Errorf("on record at home: %s; there: %s", home, away)
	}
	h.clock.Advance(10 * time.Minute)
	home, err := to(proven.Token, h.cast.School)
	if err != nil {
		t.Fatal(err)
	}
	h.is(home, h.cast.IT)
	gone, err := to(home, hill.School)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "UPDATE person SET username = username || '-of-another' WHERE username = 'it' AND school_id <> $1", h.cast.School)
	dbtest.Exec(t, h.db, "UPDATE person SET username = 'it' WHERE person_id = $1", there.ID) // one human may have one name
	link, err := h.in.AddStaff(t.Context(), signin.Staff{School: h.cast.School, Username: "it", Role: school.IT})
	if err == nil {
		err = h.in.Accept(t.Context(), link, "Violet-anchors-7-lanterns")
	}
	if err != nil {
		t.Fatal(err)
	}
	h.over(gone) // with a new password at home the session that came by the old one is over
	if home, err = h.try("it", "Violet-anchors-7-lanterns", "staff:test"); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "DELETE FROM person_role WHERE person_id = $1", there.ID)
	_, err = to(home, hill.School)
	h.refused(err, "school-unknown") // no role there any more
	dbtest.Exec(t, h.db, "INSERT INTO person_role (person_id, school_id, role) VALUES ($1, $2, 'it')", there.ID, hill.School)
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{it}' WHERE school_id = $1", hill.School)
	_, err = to(home, hill.School)
	h.refused(err, "school-factor")
	h.is(home, h.cast.IT)
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{}'")
	dbtest.Exec(t, h.db, "INSERT INTO staff_account (person_id, school_id, barred_at) VALUES ($1, $2, now()) ON CONFLICT (person_id) DO UPDATE SET barred_at = now()", there.ID, hill.School)
	_, err = to(home, hill.School)
	h.refused(err, "school-unknown")
	if places, err := h.in.Places(t.Context(), home); err != nil || len(places) != 1 {
		t.Errorf("a school that bars one: %+v, %v", places, err)
	}
	dbtest.Exec(t, h.db, "UPDATE staff_account SET barred_at = NULL")
	if n := dbtest.Value[int](t, h.db, "SELECT count(DISTINCT ends_at) FROM session"); n != 2 { // of two sign-ins
		t.Error("going to and fro makes a session longer")
	}
}

// TestWhatASchoolGivesOutOpensItAlone: one human has a password at each of two schools, from each school's IT, and one of them may
// do more than the other: neither opens the other. A third school is opened by the one from which it was said, and a session
// there ends with it.
func TestWhatASchoolGivesOutOpensItAlone(t *testing.T) {
	h := newHouse(t)
	hill, third := schooltest.New(t, h.db, "Hill"), schooltest.New(t, h.db, "Third")
	there, too := h.also(hill.School, school.IT), h.also(third.School, school.IT)
	token := h.signIn("it")
	moved, err := h.in.Switch(t.Context(), token, hill.School)
	if err != nil {
		t.Fatal(err)
	}
	link, err := h.in.AddStaff(t.Context(), signin.Staff{School: hill.School, Username: "ida", Role: school.IT}) // that school's IT gives out what opens it
	if err != nil {
		t.Fatal(err)
	}
	if err := h.in.Accept(t.Context(), link, "Violet-anchors-7-lanterns"); err != nil {
		t.Fatal(err)
	}
	h.over(moved.Token)
	given, err := h.try("ida", "Violet-anchors-7-lanterns", "staff:test")
	if err != nil {
		t.Fatal(err)
	}
	h.is(given, school.Actor{School: hill.School, Person: there.ID, Pseudonym: there.Pseudonym, Roles: []school.Role{school.IT}})
	for _, at := range []school.ID{h.cast.School, third.School} {
		_, err := h.in.Switch(t.Context(), given, at)
		h.refused(err, "school-apart")
	}
	places, err := h.in.Places(t.Context(), given)
	if err != nil || len(places) != 3 {
		t.Fatalf("%+v, %v", places, err)
	}
	for _, place := range places {
		if place.Apart == place.This {
			t.Errorf("%+v", place)
		}
	}
	home := h.signIn("it")
	stolen, err := h.in.Switch(t.Context(), home, third.School)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.in.EndSessions(t.Context(), h.cast.Chief, h.cast.School, h.cast.IT.Person); err != nil {
		t.Fatal(err)
	}
	h.over(stolen.Token) // what began here ends with what is ended here
	if own, err := h.in.Own(t.Context(), given); err != nil || len(own.Sessions) != 1 {
		t.Errorf("their other account's own session: %+v, %v", own, err)
	}
	home = h.signIn("it")
	at, err := h.in.Switch(t.Context(), home, third.School)
	if err != nil {
		t.Fatal(err)
	}
	if at, err = h.in.Switch(t.Context(), at.Token, hill.School); err != nil { // from one that is opened to the next
		t.Fatal(err)
	}
	_, err = h.in.Prove(t.Context(), at.Token, signin.Proof{Password: "Violet-anchors-7-lanterns", Place: "x"})
	h.refused(err, "proof-wrong")
	if at, err = h.in.Prove(t.Context(), at.Token, signin.Proof{Password: schooltest.Password, Place: "x"}); err != nil {
		t.Fatal(err)
	}
	h.is(at.Token, school.Actor{School: hill.School, Person: there.ID, Pseudonym: there.Pseudonym, Roles: []school.Role{school.IT}})
	dbtest.Exec(t, h.db, "INSERT INTO staff_account (person_id, school_id, barred_at) VALUES ($1, $2, now()) ON CONFLICT (person_id) DO UPDATE SET barred_at = now()", h.cast.IT.Person, h.cast.School)
	h.over(at.Token)
	dbtest.Exec(t, h.db, "UPDATE staff_account SET barred_at = NULL")
	dbtest.Exec(t, h.db, "UPDATE person SET opened_by = NULL WHERE person_id = $1", there.ID)
	h.over(at.Token) // it was taken back
	dbtest.Exec(t, h.db, "UPDATE person SET opened_by = $2 WHERE person_id = $1", there.ID, h.cast.IT.Person)
	dbtest.Exec(t, h.db, "UPDATE person SET individual_id = nextval('individual') WHERE person_id = $1", too.ID)
	_, err = h.in.Switch(t.Context(), at.Token, third.School)
	h.refused(err, "school-unknown") // it was a mistake: they are somebody else
}

// TestOneIdentityOpensTwoSchools: a link of the second school's and the sign-in of the first are both sides' word; somebody else's
// identity stays theirs.
func TestOneIdentityOpensTwoSchools(t *testing.T) {
	h := newHouse(t)
	hill := schooltest.New(t, h.db, "Hill")
	there := h.also(hill.School, school.IT)
	dbtest.Exec(t, h.db, "UPDATE person SET opened_by = NULL") // as a roster makes them
	anna := signin.Outside{Issuer: "https://idp", Subject: "anna", Again: true}
	dbtest.Exec(t, h.db, "UPDATE person SET username = username || '-hill' WHERE school_id = $1 AND person_id <> $2", hill.School, there.ID)
	accept := func(at school.ID, username string) (signin.Entered, error) {
		link, err := h.in.AddStaff(t.Context(), signin.Staff{School: at, Username: username, Role: school.IT})
		if err != nil {
			t.Fatal(err)
		}
		return h.in.AcceptOutside(t.Context(), link, anna)
	}
	home, err := accept(h.cast.School, "it")
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.in.Switch(t.Context(), home.Token, hill.School)
	h.refused(err, "school-apart")
	_, err = accept(hill.School, "chief-hill")
	h.refused(err, "sso-taken")
	in, err := accept(hill.School, "ida")
	if err != nil {
		t.Fatal(err)
	}
	h.is(in.Token, school.Actor{School: hill.School, Person: there.ID, Pseudonym: there.Pseudonym, Roles: []school.Role{school.IT}})
	if in, err = h.in.SignInOutside(t.Context(), anna); err == nil {
		h.is(in.Token, h.cast.IT)
		in, err = h.in.Switch(t.Context(), in.Token, hill.School)
	}
	if err == nil {
		_, err = h.in.Switch(t.Context(), in.Token, h.cast.School)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhoIsOneHuman: names have to agree, and nobody is somebody twice.
func TestWhoIsOneHuman(t *testing.T) {
	h := newHouse(t)
	hill := schooltest.New(t, h.db, "Hill")
	join := func(name string, role school.Role) error {
		return h.db.InTx(t.Context(), db.System("staff"), func(ctx context.Context, tx *db.Tx) error {
			p, err := school.PersonByID(ctx, tx, h.cast.IT.Person)
			if err == nil {
				_, err = school.JoinAnother(ctx, tx, p, hill.School, name, role)
			}
			return err
		})
	}
	h.refused(join("teacher", school.Teacher), "username-taken")
	h.refused(join("sam", school.IT), "username-taken")
	if err := join("it", school.IT); err != nil { // of the same name
		t.Fatal(err)
	}
	h.refused(join("it", school.IT), "already-there")
	h.refused(join("other", school.IT), "already-elsewhere")
	if err := join("it", school.Exams); err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM person p JOIN person o USING (individual_id) WHERE o.person_id = $1", h.cast.IT.Person); n != 2 {
		t.Errorf("one human is %d people", n)
	}
}
