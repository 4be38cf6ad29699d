package conduct

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// What a flag by staff weighs, and how long.
const (
	staffWeight = 10
	staffDecay  = 30 // days
)

var (
	noteMissing     = fault.New(fault.Invalid, "note-missing", "Write what happened in up to 500 characters.")
	categoryUnknown = fault.New(fault.Invalid, "category-unknown", "Choose one of the categories.")
	pupilUntaught   = fault.New(fault.Forbidden, "pupil-untaught", "Choose a pupil of a class that you teach now.")
)

// Raise flags a pupil by a member of staff: a category of the school's policy, and a note of 1 to 500
// characters. It moves nobody on the ladder: a person looks at it, or the safeguarding lead alone if that is the
// category's way. Who can neither look people up nor flag by name flags pupils of the classes that they teach now ("pupil-untaught").
func (c *Conduct) Raise(ctx context.Context, by school.Actor, person school.PersonID, category, note string) (id FlagID, err error) {
	note = strings.TrimSpace(note)
	if !by.May(school.FlagPupils) {
		return 0, school.NotAllowed
	}
	if by.Person == person {
		return 0, fault.New(fault.Forbidden, "own-case", "Nobody decides their own case. Ask a colleague.")
	}
	if n := len([]rune(note)); n == 0 || n > 500 {
		return 0, noteMissing
	}
	err = c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonAt(ctx, tx, by.School, person)
		if err != nil {
			return err
		}
		if taught, err := reaches(ctx, tx, by, person); err != nil || !taught {
			return cmp.Or[error](err, pupilUntaught)
		}
		policy, err := policyOf(ctx, tx, by.School)
		if err != nil {
			return err
		}
		of, known := policy.Category(category)
		if !known {
			return categoryUnknown
		}
		f := Flag{School: by.School, Person: person, By: by.Person, Kind: rule.ByStaff, Category: category, Route: rule.ToPerson, Raised: tx.Now,
			Weight: staffWeight, Decays: tx.Now.AddDate(0, 0, staffDecay), Evidence: rule.Evidence{Seen: []string{"note"}}, Note: note}
		if of.Route == rule.Safeguarding {
			f.Route = rule.Safeguarding
		}
		if _, err := insertFlag(ctx, tx, &f, 0); err != nil {
			return err
		}
		id = f.ID
		if f.Route == rule.Safeguarding {
			return nil // nobody else learns of it, by no record either
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "flag-raised", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: flagObject(id), Note: note})
	})
	return id, err
}

// RaiseNamed is Raise about a pupil whom somebody names, who may flag any: by user name and family name ("pupil-unnamed").
func (c *Conduct) RaiseNamed(ctx context.Context, by school.Actor, username, family, category, note string) (id FlagID, err error) {
	if !by.May(school.FlagByName) {
		return 0, school.NotAllowed
	}
	var p school.Person
	err = c.db.Look(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = school.PupilNamed(ctx, tx, by.School, username, family)
		return err
	})
	if err != nil {
		return 0, err
	}
	return c.Raise(ctx, by, p.ID, category, note)
}

// reaches says whether a pupil is somebody's to flag.
func reaches(ctx context.Context, tx *db.Tx, by school.Actor, person school.PersonID) (bool, error) {
	if by.May(school.FindPeople) || by.May(school.FlagByName) {
		return true, nil
	}
	classes, err := school.TaughtBy(ctx, tx, by)
	if err != nil {
		return false, err
	}
	for _, t := range classes {
		pupils, err := school.PupilsToday(ctx, tx, by.School, t.Class)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(pupils, func(p school.Person) bool { return p.ID == person }) {
			return true, nil
		}
	}
	return false, nil
}
