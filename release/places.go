package release

import (
	"context"
	"net/url"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// AddPrinter makes a printer known and returns its id. Its address is an ipp or
// ipps URI without credentials, path "/ipp/print" unless it says another.
func AddPrinter(ctx context.Context, tx *db.Tx, p PrinterRecord) (PrinterID, error) {
	u, err := url.Parse(p.URI)
	if err != nil || u.Scheme != "ipp" && u.Scheme != "ipps" || u.Hostname() == "" || u.User != nil {
		return 0, fault.New(fault.Invalid, "printer-uri", "A printer's address looks like ipps://printer.school.example/ipp/print.")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/ipp/print"
	}
	p.URI = u.String()
	return insertPrinter(ctx, tx, p)
}

// AddStation makes a kiosk's place: the page /kiosk/<slug> beside a printer.
func AddStation(ctx context.Context, tx *db.Tx, id school.ID, slug, name string, p PrinterID) error {
	return insertStation(ctx, tx, id, slug, name, p)
}

// Printers lists all printers of the installation, for the host's commands.
func (d *Desk) Printers(ctx context.Context) (all []PrinterRecord, err error) {
	err = d.DB.InTx(ctx, db.System("printers"), func(ctx context.Context, tx *db.Tx) error {
		all, err = printers(ctx, tx, 0)
		return err
	})
	return all, err
}

// SchoolPrinters lists the printers of the actor's school, for those who look
// after it.
func (d *Desk) SchoolPrinters(ctx context.Context, a school.Actor) (all []PrinterRecord, err error) {
	if !a.May(school.SeeSchool) {
		return nil, notAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err = printers(ctx, tx, a.School)
		return err
	})
	return all, err
}
