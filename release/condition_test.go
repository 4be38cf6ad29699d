package release_test

import (
	"slices"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

// TestConditionOf: a school's own parts alone, and those of all for none.
func TestConditionOf(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 24, 0, 0, time.UTC)
	clock := dbtest.NewClock(now)
	d := dbtest.New(t, dbtest.At(clock))
	mine, other := schooltest.New(t, d, "Harbour Academy"), schooltest.New(t, d, "Hill School")
	for i, s := range []*schooltest.Cast{mine, other} {
		dbtest.Exec(t, d, `
			WITH p AS (INSERT INTO printer (school_id, name, uri, state) VALUES ($1, 'P', 'ipp://127.0.0.1:1', 'stopped') RETURNING printer_id),
			     s AS (INSERT INTO station (school_id, slug, name, printer_id) SELECT $1, 's' || $2::int, 'Kiosk ' || $2::int, printer_id FROM p RETURNING station_id),
			     v AS (INSERT INTO kiosk_device (school_id, station_id, thumb, key, paired_at, seen_at)
			           SELECT $1, station_id, sha256($2::int::text::bytea), '\x04' || decode(repeat('00', 64), 'hex'), $3, $3 FROM s)
			INSERT INTO queue (school_id, path, name, kind, proof, printer_id) SELECT $1, '/ipp/q' || $2::int, 'Queue ' || $2::int, 'direct', 'password', printer_id FROM p`,
			s.School, i, now.Add(-time.Hour))
	}
	dbtest.Exec(t, d, "INSERT INTO node (node_id, started_at, beat_at) VALUES (gen_random_uuid(), $1, $1), (gen_random_uuid(), $1, $1::timestamptz - interval '1 minute')", now)
	for range 2 { // the second takes the place of the first
		if err := release.Tended(t.Context(), d, release.BackupMade, 0); err != nil {
			t.Fatal(err)
		}
	}
	got, err := release.ConditionOf(t.Context(), d, mine.School)
	if err != nil {
		t.Fatal(err)
	}
	if got.Servers != 1 || got.Lapsed != 1 || got.Queues != 1 || !slices.Equal(got.Outless, []string{"Queue 0"}) || !slices.Equal(got.KiosksLost, []string{"Kiosk 0"}) || !got.Tended[release.BackupMade].At.Equal(now) {
		t.Errorf("%+v", got)
	}
	if got, err = release.ConditionOf(t.Context(), d, 0); err != nil || got.Queues != 2 || len(got.KiosksLost) != 2 {
		t.Errorf("%+v %v", got, err)
	}
}
