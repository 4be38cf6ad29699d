package console

import (
	"strconv"
	"strings"

	"inkwell/internal/fault"
)

// box is a field of a form with what was typed into it and why that was not taken.
type box struct {
	Name, Label, Hint string
	Value, Wrong      string
}

// boxes are a form's fields, by name, in their order.
type boxes []box

// Of is the field of a name; one that there is not has none.
func (all boxes) Of(name string) box {
	if e := all.find(name); e != nil {
		return *e
	}
	return box{}
}

func (all boxes) find(name string) *box {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

// refuse says at a field, if there is one, why it was not taken.
func (all boxes) refuse(name, say string) {
	if e := all.find(name); e != nil && e.Wrong == "" {
		e.Wrong = say
	}
}

// Wrong says whether any field was not taken.
func (all boxes) Wrong() bool {
	for _, e := range all {
		if e.Wrong != "" {
			return true
		}
	}
	return false
}

// units is the whole number of a field, nil for a blank one. Anything else is refused there.
func (all boxes) units(name string, most int64) *int64 {
	e := all.find(name)
	text := strings.TrimSpace(e.Value)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		e.Wrong = "Write a whole number from 0 to " + thousands(most) + "."
		return nil
	}
	return &n
}

// badForm is the refusal of a form whose fields say why.
var badForm = fault.New(fault.Invalid, "fields", "Some of it could not be taken: see beside the fields.")
