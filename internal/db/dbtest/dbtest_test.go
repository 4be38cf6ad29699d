package dbtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
)

func TestMain(m *testing.M) { Main(m) }

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := New(t), New(t)
	Exec(t, a, `INSERT INTO school (name, time_zone) VALUES ($1, 'Europe/London')`, "Hill School")
	if n := Value[int](t, a, `SELECT count(*) FROM school`); n != 1 {
		t.Errorf("the superuser sees %d schools in the one", n)
	}
	if n := Value[int](t, b, `SELECT count(*) FROM school`); n != 0 {
		t.Errorf("and %d in the other", n)
	}
	if have, want, err := a.SchemaVersions(t.Context()); err != nil || have != want || want == 0 {
		t.Errorf("schema %d of %d, %v", have, want, err)
	}
}

func TestTheConnectionIsTheRunningRolesAndTheClockTheTests(t *testing.T) {
	t.Parallel()
	clock := NewClock(time.Date(2026, 9, 7, 8, 30, 0, 0, time.UTC))
	d := New(t, At(clock), MaxConns(3))
	clock.Advance(time.Hour)
	err := d.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		var role string
		if err := tx.QueryRow(ctx, `SELECT current_user`).Scan(&role); err != nil || role != db.Role {
			t.Errorf("the role is %q, %v", role, err)
		}
		if want := clock.Now(); !tx.Now.Equal(want) || want.Hour() != 9 {
			t.Errorf("the transaction's time is %v, the clock's %v", tx.Now, want)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	clock.Set(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	if d.Now().Year() != 2020 {
		t.Errorf("the clock does not go back: %v", d.Now())
	}
	for _, user := range []string{db.Role, db.Owner, Superuser} {
		if url := URL(t, d, user); !strings.Contains(url, user+"@/test_") {
			t.Errorf("%s's URL is %s", user, url)
		}
	}
}

func TestADatabaseGoesWithItsTest(t *testing.T) {
	t.Parallel()
	watch := New(t)
	var name string
	t.Run("that ends while somebody is connected", func(t *testing.T) {
		d := New(t)
		name = Value[string](t, d, `SELECT current_database()`)
		other, err := db.Open(t.Context(), db.Options{URL: URL(t, d, db.Role)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(other.Close)
	})
	if n := Value[int](t, watch, `SELECT count(*) FROM pg_database WHERE datname = $1`, name); n != 0 {
		t.Errorf("%s is still there", name)
	}
}

func TestManyAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { New(t) })
	}
	wg.Wait()
}

func TestARunWithoutADatabaseFails(t *testing.T) {
	t.Parallel()
	broken := exec.Command(os.Args[0], "-test.run=TestManyAreMadeAtOnce")
	broken.Env = append(os.Environ(), "XDG_CACHE_HOME=/dev/null") // no place for the ready made cluster
	out, err := broken.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "dbtest:") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAKilledRunsFolderIsSweptAndALivingOnesIsNot(t *testing.T) {
	t.Parallel()
	dead, err := os.MkdirTemp(ground(), "inkwell-dbtest-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead, "alive"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	New(t) // our own cluster is
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		create(b)
	}
}
