package release

import (
	"testing"

	"inkwell/quota"
)

// What a printer says of a job that it has ended, and what that costs: the table of
// docs/job-states.md, row by row.
func TestWhatThePrinterSaysAndWhatItCosts(t *testing.T) {
	t.Parallel()
	n := func(n int) *int { return &n }
	const none = -1
	one := Delivery{Impressions: 10, Copies: 1, Amount: 20, Work: quota.Work{Sides: 10, Sheets: 10}}
	both := Delivery{Impressions: 10, Copies: 1, Amount: 20, Work: quota.Work{Sides: 10, Sheets: 5}}
	odd := Delivery{Impressions: 5, Copies: 1, Amount: 10, Work: quota.Work{Sides: 5, Sheets: 3}}
	twice := Delivery{Impressions: 10, Copies: 2, Amount: 20, Work: quota.Work{Sides: 10, Sheets: 6, Copies: 2}}
	seen := one
	seen.Printed = 4
	old := Delivery{Impressions: 10, Copies: 1, Amount: 20, Work: quota.Work{Sides: 10}} // of before there were tariffs
	for _, c := range []struct {
		name     string
		d        Delivery
		complete bool
		said     *Said
		printed  int
	}{
		{"completed, all of it", one, true, &Said{10, 10, nil, nil}, 10},
		{"completed, fewer", one, true, &Said{9, none, nil, nil}, 9},
		{"completed, none", one, true, &Said{0, 0, nil, nil}, 10},
		{"completed, nothing said", one, true, &Said{none, none, nil, nil}, 10},
		{"completed, two billion", one, true, &Said{1<<31 - 1, 1<<31 - 1, nil, nil}, 10},
		{"completed, none, and five sheets", one, true, &Said{0, 5, nil, nil}, 5},
		{"completed, none, but its counter went on by three", one, true, &Said{0, none, nil, n(3)}, 3},
		{"completed, none, and its counter stands", one, true, &Said{0, none, nil, n(0)}, 10},
		{"completed, none, and others printed too", one, true, &Said{0, none, nil, n(400)}, 10},
		{"completed, none, and its counter counts sheets", both, true, &Said{0, none, nil, n(5)}, 10},
		{"completed, counts sheets for impressions", both, true, &Said{5, none, nil, nil}, 10},
		{"completed, half of it on fewer sheets", both, true, &Said{5, 3, nil, nil}, 5},
		{"completed, counts an empty back", odd, true, &Said{6, 3, nil, nil}, 5},
		{"completed, two copies, counts one", twice, true, &Said{5, none, nil, nil}, 10},
		{"completed, two copies, counts nothing", twice, true, &Said{none, none, nil, nil}, 10},
		{"completed, of before there were tariffs", old, true, &Said{7, none, nil, nil}, 7},
		{"stopped at page 3", one, false, &Said{3, 3, nil, nil}, 3},
		{"stopped, two-sided, at page 3", both, false, &Said{3, 2, nil, nil}, 3},
		{"stopped, two-sided, sheets alone", both, false, &Said{none, 2, nil, nil}, 4},
		{"stopped, one-sided, sheets alone", one, false, &Said{0, 2, nil, nil}, 2},
		{"stopped, its counter alone", one, false, &Said{none, none, nil, n(3)}, 3},
		{"stopped, its counter with others' pages", one, false, &Said{none, none, nil, n(300)}, 0},
		{"stopped, nothing said", one, false, &Said{none, none, nil, nil}, 0},
		{"stopped, none", one, false, &Said{0, 0, nil, n(0)}, 0},
		{"stopped, two billion", one, false, &Said{1<<31 - 1, 1<<31 - 1, nil, n(1 << 40)}, 0},
		{"stopped, two copies, at page 7", twice, false, &Said{7, none, nil, nil}, 7},
		{"stopped, fewer than it told of on the way", seen, false, &Said{0, none, nil, nil}, 4},
		{"completed, fewer than it told of on the way", seen, true, &Said{3, none, nil, nil}, 4},
		{"its owner says it came", one, true, nil, 10},
		{"its owner says nothing came", one, false, nil, 0},
		{"its owner says nothing came, and pages were seen", seen, false, nil, 4},
	} {
		printed, units := Outcome{Complete: c.complete, Said: c.said}.charge(c.d)
		if printed != c.printed || units != 2*int64(c.printed) || units > c.d.Amount {
			t.Errorf("%s: %d impressions for %d units, want %d", c.name, printed, units, c.printed)
		}
	}
}

// Whatever a printer says, what is charged lies between what it told of on the way and what
// was shown.
func FuzzNoWordOfAPrinterCostsMoreThanWasShown(f *testing.F) {
	f.Add(3, 2, 1, 4, 10, 5, 1, 2, true)
	f.Add(-1, 1<<31-1, -5, 1<<40, 1, 1, 9, 1, false)
	f.Fuzz(func(t *testing.T, impressions, sheets, colour, counter, of, paper, copies, seen int, complete bool) {
		of = 1 + (of&0xffff)%5000
		d := Delivery{Impressions: of, Copies: 1 + copies&7, Colour: of / 2, Amount: int64(of) * 3, Printed: (seen & 0xffff) % (of + 1), Work: quota.Work{Sides: of, Sheets: 1 + (paper&0xffff)%of}}
		o := Outcome{Complete: complete, Said: &Said{impressions, sheets, &colour, &counter}}
		printed, units := o.charge(d)
		if units < 0 || units > d.Amount || printed < d.Printed || printed > of {
			t.Errorf("%+v of %+v: %d impressions for %d units", o.Said, d, printed, units)
		}
		if d.Printed = printed; o.colour(d) < 0 || o.colour(d) > d.Colour {
			t.Errorf("%d in colour", o.colour(d))
		}
	})
}
