package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
)

// TestWhoeverReadsOfAPupilIsOnRecord: each page and table that names a pupil to a member of staff, whoever
// they are, leaves a row of theirs in the record. It looks for the names in the answers of all
// registered routes, so that a new page cannot forget it.
func TestWhoeverReadsOfAPupilIsOnRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.everyThing()
	h.begins(h.Teacher, dbtest.Value[school.ClassID](t, h.db, "SELECT class_id FROM class WHERE name = '9A'"))
	named := 0
	for _, role := range school.StaffRoles() {
		who := h.Chief
		if role == school.Teacher {
			who = h.Teacher
		}
		who.Roles, who.Proof = []school.Role{role}, school.BySession
		for _, route := range routes {
			method, path, _ := strings.Cut(route.pattern, " ")
			if route.needs == "" || isOwn(path) || !who.May(route.needs) || strings.HasSuffix(path, "/socket") {
				continue
			}
			for _, m := range placeIn.FindAllStringSubmatch(path, -1) {
				value := closed[m[1]]
				if o, is := objectAt(t, path, m[1]); is {
					value = dbtest.Value[string](t, h.db, o.sql)
				}
				path = strings.Replace(path, m[0], value, 1)
			}
			if path == "/staff/people" || path == recordPath {
				path += "?q=be"
			}
			before := h.readsBy(who)
			a := h.serve(&who, httptest.NewRequest(method, path, nil)) // a form without its fields: what is refused shows its page again
			if !namesPupil.MatchString(a.Body.String()) {
				continue
			}
			named++
			if h.readsBy(who) == before {
				t.Errorf("%s as %s names a pupil, and nothing of it is on record. Add it to reveals in record.go with the act that says so, or have the page record it itself.", route.pattern, role)
			}
		}
	}
	if named < 30 {
		t.Errorf("only %d pages named a pupil", named)
	}
}

// namesPupil finds a pupil of the house, by name or user name. It knows a sample of a file to import, too.
var namesPupil = regexp.MustCompile(`Sam Bell|Mia Okafor|\b(sam|mia)\b`)

// readsBy is how many acts somebody has on record.
func (h *house) readsBy(who school.Actor) int64 {
	h.Helper()
	return dbtest.Value[int64](h.T, h.db, "SELECT count(*) FROM audit WHERE actor = $1", who.Pseudonym)
}

// TestWhoReadsAllowancesIsOnRecord: one that is a pupil's alone says who is given more, by user name.
func TestWhoReadsAllowancesIsOnRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error {
		whom, err := quota.ReadAudience(ctx, tx, h.School, "person:sam")
		if err != nil {
			return err
		}
		return quota.SetAllowance(ctx, tx, h.IT.Pseudonym, h.School, quota.Allowance{For: whom, Pages: 900})
	}); err != nil {
		t.Fatal(err)
	}
	h.enter("it")
	before := h.readsBy(h.IT)
	h.says(h.get(allowancesPath), http.StatusOK, "person:sam", "900")
	if h.readsBy(h.IT) != before+1 {
		t.Error("nothing of it is on record")
	}
	h.says(h.post(allowancesPath+"/try", url.Values{"who": {"pupil"}, "units": {"60"}}), http.StatusOK, "Nothing is saved", "person:sam")
	h.says(h.post(allowancesPath+"/policy/try", url.Values{"per": {"month"}, "combine": {"sum"}, "carry": {"0"}}), http.StatusOK, "Nothing is saved")
	h.says(h.post(pricesPath+"/try", url.Values{"unit": {"pages"}, "side": {"1"}, "colour": {"5"}, "last": {"0"}}), http.StatusOK, "Nothing is saved")
	got := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE actor = $1 AND act LIKE '%-tried'", h.IT.Pseudonym)
	if got != "allowances-tried allowances-tried prices-tried" {
		t.Errorf("on record are %s", got)
	}
}
