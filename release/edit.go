package release

import (
	"context"
	"fmt"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// Edit is what the owner of a held job wants otherwise than it came, to save paper. The zero
// Edit is the job as it came. It is data: the document that it makes is made afterwards, by
// whoever comes first, and nothing of it leaves before.
type Edit struct {
	Pages    []PageRange `json:"pages,omitempty"`     // those that stay, ascending and apart; none: all
	NumberUp int         `json:"number_up,omitempty"` // so many of these on a side, 2 or 4; 0: as it came
	Grey     bool        `json:"grey,omitempty"`      // in black and white
	Sides    string      `json:"sides,omitempty"`     // sides; "": as it came
	Copies   int         `json:"copies,omitempty"`    // copies, 1-99; 0: as it came
	Class    string      `json:"class,omitempty"`     // its owner's name and this class stand in the margin of the first page; "": they do not
}

// EditNumberUps are how many pages an Edit can put on a side.
func EditNumberUps() []int { return []int{2, 4} }

var (
	jobEdited      = fault.New(fault.Conflict, "job-edited", "This has been changed. Look at it again, then print.")
	editUnknown    = fault.New(fault.Invalid, "edit-unknown", "That change is not possible.")
	editProgram    = fault.New(fault.Unsupported, "edit-program", "This was made for one kind of printer, so it cannot be changed here.")
	editStuck      = fault.New(fault.Unsupported, "edit-stuck", "That change is too much for this document. It is as it came again: look at it, then print.")
	documentUnmade = fault.New(fault.Conflict, "edit-unmade", "That is not ready yet. Wait a few seconds.")
)

// mostEditRanges bounds how many ranges of pages are kept.
const mostEditRanges = 200

// samePages says whether two changes have the same pages on the same sides.
func (e Edit) samePages(o Edit) bool {
	return slices.Equal(e.Pages, o.Pages) && e.NumberUp == o.NumberUp
}

// sameDocument says whether two changes make the same document.
func (e Edit) sameDocument(o Edit) bool { return e.samePages(o) && e.Class == o.Class }

// Same says whether two changes are the same.
func (e Edit) Same(o Edit) bool {
	return e.sameDocument(o) && e.Grey == o.Grey && e.Sides == o.Sides && e.Copies == o.Copies
}

// isNone says whether nothing is changed.
func (e Edit) isNone() bool { return e.Same(Edit{}) }

// Keeps says whether a page, from 1, stays.
func (e Edit) Keeps(page int) bool {
	return len(e.Pages) == 0 || slices.ContainsFunc(e.Pages, func(r PageRange) bool { return r.First <= page && page <= r.Last })
}

// Keeping is the change with a page, from 1 of so many, that stays or does not; false where none
// would stay, or there would be too many ranges.
func (e Edit) Keeping(page int, on bool, of int) (Edit, bool) {
	var all []PageRange
	for p := 1; p <= of; p++ {
		if stays := e.Keeps(p) && p != page || on && p == page; stays {
			all = append(all, PageRange{p, p})
		}
	}
	if all = joined(all); len(all) == 0 || len(all) > mostEditRanges {
		return e, false
	}
	if e.Pages = all; all[0] == (PageRange{1, of}) {
		e.Pages = nil
	}
	return e, true
}

// makes says whether it needs another document than the one that came.
func (e Edit) makes() bool { return !e.sameDocument(Edit{}) }

// before is how a job came.
type before struct {
	Ticket      Ticket          `json:"ticket"`
	Bytes       int64           `json:"bytes"`
	Digest      string          `json:"digest"` // of its document, in hexadecimal digits
	Pages       int             `json:"pages"`
	ColourPages int             `json:"colour_pages"`
	Sizes       []document.Size `json:"sizes"`
}

// came is how a job came, but for its digest if nothing was changed.
func (j Job) came() before {
	if j.before != nil {
		return *j.before
	}
	return before{Ticket: j.Ticket, Bytes: j.Bytes, Pages: j.Pages, ColourPages: j.ColourPages, Sizes: j.Sizes}
}

// Changeable says whether its owner can change it on their own page.
func (j Job) Changeable() bool {
	return j.State == Held && !j.Claim() && !j.Locked && !j.Uncounted() && j.Printed == 0 && !j.InPrintRoom
}

// AsItCame is a job without the change, with its figures.
func (j Job) AsItCame() Job {
	came, _ := j.asItCame().measured() // it was measured before
	return came
}

// asItCame is a job without the change.
func (j Job) asItCame() Job {
	was := j.came()
	j.Ticket, j.Bytes, j.Pages, j.ColourPages, j.Sizes = was.Ticket, was.Bytes, was.Pages, was.ColourPages, was.Sizes
	if j.original != "" {
		j.Document = j.original
	}
	j.Edit, j.before, j.original, j.unmade = Edit{}, nil, "", false
	return j
}

// setTicket has the owner's computer change what the job came with; what they changed at a
// kiosk stays on top of that.
func (j *Job) setTicket(change func(Ticket) Ticket) {
	if j.before == nil {
		j.Ticket = change(j.Ticket)
		return
	}
	was := *j.before
	was.Ticket = change(was.Ticket)
	j.before, j.Ticket = &was, j.Edit.on(was.Ticket)
}

// on is the ticket with the change.
func (e Edit) on(t Ticket) Ticket {
	if e.Grey && !slices.Contains(hasNoneOfColour, t.ColorMode) {
		t.ColorMode = mono
	}
	if e.Sides != "" {
		t.Sides = e.Sides
	}
	if e.Copies > 0 {
		t.Copies = e.Copies
	}
	return t
}

// of is the change of a document with so many pages in plain form, or its refusal.
func (e Edit) of(pages int) (Edit, error) {
	after := 0
	for _, r := range e.Pages {
		if r.First <= after || r.Last < r.First || r.Last > pages {
			return e, editUnknown
		}
		after = r.Last
	}
	switch {
	case len(e.Pages) > mostEditRanges, e.Copies < 0 || e.Copies > 99:
		return e, editUnknown
	case e.NumberUp > 1 && !slices.Contains(EditNumberUps(), e.NumberUp), e.NumberUp < 0:
		return e, editUnknown
	case e.Sides != "" && !slices.Contains([]string{oneSided, longEdge, shortEdge}, e.Sides):
		return e, editUnknown
	}
	e.Pages = joined(e.Pages)
	if len(e.Pages) == 1 && e.Pages[0] == (PageRange{1, pages}) {
		e.Pages = nil
	}
	if e.NumberUp == 1 {
		e.NumberUp = 0
	}
	return e, nil
}

// joined has ranges that touch as one.
func joined(all []PageRange) (out []PageRange) {
	for _, r := range all {
		if n := len(out); n > 0 && out[n-1].Last+1 == r.First {
			out[n-1].Last = r.Last
			continue
		}
		out = append(out, r)
	}
	return out
}

// edited is a job that came as it is with a change: with the figures that its document will
// have, from what is known of each page. What is not known is taken for the dearer.
func (j Job) edited(e Edit) (Job, error) {
	j.Ticket = e.on(j.Ticket)
	pages := e.kept(j.Pages)
	up := max(1, e.NumberUp)
	sides := (len(pages) + up - 1) / up
	if e.makes() && j.ColourPages != document.Unseen {
		j.ColourPages = e.colourSides(j, pages, up)
	}
	j.Edit, j.Pages, j.unmade = e, sides, e.makes()
	return j.measured()
}

// kept are the indexes of the pages that stay of so many.
func (e Edit) kept(pages int) (all []int) {
	ranges := e.Pages
	if len(ranges) == 0 {
		ranges = []PageRange{{1, pages}}
	}
	for _, r := range ranges {
		for page := r.First; page <= r.Last; page++ {
			all = append(all, page-1)
		}
	}
	return all
}

// colourSides is how many sides will carry colour, with so many pages on each.
func (e Edit) colourSides(j Job, pages []int, up int) (n int) {
	sides := slices.Collect(slices.Chunk(pages, up))
	if j.Tinted.Count() != j.ColourPages {
		return min(j.ColourPages, len(sides))
	}
	for _, side := range sides {
		if slices.ContainsFunc(side, j.Tinted.Has) {
			n++
		}
	}
	return n
}

// EditJob changes a held job of the visitor's that they have seen in this edition, or undoes
// all changes with the zero Edit. Its price is that of the change at once; its document is made
// afterwards. All of it is done or nothing, and the document that came stays until the job ends.
//
// Refusals: "job-unknown", "job-ended", "job-printing", "not-ready", "job-begun" (part of it has
// come out), "password-needed", "claim-waits", "job-edited" (it was changed since), "edit-program",
// and "edit-unknown".
func (d *Desk) EditJob(ctx context.Context, v Visitor, id JobID, edition int, e Edit) error {
	var gone []spool.ID
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := job.editable(v, tx); err != nil {
			return err
		}
		if job.Edition != edition {
			return jobEdited
		}
		gone, err = d.edit(ctx, tx, v.Actor, job, e)
		return err
	})
	if err != nil {
		return fmt.Errorf("change job %d: %w", id, err)
	}
	d.destroyMade(ctx, gone)
	d.wakeMakers()
	return nil
}

// edit writes a change of a locked job, and returns the document that nobody needs any more.
func (d *Desk) edit(ctx context.Context, tx *db.Tx, a school.Actor, job Job, e Edit) (gone []spool.ID, err error) {
	came := job.asItCame()
	if e, err = e.of(came.Pages); err != nil {
		return nil, err
	}
	now, err := came.edited(e)
	if err != nil {
		return nil, err
	}
	if now, err = d.priced(ctx, tx, now); err != nil {
		return nil, err
	}
	if err := updateEdited(ctx, tx, now, came); err != nil {
		return nil, err
	}
	if job.original != "" && job.Document != job.original {
		gone = append(gone, job.Document)
	}
	facts := map[string]any{"edition": job.Edition + 1, "impressions": now.Impressions, "units": now.Price}
	if a.Proof != "" { // or we took it back ourselves
		facts["proof"] = a.Proof
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-changed", Actor: a.Pseudonym, Subject: job.owner, Object: object(job.ID), Facts: facts}); err != nil {
		return nil, err
	}
	return gone, d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
}

// editable refuses what nobody but its owner may do, and not at any time.
func (j Job) editable(v Visitor, tx *db.Tx) error {
	switch {
	case !v.owns(j):
		return jobUnknown
	case j.State == Receiving || j.State == Counting:
		return notReady
	case j.State == Released:
		return jobPrinting
	case j.State.Ended() || !j.Expires.After(tx.Now):
		return jobEnded
	case j.InPrintRoom:
		return withPrintRoom
	case j.Claim() && v.Station.ID == 0:
		return claimWaits
	case j.Locked && !v.Opened[j.ID]:
		return passwordNeeded
	case j.Uncounted():
		return editProgram
	case j.Printed > 0:
		return partlyOut
	}
	return nil
}
