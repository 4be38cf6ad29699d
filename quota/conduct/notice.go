package conduct

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// OwnCases are what was done about somebody's own printing, as Conduct.MyCases has them, and which
// of its notices they have not read.
func OwnCases(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) (all []Case, unread map[StepID]bool, err error) {
	if all, err = casesOf(ctx, tx, id, person, tx.Now.Add(-shownFor)); err != nil {
		return nil, nil, err
	}
	unread, err = unreadNotices(ctx, tx, person, tx.Now.Add(-shownFor))
	return all, unread, err
}

// NoticeNow is the newest notice that somebody has not read and its reason; 0 is none.
func NoticeNow(ctx context.Context, tx *db.Tx, person school.PersonID) (StepID, string, error) {
	return newestNotice(ctx, tx, person, tx.Now.Add(-shownFor))
}

// ReadNotices marks those of a person's notices as read that they were shown.
func ReadNotices(ctx context.Context, tx *db.Tx, person school.PersonID, shown []StepID) error {
	return updateNoticesSeen(ctx, tx, person, shown)
}
