package release

import (
	"fmt"

	"inkwell/release/document"
)

// A printer that makes fewer copies than a job has, most often one, is given a document that has
// them all, one after the other. Where both sides are printed, each begins on a front: a copy of
// an odd number of pages has an empty back behind it, which costs nothing. Copies of one page are
// printed on one side.

// repeats says whether so many copies have to be in the document itself.
func (c Capabilities) repeats(copies int) bool { return c.Copies > 0 && copies > c.Copies }

// mostRepeated bounds how many sides such a document has.
const mostRepeated = 1000

// lacksCopies is what of Lacks is about copies: what cannot be repeated, or would be stapled
// together.
func (c Capabilities) lacksCopies(j Job) string {
	if !c.repeats(j.Ticket.Copies) {
		return ""
	}
	if j.Uncounted() || len(j.Ticket.Finishings) > 0 || j.Pages*j.Ticket.Copies > mostRepeated {
		return "This printer makes " + countedCopies(c.Copies) + " of this at a time."
	}
	return ""
}

func countedCopies(n int) string {
	if n == 1 {
		return "one copy"
	}
	return fmt.Sprintf("%d copies", n)
}

// work is what goes to the printer of a document that does not go whole and once.
func (d Delivery) work(j Job) document.Work {
	w := document.Work{Format: document.PDF, Pages: []document.Range{{First: d.FirstPage, Last: j.Pages}}}
	for d.Repeats && len(w.Pages) < d.Copies {
		w.Pages = append(w.Pages, w.Pages[0])
	}
	w.Fronts = d.Repeats && d.perSheet() == 2
	return w
}

// written is how many of so many sides, as the printer counts them, have something of the job on
// them: all but the backs behind copies that are repeated.
func (d Delivery) written(sides int) int {
	each := d.each()
	if !d.Repeats || d.perSheet() == 1 || each%2 == 0 || sides < 0 {
		return sides
	}
	return sides/(each+1)*each + min(sides%(each+1), each)
}

// each is how many sides a copy has.
func (d Delivery) each() int {
	return (d.Work.Sides + max(1, d.Work.Copies) - 1) / max(1, d.Work.Copies)
}
