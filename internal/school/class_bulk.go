package school

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// ClassKind is what a class is for.
type ClassKind string

// The kinds of class.
const (
	Teaching     ClassKind = "teaching"     // a lesson's group
	Registration ClassKind = "registration" // a form: who a pupil's tutor is
)

// ClassEntry is a class, as those know it who keep many of them true at once.
type ClassEntry struct {
	ID      ClassID
	School  ID
	Name    string // unique at the school, 1-100 characters
	Kind    ClassKind
	Year    int    // 0 to 14, or NoYear
	Subject string // at most 100 characters; "" for none
}

// ClassEntries are all classes of the schools, by number.
func ClassEntries(ctx context.Context, tx *db.Tx, schools []ID) ([]ClassEntry, error) {
	return classEntries(ctx, tx, schools)
}

// AddClassEntries makes classes without members, and fills in their numbers.
func AddClassEntries(ctx context.Context, tx *db.Tx, all []*ClassEntry) error {
	return insertClassEntries(ctx, tx, all)
}

// AmendClasses gives classes what their entries say. Names may change places.
func AmendClasses(ctx context.Context, tx *db.Tx, all []*ClassEntry) error {
	return updateClassEntries(ctx, tx, all)
}

// Enrolment is somebody in a class, from a day until before another.
type Enrolment struct {
	Class    ClassID
	Person   PersonID
	School   ID
	Role     Role // Pupil or Teacher
	From, To time.Time
}

// OpenEnrolments calls fn with each enrolment of the schools that has not ended on the day.
func OpenEnrolments(ctx context.Context, tx *db.Tx, schools []ID, day time.Time, fn func(Enrolment)) error {
	return openEnrolments(ctx, tx, schools, day, fn)
}

// Enrol puts people into classes; one that began the same day is changed. done, which
// may be nil, hears how many there are so far.
func Enrol(ctx context.Context, tx *db.Tx, all []Enrolment, done func(int)) error {
	return upsertEnrolments(ctx, tx, all, done)
}

// EndEnrolments ends enrolments before their To; one that began on that day or later
// was never in force, and is taken back.
func EndEnrolments(ctx context.Context, tx *db.Tx, all []Enrolment) error {
	return endEnrolments(ctx, tx, all)
}
