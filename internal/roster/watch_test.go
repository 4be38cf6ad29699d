package roster_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/roster"
)

// settle makes everything in a folder old enough to be read.
func settle(t *testing.T, dir string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for n, e := range all {
		old := time.Now().Add(-time.Hour + time.Duration(n)*time.Minute)
		if err := os.Chtimes(filepath.Join(dir, e.Name()), old, old); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFolderIsLookedAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	runs := func() int { return dbtest.Value[int](t, o.db, "SELECT count(*) FROM roster_run") }
	last := func() string {
		return dbtest.Value[string](t, o.db, "SELECT outcome FROM roster_run ORDER BY run_id DESC LIMIT 1")
	}
	look := func(dir string, want bool) {
		t.Helper()
		ready, err := o.Look(t.Context(), dir, roster.Wish{})
		if err != nil || ready != want {
			t.Fatalf("%t, %v", ready, err)
		}
	}
	g := small()
	dir := g.oneRoster("1.2").folder(t)
	look(dir, false) // it is still being written
	if runs() != 0 {
		t.Error("a folder that is being written was read")
	}
	settle(t, dir)
	look(dir, true)
	look(dir, true)
	if runs() != 1 || last() != roster.Applied {
		t.Errorf("%d runs, the last %s", runs(), last())
	}
	cut := g
	cut.people, cut.classes = g.people[:20], nil
	for name, text := range cut.oneRoster("1.2") {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, dir)
	look(dir, true)
	look(dir, true)
	if runs() != 2 || last() != roster.Stopped {
		t.Errorf("%d runs, the last %s", runs(), last())
	}
	if err := os.WriteFile(filepath.Join(dir, "z.zip"), []byte("PK\x03\x04 not a zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	settle(t, dir)
	look(dir, true)
	look(dir, true)
	if runs() != 3 || last() != roster.Refused {
		t.Errorf("%d runs, the last %s", runs(), last())
	}
	look(t.TempDir(), true)
	show, err := o.Show(t.Context(), 5)
	if err != nil || len(show.Runs) != 3 || show.Runs[2].Counts.Joiners != 32 || len(show.Sources) != 1 || show.Sources[0].People != 32 {
		t.Errorf("%+v, %v", show, err)
	}
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "soon", "10s", "25h", "24:00", "2:30", "02:60", "-15m"} {
		if _, err := roster.ParseSchedule(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	night, err := roster.ParseSchedule("02:30")
	if err != nil {
		t.Fatal(err)
	}
	night.Zone = london
	for after, want := range map[string]string{
		"2026-11-24T02:29:00Z": "2026-11-24T02:30:00Z",
		"2026-11-24T02:30:00Z": "2026-11-25T02:30:00Z",
		"2026-07-01T01:29:00Z": "2026-07-01T01:30:00Z", // summer time
		"2026-12-31T09:00:00Z": "2027-01-01T02:30:00Z",
	} {
		at, _ := time.Parse(time.RFC3339, after)
		if got := night.Next(at).UTC().Format(time.RFC3339); got != want {
			t.Errorf("after %s comes %s, want %s", after, got, want)
		}
	}
	often, err := roster.ParseSchedule("15m")
	if err != nil || !often.Next(today).Equal(today.Add(15*time.Minute)) {
		t.Errorf("%v %v", often, err)
	}
}

func TestWatchingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dir := small().oneRoster("1.1").folder(t)
	settle(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Watch(ctx, dir, roster.Schedule{Every: time.Hour}, roster.Wish{}) }()
	for dbtest.Value[int](t, o.db, "SELECT count(*) FROM roster_run") == 0 {
		if ctx.Err() != nil {
			t.Fatal("nothing came in")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
