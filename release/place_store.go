package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

var (
	queueUnknown   = fault.New(fault.NotFound, "queue-unknown", "There is no printer at this address.")
	stationUnknown = fault.New(fault.NotFound, "station-unknown", "There is no kiosk at this address.")
	printerThere   = fault.New(fault.Conflict, "printer-there", "There is a printer of that name already. Choose another name.")
	printerUnknown = fault.New(fault.NotFound, "printer-unknown", "There is no such printer.")

	groupOfPrintersUnknown = fault.New(fault.NotFound, "printer-group-unknown", "The school has no group of printers of that name. Make one with inkwell printer group.")
)

func none[T any](v T, err error, refusal *fault.Error) (T, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return v, refusal
	}
	return v, err
}

const queueColumns = `queue_id, school_id, path, name, kind, proof, coalesce(printer_id, 0), closed, paused, switched_at, refuses, info, location, message, message_at, coalesce(account_id, 0), ` +
	policyColumns

func scanQueue(row pgx.Row) (Queue, error) {
	var q Queue
	var switched, said *time.Time
	var p policyRow
	err := row.Scan(append([]any{&q.ID, &q.School, &q.Path, &q.Name, &q.Kind, &q.Proof, &q.Printer, &q.Closed, &q.Paused, &switched, &q.Refuses,
		&q.Info, &q.Location, &q.Message, &said, &q.Account}, p.fields(&q)...)...)
	q.Switched, q.Said, q.Policy = instant(switched), instant(said), p.policy()
	return none(q, err, queueUnknown)
}

func queueByPath(ctx context.Context, tx *db.Tx, path string) (Queue, error) {
	return scanQueue(tx.QueryRow(ctx, `SELECT `+queueColumns+` FROM queue WHERE path = $1 AND removed_at IS NULL`, path))
}

// askQueueOf asks for the queue of a job.
func askQueueOf(tx *db.Tx, id JobID) db.Answer[Queue] {
	return db.Ask(tx, db.First(scanQueue), `SELECT `+queueColumns+` FROM queue WHERE queue_id = (SELECT j.queue_id FROM job j WHERE j.job_id = $1)`, id)
}

func queueByID(ctx context.Context, tx *db.Tx, id QueueID) (Queue, error) {
	return scanQueue(tx.QueryRow(ctx, `SELECT `+queueColumns+` FROM queue WHERE queue_id = $1`, id))
}

func queues(ctx context.Context, tx *db.Tx) ([]Queue, error) {
	rows, _ := tx.Query(ctx, `SELECT `+queueColumns+` FROM queue WHERE removed_at IS NULL ORDER BY queue_id`)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Queue, error) { return scanQueue(row) })
}

func lockQueue(ctx context.Context, tx *db.Tx, id QueueID) (Queue, error) {
	return scanQueue(tx.QueryRow(ctx, `SELECT `+queueColumns+` FROM queue WHERE queue_id = $1 FOR UPDATE`, id))
}

func updateNotice(ctx context.Context, tx *db.Tx, q Queue) error {
	_, err := tx.Exec(ctx, `UPDATE queue SET info = $2, location = $3, message = $4, message_at = $5 WHERE queue_id = $1`,
		q.ID, q.Info, q.Location, q.Message, moment(q.Said))
	return err
}

func updateQueueSwitches(ctx context.Context, tx *db.Tx, q Queue) error {
	_, err := tx.Exec(ctx, `UPDATE queue SET closed = $2, paused = $3, switched_at = $4 WHERE queue_id = $1`, q.ID, q.Closed, q.Paused, tx.Now)
	return err
}

const printerColumns = `r.printer_id, r.school_id, r.name, r.room, r.uri, r.state, r.state_reasons, r.seen_at, coalesce(r.capabilities, '{}'), coalesce(r.printer_group_id, 0),
	r.asset, r.paused_at, r.place, r.pin, coalesce(r.told, '{}'), r.login, r.only_beside`

func scanPrinter(row pgx.Row, more ...any) (p PrinterRecord, err error) {
	var seen, paused *time.Time
	var place string
	err = row.Scan(append([]any{&p.ID, &p.School, &p.Name, &p.Room, &p.URI, &p.State, &p.Reasons, &seen, &p.Can, &p.Group, &p.Asset, &paused, &place, &p.Pin, &p.Told, &p.Login, &p.OnlyBeside}, more...)...)
	p.Seen, p.Paused = instant(seen), instant(paused)
	p.Place, _ = ParsePlace(place) // it was read when it was written
	return none(p, err, printerUnknown)
}

func printerByID(ctx context.Context, tx *db.Tx, id PrinterID) (PrinterRecord, error) {
	return askPrinter(tx, id)(ctx)
}

func askPrinter(tx *db.Tx, id PrinterID) db.Answer[PrinterRecord] {
	return db.Ask(tx, db.First(func(row pgx.Row) (PrinterRecord, error) { return scanPrinter(row) }),
		`SELECT `+printerColumns+` FROM printer r WHERE r.printer_id = $1`, id)
}

// printers are a school's, or everybody's for 0.
func printers(ctx context.Context, tx *db.Tx, id school.ID) ([]PrinterRecord, error) {
	rows, _ := tx.Query(ctx, `SELECT `+printerColumns+` FROM printer r WHERE $1 = 0 OR r.school_id = $1 ORDER BY r.printer_id`, id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (PrinterRecord, error) { return scanPrinter(row) })
}

func insertPrinter(ctx context.Context, tx *db.Tx, p PrinterRecord) (id PrinterID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO printer (school_id, name, room, uri, asset, place, told) VALUES ($1, $2, $3, $4, $5, $6, $7)
		    ON CONFLICT (school_id, name) DO NOTHING RETURNING printer_id`, p.School, p.Name, p.Room, p.URI, p.Asset, p.Place.String(), p.Told).Scan(&id)
	return none(id, err, printerThere)
}

// updateWay keeps how a printer is reached and what it is told to be able to do, and has it
// asked anew.
func updateWay(ctx context.Context, tx *db.Tx, p PrinterRecord) error {
	_, err := tx.Exec(ctx, `
		UPDATE printer
		   SET uri = $2, told = $3, asked_at = NULL, epoch = epoch + 1,
		       pin = CASE WHEN uri = $2 THEN pin END, login = CASE WHEN uri = $2 THEN login END, seen_at = CASE WHEN uri = $2 THEN seen_at END,
		       state = CASE WHEN uri = $2 THEN state ELSE 'unknown' END, state_reasons = CASE WHEN uri = $2 THEN state_reasons ELSE '{}' END
		 WHERE printer_id = $1`, p.ID, p.URI, p.Told)
	return err
}

// keepPin keeps a printer's first public key, and returns the one that is kept. What it showed at
// an address that it has no more is not kept ("printer-unknown").
func keepPin(ctx context.Context, tx *db.Tx, p PrinterRecord, pin []byte) (kept []byte, first bool, err error) {
	err = tx.QueryRow(ctx, `
		WITH was AS (SELECT pin FROM printer WHERE printer_id = $1 AND uri = $3 FOR UPDATE)
		UPDATE printer p SET pin = coalesce(p.pin, $2) FROM was WHERE p.printer_id = $1 RETURNING p.pin, was.pin IS NULL`, p.ID, pin, p.URI).Scan(&kept, &first)
	kept, err = none(kept, err, printerUnknown)
	return kept, first, err
}

func updatePin(ctx context.Context, tx *db.Tx, id PrinterID, pin []byte) error {
	_, err := tx.Exec(ctx, `UPDATE printer SET pin = $2 WHERE printer_id = $1`, id, pin)
	return err
}

func updateLogin(ctx context.Context, tx *db.Tx, id PrinterID, login []byte) error {
	_, err := tx.Exec(ctx, `UPDATE printer SET login = $2 WHERE printer_id = $1`, id, login)
	return err
}

func updatePrinterState(ctx context.Context, tx *db.Tx, id PrinterID, st Status) error {
	if st.Reasons == nil {
		st.Reasons = []string{}
	}
	_, err := tx.Exec(ctx, `
		UPDATE printer SET state = $2, state_reasons = $3, seen_at = CASE WHEN $2 = 'unreachable' THEN seen_at ELSE $4 END
		 WHERE printer_id = $1`, id, st.State, st.Reasons, tx.Now)
	return err
}

// printersWaiting are the printers with a delivery on its way.
func printersWaiting(ctx context.Context, tx *db.Tx) ([]PrinterID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT d.printer_id FROM delivery d JOIN printer r USING (printer_id)
		 WHERE d.state IN ('sending', 'printing') OR d.state = 'reserved' AND r.paused_at IS NULL`)
	return pgx.CollectRows(rows, pgx.RowTo[PrinterID])
}

// claimPrinter takes a printer that is this node's, nobody's, or a dead node's. The
// epoch grows when it changes hands.
func claimPrinter(ctx context.Context, tx *db.Tx, id PrinterID, node string) (c claim, ok bool, err error) {
	c.node = node
	c.printer, err = scanPrinter(tx.QueryRow(ctx, `
		UPDATE printer r SET node_id = $2, epoch = epoch + CASE WHEN node_id = $2 THEN 0 ELSE 1 END
		 WHERE printer_id = $1
		   AND (node_id IS NULL OR node_id = $2
		        OR NOT EXISTS (SELECT FROM node n WHERE n.node_id = r.node_id AND n.beat_at > now() - $3::interval))
		RETURNING `+printerColumns+`, r.epoch`, id, node, nodeExpires), &c.epoch)
	if errors.Is(err, printerUnknown) {
		return c, false, nil
	}
	return c, err == nil, err
}

// beatNode says that a node lives, by the database's clock, and forgets those
// that have been silent for a day.
func beatNode(ctx context.Context, tx *db.Tx, node string) error {
	_, err := tx.Exec(ctx, `
		WITH dead AS (DELETE FROM node WHERE beat_at < now() - interval '1 day')
		INSERT INTO node (node_id, started_at, beat_at) VALUES ($1, now(), now())
		    ON CONFLICT (node_id) DO UPDATE SET beat_at = now()`, node)
	return err
}

func deleteNodes(ctx context.Context, tx *db.Tx, nodes ...string) error {
	_, err := tx.Exec(ctx, `DELETE FROM node WHERE node_id = ANY ($1::text[]::uuid[])`, nodes)
	return err
}

func stationBySlug(ctx context.Context, tx *db.Tx, slug string) (Station, error) {
	return askStation(tx, `s.slug = $1`, slug)(ctx)
}

// askStation asks for the station that a condition picks, with what its school allows there.
func askStation(tx *db.Tx, which string, of any) db.Answer[Station] {
	return db.Ask(tx, db.First(scanStation), `
		SELECT `+printerColumns+`, s.station_id, s.school_id, c.name, c.time_zone, s.slug, s.name, s.kind, c.kiosk_words, coalesce(c.kiosk_words_until, 'epoch'),
		       c.kiosk_languages, c.kiosk_young,
		       ARRAY(SELECT x.printer_id FROM station_printer x WHERE x.station_id = s.station_id ORDER BY x.printer_id),
		       coalesce((SELECT x.code_alone FROM proof_setting x WHERE x.school_id = s.school_id), false)
		  FROM station s JOIN printer r USING (printer_id) JOIN school c ON c.school_id = s.school_id
		 WHERE `+which, of)
}

func scanStation(row pgx.Row) (st Station, err error) {
	var zone string
	st.Printer, err = scanPrinter(row, &st.ID, &st.School, &st.SchoolName, &zone, &st.Slug, &st.Name, &st.Kind, &st.Words, &st.WordsUntil,
		&st.Languages.Offered, &st.Languages.Young, &st.Serves, &st.CodeAlone)
	if errors.Is(err, printerUnknown) {
		return st, stationUnknown
	}
	if err == nil {
		st.Zone, err = school.ZoneNamed(zone)
	}
	return st, err
}

func insertStation(ctx context.Context, tx *db.Tx, id school.ID, slug, name string, p PrinterID) error {
	done, err := tx.Exec(ctx, `
		INSERT INTO station (school_id, slug, name, printer_id) VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO NOTHING`, id, slug, name, p)
	if err == nil && done.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "station-there", "There is a kiosk at that address already. Choose another name.")
	}
	return err
}

// openGroup is the group of a school's printers of that name, whatever its case.
func openGroup(ctx context.Context, tx *db.Tx, id school.ID, name string) (g quota.GroupID, err error) {
	_, err = tx.Exec(ctx, `
		INSERT INTO printer_group (school_id, name) VALUES ($1, $2) ON CONFLICT (school_id, lower(name)) DO NOTHING`, id, name)
	if err != nil {
		return 0, err
	}
	return groupByName(ctx, tx, id, name)
}

func groupByName(ctx context.Context, tx *db.Tx, id school.ID, name string) (g quota.GroupID, err error) {
	err = tx.QueryRow(ctx, `SELECT printer_group_id FROM printer_group WHERE school_id = $1 AND lower(name) = lower($2)`, id, name).Scan(&g)
	return none(g, err, groupOfPrintersUnknown)
}

func groupNames(ctx context.Context, tx *db.Tx, id school.ID) (map[quota.GroupID]string, error) {
	rows, _ := tx.Query(ctx, `SELECT printer_group_id, name FROM printer_group WHERE $1 = 0 OR school_id = $1`, id)
	all := map[quota.GroupID]string{}
	var g quota.GroupID
	var name string
	_, err := pgx.ForEachRow(rows, []any{&g, &name}, func() error {
		all[g] = name
		return nil
	})
	return all, err
}

func updateGroup(ctx context.Context, tx *db.Tx, id school.ID, g quota.GroupID, all []PrinterID) error {
	_, err := tx.Exec(ctx, `UPDATE printer SET printer_group_id = nullif($3, 0) WHERE school_id = $1 AND printer_id = ANY ($2)`, id, all, g)
	return err
}
