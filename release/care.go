package release

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Care is a printer as those see it who look after it.
type Care struct {
	PrinterRecord
	Waiting int     // deliveries that have not ended
	Faults  []Fault // open ones, the latest first
	Night   Night   // the last one counted; zero before the first
	Week    int64   // unaccounted pages of the last seven days
}

// Look is a printer with what has been.
type Look struct {
	Care
	Past   []Fault // open and ended, the latest first
	Nights []Night // the latest first
	Today  []Sent  // the latest first
}

// Sent is a delivery as those see it who look after the printer: never whose it is.
type Sent struct {
	Job      JobID
	Test     bool // it is a test page
	State    DeliveryState
	Reason   string
	Printed  int
	Of       int
	Tries    int
	Reserved time.Time
	Ended    time.Time
}

// Cares lists the printers of the actor's school for those who look after them.
func (d *Desk) Cares(ctx context.Context, a school.Actor) (all []Care, err error) {
	if !a.May(school.ManageFace) {
		return nil, notAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err = cares(ctx, tx, a.School)
		return err
	})
	return all, err
}

// AllCares lists all printers of the installation, for the host's commands.
func (d *Desk) AllCares(ctx context.Context) (all []Care, err error) {
	err = d.DB.InTx(ctx, db.System("printers"), func(ctx context.Context, tx *db.Tx) error {
		all, err = cares(ctx, tx, 0)
		return err
	})
	return all, err
}

// LookAt shows one printer of the actor's school to those who look after it.
func (d *Desk) LookAt(ctx context.Context, a school.Actor, id PrinterID) (l Look, err error) {
	if !a.May(school.ManageFace) {
		return l, notAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if l, err = lookAt(ctx, tx, id); err == nil && l.School != a.School {
			err = printerUnknown
		}
		return err
	})
	return l, err
}

// LookFromHost shows one printer to the host's commands.
func (d *Desk) LookFromHost(ctx context.Context, id PrinterID) (l Look, err error) {
	err = d.DB.InTx(ctx, db.System("printers"), func(ctx context.Context, tx *db.Tx) error {
		l, err = lookAt(ctx, tx, id)
		return err
	})
	return l, err
}

func lookAt(ctx context.Context, tx *db.Tx, id PrinterID) (l Look, err error) {
	p, err := printerByID(ctx, tx, id)
	if err != nil {
		return l, err
	}
	all, err := cares(ctx, tx, p.School)
	if err != nil {
		return l, err
	}
	for _, c := range all {
		if c.ID == id {
			l.Care = c
		}
	}
	sc, err := school.ByID(ctx, tx, p.School)
	if err != nil {
		return l, err
	}
	if l.Past, err = faultsOf(ctx, tx, id); err != nil {
		return l, err
	}
	if l.Nights, err = nightsOf(ctx, tx, id, 14); err != nil {
		return l, err
	}
	l.Today, err = sentSince(ctx, tx, id, sc.Start(tx.Now))
	return l, err
}

// cares are the printers of a school, or all for 0, with what is open.
func cares(ctx context.Context, tx *db.Tx, id school.ID) ([]Care, error) {
	all, err := printersCared(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	open, err := openFaults(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	of := map[PrinterID][]Fault{}
	for _, f := range open {
		of[f.Printer.ID] = append(of[f.Printer.ID], f)
	}
	for i := range all {
		all[i].Faults = of[all[i].ID]
	}
	return all, nil
}

// PausePrinter has a printer of the actor's school sent nothing new, or again what waits.
// What it has already comes out.
func (d *Desk) PausePrinter(ctx context.Context, a school.Actor, id PrinterID, pause bool) error {
	if !a.May(school.ManageFace) {
		return notAllowed
	}
	return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		changed, err := updatePaused(ctx, tx, a.School, id, pause)
		if err != nil || !changed {
			return err
		}
		act := map[bool]string{true: "printer-paused", false: "printer-resumed"}[pause]
		if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: act, Actor: a.Pseudonym, Object: printerObject(id)}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, a.School, events.Deliveries, events.Printers, events.Printer(int32(id)))
	})
}

// Label is where a printer stands, what the inventory calls it and whether jobs are released to
// it from beside it alone. What is nil stays.
type Label struct {
	Room, Asset *string
	OnlyBeside  *bool
}

// LabelPrinter changes a printer's label.
func LabelPrinter(ctx context.Context, tx *db.Tx, id PrinterID, l Label) error {
	if err := l.check(); err != nil {
		return err
	}
	return updateLabel(ctx, tx, id, l)
}

func (l Label) check() error {
	if l.Asset != nil && !fitsLabel(*l.Asset, 60) || l.Room != nil && !fitsLabel(*l.Room, 100) {
		return fault.New(fault.Invalid, "printer-label", "A room has up to 100 characters and an asset tag up to 60, on one line.")
	}
	return nil
}

func fitsLabel(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
