package school_test

import (
	"fmt"

	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// nobodys is the hash of no password anybody knows.
const nobodys = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// remembering is a school whose Sam has just signed in, and whose hash no password
// fits any more: only what is remembered signs him in.
func remembering(t *testing.T) signedIn {
	t.Helper()
	clock := dbtest.NewClock(time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	s := signedIn{t, d, schooltest.New(t, d, "Harbour"), clock}
	if err := s.again(schooltest.Password); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, d, "UPDATE person SET password_hash = $2 WHERE person_id = $1", s.cast.Sam.Person, nobodys)
	return s
}

type signedIn struct {
	t     *testing.T
	db    *db.DB
	cast  *schooltest.Cast
	clock *dbtest.Clock
}

// again signs Sam in once more.
func (s signedIn) again(password string) error {
	_, err := s.cast.Directory.ByPassword(s.t.Context(), s.cast.School, "sam", password, "ipp:a")
	return err
}

func TestARightPasswordIsRemembered(t *testing.T) {
	t.Parallel()
	s := remembering(t)
	s.clock.Advance(5*time.Minute - time.Second)
	if err := s.again(schooltest.Password); err != nil {
		t.Errorf("within five minutes: %v", err)
	}
	if err := s.again(schooltest.Password + " "); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("another password: %v", err)
	}
	s.clock.Advance(time.Second)
	if err := s.again(schooltest.Password); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("after five minutes: %v", err)
	}
}

// Whatever ends a person's rights ends what is remembered, at once and on every node.
func TestWhatIsRememberedEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"a new password": "UPDATE person SET credential_version = credential_version + 1 WHERE person_id = $1",
		"leaving":        "UPDATE person SET left_at = now() WHERE person_id = $1",
		"another name":   "UPDATE person SET username = 'somebody' WHERE person_id = $1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := remembering(t)
			dbtest.Exec(t, s.db, end, s.cast.Sam.Person)
			if err := s.again(schooltest.Password); fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("still signed in: %v", err)
			}
		})
	}
}

// Another node, or a restart, remembers nothing.
func TestAnotherNodeRemembersNothing(t *testing.T) {
	t.Parallel()
	s := remembering(t)
	other := school.New(s.db, schooltest.Keys(), discard)
	if _, err := other.ByPassword(t.Context(), s.cast.School, "sam", schooltest.Password, "ipp:a"); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("it was never asked before: %v", err)
	}
}

// A place that guesses too much waits, even for what is remembered there.
func TestAPausedPlaceIsPausedForAll(t *testing.T) {
	t.Parallel()
	s := remembering(t)
	for i := range 30 {
		if err := s.again(fmt.Sprintf("wrong %d", i)); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatal(err)
		}
	}
	if err := s.again(schooltest.Password); fault.KindOf(err) != fault.TooMany {
		t.Errorf("%v", err)
	}
}

func BenchmarkByPassword(b *testing.B) {
	d := dbtest.New(b)
	cast := schooltest.New(b, d, "Harbour")
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			school.CheckPassword("", schooltest.Password)
		}
	})
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			if _, err := cast.Directory.ByPassword(b.Context(), cast.School, "sam", schooltest.Password, "ipp:a"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
