package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

const roomColumns = `
	t.room_ticket_id, t.job_id, p.given_name || ' ' || p.family_name, t.due_at, t.copies, t.finish, t.paper, t.note, t.payer, t.asked_at,
	coalesce(t.ended_as, ''), t.ended_at, t.reason, t.told_at IS NOT NULL, t.person_id, t.was,
	coalesce(l.name, ''), coalesce(l.state = 'unclear', false), coalesce(l.units, 0)`

const roomTables = `
	FROM room_ticket t JOIN person p USING (person_id)
	LEFT JOIN LATERAL (
		SELECT r.name, d.state, sum(d.charged) OVER ()::bigint AS units FROM delivery d JOIN printer r USING (printer_id)
		 WHERE d.job_id = t.job_id AND d.reserved_at >= t.asked_at ORDER BY d.delivery_id DESC LIMIT 1) AS l ON true `

// roomTicketsWhere are tickets with their jobs.
func roomTicketsWhere(ctx context.Context, tx *db.Tx, where string, args ...any) ([]RoomTicket, error) {
	rows, _ := tx.Query(ctx, `SELECT `+roomColumns+roomTables+where, args...)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t RoomTicket, err error) {
		var ended *time.Time
		err = row.Scan(&t.ID, &t.Job.ID, &t.Who, &t.Due, &t.Copies, &t.Finish, &t.Paper, &t.Note, &t.Payer, &t.Asked,
			&t.As, &ended, &t.Reason, &t.Told, &t.person, &t.was, &t.At, &t.Lost, &t.Units)
		t.Ended = instant(ended)
		return t, err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	rows, _ = tx.Query(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.job_id = ANY ($1)`, column(all, func(t RoomTicket) JobID { return t.Job.ID }))
	jobs, err := manyJobs(rows)
	if err != nil {
		return nil, err
	}
	byID := map[JobID]Job{}
	for _, j := range jobs {
		byID[j.ID] = j
	}
	for i := range all {
		all[i].Job = byID[all[i].Job.ID]
	}
	return all, nil
}

func oneRoomTicket(all []RoomTicket, err error, missing error) (RoomTicket, error) {
	switch {
	case err != nil:
		return RoomTicket{}, err
	case len(all) == 0:
		return RoomTicket{}, missing
	}
	return all[0], nil
}

func roomTicketByID(ctx context.Context, tx *db.Tx, id school.ID, ticket RoomTicketID) (RoomTicket, error) {
	all, err := roomTicketsWhere(ctx, tx, `WHERE t.school_id = $1 AND t.room_ticket_id = $2`, id, ticket)
	return oneRoomTicket(all, err, roomUnknown)
}

// openTicketOf is the open ticket of a job that the caller has locked, which every end of one does.
func openTicketOf(ctx context.Context, tx *db.Tx, job Job) (RoomTicket, error) {
	all, err := roomTicketsWhere(ctx, tx, `WHERE t.job_id = $1 AND t.ended_at IS NULL`, job.ID)
	t, err := oneRoomTicket(all, err, roomGone)
	t.Job = job
	return t, err
}

func openRoomTickets(ctx context.Context, tx *db.Tx, id school.ID) ([]RoomTicket, error) {
	return roomTicketsWhere(ctx, tx, `WHERE t.school_id = $1 AND t.ended_at IS NULL ORDER BY t.due_at, t.room_ticket_id LIMIT 500`, id)
}

func endedRoomTickets(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]RoomTicket, error) {
	return roomTicketsWhere(ctx, tx, `
		WHERE t.school_id = $1 AND t.ended_at > $2 AND t.ended_as <> 'withdrawn' ORDER BY t.ended_at DESC, t.room_ticket_id DESC LIMIT 1000`, id, since)
}

func roomTicketsOf(ctx context.Context, tx *db.Tx, a school.Actor, since time.Time) ([]RoomTicket, error) {
	return roomTicketsWhere(ctx, tx, `
		WHERE t.school_id = $1 AND t.person_id = $2 AND (t.ended_at IS NULL OR t.ended_at > $3 AND t.ended_as <> 'withdrawn')
		ORDER BY t.ended_at DESC, t.room_ticket_id DESC LIMIT 100`, a.School, a.Person, since)
}

func insertRoomTicket(ctx context.Context, tx *db.Tx, t RoomTicket) (id RoomTicketID, err error) {
	finish := t.Finish
	if finish == nil {
		finish = []string{}
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO room_ticket (school_id, job_id, person_id, due_at, copies, finish, paper, note, payer, was, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING room_ticket_id`,
		t.Job.School, t.Job.ID, t.Job.Person, t.Due, t.Copies, finish, t.Paper, t.Note, t.Payer, t.was, tx.Now).Scan(&id)
	return id, err
}

func endRoomTicket(ctx context.Context, tx *db.Tx, id RoomTicketID, by school.PersonID, as RoomEnd, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE room_ticket SET ended_as = $3, ended_at = greatest($4, asked_at), ended_by = $2, reason = $5 WHERE room_ticket_id = $1`,
		id, by, as, tx.Now, reason)
	return err
}

func untoldRoomTickets(ctx context.Context, tx *db.Tx, a school.Actor) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM room_ticket WHERE school_id = $1 AND person_id = $2 AND ended_as IN ('done', 'returned') AND told_at IS NULL AND ended_at > $3`,
		a.School, a.Person, tx.Now.Add(-RoomKept)).Scan(&n)
	return n, err
}

func updateRoomTold(ctx context.Context, tx *db.Tx, a school.Actor) error {
	_, err := tx.Exec(ctx, `
		UPDATE room_ticket SET told_at = greatest($3, ended_at)
		 WHERE school_id = $1 AND person_id = $2 AND ended_as IN ('done', 'returned') AND told_at IS NULL`, a.School, a.Person, tx.Now)
	return err
}

// forgetRoomWords drops what people wrote in tickets that ended before a time.
func forgetRoomWords(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE room_ticket SET note = '', paper = '', reason = '' WHERE ended_at < $1 AND NOT on_hold(person_id) AND (note <> '' OR paper <> '' OR reason <> '')`, before)
	return err
}

// lastRoomPrinter is where the print room released to last, or 0.
func lastRoomPrinter(ctx context.Context, tx *db.Tx, id school.ID) (at PrinterID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT d.printer_id FROM room_ticket t JOIN delivery d USING (job_id)
		 WHERE t.school_id = $1 AND d.released_by IS NOT NULL AND d.reserved_at >= t.asked_at ORDER BY t.room_ticket_id DESC, d.delivery_id DESC LIMIT 1`, id).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return at, err
}

func roomFinishesOf(ctx context.Context, tx *db.Tx, id school.ID) (all []string, err error) {
	err = tx.QueryRow(ctx, `SELECT room_finishes FROM school WHERE school_id = $1`, id).Scan(&all)
	return all, err
}

func setRoomFinishes(ctx context.Context, tx *db.Tx, id school.ID, all []string) error {
	if all == nil {
		all = []string{}
	}
	_, err := tx.Exec(ctx, `UPDATE school SET room_finishes = $2 WHERE school_id = $1`, id, all)
	return err
}
