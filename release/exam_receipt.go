package release

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// ExamReceipt is an exam window with where it is and what was printed in it: numbers, and
// nobody's name.
type ExamReceipt struct {
	school.Exam
	Rooms    string // names of its stations
	Printers int    // people who have printed
	Pages    int64  // that came out
}

// ExamReceipts are a school's windows that had not ended by a time, by their beginning.
func ExamReceipts(ctx context.Context, tx *db.Tx, id school.ID, notBefore time.Time) ([]ExamReceipt, error) {
	exams, err := school.ExamsAfter(ctx, tx, id, notBefore)
	if err != nil {
		return nil, err
	}
	all := make([]ExamReceipt, len(exams))
	for i, e := range exams {
		all[i].Exam = e
		if all[i].Rooms, all[i].Printers, all[i].Pages, err = printedInExam(ctx, tx, e); err != nil {
			return nil, fmt.Errorf("read what was printed in exam %d: %w", e.ID, err)
		}
	}
	return all, nil
}
