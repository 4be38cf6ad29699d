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

// begin has the transaction begin with its first statement, and sets the scope, and the
// transaction's time for the schema's triggers.
func (tx *Tx) begin(s Scope) {
	school, system := s.settings()
	tx.Later("BEGIN ISOLATION LEVEL READ COMMITTED", nil, nil)
	tx.Later("SELECT set_config('inkwell.school', $1, true), set_config('inkwell.system', $2, true), set_config('inkwell.now', $3, true)",
		[]any{school, system, tx.Now.Format(time.RFC3339Nano)}, nil)
}
