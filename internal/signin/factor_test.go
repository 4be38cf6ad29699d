package signin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
	"inkwell/internal/signin/signintest"
)

// app is somebody's phone.
type app struct {
	*house
	secret   string
	recovery []string
	token    string // of the session that set it up
}

// code is what it shows now.
func (a *app) code() string { return signintest.Code(a.T, a.secret, a.clock.Now()) }

// want has the school want a second factor of a role.
func (h *house) want(roles ...school.Role) {
	h.Helper()
	if err := h.in.WantFactor(h.Context(), school.Actor{}, h.cast.School, roles); err != nil {
		h.Fatal(err)
	}
}

// enrolled signs somebody in who sets their app up.
func (h *house) enrolled(token string) *app {
	h.Helper()
	e, err := h.in.Enrol(h.Context(), token)
	if err != nil {
		h.Fatal(err)
	}
	a := &app{house: h, secret: e.Secret}
	in, recovery, err := h.in.Confirm(h.Context(), token, a.code())
	if err != nil || in.Stage != signin.Open || in.Token == token {
		h.Fatalf("%+v, %v", in, err)
	}
	a.recovery, a.token = recovery, in.Token
	h.clock.Advance(time.Minute)
	return a
}

// half signs in by password, to the step of a second factor.
func (h *house) half(device string) signin.Entered {
	h.Helper()
	in, err := h.in.SignIn(h.Context(), signin.Try{Username: "it", Password: schooltest.Password, Place: "staff:test", Device: device})
	if err != nil {
		h.Fatal(err)
	}
	return in
}

// TestARoleThatMustHaveAFactorSetsItUpFirst: nothing opens before, and what was open ends.
func TestARoleThatMustHaveAFactorSetsItUpFirst(t *testing.T) {
	h := newHouse(t)
	before, teacher := h.signIn("it"), h.signIn("teacher")
	h.want(school.IT, school.Head)
	h.over(before)
	h.is(teacher, h.cast.Teacher)
	in := h.half("")
	if in.Stage != signin.NeedsFactor {
		t.Fatalf("%+v", in)
	}
	h.over(in.Token)
	if _, _, err := h.in.Code(t.Context(), in.Token, "000000", true); fault.As(err).Code != "session-over" {
		t.Errorf("a code instead of setting up: %v", err)
	}
	e, err := h.in.Enrol(t.Context(), in.Token)
	if err != nil || e.Username != "it" || !e.Must || !strings.Contains(e.Address, "secret="+e.Secret) || !strings.HasPrefix(e.Address, "otpauth://totp/Inkwell%20Harbour:it?") {
		t.Fatalf("%+v, %v", e, err)
	}
	if _, _, err := h.in.Confirm(t.Context(), in.Token, "123456"); fault.As(err).Code != "factor-wrong" {
		t.Errorf("confirmed by a wrong code: %v", err)
	}
	a := h.enrolled(in.Token)
	h.is(a.token, h.cast.IT)
	h.over(in.Token)
	if len(a.recovery) != 10 || len(slices.Compact(slices.Sorted(slices.Values(a.recovery)))) != 10 {
		t.Errorf("recovery codes %q", a.recovery)
	}
	if got := h.acts(); !strings.HasSuffix(got, "staff-factor-wanted staff-factor-set staff-signed-in") {
		t.Errorf("audit has %s", got)
	}
}

// TestACodeOpensOnce: not the half session, not a code twice, not a code of the app before.
func TestACodeOpensOnce(t *testing.T) {
	h := newHouse(t)
	a := h.enrolled(h.signIn("it"))
	h.is(a.token, h.cast.IT)
	in, code := h.half(""), a.code()
	if in.Stage != signin.NeedsCode {
		t.Fatalf("%+v", in)
	}
	h.over(in.Token)
	open, device, err := h.in.Code(t.Context(), in.Token, code[:3]+" "+code[3:], false)
	if err != nil || device != "" || open.Token == in.Token {
		t.Fatalf("%+v %q %v", open, device, err)
	}
	h.is(open.Token, h.cast.IT)
	_, _, err = h.in.Code(t.Context(), in.Token, code, false)
	h.refused(err, "session-over")
	_, _, err = h.in.Code(t.Context(), h.half("").Token, code, false)
	h.refused(err, "factor-wrong")
	h.clock.Advance(time.Minute)
	if _, _, err = h.in.Code(t.Context(), h.half("").Token, a.code(), false); err != nil {
		t.Error(err)
	}
}

// TestWrongCodesWait, longer each time, across nodes and sessions; a recovery code does not,
// and ends it.
func TestWrongCodesWait(t *testing.T) {
	h := newHouse(t)
	a := h.enrolled(h.signIn("it"))
	wrong := func() string {
		_, _, err := h.in.Code(t.Context(), h.half("").Token, "000000", false)
		return fault.As(err).Code
	}
	for i := range 5 {
		if got := wrong(); got != "factor-wrong" {
			t.Fatalf("wrong code %d: %s", i, got)
		}
	}
	for range 3 {
		if got := wrong(); got != "factor-wait" {
			t.Fatalf("one more: %s", got)
		}
	}
	_, _, err := h.in.Code(t.Context(), h.half("").Token, a.code(), false)
	h.refused(err, "factor-wait")
	tries := 5
	for end := h.clock.Now().Add(24 * time.Hour); h.clock.Now().Before(end); h.clock.Advance(15 * time.Minute) {
		if wrong() == "factor-wrong" {
			tries++
		}
	}
	if tries > 40 { // three codes of a million are right at any time
		t.Errorf("%d codes can be tried in a day", tries)
	}
	if _, _, err := h.in.Code(t.Context(), h.half("").Token, strings.ToLower(a.recovery[0]), false); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	_, _, err = h.in.Code(t.Context(), h.half("").Token, a.recovery[0], false)
	h.refused(err, "factor-wrong")
	if _, _, err = h.in.Code(t.Context(), h.half("").Token, a.code(), false); err != nil {
		t.Error(err)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*)::int FROM audit WHERE act = 'staff-codes-guessed'"); n != 1 {
		t.Errorf("guessing was recorded %d times", n)
	}
}

// TestADeviceIsKnownForThirtyDays, to its person, until the password changes.
func TestADeviceIsKnownForThirtyDays(t *testing.T) {
	h := newHouse(t)
	a := h.enrolled(h.signIn("it"))
	_, device, err := h.in.Code(t.Context(), h.half("").Token, a.code(), true)
	if err != nil || device == "" {
		t.Fatal(err)
	}
	h.enrolled(h.signIn("chief"))
	in, err := h.in.SignIn(t.Context(), signin.Try{Username: "chief", Password: schooltest.Password, Place: "staff:test", Device: device})
	if err != nil || in.Stage != signin.NeedsCode {
		t.Errorf("a colleague on it: %+v, %v", in, err)
	}
	h.clock.Advance(30*24*time.Hour - 5*time.Minute)
	if in := h.half(device); in.Stage != signin.Open {
		t.Errorf("on the 30th day: %+v", in)
	}
	h.clock.Advance(5 * time.Minute)
	if in := h.half(device); in.Stage != signin.NeedsCode {
		t.Errorf("after 30 days: %+v", in)
	}
	_, device, err = h.in.Code(t.Context(), h.half("").Token, a.code(), true)
	if err != nil || h.half(device).Stage != signin.Open {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "UPDATE person SET credential_version = credential_version + 1")
	if in := h.half(device); in.Stage != signin.NeedsCode {
		t.Errorf("with a new password: %+v", in)
	}
}

// TestSecretsAreSealed: neither the app's secret nor a recovery code stands in the database,
// and a secret that is moved to a colleague opens nothing.
func TestSecretsAreSealed(t *testing.T) {
	h := newHouse(t)
	a := h.enrolled(h.signIn("it"))
	h.enrolled(h.signIn("chief"))
	for _, secret := range append(a.recovery, a.secret) {
		n := dbtest.Value[int](t, h.db, `
			SELECT (SELECT count(*) FROM staff_account x WHERE strpos(x::text, $1) > 0) + (SELECT count(*) FROM recovery_code x WHERE strpos(x::text, $1) > 0)::int`, secret)
		if n != 0 {
			t.Errorf("%q stands in the database", secret)
		}
	}
	dbtest.Exec(t, h.db, "UPDATE staff_account SET sealed = (SELECT sealed FROM staff_account WHERE person_id = $1)", h.cast.Chief.Person)
	if _, _, err := h.in.Code(t.Context(), h.half("").Token, a.code(), false); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("with a colleague's secret: %v", err)
	}
}

// TestAColleagueResetsTheFactor, never oneself, nor somebody who may not.
func TestAColleagueResetsTheFactor(t *testing.T) {
	h := newHouse(t)
	h.want(school.IT)
	a := h.enrolled(h.half("").Token)
	_, device, err := h.in.Code(t.Context(), h.half("").Token, a.code(), true)
	if err != nil {
		t.Fatal(err)
	}
	it, chief, teacher := h.cast.IT, h.cast.Chief, h.cast.Teacher
	h.refused(h.in.ResetFactor(t.Context(), it, it.School, it.Person), "factor-own")
	h.refused(h.in.ResetFactor(t.Context(), teacher, it.School, it.Person), "not-allowed")
	h.refused(h.in.ResetFactor(t.Context(), chief, it.School, h.cast.Sam.Person), "staff-unknown")
	elsewhere := chief
	elsewhere.School = it.School + 1
	h.refused(h.in.ResetFactor(t.Context(), elsewhere, it.School, it.Person), "not-allowed")
	h.is(a.token, it)
	if err := h.in.ResetFactor(t.Context(), chief, it.School, it.Person); err != nil {
		t.Fatal(err)
	}
	h.over(a.token)
	if in := h.half(device); in.Stage != signin.NeedsFactor {
		t.Errorf("after the reset: %+v", in)
	}
	if got := h.acts(); !strings.HasSuffix(got, "staff-factor-reset") {
		t.Errorf("audit has %s", got)
	}
}

// TestBarredIsOutAtOnce, and back in.
func TestBarredIsOutAtOnce(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	if err := h.in.Bar(t.Context(), h.cast.Chief, h.cast.School, h.cast.IT.Person, true); err != nil {
		t.Fatal(err)
	}
	h.over(token)
	_, err := h.try("it", schooltest.Password, "staff:test")
	h.refused(err, "password-wrong")
	if err := h.in.Bar(t.Context(), h.cast.Chief, h.cast.School, h.cast.IT.Person, false); err != nil {
		t.Fatal(err)
	}
	h.over(token)
	h.is(h.signIn("it"), h.cast.IT)
}

// TestAFactorIsOfTheSessionThatSetItUp: whoever knew the password first and looked at the secret
// has nothing of it once its owner has set the app up, and confirms nothing themselves.
func TestAFactorIsOfTheSessionThatSetItUp(t *testing.T) {
	h := newHouse(t)
	h.want(school.IT)
	thief, owner := h.half(""), h.half("")
	seen, err := h.in.Enrol(t.Context(), thief.Token)
	if err != nil {
		t.Fatal(err)
	}
	e, err := h.in.Enrol(t.Context(), owner.Token)
	if err != nil || e.Secret == seen.Secret {
		t.Fatalf("the same secret is shown twice, %v", err)
	}
	if _, _, err := h.in.Confirm(t.Context(), thief.Token, signintest.Code(t, seen.Secret, h.clock.Now())); fault.As(err) == nil {
		t.Errorf("confirmed after the owner began: %v", err)
	}
	h.enrolled(owner.Token)
}
