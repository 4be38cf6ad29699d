package release

import (
	"context"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Speak remembers which language a visitor reads, for every kiosk of their school. Another one than
// the school offers is refused.
func (d *Desk) Speak(ctx context.Context, v Visitor, language string) error {
	if v.Slip != nil {
		return nil // whose hand holds it is not known
	}
	return d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		l, err := school.LanguagesOf(ctx, tx, v.Actor.School)
		if err != nil {
			return err
		}
		if !slices.Contains(l.Offered, language) {
			return fault.New(fault.Invalid, "language-not-offered", "Your school's kiosks do not offer that language.")
		}
		if err := school.Stands(ctx, tx, v.Actor); err != nil {
			return err
		}
		return school.SetLanguage(ctx, tx, v.Actor.Person, language)
	})
}
