package release

import (
	"context"
	"fmt"

	"inkwell/internal/audit"
	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// finish ends a delivery: charges what came out, gives the rest back, and ends the
// job or holds it again with what is left. The job is locked; the delivery's row
// is found in the state that d has.
func (d *Desk) finish(ctx context.Context, tx *db.Tx, job Job, del Delivery, o Outcome) error {
	del.Uncounted = job.Uncounted()
	printed, units := o.charge(del)
	del.State, del.Printed, del.Reason, del.Said = Settled, printed, o.Reason, o.Said
	if printed == 0 {
		del.State = Void
	}
	units, err := o.cheaper(ctx, tx, del, units)
	if err != nil {
		return err
	}
	if del.State == Void { // not the fee of a program of which nothing came
		units = 0
	}
	del.Charged = units
	if err := updateDeliveryEnded(ctx, tx, del); err != nil {
		return err
	}
	if err := d.pay(ctx, tx, job, del, o); err != nil {
		return err
	}
	if err := d.afterwards(ctx, tx, job, del, o); err != nil {
		return err
	}
	if err := silently(ctx, tx, job, del, o); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "delivery-" + string(del.State), Subject: job.owner, Object: object(job.ID),
		Facts: map[string]any{"delivery": del.ID, "printer": del.Printer, "impressions": printed, "units": units, "reason": o.Reason}})
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { d.Meter.Ended(del.State, tx.Now.Sub(del.Reserved)) })
	crash.At("outcome-written")
	return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)), events.Deliveries)
}

func (d *Desk) pay(ctx context.Context, tx *db.Tx, job Job, del Delivery, o Outcome) error {
	if del.State == Void {
		return quota.Void(ctx, tx, quota.DeliveryID(del.ID))
	}
	sc, err := school.ByID(ctx, tx, job.School)
	if err != nil {
		return err
	}
	return quota.Settle(ctx, tx, quota.DeliveryID(del.ID), del.Charged, quota.Use{School: job.School, Person: job.Person,
		Day: sc.Day(tx.Now), Printer: int32(del.Printer), Again: job.Printed > 0, Impressions: del.Printed,
		Colour: o.colour(del), Sheets: del.sheets(job)})
}

// leave counts what a job that ends would still have taken: nobody printed it. A job that
// was never counted, or that somebody else sent in the person's name, tells of nobody.
func (d *Desk) leave(ctx context.Context, tx *db.Tx, job Job) error {
	if job.Impressions == 0 || job.Uncounted() || job.Claim() && job.Printed == 0 {
		return nil
	}
	sc, err := school.ByID(ctx, tx, job.School)
	if err != nil {
		return err
	}
	return quota.Leave(ctx, tx, quota.Use{School: job.School, Person: job.Person, Day: sc.Day(tx.Now), Impressions: job.Left(), Sheets: sheetsOf(job, job.Left())})
}

// sheets is how many a settled delivery took: as its printer prints, which may have no other
// side of a sheet.
func (d Delivery) sheets(job Job) int {
	if d.Work.Sheets > 0 { // kept since there are tariffs
		job.Sheets, job.Impressions = d.Work.Sheets, d.Work.Sides
	}
	return sheetsOf(job, d.Printed)
}

// sheetsOf is how many sheets a number of the job's impressions took.
func sheetsOf(j Job, impressions int) int {
	if j.Impressions == 0 {
		return 0
	}
	return (impressions*j.Sheets + j.Impressions - 1) / j.Impressions
}

// afterwards ends the job or holds it again, for at least half an hour more.
func (d *Desk) afterwards(ctx context.Context, tx *db.Tx, job Job, del Delivery, o Outcome) error {
	if o.Complete {
		return updateDone(ctx, tx, job.ID, job.Printed+del.Printed)
	}
	if job.Printed+del.Printed >= job.Impressions { // the printer told of each page, whatever became of it then
		return updateDone(ctx, tx, job.ID, job.Impressions)
	}
	if del.Printed > 0 && o.Counted == 0 { // what the printer told, and not what its owner says
		fact := conduct.Fact{School: job.School, Person: job.Person, Kind: "printer-stopped", Object: object(job.ID),
			Detail: map[string]any{"printer": del.Printer, "impressions": del.Printed}}
		if err := conduct.Note(ctx, tx, fact); err != nil {
			return err
		}
	}
	if del.Printed > 0 || o.Reason == ownerSaysNo || o.Reason == nobodyAnswers {
		if err := d.unlucky(ctx, tx, job); err != nil {
			return err
		}
	}
	if ends, err := endsTestPage(ctx, tx, job, o.Reason); err != nil || ends {
		return err
	}
	out := job.Printed + del.Printed
	if job.Uncounted() {
		out = 0 // there is no beginning it in the middle
	}
	if err := updateHeldAgain(ctx, tx, job.ID, out, o.Reason); err != nil {
		return fmt.Errorf("hold job again: %w", err)
	}
	return nil
}
