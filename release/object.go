package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/quota/conduct"
)

// Object takes what a visitor says against what stops them from printing to a reviewer.
func (d *Desk) Object(ctx context.Context, v Visitor, words string) error {
	if v.Slip != nil {
		return notAllowed
	}
	var now conduct.Case
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) (err error) {
		now, err = conduct.CaseNow(ctx, tx, v.Actor.School, v.Actor.Person)
		return err
	})
	if err == nil {
		_, err = conduct.New(d.DB, d.Hub, d.Log).Object(ctx, v.Actor, now, words)
	}
	return err
}

// heard fills in whether the visitor may object, and what became of it if they have.
func (v *Visit) heard(ctx context.Context, tx *db.Tx, who Visitor) error {
	now, err := conduct.CaseNow(ctx, tx, who.Actor.School, who.Actor.Person)
	if err != nil || now.Suspension == 0 {
		return err
	}
	o := now.Objection
	switch {
	case o.ID == 0:
		v.MayObject = true
	case o.Outcome == "":
		v.Answer = o.Name + " looks at what you said."
	default:
		v.Answer = o.Name + " has looked at it: " + o.Reason
	}
	return nil
}
