package release

import (
	"context"

	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// Key is what somebody shows at a station: a badge, a pass or a slip, a name with its code,
// or a badge with its holder's code.
type Key struct {
	Badge string // as the reader sent it
	Name  string
	Code  string
}

// Station finds a station by the last part of its page's address.
func (d *Desk) Station(ctx context.Context, slug string) (st Station, err error) {
	err = d.DB.Look(ctx, db.System("station"), func(ctx context.Context, tx *db.Tx) error {
		st, err = stationBySlug(ctx, tx, slug)
		return err
	})
	return st, err
}

// Link makes an unknown badge that of the person whose name and code these are, if the
// school allows it, and signs them in: school.Directory.EnrolBadge says what it refuses.
func (d *Desk) Link(ctx context.Context, st Station, badge, name, code string) (Visitor, error) {
	place := "kiosk:" + st.Slug
	a, err := d.Directory.ByCode(ctx, st.School, name, code, place)
	if err == nil {
		err = d.Directory.EnrolBadge(ctx, a, badge, place)
	}
	return Visitor{Actor: a, Station: st}, err
}

// RenewCode gives a visitor a new code in place of the one they have proved themselves by,
// shown once. It is refused whoever has come another way ("renew-by-code").
func (d *Desk) RenewCode(ctx context.Context, v Visitor) (Visitor, string, error) {
	a, code, err := d.Directory.RenewCode(ctx, v.Actor)
	if err != nil {
		return v, "", err
	}
	v.Actor = a
	return v, code, nil
}

// SignIn proves a person at a station. An unknown badge, a wrong code and an
// unknown name are told apart by nobody.
func (d *Desk) SignIn(ctx context.Context, st Station, k Key) (Visitor, error) {
	place := "kiosk:" + st.Slug
	var a school.Actor
	var err error
	switch {
	case school.IsSlip(k.Badge), k.Badge == "" && school.IsSlipCode(k.Name, k.Code):
		return d.bySlip(ctx, st, k, place)
	case k.Badge != "" && k.Code != "":
		a, err = d.Directory.ByBadgeAndCode(ctx, st.School, k.Badge, k.Code, place)
	case school.IsPass(k.Badge):
		a, err = d.Directory.ByPass(ctx, st.School, k.Badge, place)
	case k.Badge != "":
		if a, err = d.Directory.ByBadge(ctx, st.School, k.Badge, place); err == nil {
			err = d.challenge(ctx, a)
		}
	default:
		a, err = d.Directory.ByCode(ctx, st.School, k.Name, k.Code, place)
	}
	d.noteCode(st, k, a, err)
	d.noteTap(st, err)
	crash.At("badge-read")
	return Visitor{Actor: a, Station: st}, err
}

// challenge asks for the code as well ("badge-code") where a badge has lately been in two
// places at once: whoever has borrowed it does not know that, and its owner is not punished. Who has
// no code is not asked.
func (d *Desk) challenge(ctx context.Context, a school.Actor) error {
	return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		shared, err := conduct.BadgeShared(ctx, tx, a.Person)
		if err != nil || !shared {
			return err
		}
		return school.CodeToo
	})
}
