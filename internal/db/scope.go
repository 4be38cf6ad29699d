package db

import (
	"fmt"
	"regexp"
	"time"
)

// SchoolID names a school. Schools are the walls of the database: a transaction
// sees one, unless it says which system task it is.
type SchoolID int32

// Scope is what a transaction may see. The zero Scope sees nothing.
type Scope struct {
	school SchoolID
	system string
}

// InSchool is the scope of one school's rows.
func InSchool(id SchoolID) Scope { return Scope{school: id} }

var systemName = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// System is the scope of a task that works across schools, such as "seal" or
// "dispatch". The name shows in the database's own log. It panics unless the name is
// lower-case words with hyphens: names are literals in our code, never input.
func System(name string) Scope {
	if !systemName.MatchString(name) {
		panic("db: a system scope needs a plain name, not " + name)
	}
	return Scope{system: name}
}

// settings are the values that say so to the database: digits and a checked name,
// both ours.
func (s Scope) settings() (school, system string) {
	if s.school != 0 {
		school = fmt.Sprint(int32(s.school))
	}
	return school, s.system
}

// begin opens the transaction and sets the scope, and the transaction's time for
// the schema's triggers, in one round trip. The values are ours: a number, a checked
// name, and digits.
func (s Scope) begin(now time.Time) string {
	school, system := s.settings()
	return fmt.Sprintf("BEGIN ISOLATION LEVEL READ COMMITTED; "+
		"SELECT set_config('inkwell.school', '%s', true), set_config('inkwell.system', '%s', true), set_config('inkwell.now', '%s', true)",
		school, system, now.Format(time.RFC3339Nano))
}
