package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

// TestALegalHold: placed with a reason and a day of review, kept on, ended; on record, and unknown to whom it is on.
func TestALegalHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.protection()
	h.says(h.get(holdsPath), http.StatusOK, "None is in force", `value="2027-02-20"`)
	form := func() url.Values {
		return url.Values{"who": {"sam"}, "reason": {"Police reference <4411>"}, "review": {"2026-12-20"}}
	}
	for field, wrong := range map[string]string{"who": "nobody", "reason": " ", "review": "2026-11-20"} {
		f := form()
		f.Set(field, wrong)
		h.says(h.post(holdsPath, f), http.StatusBadRequest, `id="`+field+`-wrong"`)
	}
	f := form()
	f.Set("who", "it")
	h.says(h.post(holdsPath, f), http.StatusBadRequest, "Somebody else of data protection")
	if a := h.post(holdsPath, form()); a.status != http.StatusSeeOther || a.location != holdsPath {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.post(holdsPath, form()), http.StatusBadRequest, "on them already")
	h.says(h.get(holdsPath), http.StatusOK, "Sam Bell", "Police reference &lt;4411&gt;", "20 December 2026", "Ida Hall", "not yet")
	if page := h.get(holdsPath); strings.Contains(page.body, "Review is due") {
		t.Error("a review is due too soon")
	}
	h.says(h.post(holdsPath+"/1/review", url.Values{"review": {"2028-01-01"}}), http.StatusBadRequest, "within a year")
	if a := h.post(holdsPath+"/1/review", url.Values{"review": {"2026-11-23"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(holdsPath), http.StatusOK, "23 November 2026", "once")
	dbtest.Exec(t, h.db, "UPDATE legal_hold SET review_on = '2026-11-20'")
	h.says(h.get(holdsPath), http.StatusOK, "One hold is", "Review is due")

	dbtest.Exec(t, h.db, "INSERT INTO data_request (school_id, person_id, received_on, due_on, entered_at) VALUES ($1, $2, '2026-11-18', '2026-12-18', $3)", h.School, h.Sam.Person, friday)
	for name, text := range unzipped(t, h.post("/staff/requests/1/file", nil).body) {
		if low := strings.ToLower(text); strings.Contains(low, "4411") || strings.Contains(low, "legal") {
			t.Errorf("%s tells of the hold: %s", name, text)
		}
	}
	h.says(h.post(holdsPath+"/1/end", url.Values{"reason": {" "}}), http.StatusBadRequest, "Say why")
	if a := h.post(holdsPath+"/1/end", url.Values{"reason": {"The case is closed"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(holdsPath), http.StatusOK, "None is in force", "The case is closed")
	h.says(h.post(holdsPath+"/1/end", url.Values{"reason": {"again"}}), http.StatusConflict, "has ended")
	h.says(h.post(holdsPath+"/99/review", url.Values{"review": {"2026-11-25"}}), http.StatusConflict, "no such hold")
	if got := h.acts(); !strings.Contains(got, "legal-hold-placed legal-hold-reviewed") || !strings.HasSuffix(got, "legal-hold-ended") {
		t.Errorf("on record is %s", got)
	}
	dbtest.Exec(t, h.db, "UPDATE legal_hold SET person_id = $1, ended_at = NULL, end_reason = NULL", h.IT.Person)
	h.says(h.post(holdsPath+"/1/end", url.Values{"reason": {"it is about me"}}), http.StatusConflict, "this hold is about you")
}

// held has a hold that is due to be looked at, one that stands and one that ended.
func (h *house) held() {
	h.as(school.DataProtection)()
	for _, sql := range []string{
		"INSERT INTO legal_hold (school_id, person_id, reason, placed_at, placed_by, review_on, reviews) SELECT $1, person_id, 'Police reference 4411: threats found on paper in the library', $2::timestamptz - interval '90 days', $3::text::uuid, $2::timestamptz - interval '1 day', 1 FROM person WHERE username = 'sam'",
		"INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) SELECT $1, person_id, 'A claim of the family, letter of 3 November', $2, $2::timestamptz + interval '60 days' FROM person WHERE username = 'mia'",
		"INSERT INTO legal_hold (school_id, person_id, reason, placed_at, placed_by, review_on, ended_at, end_reason) SELECT $1, person_id, 'An employment tribunal', $2::timestamptz - interval '300 days', $3::text::uuid, $2, $2::timestamptz - interval '9 days', 'It was settled' FROM person WHERE username = 'teacher'",
	} {
		if strings.Contains(sql, "$3") {
			dbtest.Exec(h.T, h.db, sql, h.School, friday, h.IT.Pseudonym)
		} else {
			dbtest.Exec(h.T, h.db, sql, h.School, friday)
		}
	}
}
