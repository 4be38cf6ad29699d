package console

import (
	"context"
	"fmt"
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
	for want, times := range map[string]int{"Badge linked": 20, "Printing withdrawn": 20, ": 2 pages</a>": 40, "Pages for the week": 1, "+5 pages, then 98 left": 1, "Cleo Shaw": 40, "Printed</span>": 41, "Waiting</span>": 1, "ealed": 0, "iewed": 0} {
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
		"2 pages":                         {ID: 7, State: release.Done, Pages: 4, Printed: 4, Charged: 2, Printer: "Library", Submitted: friday},
		"4 pages, paid by Art department": {ID: 7, State: release.Done, Pages: 4, Printed: 4, Charged: 4, Payer: "Art department", Submitted: friday},
		"":                                {ID: 7, State: release.Done, Pages: 4, Printed: 4, Charged: 4, Submitted: friday}, // its line says so
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

// TestATimelineReadsNothingOfOthers: each part of a person's page is found by indexes, however much others have, and
// looks at little more of their own than it shows.
func TestATimelineReadsNothingOfOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fill := dbtest.Fill(t, h.db)
	fill(yearOf(h.School, 300, 20))
	const own = 4000 // of one person: a job and an act each, and a gift for each tenth
	fill(fmt.Sprintf(`
		SET session_replication_role = replica;
		CREATE TEMP TABLE mine ON COMMIT DROP AS SELECT school_id, person_id, pseudonym, (SELECT min(queue_id) FROM queue) AS queue_id, (SELECT min(printer_id) FROM printer) AS printer_id FROM person p WHERE username = 'sam';
		WITH sent AS (
			INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, document, digest, bytes, pages, impressions, sheets, price, printed, submitted_at, held_at, expires_at, ended_at)
			SELECT school_id, queue_id, person_id, 'password', 'done', '{}', NULL, sha256('x'), 1000, 2, 2, 1, 2, 2, at, at, at, at
			  FROM mine, generate_series(timestamptz '2025-11-20', timestamptz '2025-11-20' + %[1]d * interval '1 hour', '1 hour') AS at RETURNING job_id, ended_at AS at
		), delivered AS (
			INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, reserved_at, sending_at, ended_at, printed, charged)
			SELECT school_id, job_id, person_id, printer_id, 'settled', md5(job_id::text), 1, 1, 2, 2, at, at, at, at, 2, 2 FROM mine, sent
		)
		INSERT INTO audit (school_id, at, act, actor, subject) SELECT school_id, at, 'badge-linked', pseudonym, pseudonym FROM mine, sent;
		INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key)
		SELECT a.school_id, timestamptz '2026-11-20', 'grant', (SELECT min(account_id) FROM account WHERE kind = 'allowance'), a.account_id, 1, 'n' || n
		  FROM generate_series(1, 5 * %[1]d) AS n JOIN person p ON p.username = CASE WHEN n %% 50 = 0 THEN 'sam' ELSE 'mia' END JOIN account a USING (person_id) WHERE a.kind = 'person';
		RESET session_replication_role`, own))
	dbtest.Exec(t, h.db, "VACUUM ANALYZE") //nolint:misspell // SQL's
	read := func(what string, most int64, part func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		h.in(func(ctx context.Context, tx *db.Tx) error {
			var passed, found [2]int64 // before and after: a connection's counts go on for a second
			for i := range passed {
				if err := tx.QueryRow(ctx, `
					SELECT sum(seq_tup_read)::bigint, sum(idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables WHERE relname IN ('job', 'delivery', 'audit', 'transfer')`).Scan(&passed[i], &found[i]); err != nil {
					return err
				}
				if i == 0 {
					if err := part(ctx, tx); err != nil {
						return err
					}
				}
			}
			if passed[0] != passed[1] || found[1]-found[0] > most {
				t.Errorf("%s: %d rows passed over and %d found by indexes, for a page of %d", what, passed[1]-passed[0], found[1]-found[0], mostPast)
			}
			if found[1] == found[0] {
				t.Errorf("%s: nothing was counted", what)
			}
			return nil
		})
	}
	v := visitor{Actor: h.IT, Now: friday}
	var sam school.Person
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		sam, err = school.PersonByID(ctx, tx, h.Sam.Person)
		return err
	})
	middle := dbtest.Value[int64](t, h.db, "SELECT job_id FROM job WHERE person_id = $1 ORDER BY job_id OFFSET 2000 LIMIT 1", h.Sam.Person)
	const some = 6 * mostPast // a job's row and its delivery, looked at for its payer and its price
	for _, before := range []int64{0, middle} {
		read("jobs", some, func(ctx context.Context, tx *db.Tx) error {
			rows, err := v.pastJobs(ctx, tx, h.Sam.Person, quota.Page, before)
			if len(rows) != mostPast+1 {
				t.Errorf("%d jobs", len(rows))
			}
			return err
		})
	}
	read("acts", some, func(ctx context.Context, tx *db.Tx) error {
		rows, err := v.pastActs(ctx, tx, sam, actsOfBadges, 0)
		if len(rows) != mostPast+1 {
			t.Errorf("%d acts", len(rows))
		}
		return err
	})
	read("pages", own/10+some, func(ctx context.Context, tx *db.Tx) error {
		_, err := v.pastPages(ctx, tx, h.Sam.Person, quota.Page, 0)
		return err
	})
}
