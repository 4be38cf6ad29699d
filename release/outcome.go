package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/quota"
)

// Outcome is how a delivery ended on paper.
type Outcome struct {
	Complete bool   // the printer, or the owner, says that all of it came out
	Reason   string // keyword
	Counted  int    // impressions that its owner counts; 0 where nobody was asked, or they said all or none
	Said     *Said  // what the printer says of it; nil where it was not asked
}

// Said is what a printer says of a job that it has ended. It is believed no further than
// it can be: see Outcome.out.
type Said struct {
	Impressions int  // job-impressions-completed; -1 when it does not say
	Sheets      int  // job-media-sheets-completed; -1 when it does not say
	Colour      *int // of the impressions, in colour; nil when it does not say
	Counter     *int // how far its counter of all that it ever printed went meanwhile; nil when it does not say
}

// charge is what an outcome costs: never more than was shown and reserved, and never less
// than the printer told of on the way.
func (o Outcome) charge(d Delivery) (printed int, units int64) {
	printed = min(max(o.out(d), d.Printed, 0), d.Impressions)
	return printed, quota.Share(d.Amount, printed, d.Impressions)
}

// out is how many impressions came out, by the first of these that is believable: the
// job's impressions, its sheets, and the printer's own counter. Where none is, a printer
// that says "completed" is believed about the word, and any other about nothing. Of several
// copies some printers count the pages of one: there the word alone counts, too.
func (o Outcome) out(d Delivery) int {
	switch {
	case o.Counted > 0:
		return o.Counted
	case d.Uncounted:
		return o.Said.toldOf()
	case o.Complete && (o.Said == nil || d.Copies > 1):
		return d.Impressions
	case o.Said == nil:
		return 0
	}
	s := *o.Said
	switch {
	case d.believes(s.Impressions) && o.Complete && s.countsSheets(d):
		return d.Impressions
	case d.believes(s.Impressions):
		return min(d.written(s.Impressions), d.Impressions)
	case s.Sheets > 0 && s.Sheets <= d.paper():
		return min(d.written(s.Sheets*d.perSheet()), d.Impressions)
	case s.Counter != nil && d.believes(*s.Counter) && (!o.Complete || *s.Counter < d.paper()):
		return min(d.written(*s.Counter), d.Impressions)
	case o.Complete:
		return d.Impressions
	}
	return 0
}

// believes says whether a printer can have counted so many: at most both sides of every
// sheet, for some count a back that stays empty.
func (d Delivery) believes(impressions int) bool {
	return impressions > 0 && impressions <= max(d.Impressions, d.paper()*d.perSheet())
}

// perSheet is how many impressions a sheet has, and paper how many sheets it takes.
func (d Delivery) perSheet() int {
	if d.Work.Sheets > 0 && d.Work.Sheets < d.Work.Sides {
		return 2
	}
	return 1
}

func (d Delivery) paper() int {
	if d.perSheet() == 1 {
		return d.Impressions
	}
	return (d.Impressions*d.Work.Sheets + d.Work.Sides - 1) / d.Work.Sides
}

// countsSheets says that a printer that has completed a two-sided job counts sheets where
// impressions are meant: exactly the job's sheets, and it does not say fewer sheets.
func (s Said) countsSheets(d Delivery) bool {
	return d.perSheet() == 2 && s.Impressions == d.paper() && (s.Sheets <= 0 || s.Sheets == s.Impressions)
}

// silent says that a printer has not told how much of a job came out.
func (s Said) silent(d Delivery) bool {
	return !d.believes(s.Impressions) && (s.Sheets <= 0 || s.Sheets > d.paper())
}

// colour is how many of the impressions that came out are in colour: their part of ours, or
// fewer if the printer says so.
func (o Outcome) colour(d Delivery) int {
	part := d.Colour * d.Printed / d.Impressions
	if o.Said != nil && o.Said.Colour != nil && *o.Said.Colour >= 0 {
		return min(part, *o.Said.Colour)
	}
	return part
}

// cheaper is the price of a whole job that a printer says it printed with less colour than
// we counted, or the units if that is not less; and of a program what it turned out to be.
func (o Outcome) cheaper(ctx context.Context, tx *db.Tx, d Delivery, units int64) (int64, error) {
	colour := o.colour(d)
	if !d.Uncounted && (d.Printed < d.Impressions || d.Work.Printed > 0 || colour >= d.Colour) {
		return units, nil
	}
	t, err := quota.TariffByID(ctx, tx, d.Tariff)
	if err != nil {
		return 0, err
	}
	work := d.Work
	work.Colour = colour
	if d.Uncounted {
		work.Sides, work.Sheets = d.Printed, (d.Printed+d.perSheet()-1)/d.perSheet()
		return min(d.Amount, t.Price(work, d.Group).Units), nil
	}
	return min(units, t.Price(work, d.Group).Units), nil
}

// said is what a printer says of a job that has ended. One that does not tell how much of it
// came out is asked for its counter.
func (d *Desk) said(ctx context.Context, p Printer, del Delivery, at Progress) *Said {
	s := &Said{Impressions: at.Impressions, Sheets: at.Sheets, Colour: at.Colour}
	if del.Counter == 0 || !s.silent(del) {
		return s
	}
	if st, err := p.Status(ctx); err == nil && st.Counter >= del.Counter {
		moved := st.Counter - del.Counter
		s.Counter = &moved
	}
	return s
}
