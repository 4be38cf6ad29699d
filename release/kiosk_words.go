package release

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// kioskWordsMost is how many characters a school can say on its kiosks.
const kioskWordsMost = 160

var kioskWordsLong = fault.New(fault.Invalid, "kiosk-words", "Say it in 160 letters at most, on one line.")

// SetKioskWords has a school's kiosks say something while nobody is signed in, until a moment;
// nothing where words is "" ("kiosk-words").
func SetKioskWords(ctx context.Context, tx *db.Tx, id school.ID, words string, until time.Time) error {
	words = strings.TrimSpace(words)
	if utf8.RuneCountInString(words) > kioskWordsMost || strings.ContainsAny(words, "\r\n\t") {
		return kioskWordsLong
	}
	if err := updateKioskWords(ctx, tx, id, words, until); err != nil {
		return err
	}
	all, err := printers(ctx, tx, id)
	if err != nil {
		return err
	}
	events.Tell(tx, id, column(all, func(p PrinterRecord) string { return events.Printer(int32(p.ID)) })...)
	return nil
}
