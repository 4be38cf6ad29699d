package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

func insertRecovery(ctx context.Context, tx *db.Tx, by school.Actor, r Recovery) (id RecoveryID, subject school.Pseudonym, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO recovery (school_id, person_id, pence, reason, on_day, added_by, added_at, changed_by, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)
		RETURNING recovery_id, (SELECT pseudonym FROM person p WHERE p.person_id = recovery.person_id)`,
		by.School, r.Person, r.Pence, r.Reason, r.On.Time(), by.Person, tx.Now).Scan(&id, &subject)
	return id, subject, err
}

func lockRecovery(ctx context.Context, tx *db.Tx, at school.ID, id RecoveryID) (was RecoveryState, whose school.PersonID, subject school.Pseudonym, err error) {
	err = tx.QueryRow(ctx, `
		SELECT r.state, r.person_id, p.pseudonym FROM recovery r JOIN person p USING (person_id)
		 WHERE r.school_id = $1 AND r.recovery_id = $2 FOR NO KEY UPDATE OF r`, at, id).Scan(&was, &whose, &subject)
	if errors.Is(err, pgx.ErrNoRows) {
		err = recoveryUnknown
	}
	return was, whose, subject, err
}

func updateRecovery(ctx context.Context, tx *db.Tx, by school.Actor, id RecoveryID, state RecoveryState) error {
	_, err := tx.Exec(ctx, `UPDATE recovery SET state = $2, changed_by = $3, changed_at = $4 WHERE recovery_id = $1`, id, state, by.Person, tx.Now)
	return err
}

func recoveries(ctx context.Context, tx *db.Tx, id school.ID, state RecoveryState) ([]Recovery, error) {
	rows, _ := tx.Query(ctx, `
		SELECT r.recovery_id, r.person_id, p.username, r.pence, r.reason, r.on_day, r.state, a.username, c.username, r.added_at
		  FROM recovery r JOIN person p USING (person_id) JOIN person a ON a.person_id = r.added_by JOIN person c ON c.person_id = r.changed_by
		 WHERE r.school_id = $1 AND ($2 = '' OR r.state = $2) ORDER BY r.on_day DESC, r.recovery_id DESC`, id, state)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Recovery, err error) {
		var day time.Time
		err = row.Scan(&r.ID, &r.Person, &r.Username, &r.Pence, &r.Reason, &day, &r.State, &r.By, &r.Changed, &r.At)
		r.On = calendar.DateOf(day)
		return r, err
	})
}
