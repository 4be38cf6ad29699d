package school_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/reader"
	"inkwell/internal/school/schooltest"
)

// badgeCase is a school with its database, to try badges at.
type badgeCase struct {
	*testing.T
	d    *db.DB
	cast *schooltest.Cast
}

func newBadgeCase(t *testing.T) *badgeCase {
	t.Helper()
	d := dbtest.New(t)
	return &badgeCase{t, d, schooltest.New(t, d, "Harbour")}
}

// does is an act that must succeed.
func (c *badgeCase) does(fn func(context.Context, *db.Tx) error) {
	c.Helper()
	if err := c.tries(fn); err != nil {
		c.Fatal(err)
	}
}

func (c *badgeCase) tries(fn func(context.Context, *db.Tx) error) error {
	return c.d.InTx(c.Context(), db.System("test"), fn)
}

func (c *badgeCase) person(a school.Actor) (p school.Person) {
	c.Helper()
	c.does(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = school.PersonByID(ctx, tx, a.Person)
		return err
	})
	return p
}

func (c *badgeCase) link(a school.Actor, number string) error {
	p := c.person(a)
	return c.tries(func(ctx context.Context, tx *db.Tx) error {
		_, err := c.cast.Directory.LinkBadge(ctx, tx, "", p, "", number)
		return err
	})
}

func (c *badgeCase) set(station, form string) error {
	p, err := reader.Parse(form)
	if err != nil {
		c.Fatal(err)
	}
	return c.tries(func(ctx context.Context, tx *db.Tx) error {
		_, err := c.cast.Directory.SetReader(ctx, tx, "", c.cast.School, school.Reader{Station: station, Profile: p})
		return err
	})
}

// taps is whose the badge is at a station, 0 for nobody's.
func (c *badgeCase) taps(station, number string) school.PersonID {
	c.Helper()
	a, err := c.cast.Directory.ByBadge(c.Context(), c.cast.School, number, "kiosk:"+station)
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		c.Fatal(err)
	}
	return a.Person
}

func (c *badgeCase) imports(form string, rows ...string) school.BadgeImport {
	c.Helper()
	list, err := school.ReadBadgeList(strings.NewReader("username,badge\n" + strings.Join(rows, "\n")))
	if err != nil {
		c.Fatal(err)
	}
	p, err := reader.Parse(form)
	if err != nil {
		c.Fatal(err)
	}
	var r school.BadgeImport
	c.does(func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = c.cast.Directory.ImportBadges(ctx, tx, "", c.cast.School, p, list)
		return err
	})
	return r
}

func code(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}

func TestOneCardIsOnePersonAtEveryReader(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	if err := c.link(c.cast.Sam, "00A1B2C3"); err != nil {
		t.Fatal(err)
	}
	if err := c.set("gym", "facility"); err != nil {
		t.Fatal(err)
	}
	if err := c.set("lab", "hex-bits"); err != nil {
		t.Fatal(err)
	}
	for _, at := range [][2]string{
		{"library", "00a1b2c3"}, {"library", "C3B2A100"}, {"library", "10597059"}, {"library", "3283263744"}, {"library", ";0010597059?\r"},
		{"gym", "161-45763"}, {"gym", "16145763"}, {"lab", "00854DC3"},
	} {
		if got := c.taps(at[0], at[1]); got != c.cast.Sam.Person {
			t.Errorf("%s at %s is person %d", at[1], at[0], got)
		}
	}
	for _, at := range [][2]string{{"gym", "00A1B2C3"}, {"lab", "00A1B2C3"}, {"library", "161-45763"}, {"library", "00A1B2C4"}} {
		if got := c.taps(at[0], at[1]); got != 0 {
			t.Errorf("%s at %s is person %d", at[1], at[0], got)
		}
	}
}

func TestABadgeThatFitsTwoPeopleIsNobodys(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	if err := c.set("", "hex,uid=4"); err != nil { // by which the two differ
		t.Fatal(err)
	}
	for _, err := range []error{c.link(c.cast.Sam, "11223344"), c.link(c.cast.Mia, "44332211")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := c.taps("library", "44332211"); got != c.cast.Mia.Person {
		t.Errorf("with a profile it is person %d", got)
	}
	c.does(func(ctx context.Context, tx *db.Tx) error {
		return c.cast.Directory.ResetReader(ctx, tx, "", c.cast.School, "")
	})
	if got := c.taps("library", "44332211"); got != 0 {
		t.Errorf("without one it is person %d, though it may be another's", got)
	}
	if err := c.link(c.cast.Teacher, "0x1"); code(err) != "badge-unreadable" {
		t.Error(err)
	}
	if err := c.link(c.cast.Teacher, "574373"); err != nil {
		t.Fatal(err)
	}
	if err := c.link(c.cast.IT, "8C3A5"); code(err) != "badge-taken" { // the same, in hex
		t.Error(err)
	}
}

func TestABadgeIsTakenFromNobody(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	for _, number := range []string{schooltest.SamBadge, "77705923", "C3B2A104"} {
		if err := c.link(c.cast.Mia, number); code(err) != "badge-taken" {
			t.Errorf("%s: %v", number, err)
		}
		if err := c.link(c.cast.Sam, number); err != nil {
			t.Errorf("%s, which is Sam's: %v", number, err)
		}
	}
	for i := range 4 {
		if err := c.link(c.cast.Sam, fmt.Sprintf("E4000%03d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.link(c.cast.Sam, "E4000099"); code(err) != "badges-full" {
		t.Error(err)
	}
	var all []school.Badge
	sam := c.person(c.cast.Sam)
	c.does(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = c.cast.Directory.Badges(ctx, tx, sam.ID)
		return err
	})
	if len(all) != 5 || all[0].Last4 != "b2c3" || all[4].Last4 != "0003" {
		t.Fatalf("badges %+v", all)
	}
	revoke := func(p school.Person) error {
		return c.tries(func(ctx context.Context, tx *db.Tx) error {
			return c.cast.Directory.RevokeBadge(ctx, tx, "", p, all[0].ID)
		})
	}
	if err := revoke(c.person(c.cast.Mia)); code(err) != "badge-not-theirs" {
		t.Error(err)
	}
	if err := revoke(sam); err != nil {
		t.Fatal(err)
	}
	if got := c.taps("library", schooltest.SamBadge); got != 0 {
		t.Error("a revoked badge still opens")
	}
	if err := c.link(c.cast.Mia, schooltest.SamBadge); err != nil {
		t.Errorf("a revoked badge cannot be given on: %v", err)
	}
}

func TestABadgeOfAnotherSchoolIsTakenAsWell(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	other := schooltest.New(t, c.d, "Hill")
	if err := c.link(other.Sam, schooltest.SamBadge); code(err) != "badge-taken" {
		t.Error(err)
	}
}

func TestAProfileUnderWhichBadgesCollideIsRefused(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	for _, err := range []error{c.link(c.cast.Sam, "AA112233"), c.link(c.cast.Mia, "BB112233"), c.link(c.cast.Mia, "CC112233")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	err := c.set("gym", "facility")
	if code(err) != "badges-collide" || !strings.Contains(fault.As(err).Say, "3 badges") || !strings.Contains(fault.As(err).Say, "2233 and 2233 and 2233") {
		t.Fatal(err)
	}
	if err := c.set("gym", "facility-reversed"); err != nil { // of the other end they differ
		t.Fatal(err)
	}
	if err := c.link(c.cast.Teacher, "AA1122FF"); code(err) != "badge-collides" {
		t.Errorf("a badge that the gym takes for Sam's: %v", err)
	}
	r := c.imports("hex", "teacher,AA1122EE", "it,DDEEFF00", "chief,DDEEFF11")
	if r.Added != 0 || len(r.Problems) != 2 || r.Problems[0].Line != 2 || r.Problems[1].Line != 4 || !strings.Contains(r.Problems[1].Reason, "line 3") {
		t.Errorf("%+v", r)
	}
}

func TestAListIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	r := c.imports("decimal-reversed,uid=4",
		"sam,1604443468", "nobody,3536403172", "mia,3536403172", "teacher,3536403172", `"it","three"`, "chief,3283263744", "chief,3283263744", "mia,3283263748")
	if r.Added != 0 || r.Already != 1 || len(r.Problems) != 4 {
		t.Fatalf("%+v", r)
	}
	for i, want := range []struct {
		line int
		why  string
	}{{3, "nobody here"}, {5, "on line 4"}, {6, "is not decimal-reversed"}, {9, "is somebody else's already"}} {
		if p := r.Problems[i]; p.Line != want.line || !strings.Contains(p.Reason, want.why) {
			t.Errorf("problem %d is %+v, want %+v", i, p, want)
		}
	}
	if c.taps("library", "4CDDA15F") != 0 {
		t.Error("half of a list was taken")
	}
	good := []string{"sam,1604443468", "MIA ,3536403172"}
	if r := c.imports("decimal-reversed,uid=4", good...); r.Added != 2 || len(r.Problems) != 0 {
		t.Errorf("%+v", r)
	}
	before := dbtest.Value[string](t, c.d, "SELECT string_agg(b::text, ';' ORDER BY badge_id) FROM badge b")
	if r := c.imports("decimal-reversed,uid=4", good...); r.Added != 0 || r.Already != 2 {
		t.Errorf("again: %+v", r)
	}
	if after := dbtest.Value[string](t, c.d, "SELECT string_agg(b::text, ';' ORDER BY badge_id) FROM badge b"); after != before {
		t.Error("the same list again has changed a row")
	}
	for number, who := range map[string]school.PersonID{"4CDDA15F": c.cast.Sam.Person, "E43AC9D2": c.cast.Mia.Person} {
		if got := c.taps("library", number); got != who {
			t.Errorf("%s is person %d", number, got)
		}
	}
}

func TestAListInPartIsMadeWholeByTheFirstTap(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	if r := c.imports("facility", "sam,221-41311", "mia,058-51666"); r.Added != 2 {
		t.Fatalf("%+v", r)
	}
	if got := c.taps("library", "4CDDA15F"); got != c.cast.Sam.Person {
		t.Fatalf("the whole card is person %d", got)
	}
	if got := c.taps("library", "99DDA15F"); got != 0 {
		t.Error("another card with the same end opens as well, after the right one was seen")
	}
	if got := c.taps("library", "4CDDA15F"); got != c.cast.Sam.Person {
		t.Error("the right one does not open any more")
	}
	if r := c.imports("facility", "sam,221-41311"); r.Added != 0 || r.Already != 1 {
		t.Errorf("the list again: %+v", r)
	}
}

func TestBadListsAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "sheet-", "name,card\na,b": "sheet-", "username,badge\nsam,\"04\n": "sheet-", "username,badge\nsam": "sheet-rows", "username,badge\nsam,04A1,more": "sheet-rows",
	} {
		if _, err := school.ReadBadgeList(strings.NewReader(text)); !strings.HasPrefix(code(err), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	rows, err := school.ReadBadgeList(strings.NewReader("\ufeffForm,Badge,USERNAME\r\n\"7A\nor B\",0012,sam\r\n7A,04A1B2C3,mia"))
	if err != nil || len(rows) != 2 || rows[0].Username != "sam" || rows[1] != (school.BadgeRow{Line: 4, Username: "mia", Number: "04A1B2C3"}) {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestAnOlderKeysBadgesAreFoundAndDigestedAnew(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	old := schooltest.Keys()
	before := dbtest.Value[[]byte](t, c.d, "SELECT digest FROM badge WHERE last4 = 'b2c3'")
	keys := school.Keys{ID: "newer", Secret: []byte("fedcba9876543210fedcba9876543210"), Older: []school.Keys{old}}
	c.cast.Directory = school.New(c.d, keys, discard)
	if got := c.taps("library", schooltest.SamBadge); got != c.cast.Sam.Person {
		t.Fatalf("a badge under the older key is person %d", got)
	}
	after := dbtest.Value[[]byte](t, c.d, "SELECT digest FROM badge WHERE last4 = 'b2c3' AND key_id = 'newer'")
	if slices.Equal(before, after) || dbtest.Value[int](t, c.d, "SELECT count(*) FROM badge_part JOIN badge USING (badge_id) WHERE last4 = 'b2c3'") != 2 {
		t.Error("it was not digested anew")
	}
	c.cast.Directory = school.New(c.d, school.Keys{ID: "newer", Secret: keys.Secret}, discard)
	if c.taps("library", schooltest.SamBadge) != c.cast.Sam.Person || c.taps("library", schooltest.MiaBadge) != 0 {
		t.Error("without the older key the one that was tapped is found, and the other is not")
	}
}

// TestBadgesFromBeforeAreFound: digests used to be of what was typed.
func TestBadgesFromBeforeAreFound(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	legacy := school.TypedDigest(schooltest.Keys(), "90000001")
	dbtest.Exec(t, c.d, "INSERT INTO badge (school_id, person_id, key_id, digest, issued_at) VALUES ($1, $2, 'test', $3, now())", c.cast.School, c.cast.Sam.Person, legacy)
	if got := c.taps("library", "90000001"); got != c.cast.Sam.Person {
		t.Fatalf("it is person %d", got)
	}
	if dbtest.Value[int](t, c.d, "SELECT count(*) FROM badge WHERE digest = $1", legacy) != 0 {
		t.Error("it was not digested anew")
	}
	if got := c.taps("library", "055D4A81"); got != c.cast.Sam.Person {
		t.Errorf("in hex it is person %d", got)
	}
}

func TestThreeKnownBadgesTeachAReader(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	if r := c.imports("hex", "sam,4CDDA15F", "mia,E43AC9D2", "teacher,529D06E3"); r.Added != 3 {
		t.Fatalf("%+v", r)
	}
	for want, taps := range map[string][]string{
		"decimal-reversed": {"1604443468", "3536403172", "3808861522"},
		"facility":         {"221-41311", "058-51666", "157-01763"},
		"hex-bits":         {"32BB85FA", "275C934B", "4AB960C7"},
	} {
		var guesses []reader.Guess
		c.does(func(ctx context.Context, tx *db.Tx) (err error) {
			guesses, err = c.cast.Directory.LearnReader(ctx, tx, c.cast.School, taps)
			return err
		})
		if len(guesses) != 1 || guesses[0].Profile.String() != want || guesses[0].Bits < reader.Sure {
			t.Errorf("%s: %v", want, guesses)
		}
	}
}

func TestALostBadgeIsNobodyElses(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	sam := c.person(c.cast.Sam)
	c.does(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.LoseBadges(ctx, tx, "", sam)
		return err
	})
	if err := c.link(c.cast.Mia, schooltest.SamBadge); code(err) != "badge-taken" {
		t.Error(err)
	}
	if err := c.link(c.cast.Sam, "C3B2A104"); code(err) != "badge-is-lost" {
		t.Error(err)
	}
	if r := c.imports("hex", "sam,"+schooltest.SamBadge); len(r.Problems) != 1 {
		t.Errorf("%+v", r)
	}
}

// TestNoBadgeStandsInTheDatabase looks for the number in all its forms.
func TestNoBadgeStandsInTheDatabase(t *testing.T) {
	t.Parallel()
	c := newBadgeCase(t)
	if err := c.link(c.cast.Sam, "4CDDA15F"); err != nil {
		t.Fatal(err)
	}
	raw := hex.EncodeToString([]byte("\x4c\xdd\xa1\x5f"))
	for _, table := range []string{"badge", "badge_part", "audit", "guess"} {
		for _, form := range []string{raw, "5fa1dd4c", "1289593183", "41311", hex.EncodeToString([]byte(raw))} {
			if dbtest.Value[bool](t, c.d, "SELECT EXISTS (SELECT FROM "+table+" r WHERE r::text ILIKE '%'||$1||'%')", form) {
				t.Errorf("%s holds %s", table, form)
			}
		}
	}
}
