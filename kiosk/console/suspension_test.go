package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
)

// TestAYearIsWithdrawnAndGivenBack on the page of printing rights.
func TestAYearIsWithdrawnAndGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/rights"), http.StatusOK, "No class, no year", "Nobody by name")
	for whom, say := range map[string]string{"8Z": "no such class", "Year 3": "no pupils", "": "no such class"} {
		h.says(h.post("/staff/rights", url.Values{"whom": {whom}, "until": {"2026-11-27T08:00"}, "reason": {"<b>wasted paper"}}), http.StatusConflict, say, "&lt;b&gt;wasted paper")
	}
	h.says(h.post("/staff/rights", url.Values{"whom": {"year 11"}, "until": {""}, "reason": {"x"}}), http.StatusConflict, "Choose a day")
	a := h.post("/staff/rights", url.Values{"whom": {"Year 11"}, "until": {"2026-11-27T08:00"}, "reason": {"paper darts"}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	page := h.get("/staff/rights")
	h.says(page, http.StatusOK, "Year 11", "1 pupil", "paper darts", "Ida Hall", "Nobody by name")
	h.says(h.get(h.page(h.Sam.Person)), http.StatusOK, "Printing withdrawn", "paper darts")
	id := between(t, page.body, `action="/staff/rights/`, "/lift")
	if a := h.post("/staff/rights/"+id+"/lift", url.Values{"reason": {"talked"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.post("/staff/rights/"+id+"/lift", nil), http.StatusConflict, "over already")
	h.says(h.get(h.page(h.Sam.Person)), http.StatusOK, "May print")
}

// TestAClassIsPausedFromItsPage by who teaches it.
func TestAClassIsPausedFromItsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, other := h.taught()
	h.enter("teacher")
	mine, theirs := classPath(own), classPath(other)
	h.says(h.get(mine), http.StatusOK, "Pause printing until the bell")
	h.says(h.post(theirs+"/pause", nil), http.StatusNotFound)
	if a := h.post(mine+"/pause", nil); a.status != http.StatusSeeOther || a.location != mine {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := h.post(mine+"/pause", nil); a.status != http.StatusSeeOther {
		t.Fatalf("again: %d", a.status)
	}
	page := h.get(mine)
	h.says(page, http.StatusOK, "Printing is paused", "until 11:24")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM suspension WHERE lifted_at IS NULL"); n != 2 {
		t.Errorf("%d pupils are stopped", n)
	}
	id := between(t, page.body, "/pause/", "/end")
	if a := h.post(mine+"/pause/"+id+"/end", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(mine), http.StatusOK, "Pause printing until the bell")
}

// between is what stands between two words of a page.
func between(t *testing.T, body, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, before)
	value, _, ends := strings.Cut(rest, after)
	if !found || !ends || len(value) > 40 {
		t.Fatalf("nothing between %q and %q", before, after)
	}
	return value
}
