package quota

import (
	"fmt"
	"maps"
	"slices"
)

// PriceLine is one price of a tariff in words, at each of the groups it was asked for.
type PriceLine struct {
	What string
	At   []string
}

// PriceList are a tariff's prices at groups of printers: those that are not 0 somewhere, and
// those of a side always.
func (t Tariff) PriceList(groups []GroupID) (lines []PriceLine) {
	add := func(always bool, what string, say func(Rates) (int64, string)) {
		line, some := PriceLine{What: what}, always
		for _, g := range groups {
			n, words := say(t.At(g))
			some = some || n != 0
			line.At = append(line.At, words)
		}
		if some {
			lines = append(lines, line)
		}
	}
	rate := func(of func(Rates) int64, sign int64) func(Rates) (int64, string) {
		return func(r Rates) (int64, string) { return of(r), t.Unit.Figure(sign * of(r)) }
	}
	add(true, "a side in black and white", rate(func(r Rates) int64 { return *r.Side }, 1))
	add(true, "a side in colour", rate(func(r Rates) int64 { return *r.Colour }, 1))
	add(false, "a sheet", rate(func(r Rates) int64 { return *r.Sheet }, 1))
	add(false, "a sheet with both sides printed", rate(func(r Rates) int64 { return *r.Duplex }, -1))
	add(false, "a job", rate(func(r Rates) int64 { return *r.Job }, 1))
	named, finishes := map[string]bool{}, map[string]bool{}
	for _, g := range groups {
		for size := range t.At(g).Sizes {
			named[size] = true
		}
		for f := range t.At(g).Finishing {
			finishes[f] = true
		}
	}
	for _, size := range slices.Sorted(maps.Keys(named)) {
		add(true, "on "+SizeLabel(size)+", all of this", func(r Rates) (int64, string) {
			n := max(1, r.Sizes[size])
			return n, fmt.Sprintf("× %d", n)
		})
	}
	for _, f := range slices.Sorted(maps.Keys(finishes)) {
		add(false, "a copy, "+f, rate(func(r Rates) int64 { return r.Finishing[f] }, 1))
	}
	return lines
}
