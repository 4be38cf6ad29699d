package conduct_test

import (
	"os"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// replayWithin is how long a replay of a million jobs may take.
const replayWithin = time.Minute

// TestAReplayOfAMillionJobs: a school year of a million jobs, at a school of 8,000, by today's rules
// and by others; in short of some thousand, for which no time is set.
func TestAReplayOfAMillionJobs(t *testing.T) {
	jobs, pupils := 2000, 40
	if os.Getenv("INKWELL_PROVE") != "" {
		jobs, pupils = 1_000_000, 8000
	}
	d := dbtest.New(t)
	id := fillPast(t, d, jobs, pupils)
	changed := rule.Default()
	changed.Rules[0].With = map[string]int{"jobs": 15, "pages": 300}
	changed.Rules[1].Weight++
	begin := time.Now()
	to := d.Now()
	r, err := conduct.Try(t.Context(), d, "", id, changed, to.AddDate(0, 0, -360), to)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	t.Logf("%d jobs of %d pupils: %d events in %v; old %+v, new %+v", jobs, pupils, r.Events, took, r.Old, r.New)
	if r.Events < jobs*9/10 || r.People != pupils {
		t.Errorf("%d events of %d people were looked at", r.Events, r.People)
	}
	if jobs >= 1_000_000 && took > replayWithin {
		t.Errorf("it took %v", took)
	}
}

// fillPast is a school whose pupils printed for a year: by statements that pass over all of it,
// with triggers asleep, since a million releases take hours.
func fillPast(t *testing.T, d *db.DB, jobs, pupils int) (id school.ID) {
	t.Helper()
	exec := dbtest.Fill(t, d)
	exec(`SET work_mem = '256MB'`)
	exec(`INSERT INTO school (name, time_zone) VALUES ('Harbour', 'Europe/London')`)
	exec(`INSERT INTO person (school_id, username, given_name, family_name, year_group) SELECT 1, 'p' || n, 'P' || n, 'P', 7 + n % 7 FROM generate_series(1, $1::int) AS n`, pupils)
	exec(`INSERT INTO person_role (person_id, school_id, role) SELECT person_id, 1, 'pupil' FROM person`)
	exec(`INSERT INTO class (school_id, name, kind) SELECT 1, 'Form ' || n, 'registration' FROM generate_series(0, $1::int / 30) AS n`, pupils)
	exec(`INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) SELECT 1 + person_id / 30, person_id, 1, 'pupil', '2000-01-01', '2100-01-01' FROM person`)
	exec(`INSERT INTO printer (school_id, name, uri, place) SELECT 1, 'P' || n, 'ipp://192.0.2.1', 'Block ' || n % 4 FROM generate_series(1, 20) AS n`)
	exec(`INSERT INTO station (school_id, slug, name, printer_id) SELECT 1, 's' || printer_id, name, printer_id FROM printer`)
	exec(`INSERT INTO queue (school_id, path, name, kind, proof) VALUES (1, '/ipp/print', 'School', 'hold', 'password')`)
	exec(`SET session_replication_role = replica`)
	exec(`
		INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, digest, bytes, pages, impressions, sheets, price, printed, submitted_at, held_at, expires_at, ended_at)
		SELECT 1, 1, 1 + (power(random(), 1.5) * ($2::int - 1))::int, 'password', CASE WHEN n % 11 = 0 THEN 'expired' ELSE 'done' END, '{}', sha256((n % 900000)::text::bytea), 1000,
		       p, p, p, p, CASE WHEN n % 11 = 0 THEN 0 ELSE p END, at, at, at + interval '1 day', at + interval '1 day'
		  FROM (SELECT n, 1 + (power(random(), 6) * 60)::int AS p, now() - interval '359 days' + n * (interval '358 days' / $1::int) AS at FROM generate_series(1, $1::int) AS n) AS made`, jobs, pupils)
	exec(`
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, station_id, state, token, first_page, copies, impressions, colour, amount, printed, charged, reserved_at, not_before, ended_at)
		SELECT 1, job_id, person_id, 1 + job_id % 20, 1 + job_id % 20, 'settled', md5(job_id::text), 1, 1, impressions, 0, impressions, impressions, impressions, submitted_at + interval '10 minutes', submitted_at, submitted_at + interval '11 minutes'
		  FROM job WHERE state = 'done'`)
	exec(`INSERT INTO fact (school_id, person_id, at, kind, detail) SELECT 1, person_id, submitted_at, (ARRAY['too-few', 'wrong-code', 'code-used'])[1 + job_id % 3], '{"station": 3}' FROM job WHERE job_id % 20 = 0`)
	exec(`
		INSERT INTO usage (person_id, school_id, day, year_group, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
		SELECT person_id, 1, submitted_at::date, 7 + person_id % 7, count(*), sum(impressions), 0, 0, 0, 0, 0, 0 FROM job WHERE state = 'done' GROUP BY 1, 3, 4`)
	exec("VACUUM ANALYZE") //nolint:misspell // SQL's
	return 1
}
