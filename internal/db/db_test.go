package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func addSchool(t *testing.T, d *db.DB, name string) (id db.SchoolID) {
	t.Helper()
	return dbtest.Value[db.SchoolID](t, d, "INSERT INTO school (name, time_zone) VALUES ($1, 'UTC') RETURNING school_id", name)
}

func schoolsSeen(t *testing.T, d *db.DB, scope db.Scope) (n int) {
	t.Helper()
	err := d.InTx(t.Context(), scope, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM school").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestScopesAreWalls(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	a := addSchool(t, d, "A")
	addSchool(t, d, "B")
	for _, c := range []struct {
		name  string
		scope db.Scope
		want  int
	}{{"own school", db.InSchool(a), 1}, {"system task", db.System("test"), 2}, {"no scope", db.Scope{}, 0}, {"unknown school", db.InSchool(99), 0}} {
		if got := schoolsSeen(t, d, c.scope); got != c.want {
			t.Errorf("%s sees %d schools, want %d", c.name, got, c.want)
		}
	}
	err := d.InTx(t.Context(), db.InSchool(a), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE school SET school_id = DEFAULT WHERE false")
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO school (name, time_zone) VALUES ('C', 'UTC')")
		}
		return err
	})
	if err == nil {
		t.Error("a school's transaction made a row of another school")
	}
	if got := schoolsSeen(t, d, db.Scope{}); got != 0 {
		t.Error("a scope outlived its transaction on the pooled connection")
	}
}

func TestASystemScopeNeedsAPlainName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a name that could break out of its quotes was taken")
		}
	}()
	db.System("x', true); DROP TABLE person; --")
}

// Every table says in the schema who may touch what; a new one must choose too.
func TestEveryTableIsGuarded(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	err := d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
			       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'school_id'),
			       has_table_privilege('inkwell_app', c.oid, 'DELETE'), has_table_privilege('inkwell_app', c.oid, 'TRUNCATE'),
			       pg_get_userbyid(c.relowner) = 'inkwell_app'
			  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`)
		if err != nil {
			return err
		}
		var table string
		var forced, bySchool, mayDelete, mayTruncate, owns bool
		_, err = pgx.ForEachRow(rows, []any{&table, &forced, &bySchool, &mayDelete, &mayTruncate, &owns}, func() error {
			if bySchool != forced {
				t.Errorf("%s: school_id %t, forced row-level security %t", table, bySchool, forced)
			}
			if mayDelete != deletable[table] {
				t.Errorf("%s: the running role may delete: %t", table, mayDelete)
			}
			if mayTruncate || owns {
				t.Errorf("%s: the running role may truncate it or owns it", table)
			}
			return nil
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deletable are the tables whose rows the running role may delete: none that
// somebody has to answer for.
var deletable = map[string]bool{"person_role": true, "code": true, "guess": true, "change": true, "node": true, "subscription": true, "notification": true,
	"enrolment": true, "roster_mapping": true, "account_user": true, "class_account": true, "usage_tail": true,
	"queue_right": true, "queue_printer": true, "station_printer": true, "reader_profile": true, "badge_part": true, "code_try": true, "allowance": true,
	"term": true, "day_off": true, "bell": true, "week_anchor": true, "timetable": true, "cover": true, "exam_station": true,
	"printer_fault": true, "printer_report": true, "reviewer": true, "safeguarding_line": true, "kiosk_request": true,
	"session": true, "invitation": true, "known_device": true, "recovery_code": true, "station_tap": true,
	"access_review": true, "access_review_entry": true} // who changed them stands in the audit

func TestTransactionsHaveOneTimeAndTheirAfterwards(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	id := addSchool(t, d, "A")
	var told []string
	note := func(s string) func() { return func() { told = append(told, s) } }
	_ = d.InTx(t.Context(), db.InSchool(id), func(_ context.Context, tx *db.Tx) error {
		tx.AfterCommit(note("never"))
		return errors.New("no")
	})
	err := d.InTx(t.Context(), db.InSchool(id), func(ctx context.Context, tx *db.Tx) error {
		tx.AfterCommit(note("after"))
		if tx.Now.Location().String() != "UTC" || tx.Now.Nanosecond()%1000 != 0 {
			t.Errorf("transaction time %v", tx.Now)
		}
		var schemas time.Time
		if err := tx.QueryRow(ctx, "SELECT tx_now()").Scan(&schemas); err != nil || !schemas.Equal(tx.Now) {
			t.Errorf("the schema's time is %v, want %v (%v)", schemas, tx.Now, err)
		}
		return nil
	})
	if err != nil || len(told) != 1 || told[0] != "after" {
		t.Errorf("told %v, %v", told, err)
	}
}

func TestDeadlocksAreTriedAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	a, b := addSchool(t, d, "A"), addSchool(t, d, "B")
	var runs atomic.Int32
	both := make(chan error, 2)
	gate := make(chan struct{}, 2)
	for _, order := range [][]db.SchoolID{{a, b}, {b, a}} {
		go func() {
			both <- d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
				for i, id := range order {
					if _, err := tx.Exec(ctx, "UPDATE school SET name = name WHERE school_id = $1", id); err != nil {
						return err
					}
					if i == 0 && runs.Add(1) <= 2 { // the first two meet in the middle
						gate <- struct{}{}
						for len(gate) < 2 && ctx.Err() == nil {
						}
					}
				}
				return nil
			})
		}()
	}
	for range 2 {
		if err := <-both; err != nil {
			t.Errorf("a deadlock surfaced: %v", err)
		}
	}
	if runs.Load() < 3 {
		t.Error("there was no deadlock to try again")
	}
}

func TestARefusalStaysOne(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	no := fault.New(fault.Conflict, "no", "No.")
	err := d.InTx(t.Context(), db.System("test"), func(context.Context, *db.Tx) error { return no })
	if !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
}

// Whoever puts a zero byte into an address or a name is at fault, and nobody here.
func TestTextThatNoRowCanHoldIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	for _, text := range []string{"a\x00b", "\xff"} {
		ask := func(ctx context.Context, tx *db.Tx) (err error) {
			var found bool
			return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM school WHERE name = $1)", text).Scan(&found)
		}
		for way, err := range map[string]error{
			"InTx": d.InTx(t.Context(), db.System("test"), ask),
			"Look": d.Look(t.Context(), db.System("test"), ask),
		} {
			if !errors.Is(err, db.Unreadable) || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s, %q: %v", way, text, err)
			}
		}
	}
}

func TestALostDatabaseIsAPause(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	err := d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		dbtest.Cut(t, d, tx)
		_, err := tx.Exec(ctx, "SELECT 1")
		return err
	})
	if !errors.Is(err, db.Away) {
		t.Errorf("a cut connection gave %v", err)
	}
	if n := schoolsSeen(t, d, db.System("test")); n != 0 {
		t.Error("the pool did not recover")
	}
}

// A transaction whose machine was paused in the middle does not keep its locks: the
// database gives it up, and whoever waits for them goes on.
func TestASilentTransactionIsGivenUp(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	rename := func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE counter SET name = 'x'")
		return err
	}
	dbtest.Exec(t, d, "CREATE TABLE counter (name text); INSERT INTO counter VALUES ('a'); GRANT ALL ON counter TO "+db.Role)
	err := d.InTx(t.Context(), db.System("sleeper"), func(ctx context.Context, tx *db.Tx) error {
		if err := rename(ctx, tx); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		if err := d.InTx(ctx, db.System("waiter"), rename); err != nil {
			t.Errorf("the other: %v", err)
		}
		return rename(t.Context(), tx)
	})
	if !errors.Is(err, db.Away) {
		t.Errorf("the silent one is told %v", err)
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	dbtest.Exec(t, d, "UPDATE schema_version SET version = version + 1")
	if err := db.Migrate(t.Context(), dbtest.URL(t, d, db.Owner)); err == nil {
		t.Fatal("a newer schema was taken")
	} else {
		t.Log(err)
	}
	have, want, err := d.SchemaVersions(t.Context())
	if err != nil || have != want+1 {
		t.Errorf("versions %d, %d, %v", have, want, err)
	}
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	if err := db.Migrate(t.Context(), dbtest.URL(t, d, db.Owner)); err != nil {
		t.Fatal(err)
	}
	if have, want, err := d.SchemaVersions(t.Context()); err != nil || have != want {
		t.Errorf("versions %d, %d, %v", have, want, err)
	}
}

func TestDurableRefusesAServerThatForgets(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t) // the test cluster runs without fsync
	if err := d.Durable(t.Context()); err == nil {
		t.Error("a server without fsync was taken for durable")
	}
}

func TestAUserWithoutTheRightsIsToldWhich(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	dbtest.Exec(t, d, "UPDATE schema_version SET version = 0")
	err := db.Migrate(t.Context(), dbtest.URL(t, d, db.Role))
	if fault.KindOf(err) != fault.Forbidden || !strings.Contains(fault.As(err).Say, "ALTER ROLE "+db.Role+" CREATEROLE") {
		t.Errorf("refused with %v", err)
	}
}

// A look sees what its scope allows, writes nothing and leaves nothing behind.
func TestALookSeesItsScopeAndWritesNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t, dbtest.MaxConns(1))
	first, second := addSchool(t, d, "A"), addSchool(t, d, "B")
	see := func(scope db.Scope) (ids []db.SchoolID, err error) {
		err = d.Look(t.Context(), scope, func(ctx context.Context, tx *db.Tx) error {
			rows, _ := tx.Query(ctx, "SELECT school_id FROM school ORDER BY 1")
			ids, err = pgx.CollectRows(rows, pgx.RowTo[db.SchoolID])
			return err
		})
		return ids, err
	}
	for range 2 { // the one connection serves all of it
		for want, scope := range map[string]db.Scope{
			fmt.Sprint([]db.SchoolID{first}): db.InSchool(first), fmt.Sprint([]db.SchoolID{first, second}): db.System("test"), "[]": {},
		} {
			if got, err := see(scope); err != nil || fmt.Sprint(got) != want {
				t.Errorf("%v sees %v, %v; want %s", scope, got, err, want)
			}
		}
		err := d.Look(t.Context(), db.InSchool(first), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, "UPDATE school SET name = 'Z' RETURNING school_id").Scan(new(db.SchoolID))
		})
		if pg := (*pgconn.PgError)(nil); !errors.As(err, &pg) || pg.Code != "25006" { // read_only_sql_transaction
			t.Errorf("a look that writes: %v", err)
		}
		err = d.Look(t.Context(), db.InSchool(first), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, "SELECT 1 FROM school WHERE name = 'Z'").Scan(new(int))
		})
		if !errors.Is(err, pgx.ErrNoRows) {
			t.Errorf("no rows: %v", err)
		}
		if err := d.Look(t.Context(), db.InSchool(first), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, "SELECT nonsense").Scan(new(int))
		}); err == nil {
			t.Error("nonsense was understood")
		}
	}
	if err := d.InTx(t.Context(), db.InSchool(first), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE school SET name = 'C'")
		return err
	}); err != nil {
		t.Errorf("after a look nothing is written any more: %v", err)
	}
}
