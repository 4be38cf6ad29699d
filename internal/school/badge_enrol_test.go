package school_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

func (k *keypads) enrols(on bool) {
	k.Helper()
	err := k.d.InTx(k.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
		return k.cast.Directory.SetProofs(ctx, tx, "", k.cast.School, school.Proofs{Enrol: on, StaffCode: true})
	})
	if err != nil {
		k.Fatal(err)
	}
}

// enrol is what comes of linking a badge by somebody who has proved themselves so.
func (k *keypads) enrol(a school.Actor, proof school.Proof, badge, kiosk string) string {
	a.Proof = proof
	return code(k.cast.Directory.EnrolBadge(k.Context(), a, badge, "kiosk:"+kiosk))
}

func (k *keypads) badge(badge, kiosk string) string {
	_, err := k.cast.Directory.ByBadge(k.Context(), k.cast.School, badge, "kiosk:"+kiosk)
	return code(err)
}

func TestAnUnknownBadgeIsLinkedOnceADay(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	sam := k.cast.Sam
	k.want("an unknown badge, off", k.badge("AABBCC01", "a"), "badge-unknown")
	k.want("off", k.enrol(sam, school.ByCode, "AABBCC01", "a"), "enrol-off")
	k.enrols(true)
	k.want("an unknown badge, on", k.badge("AABBCC01", "a"), "badge-new")
	k.want("no badge at all", k.badge("<script>", "a"), "badge-unknown")
	for _, proof := range []school.Proof{school.ByPass, school.ByBadge, school.ByServer} {
		k.want(string(proof), k.enrol(sam, proof, "AABBCC01", "a"), "enrol-by-code")
	}
	k.want("somebody else's, in another reader's form", k.enrol(sam, school.ByCode, "F6E5D404", "a"), "badge-taken")
	k.want("one's own already", k.enrol(sam, school.ByCode, schooltest.SamBadge, "a"), "")
	k.want("new", k.enrol(sam, school.ByCode, "AABBCC01", "a"), "")
	k.want("it works", k.badge("AABBCC01", "b"), "")
	k.want("a second on the same day", k.enrol(sam, school.ByCode, "AABBCC02", "b"), "enrol-again")
	k.want("which was not linked", k.badge("AABBCC02", "b"), "badge-new")
	k.clock.Advance(24 * time.Hour)
	k.want("on the next day", k.enrol(sam, school.ByCode, "AABBCC02", "b"), "")
	err := k.d.InTx(t.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
		last4, err := school.NewBadge(ctx, tx, sam.Person)
		k.want("Sam is told", last4, "cc02")
		none, err2 := school.NewBadge(ctx, tx, k.cast.Mia.Person)
		k.want("Mia is not", none, "")
		if err == nil {
			err = err2
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int](t, k.d, "SELECT count(*) FROM audit WHERE act = 'badge-linked' AND actor = subject"); n != 2 {
		t.Errorf("%d audit rows", n)
	}
}

func TestAKioskLinksTwentyBadgesADay(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	k.enrols(true)
	dbtest.Exec(t, k.d, "INSERT INTO person (school_id, username, given_name, family_name) SELECT $1, 'p'||n, 'P', 'P' FROM generate_series(1, 21) n", k.cast.School)
	a := k.cast.Sam
	for n := range 21 {
		a.Person = dbtest.Value[school.PersonID](t, k.d, "SELECT person_id FROM person WHERE username = 'p'||$1::int", n+1)
		want := ""
		if n == 20 {
			want = "enrol-full"
		}
		k.want(fmt.Sprint("badge ", n+1), k.enrol(a, school.ByCode, fmt.Sprintf("AABBCC%02d", n), "a"), want)
	}
	k.want("at another kiosk", k.enrol(a, school.ByCode, "AABBCC20", "b"), "")
}

func TestStaffGiveTheirCodeWithTheirBadge(t *testing.T) {
	t.Parallel()
	k := newKeypads(t)
	both := func(badge, code string) string {
		a, err := k.cast.Directory.ByBadgeAndCode(t.Context(), k.cast.School, badge, code, "kiosk:a")
		if err == nil && a.Person != k.cast.IT.Person {
			t.Errorf("it is person %d", a.Person)
		}
		return codeIn(err)
	}
	k.want("without a code", k.badge(schooltest.StaffCard, "a"), "")
	slip := k.issue(k.cast.IT, k.cast.Sam)[0]
	k.want("the badge alone", k.badge(schooltest.StaffCard, "a"), "badge-code")
	k.want("a pupil's badge", k.badge(schooltest.SamBadge, "a"), "")
	k.want("with the code", both(schooltest.StaffCard, slip.Code), "")
	for range 3 {
		k.want("with a wrong one", both(schooltest.StaffCard, "000001"), "code-wrong")
	}
	k.want("the badge again", k.badge(schooltest.StaffCard, "a"), "badge-code")
	k.want("which takes no delay away", both(schooltest.StaffCard, slip.Code), "code-wait")
	k.want("an unknown badge", both("AABBCCDD", slip.Code), "badge-unknown")
	err := k.d.InTx(t.Context(), db.InSchool(k.cast.School), func(ctx context.Context, tx *db.Tx) error {
		return k.cast.Directory.SetProofs(ctx, tx, "", k.cast.School, school.Proofs{})
	})
	if err != nil {
		t.Fatal(err)
	}
	k.want("switched off", k.badge(schooltest.StaffCard, "a"), "")
}
