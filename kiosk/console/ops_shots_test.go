package console

import (
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// TestShotsOfOperations takes pictures of what IT looks at, as TestShots does.
func TestShotsOfOperations(t *testing.T) {
	h := newHouse(t)
	h.shootAll("ops", h.opsScenes)
}

func (h *house) opsScenes() []scene {
	live := func(p *webtest.Page) { p.Until(`document.querySelector(".live__link").dataset.state === "live"`) }
	return []scene{
		{name: "queues", path: queuesPath},
		{name: "queue", path: queuesPath + "/1"},
		{name: "queue-new", path: queuesPath, act: func(p *webtest.Page) {
			p.Click("details.card summary")
			p.Until(`document.querySelector("details.card[open]")`)
		}},
		{name: "schools", path: schoolsPath, set: func() {
			h.findings = someHealth
			h.elsewhere("Hill Road School", school.Provider)
			h.elsewhere("Beach Primary School", school.Teacher)
			h.elsewhere("Riverside School", school.IT)
		}},
		{name: "health", path: healthPath, set: func() { h.findings = someHealth }},
		{name: "now", path: livePath, act: live, set: h.midMorning},
	}
}

// goes adds a delivery of some time ago, that has ended where all pages are out; none are of one that
// nothing came of.
func (h *house) goes(owner school.Actor, printer string, of, out int, ago time.Duration) {
	h.Helper()
	state := release.Released
	if out >= of {
		state = release.Done
	}
	h.job(owner, state, max(of, out), ago)
	dbtest.Exec(h.T, h.db, `
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, sending_at, printing_at, ended_at)
		SELECT j.school_id, j.job_id, j.person_id, r.printer_id, s.state, md5(j.job_id::text), 1, 1, $2::int, $2::int, j.submitted_at, CASE s.state WHEN 'void' THEN NULL ELSE $3::int END,
		       CASE s.state WHEN 'settled' THEN $2::int END, j.submitted_at, j.submitted_at, j.submitted_at, CASE s.state WHEN 'printing' THEN NULL ELSE j.submitted_at + interval '20 seconds' END
		  FROM job j, printer r, (SELECT CASE WHEN $4::int = 0 THEN 'void' WHEN $3::int >= $4::int THEN 'settled' ELSE 'printing' END AS state) AS s
		 WHERE j.job_id = (SELECT max(job_id) FROM job) AND r.name = $1`, printer, max(of, out), out, of)
}

// midMorning is a school in the middle of a morning.
func (h *house) midMorning() {
	h.Helper()
	h.stand()
	h.goes(h.Sam, "Library", 12, 4, time.Minute)
	h.goes(h.Mia, "Sixth form", 3, 1, 2*time.Minute)
	for i, minutes := range []int{3, 4, 8, 11} {
		h.goes(h.Sam, "Library", 2+i, 2+i, time.Duration(minutes)*time.Minute)
	}
	h.goes(h.Mia, "Library", 0, 5, 6*time.Minute)
	dbtest.Exec(h.T, h.db, "UPDATE printer SET state = 'processing' WHERE name = 'Library'")
	dbtest.Exec(h.T, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE name = 'Sixth form'")
	dbtest.Exec(h.T, h.db, `
		INSERT INTO printer_fault (school_id, printer_id, kind, alert, first_at, last_at)
		SELECT school_id, printer_id, 'jam', true, $1::timestamptz - interval '2 minutes', $1 FROM printer WHERE name = 'Sixth form'`, friday)
	dbtest.Exec(h.T, h.db, `
		INSERT INTO station_tap (station_id, minute, school_id, known, unknown)
		SELECT station_id, date_trunc('minute', $1::timestamptz) - n * interval '3 minutes', school_id, n, n % 2 FROM station, generate_series(1, 3) AS n`, friday)
}

// someHealth is an installation on a morning that is nearly well.
var someHealth = []Finding{
	{Ill, "spool", "1.1 GB are free, and 2 GB of that are kept for others: no document is taken", "make room on the disk of /var/lib/inkwell"},
	{Look, "printers", "31 of 32 are ready; not Sixth form (the paper is stuck)", "go and see, or switch them on"},
	{Look, "backup", "none was told of", "back up as docs/operations.md says, and end the script with inkwell backup note"},
	{Look, "second factor", "2 IT accounts with a password alone", "inkwell staff factor --roles it, or the page Sign-ins: they set it up at their next sign-in"},
	{Well, "database", "it answers, with schema 68", ""}, {Well, "servers", "2 at work, with leases that hold", ""}, {Well, "clock", "this machine and the database agree", ""},
	{Well, "certificate", "our own authority's, good until 14 February 2027", ""}, {Well, "queues", "4, all open", ""}, {Well, "kiosks", "12 connected", ""}, {Well, "version", "1.4.0", ""},
}
