package school_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// Whoever guesses a hundred times at once has no more guesses than one after the other,
// but for those that are being hashed at the moment.
func TestGuessingAtOnceIsNoWayToMoreGuesses(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast := schooltest.New(t, d, "Harbour")
	dbtest.Exec(t, d, "UPDATE person SET password_hash = $1", nobodys)
	var wrong sync.WaitGroup
	for range 100 {
		wrong.Go(func() {
			_, err := cast.Directory.ByPassword(t.Context(), cast.School, "sam", "wrong", "ipp:a")
			if kind := fault.KindOf(err); kind != fault.Unauthenticated && kind != fault.TooMany {
				t.Error(kind)
			}
		})
	}
	wrong.Wait()
	n := dbtest.Value[int](t, d, "SELECT count(*) FROM guess WHERE place = 'ipp:a'")
	if most := 30 + max(2, runtime.NumCPU()) - 1; n < 30 || n > most {
		t.Errorf("%d guesses, want 30 to %d", n, most)
	}
}

// How long a refusal takes tells nothing: not whether there is such a person, has a
// password, has left, or has just signed in.
func TestEveryRefusalTakesTheTimeOfAHash(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	cast := schooltest.New(t, d, "Harbour")
	dbtest.Exec(t, d, "UPDATE person SET left_at = now() WHERE username = 'mia'")
	dbtest.Exec(t, d, "UPDATE person SET password_hash = NULL WHERE username = 'teacher'")
	if _, err := cast.Directory.ByPassword(t.Context(), cast.School, "sam", schooltest.Password, "ipp:a"); err != nil {
		t.Fatal(err)
	}
	school.CheckPassword("", "") // once, so that what stands in for nobody is there
	quickest := map[string]time.Duration{}
	uneven := func() (who []string) {
		for user, took := range quickest {
			if took > 2*quickest["it"] || 2*took < quickest["it"] {
				who = append(who, user)
			}
		}
		return who
	}
	// Others use the machine, and can only make one slower: a few more tries tell that
	// from what takes longer by itself.
	for i := 0; i < 5 || i < 25 && uneven() != nil; i++ {
		for _, user := range []string{"it", "sam", "mia", "teacher", "nobody"} {
			began := time.Now()
			_, err := cast.Directory.ByPassword(t.Context(), cast.School, user, "wrong", "ipp:"+user)
			if took := time.Since(began); i == 0 || took < quickest[user] {
				quickest[user] = took
			}
			if fault.As(err).Say != "We can't sign you in. Try again, or see reception." {
				t.Errorf("%s: %v", user, err)
			}
		}
	}
	t.Logf("the quickest: %v", quickest)
	for _, user := range uneven() {
		t.Errorf("%s is refused in %s, a wrong password in %s", user, quickest[user], quickest["it"])
	}
}
