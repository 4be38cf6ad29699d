package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// printedInExam is what an exam's people released at its stations while it was open. The rooms
// of one that was removed are gone.
func printedInExam(ctx context.Context, tx *db.Tx, e school.Exam) (rooms string, people int, pages int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce((SELECT string_agg(s.name, ', ' ORDER BY s.name) FROM exam_station x JOIN station s USING (station_id) WHERE x.exam_id = $1), ''),
		       count(DISTINCT d.person_id)::int, coalesce(sum(d.printed), 0)::bigint
		  FROM exam_person p JOIN delivery d ON d.person_id = p.person_id AND d.state = 'settled' AND d.ended_at >= $2
		   AND d.reserved_at >= $2 AND d.reserved_at < $3 AND d.station_id = ANY ($4)
		 WHERE p.exam_id = $1`, e.ID, e.Begins, e.Ends, e.Stations).Scan(&rooms, &people, &pages)
	return rooms, people, pages, err
}
