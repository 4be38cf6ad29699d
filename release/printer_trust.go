package release

import (
	"context"
	"encoding/hex"

	"inkwell/internal/audit"
	"inkwell/internal/db"
)

// PinPrinter keeps the public key that a printer shows at its first contact, and returns
// the one that is kept: another's, if another server was first. pin is the SHA-256 of the
// key's SPKI.
func (d *Desk) PinPrinter(ctx context.Context, p PrinterRecord, pin []byte) (kept []byte, err error) {
	err = d.inSchool(ctx, p.School, func(ctx context.Context, tx *db.Tx) error {
		var first bool
		if kept, first, err = keepPin(ctx, tx, p, pin); err != nil || !first {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "printer-pinned", Object: printerObject(p.ID),
			Facts: map[string]any{"pin": hex.EncodeToString(pin)}})
	})
	return kept, err
}

// TrustPrinter has a printer's key be another one from now on. Whoever calls records who
// wanted that.
func TrustPrinter(ctx context.Context, tx *db.Tx, p PrinterID, pin []byte) error {
	return updatePin(ctx, tx, p, pin)
}

// SetPrinterLogin keeps what a printer wants of us, sealed; nil is nothing.
func SetPrinterLogin(ctx context.Context, tx *db.Tx, p PrinterID, login []byte) error {
	return updateLogin(ctx, tx, p, login)
}
