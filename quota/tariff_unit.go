package quota

import (
	"fmt"

	"inkwell/internal/fault"
)

// Unit is what one unit of an account stands for at a school. The zero Unit is Page.
type Unit string

// The units.
const (
	Page  Unit = "pages"
	Penny Unit = "pence" // of a pound
)

// Counts says whether a unit is a page.
func (u Unit) Counts() bool { return u != Penny }

// Say is an amount in words: "7 pages", "1 page", "£0.35".
func (u Unit) Say(units int64) string {
	if u == Penny {
		return u.Figure(units)
	}
	if units < 0 {
		return "−" + amount(-units).String()
	}
	return amount(units).String()
}

// Figure is an amount where the unit is known: "7", "£0.35".
func (u Unit) Figure(units int64) string {
	sign := ""
	if units < 0 {
		sign, units = "−", -units
	}
	if u == Penny {
		return fmt.Sprintf("%s£%d.%02d", sign, units/100, units%100)
	}
	return fmt.Sprintf("%s%d", sign, units)
}

// NotEnough is the refusal of what costs more units than a person has.
func (u Unit) NotEnough(costs, has int64) error {
	if u == Penny {
		return fault.New(fault.Unpaid, "not-enough", "Needs %s, you have %s. Print less, or ask for more.", u.Say(costs), u.Say(has))
	}
	return NotEnough(costs, has)
}
