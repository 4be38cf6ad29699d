package release

import (
	"testing"

	"inkwell/quota"
)

// What a printer has written of copies that are in the document, by the sides that it counts: the
// backs behind copies are nobody's. What it makes itself it counts without them.
func TestWhatIsWrittenOfCopies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pages, copies, sheets int // of a copy
		repeats               bool
		said, want            int
	}{
		{3, 3, 2, true, 3, 3}, {3, 3, 2, true, 4, 3}, {3, 3, 2, true, 5, 4}, {3, 3, 2, true, 11, 9}, {3, 3, 2, true, 12, 9},
		{3, 3, 2, false, 4, 4}, {3, 3, 3, true, 4, 4}, {2, 3, 1, true, 5, 5}, {1, 3, 1, true, 2, 2}, {3, 1, 2, true, 3, 3}, {3, 3, 2, true, -1, 0},
	} {
		d := Delivery{Repeats: c.repeats, FirstPage: 1, Copies: c.copies, Impressions: c.pages * c.copies,
			Work: quota.Work{Sides: c.pages * c.copies, Copies: c.copies, Sheets: c.sheets * c.copies}}
		if got := (Outcome{Said: &Said{Impressions: c.said, Sheets: -1}}).out(d); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
		w := d.work(Job{Pages: c.pages})
		sides := c.pages * c.copies
		if c.pages == 3 && c.sheets == 2 {
			sides += c.copies - 1
		}
		if c.repeats && w.Sides() != sides {
			t.Errorf("%+v: the document has %d sides", c, w.Sides())
		}
	}
}

// A printer that makes one copy is not given what would be stapled together, nor more than a
// document can have, nor what we know no pages of.
func TestCopiesThatAPrinterCannotMake(t *testing.T) {
	t.Parallel()
	one := Capabilities{Asked: true, Copies: 1, Finishings: []int{20}}
	const say = "This printer makes one copy of this at a time."
	for name, c := range map[string]struct {
		can  Capabilities
		job  Job
		want string
	}{
		"some copies":        {one, Job{Pages: 10, Ticket: Ticket{Copies: 3}}, ""},
		"one, stapled":       {one, Job{Pages: 10, Ticket: Ticket{Copies: 1, Finishings: []int{20}}}, ""},
		"several, stapled":   {one, Job{Pages: 10, Ticket: Ticket{Copies: 2, Finishings: []int{20}}}, say},
		"far too many":       {one, Job{Pages: 101, Ticket: Ticket{Copies: 10}}, say},
		"a program":          {one, Job{Format: "application/postscript", Ticket: Ticket{Copies: 2}}, say},
		"more than it makes": {Capabilities{Asked: true, Copies: 20}, Job{Pages: 1, Format: "application/postscript", Ticket: Ticket{Copies: 21}}, "This printer makes 20 copies of this at a time."},
		"as many as it says": {Capabilities{Asked: true, Copies: 20}, Job{Pages: 999, Ticket: Ticket{Copies: 20}}, ""},
		"it does not say":    {Capabilities{Asked: true}, Job{Pages: 999, Ticket: Ticket{Copies: 99}}, ""},
	} {
		if got := c.can.lacksFor(c.job); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
