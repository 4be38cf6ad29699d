package release

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

const deliveryColumns = `
	d.delivery_id, d.school_id, d.job_id, d.person_id, d.printer_id, coalesce(d.station_id, 0), d.state, coalesce(d.reason, ''), d.token,
	d.first_page, d.copies, d.impressions, d.amount, d.colour, coalesce(d.printer_job, 0), coalesce(d.printer_uptime, 0), d.tries,
	coalesce(d.printed, 0), coalesce(d.charged, 0), d.reserved_at, d.sending_at, d.printing_at, d.ended_at, coalesce(d.slip_id, 0), coalesce(d.released_by, 0),
	coalesce(d.tariff_id, 0), coalesce(d.printer_group_id, 0), coalesce(d.work, jsonb_build_object('sides', d.impressions)),
	coalesce(d.counter, 0), d.said_impressions, d.said_sheets, d.said_colour, d.said_counter`

func scanDelivery(row pgx.Row) (d Delivery, err error) {
	var begun, sent, ended *time.Time
	var out, sheets, colour, counter *int
	err = row.Scan(&d.ID, &d.School, &d.Job, &d.Person, &d.Printer, &d.Station, &d.State, &d.Reason, &d.Token,
		&d.FirstPage, &d.Copies, &d.Impressions, &d.Amount, &d.Colour, &d.PrinterJob, &d.UpTime, &d.Tries,
		&d.Printed, &d.Charged, &d.Reserved, &begun, &sent, &ended, &d.Slip, &d.By, &d.Tariff, &d.Group, &d.Work,
		&d.Counter, &out, &sheets, &colour, &counter)
	d.Said = saidOf(out, sheets, colour, counter)
	d.Begun, d.Sent, d.Ended = instant(begun), instant(sent), instant(ended)
	return d, err
}

// saidOf is what was kept of a printer's words: nil where it had none.
func saidOf(out, sheets, colour, counter *int) *Said {
	if out == nil && sheets == nil && colour == nil && counter == nil {
		return nil
	}
	or := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	return &Said{Impressions: or(out), Sheets: or(sheets), Colour: colour, Counter: counter}
}

// columns are the printer's words as they are kept.
func (s *Said) columns() []any {
	if s == nil {
		return []any{nil, nil, nil, nil}
	}
	or := func(n int) *int {
		if n < 0 {
			return nil
		}
		n = min(n, math.MaxInt32)
		return &n
	}
	return []any{or(s.Impressions), or(s.Sheets), s.Colour, s.Counter}
}

func oneDelivery(row pgx.Row) (Delivery, bool, error) {
	d, err := scanDelivery(row)
	if errors.Is(err, pgx.ErrNoRows) {
		return Delivery{}, false, nil
	}
	return d, err == nil, err
}

// insertDelivery is written with the transaction's next statement, and its number known then.
func insertDelivery(tx *db.Tx, d Delivery) db.Answer[DeliveryID] {
	return db.Ask(tx, db.First(func(row pgx.Row) (id DeliveryID, err error) { return id, row.Scan(&id) }), `
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, station_id, state, token, first_page, copies, impressions, amount, reserved_at, not_before, pass_id, slip_id,
		                      tariff_id, printer_group_id, work, colour, released_by)
		VALUES ($1, $2, $3, $4, nullif($5::integer, 0), $6, $7, $8, $9, $10, $11, $12, $12, nullif($13::bigint, 0), nullif($14::bigint, 0),
		        nullif($15::integer, 0), nullif($16::integer, 0), $17, $18, nullif($19::bigint, 0))
		RETURNING delivery_id`,
		d.School, d.Job, d.Person, d.Printer, d.Station, d.State, d.Token, d.FirstPage, d.Copies, d.Impressions, d.Amount, tx.Now, d.Pass, d.Slip, d.Tariff, d.Group, d.Work, d.Colour, d.By)
}

// lockOpenDelivery locks the delivery of a job that has not ended, if it has one. The
// job is locked already.
func lockOpenDelivery(ctx context.Context, tx *db.Tx, job JobID) (Delivery, bool, error) {
	return oneDelivery(tx.QueryRow(ctx, `
		SELECT `+deliveryColumns+` FROM delivery d WHERE d.job_id = $1 AND d.ended_at IS NULL FOR UPDATE`, job))
}

// firstDelivery is the printer's oldest delivery on its way, if it is due: what
// waits to be tried again holds up those behind it, so that order is kept. A printer that
// IT has paused is given nothing new; what it has is followed to its end.
func firstDelivery(ctx context.Context, tx *db.Tx, p PrinterID) (Delivery, bool, error) {
	return oneDelivery(tx.QueryRow(ctx, `
		SELECT `+deliveryColumns+`
		  FROM (SELECT * FROM delivery WHERE printer_id = $1 AND state IN ('reserved', 'sending', 'printing')
		         ORDER BY delivery_id LIMIT 1) AS d JOIN printer r USING (printer_id)
		 WHERE d.not_before <= $2 AND (d.state <> 'reserved' OR r.paused_at IS NULL)`, p, tx.Now))
}

// deliveriesReserved are those that a printer has nothing of, the oldest first.
func deliveriesReserved(ctx context.Context, tx *db.Tx, p PrinterID) ([]Delivery, error) {
	rows, _ := tx.Query(ctx, `SELECT `+deliveryColumns+` FROM delivery d WHERE d.printer_id = $1 AND d.state = 'reserved' ORDER BY d.delivery_id`, p)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Delivery, error) { return scanDelivery(row) })
}

// fence refuses to write for a printer that another node has taken over. It locks
// the printer's row FOR SHARE, so that nobody takes it over before the commit.
func fence(ctx context.Context, tx *db.Tx, c claim) error {
	var held bool
	err := tx.QueryRow(ctx, `
		SELECT true FROM printer WHERE printer_id = $1 AND node_id = $2 AND epoch = $3 FOR SHARE`, c.printer.ID, c.node, c.epoch).Scan(&held)
	if errors.Is(err, pgx.ErrNoRows) {
		return errFenced
	}
	return err
}

// updateDelivery writes how far an open delivery is, and since when. One that another hand
// has ended meanwhile is fenced, too.
func updateDelivery(ctx context.Context, tx *db.Tx, c claim, d Delivery) error {
	if err := fence(ctx, tx, c); err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `
		UPDATE delivery
		   SET state = $2, reason = nullif($3, ''), token = $4, printer_job = nullif($5::integer, 0), printer_uptime = nullif($6::integer, 0), epoch = $7,
		       printed = nullif($8::integer, 0), counter = nullif($10::integer, 0),
		       sending_at = CASE WHEN $2 = 'sending' AND state <> 'sending' THEN $9 ELSE sending_at END,
		       printing_at = CASE WHEN $2 = 'printing' AND state <> 'printing' THEN $9 ELSE printing_at END
		 WHERE delivery_id = $1 AND ended_at IS NULL`,
		d.ID, d.State, d.Reason, d.Token, d.PrinterJob, d.UpTime, c.epoch, d.Printed, tx.Now, d.Counter)
	if err == nil && done.RowsAffected() == 0 {
		return errFenced
	}
	return err
}

func updatePostponed(ctx context.Context, tx *db.Tx, c claim, d Delivery, notBefore time.Time) error {
	if err := updateDelivery(ctx, tx, c, d); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE delivery SET tries = $2, not_before = $3 WHERE delivery_id = $1`, d.ID, d.Tries, notBefore)
	return err
}

func updateDeliveryEnded(ctx context.Context, tx *db.Tx, d Delivery) error {
	done, err := tx.Exec(ctx, `
		UPDATE delivery
		   SET state = $2, reason = nullif($3, ''), printed = CASE WHEN $2 = 'settled' THEN $4::integer END,
		       charged = CASE WHEN $2 = 'settled' THEN $5::bigint END, ended_at = $6,
		       reported = (SELECT state_reasons FROM printer r WHERE r.printer_id = delivery.printer_id),
		       said_impressions = $7, said_sheets = $8, said_colour = $9, said_counter = $10
		 WHERE delivery_id = $1 AND ended_at IS NULL`, append([]any{d.ID, d.State, d.Reason, d.Printed, d.Charged, tx.Now}, d.Said.columns()...)...)
	if err == nil && done.RowsAffected() == 0 {
		return errFenced // it was ended by another hand
	}
	return err
}

func deliveriesOf(ctx context.Context, tx *db.Tx, job JobID) ([]Delivery, error) {
	rows, _ := tx.Query(ctx, `SELECT `+deliveryColumns+` FROM delivery d WHERE d.job_id = $1 ORDER BY d.delivery_id`, job)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Delivery, error) { return scanDelivery(row) })
}

// hands are whose pages pay for a delivery, "" for its owner's, and the teacher who released it for them, or "".
type hands struct{ Payer, Released string }

// handsOn are those of a job's deliveries.
func handsOn(ctx context.Context, tx *db.Tx, job JobID) (map[DeliveryID]hands, error) {
	rows, err := tx.Query(ctx, `
		SELECT d.delivery_id, CASE a.kind WHEN 'person' THEN '' WHEN 'personal' THEN 'Private' ELSE coalesce(a.name, '') END,
		       coalesce(t.given_name || ' ' || t.family_name, '')
		  FROM delivery d
		  LEFT JOIN person t ON t.person_id = d.released_by
		  LEFT JOIN transfer x ON x.delivery_id = d.delivery_id AND x.kind = 'reserve' AND x.purse = 'pages'
		  LEFT JOIN account a ON a.account_id = x.from_account
		 WHERE d.job_id = $1`, job)
	if err != nil {
		return nil, err
	}
	all := map[DeliveryID]hands{}
	var id DeliveryID
	var h hands
	_, err = pgx.ForEachRow(rows, []any{&id, &h.Payer, &h.Released}, func() error { all[id] = h; return nil })
	return all, err
}

// settledWithin goes through the deliveries of a school that ended with something printed, with the
// year group of each one's person, or school.NoYear.
func settledWithin(ctx context.Context, tx *db.Tx, id school.ID, from, until time.Time, each func(year int, own bool, d Delivery)) error {
	rows, _ := tx.Query(ctx, `
		SELECT coalesce(p.year_group, -1), d.person_id, d.ended_at, d.impressions, d.printed, d.charged, coalesce(d.printer_group_id, 0), coalesce(d.work, jsonb_build_object('sides', d.impressions)),
		       NOT EXISTS (SELECT FROM transfer r JOIN account a ON a.account_id = r.from_account WHERE r.delivery_id = d.delivery_id AND r.kind = 'reserve' AND a.kind <> 'person')
		  FROM delivery d JOIN person p USING (person_id)
		 WHERE d.school_id = $1 AND d.state = 'settled' AND d.ended_at >= $2 AND d.ended_at < $3`, id, from, until)
	for rows.Next() {
		var year int
		var own bool
		var d Delivery // a new one each time: of JSON, what is left out would stay
		if err := rows.Scan(&year, &d.Person, &d.Ended, &d.Impressions, &d.Printed, &d.Charged, &d.Group, &d.Work, &own); err != nil {
			return err
		}
		each(year, own, d)
	}
	return rows.Err()
}

// visitJobs are a person's open jobs and those that ended since a time, each with
// its latest delivery, in one read.
func visitJobs(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) ([]VisitJob, error) {
	rows, _ := tx.Query(ctx, `
		SELECT j.job_id, j.state, coalesce(j.reason, ''), coalesce(j.title, ''), coalesce(j.impressions, 0) - j.printed, coalesce(j.impressions, 0), j.printed, coalesce(j.price, 0),
		       j.submitted_at, j.expires_at, coalesce(d.state, ''), coalesce(d.printed, 0), coalesce(d.impressions, 0), coalesce(d.charged, 0),
		       coalesce(d.printer_id, 0), coalesce(r.name, ''), coalesce(r.state, ''), coalesce(r.state_reasons, '{}'), j.password IS NOT NULL, j.ticket, coalesce(j.pages, 0),
		       CASE WHEN j.proof = 'vouched' AND j.printed = 0 THEN g.name ELSE '' END, j.queue_id, j.touched, coalesce(j.format, ''),
		       CASE WHEN j.state = 'held' AND j.printed = 0 AND j.before IS NULL THEN coalesce(encode(j.digest, 'hex') || md5(j.ticket::text), '') ELSE '' END,
		       coalesce(b.account_id, 0), coalesce(b.name, '')
		  FROM job j
		  LEFT JOIN device_group g USING (group_id)
		  LEFT JOIN LATERAL (SELECT * FROM delivery d WHERE d.job_id = j.job_id ORDER BY d.delivery_id DESC LIMIT 1) AS d ON true
		  LEFT JOIN printer r ON r.printer_id = d.printer_id
		  LEFT JOIN transfer x ON j.state = 'held' AND j.printed > 0 AND x.delivery_id = d.delivery_id AND x.kind = 'reserve' AND x.purse = 'pages'
		  LEFT JOIN shared_account b ON b.account_id = x.from_account
		 WHERE j.person_id = $1 AND j.state <> 'receiving' AND (j.ended_at IS NULL OR j.ended_at > $2)
		 ORDER BY j.job_id`, person, since)
	return pgx.CollectRows(rows, scanVisitJob)
}

func scanVisitJob(row pgx.CollectableRow) (v VisitJob, err error) {
	var job Job
	var d VisitDelivery
	var p PrinterRecord
	err = row.Scan(&v.ID, &v.State, &job.Reason, &v.Title, &v.Pages, &job.Impressions, &job.Printed, &job.Price,
		&v.Submitted, &v.Expires, &d.State, &d.Printed, &d.Of, &d.Charged, &d.at, &p.Name, &p.State, &p.Reasons, &v.Locked, &v.ticket, &v.sides, &v.Claim,
		&v.queue, &v.touched, &job.Format, &v.Content, &v.begunBy, &v.Begun)
	if err != nil {
		return v, err
	}
	v.Due, v.Uncounted = job.Due(), job.Uncounted()
	if v.State == Refused {
		v.Refusal = sentence(job.Reason)
	}
	if d.State != "" {
		d.Printer = p.Name
		if !d.State.Ended() {
			d.Trouble = p.Trouble()
		}
		v.Delivery = &d
	}
	return v, nil
}

// accountsOfOpen are the shared accounts from which units are set aside for the open deliveries of somebody's jobs.
func accountsOfOpen(ctx context.Context, tx *db.Tx, person school.PersonID, ids []JobID) (map[JobID]int64, error) {
	rows, _ := tx.Query(ctx, `
		SELECT d.job_id, s.account_id
		  FROM delivery d JOIN transfer x ON x.delivery_id = d.delivery_id AND x.kind = 'reserve' AND x.purse = 'pages'
		  JOIN shared_account s ON s.account_id = x.from_account
		 WHERE d.job_id = ANY ($1) AND d.person_id = $2 AND d.ended_at IS NULL`, ids, person)
	all := map[JobID]int64{}
	var id JobID
	var account int64
	_, err := pgx.ForEachRow(rows, []any{&id, &account}, func() error { all[id] = account; return nil })
	return all, err
}

// printerOfOpen is where the first of somebody's jobs that is at a printer comes out, or "".
func printerOfOpen(ctx context.Context, tx *db.Tx, person school.PersonID, ids []JobID) (name string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT r.name FROM delivery d JOIN printer r USING (printer_id)
		 WHERE d.job_id = ANY ($1) AND d.person_id = $2 AND d.ended_at IS NULL ORDER BY d.job_id LIMIT 1`, ids, person).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return name, err
}
