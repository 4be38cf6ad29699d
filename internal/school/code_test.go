package school_test

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	_ "inkwell/internal/propertytest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

func TestCodesHaveNoPattern(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"000000", "111222", "123456", "654321", "012345", "481234", "121212", "123123", "123321", "200912", "122009", "195003", "482018", "9876543210", "5550173946"} {
		if !school.Patterned(bad) {
			t.Errorf("%s has no pattern", bad)
		}
	}
	for _, fine := range []string{"482913", "314159", "271828", "100293", "9081726354"} {
		if school.Patterned(fine) {
			t.Errorf("%s has a pattern", fine)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(6, 16).Draw(t, "digits")
		code := school.DrawCode(digits)
		if len(code) != digits || strings.Trim(code, "0123456789") != "" || school.Patterned(code) {
			t.Fatalf("drew %q", code)
		}
	})
}

func TestCodesAloneAreLongEnough(t *testing.T) {
	t.Parallel()
	for people, want := range map[int]int{1: 6, 50: 8, 119: 8, 121: 9, 1199: 9, 1500: 10, 60_000: 11} {
		if got := school.DigitsAlone(people); got != want {
			t.Errorf("among %d people: %d digits, want %d", people, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.IntRange(1, 100_000).Draw(t, "people")
		if chance := 150 * float64(people) / (0.9 * math.Pow10(school.DigitsAlone(people))); chance >= 2e-4 {
			t.Fatalf("%d people: %g", people, chance)
		}
	})
}

// issue gives people of the cast new codes.
func (k *keypads) issue(people ...school.Actor) []school.Slip {
	k.Helper()
	var all []school.Person
	err := k.d.InTx(k.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
		for _, a := range people {
			p, err := school.PersonByID(ctx, tx, a.Person)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	slips, err2 := k.cast.Directory.IssueCodes(k.Context(), "", k.cast.School, all, nil)
	if err := errors.Join(err, err2); err != nil {
		k.Fatal(err)
	}
	return slips
}

func TestAnIssuedCodeTakesTheOldOnesPlace(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	slips := k.issue(k.cast.Sam, k.cast.Teacher)
	k.want("the old code", k.tries(0, "sam", schooltest.SamCode, "library"), "code-wrong")
	for _, s := range slips {
		k.want(s.Person.Username, k.tries(1, s.Person.Username, s.Code, "library"), "")
	}
	if slips[0].Code == slips[1].Code || len(slips[0].Code) != 6 {
		t.Error("two people have one code")
	}
	if _, _, err := k.cast.Directory.RenewCode(t.Context(), k.cast.Sam); codeIn(err) != "renew-by-code" {
		t.Errorf("by a badge: %v", err)
	}
	before, err := k.cast.Directory.ByCode(t.Context(), k.cast.School, "sam", slips[0].Code, "kiosk:gym")
	if err != nil {
		t.Fatal(err)
	}
	after, code, err := k.cast.Directory.RenewCode(t.Context(), before)
	if err != nil || after.Person != before.Person || after.Badges == before.Badges {
		t.Fatal(after, err)
	}
	if _, _, err := k.cast.Directory.RenewCode(t.Context(), before); codeIn(err) != "visit-over" {
		t.Errorf("by the old code: %v", err)
	}
	k.want("the code of the slip", k.tries(0, "sam", slips[0].Code, "library"), "code-wrong")
	k.want("the one renewed", k.tries(0, "sam", code, "library"), "")
	k.want("a code without a name", k.tries(0, "", code, "library"), "code-wrong")
	if n := dbtest.Value[int](t, k.d, "SELECT count(*) FROM audit WHERE act = 'code-issued'"); n != 3 {
		t.Errorf("%d audit rows", n)
	}
	if dbtest.Value[bool](t, k.d, "SELECT EXISTS (SELECT FROM code c WHERE c::text LIKE '%'||$1||'%')", code) {
		t.Error("the code stands in the table")
	}
	dbtest.Exec(t, k.d, "UPDATE school SET kind = 'primary'")
	if _, _, err := k.cast.Directory.RenewCode(t.Context(), after); codeIn(err) != "codes-primary" {
		t.Error(err)
	}
	k.issue(k.cast.Teacher) // staff of a primary school have codes
}

func codeIn(err error) string { return code(err) }

func TestACodeAloneWorksWhereItMayAndIsLong(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	allow := func(on bool) {
		t.Helper()
		err := k.d.InTx(t.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
			return k.cast.Directory.SetProofs(ctx, tx, "", k.cast.School, school.Proofs{CodeAlone: on})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	allow(true)
	slip := k.issue(k.cast.Sam)[0]
	if len(slip.Code) != school.DigitsAlone(5) {
		t.Errorf("a code of %d digits among 5 people", len(slip.Code))
	}
	k.want("alone", k.tries(0, "", slip.Code, "library"), "")
	k.want("with the name", k.tries(0, "sam", slip.Code, "library"), "")
	k.want("a short one alone", k.tries(0, "", schooltest.MiaCode, "library"), "code-wrong")
	k.want("a short one with its name", k.tries(0, "mia", schooltest.MiaCode, "library"), "")
	allow(false)
	k.want("alone where it may not", k.tries(0, "", slip.Code, "library"), "code-wrong")
	allow(true)
	dbtest.Exec(t, k.d, "INSERT INTO person (school_id, username, given_name, family_name) SELECT $1, 'p'||n, 'P', 'P' FROM generate_series(1, 1500) n", k.cast.School)
	k.want("alone once it is too short for the school", k.tries(0, "", slip.Code, "gym"), "code-wrong")
}

func TestCodesGoOverToANewKey(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	k.nodes[1] = school.New(k.d, school.Keys{ID: "newer", Secret: []byte("fedcba9876543210fedcba9876543210"), Older: []school.Keys{schooltest.Keys()}}, discard)
	k.want("under the older key", k.tries(1, "sam", schooltest.SamCode, "library"), "")
	k.want("and again", k.tries(1, "sam", schooltest.SamCode, "library"), "")
	if n := dbtest.Value[int](t, k.d, "SELECT count(*) FROM code WHERE key_id = 'newer'"); n != 1 {
		t.Errorf("%d codes have gone over", n)
	}
	k.want("one that has not", k.tries(1, "mia", schooltest.MiaCode, "library"), "")
}

// TestTheTimeOfARefusalTellsNothing takes minutes, and measures: a machine that does
// other things meanwhile may spoil it.
func TestTheTimeOfARefusalTellsNothing(t *testing.T) {
	if os.Getenv("INKWELL_PROVE") == "" {
		t.Log("measured under INKWELL_PROVE alone; TestUnknownAndWrongDoTheSameWork holds the work itself")
		return
	}
	const samples = 500
	school.Spaced(true)
	t.Cleanup(func() { school.Spaced(false) })
	k := newKeypads(t)
	k.issue(k.cast.Sam) // at full cost
	var times [2][]float64
	for n := range 2 * samples {
		name := []string{"sam", "zzz"}[n%2]
		began := time.Now()
		k.want(name, k.tries(0, name, "000001", "library"), "code-wrong")
		times[n%2] = append(times[n%2], time.Since(began).Seconds())
		k.clock.Advance(25 * time.Hour)
	}
	welch := func(a, b []float64) float64 {
		mean := func(x []float64) (m, v float64) {
			for _, y := range x {
				m += y / float64(len(x))
			}
			for _, y := range x {
				v += (y - m) * (y - m) / float64(len(x)-1)
			}
			return m, v
		}
		ma, va := mean(a)
		mb, vb := mean(b)
		return (ma - mb) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
	}
	w := welch(times[0], times[1])
	t.Logf("Welch t of wrong against unknown over 2 x %d: %.2f", samples, w)
	if math.Abs(w) >= 4.5 {
		t.Errorf("the time tells whether there is such a name: t = %.2f", w)
	}
}

func TestACodeIsReadOutInGroups(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"": "", "604815": "604 815", "60481527": "6048 1527", "6048152": "604 8152", "6048152739": "604 815 2739", "604815273948": "604 815 273 948",
	} {
		if got := strings.ReplaceAll(school.Grouped(code), "\u00a0", " "); got != want {
			t.Errorf("%s is grouped as %q, want %q", code, got, want)
		}
	}
}
