package console

import (
	"context"
	"maps"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// mostPast is how much of what was done about somebody their page shows.
const mostPast = 25

// pastRow is one thing that was done about a person: never why.
type pastRow struct{ When, What, Who string }

// pastWords are the acts that a person's page tells of; no other does it, and so none of
// safeguarding, and nobody's reading.
var pastWords = map[string]string{
	"printing-suspended": "Printing withdrawn", "suspension-lifted": "Printing given back", "step-taken": "A rule's step was taken",
	"pass-issued": "Day pass issued", "badge-linked": "Badge linked", "badge-revoked": "Badge taken back", "code-issued": "Code issued", "codes-resumed": "Codes work again",
	"address-issued": "Printing address issued", "address-revoked": "Printing address taken back", "agreement-recorded": "Agreement recorded",
	"refund-asked": "Asked for pages back", "refund-granted": "Pages given back", "refund-declined": "Pages back declined",
	"approval-asked": "Asked for a yes", "approval-approved": "A job was allowed", "approval-returned": "A job was returned",
	"objection-made": "Objected", "person-left": "Left the school", "person-relinked": "Linked to the roster anew",
	"guest-admitted": "Admitted as a guest", "guest-left": "The visit ended",
}

// timeline is what was done about somebody, for those who see the school.
func (c *Console) timeline(ctx context.Context, v visitor, id school.PersonID) (rows []pastRow, err error) {
	err = c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, id)
		if err != nil {
			return err
		}
		acts, err := audit.DoneTo(ctx, tx, v.School, p.Pseudonym, slices.Sorted(maps.Keys(pastWords)), mostPast)
		if err != nil {
			return err
		}
		var who []school.Pseudonym
		for _, a := range acts {
			if a.Actor != "" {
				who = append(who, a.Actor)
			}
		}
		names, err := school.StaffNamed(ctx, tx, v.School, who)
		for _, a := range acts {
			row := pastRow{moment(a.At, v.Now), pastWords[a.Act], names[a.Actor]}
			if row.Who == "" && a.Actor == p.Pseudonym {
				row.Who = p.Given + " " + p.Family
			}
			rows = append(rows, row)
		}
		return err
	})
	return rows, err
}
