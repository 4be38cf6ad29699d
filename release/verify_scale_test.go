package release_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// TestVerifyOfMillions: the whole ledger of 60,000 people, its deliveries and its seals, is
// verified, at 10 million transfers in a minute (the long form, at a tenth and a hundredth of
// that too, shows how it grows), and one wrong unit in the middle of it is found.
func TestVerifyOfMillions(t *testing.T) {
	sizes, people, prove := []int{3_000}, 60, os.Getenv("INKWELL_PROVE") != ""
	if prove {
		sizes, people = []int{100_000, 1_000_000, 10_000_000}, 60_000
	}
	for _, n := range sizes {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			d := dbtest.Kept(t, fmt.Sprintf("ledger-%d", n), func(d *db.DB) {
				fillLedger(t, d, n, people)
				seal(t, d, n)
			})
			began := time.Now()
			v := verifyLedger(t, d)
			took := time.Since(began).Seconds()
			t.Logf("%d transfers in %.1f s, %.2f s a million, %d seals", v.Transfers, took, took*1e6/float64(v.Transfers), v.Sealed.Seals)
			if len(v.Problems)+len(v.Sealed.Problems) > 0 || v.Transfers < int64(n) || v.Sealed.Rows != v.Transfers || v.Accounts < int64(people) {
				t.Errorf("%+v", v)
			}
			if prove && took > 60 {
				t.Errorf("it took more than a minute")
			}
			bend := `UPDATE transfer SET amount = amount + $1 WHERE transfer_id = (SELECT max(transfer_id) FROM transfer WHERE kind = 'reserve' AND purse = 'pages')`
			dbtest.Exec(t, d, bend, 1)
			defer dbtest.Exec(t, d, bend, -1)
			if v := verifyLedger(t, d); len(v.Problems) < 2 || len(v.Sealed.Problems) == 0 {
				t.Errorf("one unit more was not found by all: %q, %q", v.Problems, v.Sealed.Problems)
			}
		})
	}
}

// seal seals all of n transfers.
func seal(t *testing.T, d *db.DB, n int) {
	t.Helper()
	heads := audit.Heads{File: filepath.Join(t.TempDir(), "heads"), Key: []byte("a key of 16 byte")}
	sealer, err := audit.NewSealer(d, audit.SealerOptions{Heads: heads, Log: slog.New(slog.DiscardHandler)})
	for range 5 + n/25_000 { // it stops for a second where a seal has less than it may
		if err == nil {
			err = sealer.Seal(t.Context())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func verifyLedger(t *testing.T, d *db.DB) release.Verified {
	t.Helper()
	v, err := release.VerifyLedger(t.Context(), d, audit.Heads{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fillLedger writes what a year of releases would have: a grant for each person, and for
// each delivery a reservation with its end, a third of them in part and a tenth in colour.
func fillLedger(t *testing.T, d *db.DB, transfers, people int) {
	t.Helper()
	exec := dbtest.Fill(t, d)
	for _, sql := range []string{
		`INSERT INTO school (name, time_zone) VALUES ('Trust', 'Europe/London')`,
		fmt.Sprintf(`INSERT INTO person (school_id, username, given_name, family_name) SELECT school_id, 'p' || n, 'P', 'P' FROM school, generate_series(1, %d) n`, people),
		`INSERT INTO account (school_id, kind, purse, person_id) SELECT school_id, 'person', 'colour', person_id FROM person`,
		`SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'`,
		`CREATE TEMP TABLE aside AS SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
		  WHERE indrelid IN ('transfer'::regclass, 'delivery'::regclass) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexrelid)`,
		`DO $$ DECLARE i record; BEGIN FOR i IN SELECT * FROM aside LOOP EXECUTE 'DROP INDEX ' || i.name; END LOOP; END $$`,
		`ALTER TABLE delivery DISABLE TRIGGER ALL`, `ALTER TABLE transfer DISABLE TRIGGER ALL`, // what they would do is done at the end
		`INSERT INTO transfer (school_id, xact, at, kind, purse, from_account, to_account, amount, key)
			SELECT 1, '3', timestamptz '2026-09-01', 'grant', a.purse, s.account_id, a.account_id, 100000000, 'start:' || a.account_id
			  FROM account a JOIN account s ON s.kind = 'allowance' AND s.purse = a.purse WHERE a.kind = 'person'`,
	} {
		exec(sql)
	}
	const part = 100_000
	deliveries := transfers * 10 / 25
	for from := 1; from <= deliveries; from += part {
		exec(someDeliveries(from, min(from+part-1, deliveries), deliveries, people))
	}
	exec(`
		UPDATE account a SET balance = m.units
		  FROM (SELECT account, sum(units)::bigint AS units
		          FROM (SELECT to_account, amount FROM transfer UNION ALL SELECT from_account, -amount FROM transfer) AS s (account, units) GROUP BY account) AS m
		 WHERE m.account = a.account_id AND a.has_floor`)
	exec(`DO $$ DECLARE i record; BEGIN FOR i IN SELECT * FROM aside LOOP EXECUTE i.made; END LOOP; END $$`)
	exec("VACUUM ANALYZE") //nolint:misspell // SQL's
}

// someDeliveries writes some of the deliveries, by number, as 200 transactions would have.
func someDeliveries(from, to, of, people int) string {
	return fmt.Sprintf(`
		WITH made AS (
			SELECT n AS delivery_id, 1 + n %% %[3]d AS person_id, 2 + n %% 9 AS amount, CASE WHEN n %% 3 = 0 THEN 1 + n %% 2 ELSE 2 + n %% 9 END AS charged,
			       n %% 10 = 0 AS colour, timestamptz '2026-09-01' + n * interval '2 s' AS at
			  FROM generate_series(%[1]d, %[2]d) AS n), sent AS (
			INSERT INTO delivery (delivery_id, school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, colour, printed, charged, not_before, reserved_at, ended_at)
			OVERRIDING SYSTEM VALUE
			SELECT delivery_id, 1, delivery_id, person_id, 1, 'settled', md5(delivery_id::text), 1, 1, amount, amount, CASE WHEN colour THEN 1 ELSE 0 END, charged, charged, at, at, at FROM made)
		INSERT INTO transfer (school_id, xact, at, kind, purse, from_account, to_account, amount, delivery_id)
		SELECT 1, (3 + m.delivery_id::bigint * 200 / %[4]d)::text::xid8, m.at, e.kind, e.purse, e.payer, e.payee, e.amount, m.delivery_id
		  FROM made m
		  JOIN account a ON a.person_id = m.person_id AND a.kind = 'person' AND a.purse = 'pages'
		  JOIN account c ON c.person_id = m.person_id AND c.kind = 'person' AND c.purse = 'colour'
		  JOIN account r ON r.kind = 'reserved' AND r.purse = 'pages' JOIN account p ON p.kind = 'printed' AND p.purse = 'pages'
		  JOIN account rc ON rc.kind = 'reserved' AND rc.purse = 'colour' JOIN account pc ON pc.kind = 'printed' AND pc.purse = 'colour'
		 CROSS JOIN LATERAL (VALUES
			('reserve', 'pages', a.account_id, r.account_id, m.amount), ('settle', 'pages', r.account_id, p.account_id, m.charged),
			('return', 'pages', r.account_id, a.account_id, m.amount - m.charged),
			('reserve', 'colour', c.account_id, rc.account_id, CASE WHEN m.colour THEN 1 ELSE 0 END), ('settle', 'colour', rc.account_id, pc.account_id, CASE WHEN m.colour THEN 1 ELSE 0 END)
		 ) AS e (kind, purse, payer, payee, amount)
		 WHERE e.amount > 0 ORDER BY m.delivery_id`, from, to, people, of)
}
