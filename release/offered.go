package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/quota"
)

// Offered is another printer where a held job comes out as it was asked for.
type Offered struct {
	Choice
	Due    int64 // what it costs there, in units
	Colour bool  // it can come out here too, but without its colour
}

// offer says where the job comes out as it was asked for, and at which price.
func (j *VisitJob) offer(t quota.Tariff, job Job, at *Choice, colour bool) {
	if at != nil {
		j.Offer = &Offered{Choice: *at, Due: t.Price(job.workAt(at.PrinterRecord), at.Group).Units, Colour: colour}
	}
}

// colourful is the nearest printer that works where a job comes out in the colours that it
// lacks at one, or nil.
func (c *choices) colourful(ctx context.Context, tx *db.Tx, job Job, p PrinterRecord) (*Choice, error) {
	if job.Ticket.ColorMode != colour || p.Can.Color() || job.ColourImpressions == 0 {
		return nil, nil
	}
	return c.nearest(ctx, tx, p.ID, func(o Choice) (bool, error) {
		if o.Trouble() != "" || !o.Can.Asked || !o.Can.Color() {
			return false, nil
		}
		return c.takes(ctx, tx, job, o.PrinterRecord)
	})
}

// settle says where the visitor's jobs come out, and where they can.
func (c *choices) settle(ctx context.Context, tx *db.Tx, v Visitor, visit *Visit) error {
	all, err := c.around(ctx, tx)
	if err != nil {
		return err
	}
	visit.Printer = visit.Beside
	for _, o := range all {
		if !o.Reach {
			continue
		}
		visit.Choices = append(visit.Choices, o)
		if o.ID == v.At {
			visit.Printer = o.PrinterRecord
		}
	}
	if visit.Printer.Trouble() == "" {
		return nil
	}
	held, err := heldJobsOf(ctx, tx, v.Actor.Person)
	if err != nil || len(held) == 0 {
		return err
	}
	var jobs []Job
	for _, j := range held {
		jobs = append(jobs, j)
	}
	offer, say, err := c.instead(ctx, tx, jobs, visit.Printer.ID)
	if err != nil || offer == nil {
		return err
	}
	visit.Instead = say
	switch {
	case !offer.Reach:
		visit.Instead += " Please go there."
	case v.At == 0:
		visit.Printer = offer.PrinterRecord
	}
	return nil
}
