package school

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// IndividualID names a human across the schools of a trust. It never leaves the server.
type IndividualID int64

// Entry is somebody at one school, as those know them who keep many people true at once.
type Entry struct {
	ID         PersonID
	Individual IndividualID
	School     ID
	Pseudonym  Pseudonym
	Username   string // as it is kept: lower case
	Given      string // preferred given name
	Family     string
	Year       int // 0 (Reception) to 14, or NoYear
	Roles      []Role
	Left       bool
	Guest      bool // entered for a while, as a guest or supply staff
}

// Entries are all people of the schools, also those who have left, by number.
func Entries(ctx context.Context, tx *db.Tx, schools []ID) ([]Entry, error) {
	return entries(ctx, tx, schools)
}

// NewIndividuals are n humans whom nobody has heard of yet.
func NewIndividuals(ctx context.Context, tx *db.Tx, n int) ([]IndividualID, error) {
	return newIndividuals(ctx, tx, n)
}

// Join adds people with no proof and no role, and fills in their number and pseudonym.
// Somebody who is at the school already fails the transaction.
func Join(ctx context.Context, tx *db.Tx, all []*Entry) error { return insertEntries(ctx, tx, all) }

// Amend gives people the user name, names and year of their entries. User names may
// change places with one another.
func Amend(ctx context.Context, tx *db.Tx, all []*Entry) error { return updateEntries(ctx, tx, all) }

// Held is a role that somebody has or is to have.
type Held struct {
	Person PersonID
	School ID
	Role   Role
}

// GiveRoles and TakeRoles change what people are, as a roster says.
func GiveRoles(ctx context.Context, tx *db.Tx, all []Held) error { return insertRoles(ctx, tx, all) }

// TakeRoles is GiveRoles the other way.
func TakeRoles(ctx context.Context, tx *db.Tx, all []Held) error { return deleteRoles(ctx, tx, all) }

// Leave ends people's time at a school: from the end of the transaction on no badge,
// code, password, address or session of theirs proves anything there, their enrolments
// end the day before, and they are listed for erasure. Whoever calls it tells events.
func Leave(ctx context.Context, tx *db.Tx, id ID, day time.Time, eraseAfter int, people []PersonID) error {
	return updateLeft(ctx, tx, id, day, day.AddDate(0, 0, eraseAfter), people)
}

// Return takes people back who had left: the same rows, with their badges and ledger.
func Return(ctx context.Context, tx *db.Tx, people []PersonID) error {
	return updateReturned(ctx, tx, people)
}

// Departed says how many people wait for their erasure, how many of them are due on a
// day, and when the first is.
func Departed(ctx context.Context, tx *db.Tx, day time.Time) (waiting, due int, first time.Time, err error) {
	return countDepartures(ctx, tx, day)
}

// NewSchool is a school as a roster makes it.
type NewSchool struct {
	Name   string
	Zone   *time.Location
	Office bool // the trust's central office: a role there holds at every school
}

// AddSchool makes a school and returns its id.
func AddSchool(ctx context.Context, tx *db.Tx, n NewSchool) (ID, error) {
	id, err := insertSchool(ctx, tx, n.Name, n.Zone.String())
	if err == nil && n.Office {
		err = updateKind(ctx, tx, id, "office")
	}
	return id, err
}

// All are the schools of the transaction's scope, by id.
func All(ctx context.Context, tx *db.Tx) ([]School, error) { return schools(ctx, tx) }
