package release

import (
	"context"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release/document"
)

// PostScript and PCL are programs: nobody can tell what a printer makes of one without
// being that printer. A queue may take them of staff, from a print server that it trusts,
// up to a number of pages. Such a job is kept as it was sent, costs at most that many pages,
// and what it does cost is what the printer counts. It goes to printers of its language, and
// always from its first page.

// MostProgramPages is the most that a queue may let one job of a printer's language cost.
const MostProgramPages = 5000

var programSettled = fault.New(fault.Unsupported, "program-settled",
	"Choose pages, and pages on a side, in the program that prints: what a printer's own language says cannot be changed here.")

// Uncounted says whether a job is in a printer's own language: its Pages are what it costs
// at most.
func (j Job) Uncounted() bool { return document.Format(j.Format).Program() }

// takesProgram refuses a printer's language of anybody but staff from a trusted server, where
// the queue takes it.
func (p Policy) takesProgram(s sender, f document.Format) error {
	if p.Programs == 0 || s.proof != school.ByServer || !s.Staff() {
		return document.Unsupported(f)
	}
	return nil
}

// programOf is the format if it is a program, or "".
func programOf(f document.Format) document.Format {
	if f.Program() {
		return f
	}
	return ""
}

// allowProgram is takesProgram for the document of a job that is open already.
func (d *Desk) allowProgram(ctx context.Context, tx *db.Tx, a school.Actor, queue QueueID, f document.Format) error {
	if !f.Program() {
		return nil
	}
	s := Submission{Queue: Queue{ID: queue}, Actor: a, program: f}
	who, err := d.consult(ctx, tx, []*Submission{&s})
	if err != nil {
		return err
	}
	return s.settle(who[a.Person])
}

// holdProgram makes a job held as it was sent.
func (d *Desk) holdProgram(ctx context.Context, job Job) error {
	refused := ""
	err := d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockJob(ctx, tx, job.ID)
		if err != nil || now.State != Counting {
			return err
		}
		q, err := queueByID(ctx, tx, now.Queue)
		if err != nil {
			return err
		}
		if refused = refusedProgram(q.Policy, now.Ticket); refused != "" {
			return nil
		}
		now.State, now.Held, now.Pages, now.ColourPages = Held, tx.Now, q.Policy.Programs, q.Policy.Programs
		if job, err = now.measured(); err != nil {
			return err
		}
		if job, err = d.priced(ctx, tx, job); err != nil {
			return err
		}
		if err := updateHeld(ctx, tx, job, nil); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	switch {
	case err != nil:
		return err
	case refused != "":
		return d.refuse(ctx, job, refused)
	case job.State != Held:
		return nil // cancelled or expired meanwhile
	}
	return d.releaseDirect(ctx, job)
}

// refusedProgram is the keyword why a queue does not hold a program with this ticket, or "".
func refusedProgram(p Policy, t Ticket) string {
	switch {
	case p.Programs == 0:
		return document.Unsupported("").Code
	case len(t.Pages) > 0 || t.NumberUp > 1:
		return programSettled.Code
	}
	return ""
}

// toldOf is how many impressions of a program came out: what the printer says, and nothing
// where it says nothing.
func (s *Said) toldOf() int {
	switch {
	case s == nil:
		return 0
	case s.Impressions > 0:
		return s.Impressions
	case s.Sheets > 0:
		return s.Sheets
	case s.Counter != nil:
		return max(0, *s.Counter)
	}
	return 0
}

// silently records that a program came out of a printer that did not say how much of it:
// nobody paid for that, and IT ought to know.
func silently(ctx context.Context, tx *db.Tx, job Job, del Delivery, o Outcome) error {
	if !job.Uncounted() || !o.Complete || del.Printed > 0 {
		return nil
	}
	return audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "program-uncounted", Subject: job.owner, Object: object(job.ID),
		Facts: map[string]any{"delivery": del.ID, "printer": del.Printer}})
}
