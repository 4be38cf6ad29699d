package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
)

// ruleForm is the form of the first rule, as the page has it.
func ruleForm(change ...string) url.Values {
	f := url.Values{"on": {"on"}, "category": {"excess"}, "points": {"30"}, "decay": {"30"}, "quiet": {"1"}, "with-jobs": {"20"}, "with-pages": {"400"}, "with-minutes": {"10"}}
	for i := 0; i < len(change); i += 2 {
		f.Set(change[i], change[i+1])
	}
	return f
}

func TestThePolicyPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get(policyPath), http.StatusOK, "The rules only report, and act from", "1 · Burst", "Many jobs or pages are printed within minutes.", "teacher-release")
	h.says(h.post(policyPath+"/rules/1", ruleForm("with-jobs", "25", "points", "40")), http.StatusSeeOther)
	h.says(h.get(policyPath), http.StatusOK, `name="with-jobs" value="25"`, "40 points")
	if kept := dbtest.Value[string](t, h.db, "SELECT content -> 'rules' -> 0 ->> 'with' FROM conduct_set ORDER BY set_id DESC LIMIT 1"); kept != `{"jobs": 25}` {
		t.Errorf("the figures kept are %s", kept)
	}
	h.says(h.post(policyPath+"/rules/1", ruleForm("with-jobs", "1")), http.StatusConflict, "goes from 2 to 1000")
	h.says(h.post(policyPath+"/rules/1", ruleForm("points", "many")), http.StatusConflict, "Write a whole number for points.")
	h.says(h.post(policyPath+"/rules/7", ruleForm("with-times", "5", "with-hours", "24")), http.StatusConflict, "whose flags go automatic")
	h.says(h.post(policyPath+"/rules/99", ruleForm()), http.StatusConflict, "There is no such rule")
	h.says(h.post(policyPath+"/rules/1", ruleForm("on", "")), http.StatusSeeOther)
	h.says(h.get(policyPath), http.StatusOK, `badge--warn">off`)
	h.says(h.post(policyPath+"/rules/1/arm", nil), http.StatusConflict, "That rule is not stopped.")
	dbtest.Exec(t, h.db, "INSERT INTO conduct_disarmed (school_id, set_id, rule, year_group, hit, of_people, at) SELECT school_id, max(set_id), 2, 9, 12, 180, $1 FROM conduct_set GROUP BY 1", friday)
	h.says(h.get(policyPath), http.StatusOK, "Rule 2, Volume, has stopped itself", "12 of 180")
	h.says(h.get("/staff"), http.StatusOK, `<a href="/staff/policy">Rule 2, Volume</a>: has stopped itself`, "12 of 180 pupils")
	h.says(h.post(policyPath+"/rules/2/arm", nil), http.StatusSeeOther)
	if page := h.get(policyPath); strings.Contains(page.body, "has stopped itself") {
		t.Error("it is still stopped")
	}
	h.says(h.post(policyPath+"/switch/off", url.Values{"why": {" "}}), http.StatusConflict, "why the rules are switched off")
	h.says(h.post(policyPath+"/switch/off", url.Values{"why": {"mocks"}}), http.StatusSeeOther)
	h.says(h.get(policyPath), http.StatusOK, "All rules are off since", "mocks")
	h.says(h.post(policyPath+"/switch/on", url.Values{"from": {"2026-11-20"}}), http.StatusSeeOther)
	h.says(h.get(policyPath), http.StatusOK, "The rules act")
}

func TestTheLadderAndTheCategoriesAreForms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	ladder := url.Values{"points": {"12", "40", ""}, "action": {"notice", "withdrawal", "review"}, "days": {"5", "2", "9"},
		"say": {"You can still print.", "You can't print until then.", ""}, "objection": {"Ask Mrs Okoro."}}
	h.says(h.post(policyPath+"/ladder", ladder), http.StatusSeeOther)
	page := h.get(policyPath)
	h.says(page, http.StatusOK, `name="points" value="40"`, "You can&#39;t print until then.", "Ask Mrs Okoro.")
	if strings.Contains(page.body, "Your teacher prints") || strings.Contains(page.body, "rung-points-4") {
		t.Error("a rung that was taken out is there")
	}
	ladder["points"] = []string{"12", "10"}
	h.says(h.post(policyPath+"/ladder", ladder), http.StatusConflict, "has to be more than the rung before has")
	ladder["points"] = []string{"many", "", ""}
	h.says(h.post(policyPath+"/ladder", ladder), http.StatusConflict, "Write a whole number for points.")
	ladder["points"], ladder["say"] = []string{"12", "40"}, []string{"x"}
	h.says(h.post(policyPath+"/ladder", ladder), http.StatusConflict, "That form was not whole.")

	categories := url.Values{"name": {"excess", "waste", "access", "behaviour", "safeguarding", ""}, "title": {"Far too much", "Waste", "Access", "Behaviour", "Safeguarding", "Paper in the yard"},
		"route": {"automatic", "notice", "person", "person", "safeguarding", "person"}, "percent": {"4"}, "at-least": {"6"}}
	h.says(h.post(policyPath+"/categories", categories), http.StatusSeeOther)
	h.says(h.get(policyPath), http.StatusOK, `name="name" value="paper-in-the-yard"`, "Far too much", "at least 6 pupils", "more than 4 per cent")
	categories["title"][1] = ""
	h.says(h.post(policyPath+"/categories", categories), http.StatusConflict, "no category is called so")
	categories["title"][1], categories["percent"] = "Waste", []string{"400"}
	h.says(h.post(policyPath+"/categories", categories), http.StatusConflict, "goes from 1 to 100")
}

// TestARuleIsTriedOnThePast: a page says whom it would have hit, and saves nothing.
func TestARuleIsTriedOnThePast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	dbtest.Exec(t, h.db, "UPDATE person SET year_group = 8 WHERE person_id = $1", h.Sam.Person)
	dbtest.Exec(t, h.db, `
		INSERT INTO fact (school_id, person_id, at, kind, detail) SELECT $1, $2, $3::timestamptz - n * interval '1 minute', 'too-few', '{}' FROM generate_series(1, 5) n`, h.School, h.Sam.Person, friday)
	h.get(policyPath) // the defaults are kept when they are first looked at
	form := url.Values{"name": {"More than is left"}, "on": {"on"}, "category": {"waste"}, "points": {"20"}, "decay": {"14"}, "quiet": {"24"}, "with-times": {"4"}, "with-hours": {"24"}}
	versions := func() int { return dbtest.Value[int](t, h.db, "SELECT count(*) FROM conduct_set") }
	before := versions()
	tried := h.post(policyPath+"/rules/11/try", form)
	h.says(tried, http.StatusOK, "Year 8", `data-label="Tutor told">0 → 1`, `name="with-times" value="4"`, "2026-10-23", "Nothing is saved")
	form.Set("from", "2026-11-01")
	form.Set("to", "2026-11-10")
	h.says(h.post(policyPath+"/rules/11/try", form), http.StatusOK, "0 pupils", `data-label="Tutor told">0 → 0`)
	form.Set("to", "soon")
	h.says(h.post(policyPath+"/rules/11/try", form), http.StatusBadRequest, "Choose the first and the last day.")
	form.Set("to", "2026-11-10")
	form.Set("with-times", "1")
	h.says(h.post(policyPath+"/rules/11/try", form), http.StatusBadRequest, "goes from 2 to 1000")
	h.says(h.post(policyPath+"/rules/99/try", form), http.StatusConflict, "There is no such rule")
	if now := versions(); now != before || dbtest.Value[int](t, h.db, "SELECT count(*) FROM flag") != 0 {
		t.Errorf("%d versions were, %d are", before, now)
	}
	form.Set("with-times", "4")
	h.console.trying.Store(h.School+1, true) // at another school
	h.says(h.post(policyPath+"/rules/11/try", form), http.StatusOK, "Nothing is saved")
	h.console.trying.Store(h.School, true)
	h.says(h.post(policyPath+"/rules/11/try", form), http.StatusTooManyRequests, "Somebody tries a rule just now.")
}
