package release

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// ClassSheets is what a school has come out between the pupils of a class whose jobs a teacher
// releases together.
type ClassSheets string

// The kinds of class sheets; NoSheets is the default.
const (
	NoSheets   ClassSheets = "none"
	Separators ClassSheets = "separator" // a sheet with the pupil's name before their jobs
	Margins    ClassSheets = "margin"    // nothing, but the pupil's name and class in the margin of each job's first page
)

var classSheetsKind = fault.New(fault.Invalid, "class-sheets", "Say none, separator or margin.")

// SetClassSheets says what comes out between pupils from now on ("class-sheets").
func SetClassSheets(ctx context.Context, tx *db.Tx, id school.ID, s ClassSheets) error {
	if s != NoSheets && s != Separators && s != Margins {
		return classSheetsKind
	}
	return setClassSheets(ctx, tx, id, s)
}

// separator is a sheet that comes out before a pupil's jobs, or none. It is a job of the
// teacher's own and a delivery like any other: what was counted of it is what is sent, the school's
// account Separator sheets pays, and a pupil's document is sent as it was counted.
type separator struct {
	doc spool.Document // ID "": none
}

// sheetsOf is what the school wants between pupils, and its time now.
func (d *Desk) sheetsOf(ctx context.Context, id school.ID) (wants ClassSheets, now time.Time, err error) {
	err = d.readSchool(ctx, id, func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		now = tx.Now.In(sc.Zone)
		wants, err = classSheets(ctx, tx, id)
		return err
	})
	return wants, now, err
}

// separatorFor puts the sheet of a pupil into the spool.
func (d *Desk) separatorFor(ctx context.Context, c ClassPrint, p PupilWaiting, now time.Time) (s separator, err error) {
	if s.doc, err = d.keep(ctx, separatorSheet(p, c, now)); err != nil {
		return s, fmt.Errorf("keep a separator sheet: %w", err)
	}
	return s, nil
}

// separatorSheet is the page: the name large, as far as the fonts of printers have its letters.
func separatorSheet(p PupilWaiting, c ClassPrint, now time.Time) []byte {
	s := &sheet{}
	s.text(sheetLeft, 728, fitting(p.Name, 40, sheetRight-sheetLeft), bold, p.Name)
	s.text(sheetLeft, 696, 14, plain, fmt.Sprintf("%s · %s, %s", c.Class, counted(len(p.Jobs), "job"), counted(p.Pages, "page")))
	s.text(sheetLeft, 674, 11, grey, now.Format("Monday 2 January 2006, 15:04"))
	s.draw("0 g %d 640 %d 6 re f", sheetLeft, sheetRight-sheetLeft)
	s.text(sheetLeft, 622, 9, grey, "This sheet stands between pupils and costs nobody a page. It is good for notes.")
	return s.pdf()
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// before releases jobs with the sheet before them: all of it or nothing. The sheet's delivery is
// written first, so that it goes first; its account is locked last, as the school's are.
func (s separator) before(ctx context.Context, tx *db.Tx, a school.Actor, at PrinterRecord, release func() error) error {
	if s.doc.ID == "" {
		return release()
	}
	account, err := quota.SeparatorSheets(ctx, tx, a.School)
	if err != nil {
		return err
	}
	q, err := openTestQueue(ctx, tx, a.School)
	if err != nil {
		return err
	}
	tariff, err := quota.TariffAt(ctx, tx, a.School, tx.Now)
	if err != nil {
		return err
	}
	job := Job{School: a.School, Queue: q, Person: a.Person, Proof: a.Proof, State: Released, Title: "Separator sheet", Ticket: Ticket{Sides: oneSided},
		Format: string(document.PDF), Document: s.doc.ID, Bytes: s.doc.Size, Pages: 1, Impressions: 1, Sheets: 1, Sizes: []document.Size{{X: 210, Y: 297, Pages: 1}}}
	job.Price = tariff.Price(job.workAt(at), at.Group).Units
	if job.ID, err = insertTestJob(ctx, tx, a, job, s.doc.Digest[:]); err != nil {
		return err
	}
	del := newDelivery(job, at, 0, tariff)
	if del.ID, err = insertDelivery(tx, del)(ctx); err != nil {
		return err
	}
	if err := release(); err != nil {
		return err
	}
	if err := quota.Reserve(ctx, tx, a, a.Person, []quota.Reservation{{Delivery: quota.DeliveryID(del.ID), Payer: account, Amount: del.Amount}}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "separator-sheet", Actor: a.Pseudonym, Object: printerObject(at.ID),
		Facts: map[string]any{"job": job.ID, "delivery": del.ID, "units": del.Amount, "payer": account, "proof": a.Proof}})
}

// dropSheet destroys the sheet of somebody whose jobs were not released.
func (d *Desk) dropSheet(ctx context.Context, s separator, err error) error {
	if s.doc.ID == "" {
		return err
	}
	return d.dropUnwritten(ctx, s.doc, err)
}
