package quota

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// The most that a rate can be, and the most times that a size can count.
const (
	mostRate  = 100_000
	mostTimes = 100
)

var (
	tariffUnit     = fault.New(fault.Invalid, "tariff-unit", "A school counts in pages or in pence.")
	tariffUnitLate = fault.New(fault.Invalid, "tariff-unit-from", "Another unit counts from now on: it cannot be planned for a later day.")
	tariffPast     = fault.New(fault.Invalid, "tariff-from", "A tariff cannot begin in the past. Without a day it begins now.")
	tariffFar      = fault.New(fault.Invalid, "tariff-from", "A tariff can be planned for three years ahead at most.")
	tariffSame     = fault.New(fault.Conflict, "tariff-same", "That is the tariff already.")
	tariffUnknown  = fault.New(fault.NotFound, "tariff-unknown", "The school has no tariff of that number.")
	tariffBegun    = fault.New(fault.Conflict, "tariff-begun", "That tariff has begun, so it stays. Set another one in its place.")
	tariffGone     = fault.New(fault.Conflict, "tariff-withdrawn", "That tariff was withdrawn already.")
)

// Version is a tariff as it stands in the list of a school's.
type Version struct {
	Tariff
	Made      time.Time
	Until     time.Time // when the next one begins; zero for the last one and those withdrawn
	Withdrawn bool
}

// TariffAt is the tariff in force at a school at a time.
func TariffAt(ctx context.Context, tx *db.Tx, id school.ID, at time.Time) (Tariff, error) {
	return AskTariff(tx, id, at)(ctx)
}

// AskTariff is TariffAt with the transaction's next statement.
func AskTariff(tx *db.Tx, id school.ID, at time.Time) db.Answer[Tariff] { return askTariff(tx, id, at) }

// TariffByID is a tariff of any time ("tariff-unknown").
func TariffByID(ctx context.Context, tx *db.Tx, n TariffID) (Tariff, error) {
	if n == 0 {
		return DefaultTariff(), nil
	}
	return tariffByID(ctx, tx, n)
}

// UnitOf is what a school counts in now.
func UnitOf(ctx context.Context, tx *db.Tx, id school.ID) (Unit, error) {
	t, err := TariffAt(ctx, tx, id, tx.Now)
	return t.Unit, err
}

// Tariffs are all versions of a school's tariff, the oldest first.
func Tariffs(ctx context.Context, tx *db.Tx, id school.ID) ([]Version, error) {
	all, err := versions(ctx, tx, id)
	for i := range all {
		if next := slices.IndexFunc(all[i+1:], func(v Version) bool { return !v.Withdrawn }); next >= 0 && !all[i].Withdrawn {
			all[i].Until = all[i+1+next].From
		}
	}
	return all, err
}

// SetTariff makes the next version of a school's tariff: the last one with a change, from a time
// on, or from now for the zero time. It is never back-dated, and never begins before one that is
// planned already ("tariff-overlaps"). Another unit is refused as long as anybody has something of
// the old one.
func SetTariff(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, from time.Time, change func(*Tariff) error) (Tariff, error) {
	if err := lockTariff(ctx, tx, id); err != nil {
		return Tariff{}, err
	}
	last, _, err := lastTariff(ctx, tx, id)
	if err != nil {
		return last, err
	}
	next := last.Clone()
	if err := change(&next); err != nil {
		return next, err
	}
	next.From = from
	if from.IsZero() {
		next.From = tx.Now
	}
	if err := next.follows(last, tx.Now); err != nil {
		return next, err
	}
	if err := next.Check(); err != nil {
		return next, err
	}
	if next.Unit != last.Unit {
		if err := nothingLeft(ctx, tx, id, last.Unit, from); err != nil {
			return next, err
		}
	}
	if next.ID, err = insertTariff(ctx, tx, id, by, next); err != nil {
		return next, err
	}
	return next, audit.Record(ctx, tx, audit.Entry{School: id, Act: "tariff-set", Actor: by,
		Facts: map[string]any{"tariff": int64(next.ID), "from": next.From, "unit": string(next.Unit)}})
}

// WithdrawTariff takes a version back that has not begun ("tariff-begun").
func WithdrawTariff(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, n TariffID) error {
	if err := lockTariff(ctx, tx, id); err != nil {
		return err
	}
	all, err := versions(ctx, tx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(v Version) bool { return v.ID == n })
	switch {
	case i < 0:
		return tariffUnknown
	case all[i].Withdrawn:
		return tariffGone
	case !all[i].From.After(tx.Now):
		return tariffBegun
	}
	if err := withdrawTariff(ctx, tx, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "tariff-withdrawn", Actor: by, Facts: map[string]any{"tariff": int64(n)}})
}

// follows refuses a version that does not come after the last one.
func (t Tariff) follows(last Tariff, now time.Time) error {
	switch {
	case t.From.Before(now):
		return tariffPast
	case t.From.After(now.AddDate(3, 0, 0)):
		return tariffFar
	case last.ID != 0 && !t.From.After(last.From):
		return fault.New(fault.Conflict, "tariff-overlaps", "Tariff %d is planned from %s on already. Let yours begin after it, or withdraw that one first.",
			last.ID, last.From.Format("2 January 2006 15:04 MST"))
	case t.same(last):
		return tariffSame
	}
	return nil
}

// nothingLeft refuses another unit as long as amounts of the old one are about.
func nothingLeft(ctx context.Context, tx *db.Tx, id school.ID, was Unit, from time.Time) error {
	if !from.IsZero() {
		return tariffUnitLate
	}
	if err := lockGiving(ctx, tx, id); err != nil {
		return err
	}
	accounts, open, err := unspent(ctx, tx, id)
	if err == nil && accounts+open > 0 {
		err = fault.New(fault.Conflict, "tariff-unit-in-use",
			"%d accounts still hold %s and %d jobs are being printed for some. The unit can only be changed while nobody has any.", accounts, was, open)
	}
	return err
}

// Check refuses prices that are no prices, with the field and the reason. A discount is never
// more than what it is taken off.
func (t Tariff) Check() error {
	if t.Unit != Page && t.Unit != Penny {
		return tariffUnit
	}
	for _, r := range append([]Rates{t.Base}, slices.Collect(maps.Values(t.Groups))...) {
		if err := r.check(); err != nil {
			return err
		}
	}
	for _, g := range append([]GroupID{0}, slices.Collect(maps.Keys(t.Groups))...) {
		r := t.At(g)
		switch {
		case *r.Colour < *r.Side:
			return fault.New(fault.Invalid, "tariff-colour", "A side in colour is %d and one in black and white is %d. Colour cannot cost less.", *r.Colour, *r.Side)
		case *r.Duplex > *r.Side:
			return fault.New(fault.Invalid, "tariff-duplex", "The discount for two sides is %d and a side is %d. It cannot be more than a side.", *r.Duplex, *r.Side)
		}
	}
	return nil
}

func (r Rates) check() error {
	for field, n := range map[string]*int64{"job": r.Job, "side": r.Side, "colour": r.Colour, "sheet": r.Sheet, "duplex": r.Duplex} {
		if n != nil && (*n < 0 || *n > mostRate) {
			return outOfRange(field, *n)
		}
	}
	for size, times := range r.Sizes {
		if !slices.Contains(sizes, size) {
			return fault.New(fault.Invalid, "tariff-size", "There is no size %q. Name one such as a3.", size)
		}
		if times < 1 || times > mostTimes {
			return fault.New(fault.Invalid, "tariff-size", "%s counts %d times. It is 1 to 100.", SizeLabel(size), times)
		}
	}
	for f, n := range r.Finishing {
		if !slices.Contains(Finishings, f) {
			return fault.New(fault.Invalid, "tariff-finishing", "There is no finishing %q. Name one of %s.", f, strings.Join(Finishings, ", "))
		}
		if n < 0 || n > mostRate {
			return outOfRange(f, n)
		}
	}
	return nil
}

func outOfRange(field string, n int64) error {
	return fault.New(fault.Invalid, "tariff-rate", "The price %s is %d. It is 0 to 100,000.", field, n)
}

// ParseSize is the size that somebody means with "a3", "A3" or "iso_a3_297x420mm"
// ("tariff-size").
func ParseSize(said string) (string, error) {
	word := strings.ToLower(strings.TrimSpace(said))
	for _, s := range sizes {
		_, name, _ := strings.Cut(s, "_")
		if word == s || word == name || Size(word) == s && word != "" {
			return s, nil
		}
	}
	return "", fault.New(fault.Invalid, "tariff-size", "There is no size %q. Name one such as a3.", said)
}

// Clone is a copy that can be changed.
func (t Tariff) Clone() Tariff {
	t.Base, t.Groups = t.Base.with(Rates{}), maps.Clone(t.Groups)
	return t
}

// same says whether two tariffs have the same prices in the same unit.
func (t Tariff) same(o Tariff) bool {
	if t.Unit != o.Unit || !t.Base.same(o.Base) || len(t.Groups) != len(o.Groups) {
		return false
	}
	for g, r := range t.Groups {
		if other, there := o.Groups[g]; !there || !r.same(other) {
			return false
		}
	}
	return true
}

func (r Rates) same(o Rates) bool {
	equal := func(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
	return equal(r.Job, o.Job) && equal(r.Side, o.Side) && equal(r.Colour, o.Colour) && equal(r.Sheet, o.Sheet) && equal(r.Duplex, o.Duplex) &&
		maps.Equal(r.Sizes, o.Sizes) && maps.Equal(r.Finishing, o.Finishing)
}
