package release_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

// What a school says reaches its stations, with until when; and a visit says who has more time.
func TestWhatAKioskIsToldOfTheDay(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	until := tuesday.Add(12 * time.Hour)
	f.in(func(ctx context.Context, tx *db.Tx) error {
		for _, words := range []string{strings.Repeat("x", 161), "two\nlines"} {
			wantFault(t, release.SetKioskWords(ctx, tx, f.School, words, until), "kiosk-words")
		}
		if err := release.SetKioskWords(ctx, tx, f.School, " Mock exams today. ", until); err != nil {
			return err
		}
		return school.SetMoreTime(ctx, tx, f.Sam.Person, true)
	})
	f.again()
	if f.station.Words != "Mock exams today." || !f.station.WordsUntil.Equal(until) {
		t.Errorf("said %q until %s", f.station.Words, f.station.WordsUntil)
	}
	for _, a := range []school.Actor{f.Sam, f.Mia} {
		visit, err := f.Visit(t.Context(), release.Visitor{Actor: a, Station: f.station})
		if want := a.Person == f.Sam.Person; err != nil || visit.MoreTime != want {
			t.Errorf("more time for %d: %v, %v", a.Person, visit.MoreTime, err)
		}
	}
	f.in(func(ctx context.Context, tx *db.Tx) error { return release.SetKioskWords(ctx, tx, f.School, "", until) })
	if f.again(); f.station.Words != "" {
		t.Errorf("still says %q", f.station.Words)
	}
}
