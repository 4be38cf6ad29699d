package release

import (
	"context"
	"fmt"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// lasting is how long a printer says that something is wrong before that is kept as
// history and mailed: whoever fills a tray opens it.
const lasting = 2 * time.Minute

// reportsKept is how long it is kept who said what of a printer, and faultsKept what was
// wrong with it.
const (
	reportsKept = 30 * 24 * time.Hour
	faultsKept  = 366 * 24 * time.Hour
)

var (
	reportUnknown = fault.New(fault.Invalid, "report-kind", "Choose what is wrong with the printer.")
	faultUnknown  = fault.New(fault.NotFound, "fault-unknown", "That fault is not open any more.")
	faultStands   = fault.New(fault.Conflict, "fault-stands", "The printer itself still says so. This ends by itself once it is well.")
)

// Report is a visitor's word that the printer beside them is broken. It counts once a day
// for a printer and a kind, and is thanked for each time. It is kept as a fact and stops
// nobody from anything.
func (d *Desk) Report(ctx context.Context, v Visitor, kind FaultKind) error {
	if !slices.Contains(ReportKinds(), kind) {
		return reportUnknown
	}
	if v.Slip != nil || !v.Actor.May(school.Print) {
		return notAllowed
	}
	return d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		p, err := printerByID(ctx, tx, v.Station.Printer.ID)
		if err != nil {
			return err
		}
		c, err := d.calendar(ctx, tx, p.School)
		if err != nil {
			return err
		}
		fresh, err := insertReport(ctx, tx, v.Actor, p.ID, kind, c.Date(tx.Now))
		if err != nil || !fresh {
			return err
		}
		if err := addReport(ctx, tx, p, kind); err != nil {
			return err
		}
		return conduct.Note(ctx, tx, conduct.Fact{School: p.School, Person: v.Actor.Person, Kind: "printer-reported", Object: printerObject(p.ID),
			Detail: map[string]any{"kind": string(kind)}})
	})
}

func printerObject(id PrinterID) string { return fmt.Sprintf("printer:%d", id) }

// Mend ends a fault by IT's word. One that the printer itself still tells of is refused
// ("fault-stands").
func (d *Desk) Mend(ctx context.Context, a school.Actor, id FaultID) error {
	if !a.May(school.ManageFace) {
		return notAllowed
	}
	return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		f, err := lockFault(ctx, tx, a.School, id)
		if err != nil {
			return err
		}
		if f.Alert {
			return faultStands
		}
		if err := updateMended(ctx, tx, id, a.Person); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "printer-mended", Actor: a.Pseudonym, Object: printerObject(f.Printer.ID), Facts: map[string]any{"kind": string(f.Kind)}})
	})
}

// tidyFaults forgets who said what, and what was wrong long ago.
func (d *Desk) tidyFaults(ctx context.Context) error {
	return d.DB.InTx(ctx, db.System("faults"), deleteOldFaults)
}
