package signin_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/sealed"
	"inkwell/internal/signin"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// house is a school with its staff's way in, and a clock that stands still.
type house struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	cast  *schooltest.Cast
	in    *signin.SignIn
}

func newHouse(t *testing.T) *house {
	t.Parallel()
	clock := dbtest.NewClock(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	cast := schooltest.New(t, d, "Harbour")
	return &house{t, d, clock, cast, signin.New(d, cast.Directory, slog.New(slog.DiscardHandler), signin.Options{Key: key})}
}

// key seals the second factors of tests.
var key = sealed.Key{ID: "0a0b0c0d", Secret: []byte("0123456789abcdef0123456789abcdef")}

// try is a try to sign in from one browser, and its token.
func (h *house) try(username, password, place string) (token string, err error) {
	in, err := h.in.SignIn(h.Context(), signin.Try{Username: username, Password: password, Place: place})
	return in.Token, err
}

func (h *house) signIn(username string) (token string) {
	h.Helper()
	token, err := h.try(username, schooltest.Password, "staff:test")
	if err != nil {
		h.Fatal(err)
	}
	return token
}

// is fails the test unless the token stands for the person now.
func (h *house) is(token string, want school.Actor) {
	h.Helper()
	want.Proof = school.BySession
	a, err := h.in.Actor(h.Context(), token)
	if err != nil || fmt.Sprint(a) != fmt.Sprint(want) {
		h.Errorf("actor %+v, %v; want %+v", a, err, want)
	}
}

// over fails the test unless the token is no session, and looks like none.
func (h *house) over(token string) {
	h.Helper()
	a, err := h.in.Actor(h.Context(), token)
	h.refused(err, "session-over")
	if a.Person != 0 {
		h.Errorf("refused and yet %+v", a)
	}
}

func (h *house) refused(err error, code string) {
	h.Helper()
	if f := fault.As(err); f == nil || f.Code != code {
		h.Errorf("got %v, want %s", err, code)
	}
}

// acts are the audit's acts about staff getting in, in order.
func (h *house) acts() string {
	return dbtest.Value[string](h.T, h.db, "SELECT coalesce(string_agg(act, ' ' ORDER BY audit_id), '') FROM audit")
}

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	one, two := h.signIn(" IT "), h.signIn("it")
	if one == two || len(one) < 43 {
		t.Errorf("tokens %q and %q", one, two)
	}
	h.is(one, h.cast.IT)
	h.is(two, h.cast.IT)

	if err := h.in.SignOut(t.Context(), one); err != nil {
		t.Error(err)
	}
	h.over(one)
	h.is(two, h.cast.IT)
	for _, again := range []string{one, "", "x", strings.Repeat("A", 43)} {
		if err := h.in.SignOut(t.Context(), again); err != nil {
			t.Errorf("signing out %q: %v", again, err)
		}
		h.over(again)
	}
	if got := h.acts(); got != "staff-signed-in staff-signed-in staff-signed-out" {
		t.Errorf("audit has %s", got)
	}
}

// TestTokensAreKeptAsDigests: whoever reads the database gets in nowhere.
func TestTokensAreKeptAsDigests(t *testing.T) {
	h := newHouse(t)
	session := h.signIn("it")
	link, err := h.in.AddStaff(t.Context(), signin.Staff{School: h.cast.School, Username: "chief", Role: school.IT})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{session, link} {
		found := dbtest.Value[int64](t, h.db, `
			SELECT (SELECT count(*) FROM session s WHERE strpos(s::text, $1) > 0 OR strpos(encode(digest, 'base64'), $2) > 0)
			     + (SELECT count(*) FROM invitation i WHERE strpos(i::text, $1) > 0 OR strpos(encode(digest, 'base64'), $2) > 0)`,
			secret, strings.NewReplacer("-", "+", "_", "/").Replace(secret[:42]))
		if found != 0 {
			t.Error("a token stands in the database")
		}
	}
}

func TestSignInHasOneRefusal(t *testing.T) {
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = now() WHERE person_id = $1", h.cast.Chief.Person)
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'guest' WHERE person_id = $1", h.cast.Teacher.Person)
	var said []string
	for what, try := range map[string][2]string{
		"wrong":                {"it", "three green boats 8"},
		"blank":                {"it", ""},
		"unknown":              {"nobody", schooltest.Password},
		"nobody":               {"", ""},
		"a pupil":              {"sam", schooltest.Password},
		"a role without pages": {"teacher", schooltest.Password},
		"somebody who left":    {"chief", schooltest.Password},
		"no possible name":     {"it\x00", schooltest.Password},
		"no text at all":       {"\xff\xfe", schooltest.Password},
		"a very long name":     {strings.Repeat("it", 1<<16), schooltest.Password},
	} {
		token, err := h.try(try[0], try[1], "staff:test")
		if f := fault.As(err); f == nil || f.Kind != fault.Unauthenticated || token != "" {
			t.Errorf("%s: %q, %v", what, token, err)
		} else {
			said = append(said, f.Code+f.Say)
		}
	}
	if slices.Sort(said); len(slices.Compact(said)) != 1 {
		t.Errorf("different answers: %q", said)
	}
	if h.acts() != "" {
		t.Errorf("audit has %s", h.acts())
	}
}

// TestGuessesPauseTheirPlace and no other.
func TestGuessesPauseTheirPlace(t *testing.T) {
	h := newHouse(t)
	dbtest.Exec(t, h.db, "INSERT INTO guess (school_id, place, at) SELECT $1, 'staff:far', $2 FROM generate_series(1, 30)", h.cast.School, h.clock.Now())
	_, err := h.try("it", schooltest.Password, "staff:far")
	h.refused(err, "password-paused")
	if _, err := h.try("it", "wrong", "staff:near"); fault.KindOf(err) != fault.Unauthenticated {
		t.Error(err)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*)::int FROM guess WHERE place = 'staff:near'"); n != 1 {
		t.Errorf("%d guesses counted", n)
	}
	h.signIn("it")
}

// TestStaffOfSeveralSchools sign in to their own, also when two schools gave the
// same name.
func TestStaffOfSeveralSchools(t *testing.T) {
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Hill")
	hash, err := school.HashPassword("hill has boats 5")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "UPDATE person SET password_hash = $2 WHERE person_id = $1", other.IT.Person, hash)
	h.is(h.signIn("it"), h.cast.IT)
	token, err := h.try("it", "hill has boats 5", "staff:test")
	if err != nil {
		t.Fatal(err)
	}
	h.is(token, other.IT)
	dbtest.Exec(t, h.db, "UPDATE person SET username = 'hillit' WHERE person_id = $1", other.IT.Person)
	_, err = h.in.AddStaff(t.Context(), signin.Staff{School: h.cast.School, Username: "HillIT", Given: "A", Family: "B", Role: school.IT})
	h.refused(err, "username-elsewhere")
}

func TestNoSchoolNoSignIn(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	log := slog.New(slog.DiscardHandler)
	_, err := signin.New(d, school.New(d, schooltest.Keys(), log), log, signin.Options{}).SignIn(t.Context(), signin.Try{Username: "it", Password: "x", Place: "staff:test"})
	if fault.KindOf(err) != fault.Unauthenticated {
		t.Error(err)
	}
}

func TestDatabaseAwayIsNoRefusal(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("it")
	h.db.Close()
	_, err := h.try("it", schooltest.Password, "staff:test")
	_, err2 := h.in.Actor(t.Context(), token)
	_, err3 := h.in.Invitation(t.Context(), token)
	for _, err := range []error{err, err2, err3, h.in.SignOut(t.Context(), token)} {
		if k := fault.KindOf(err); err == nil || k != fault.Internal && k != fault.Unavailable {
			t.Errorf("broken database: %v", err)
		}
	}
}
