package rule

import (
	"encoding/json"
	"fmt"
	"strings"

	"inkwell/internal/fault"
)

// problemsShown is how many of what is wrong a refusal names.
const problemsShown = 20

// Write is a policy as the file that Read reads.
func (s Set) Write() []byte {
	if s.Rules == nil {
		s.Rules = []Rule{}
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic("rule: " + err.Error()) // of texts and numbers: never
	}
	return append(text, '\n')
}

// Read reads a policy from a file, strictly: a field that is unknown, missing, of the wrong sort or out
// of range is refused, and all that is wrong is said with its line ("conduct-rules").
func Read(text []byte) (Set, error) {
	p := &problems{lines: map[string]int{}}
	tree, err := parse(text)
	if err != nil {
		return Set{}, Refusal([]Problem{{Line: err.line, Say: err.say}})
	}
	var s Set
	tree.into(&s, p)
	if len(p.all) == 0 {
		s.check(p)
	}
	if len(p.all) > 0 {
		return Set{}, Refusal(p.all)
	}
	return s, nil
}

// Refusal is what is wrong with a policy in words ("conduct-rules"), or nil if nothing is.
func Refusal(all []Problem) error {
	if len(all) == 0 {
		return nil
	}
	var b strings.Builder
	for i, bad := range all {
		if i == problemsShown {
			fmt.Fprintf(&b, "\n  and %d more", len(all)-problemsShown)
			break
		}
		b.WriteString("\n  ")
		if bad.Line > 0 {
			fmt.Fprintf(&b, "line %d: ", bad.Line)
		}
		b.WriteString(strings.TrimSpace(bad.Field + " " + bad.Say))
	}
	return fault.New(fault.Invalid, "conduct-rules", "Nothing was changed. What is wrong with the policy:%s", b.String())
}

// Keep reads a policy that was checked when it was kept: what has been in force is explained even
// where a later program would refuse it.
func Keep(text []byte) (s Set, err error) { return s, json.Unmarshal(text, &s) }
