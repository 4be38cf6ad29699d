package release_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/migrations"
	"inkwell/quota"
	"inkwell/release"
)

// before is an installation in use with the schema of before there were purses, tariffs and
// totals: two schools, a pupil each who printed 3 of 5 pages, has 4 more on their way and is signed in,
// and somebody at the first who never had an account.
const before = `
	SET inkwell.system = 'test';
	INSERT INTO school (name, time_zone) VALUES ('Park', 'Europe/London'), ('Hill', 'Europe/London');
	INSERT INTO person (school_id, username, given_name, family_name, year_group) VALUES (1, 'ada', 'Ada', 'A', 9), (2, 'bo', 'Bo', 'B', 8), (1, 'new', 'New', 'N', 7);
	INSERT INTO printer (school_id, name, uri) VALUES (1, 'Library', 'ipp://a.example/'), (2, 'Library', 'ipp://b.example/');
	INSERT INTO queue (school_id, path, name, kind, proof) VALUES (1, '/ipp/a', 'A', 'hold', 'loopback'), (2, '/ipp/b', 'B', 'hold', 'loopback');
	INSERT INTO account (school_id, kind, person_id) VALUES (1, 'person', 1), (2, 'person', 2);
	INSERT INTO account (school_id, kind) SELECT s, k FROM unnest('{1,2}'::int[]) AS s, unnest('{allowance,reserved,printed}'::text[]) AS k;
	INSERT INTO job (school_id, queue_id, person_id, proof, state, ticket, document, digest, bytes, pages, impressions, sheets, price, printed, submitted_at, held_at, expires_at)
		SELECT s, s, s, 'loopback', 'released', '{}', repeat(s::text, 32), sha256(s::text::bytea), 1, 5, 5, 3, 5, 0, now(), now(), now() + interval '1 day' FROM unnest('{1,2}'::int[]) AS s;
	INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, ended_at)
		SELECT s, s, s, s, 'settled', repeat(s::text, 32), 1, 1, 5, 5, now(), 3, 3, now(), now() FROM unnest('{1,2}'::int[]) AS s;
	INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, reserved_at)
		SELECT s, s, s, s, 'reserved', repeat((s + 2)::text, 32), 1, 1, 4, 4, now(), now() FROM unnest('{1,2}'::int[]) AS s;
	INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, delivery_id, key)
		SELECT a.school_id, now(), t.kind, f.account_id, g.account_id, t.amount, t.delivery + a.school_id, t.key
		  FROM account a
		  CROSS JOIN (VALUES ('grant', 'allowance', 'person', 20, NULL::int, 'g'), ('reserve', 'person', 'reserved', 5, 0, NULL), ('settle', 'reserved', 'printed', 3, 0, NULL),
		                     ('return', 'reserved', 'person', 2, 0, NULL), ('reserve', 'person', 'reserved', 4, 2, NULL)) AS t (kind, a, b, amount, delivery, key)
		  JOIN account f ON f.school_id = a.school_id AND f.kind = t.a JOIN account g ON g.school_id = a.school_id AND g.kind = t.b
		 WHERE a.kind = 'person';
	INSERT INTO usage (person_id, school_id, day, jobs, impressions, sheets) VALUES (1, 1, '2026-10-30', 1, 3, 2), (1, 1, '2026-10-31', 2, 5, 3), (2, 2, '2026-10-30', 1, 7, 7);
	INSERT INTO session (digest, school_id, person_id, credential_version, started_at, seen_at, ends_at)
		SELECT sha256(p.person_id::text::bytea), p.school_id, p.person_id, 1, now(), now(), now() + interval '8 hours' FROM person p WHERE p.username <> 'new';`

// An installation in use keeps every unit and every page through the upgrade, at every school,
// and what was on its way ends as it would have.
func TestAnInstallationInUseIsUpgraded(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	dbtest.Exec(t, d, `DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION `+db.Owner+`; GRANT USAGE ON SCHEMA public TO PUBLIC`)
	applyUntil(t, dbtest.URL(t, d, db.Owner), "0027_allowance.sql")
	dbtest.Exec(t, d, before)
	if err := db.Migrate(t.Context(), dbtest.URL(t, d, db.Owner)); err != nil {
		t.Fatal(err)
	}
	for id := school.ID(1); id <= 2; id++ {
		who := school.PersonID(id)
		err := d.InTx(t.Context(), db.InSchool(id), func(ctx context.Context, tx *db.Tx) error {
			if has, err := quota.Balance(ctx, tx, who); err != nil || has != 13 {
				t.Errorf("school %d: %d units, %v", id, has, err)
			}
			_, err := quota.Give(ctx, tx, id, "", []quota.Grant{{Person: who, Amount: 1, Key: "more"}})
			if err != nil {
				return err
			}
			return quota.Settle(ctx, tx, quota.DeliveryID(id+2), 4, quota.Use{School: id, Person: who, Day: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), Printer: int32(id), Impressions: 4, Sheets: 2})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	dbtest.Exec(t, d, "UPDATE delivery SET state = 'settled', printed = 4, charged = 4, ended_at = now() WHERE state = 'reserved'")
	err := d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		r, err := quota.Verify(ctx, tx)
		if err != nil || len(r.Problems) > 0 {
			t.Errorf("%+v, %v", r, err)
		}
		wrong, err := release.VerifyDeliveries(ctx, tx)
		if len(wrong) > 0 {
			t.Error(wrong)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int](t, d, "SELECT count(*) FROM session WHERE proven_at = started_at AND by_person_id = person_id"); n != 2 {
		t.Errorf("%d sessions say when they were proven and by whose account", n)
	}
	// Eight of each school, and one of each person.
	if n := dbtest.Value[int](t, d, "SELECT count(*) FROM account"); n != 2*8+3 {
		t.Errorf("%d accounts", n)
	}
	for _, c := range []struct {
		school   school.ID
		from, to string
		pages    int64
	}{{1, "2026-10-01", "2026-10-31", 8}, {1, "2026-10-31", "2026-11-30", 9}, {2, "2026-10-01", "2026-11-30", 11}} {
		span := quota.Span{From: day(t, c.from), To: day(t, c.to)}
		err := d.InTx(t.Context(), db.InSchool(c.school), func(ctx context.Context, tx *db.Tx) error {
			days, err := quota.UsageByDay(ctx, tx, c.school, span)
			if got := quota.Total(days).Impressions; got != c.pages {
				t.Errorf("school %d from %s to %s: %d pages, not %d", c.school, c.from, c.to, got, c.pages)
			}
			if err != nil {
				return err
			}
			people, err := quota.UsageOfEverybody(ctx, tx, c.school, span)
			if got := people[school.PersonID(c.school)].Impressions; got != c.pages {
				t.Errorf("the pupil of school %d from %s to %s: %d pages, not %d", c.school, c.from, c.to, got, c.pages)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// applyUntil makes the schema that an older program had, as its owner.
func applyUntil(t *testing.T, url, last string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	files, err := migrations.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		sql, err := migrations.Files.ReadFile(f.Name())
		if err == nil {
			_, err = conn.Exec(t.Context(), "BEGIN;"+string(sql)+";COMMIT")
		}
		if err != nil {
			t.Fatal(f.Name(), err)
		}
		if f.Name() == last {
			if _, err := conn.Exec(t.Context(), fmt.Sprintf("CREATE TABLE schema_version (version int4 NOT NULL); INSERT INTO schema_version VALUES (%d)", i+1)); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("there is no " + last)
}

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
