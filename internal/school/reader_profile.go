package school

import (
	"context"
	"fmt"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school/reader"
)

// Reader is how the reader of a station writes numbers; a blank Station is all others of
// the school.
type Reader struct {
	Station string
	Profile reader.Profile
}

// Readers are the profiles that were set at a school, the school's own first.
func (d *Directory) Readers(ctx context.Context, tx *db.Tx, school ID) ([]Reader, error) {
	return readersOf(ctx, tx, school)
}

// SetReader sets how the reader of a station, or with a blank one those of all others of
// the school, write numbers. A profile that cuts numbers off is refused
// ("badges-collide") when badges of two people at the school look the same through it.
// unknown is how many badges could not be held against it, because they are digested with
// an older key, or known only in another part.
func (d *Directory) SetReader(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, r Reader) (unknown int, err error) {
	if part := r.Profile.Part(); part != reader.Whole && part != reader.AsText {
		same, err := collisions(ctx, tx, school, part)
		if err != nil {
			return 0, fmt.Errorf("look for collisions: %w", err)
		}
		if len(same) > 0 {
			return 0, collide(r.Profile, same)
		}
		if unknown, err = badgesWithout(ctx, tx, school, part, d.keys.ID); err != nil {
			return 0, fmt.Errorf("look for collisions: %w", err)
		}
	}
	if err := setReader(ctx, tx, school, r); err != nil {
		return 0, fmt.Errorf("set profile of reader: %w", err)
	}
	return unknown, audit.Record(ctx, tx, audit.Entry{School: school, Act: "reader-set", Actor: by, Note: r.Profile.String() + " at " + r.Station})
}

// collide names badges that a profile takes for one another.
func collide(p reader.Profile, same [][]string) error {
	const most = 10
	var groups []string
	n := 0
	for i, group := range same {
		n += len(group)
		if i < most {
			groups = append(groups, strings.Join(group, " and "))
		}
	}
	if len(same) > most {
		groups = append(groups, fmt.Sprintf("%d groups more", len(same)-most))
	}
	return fault.New(fault.Conflict, "badges-collide",
		"Read as %s, %d badges of different people cannot be told apart. Their numbers end with %s. Replace one of each, or have the reader send the whole number.",
		p, n, strings.Join(groups, "; "))
}

// ResetReader takes a profile back: the station goes by the school's, the school by none.
func (d *Directory) ResetReader(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, station string) error {
	if err := deleteReader(ctx, tx, school, station); err != nil {
		return fmt.Errorf("take back profile of reader: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{School: school, Act: "reader-reset", Actor: by, Note: station})
}

// partsInUse are what readers of a school leave of numbers, beside all.
func partsInUse(ctx context.Context, tx *db.Tx, school ID) (map[reader.Part]bool, error) {
	all, err := readersOf(ctx, tx, school)
	parts := map[reader.Part]bool{}
	for _, r := range all {
		if part := r.Profile.Part(); part != reader.Whole && part != reader.AsText {
			parts[part] = true
		}
	}
	return parts, err
}

// LearnReader finds how a reader writes numbers from what it typed for some cards, whose
// badges are already known at the school.
func (d *Directory) LearnReader(ctx context.Context, tx *db.Tx, school ID, taps []string) ([]reader.Guess, error) {
	population, err := countBadges(ctx, tx, school)
	if err != nil {
		return nil, fmt.Errorf("count badges: %w", err)
	}
	known := func(_ int, r reader.Reading) bool {
		if err != nil {
			return false
		}
		var h held
		h, err = d.holder(ctx, tx, school, []reader.Reading{r}, "")
		return h.person.ID != 0
	}
	guesses := reader.Learn(taps, population, known)
	return guesses, err
}
