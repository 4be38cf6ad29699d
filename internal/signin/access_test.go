package signin_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
)

// auditor is Cleo Shaw as the auditor.
func (h *house) auditor() school.Actor {
	h.Helper()
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = 'auditor' WHERE person_id = $1", h.cast.Chief.Person)
	a := h.cast.Chief
	a.Roles, a.Proof = []school.Role{school.Auditor}, school.BySession
	return a
}

func (h *house) accounts(by school.Actor) []signin.Account {
	h.Helper()
	all, err := signin.Accounts(h.Context(), h.db, by)
	if err != nil {
		h.Fatal(err)
	}
	return all
}

func (h *house) reviews(by school.Actor) []signin.Review {
	h.Helper()
	all, err := signin.Reviews(h.Context(), h.db, by)
	if err != nil {
		h.Fatal(err)
	}
	return all
}

func (h *house) due(of school.ID) (all []signin.Due) {
	h.Helper()
	err := h.db.InTx(h.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = signin.ReviewsDue(ctx, tx, of)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return all
}

func (h *house) sign(by school.Actor, ending map[school.PersonID]string) {
	h.Helper()
	if err := signin.SignReview(h.Context(), h.db, by, signin.Shown(h.accounts(by)), ending); err != nil {
		h.Fatal(err)
	}
}

// What a list of accounts says of each: roles, since when and by what, the last sign-in, the ways in; no pupil, nobody of
// another school, and what nobody uses first.
func TestWhoMayUseThePages(t *testing.T) {
	h := newHouse(t)
	hill := schooltest.New(t, h.db, "Hill")
	by := h.auditor()
	there := h.also(hill.School, school.IT)
	h.signIn("it")
	dbtest.Exec(t, h.db, "INSERT INTO sso_identity (school_id, person_id, issuer, subject, bound_at) VALUES ($1, $2, 'https://sso', 'tom', now()), ($1, $3, 'own+https://sso', 'cleo', now())",
		h.cast.School, h.cast.Teacher.Person, by.Person)
	dbtest.Exec(t, h.db, "UPDATE person_role SET given_at = NULL, given_by = NULL WHERE person_id = $1", h.cast.Teacher.Person)
	said := func(all []signin.Account) string {
		var lines []string
		for _, a := range all {
			lines = append(lines, fmt.Sprint(a.Username, a.Roles, a.Ways, a.Elsewhere, a.Unused(h.clock.Now())))
		}
		return strings.Join(lines, "\n")
	}
	want := "teacher[teacher] [password sso] [] true\nchief[auditor 2026-11-20 server] [password] [] true\nit[it 2026-11-20 server] [password also-it] [Hill] false"
	if got := said(h.accounts(by)); got != want {
		t.Errorf("the accounts are\n%s\nwant\n%s", got, want)
	}
	h.clock.Advance(signin.UnusedFor - time.Second)
	if all := h.accounts(by); all[2].Unused(h.clock.Now()) || all[2].By != signin.ByPassword || all[2].Factored {
		t.Errorf("a day short of 90 days: %+v", all[2])
	}
	h.clock.Advance(time.Second)
	h.signIn("chief")
	if all := h.accounts(by); all[1].Username != "it" || !all[1].Unused(h.clock.Now()) || all[2].Username != "chief" {
		t.Errorf("after 90 days:\n%s", said(all))
	}
	away := school.Actor{School: hill.School, Person: there.ID, Roles: []school.Role{school.Head}, Proof: school.BySession}
	for _, a := range h.accounts(away) {
		if a.Person == there.ID && !slices.Contains(a.Ways, signin.WayOpened) {
			t.Errorf("what opens it: %+v", a)
		}
		if a.Person == h.cast.Teacher.Person {
			t.Error("the other school's list has somebody of this one")
		}
	}
	for _, who := range []school.Actor{h.cast.IT, h.cast.Teacher, h.cast.Sam} {
		who.Proof = school.BySession
		_, err := signin.Accounts(t.Context(), h.db, who)
		h.refused(err, school.NotAllowed.Code)
		_, err = signin.Reviews(t.Context(), h.db, who)
		h.refused(err, school.NotAllowed.Code)
		h.refused(signin.SignReview(t.Context(), h.db, who, signin.Shown(h.accounts(by)), nil), school.NotAllowed.Code)
	}
}

// What somebody signs is what they saw, once for each look; the record has its digest, and a list that was changed afterwards shows.
func TestASignedReview(t *testing.T) {
	h := newHouse(t)
	by := h.auditor()
	if due := h.due(h.cast.School); len(due) != 1 || !due[0].Is(h.clock.Now()) || !due[0].Last.IsZero() {
		t.Errorf("before the first: %+v", due)
	}
	shown := signin.Shown(h.accounts(by))
	sign := func(ending map[school.PersonID]string) error {
		return signin.SignReview(t.Context(), h.db, by, shown, ending)
	}
	for _, why := range []string{"", "  ", strings.Repeat("a", 301), "two\nlines"} {
		h.refused(sign(map[school.PersonID]string{h.cast.Teacher.Person: why}), "access-reason")
	}
	h.refused(sign(map[school.PersonID]string{h.cast.Sam.Person: "is no staff"}), "access-list-changed")
	h.signIn("it") // which is no change of the list
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'head' WHERE person_id = $1", h.cast.IT.Person)
	h.refused(sign(nil), "access-list-changed")
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'it' WHERE person_id = $1", h.cast.IT.Person)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM access_review"); n != 0 {
		t.Fatalf("%d reviews of what was refused", n)
	}
	if err := sign(map[school.PersonID]string{h.cast.Teacher.Person: "left in July"}); err != nil {
		t.Fatal(err)
	}
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE object LIKE 'review:%' AND (facts ->> 'accounts' = '3' OR subject = $1::uuid)", h.cast.Teacher.Pseudonym); got != "access-review-signed access-to-end" {
		t.Errorf("on record: %s", got)
	}
	one := h.reviews(by)[0]
	if !one.Sound || one.By != "Cleo Shaw" || len(one.Entries) != 3 {
		t.Errorf("the review is %+v", one)
	}
	going := func() (open int) {
		for _, e := range h.reviews(by)[0].Entries {
			if e.Open {
				open++
			}
		}
		if due := h.due(0)[0]; due.Open != open {
			t.Errorf("%d are open, and the check says %d", open, due.Open)
		}
		return open
	}
	colleague := func() string {
		all, err := h.in.Colleagues(t.Context(), h.cast.IT)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(c signin.Colleague) bool { return c.Username == "teacher" })
		if i < 0 {
			return "nobody"
		}
		return all[i].ToGo
	}
	if going() != 1 || colleague() != "left in July" {
		t.Errorf("%d open, IT reads %q", going(), colleague())
	}
	if err := h.in.Bar(t.Context(), h.cast.IT, h.cast.School, h.cast.Teacher.Person, true); err != nil {
		t.Fatal(err)
	}
	if going() != 0 || colleague() != "" {
		t.Errorf("shut out, and %d open, IT reads %q", going(), colleague())
	}
	dbtest.Exec(t, h.db, "UPDATE staff_account SET barred_at = NULL")
	dbtest.Exec(t, h.db, "DELETE FROM person_role WHERE person_id = $1", h.cast.Teacher.Person)
	if going() != 0 {
		t.Error("without the role it still counts as open")
	}
	for _, change := range []string{"UPDATE access_review_entry SET end_reason = 'somebody else'", "UPDATE access_review_entry SET end_reason = NULL", "UPDATE access_review_entry SET roles = '{head}'",
		"UPDATE access_review SET digest = sha256('x')", "UPDATE audit SET facts = facts || '{\"digest\": \"0\"}' WHERE act = 'access-review-signed'", "DELETE FROM access_review_entry WHERE person_id = (SELECT max(person_id) FROM access_review_entry)"} {
		if err := h.db.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, change)
			return err
		}); !strings.HasPrefix(change, "DELETE") && err == nil {
			t.Errorf("the running role may: %s", change)
		}
	}
	if h.reviews(by)[0].Sound {
		t.Error("an account was taken out of it, and it is said to be as it was signed")
	}
}

// When the next review is due, and what changed since the last.
func TestTheNextReview(t *testing.T) {
	h := newHouse(t)
	by := h.auditor()
	h.sign(by, nil)
	if c := signin.Changes(h.reviews(by)[0], h.accounts(by)); len(c) != 0 {
		t.Errorf("at once: %+v", c)
	}
	due := func() (time.Time, bool) { d := h.due(h.cast.School)[0]; return d.Next, d.Is(h.clock.Now()) }
	signed := h.clock.Now()
	if next, is := due(); is || !next.Equal(signed.AddDate(1, 0, 0)) {
		t.Errorf("due %v, %t", next, is)
	}
	h.inSchool(func(ctx context.Context, tx *db.Tx) error {
		return signin.ReviewEvery(ctx, tx, h.cast.School, signin.EveryTerm)
	})
	if next, is := due(); is || !next.Equal(signed.AddDate(0, 4, 0)) {
		t.Errorf("every term: due %v, %t", next, is)
	}
	h.refused(h.db.InTx(t.Context(), db.InSchool(h.cast.School), func(ctx context.Context, tx *db.Tx) error {
		return signin.ReviewEvery(ctx, tx, h.cast.School, "week")
	}), "access-every")
	h.clock.Set(signed.AddDate(0, 4, 0))
	if _, is := due(); !is {
		t.Error("four months later it is not due")
	}
	h.inSchool(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.cast.Directory.AddPeople(ctx, tx, h.cast.School, []school.Newcomer{{Username: "new", Given: "Nia", Family: "New", Role: school.Finance}})
		return err
	})
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = $2 WHERE person_id = $1", h.cast.Teacher.Person, h.clock.Now())
	h.inSchool(func(ctx context.Context, tx *db.Tx) error {
		return school.GiveRoles(ctx, tx, []school.Held{{Person: h.cast.IT.Person, School: h.cast.School, Role: school.Head}})
	})
	dbtest.Exec(t, h.db, "UPDATE person SET password_hash = NULL WHERE person_id = $1", by.Person)
	var got []string
	for _, c := range signin.Changes(h.reviews(by)[0], h.accounts(by)) {
		got = append(got, fmt.Sprint(c.Name, c.New, c.Gone, c.Gained, c.Lost, c.GainedWay, c.LostWay))
	}
	want := "Cleo Shawfalse false [] [] [] [password]; Ida Hallfalse false [head] [] [] []; Nia Newtrue false [finance] [] [] []; Tom Reidfalse true [] [teacher] [] []"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("the changes are %s\nwant %s", s, want)
	}
	if a := h.accounts(by); !slices.ContainsFunc(a, func(a signin.Account) bool {
		return a.Username == "it" && slices.ContainsFunc(a.Roles, func(r signin.Held) bool { return r.Role == school.Head && r.By == "roster" })
	}) {
		t.Errorf("what the roster gave: %+v", a)
	}
	h.sign(by, nil)
	h.clock.Advance(2 * 366 * 24 * time.Hour)
	if _, err := h.in.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := h.reviews(by); len(left) != 1 || len(left[0].Entries) != 3 {
		t.Errorf("two years later %d are left", len(left))
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(DISTINCT review_id) FROM access_review_entry"); n != 1 {
		t.Errorf("accounts of %d are left", n)
	}
}

// inSchool is a transaction of the house's school.
func (h *house) inSchool(fn func(context.Context, *db.Tx) error) {
	h.Helper()
	if err := h.db.InTx(h.Context(), db.InSchool(h.cast.School), fn); err != nil {
		h.Fatal(err)
	}
}
