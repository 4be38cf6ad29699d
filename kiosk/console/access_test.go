package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/signin"
	"inkwell/internal/web/webtest"
)

var listDigest = regexp.MustCompile(`name="list" value="([0-9a-f]{64})"`)

// looked is a school of some staff, of whom somebody looked at a list a year ago.
func (h *house) looked() {
	h.Helper()
	h.are(school.Auditor)()
	var staff []school.Newcomer
	for i, role := range school.StaffRoles() {
		staff = append(staff, school.Newcomer{Username: fmt.Sprintf("staff%02d", i), Given: []string{"Amy", "Bo", "Cara", "Dev"}[i%4], Family: []string{"Adeyemi-Brown", "Lowe", "Ng", "Price", "Quill"}[i%5], Role: role, PasswordHash: ""})
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.Directory.AddPeople(ctx, tx, h.School, staff)
		return err
	})
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET given_at = given_at - person_id % 7 * interval '61 days', given_by = CASE person_id % 3 WHEN 0 THEN 'roster' ELSE 'server' END WHERE role NOT IN ('pupil', 'auditor')")
	dbtest.Exec(h.T, h.db, `
		INSERT INTO staff_account (person_id, school_id, entered_at, entered_way, entered_factored, sealed, confirmed_at)
		SELECT person_id, school_id, $1::timestamptz - person_id % 13 * interval '9 days 3 hours', CASE person_id % 4 WHEN 0 THEN 'sso' ELSE 'password' END, person_id % 2 = 0, CASE person_id % 2 WHEN 0 THEN decode(repeat('ab', 40), 'hex') END, CASE person_id % 2 WHEN 0 THEN $1::timestamptz END
		  FROM person WHERE username LIKE 'staff%' AND person_id % 5 > 0 ON CONFLICT DO NOTHING`, friday)
	dbtest.Exec(h.T, h.db, "INSERT INTO sso_identity (school_id, person_id, issuer, subject, bound_at) SELECT school_id, person_id, 'https://sso', person_id::text, $1 FROM person WHERE username LIKE 'staff%' AND person_id % 4 = 0", friday)
	who := h.Chief
	who.Roles, who.Proof = []school.Role{school.Auditor}, school.BySession
	all, err := signin.Accounts(h.Context(), h.db, who)
	if err == nil {
		err = signin.SignReview(h.Context(), h.db, who, signin.Shown(all), map[school.PersonID]string{all[0].Person: "Left in July", all[3].Person: "Was here for the spring term alone"})
	}
	if err == nil {
		err = h.signIn.Bar(h.Context(), school.Actor{}, h.School, all[3].Person, true)
	}
	if err != nil {
		h.Fatal(err)
	}
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = 'head' WHERE person_id = (SELECT person_id FROM person WHERE username = 'staff05')")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.Directory.AddPeople(ctx, tx, h.School, []school.Newcomer{{Username: "nia", Given: "Nia", Family: "Newcomb", Role: school.Finance}})
		return err
	})
}

// TestAReviewOfAccess: who looks, marks and signs; that IT reads what is to go; that it is due, and no longer; and as tables.
func TestAReviewOfAccess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("chief")
	h.enter("it")
	h.as(school.Auditor)()
	page := h.get(accessPath)
	h.says(page, http.StatusOK, "It is due now", "Tom Reid", "Never", "since 20 November 2026, by a command on the server", "3 accounts, 1 not used for 90 days", `nav__count">1`, "Nobody has signed a review yet")
	if strings.Index(page.body, "Tom Reid") > strings.Index(page.body, "Cleo Shaw") {
		t.Error("what nobody uses does not come first")
	}
	if strings.Contains(page.body, "Sam Bell") {
		t.Error("a pupil is listed")
	}
	list := listDigest.FindStringSubmatch(page.body)[1]
	tom := fmt.Sprint(h.Teacher.Person)
	h.says(h.post(accessPath, url.Values{"list": {list}, "go": {tom}, "why-" + tom: {"has left"}}), http.StatusBadRequest, "Say below that you have looked", "has left")
	h.says(h.post(accessPath, url.Values{"list": {list}, "go": {tom}, "why-" + tom: {" "}, "looked": {"yes"}}), http.StatusBadRequest, "Say why each account", "checked", `aria-invalid="true"`)
	h.says(h.post(accessPath, url.Values{"list": {"x"}, "go": {tom}, "why-" + tom: {"left <i>in</i> July"}, "looked": {"yes"}}), http.StatusConflict, "The list has changed", "left &lt;i&gt;in&lt;/i&gt; July", "checked")
	if a := h.post(accessPath, url.Values{"list": {list}, "go": {tom}, "why-" + tom: {"left <i>in</i> July"}, "looked": {"yes"}}); a.status != http.StatusSeeOther {
		t.Fatalf("signing came to %d %s", a.status, a.body)
	}
	page = h.get(accessPath)
	h.says(page, http.StatusOK, "20 November 2027", "As it was signed", "3 accounts, 1 to go", "left &lt;i&gt;in&lt;/i&gt; July", "Still there", "Was to go", "Nothing has changed since the last review", "1 account to go, and nothing was done yet")
	if strings.Contains(page.body, `nav__count">1`) {
		t.Error("it still waits")
	}
	h.says(h.get(accessPath+"/table"), http.StatusOK, "name,user name,roles,since,given by", "Tom Reid,teacher,Teacher,2026-11-20,by a command on the server,,,yes,Password,")
	id := dbtest.Value[int64](t, h.db, "SELECT review_id FROM access_review")
	h.says(h.get(fmt.Sprintf("%s/table?review=%d", accessPath, id)), http.StatusOK, "Tom Reid,teacher,Teacher,2026-11-20,by a command on the server,,Password,to go,left <i>in</i> July", "Ida Hall,it,Auditor,2026-11-20,by a command on the server,2026-11-20,Password,kept,")
	h.says(h.get(accessPath+"/table?review=987654"), http.StatusNotFound)
	if book := h.get(accessPath + "/table?as=xlsx"); book.status != http.StatusOK || !strings.HasPrefix(book.body, "PK") {
		t.Errorf("the workbook is %d", book.status)
	}
	h.are(school.IT)()
	h.says(h.get(accessPath), http.StatusNotFound)
	h.says(h.get(colleaguesPath), http.StatusOK, "To go", "left &lt;i&gt;in&lt;/i&gt; July")
	if a := h.post(colleaguesPath+"/"+tom+"/bar", nil); a.status != http.StatusSeeOther {
		t.Fatalf("shutting out came to %d", a.status)
	}
	h.are(school.Head)()
	h.says(h.get("/staff"), http.StatusOK, "Who may use the pages", "The next review is due on 20 November 2027")
	h.says(h.get(accessPath), http.StatusOK, "Ida Hall (it)", "Is now Head; is no longer Auditor", "Tom Reid (teacher)", "Now: shut out", "Done")
	h.clock.Set(friday.AddDate(1, 0, 1))
	h.enter("it")
	h.says(h.get(accessPath), http.StatusOK, "The review was due on 20 November 2027")
}

// TestShotsOfAccess takes the pictures of its pages.
func TestShotsOfAccess(t *testing.T) {
	h := newHouse(t)
	h.shootAll("access", func() []scene {
		return []scene{
			{name: "first", path: accessPath, set: h.are(school.Auditor)},
			{name: "list", path: accessPath, set: h.looked},
			{name: "marked", path: accessPath, act: func(p *webtest.Page) {
				p.Eval(`document.querySelector("[name=go]").click(); document.querySelector("main .input").value = "Left in July, and nobody told us"`)
			}},
			{name: "sign", path: accessPath, act: func(p *webtest.Page) { p.Eval(`document.querySelector("#sign").scrollIntoView()`) }},
			{name: "record", path: recordPath},
			{name: "sign-ins", path: colleaguesPath, set: h.are(school.IT)},
			{name: "head", path: "/staff", set: h.are(school.Head)},
		}
	})
}
