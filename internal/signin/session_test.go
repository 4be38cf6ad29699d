package signin_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

func TestSessionEndsWhenIdle(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	for range 4 {
		h.clock.Advance(29 * time.Minute)
		h.is(token, h.cast.IT)
	}
	h.clock.Advance(30 * time.Minute)
	h.over(token)
}

func TestSessionEndsAfterItsLimit(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	for range 12*3 - 1 {
		h.clock.Advance(20 * time.Minute)
		h.is(token, h.cast.IT)
	}
	h.clock.Advance(20 * time.Minute)
	h.over(token)
}

// TestSessionEndsAtOnce: what happens to the person happens to the session.
func TestSessionEndsAtOnce(t *testing.T) {
	t.Parallel()
	for what, sql := range map[string]string{
		"left":         "UPDATE person SET left_at = now() WHERE person_id = $1",
		"role gone":    "DELETE FROM person_role WHERE person_id = $1",
		"guest now":    "UPDATE person_role SET role = 'guest' WHERE person_id = $1",
		"new password": "UPDATE person SET credential_version = credential_version + 1 WHERE person_id = $1",
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t)
			token, colleague := h.signIn("it"), h.signIn("chief")
			h.is(token, h.cast.IT)
			dbtest.Exec(t, h.db, sql, h.cast.IT.Person)
			h.over(token)
			h.is(colleague, h.cast.Chief)
		})
	}
}

func TestNewRoleIsThereAtOnce(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	dbtest.Exec(t, h.db, "INSERT INTO person_role (person_id, school_id, role) VALUES ($1, $2, 'teacher')", h.cast.IT.Person, h.cast.School)
	want := h.cast.IT
	want.Roles = []school.Role{school.IT, school.Teacher}
	h.is(token, want)
}

// TestPasswordChangedWhileSigningIn: the session of an old password is void.
func TestPasswordChangedWhileSigningIn(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	hash, err := school.HashPassword("some other boats 8")
	if err != nil {
		t.Fatal(err)
	}
	err = h.db.InTx(t.Context(), db.InSchool(h.cast.School), func(ctx context.Context, tx *db.Tx) error {
		return school.SetPassword(ctx, tx, h.cast.IT.Person, hash)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.over(token)
	_, err = h.try("it", schooltest.Password, "staff:test")
	h.refused(err, "password-wrong")
}

// TestUseIsWrittenOnceAMinute, not with every page.
func TestUseIsWrittenOnceAMinute(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	began := h.clock.Now()
	seen := func() time.Duration {
		return dbtest.Value[time.Time](t, h.db, "SELECT seen_at FROM session").Sub(began)
	}
	for _, step := range []struct{ after, want time.Duration }{
		{59 * time.Second, 0},
		{time.Second, time.Minute},
		{30 * time.Second, time.Minute},
		{31 * time.Second, 121 * time.Second},
	} {
		h.clock.Advance(step.after)
		h.is(token, h.cast.IT)
		if got := seen(); got != step.want {
			t.Errorf("seen %v after the start, want %v", got, step.want)
		}
	}
}
