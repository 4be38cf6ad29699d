package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
)

// insertExam is refused as "exam-overlaps" by the schema itself, and as "exam-nobody"
// when one of the people is not of the school.
func insertExam(ctx context.Context, tx *db.Tx, e Exam) (id ExamID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING exam_id`,
		e.School, e.Name, e.Begins, e.Ends, e.Account, tx.Now).Scan(&id)
	if err != nil {
		return 0, err
	}
	people, err := tx.Exec(ctx, `
		INSERT INTO exam_person (exam_id, school_id, person_id)
		SELECT $1, $2, p.person_id FROM person p WHERE p.school_id = $2 AND p.left_at IS NULL AND p.person_id = ANY ($3)`, id, e.School, e.People)
	if err != nil {
		return 0, err
	}
	if int(people.RowsAffected()) < distinct(e.People) {
		return 0, examNobody
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO exam_station (exam_id, school_id, station_id, during)
		SELECT DISTINCT $1::bigint, $2::integer, s, tstzrange($4, $5) FROM unnest($3::integer[]) AS s`, id, e.School, e.Stations, e.Begins, e.Ends)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23P01" { // exclusion_violation
		return 0, examOverlaps.Because(err)
	}
	return id, err
}

func distinct(all []PersonID) int {
	seen := map[PersonID]bool{}
	for _, p := range all {
		seen[p] = true
	}
	return len(seen)
}

// endExam ends a window that is open, and says whether it was. Its stations are free at once.
func endExam(ctx context.Context, tx *db.Tx, school ID, id ExamID) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE exam SET ends_at = $3 WHERE exam_id = $2 AND school_id = $1 AND removed_at IS NULL AND begins_at < $3 AND ends_at > $3`, school, id, tx.Now)
	if err != nil || done.RowsAffected() == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE exam_station SET during = tstzrange(lower(during), $3) WHERE exam_id = $1 AND school_id = $2`, id, school, tx.Now)
	return true, err
}

// removeExam says whether it was there. Its stations are free at once.
func removeExam(ctx context.Context, tx *db.Tx, school ID, id ExamID) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE exam SET removed_at = greatest($3, added_at) WHERE exam_id = $2 AND school_id = $1 AND removed_at IS NULL AND ends_at > $3`, school, id, tx.Now)
	if err != nil || done.RowsAffected() == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM exam_station WHERE exam_id = $1 AND school_id = $2`, id, school)
	return true, err
}

func exams(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Exam, error) {
	return askExams(tx, where, args...)(ctx)
}

func askExams(tx *db.Tx, where string, args ...any) db.Answer[[]Exam] {
	return db.Ask(tx, db.All(scanExam), `
		SELECT e.exam_id, e.school_id, e.name, e.begins_at, e.ends_at, e.account,
		       ARRAY(SELECT s.station_id FROM exam_station s WHERE s.exam_id = e.exam_id ORDER BY s.station_id),
		       (SELECT count(*) FROM exam_person p WHERE p.exam_id = e.exam_id)
		  FROM exam e WHERE e.removed_at IS NULL AND `+where+` ORDER BY e.begins_at, e.exam_id`, args...)
}

func scanExam(row pgx.CollectableRow) (e Exam, err error) {
	err = row.Scan(&e.ID, &e.School, &e.Name, &e.Begins, &e.Ends, &e.Account, &e.Stations, &e.Count)
	e.Begins, e.Ends = e.Begins.UTC(), e.Ends.UTC()
	return e, err
}

func pupilsOn(ctx context.Context, tx *db.Tx, classes []ClassID, day time.Time) ([]PersonID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT e.person_id FROM enrolment e JOIN person p USING (person_id)
		 WHERE e.class_id = ANY ($1) AND e.role = 'pupil' AND e.valid_from <= $2 AND $2 < e.valid_to AND p.left_at IS NULL
		 ORDER BY e.person_id`, classes, day)
	return pgx.CollectRows(rows, pgx.RowTo[PersonID])
}
