package release

import "inkwell/quota"

// VisitChanges are what can be changed of a held job, to save paper, and what is.
type VisitChanges struct {
	Edit
	Of       int   // pages of it as it came, which Edit.Pages counts
	Copies   int   // now
	Sheets   int   // now, at the visit's printer
	WasDue   int64 // units and sheets there as it came
	Was      int
	Colour   bool // as it came some of it would come out in colour there
	TwoSided bool // now
	Duplex   bool // the printer can print on both sides, as far as is known
}

// changes says what can be changed of its job at a printer.
func (j *VisitJob) changes(t quota.Tariff, job Job, p PrinterRecord) {
	if job.Uncounted() || job.Printed > 0 {
		return
	}
	came, now := job.asItCame(), job.at(p)
	came, err := came.measured()
	if err != nil {
		came.Impressions = came.Pages * max(1, came.Ticket.Copies)
	}
	work := came.workAt(p)
	j.Changes = &VisitChanges{
		Edit: job.Edit, Of: came.Pages, Copies: max(1, now.Ticket.Copies), Sheets: now.Sheets, WasDue: t.Price(work, p.Group).Units, Was: came.at(p).Sheets,
		Colour: work.Colour > 0, TwoSided: now.Ticket.Sides != oneSided, Duplex: !p.Can.Asked || p.Can.Duplex(),
	}
}
