package console

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// recordPath is what was done at the school, by whom and when.
const recordPath = "/staff/audit"

// recorded is how many acts one page shows, and aVisit how long one visit to them lasts.
const (
	recorded = 60
	aVisit   = time.Hour
)

// Verify recomputes the chains of what was done, and of the ledger, against what was exported
// of them.
type Verify func(ctx context.Context) ([]audit.Report, error)

// recordPage is what record.html shows.
type recordPage struct {
	visitor
	Since   string // when the visitor was here before; "" for never
	Changes []changeRow
	More    bool // of very many changes only the latest are counted
	Acts    []actRow
	Earlier int64 // the act before which the next page begins; 0 for none
	Roles   []roleRow
	Reports []reportRow // of a verification just now
}

// changeRow is how often something was done.
type changeRow struct {
	What, Last string
	Times      int
}

// actRow is one act, without whom it was done to and why.
type actRow struct{ When, What, Who, Object string }

// roleRow is who holds a role of staff.
type roleRow struct {
	Role string
	Who  []string
}

// reportRow is what a verification found.
type reportRow struct {
	What     string
	Rows     string
	Problems []string
}

// reveals are the pages that name pupils to whoever opens them, and the act by which that is on record. Pages
// about one pupil or one class say themselves whom they showed; TestWhoeverReadsOfAPupilIsOnRecord finds those that
// are neither.
var reveals = map[string]string{
	"GET /staff": "first-page-viewed", "GET /staff/people": "people-searched", "GET /staff/guests": "guests-viewed",
	"GET " + todayPath: "today-viewed", "GET " + livePath: "live-viewed", "GET " + rightsPath: "withdrawals-viewed",
	"GET " + refundsPath: "refunds-viewed", "GET " + waitingPath: "approvals-viewed", "GET " + reviewsPath: "reviews-viewed", "GET " + requestsPath: "requests-viewed",
	"GET " + holdsPath: "legal-holds-viewed", "GET " + rulesPath: "rules-viewed", "GET " + tutorPath: "tutees-viewed",
	"GET " + roomPath: "print-room-viewed", "GET " + roomPath + "/table": "print-room-viewed",
	"GET " + accessPath: "access-viewed", "GET " + accessPath + "/table": "access-viewed",
	"GET " + allowancesPath: "allowances-viewed", // some are one pupil's
	// A trial reads what everybody printed, and shows groups that may be small.
	"POST " + allowancesPath + "/try": "allowances-tried", "POST " + allowancesPath + "/policy/try": "allowances-tried", "POST " + pricesPath + "/try": "prices-tried",
}

// onRecord says on record that a page which names pupils is read, before it is shown.
func (c *Console) onRecord(ctx context.Context, route route, v visitor) error {
	act, names := reveals[route.pattern]
	if !names {
		return nil
	}
	return c.noteRead(ctx, v, act, "")
}

// readAgain says on record that a page which names pupils is shown once more, since an act on it was refused: its own reading
// is on record already. It is false where that fails, which it has told the visitor.
func (c *Console) readAgain(w http.ResponseWriter, r *http.Request, v visitor, status int, path string) bool {
	if status == http.StatusOK {
		return true
	}
	err := c.noteRead(r.Context(), v, reveals["GET "+path], "")
	if err != nil {
		c.pages.Error(w, r, err)
	}
	return err == nil
}

// noteRead says on record that somebody reads, and of what.
func (c *Console) noteRead(ctx context.Context, v visitor, act, object string) error {
	return c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{School: v.School, Act: act, Actor: v.Pseudonym, Object: object})
	})
}

// reading are acts that changed nothing; of safeguarding nothing is told at all.
var reading = slices.AppendSeq([]string{"person-viewed", "class-usage-viewed", "class-jobs-viewed", "conduct-viewed", "fairness-viewed", "matters-viewed", "usage-of-people-read", "readers-viewed", liveWatched, "job-explained", audit.Viewed},
	maps.Values(reveals))

// sealedActs are those of safeguarding, as patterns: its lead alone may know of them. The database
// leaves them out, so that no page is shorter where one was.
var sealedActs = []string{"matter%", "word%", "flag-referred", "sealed", "safeguarding-named"}

func sealedOff(act string) bool {
	return slices.ContainsFunc(sealedActs, func(pattern string) bool {
		prefix, any := strings.CutSuffix(pattern, "%")
		return act == pattern || any && strings.HasPrefix(act, prefix)
	})
}

func (c *Console) recordPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showRecord(w, r, v, nil)
}

func (c *Console) showRecord(w http.ResponseWriter, r *http.Request, v visitor, found []reportRow) {
	page := recordPage{visitor: v, Reports: found}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		if err := page.readChanges(ctx, tx); err != nil {
			return err
		}
		if err := page.readActs(ctx, tx, numberOf[int64](r.FormValue("before"))); err != nil {
			return err
		}
		if err := page.readRoles(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: v.School, Act: audit.Viewed, Actor: v.Pseudonym})
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "record", page)
}

// readChanges counts what was done since the visitor was here before; at the first time, of the
// last seven days.
func (p *recordPage) readChanges(ctx context.Context, tx *db.Tx) error {
	since, err := audit.LastViewed(ctx, tx, p.Pseudonym, tx.Now.Add(-aVisit))
	if err != nil {
		return err
	}
	p.Since = ""
	if since.IsZero() {
		since = tx.Now.AddDate(0, 0, -7)
	} else {
		p.Since = moment(since, p.Now)
	}
	all, more, err := audit.CountSince(ctx, tx, p.School, since)
	p.Changes, p.More = nil, more
	for _, one := range all {
		if !slices.Contains(reading, one.Act) && !sealedOff(one.Act) {
			p.Changes = append(p.Changes, changeRow{actInWords(one.Act), moment(one.Last, p.Now), one.Times})
		}
	}
	return err
}

func (p *recordPage) readActs(ctx context.Context, tx *db.Tx, before int64) error {
	all, err := audit.Done(ctx, tx, p.School, before, slices.Concat(reading, sealedActs), recorded+1)
	if err != nil {
		return err
	}
	p.Earlier = 0
	if len(all) > recorded {
		all = all[:recorded]
		p.Earlier = all[recorded-1].ID
	}
	var who []school.Pseudonym
	for _, a := range all {
		if a.Actor != "" {
			who = append(who, a.Actor)
		}
	}
	names, err := school.StaffNamed(ctx, tx, p.School, who)
	p.Acts = nil
	for _, a := range all {
		row := actRow{When: moment(a.At, p.Now), What: actInWords(a.Act), Object: strings.Replace(a.Object, ":", " ", 1), Who: names[a.Actor]}
		switch {
		case a.Actor == "":
			row.Who = "Inkwell, or a command on the server"
		case row.Who == "":
			row.Who = "A pupil or guest"
		}
		p.Acts = append(p.Acts, row)
	}
	return err
}

func (p *recordPage) readRoles(ctx context.Context, tx *db.Tx) error {
	staff, err := school.Staff(ctx, tx, p.School)
	p.Roles = nil
	for _, role := range school.StaffRoles() {
		row := roleRow{Role: roleWords[role]}
		for _, one := range staff {
			if slices.Contains(one.Roles, role) {
				row.Who = append(row.Who, one.Given+" "+one.Family)
			}
		}
		if len(row.Who) > 0 {
			p.Roles = append(p.Roles, row)
		}
	}
	return err
}

// actInWords is a keyword as a sentence begins.
func actInWords(act string) string { return sentence(strings.ReplaceAll(act, "-", " ")) }

// verifyLasts is how long a verification may take that somebody waits for.
const verifyLasts = 25 * time.Second

var chainWords = map[audit.Chain]string{audit.Acts: "What was done", audit.Transfers: "The ledger"}

// verifyRecord recomputes the chains, one visitor at a time.
func (c *Console) verifyRecord(w http.ResponseWriter, r *http.Request, v visitor) {
	if !c.verifying.TryLock() {
		c.showRecord(w, r, v, []reportRow{{What: "The record", Problems: []string{"Somebody else has it checked just now. Try again in a minute."}}})
		return
	}
	defer c.verifying.Unlock()
	ctx, cancel := context.WithTimeout(r.Context(), verifyLasts)
	defer cancel()
	all, err := c.verify(ctx)
	var found []reportRow
	for _, one := range all {
		found = append(found, reportRow{chainWords[one.Chain], thousands(one.Rows) + " sealed rows under " + thousands(one.Seals) + " seals", one.Problems})
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		found = []reportRow{{What: "The record", Problems: []string{"It is too long to be checked while somebody waits. On the server: inkwell audit verify."}}}
	case err != nil:
		c.pages.Error(w, r, err)
		return
	}
	c.showRecord(w, r, v, found)
}
