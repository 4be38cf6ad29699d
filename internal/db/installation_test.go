package db_test

import (
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
)

func TestADatabaseIsInstalledOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	if _, there, err := d.Installation(t.Context()); err != nil || there {
		t.Fatalf("an empty database: %v %v", there, err)
	}
	first, err := d.Install(t.Context(), true)
	if err != nil || !first.Demo || len(first.ID) != 36 {
		t.Fatalf("%+v %v", first, err)
	}
	again, err := d.Install(t.Context(), false)
	if err != nil || again != first {
		t.Errorf("a second node made %+v of %+v: %v", again, first, err)
	}
	read, there, err := d.Installation(t.Context())
	if err != nil || !there || read != first {
		t.Errorf("%+v %v %v", read, there, err)
	}
}

func TestHowFarTheDatabasesClockIsAhead(t *testing.T) {
	t.Parallel()
	now := time.Now()
	d := dbtest.New(t, dbtest.At(dbtest.NewClock(now.Add(-time.Hour))))
	ahead, within, err := d.Ahead(t.Context())
	if err != nil || within != 0 {
		t.Fatalf("%s within %s: %v", ahead, within, err)
	}
	if ahead < time.Hour || ahead > time.Hour+time.Minute {
		t.Errorf("ours is an hour behind, and theirs is %s ahead", ahead)
	}
}
