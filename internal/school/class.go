package school

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
)

// Class is a teaching group or a registration group to be added, with its members from
// one day to another (the last exclusive).
type Class struct {
	Name      string
	Registers bool // it is a registration group
	Pupils    []PersonID
	Teachers  []PersonID
	From, To  time.Time
}

// AddClasses adds classes with their members.
func AddClasses(ctx context.Context, tx *db.Tx, school ID, all []Class) error {
	for _, c := range all {
		if err := insertClass(ctx, tx, school, c); err != nil {
			return fmt.Errorf("add class: %w", err)
		}
	}
	return nil
}

// Tutees are the pupils of the registration classes that somebody teaches today, by user
// name.
func Tutees(ctx context.Context, tx *db.Tx, a Actor) ([]Person, error) {
	day, err := dayAt(ctx, tx, a.School)
	if err != nil {
		return nil, err
	}
	return tutees(ctx, tx, a.School, a.Person, day)
}
