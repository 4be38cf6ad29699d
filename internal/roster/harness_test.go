package roster_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/roster"
	"inkwell/internal/school/schooltest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// files are the tables of an export by name.
type files map[string]string

// folder writes the tables into a folder.
func (f files) folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range f {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// zipped writes the tables into a zip.
func (f files) zipped(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(f[name]))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "export.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// today is the day of all these tests: a Tuesday in term.
var today = time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC)

// office is where rosters come in.
type office struct {
	*roster.Importer
	db    *db.DB
	clock *dbtest.Clock
}

func newOffice(t testing.TB) *office {
	t.Helper()
	clock := dbtest.NewClock(today)
	d := dbtest.New(t, dbtest.At(clock))
	log := slog.New(slog.DiscardHandler)
	return &office{roster.New(roster.Options{DB: d, Hub: events.New(d, log), Keys: schooltest.Keys(), Log: log}), d, clock}
}

// options are what a test says beside the path.
type options struct {
	read roster.ReadOptions
	roster.Request
}

// bring imports what is at a path.
func (o *office) bring(t testing.TB, path string, opts ...func(*options)) (roster.Result, error) {
	t.Helper()
	var with options
	with.read = roster.ReadOptions{Day: o.clock.Now().Truncate(24 * time.Hour), Digest: o.UPNs(), SchoolKey: "1"}
	for _, opt := range opts {
		opt(&with)
	}
	p, err := roster.OpenPack(path)
	if err != nil {
		return roster.Result{}, err
	}
	defer func() { _ = p.Close() }()
	r, err := roster.Read(p, with.read)
	if err != nil {
		return roster.Result{}, err
	}
	with.Roster, with.Origin, with.Digest, with.By = r, p.Name, p.Digest, roster.ByCommand
	return o.Import(t.Context(), with.Request)
}

// must imports, and fails the test unless it comes to that.
func (o *office) must(t testing.TB, outcome string, path string, opts ...func(*options)) roster.Result {
	t.Helper()
	result, err := o.bring(t, path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if result.Outcome != outcome {
		t.Fatalf("it is %s, not %s: %v %v", result.Outcome, outcome, result.Stops, result.Bad.Lines(5))
	}
	return result
}

func allowLeavers(o *options) { o.AllowLeavers = true }

// people is everybody who has not left, by natural keys, one line each.
func people(t testing.TB, d *db.DB) string {
	t.Helper()
	return dbtest.Value[string](t, d, `
		SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
			SELECT concat_ws('|', s.name, p.username, p.given_name, p.family_name, p.year_group,
			       (SELECT string_agg(role, ',' ORDER BY role) FROM person_role r WHERE r.person_id = p.person_id),
			       (SELECT string_agg(concat(c.name, '/', c.kind, '/', c.year_group, '/', c.subject, '/', e.role, '/', e.valid_to), ',' ORDER BY c.name)
			          FROM enrolment e JOIN class c USING (class_id) WHERE e.person_id = p.person_id AND e.valid_to > '2026-11-24')) AS line
			  FROM person p JOIN school s USING (school_id) WHERE p.left_at IS NULL) AS l`)
}

// rowsOf is every row's version of the tables that an import writes.
func rowsOf(t testing.TB, d *db.DB) string {
	t.Helper()
	var parts []string
	for _, table := range []string{"school", "person", "person_role", "class", "enrolment", "badge", "account", "address", "departure", "term",
		"roster_identity", "roster_school", "roster_place", "roster_class"} {
		parts = append(parts, fmt.Sprintf(`SELECT '%[1]s' || ctid || xmin AS v FROM %[1]s`, table))
	}
	return dbtest.Value[string](t, d, `SELECT count(*) || md5(coalesce(string_agg(v, ',' ORDER BY v), '')) FROM (`+strings.Join(parts, " UNION ALL ")+`) AS all_rows`)
}

// table writes rows as CSV.
func table(rows ...[]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows)
	return b.String()
}
