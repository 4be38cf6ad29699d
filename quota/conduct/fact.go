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

// NoteTooFew keeps that somebody was refused for too few pages left, once a minute at most.
func NoteTooFew(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) error {
	return insertTooFew(ctx, tx, id, person)
}

// NoteTitles keeps, with the transaction's next statement, which of the safeguarding lead's words
// stand in the titles of jobs: the word's number, and nothing of the title. Of a job whose
// sender nobody has proven it is kept once its owner releases it.
func NoteTitles(tx *db.Tx, id school.ID, byOwner bool, jobs ...int32) {
	if len(jobs) > 0 {
		insertTitleFacts(tx, id, jobs, byOwner)
	}
}
