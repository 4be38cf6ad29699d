package school

import (
	"context"

	"inkwell/internal/db"
)

// Roll is a class with its pupils.
type Roll struct {
	Class  ClassID
	Name   string
	Pupils []PersonID
}

// Rolls are the classes of a school that have pupils today, by name.
func Rolls(ctx context.Context, tx *db.Tx, id ID) ([]Roll, error) {
	day, err := dayAt(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return rolls(ctx, tx, id, day)
}

// Usernames are the user names of people.
func Usernames(ctx context.Context, tx *db.Tx, all []PersonID) (map[PersonID]string, error) {
	return usernames(ctx, tx, all)
}
