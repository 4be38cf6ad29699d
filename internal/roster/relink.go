package roster

import (
	"context"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// placeOf is somebody at a school.
type placeOf struct {
	School    school.ID
	Pseudonym school.Pseudonym
}

// Relink says that the source calls somebody by a new id: the human stays, with badges
// and ledger. If the new id was taken for somebody else already, that one gets the old
// one, which no list has any more, and leaves by the next import; the human comes back by it.
func (i *Importer) Relink(ctx context.Context, source, old, id string) error {
	if old == id || id == "" || len(id) > 255 {
		return refuse("relink-same", "Give the id as it was and the id as it is now.")
	}
	return i.DB.InTx(ctx, db.System("roster"), func(ctx context.Context, tx *db.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		found, err := swapIdentities(ctx, tx, source, old, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "relink-unknown", "The source %s never called anybody by that id.", source)
		}
		places, err := pseudonymsOf(ctx, tx, source, id)
		if err != nil {
			return err
		}
		for _, p := range places {
			err := audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "person-relinked", Subject: p.Pseudonym,
				Facts: map[string]any{"source": source, "proof": string(school.ByHost)}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
