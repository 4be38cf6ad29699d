package sheet

import (
	"fmt"
	"strings"

	"inkwell/internal/fault"
)

// problemsShown is how many bad rows a refusal names; of more it says how many.
const problemsShown = 20

// Problem is what is wrong with one row, in words that go after "line 4: ".
type Problem struct {
	Line   int
	Reason string
}

// Problems are the bad rows of one file.
type Problems []Problem

// Add notes what is wrong with a row.
func (p *Problems) Add(line int, reason string, args ...any) {
	*p = append(*p, Problem{line, fmt.Sprintf(reason, args...)})
}

// Err is the refusal of the whole file ("sheet-rows"), or nil when no row is bad.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	var b strings.Builder
	for i, bad := range p {
		if i == problemsShown {
			fmt.Fprintf(&b, "\n  and %d more", len(p)-problemsShown)
			break
		}
		fmt.Fprintf(&b, "\n  line %d: %s", bad.Line, bad.Reason)
	}
	return fault.New(fault.Invalid, "sheet-rows", "Nothing was changed. Rows that cannot be used:%s", b.String())
}
