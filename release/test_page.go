package release

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// testPageWaits refuses a second test page while the first is on its way.
var testPageWaits = fault.New(fault.Conflict, "test-page-waits", "A test page is on its way to this printer already.")

// PrintTestPage has a printer of the actor's school print one page that says which printer it
// is and shows its colours. It is a job of the actor's and a delivery like any other: the
// dispatcher sends it, it is counted, and the school's account Test pages pays for it. One that
// does not come out ends and is not held. Refusals: "not-allowed", "printer-unknown",
// "printer-stopped", "test-page-waits", and a suspension of the actor's.
func (d *Desk) PrintTestPage(ctx context.Context, a school.Actor, id PrinterID) (job JobID, err error) {
	if !a.May(school.ManageFace) {
		return 0, notAllowed
	}
	var page []byte
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		page, err = testPageFor(ctx, tx, a.School, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("print a test page: %w", err)
	}
	doc, err := d.keep(ctx, page)
	if err != nil {
		return 0, fmt.Errorf("keep the test page: %w", err)
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		job, err = d.releaseTestPage(ctx, tx, a, id, doc)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("print a test page: %w", d.dropUnwritten(ctx, doc, err))
	}
	return job, nil
}

// testPageFor is the page for a printer that prints now.
func testPageFor(ctx context.Context, tx *db.Tx, id school.ID, p PrinterID) ([]byte, error) {
	at, err := testable(ctx, tx, id, p)
	if err != nil {
		return nil, err
	}
	sc, err := school.ByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return TestPage{School: sc.Name, Printer: at.Name, Place: at.Place, Room: at.Room, Asset: at.Asset, Printed: tx.Now.In(sc.Zone)}.PDF(), nil
}

// testable is a printer of the school's that prints now.
func testable(ctx context.Context, tx *db.Tx, id school.ID, p PrinterID) (PrinterRecord, error) {
	at, err := printerByID(ctx, tx, p)
	switch {
	case err != nil:
		return at, err
	case at.School != id:
		return at, printerUnknown
	case at.Trouble() != "":
		return at, fault.New(fault.Unavailable, "printer-stopped", "%s", strings.TrimSuffix(at.Trouble(), " Your work is safe."))
	}
	return at, nil
}

// keep puts a document of ours into the spool.
func (d *Desk) keep(ctx context.Context, all []byte) (doc spool.Document, err error) {
	draft, err := d.Spool.Create(ctx)
	if err != nil {
		return doc, err
	}
	defer draft.Abort()
	if _, err := io.Copy(draft, bytes.NewReader(all)); err != nil {
		return doc, err
	}
	return draft.Commit(ctx)
}

// releaseTestPage writes job, delivery and reservation together, in the one order of locks.
func (d *Desk) releaseTestPage(ctx context.Context, tx *db.Tx, a school.Actor, id PrinterID, doc spool.Document) (JobID, error) {
	if err := conduct.Check(ctx, tx, a.Person); err != nil {
		return 0, err
	}
	at, err := testable(ctx, tx, a.School, id)
	if err != nil {
		return 0, err
	}
	q, err := openTestQueue(ctx, tx, a.School)
	if err != nil {
		return 0, err
	}
	if waits, err := testPageOnItsWay(ctx, tx, q, id); err != nil || waits {
		return 0, orWaits(err)
	}
	account, err := quota.TestPages(ctx, tx, a.School)
	if err != nil {
		return 0, err
	}
	tariff, err := quota.TariffAt(ctx, tx, a.School, tx.Now)
	if err != nil {
		return 0, err
	}
	job := testJob(a, q, doc)
	job.Price = tariff.Price(job.workAt(at), at.Group).Units
	if job.ID, err = insertTestJob(ctx, tx, a, job, doc.Digest[:]); err != nil {
		return 0, err
	}
	del := newDelivery(job, at, 0, tariff)
	if del.ID, err = insertDelivery(tx, del)(ctx); err != nil {
		return 0, err
	}
	reservation := quota.Reservation{Delivery: quota.DeliveryID(del.ID), Payer: account, Amount: del.Amount, Colour: int64(del.Colour)}
	if err := quota.Reserve(ctx, tx, a, a.Person, []quota.Reservation{reservation}); err != nil {
		return 0, err
	}
	err = audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "test-page", Actor: a.Pseudonym, Object: printerObject(id),
		Facts: map[string]any{"job": job.ID, "delivery": del.ID, "units": del.Amount, "payer": account, "proof": a.Proof}})
	if err != nil {
		return 0, err
	}
	return job.ID, d.Hub.Touch(ctx, tx, a.School, events.Person(int64(a.Person)), events.Deliveries, events.Printer(int32(id)))
}

func orWaits(err error) error {
	if err != nil {
		return err
	}
	return testPageWaits
}

// testJob is the job of a test page, whose document nobody has to count: it is ours.
func testJob(a school.Actor, q QueueID, doc spool.Document) Job {
	return Job{School: a.School, Queue: q, Person: a.Person, Proof: a.Proof, State: Released, Title: "Test page",
		Ticket: Ticket{Sides: oneSided, ColorMode: colour}, Format: string(document.PDF), Document: doc.ID, Bytes: doc.Size,
		Pages: 1, ColourPages: 1, Impressions: 1, ColourImpressions: 1, Sheets: 1, Sizes: []document.Size{{X: 210, Y: 297, Pages: 1}}}
}

// endsTestPage ends a test page that did not come out: nobody comes for it to a kiosk, and IT
// asks for another one.
func endsTestPage(ctx context.Context, tx *db.Tx, job Job, reason string) (ends bool, err error) {
	q, err := queueByID(ctx, tx, job.Queue)
	if err != nil || q.Kind != Test {
		return false, err
	}
	return true, updateEnded(ctx, tx, job.ID, Cancelled, reason)
}
