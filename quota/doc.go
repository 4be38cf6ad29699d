// Package quota keeps what may be spent and what was spent. Every movement is a
// transfer between two accounts, inserted once and never changed, so that all sums
// are zero and a second charge is impossible. An account with a floor cannot go
// below it: the database refuses, whatever the code does. Units are integers,
// shown as pages.
package quota
