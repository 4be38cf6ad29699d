package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
)

// taught makes a class of the teacher's with both pupils and a budget of 40, and one of a
// colleague's.
func (h *house) taught() (own, other school.ClassID) {
	h.Helper()
	from, to := friday.AddDate(0, -1, 0).Truncate(24*time.Hour), friday.AddDate(0, 6, 0).Truncate(24*time.Hour)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		both := []school.PersonID{h.Sam.Person, h.Mia.Person}
		err := school.AddClasses(ctx, tx, h.School, []school.Class{
			{Name: "9A", Pupils: both, Teachers: []school.PersonID{h.Teacher.Person}, From: from, To: to},
			{Name: "9B", Pupils: both, Teachers: []school.PersonID{h.Chief.Person}, From: from, To: to},
		})
		if err != nil {
			return err
		}
		if own, err = school.ClassByName(ctx, tx, h.School, "9A"); err != nil {
			return err
		}
		if other, err = school.ClassByName(ctx, tx, h.School, "9B"); err != nil {
			return err
		}
		id, err := quota.AddShared(ctx, tx, h.IT, quota.Shared{Code: "9a", Name: "9A budget", Sort: quota.ClassSort, Class: own, Limited: true})
		if err != nil {
			return err
		}
		_, err = quota.GiveTopUp(ctx, tx, h.IT, quota.TopUp{Shared: id, Amount: 40, Reason: "autumn", Key: "b"})
		return err
	})
	return own, other
}

func (h *house) balanceOf(a school.Actor) int64 {
	h.Helper()
	return dbtest.Value[int64](h.T, h.db, "SELECT balance FROM account WHERE person_id = $1 AND kind = 'person' AND purse = 'pages'", a.Person)
}

var keyIn = regexp.MustCompile(`name="key" value="([^"]+)"`)

func TestATeacherGivesFromAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, other := h.taught()
	h.enter("teacher")
	if a := h.get("/staff/classes"); a.status != http.StatusSeeOther || a.header.Get("Location") != classPath(own) {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
	h.says(h.get(classPath(own)), http.StatusOK, ">40<", "Sam Bell", "Mia Okafor", "2 pupils")
	h.says(h.get(classPath(other)), http.StatusNotFound, "no class of yours")
	h.says(h.get("/staff/classes/x"), http.StatusNotFound)
	to := []string{fmt.Sprint(h.Sam.Person), fmt.Sprint(h.Mia.Person)}
	before := h.balanceOf(h.Sam)
	for each, say := range map[string]string{"": "whole number", "-5": "whole number", "2.5": "whole number", "five": "whole number", "9223372036854775808": "whole number", "21": "Nobody was given any"} {
		h.says(h.post(classPath(own)+"/give", url.Values{"each": {each}, "reason": {"Portfolio"}, "to": to}), http.StatusUnprocessableEntity, say)
	}
	h.says(h.post(classPath(own)+"/give", url.Values{"each": {"5"}, "reason": {"Portfolio"}}), http.StatusUnprocessableEntity, "Choose who gets them")
	h.says(h.post(classPath(other)+"/give", url.Values{"each": {"5"}, "reason": {"Portfolio"}, "to": to}), http.StatusNotFound)
	sure := h.post(classPath(own)+"/give", url.Values{"each": {"5"}, "reason": {"Portfolio"}, "to": to})
	h.says(sure, http.StatusOK, "5 pages each?", "2 pupils", "10 pages", "40 pages", "30 pages", "Portfolio")
	if h.balanceOf(h.Sam) != before {
		t.Error("it was given before anybody was sure")
	}
	form := url.Values{"each": {"5"}, "reason": {"Portfolio"}, "to": to, "sure": {"yes"}, "key": {keyIn.FindStringSubmatch(sure.body)[1]}}
	for range 2 { // a double click
		a := h.post(classPath(own)+"/give", form)
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		h.says(h.get(a.header.Get("Location")), http.StatusOK, "2 pupils were given theirs", ">30<")
	}
	if got := h.balanceOf(h.Sam); got != before+5 {
		t.Errorf("Sam has %d, had %d", got, before)
	}
}

func TestFinanceLooksAfterAccounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'finance' WHERE person_id = $1", h.IT.Person)
	h.enter("it")
	h.says(h.get("/staff/accounts"), http.StatusOK, "None yet")
	made := h.post("/staff/accounts", url.Values{"name": {"Art department"}, "sort": {"department"}, "users": {"teacher, year:11"}})
	page := made.header.Get("Location")
	if made.status != http.StatusSeeOther {
		t.Fatalf("%d %s", made.status, made.body)
	}
	h.says(h.post("/staff/accounts", url.Values{"name": {"Art department"}, "sort": {"department"}}), http.StatusConflict, "already")
	h.says(h.post("/staff/accounts", url.Values{"name": {"Drama"}, "sort": {"department"}, "users": {"nobody"}}), http.StatusBadRequest, "nobody we know")
	shown := h.get(page)
	h.says(shown, http.StatusOK, "Art department", "Year 11; teachers", `value="year:11, teacher"`)
	key := keyIn.FindStringSubmatch(shown.body)[1]
	for _, bad := range []string{"", "0", "-3", "1.5", "99999999999999999999"} {
		h.says(h.post(page+"/top-up", url.Values{"amount": {bad}, "reason": {"x"}, "key": {key}}), http.StatusBadRequest, "whole number")
	}
	for range 2 {
		if a := h.post(page+"/top-up", url.Values{"amount": {"250"}, "reason": {"Spring"}, "key": {key}}); a.status != http.StatusSeeOther {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	h.says(h.get("/staff/accounts"), http.StatusOK, "250 pages")
	dbtest.Exec(t, h.db, "UPDATE shared_account SET until = now() + interval '9 days'")
	if a := h.post(page, url.Values{"users": {"staff"}, "closed": {"yes"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.says(h.get(page), http.StatusOK, "Closed", `value="staff"`)
	if kept := dbtest.Value[bool](t, h.db, "SELECT until IS NOT NULL FROM shared_account"); !kept {
		t.Error("closing it forgot when it ends")
	}

	sam := h.page(h.Sam.Person)
	before := h.balanceOf(h.Sam)
	person := h.get(sam)
	h.says(person, http.StatusOK, "Top up")
	if a := h.post(sam+"/top-up", url.Values{"amount": {"7"}, "reason": {"Lost pages"}, "key": {keyIn.FindStringSubmatch(person.body)[1]}}); a.status != http.StatusSeeOther || h.balanceOf(h.Sam) != before+7 {
		t.Errorf("%d, Sam has %d", a.status, h.balanceOf(h.Sam))
	}
	h.says(h.get(h.page(h.IT.Person)), http.StatusOK, "Nobody gives pages to themself")
	h.says(h.post(h.page(h.IT.Person)+"/top-up", url.Values{"amount": {"7"}, "reason": {"x"}, "key": {"k"}}), http.StatusForbidden, "themself")
}
