package console

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

var (
	earlierPage = regexp.MustCompile(`<a href="([^"]+)">Earlier</a>`)
	pastLine    = regexp.MustCompile(`(?s)<li>\s*<span class="timeline__when.*?</li>`)
)

// pastOf walks all pages of a timeline and returns its lines, the latest first, and the number of pages.
func (h *house) pastOf(path string) (lines []string, n int) {
	h.Helper()
	for path != "" {
		if n++; n > 20 {
			h.Fatal("the timeline has no end")
		}
		a := h.serve(&h.IT, httptest.NewRequest(http.MethodGet, path, nil))
		if a.Code != http.StatusOK {
			h.Fatalf("%s: %d", path, a.Code)
		}
		body := html.UnescapeString(a.Body.String())
		if strings.Contains(body, secretTitle) {
			h.Errorf("%s has a title", path)
		}
		lines = append(lines, pastLine.FindAllString(body, -1)...)
		next := earlierPage.FindStringSubmatch(body)
		if path = ""; next != nil {
			path, _, _ = strings.Cut(next[1], "#")
		}
	}
	return lines, n
}

// TestAPersonsTimelineHasPages: jobs, pages and acts in one order, each once however many have one
// time, and each kind on its own; nothing of safeguarding, and no claim that was not taken.
func TestAPersonsTimelineHasPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 40 {
		h.job(h.Sam, release.Done, 2, time.Duration(n/4)*24*time.Hour)
	}
	dbtest.Exec(t, h.db, `
		INSERT INTO audit (school_id, at, act, actor, subject)
		SELECT $1, $2::timestamptz - n / 3 * interval '1 day', act, $3, $4 FROM generate_series(1, 20) AS n, unnest('{badge-linked,printing-suspended,sealed,person-viewed}'::text[]) AS act`,
		h.School, friday, h.Chief.Pseudonym, h.Sam.Pseudonym)
	for _, key := range []string{"allowance:week:2026-11-16:1", "a"} {
		h.give(h.Sam, 5, key)
	}
	h.disowned("10.1.12.9", time.Minute)
	dbtest.Exec(t, h.db, "UPDATE job SET person_id = $1 WHERE reason = 'disowned'", h.Sam.Person)

	page := h.page(h.Sam.Person)
	all, pages := h.pastOf(page)
	if len(all) != 42+40+3 || pages != 4 {
		t.Errorf("%d lines on %d pages", len(all), pages)
	}
	seen := map[string]bool{}
	for _, line := range all {
		if job := regexp.MustCompile(`Job \d+`).FindString(line); job != "" && seen[job] {
			t.Errorf("%s stands twice", job)
		} else {
			seen[job] = true
		}
	}
	text := strings.Join(all, "")
	for want, times := range map[string]int{"Badge linked": 20, "Printing withdrawn": 20, "2 pages printed": 40, "Pages for the week": 1, "+5 pages, then 98 left": 1, "Cleo Shaw": 40, "Printed</span>": 41, "Waiting</span>": 1, "ealed": 0, "iewed": 0} {
		if n := strings.Count(text, want); n != times {
			t.Errorf("%q stands %d times, not %d", want, n, times)
		}
	}
	for kind, n := range map[string]int{"prints": 42, "pages": 3, "rights": 20, "badges": 20, "nonsense": 85} {
		if some, _ := h.pastOf(page + "?of=" + kind); len(some) != n {
			t.Errorf("%s: %d lines, not %d", kind, len(some), n)
		}
	}
	for _, before := range []string{"x", "1.2", "-1.-1.-1", "0.0.0"} {
		if some, _ := h.pastOf(page + "?before=" + before); len(some) != len(all) {
			t.Errorf("before %s: %d lines", before, len(some))
		}
	}
	if none, _ := h.pastOf(page + "?of=prints&before=1.0.0"); len(none) != 0 {
		t.Errorf("before all: %v", none)
	}
}

// TestAPersonsTimelineNamesThePayer: what a print took, where, and from whose pages.
func TestAPersonsTimelineNamesThePayer(t *testing.T) {
	t.Parallel()
	unit := quota.Page
	v := visitor{Now: friday}
	for want, j := range map[string]release.PastJob{
		"4 pages":                         {ID: 7, State: release.Done, Pages: 4, Printed: 4, Charged: 4, Printer: "Library", Submitted: friday},
		"4 pages, paid by Art department": {ID: 7, State: release.Done, Pages: 4, Printed: 4, Charged: 4, Payer: "Art department", Submitted: friday},
		"":                                {ID: 7, State: release.Held, Pages: 4, Submitted: friday},
	} {
		if got := v.pastJob(j, unit).Charged; got != want {
			t.Errorf("%+v: %q, not %q", j, got, want)
		}
	}
	some := v.pastJob(release.PastJob{ID: 7, State: release.Cancelled, Pages: 4, Printed: 3, Printer: "Library", By: "Tom Reid", Submitted: friday}, unit)
	if some.What != "Job 7: 3 of 4 pages printed" || some.Who != "released by Tom Reid" || some.Where != "at Library" {
		t.Errorf("%+v", some)
	}
}

// give adds pages to somebody's account.
func (h *house) give(to school.Actor, units int64, key string) {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: to.Person, Amount: units, Key: key}})
		return err
	})
}
