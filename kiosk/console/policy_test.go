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
