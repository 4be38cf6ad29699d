package school_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// keypads is a school with codes on a clock of its own, seen by two nodes.
type keypads struct {
	*testing.T
	clock *dbtest.Clock
	d     *db.DB
	cast  *schooltest.Cast
	nodes [2]*school.Directory
}

func newKeypads(t *testing.T) *keypads {
	t.Helper()
	clock := dbtest.NewClock(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	d := dbtest.New(t, dbtest.At(clock))
	cast := schooltest.New(t, d, "Harbour")
	return &keypads{t, clock, d, cast, [2]*school.Directory{cast.Directory, school.New(d, schooltest.Keys(), discard)}}
}

// tries is what came of a name and code, "" for a sign-in.
func (k *keypads) tries(node int, name, code, kiosk string) string {
	k.Helper()
	_, err := k.nodes[node].ByCode(k.Context(), k.cast.School, name, code, "kiosk:"+kiosk)
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}

func (k *keypads) want(what, got, want string) {
	k.Helper()
	if got != want {
		k.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestANameWaitsLongerEachTimeAtOneKiosk(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"mia", "nobody"} { // the same for both
		k := newKeypads(t)
		for range 3 {
			k.want("free", k.tries(0, name, "000001", "library"), "code-wrong")
		}
		wait := 2 * time.Second
		for range 6 {
			k.clock.Advance(wait - time.Millisecond)
			k.want("too early", k.tries(1, name, "000001", "library"), "code-wait")
			k.clock.Advance(time.Millisecond)
			k.want("in time", k.tries(1, name, "000001", "library"), "code-wrong")
			wait *= 2
		}
		if name == "nobody" {
			continue
		}
		k.want("the right code while waiting", k.tries(0, "mia", schooltest.MiaCode, "library"), "code-wait")
		k.want("somebody else at this kiosk", k.tries(0, "sam", schooltest.SamCode, "library"), "")
		if _, err := k.cast.Directory.ByBadge(t.Context(), k.cast.School, schooltest.MiaBadge, "kiosk:gym"); err != nil {
			t.Fatal(err)
		}
		k.want("after her badge, anywhere", k.tries(0, "mia", schooltest.MiaCode, "library"), "")
	}
}

func TestAPrankLocksNobodyOut(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	for k.tries(0, "mia", "000001", "library") != "keypad-paused" {
		k.clock.Advance(10 * time.Second)
	}
	k.want("everybody at that keypad", k.tries(1, "sam", schooltest.SamCode, "library"), "keypad-paused")
	if _, err := k.cast.Directory.ByBadge(t.Context(), k.cast.School, schooltest.SamBadge, "kiosk:library"); err != nil {
		t.Errorf("a badge at the paused keypad: %v", err)
	}
	k.want("their code elsewhere, at once", k.tries(1, "mia", schooltest.MiaCode, "gym"), "")
	k.clock.Advance(16 * time.Minute)
	k.want("that keypad after a quarter of an hour", k.tries(0, "mia", schooltest.MiaCode, "library"), "")
}

func TestTheSchoolsKeypadsRestUntilITHasLooked(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	let := 0
	were := func(n int) { // wrong codes that need not all be hashed here
		dbtest.Exec(t, k.d, "INSERT INTO code_try (school_id, place, name, at) SELECT $1, 'kiosk:x', sha256('x'), $2 FROM generate_series(1, $3)", k.cast.School, k.clock.Now(), n)
		let += n
	}
	were(46)
	for n := range 1000 {
		if n == 8 {
			were(90)
		}
		if got := k.tries(n%2, fmt.Sprintf("name%d", n), "0000001", fmt.Sprintf("kiosk%d", n%20)); got == "keypads-rest" {
			break
		}
		let++
		k.clock.Advance(2 * time.Minute)
	}
	if let != 150 {
		t.Fatalf("after %d wrong codes", let)
	}
	k.want("the right code", k.tries(0, "sam", schooltest.SamCode, "gym"), "keypads-rest")
	if got := dbtest.Value[string](t, k.d, "SELECT string_agg(facts->>'wrong', ' ' ORDER BY at) FROM audit WHERE act = 'codes-guessed'"); got != "50 150" {
		t.Errorf("told of %q", got)
	}
	err := k.d.InTx(t.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
		n, rest, err := k.cast.Directory.WrongCodes(ctx, tx, k.cast.School)
		if n != 150 || !rest {
			t.Errorf("%d wrong codes, resting %v", n, rest)
		}
		if err != nil {
			return err
		}
		return k.cast.Directory.ResumeCodes(ctx, tx, "", k.cast.School)
	})
	if err != nil {
		t.Fatal(err)
	}
	k.want("after IT has looked", k.tries(0, "sam", schooltest.SamCode, "gym"), "")
}

// TestGuessingAtOnceAtManyKiosksGainsNothing: the last of the ceilings is not passed by
// guesses that are under way together, on two nodes.
func TestGuessingAtOnceAtManyKiosksGainsNothing(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	dbtest.Exec(t, k.d, "INSERT INTO code_try (school_id, place, name, at) SELECT $1, 'kiosk:x', sha256('x'), $2 FROM generate_series(1, 145)", k.cast.School, k.clock.Now())
	var all sync.WaitGroup
	for n := range 40 {
		all.Go(func() { k.tries(n%2, "sam", fmt.Sprintf("9%05d", n), fmt.Sprintf("kiosk%d", n%20)) })
	}
	all.Wait()
	if n := dbtest.Value[int](t, k.d, "SELECT count(*) FROM code_try"); n != 150 {
		t.Errorf("%d guesses were let through, want 150", n)
	}
}

// TestUnknownAndWrongDoTheSameWork: the same rows are written, and one hash is made.
func TestUnknownAndWrongDoTheSameWork(t *testing.T) {
	k := newKeypads(t)
	var rows []string
	for i, name := range []string{"sam", "nobody", "teacher"} { // wrong, unknown, without a code
		before, spaces := school.Hashes(), school.Spaces()
		k.want(name, k.tries(0, name, "000001", "library"), "code-wrong")
		if n := school.Hashes() - before; n != 1 {
			t.Errorf("%s: %d hashes", name, n)
		}
		if n := school.Spaces() - spaces; n != 1 {
			t.Errorf("%s: answered at once", name)
		}
		rows = append(rows, dbtest.Value[string](t, k.d, "SELECT string_agg(place || length(name) || at || cleared, ';') FROM code_try WHERE try_id = (SELECT max(try_id) FROM code_try)"))
		if n := dbtest.Value[int](t, k.d, "SELECT count(*) FROM code_try"); n != i+1 || rows[i] != rows[0] {
			t.Errorf("%s left %d rows, the last %s", name, n, rows[i])
		}
	}
}

// TestGuessingOverTwentyKiosks plays attackers that spread over kiosks, names, nodes and
// time, as fast as they are let, on a clock of their own. Codes are drawn evenly, so the
// chance of a day is the most guesses that any day lets through, over the codes there are.
func TestGuessingOverTwentyKiosks(t *testing.T) {
	t.Parallel()
	attempts := 10_000
	if os.Getenv("INKWELL_PROVE") != "" {
		attempts = 1_000_000
	}
	codes := 0
	for n := range 1_000_000 {
		if !school.Patterned(fmt.Sprintf("%06d", n)) {
			codes++
		}
	}
	worst, hits, let := 0, 0, 0
	for name, next := range map[string]func(n int) (who, kiosk string, wait time.Duration){
		"one name, everywhere": func(n int) (string, string, time.Duration) { return "sam", fmt.Sprint("k", n%20), time.Minute },
		"every name, everywhere": func(n int) (string, string, time.Duration) {
			return fmt.Sprint("p", n%200), fmt.Sprint("k", n*7%20), 30 * time.Second
		},
		"one kiosk, all day": func(n int) (string, string, time.Duration) { return fmt.Sprint("p", n%200), "k1", 40 * time.Second },
		"bursts at the day's end": func(n int) (string, string, time.Duration) {
			if n%400 == 399 {
				return fmt.Sprint("p", n%200), fmt.Sprint("k", n%20), 12 * time.Hour
			}
			return fmt.Sprint("p", n%200), fmt.Sprint("k", n%20), time.Second
		},
	} {
		k := newKeypads(t)
		hash, err := k.cast.Directory.HashDemoCode(schooltest.SamCode)
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Exec(t, k.d, "INSERT INTO person (school_id, username, given_name, family_name) SELECT $1, 'p'||n, 'P', 'P' FROM generate_series(0, 199) n", k.cast.School)
		dbtest.Exec(t, k.d, "INSERT INTO code (school_id, person_id, key_id, hash, set_at) SELECT school_id, person_id, 'test', $1, now() FROM person WHERE username LIKE 'p%'", hash)
		var through []time.Time
		for n := range attempts / 4 {
			who, kiosk, wait := next(n)
			code := fmt.Sprintf("%06d", n*7919%1_000_000)
			switch got := k.tries(n%2, who, code, kiosk); got {
			case "":
				hits++
				fallthrough
			case "code-wrong":
				let++
				through = append(through, k.clock.Now())
				for !through[0].After(k.clock.Now().Add(-24 * time.Hour)) {
					through = through[1:]
				}
				worst = max(worst, len(through))
			case "code-wait", "keypad-paused", "keypads-rest":
			default:
				t.Fatalf("%s: %s", name, got)
			}
			k.clock.Advance(wait)
		}
	}
	chance := float64(worst) / float64(codes)
	t.Logf("%d attempts, %d let through, %d of them right; at most %d in 24 hours, of %d codes: %.2f in 10,000 a day", attempts, let, hits, worst, codes, chance*10_000)
	if chance >= 2e-4 || worst < 100 || codes < 900_000 {
		t.Errorf("%d guesses a day of %d codes", worst, codes)
	}
}
