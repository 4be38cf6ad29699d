package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// TestPagesOfMyJob: a teacher changes what waits for them and reads what it comes to; from what
// they saw alone, and theirs alone.
func TestPagesOfMyJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.lesson()
	h.enter("teacher")
	path := fmt.Sprintf("/staff/mine/%d/pages", job)
	if a := h.get("/staff/mine"); !strings.Contains(a.body, `href="`+path+`"`) {
		t.Fatalf("there is no way to the pages: %s", a.body)
	}
	h.says(h.get(path), http.StatusOK, secretTitle, "30 pages on 30 sheets", `name="keep" value="30" checked`, `name="edition" value="0"`, path+"/30")
	change := func(edition int, form url.Values) answer {
		t.Helper()
		form.Set("edition", fmt.Sprint(edition))
		return h.post(path, form)
	}
	keep := url.Values{"keep": {"1", "2", "3", "5"}, "up": {"2"}, "sides": {"one-sided"}, "copies": {"3"}}
	if a := change(0, keep); a.status != http.StatusSeeOther || a.location != path {
		t.Fatalf("changed: %d %s", a.status, a.body)
	}
	h.says(h.get(path), http.StatusOK, "6 pages on 6 sheets", "It came as 30 pages on 15 sheets", `name="edition" value="1"`, "Undo all changes")
	h.says(h.get(path), http.StatusOK, "As it prints", `<span class="side side--2"><img class="leaf__picture" src="`+path+`/1" alt="Page 1"`, "Side 2")
	if body := h.get(path).body; strings.Count(body, `class="side side--2"`) != 2 || strings.Contains(body, `alt="Page 4"`) {
		t.Errorf("four of thirty pages, two on a side, show as %s", body)
	}
	h.says(h.get("/staff/mine"), http.StatusOK, "changed: it came as 30 pages on 15 sheets")
	h.says(change(0, keep), http.StatusConflict, "Look at it again")
	h.says(change(1, url.Values{"up": {"1"}, "copies": {"1"}}), http.StatusConflict, "Keep at least one page")
	h.says(change(1, url.Values{"pages": {"3-x"}, "copies": {"1"}}), http.StatusConflict, "Write pages like 1-3, 7.")
	h.says(change(1, url.Values{"pages": {"9-31"}, "copies": {"1"}}), http.StatusConflict, "not possible")
	if a := change(1, url.Values{"pages": {"2 – 4, 9"}, "copies": {"1"}}); a.status != http.StatusSeeOther {
		t.Errorf("changed: %d %s", a.status, a.body)
	}
	if got := dbtest.Value[string](t, h.db, "SELECT impressions || ' ' || (edit->'pages')::text FROM job WHERE job_id = $1", job); got != `4 [{"last": 4, "first": 2}, {"last": 9, "first": 9}]` {
		t.Errorf("it is %s", got)
	}
	if a := change(2, url.Values{"undo": {"1"}}); a.status != http.StatusSeeOther {
		t.Errorf("undone: %d", a.status)
	}
	if page := h.get(path); !strings.Contains(page.body, "30 pages on 15 sheets") || strings.Contains(page.body, "It came as") {
		t.Errorf("undone it shows %s", page.body)
	}

	sams := dbtest.Value[string](t, h.db, "SELECT max(job_id)::text FROM job WHERE person_id = $1 AND state = 'held'", h.Sam.Person)
	missing := h.get("/staff/mine/9999/pages").body
	for _, id := range []string{sams, "9999", "x", "-1"} {
		if a := h.get("/staff/mine/" + id + "/pages"); a.status != http.StatusNotFound || a.body != missing {
			t.Errorf("%s: %d, and not what is shown of a missing one", id, a.status)
		}
		h.says(h.post("/staff/mine/"+id+"/pages", url.Values{"pages": {"1"}, "copies": {"1"}}), http.StatusNotFound, "There is no such job")
		if a := h.get("/staff/mine/" + id + "/pages/1"); a.status != http.StatusNotFound || a.body != "" {
			t.Errorf("a picture of %s: %d %q", id, a.status, a.body)
		}
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE person_id = $1 AND edition > 0", h.Sam.Person); n != 0 {
		t.Error("somebody else's job was changed")
	}
}

func TestRangesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{"1-3, 7": "1-3, 7", "1": "1", " 2 - 4;9": "2-4, 9", "": "", "7,": "7"} {
		all, ok := readRanges(said)
		if got := rangesOf(all); !ok || got != want {
			t.Errorf("%q is %q, %v", said, got, ok)
		}
	}
	for _, said := range []string{"a", "1-", "-3", "1--2", "1-2-3", "1234567", "1.5", "<b>"} {
		if all, ok := readRanges(said); ok {
			t.Errorf("%q is %v", said, all)
		}
	}
	if rangesOf([]release.PageRange{{First: 2, Last: 2}}) != "2" {
		t.Error("one page is written as several")
	}
}

// TestSidesShowAsTheyPrint: so many of the pages that stay on each.
func TestSidesShowAsTheyPrint(t *testing.T) {
	t.Parallel()
	for up, want := range map[int]string{0: "[]", 1: "[]", 2: "[{1 [1 3]} {2 [4 5]} {3 [6]}]", 4: "[{1 [1 3 4 5]} {2 [6]}]"} {
		p := jobPagesPage{Edit: release.Edit{NumberUp: up}}
		for n := range 6 {
			p.Leaves = append(p.Leaves, leaf{n + 1, n != 1})
		}
		p.combine()
		if got := fmt.Sprint(p.Shown); got != want {
			t.Errorf("%d on a side: %s, not %s", up, got, want)
		}
	}
}
