package quota

import (
	"maps"
	"time"
)

// TariffID names a version of a school's tariff; 0 is the default one.
type TariffID int32

// GroupID names a group of printers that have prices of their own; 0 is all others.
type GroupID int32

// Tariff is what printing costs at a school from a time on, until the next one begins.
// It is never changed, so that what was printed is explained by it for ever.
type Tariff struct {
	ID     TariffID
	Unit   Unit
	From   time.Time // zero of the default
	Base   Rates
	Groups map[GroupID]Rates // what is otherwise at a group's printers
}

// Rates are prices in units, 0 to 100,000 each. One that is nil is not set: it is 0, or for a group
// as in the base.
type Rates struct {
	Job       *int64           `json:"job,omitempty"`       // once for each job
	Side      *int64           `json:"side,omitempty"`      // a printed side in black and white
	Colour    *int64           `json:"colour,omitempty"`    // a printed side that carries colour
	Sheet     *int64           `json:"sheet,omitempty"`     // a sheet of paper
	Duplex    *int64           `json:"duplex,omitempty"`    // off for a sheet with both sides printed
	Sizes     map[string]int64 `json:"sizes,omitempty"`     // by Size: how many times sides and sheets count, 1 to 100
	Finishing map[string]int64 `json:"finishing,omitempty"` // by keyword of Finishings, for each copy
}

// DefaultTariff is that of a school which has set none: one page a side.
func DefaultTariff() Tariff {
	return Tariff{Unit: Page, Base: Rates{Side: new(int64(1)), Colour: new(int64(1))}}
}

// Plain says whether a job costs as many pages as it has sides, always.
func (t Tariff) Plain() bool {
	r := t.At(0)
	plain := t.Unit != Penny && *r.Side == 1 && *r.Colour == 1 && *r.Job+*r.Sheet+*r.Duplex == 0 && len(t.Groups) == 0
	for _, n := range r.Sizes {
		plain = plain && n == 1
	}
	for _, n := range r.Finishing {
		plain = plain && n == 0
	}
	return plain
}

// At are the prices at a group's printers, all of them set.
func (t Tariff) At(g GroupID) Rates {
	zero := new(int64)
	r := Rates{Job: zero, Side: zero, Colour: zero, Sheet: zero, Duplex: zero}
	return r.with(t.Base).with(t.Groups[g])
}

// with is r with what o sets.
func (r Rates) with(o Rates) Rates {
	for _, p := range []struct{ to, from **int64 }{{&r.Job, &o.Job}, {&r.Side, &o.Side}, {&r.Colour, &o.Colour}, {&r.Sheet, &o.Sheet}, {&r.Duplex, &o.Duplex}} {
		if *p.from != nil {
			*p.to = *p.from
		}
	}
	r.Sizes, r.Finishing = merged(r.Sizes, o.Sizes), merged(r.Finishing, o.Finishing)
	return r
}

func merged(all, more map[string]int64) map[string]int64 {
	if len(more) == 0 {
		return all
	}
	sum := maps.Clone(more)
	for k, v := range all {
		if _, set := more[k]; !set {
			sum[k] = v
		}
	}
	return sum
}
