package release_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// TestGuests come under the head's word, print what they may, and are gone by themselves.
func TestGuests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.Chief
	head.Roles = []school.Role{school.Head}
	reception := h.IT
	reception.Roles = []school.Role{school.Reception}
	day := func(n int) time.Time { return time.Date(2026, 11, 17+n, 0, 0, 0, 0, time.UTC) }
	authority := func(by school.Actor, a school.Authority) (id school.AuthorityID, err error) {
		err = h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
			id, err = school.Authorise(ctx, tx, by, a)
			return err
		})
		return id, err
	}
	_, err := authority(reception, school.Authority{Reason: "Governors", Starts: day(0), End: day(2), Guests: 1})
	wantFault(t, err, "head-alone")
	for code, bad := range map[string]school.Authority{
		"authority-reason": {Reason: " ", Starts: day(0), End: day(2), Guests: 1},
		"authority-days":   {Reason: "x", Starts: day(-3), End: day(-1), Guests: 1},
		"authority-guests": {Reason: "x", Starts: day(0), End: day(2), Guests: 501},
	} {
		_, err := authority(head, bad)
		wantFault(t, err, code)
	}
	word, err := authority(head, school.Authority{Reason: "Governors' meeting", Starts: day(0), End: day(2), Guests: 1})
	if err != nil {
		t.Fatal(err)
	}
	guest := school.Visit{Given: "Gil", Family: "Ford", Organisation: "County Hall", Authority: word, Ends: day(0), Pages: 10}
	for code, change := range map[string]func(*school.Visit){
		"guest-name":        func(v *school.Visit) { v.Family = "" },
		"guest-ends":        func(v *school.Visit) { v.Ends = day(3) },
		"guest-pages":       func(v *school.Visit) { v.Pages = 0 },
		"authority-unknown": func(v *school.Visit) { v.Authority = word + 1 },
		"username-there":    func(v *school.Visit) { v.Username = "Sam" },
	} {
		v := guest
		change(&v)
		_, _, err := h.AdmitGuest(t.Context(), reception, v)
		wantFault(t, err, code)
	}
	slip := guest
	slip.Username = "Slip"
	_, _, err = h.AdmitGuest(t.Context(), reception, slip)
	wantFault(t, err, "username-there")
	for _, name := range []string{"~", "~12", "gil:ford", `harbour\gil`, "gil\u200bford", "gil\u202eford"} {
		v := guest
		v.Username = name
		_, _, err := h.AdmitGuest(t.Context(), reception, v)
		wantFault(t, err, "username-form")
	}
	turned := guest
	turned.Family = "Ford\u202e"
	_, _, err = h.AdmitGuest(t.Context(), reception, turned)
	wantFault(t, err, "guest-name")
	_, _, err = h.AdmitGuest(t.Context(), h.Sam, guest)
	wantFault(t, err, "not-allowed")
	in, pass, err := h.AdmitGuest(t.Context(), reception, guest)
	if err != nil {
		t.Fatal(err)
	}
	if want := day(0).Add(18 * time.Hour); !in.Until.Equal(want) || !pass.Until.Equal(want) || pass.Pages != 10 {
		t.Errorf("admitted %+v with %+v", in, pass)
	}
	_, _, err = h.AdmitGuest(t.Context(), reception, guest)
	wantFault(t, err, "authority-full")

	a, err := h.Directory.ByPassword(t.Context(), h.School, in.Person.Username, in.Password, "ipp:a")
	if err != nil {
		t.Fatal(err)
	}
	first, second := h.submit(a, 6), h.submit(a, 2)
	v, err := h.signIn(strings.ToUpper(pass.Text) + "\r")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Release(t.Context(), v, ids(first.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(first.ID, release.Done)
	if n := h.balance(a); n != 4 {
		t.Errorf("%d pages are left of 10", n)
	}

	h.clock.Advance(24 * time.Hour) // past the last day
	h.state(second.ID, release.Cancelled)
	_, err = h.Visit(t.Context(), v)
	wantFault(t, err, "visit-over")
	if _, err := h.Directory.ByPassword(t.Context(), h.School, in.Person.Username, in.Password, "ipp:a"); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the password is good still: %v", err)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE subject = $1 AND object IS NULL", in.Person.Pseudonym)
	if acts != "guest-admitted guest-left" {
		t.Errorf("audit: %s", acts)
	}
	h.sound()
}

// TestSupplyStaff take the same sign-in one day after the other, and are two people.
func TestSupplyStaff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := school.Visit{Given: "Ann", Family: "Lee", Username: "Supply3", Ends: time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC), Pages: 50}
	first, _, err := h.AdmitGuest(t.Context(), h.IT, v)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(first.Person.Roles, school.Cover) || first.Person.Username != "supply3" {
		t.Errorf("entered %+v", first.Person)
	}
	_, _, err = h.AdmitGuest(t.Context(), h.IT, v)
	wantFault(t, err, "username-there")
	if err := h.EndGuest(t.Context(), h.IT, first.Person.ID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, h.EndGuest(t.Context(), h.IT, h.Sam.Person), "not-a-guest")
	v.Given, v.Family = "Bo", "Cross"
	second, _, err := h.AdmitGuest(t.Context(), h.IT, v)
	if err != nil {
		t.Fatal(err)
	}
	if second.Person.ID == first.Person.ID || second.Person.Username != "supply3" || second.Person.Pseudonym == first.Person.Pseudonym {
		t.Errorf("the second is %+v", second.Person)
	}
	v.Ends = v.Ends.AddDate(0, 2, 0)
	_, _, err = h.AdmitGuest(t.Context(), h.IT, v)
	wantFault(t, err, "guest-ends")
}
