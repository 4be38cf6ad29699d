package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/db/local"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// TestReleasesBesidePgbench: releases a second through Desk.Release, each of one job with its
// audit record, beside what pgbench -N does on the same private cluster in the same run. It
// fails when a release fails or the ledger does not add up, and never for being slow.
func TestReleasesBesidePgbench(t *testing.T) {
	scale, each, seconds := 1, 5, 1
	if os.Getenv("INKWELL_PROVE") != "" {
		scale, each, seconds = 50, 300, 8
	}
	bench := newPgbenchPeer(t, scale)
	r := newReleaseRate(t, bench)
	t.Logf("%8s %12s %12s %8s %24s", "pupils", "releases/s", "pgbench -N", "ratio", "processor time, ms each")
	for _, pupils := range []int{1, 8, 64} {
		jobs := min(each*pupils, each*20)
		cpu := bench.cpu()
		before := bench.run(pupils, seconds)
		theirs := (bench.cpu() - cpu).Seconds() * 1000 / before / float64(seconds)
		ours, each := r.measure(pupils, jobs)
		after := bench.run(pupils, seconds)
		yardstick := (before + after) / 2
		t.Logf("%8d %12.0f %12.0f %8.2f %14.2f %8.2f", pupils, ours, yardstick, ours/yardstick, each, theirs)
	}
	r.sound()
}

// releaseRate is a school whose pupils have all they need to release, each at a kiosk of
// their own.
type releaseRate struct {
	*testing.T
	bench    *pgbenchPeer
	super    string
	db       *db.DB
	desk     *release.Desk
	visitors []release.Visitor
}

func newReleaseRate(t *testing.T, bench *pgbenchPeer) *releaseRate {
	t.Helper()
	ctx, c := t.Context(), bench.cluster
	super := c.URL(local.Superuser, "postgres")
	if err := db.Bootstrap(ctx, super); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, c.URL(db.Owner, db.Database)); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(ctx, db.Options{URL: c.URL(db.Role, db.Database)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	log := slog.New(slog.DiscardHandler)
	r := &releaseRate{T: t, bench: bench, super: c.URL(local.Superuser, db.Database), db: d}
	r.desk = release.New(release.Options{DB: d, Hub: events.New(d, log), Log: log})
	r.exec(`
		INSERT INTO school (name, time_zone) VALUES ('Rate', 'Europe/London');
		INSERT INTO queue (school_id, path, name, kind, proof) SELECT school_id, '/ipp/print', 'Print', 'hold', 'password' FROM school;
		INSERT INTO person (school_id, username, given_name, family_name, year_group) SELECT school_id, 'pupil' || n, 'P', 'N', 9 FROM school, generate_series(1, 64) n;
		INSERT INTO person_role (person_id, school_id, role) SELECT person_id, school_id, 'pupil' FROM person;
		INSERT INTO printer (school_id, name, uri, state) SELECT school_id, 'printer' || n, 'ipp://127.0.0.1:1', 'idle' FROM school, generate_series(1, 64) n;
		INSERT INTO station (school_id, slug, name, printer_id) SELECT school_id, name, name, printer_id FROM printer;
		INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key)
		SELECT a.school_id, now(), 'grant', s.account_id, a.account_id, 1000000, 'start:' || a.person_id
		  FROM account a JOIN account s ON s.kind = 'allowance' AND s.purse = 'pages' WHERE a.kind = 'person'`)
	r.visit()
	sealer, err := audit.NewSealer(d, audit.SealerOptions{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	sealing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var done sync.WaitGroup
	done.Go(func() { _ = sealer.Run(sealing) })
	t.Cleanup(func() { stop(); done.Wait() })
	return r
}

// visit has each pupil stand at a kiosk.
func (r *releaseRate) visit() {
	r.Helper()
	var all []school.Person
	if err := r.db.InTx(r.Context(), db.System("rate"), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for id := range school.PersonID(64) {
			p, err := school.PersonByID(ctx, tx, id+1)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	}); err != nil {
		r.Fatal(err)
	}
	for i, p := range all {
		at, err := r.desk.Station(r.Context(), "printer"+strconv.Itoa(i+1))
		if err != nil {
			r.Fatal(err)
		}
		r.visitors = append(r.visitors, release.Visitor{Station: at,
			Actor: school.Actor{School: p.School, Person: p.ID, Pseudonym: p.Pseudonym, Roles: p.Roles, Proof: school.ByBadge}})
	}
}

func (r *releaseRate) exec(sql string) {
	r.Helper()
	conn, err := pgx.Connect(r.Context(), r.super)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(r.Context())) }()
	if _, err := conn.Exec(r.Context(), `SET inkwell.system = 'rate'`); err != nil {
		r.Fatal(err)
	}
	if _, err := conn.Exec(r.Context(), sql); err != nil {
		r.Fatal(err)
	}
}

// measure is how many of so many held jobs are released in a second by so many pupils at
// once, the jobs shared out among them, and the milliseconds of processor time that each takes.
func (r *releaseRate) measure(pupils, jobs int) (rate, each float64) {
	r.Helper()
	r.exec(fmt.Sprintf(`
		DELETE FROM change;
		INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, format, document, digest, bytes, pages, impressions, sheets, price,
		                 submitted_at, received_at, held_at, expires_at)
		SELECT s.school_id, queue_id, 1 + n %% %d, 'password', 'held', '{}', 'application/pdf', replace(gen_random_uuid()::text, '-', ''), sha256('x'), 330, 1, 1, 1, 1,
		       now(), now(), now(), now() + interval '1 day'
		  FROM school s JOIN queue q USING (school_id), generate_series(1, %d) n`, pupils, jobs))
	r.exec(`VACUUM ANALYZE`) //nolint:misspell // SQL's
	held := make([][]release.JobID, pupils)
	if err := r.db.InTx(r.Context(), db.System("rate"), func(ctx context.Context, tx *db.Tx) error {
		rows, _ := tx.Query(ctx, `SELECT job_id, person_id FROM job WHERE state = 'held' ORDER BY job_id`)
		var id release.JobID
		var person int
		_, err := pgx.ForEachRow(rows, []any{&id, &person}, func() error {
			held[person-1] = append(held[person-1], id)
			return nil
		})
		return err
	}); err != nil {
		r.Fatal(err)
	}
	var released atomic.Int64
	var all sync.WaitGroup
	cpu, began := r.bench.cpu(), time.Now()
	for i, ids := range held {
		all.Go(func() {
			for _, id := range ids {
				n, err := r.desk.Release(r.Context(), r.visitors[i], []release.JobID{id})
				if err != nil {
					r.Errorf("job %d: %v", id, err)
					return
				}
				released.Add(int64(n))
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	if released.Load() != int64(jobs) {
		r.Fatalf("%d of %d jobs were released", released.Load(), jobs)
	}
	return float64(jobs) / took.Seconds(), (r.bench.cpu() - cpu).Seconds() * 1000 / float64(jobs)
}

func (r *releaseRate) sound() {
	r.Helper()
	if err := r.db.InTx(r.Context(), db.System("verify"), func(ctx context.Context, tx *db.Tx) error {
		found, err := quota.Verify(ctx, tx)
		if err != nil {
			return err
		}
		stray, err := release.VerifyDeliveries(ctx, tx)
		if len(found.Problems)+len(stray) > 0 {
			r.Errorf("%v %v", found.Problems, stray)
		}
		return err
	}); err != nil {
		r.Fatal(err)
	}
}
