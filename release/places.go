package release

import (
	"cmp"
	"context"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/ipp/device/address"
)

// AddPrinter makes a printer known and returns its id. Its address is an ipp, ipps or socket
// URI without credentials, path "/ipp/print" unless it says another.
func AddPrinter(ctx context.Context, tx *db.Tx, p PrinterRecord) (PrinterID, error) {
	a, err := address.Parse(p.URI)
	if err != nil {
		return 0, err
	}
	p.URI, p.Told = a.String(), p.Told.Cleaned()
	p.Room = cmp.Or(p.Room, p.Place.Room)
	if err := (Label{Room: &p.Room, Asset: &p.Asset}).check(); err != nil {
		return 0, err
	}
	return insertPrinter(ctx, tx, p)
}

// atWork refuses another way to a printer that may have something of ours: at the new address
// nobody knows what became of it.
var atWork = fault.New(fault.Conflict, "printer-at-work", "Something is being printed there just now. Pause the printer, wait until that has come out, and try again.")

// SetWay changes how a printer is reached and what IT says it can do; what is nil stays. At
// another address it is another machine until it has shown otherwise: the key that it showed,
// what it was told of us and how it was are forgotten. It is refused while the printer has
// something of ours ("printer-at-work"); whoever was about to send to the old address is fenced.
func SetWay(ctx context.Context, tx *db.Tx, id PrinterID, uri *string, told *Capabilities) error {
	busy, err := lockPrinter(ctx, tx, id)
	if err != nil {
		return err
	}
	p, err := printerByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if uri != nil {
		a, err := address.Parse(*uri)
		if err != nil {
			return err
		}
		p.URI = a.String()
	}
	if told != nil {
		p.Told = told.Cleaned()
	}
	if busy {
		return atWork
	}
	return updateWay(ctx, tx, p)
}

// AddStation makes a kiosk's place: the page /kiosk/<slug> beside a printer.
func AddStation(ctx context.Context, tx *db.Tx, id school.ID, slug, name string, p PrinterID) error {
	return insertStation(ctx, tx, id, slug, name, p)
}

// SetPlace says where a printer stands. Its room, where the place has one, becomes the
// printer's.
func SetPlace(ctx context.Context, tx *db.Tx, id PrinterID, p Place) error {
	return updatePlace(ctx, tx, id, p)
}

// Kiosk is where jobs come out that are released at a kiosk.
type Kiosk struct {
	Slug, Name string
	Printer    string   // its own
	Serves     []string // the names of others that it stands beside
	Elsewhere  bool     // jobs can be released from it to printers that it does not stand beside
}

// Kiosks lists a school's kiosks.
func Kiosks(ctx context.Context, tx *db.Tx, id school.ID) ([]Kiosk, error) {
	return kiosks(ctx, tx, id)
}

// KioskChange is what IT changes about a kiosk; what is nil stays.
type KioskChange struct {
	Elsewhere *bool        // jobs can be released from it to printers that it does not stand beside
	Serves    *[]PrinterID // the printers beside it, besides its own
}

// SetKiosk changes from where to where jobs can be released at a school's kiosk
// ("station-unknown").
func SetKiosk(ctx context.Context, tx *db.Tx, id school.ID, slug string, c KioskChange) (StationID, error) {
	st, err := updateStation(ctx, tx, id, slug, c.Elsewhere)
	if err == nil && c.Serves != nil {
		err = replaceServed(ctx, tx, id, st, *c.Serves)
	}
	return st, err
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
