package signin_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/signin"
)

const newPassword = "four brown boats 9"

func (h *house) invite(who signin.Staff) (token string) {
	h.Helper()
	who.School = h.cast.School
	token, err := h.in.AddStaff(h.Context(), who)
	if err != nil {
		h.Fatal(err)
	}
	return token
}

// newcomer is nobody yet.
var newcomer = signin.Staff{Username: "Una", Given: "Una", Family: "Frost", Role: school.IT}

func TestInvitation(t *testing.T) {
	h := newHouse(t)
	token := h.invite(newcomer)
	_, err := h.try("una", newPassword, "staff:test")
	h.refused(err, "password-wrong")
	if name, err := h.in.Invitation(t.Context(), token); err != nil || name != "una" {
		t.Errorf("for %q, %v", name, err)
	}
	h.refused(h.in.Accept(t.Context(), token, "short 1"), "password-length")
	h.refused(h.in.Accept(t.Context(), token, "hello una 2026"), "password-personal")
	if err := h.in.Accept(t.Context(), token, newPassword); err != nil {
		t.Fatal(err)
	}
	session, err := h.try("una", newPassword, "staff:test")
	if err != nil {
		t.Fatal(err)
	}
	if a, err := h.in.Actor(t.Context(), session); err != nil || !a.May(school.UseConsole) {
		t.Errorf("%+v, %v", a, err)
	}
	h.dead(token)
	if got := h.acts(); got != "staff-invited staff-password-set staff-signed-in" {
		t.Errorf("audit has %s", got)
	}
}

// dead fails the test unless the link is of no use, and looks as if it never was.
func (h *house) dead(token string) {
	h.Helper()
	_, err := h.in.Invitation(h.Context(), token)
	h.refused(err, "invitation-unknown")
	h.refused(h.in.Accept(h.Context(), token, newPassword), "invitation-unknown")
	h.refused(h.in.Accept(h.Context(), token, "weak"), "invitation-unknown")
}

func TestInvitationsThatAreNone(t *testing.T) {
	h := newHouse(t)
	for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 44), h.signIn("it")} {
		h.dead(token)
	}
	old := h.invite(newcomer)
	h.clock.Advance(15 * time.Minute)
	h.dead(old)

	first := h.invite(newcomer)
	second := h.invite(newcomer)
	h.dead(first)
	h.clock.Advance(15*time.Minute - time.Second)
	if _, err := h.in.Invitation(t.Context(), second); err != nil {
		t.Error(err)
	}
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = now() WHERE username = 'una'")
	h.dead(second)
}

// TestInvitationIsUsedOnce also by two at the same moment.
func TestInvitationIsUsedOnce(t *testing.T) {
	h := newHouse(t)
	token := h.invite(newcomer)
	var wg sync.WaitGroup
	answers := make(chan error, 4)
	for range cap(answers) {
		wg.Go(func() { answers <- h.in.Accept(t.Context(), token, newPassword) })
	}
	wg.Wait()
	close(answers)
	won := 0
	for err := range answers {
		if err == nil {
			won++
			continue
		}
		h.refused(err, "invitation-unknown")
	}
	if won != 1 {
		t.Errorf("used %d times", won)
	}
}

// TestNewPasswordByInvitationEndsSessions: whoever lost a password gets everybody
// else out with the new one.
func TestNewPasswordByInvitationEndsSessions(t *testing.T) {
	h := newHouse(t)
	session := h.signIn("it")
	token := h.invite(signin.Staff{Username: "it", Role: school.IT})
	h.is(session, h.cast.IT)
	if err := h.in.Accept(t.Context(), token, newPassword); err != nil {
		t.Fatal(err)
	}
	h.over(session)
}

func TestAddStaffRefuses(t *testing.T) {
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = now() WHERE person_id = $1", h.cast.Chief.Person)
	for code, who := range map[string]signin.Staff{
		"role-unknown":  {Username: "una", Given: "U", Family: "F", Role: school.Pupil},
		"username-form": {Username: "una frost", Given: "U", Family: "F", Role: school.IT},
		"name-missing":  {Username: "una", Given: " ", Family: "F", Role: school.IT},
		"name-missing ": {Username: "una", Given: "U", Family: "F\u202e", Role: school.IT},
		"person-left":   {Username: "chief", Role: school.IT},
		"role-differs":  {Username: "sam", Role: school.IT},
	} {
		who.School = h.cast.School
		_, err := h.in.AddStaff(t.Context(), who)
		h.refused(err, strings.TrimSpace(code))
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*)::int FROM invitation"); n != 0 || h.acts() != "" {
		t.Errorf("%d invitations, audit %q", n, h.acts())
	}
}
