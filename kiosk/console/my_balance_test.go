package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/quota"
)

// TestAPupilsBalance says what came and went, by whom, with what was left after each, in pages, and nothing of others.
func TestAPupilsBalance(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterMy("sam")
	h.says(h.get(myBalancePath), http.StatusOK, "Topped up", "&#43;88 pages", "then 88 pages", `href="/my/balance"`)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := quota.GiveTopUp(ctx, tx, h.Chief, quota.TopUp{Person: h.Sam.Person, Amount: 12, Reason: "Portfolio", Key: "more"}); err != nil {
			return err
		}
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Sam.Person, Amount: 5, Key: "allowance:week:2026-11-16:1"}, {Person: h.Mia.Person, Amount: 77, Key: "mias"}})
		return err
	})
	page := h.get(myBalancePath)
	h.says(page, http.StatusOK, "Pages for the week", "&#43;5 pages", "then 105 pages", "&#43;12 pages", "then 100 pages", "by Cleo Shaw")
	if strings.Contains(page.body, "77 pages") || strings.Contains(page.body, "Portfolio") {
		t.Errorf("it has another's pages, or why they were given: %s", page.body)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		for n := range 2 * mostPast {
			if _, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Sam.Person, Amount: 1, Key: fmt.Sprint("one", n)}}); err != nil {
				return err
			}
		}
		return nil
	})
	rows, pages := 0, 0
	for path := myBalancePath; path != ""; pages++ {
		a := h.get(path)
		rows += strings.Count(a.body, "<li>\n      <span class=\"prints__what\"")
		if next := earlierPage.FindStringSubmatch(a.body); next != nil {
			path = next[1]
		} else {
			path = ""
		}
	}
	if rows != 3+2*mostPast || pages != 3 {
		t.Errorf("%d movements on %d pages", rows, pages)
	}
	for _, before := range []string{"x", "-1", "1", "99999999999999999999"} {
		h.says(h.get(myBalancePath+"?before="+before), http.StatusOK, "Balance")
	}
}

// TestAPupilChoosesTheirLanguage of those that the school offers; kiosks read the same, and so do refusals on the page.
func TestAPupilChoosesTheirLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterMy("sam")
	if strings.Contains(h.get(myBadgePath).body, "Your language") {
		t.Error("there is a choice of one")
	}
	dbtest.Exec(t, h.db, "UPDATE school SET kiosk_languages = '{en,cy}'")
	page := h.get(myBadgePath)
	h.says(page, http.StatusOK, "Your language", `<span lang="cy">Cymraeg</span>`, `value="en" checked`)
	h.says(h.post("/my/language", url.Values{"language": {"pl"}}), http.StatusBadRequest, "do not offer that language")
	if a := h.post("/my/language", url.Values{"language": {"cy"}}); a.location != myBadgePath+"?spoken=1" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(myBadgePath+"?spoken=1"), http.StatusOK, `value="cy" checked`, "speaks it to you")
	if got := dbtest.Value[string](t, h.db, "SELECT language FROM person WHERE person_id = $1", h.Sam.Person); got != "cy" {
		t.Errorf("kiosks speak %q", got)
	}
	dbtest.Exec(t, h.db, "UPDATE job SET impressions = 120, price = 120 WHERE state = 'held' AND person_id = $1", h.Sam.Person)
	h.says(h.get(myPath), http.StatusOK, "Tudalennau sydd eu hangen: 120.", `lang="cy"`)
}
