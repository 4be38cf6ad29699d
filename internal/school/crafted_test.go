package school_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// A number that is typed on purpose so that somebody else's badge would fit two people is
// nobody's: their badge would be dead at every reader.
func TestANumberMadeToDoubleAnothersIsRefused(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	k.enrols(true)
	for _, of := range []struct{ theirs, made string }{
		{"12345678", "305419896"},      // the hex of their decimal, in decimal
		{"12345678", "2018915346"},     // with the bytes turned round
		{"0012345678", "516842328576"}, // ten digits, as most readers type
		{"3912345678", "245118555768"}, // more than 32 bits
		{"87654321", "05397fb1"},       // their decimal, in hex
		{"87654321", "b17f3905"},       // the same turned round
	} {
		dbtest.Exec(t, k.d, "DELETE FROM badge_part")
		dbtest.Exec(t, k.d, "DELETE FROM badge")
		k.clock.Advance(25 * time.Hour)
		k.link(k.cast.Mia, of.theirs)
		k.want(of.theirs+" before", k.badge(of.theirs, "a"), "")
		got := k.enrol(k.cast.Sam, school.ByCode, of.made, "a")
		k.want(of.theirs+" after "+of.made+" was "+got, k.badge(of.theirs, "a"), "")
	}
}

// link gives somebody a badge by IT.
func (k *keypads) link(a school.Actor, number string) {
	k.Helper()
	if err := k.linked(a, number); err != nil {
		k.Fatal(err)
	}
}

func (k *keypads) linked(a school.Actor, number string) error {
	return k.d.InTx(k.Context(), db.System("badge"), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonAt(ctx, tx, a.School, a.Person)
		if err != nil {
			return err
		}
		_, err = k.cast.Directory.LinkBadge(ctx, tx, "", p, "", number)
		return err
	})
}

func TestACardOfSomebodyWhoLeftOrOfAnotherSchoolIsTaken(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	k.enrols(true)
	other := schooltest.New(t, k.d, "Quay")
	k.link(other.Sam, "0a0b0c0d")
	k.want("another school's", k.enrol(k.cast.Sam, school.ByCode, "0a0b0c0d", "a"), "badge-taken")
	dbtest.Exec(t, k.d, "UPDATE badge SET revoked_at = now(), lost = true WHERE person_id = $1", other.Sam.Person)
	k.want("another school's that is lost", k.enrol(k.cast.Sam, school.ByCode, "0a0b0c0d", "a"), "badge-taken")
	dbtest.Exec(t, k.d, "UPDATE person SET left_at = now() WHERE person_id = $1", k.cast.Mia.Person)
	k.want("a leaver's", k.enrol(k.cast.Sam, school.ByCode, schooltest.MiaBadge, "a"), "badge-taken")
	k.want("a leaver's, by IT", code(k.linked(k.cast.Sam, schooltest.MiaBadge)), "badge-taken")
}

// Reception hands passes out: one for a member of staff opens their work with their own
// code alone, where a badge does as well.
func TestAPassOfStaffWhoHaveACodeAsksForIt(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	issue := func(a school.Actor) (pass school.Pass) {
		err := k.d.InTx(t.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
			p, err := school.PersonByID(ctx, tx, a.Person)
			if err != nil {
				return err
			}
			pass, err = k.cast.Directory.IssuePass(ctx, tx, "", p, 20, tx.Now.Add(time.Hour))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return pass
	}
	taps := func(text string) string {
		_, err := k.cast.Directory.ByPass(t.Context(), k.cast.School, text, "kiosk:a")
		return code(err)
	}
	both := func(text, digits string) (proof school.Proof, refusal string) {
		a, err := k.cast.Directory.ByBadgeAndCode(t.Context(), k.cast.School, text, digits, "kiosk:a")
		return a.Proof, code(err)
	}
	pass := issue(k.cast.IT)
	k.want("staff without a code", taps(pass.Text), "")
	k.want("and by name", k.tries(0, "it", pass.Code, "a"), "")

	own := k.issue(k.cast.IT)[0].Code
	k.want("with one", taps(pass.Text), "badge-code")
	k.want("by name", k.tries(0, "it", pass.Code, "a"), "code-wrong")
	_, refusal := both(pass.Text, pass.Code)
	k.want("the pass's code twice", refusal, "code-wrong")
	_, refusal = both("p-222222222222222222222222", own)
	k.want("no pass", refusal, "badge-unknown")
	proof, refusal := both(pass.Text, own)
	k.want("with their own", refusal, "")
	k.want("which is the proof", string(proof), string(school.ByCode))
	if again := issue(k.cast.IT); again.Code != "" {
		t.Error("a code is handed out that opens nothing")
	}
	pupils := issue(k.cast.Sam)
	k.want("a pupil's", taps(pupils.Text), "")
	k.want("by name", k.tries(0, "sam", pupils.Code, "a"), "")
}

// The clocks of two nodes differ, and one that was ahead is set back: what was given in a
// moment to come is ended all the same.
func TestWhatIsAheadOfTheClockIsEndedAllTheSame(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	sam := k.cast.Sam
	dir := k.cast.Directory
	act := func(what string, fn func(context.Context, *db.Tx, school.Person) error) {
		t.Helper()
		err := k.d.InTx(t.Context(), db.System("badge"), func(ctx context.Context, tx *db.Tx) error {
			p, err := school.PersonByID(ctx, tx, sam.Person)
			if err != nil {
				return err
			}
			return fn(ctx, tx, p)
		})
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	pass := func(ctx context.Context, tx *db.Tx, p school.Person) error {
		_, err := dir.IssuePass(ctx, tx, "", p, 20, tx.Now.Add(3*time.Hour))
		return err
	}
	k.link(sam, "aabbcc01")
	act("a pass", pass)
	act("an address", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		_, err := dir.NewAddress(ctx, tx, "", p, "iPad")
		return err
	})
	k.clock.Advance(-time.Hour)
	act("another pass", pass)
	act("lost", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		_, err := school.LoseBadges(ctx, tx, "", p)
		return err
	})
	k.want("the badge", k.badge("aabbcc01", "a"), "badge-unknown")
	act("revoked", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		return dir.RevokeAddress(ctx, tx, "", p, dbtest.Value[school.AddressID](t, k.d, "SELECT address_id FROM address WHERE person_id = $1", p.ID))
	})
	act("another address", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		_, err := dir.NewAddress(ctx, tx, "", p, "iPad")
		return err
	})
	k.clock.Advance(-time.Hour)
	act("gone", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		return school.Leave(ctx, tx, p.School, tx.Now, 30, []school.PersonID{p.ID})
	})
	k.clock.Advance(-time.Hour)
	act("back", func(ctx context.Context, tx *db.Tx, p school.Person) error {
		return school.Return(ctx, tx, []school.PersonID{p.ID})
	})
}
