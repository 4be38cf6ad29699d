package console

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/sealed"
	"inkwell/internal/signin"
	"inkwell/ipp/rollout"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release"
	"inkwell/release/spool"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// friday is a school morning.
var friday = time.Date(2026, 11, 20, 10, 24, 0, 0, time.UTC)

// secretTitle is a document's title: no page may ever show it but its owner's own.
const secretTitle = "My diary, private"

// house is a school with two printers and some jobs, and its staff pages on a
// server of this machine.
type house struct {
	*testing.T
	*schooltest.Cast
	db       *db.DB
	clock    *dbtest.Clock
	signIn   *signin.SignIn
	console  *Console
	plan     rollout.Plan // what there is to roll out
	also     school.ID    // another school that it is for
	findings []Finding    // of the page Health
	server   *httptest.Server
	browser  *http.Client

	behind Console      // the console as it is, with a doorman; see serve
	door   http.Handler // of behind
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clock := dbtest.NewClock(friday)
	return newHouseOn(t, dbtest.New(t, dbtest.At(clock)), clock)
}

// newHouseOn is newHouse on a database that takes its time from the clock and may have schools.
func newHouseOn(t *testing.T, d *db.DB, clock *dbtest.Clock) *house {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	h := &house{T: t, Cast: schooltest.New(t, d, "Harbour Academy"), db: d, clock: clock}
	h.signIn = signin.New(d, h.Directory, log, signin.Options{Key: sealed.Key{ID: "0a0b0c0d", Secret: make([]byte, 32)}})
	hub := events.New(d, log)
	store, err := spool.Open(t.Context(), spool.Options{Dir: t.TempDir(), Headroom: 1, Log: log,
		Keys: func() ([]spool.Key, error) { return []spool.Key{{ID: "test", Secret: make([]byte, 32)}}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	h.console, err = New(Options{
		DB: d, SignIn: h.signIn, Desk: release.New(release.Options{DB: d, Directory: h.Directory, Hub: hub, Spool: store, Log: log}), Conduct: conduct.New(d, hub, log), Holder: h.Directory, RollOut: h.rollOut, OwnPrinter: h.ownPrinter, Verify: h.verify, Health: h.health, Log: log,
		Subscribe: func(topics ...string) (<-chan struct{}, func()) { s := hub.Subscribe(topics...); return s.C, s.Close },
	})
	if err != nil {
		t.Fatal(err)
	}
	h.furnish()
	h.server = httptest.NewServer(h.console.Handler())
	t.Cleanup(h.server.Close)
	h.browser = h.newBrowser()
	return h
}

// verify recomputes both chains, of which the tests export nothing.
func (h *house) verify(ctx context.Context) (all []audit.Report, err error) {
	for _, chain := range []audit.Chain{audit.Acts, audit.Transfers} {
		r, wrong := audit.Verify(ctx, h.db, chain, audit.Heads{})
		all, err = append(all, r), errors.Join(err, wrong)
	}
	return all, err
}

// health is what h.findings say.
func (h *house) health(context.Context, school.ID) ([]Finding, time.Time) { return h.findings, friday }

// newBrowser keeps cookies and follows no redirect.
func (h *house) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// furnish adds printers, balances and jobs.
func (h *house) furnish() {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		for _, p := range []release.PrinterRecord{{Name: "Library", Room: "Library, ground floor"}, {Name: "Sixth form", Room: "Common room, first floor"}} {
			p.School, p.URI = h.School, "ipp://127.0.0.1:1"
			if _, err := release.AddPrinter(ctx, tx, p); err != nil {
				return err
			}
		}
		q := release.Queue{School: h.School, Path: "/ipp/print", Name: "Print", Kind: release.Hold, Proof: school.ByPassword}
		if _, err := release.AddQueue(ctx, tx, q); err != nil {
			return err
		}
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{
			{Person: h.Sam.Person, Amount: 88, Key: "sam"}, {Person: h.Mia.Person, Amount: 1, Key: "mia"},
		})
		return err
	})
	dbtest.Exec(h.T, h.db, "UPDATE printer SET state = 'idle', seen_at = $1", friday)
	h.job(h.Sam, release.Done, 4, 2*time.Hour)
	h.job(h.Sam, release.Held, 12, 90*time.Minute)
	h.job(h.Mia, release.Refused, 0, 10*time.Minute)
}

// job adds a job that was sent some time ago.
func (h *house) job(owner school.Actor, state release.JobState, pages int, ago time.Duration) {
	h.Helper()
	dbtest.Exec(h.T, h.db, `
		INSERT INTO job (school_id, queue_id, person_id, proof, state, reason, title, ticket, document, digest, bytes, pages, impressions, sheets, price, printed,
		                 submitted_at, held_at, expires_at, ended_at)
		SELECT $1, q.queue_id, $2, 'password', $3, CASE $3 WHEN 'refused' THEN 'document-locked' END,
		       CASE WHEN ended IS NULL THEN $6 END, '{}',
		       md5(random()::text), sha256('x'), 1000, nullif($4, 0), nullif($4, 0), nullif($4, 0), $4, CASE $3 WHEN 'done' THEN $4 ELSE 0 END,
		       $5, $5, $5::timestamptz + interval '1 day', ended
		  FROM (SELECT queue_id, CASE WHEN $3 IN ('done', 'refused', 'cancelled', 'expired') THEN $5::timestamptz END AS ended FROM queue LIMIT 1) q`,
		h.School, owner.Person, string(state), pages, friday.Add(-ago), secretTitle)
}

// disowned adds a job that a computer of room 12 sent in Mia's name, and that she
// has turned down.
func (h *house) disowned(device string, ago time.Duration) {
	h.Helper()
	h.job(h.Mia, release.Cancelled, 3, ago)
	dbtest.Exec(h.T, h.db, `
		INSERT INTO device_group (school_id, slug, name, trusted, networks, certificates, added_at)
		VALUES ($1, 'room-12', 'Room 12', false, '{10.1.12.0/24}', '{}', $2) ON CONFLICT DO NOTHING`, h.School, friday)
	dbtest.Exec(h.T, h.db, `
		UPDATE job SET proof = 'vouched', reason = 'disowned', group_id = (SELECT group_id FROM device_group), sent_from = $1::inet
		 WHERE job_id = (SELECT max(job_id) FROM job)`, device)
}

func (h *house) in(fn func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.db.InTx(h.Context(), db.InSchool(h.School), fn); err != nil {
		h.Fatal(err)
	}
}

// answer is what a request came to.
type answer struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (h *house) do(r *http.Request) answer {
	h.Helper()
	resp, err := h.browser.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.Fatal(err)
	}
	if strings.Contains(string(body), secretTitle) && !strings.HasPrefix(r.URL.Path, "/staff/mine") && !strings.HasPrefix(r.URL.Path, roomPath) && !isOwn(r.URL.Path) {
		h.Errorf("%s shows a document's title", r.URL)
	}
	return answer{resp.StatusCode, string(body), resp.Header.Get("Location"), resp.Header}
}

func (h *house) get(path string) answer {
	h.Helper()
	return h.do(h.request(http.MethodGet, path, nil))
}

func (h *house) post(path string, form url.Values) answer {
	h.Helper()
	return h.do(h.request(http.MethodPost, path, form))
}

func (h *house) request(method, path string, form url.Values) *http.Request {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		h.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// enter signs a member of staff in with the house's browser.
func (h *house) enter(username string) {
	h.Helper()
	a := h.post("/staff/sign-in", url.Values{"username": {username}, "password": {schooltest.Password}})
	if a.status != http.StatusSeeOther || a.location != "/staff" {
		h.Fatalf("signing in came to %d, %s", a.status, a.body)
	}
}

// says fails the test unless the page has the status and all of the words.
func (h *house) says(a answer, status int, words ...string) {
	h.Helper()
	if a.status != status {
		h.Errorf("status %d, want %d", a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			h.Errorf("the page lacks %q", w)
		}
	}
	if h.Failed() {
		_, main, _ := strings.Cut(a.body, "<main")
		h.Fatal(main)
	}
}

// acts are the audit's acts since the start, in order, but for lists that were looked at.
func (h *house) acts() string {
	h.Helper()
	looks := slices.AppendSeq([]string{liveWatched}, maps.Values(reveals))
	return dbtest.Value[string](h.T, h.db, "SELECT coalesce(string_agg(act, ' ' ORDER BY audit_id), '') FROM audit WHERE act <> ALL ($1)", looks)
}
