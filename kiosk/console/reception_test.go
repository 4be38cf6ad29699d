package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// TestReception finds a name, sees nothing of what it prints, and gives out a pass.
func TestReception(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'reception' WHERE person_id = $1", h.IT.Person)
	if first := h.get("/staff"); first.status != http.StatusSeeOther || first.header.Get("Location") != "/staff/people" {
		t.Errorf("the first page is %d %s", first.status, first.header.Get("Location"))
	}
	sam := h.page(h.Sam.Person)
	page := h.get(sam)
	h.says(page, http.StatusOK, "Sam Bell", "1 badge", "Lost badge")
	for _, secret := range []string{"pages left", "History", "Withdraw"} {
		if strings.Contains(page.body, secret) || strings.Contains(h.get("/staff/people").body, secret) {
			t.Errorf("reception sees %q", secret)
		}
	}
	h.says(h.post(sam+"/suspend", url.Values{"reason": {"x"}}), http.StatusNotFound)

	pass := h.post(sam+"/badge/lost", nil)
	h.says(pass, http.StatusOK, "Sam Bell", "18:00", "20 pages", "<svg")
	code := regexp.MustCompile(`<dd>(\d{4})\x{a0}(\d{4})</dd>`).FindStringSubmatch(pass.body)
	if code == nil {
		t.Fatal("the pass has no code")
	}
	if _, err := h.Directory.ByBadge(t.Context(), h.School, schooltest.SamBadge, "kiosk:a"); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the lost badge: %v", err)
	}
	a, err := h.Directory.ByCode(t.Context(), h.School, "sam", code[1]+code[2], "kiosk:a")
	if err != nil || a.Person != h.Sam.Person || a.Proof != school.ByPass || a.Pass == 0 {
		t.Errorf("the pass's code gives %+v, %v", a, err)
	}
	h.says(h.get(sam), http.StatusOK, "1 badge reported lost", "a pass until 18:00", "Found it")
	if back := h.post(sam+"/badge/found", nil); back.status != http.StatusSeeOther {
		t.Errorf("found: %d %s", back.status, back.body)
	}
	if _, err := h.Directory.ByBadge(t.Context(), h.School, schooltest.SamBadge, "kiosk:a"); err != nil {
		t.Errorf("the found badge: %v", err)
	}
	if _, err := h.Directory.ByCode(t.Context(), h.School, "sam", code[1]+code[2], "kiosk:b"); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the pass is good beside the badge: %v", err)
	}
	h.says(h.post(fmt.Sprintf("/staff/people/%d/badge/lost", 999999), nil), http.StatusNotFound)
}

// TestAFormIsRecorded by reception as it stands on paper.
func TestAFormIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	sam := h.page(h.Sam.Person)
	h.says(h.post(sam+"/agreement", url.Values{"signatory": {"self"}, "signed-on": {"2026-11-19"}}), http.StatusConflict, "no agreement for this person")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.AddAgreement(ctx, tx, "", school.Agreement{School: h.School, Version: "2026-09", Audience: school.Pupils, Clauses: 1,
			Starts: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Blocks: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)})
		return err
	})
	h.says(h.get(sam), http.StatusOK, "Agreement not signed", "Not signed: printing waits for it")
	form := url.Values{"signatory": {"self"}, "signed-on": {"2026-11-19"}}
	h.says(h.post(sam+"/agreement", form), http.StatusBadRequest, "answer every question")
	form.Set("answer1", "no")
	h.post(sam+"/agreement", form)
	h.says(h.get(sam), http.StatusOK, "not yes to everything", "Not signed: printing waits for it")
	form.Set("answer1", "yes")
	h.post(sam+"/agreement", form)
	h.says(h.get(sam), http.StatusOK, "yes to everything", ">Signed<", "May print")
	form.Set("signatory", "parent")
	h.says(h.post(sam+"/agreement", form), http.StatusBadRequest, "No parent signs this form")
}

// TestGuestsAreEntered by reception, under the head's word alone.
func TestGuestsAreEntered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	role := func(r school.Role) {
		dbtest.Exec(t, h.db, "UPDATE person_role SET role = $2 WHERE person_id = $1", h.IT.Person, r)
	}
	word := url.Values{"reason": {"Governors"}, "starts": {"2026-11-20"}, "ends": {"2026-11-27"}, "guests": {"3"}}
	h.says(h.post("/staff/guests/authority", word), http.StatusNotFound)
	guest := url.Values{"kind": {"1"}, "given": {"Gil"}, "family": {"Ford"}, "ends": {"2026-11-20"}, "pages": {"10"}}
	h.says(h.post("/staff/guests", guest), http.StatusConflict, "Ask the head")
	role(school.Head)
	word.Set("guests", "many")
	h.says(h.post("/staff/guests/authority", word), http.StatusBadRequest, "as a number", `value="Governors"`)
	word.Set("guests", "3")
	h.post("/staff/guests/authority", word)
	h.says(h.post("/staff/guests/authority/4294967297/withdraw", nil), http.StatusConflict, "Ask the head") // not the first one
	role(school.Reception)
	h.says(h.get("/staff/guests"), http.StatusOK, "Governors", "20 November to 27 November", "Guest: Governors")
	guest.Set("ends", "2026-12-24")
	h.says(h.post("/staff/guests", guest), http.StatusBadRequest, "authority ends on 27 November", `value="Gil"`)
	guest.Set("ends", "2026-11-20")
	guest.Set("kind", dbtest.Value[string](t, h.db, "SELECT authority_id::text FROM guest_authority"))
	slip := h.post("/staff/guests", guest)
	h.says(slip, http.StatusOK, "Gil Ford can print", "guest-", "10 pages", "18:00", "<svg")
	h.says(h.get("/staff/guests"), http.StatusOK, "Gil Ford", "Fri 20 November")
	id := dbtest.Value[int64](t, h.db, "SELECT person_id FROM guest")
	h.post(fmt.Sprintf("/staff/guests/%d/end", id), nil)
	h.says(h.get("/staff/guests"), http.StatusOK, "Nobody")
}

// TestATutor sees to the badges of their own registration class, and to nobody else's.
func TestATutor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("teacher")
	h.says(h.get("/staff/tutor"), http.StatusOK, "No tutor group today")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		return school.AddClasses(ctx, tx, h.School, []school.Class{
			{Name: "11A", Registers: true, Pupils: []school.PersonID{h.Sam.Person}, Teachers: []school.PersonID{h.Teacher.Person}, From: friday.AddDate(0, -2, 0), To: friday.AddDate(0, 2, 0)},
			{Name: "Art", Pupils: []school.PersonID{h.Mia.Person}, Teachers: []school.PersonID{h.Teacher.Person}, From: friday.AddDate(0, -2, 0), To: friday.AddDate(0, 2, 0)},
		})
	})
	h.says(h.get("/staff"), http.StatusOK, "My classes", "11A", "Art", `href="/staff/tutor"`)
	page := h.get("/staff/tutor")
	h.says(page, http.StatusOK, "Sam Bell", "1 badge", "Lost badge")
	if strings.Contains(page.body, "Mia") {
		t.Error("a tutor group has a pupil of an art class")
	}
	h.says(h.post(fmt.Sprintf("/staff/tutor/%d/badge/lost", h.Mia.Person), nil), http.StatusForbidden)
	h.says(h.post(fmt.Sprintf("/staff/people/%d/badge/lost", h.Sam.Person), nil), http.StatusNotFound)
	h.says(h.post(fmt.Sprintf("/staff/tutor/%d/badge/lost", h.Sam.Person), nil), http.StatusOK, "Sam Bell", "20 pages", `href="/staff/tutor"`)
	h.says(h.get("/staff/tutor"), http.StatusOK, "1 badge reported lost", "Found")
	h.post(fmt.Sprintf("/staff/tutor/%d/badge/found", h.Sam.Person), nil)
	h.says(h.get("/staff/tutor"), http.StatusOK, "1 badge<")
}
