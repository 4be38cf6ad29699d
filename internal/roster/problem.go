package roster

import (
	"fmt"

	"inkwell/internal/fault"
)

// mostProblems is how many bad rows are read on for. A file with more is another file.
const mostProblems = 10_000

// Problem is a row that cannot be used. Its reason holds no name and no UPN.
type Problem struct {
	At
	Reason string
}

// String is the problem as a person reads it: "users.csv line 4: no user name".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Reason
	}
	return fmt.Sprintf("%s line %d: %s", p.File, p.Line, p.Reason)
}

// Problems are bad rows, in the order they were met.
type Problems []Problem

func (p *Problems) add(at At, reason string, args ...any) {
	*p = append(*p, Problem{at, fmt.Sprintf(reason, args...)})
}

// Lines are the problems as text, at most so many and then how many more.
func (p Problems) Lines(most int) []string {
	lines := make([]string, 0, min(len(p), most)+1)
	for i, bad := range p {
		if i == most {
			return append(lines, fmt.Sprintf("and %d more", len(p)-most))
		}
		lines = append(lines, bad.String())
	}
	return lines
}

func refuse(code, say string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, say, args...)
}
