package release

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// policyColumns are the rest of queueColumns.
const policyColumns = `
	users, colour, untaken, sides, color_mode, generic, programs, removed_at IS NOT NULL,
	ARRAY(SELECT u.printer_id FROM queue_printer u WHERE u.queue_id = queue.queue_id ORDER BY u.printer_id),
	coalesce((SELECT jsonb_agg(jsonb_build_object('act', u.act, 'role', coalesce(u.role, ''), 'year', u.year_group, 'class', coalesce(u.class_id, 0))
	                           ORDER BY u.role, u.year_group, u.class_id)
	            FROM queue_right u WHERE u.queue_id = queue.queue_id), '[]')`

// policyRow is a policy as the database has it.
type policyRow struct {
	users, colour, sides, mode, generic string
	untaken                             []school.Proof
	programs                            int
	printers                            []PrinterID
	rights                              []policyRight
}

// policyRight is one row of queue_right.
type policyRight struct {
	Act   string         `json:"act"` // use or colour
	Role  school.Role    `json:"role"`
	Year  *int           `json:"year"`
	Class school.ClassID `json:"class"`
}

func (r *policyRow) fields(q *Queue) []any {
	return []any{&r.users, &r.colour, &r.untaken, &r.sides, &r.mode, &r.generic, &r.programs, &q.Removed, &r.printers, &r.rights}
}

func (r *policyRow) policy() Policy {
	p := Policy{
		Users: r.circle("use", r.users), Colour: r.circle("colour", r.colour), Untaken: r.untaken,
		OneSided: r.sides == oneSided, Printers: r.printers, Believes: r.generic == genericBelieve, Programs: r.programs,
	}
	if r.mode != mono {
		p.ColorMode = r.mode
	}
	return p
}

// The words of the queue's columns.
const (
	everybody      = "everybody"
	genericBelieve = "believe"
)

func (r *policyRow) circle(act, who string) Circle {
	c := Circle{Closed: who != everybody}
	for _, one := range r.rights {
		switch {
		case one.Act != act:
		case one.Role != "":
			c.Roles = append(c.Roles, one.Role)
		case one.Year != nil:
			c.Years = append(c.Years, *one.Year)
		default:
			c.Classes = append(c.Classes, one.Class)
		}
	}
	return c
}

// insertQueue writes a queue without its policy.
func insertQueue(ctx context.Context, tx *db.Tx, q Queue) (id QueueID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO queue (school_id, path, name, kind, proof, printer_id, refuses)
		VALUES ($1, $2, $3, $4, $5, nullif($6::integer, 0), $7) RETURNING queue_id`,
		q.School, q.Path, q.Name, q.Kind, q.Proof, q.Printer, q.Refuses).Scan(&id)
	if is := new(pgconn.PgError); errors.As(err, &is) && is.ConstraintName == "queue_by_path" {
		return 0, queueThere
	}
	return id, err
}

// updateQueue writes what SetQueue may have changed, policy included.
func updateQueue(ctx context.Context, tx *db.Tx, q Queue) error {
	row := map[bool]string{true: "some", false: everybody}
	users, colours := row[q.Policy.Users.Closed], row[q.Policy.Colour.Closed]
	if q.Policy.Colour.Nobody() {
		colours = "nobody"
	}
	sides, mode, generic := longEdge, q.Policy.ColorMode, "refuse"
	if q.Policy.OneSided {
		sides = oneSided
	}
	if mode == "" {
		mode = mono
	}
	if q.Policy.Believes {
		generic = genericBelieve
	}
	_, err := tx.Exec(ctx, `
		UPDATE queue SET name = $2, proof = $3, printer_id = nullif($4::integer, 0), refuses = $5, users = $6, colour = $7, untaken = $8, sides = $9,
		                 color_mode = $10, generic = $11, account_id = nullif($12::bigint, 0), programs = $13
		 WHERE queue_id = $1`, q.ID, q.Name, q.Proof, q.Printer, q.Refuses, users, colours, proofs(q.Policy.Untaken), sides, mode, generic, q.Account, q.Policy.Programs)
	if err == nil {
		err = replaceRights(ctx, tx, q)
	}
	if err == nil {
		err = replacePrinters(ctx, tx, q)
	}
	return err
}

func proofs(all []school.Proof) []string {
	words := []string{}
	for _, p := range all {
		words = append(words, string(p))
	}
	return words
}

func replaceRights(ctx context.Context, tx *db.Tx, q Queue) error {
	if _, err := tx.Exec(ctx, `DELETE FROM queue_right WHERE queue_id = $1`, q.ID); err != nil {
		return err
	}
	for act, c := range map[string]Circle{"use": q.Policy.Users, "colour": q.Policy.Colour} {
		_, err := tx.Exec(ctx, `
			INSERT INTO queue_right (queue_id, school_id, act, role, year_group, class_id)
			SELECT $1, $2, $3, nullif(role, ''), nullif(year, -1), nullif(class, 0)
			  FROM (SELECT unnest($4::text[]), -1, 0
			        UNION SELECT '', unnest($5::integer[]), 0
			        UNION SELECT '', -1, unnest($6::bigint[])) AS named (role, year, class)`, q.ID, q.School, act, c.Roles, c.Years, c.Classes)
		if err != nil {
			return err
		}
	}
	return nil
}

func replacePrinters(ctx context.Context, tx *db.Tx, q Queue) error {
	if _, err := tx.Exec(ctx, `DELETE FROM queue_printer WHERE queue_id = $1`, q.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO queue_printer (queue_id, school_id, printer_id) SELECT DISTINCT $1::integer, $2::integer, p FROM unnest($3::integer[]) AS p`,
		q.ID, q.School, q.Policy.Printers)
	return err
}

func removeQueue(ctx context.Context, tx *db.Tx, id QueueID) error {
	_, err := tx.Exec(ctx, `UPDATE queue SET removed_at = $2 WHERE queue_id = $1`, id, tx.Now)
	return err
}

// queuesByID are queues, each of which may be named more than once, removed ones too.
// One is asked for by a plain number, as in standingsOf.
func queuesByID(ctx context.Context, tx *db.Tx, ids []QueueID) (map[QueueID]Queue, error) {
	all := map[QueueID]Queue{}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 1 {
		q, err := queueByID(ctx, tx, ids[0])
		all[q.ID] = q
		return all, err
	}
	rows, _ := tx.Query(ctx, `SELECT `+queueColumns+` FROM queue WHERE queue_id = ANY ($1)`, ids)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Queue, error) { return scanQueue(row) })
	for _, q := range found {
		all[q.ID] = q
	}
	return all, err
}

// outlets are the names of those of the printers that have a station, by name; of all
// of the school's for none.
func outlets(ctx context.Context, tx *db.Tx, id school.ID, among []PrinterID) ([]string, error) {
	rows, _ := tx.Query(ctx, `
		SELECT r.name FROM printer r
		 WHERE r.school_id = $1 AND (coalesce(cardinality($2::integer[]), 0) = 0 OR r.printer_id = ANY ($2))
		   AND `+atKiosk+`
		 ORDER BY r.name`, id, among)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// updateTicket writes what a policy has made of a job.
func updateTicket(ctx context.Context, tx *db.Tx, j Job) error {
	_, err := tx.Exec(ctx, `UPDATE job SET ticket = $2, touched = $3 WHERE job_id = $1`, j.ID, j.Ticket, touches(j.Touched))
	return err
}

// touches is never NULL.
func touches(all []Touch) []string {
	words := []string{}
	for _, t := range all {
		words = append(words, string(t))
	}
	return words
}

// queueAccounts are the accounts of those of the queues that have one.
func queueAccounts(ctx context.Context, tx *db.Tx, ids []QueueID) (map[QueueID]quota.AccountID, error) {
	rows, _ := tx.Query(ctx, `SELECT queue_id, account_id FROM queue WHERE queue_id = ANY ($1) AND account_id IS NOT NULL`, slices.Compact(slices.Sorted(slices.Values(ids))))
	all := map[QueueID]quota.AccountID{}
	var id QueueID
	var account quota.AccountID
	_, err := pgx.ForEachRow(rows, []any{&id, &account}, func() error {
		all[id] = account
		return nil
	})
	return all, err
}
