package conduct

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Fact is something that happened which a rule may look at later. Detail holds
// numbers and keywords, never a title.
type Fact struct {
	School school.ID
	Person school.PersonID
	Kind   string // lower-case words with hyphens, such as "document-refused"
	Object string // such as "job:41", or ""
	Detail map[string]any
}

// Note keeps a fact, in the transaction of what it tells of.
func Note(ctx context.Context, tx *db.Tx, f Fact) error {
	if f.Detail == nil {
		f.Detail = map[string]any{}
	}
	return insertFact(ctx, tx, f)
}
