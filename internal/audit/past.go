package audit

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// Act is an entry as it is read again: never its note, which may be a name or a reason.
type Act struct {
	ID      int64
	At      time.Time
	Act     string
	Actor   string // pseudonym, or "" of the system
	Subject string // pseudonym, or ""
	Object  string
	Facts   map[string]any
}

// Done are the latest acts at a school but those of some keywords, or patterns of them as LIKE
// has them, before a number, or the very latest for 0.
func Done(ctx context.Context, tx *db.Tx, school db.SchoolID, before int64, without []string, limit int) ([]Act, error) {
	return done(ctx, tx, school, before, without, limit)
}

// DoneTo are the latest acts of the keywords that somebody was the subject of, before the number
// of one of them, or the very latest for 0.
func DoneTo(ctx context.Context, tx *db.Tx, school db.SchoolID, subject string, acts []string, before int64, limit int) ([]Act, error) {
	return doneTo(ctx, tx, school, subject, acts, before, limit)
}

// DoneAbout are the latest acts that somebody was the subject of, but those of some keywords or
// patterns of them, as Done has them.
func DoneAbout(ctx context.Context, tx *db.Tx, school db.SchoolID, subject string, without []string, limit int) ([]Act, error) {
	return doneAbout(ctx, tx, school, subject, without, limit)
}

// ActAt is the act of a keyword on an object that was done at a moment, as whoever recorded it kept that moment.
func ActAt(ctx context.Context, tx *db.Tx, school db.SchoolID, act, object string, at time.Time) (found Act, is bool, err error) {
	all, err := doneAt(ctx, tx, school, act, object, at)
	if len(all) == 0 {
		return Act{}, false, err
	}
	return all[0], true, err
}

// Counted is how often something was done.
type Counted struct {
	Act   string
	Times int
	Last  time.Time
}

// mostCounted bounds what a count looks at.
const mostCounted = 20_000

// CountSince counts a school's acts since a time, the most often done first; of very many only
// the latest, which more says.
func CountSince(ctx context.Context, tx *db.Tx, school db.SchoolID, since time.Time) (all []Counted, more bool, err error) {
	all, err = countSince(ctx, tx, school, since, mostCounted)
	n := 0
	for _, c := range all {
		n += c.Times
	}
	return all, n == mostCounted, err
}

// Viewed is the act by which somebody reads the record; LastViewed finds it again.
const Viewed = "record-viewed"

// LastViewed is when somebody last read the record before a time, or the zero time.
func LastViewed(ctx context.Context, tx *db.Tx, actor string, before time.Time) (time.Time, error) {
	return lastViewed(ctx, tx, actor, before)
}
