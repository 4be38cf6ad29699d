package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// releasedBefore are the times since a moment at which the job's owner released the same
// document before: the same pages, for the digest is of the rebuilt bytes, which carry no
// title, no author and no date. What came to nothing does not count.
func releasedBefore(ctx context.Context, tx *db.Tx, j Job, since time.Time) ([]time.Time, error) {
	rows, _ := tx.Query(ctx, `
		SELECT d.reserved_at FROM job o JOIN delivery d USING (job_id)
		 WHERE o.person_id = $1 AND o.job_id <> $2 AND coalesce(o.before->>'digest', encode(o.digest, 'hex')) = (SELECT coalesce(j.before->>'digest', encode(j.digest, 'hex')) FROM job j WHERE j.job_id = $2)
		   AND d.reserved_at > $3 AND d.state <> 'void'
		 ORDER BY d.reserved_at`, j.Person, j.ID, since)
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}

// heldJobsOf are the held jobs of a person.
func heldJobsOf(ctx context.Context, tx *db.Tx, p school.PersonID) (map[JobID]Job, error) {
	rows, _ := tx.Query(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.person_id = $1 AND j.state = 'held' AND j.ended_at IS NULL`, p)
	all, err := manyJobs(rows)
	held := map[JobID]Job{}
	for _, j := range all {
		held[j.ID] = j
	}
	return held, err
}

// insertDecision keeps a decision. A job that is held back again as before is not written
// again.
func insertDecision(tx *db.Tx, r restraint, j Job, p PrinterID, del DeliveryID) {
	var spared quota.ExemptionID
	if len(r.Spared) > 0 {
		spared = r.Spared[0].Exemption
	}
	tx.Later(`
		INSERT INTO decision (school_id, job_id, delivery_id, printer_id, decided_at, set_id, rule, exemption_id, approval_id, say)
		SELECT $1, $2, nullif($3::bigint, 0), nullif($4::int, 0), $5, nullif($6::int, 0), nullif($7::int, 0), nullif($8::int, 0), nullif($9::bigint, 0), $10
		 WHERE $3::bigint <> 0 OR NOT EXISTS (
			SELECT FROM (SELECT * FROM decision d WHERE d.job_id = $2 ORDER BY d.decision_id DESC LIMIT 1) AS last
			 WHERE last.delivery_id IS NULL AND coalesce(last.printer_id, 0) = $4::int AND coalesce(last.set_id, 0) = $6::int
			   AND coalesce(last.rule, 0) = $7::int AND coalesce(last.approval_id, 0) = $9::bigint)`,
		[]any{j.School, j.ID, del, p, tx.Now, r.Set, r.Rule.Number, spared, r.approval.ID, firstRunes(r.Say, 1000)}, nil)
}

// keptDecision is a row of decision.
type keptDecision struct {
	Delivery  DeliveryID
	Printer   PrinterID
	At        time.Time
	Set       quota.RuleSet
	Rule      quota.RuleNumber
	Exemption quota.ExemptionID
	Approval  ApprovalID
	Say       string
}

func decisionsOf(ctx context.Context, tx *db.Tx, job JobID) ([]keptDecision, error) {
	rows, _ := tx.Query(ctx, `
		SELECT coalesce(delivery_id, 0), coalesce(printer_id, 0), decided_at, coalesce(set_id, 0), coalesce(rule, 0), coalesce(exemption_id, 0),
		       coalesce(approval_id, 0), say
		  FROM decision WHERE job_id = $1 ORDER BY decision_id`, job)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[keptDecision])
}

const approvalColumns = `
	a.approval_id, a.job_id, a.person_id, coalesce(a.set_id, 0), a.rule, a.impressions, a.copies, a.sheets, a.colour, a.media, coalesce(a.edit, '{}'), a.asked_at,
	coalesce(a.answer, ''), coalesce(a.reason, ''), coalesce(a.answered_by, 0), a.answered_at`

func scanApproval(row pgx.CollectableRow) (a Approval, err error) {
	var answered *time.Time
	err = row.Scan(&a.ID, &a.Job, &a.Person, &a.Set, &a.Rule, &a.Impressions, &a.Copies, &a.Sheets, &a.Colour, &a.Media, &a.Edit, &a.Asked,
		&a.Answer, &a.Reason, &a.By, &answered)
	a.Answered = instant(answered)
	return a, err
}

func oneApproval(rows pgx.Rows) (Approval, error) {
	a, err := pgx.CollectExactlyOneRow(rows, scanApproval)
	if errors.Is(err, pgx.ErrNoRows) {
		return Approval{}, nil
	}
	return a, err
}

// lastApproval is what was asked for a job last; none has ID 0.
func lastApproval(ctx context.Context, tx *db.Tx, job JobID) (Approval, error) {
	rows, _ := tx.Query(ctx, `SELECT `+approvalColumns+` FROM approval a WHERE a.job_id = $1 ORDER BY a.approval_id DESC LIMIT 1`, job)
	return oneApproval(rows)
}

func approvalByID(ctx context.Context, tx *db.Tx, id ApprovalID) (Approval, error) {
	rows, _ := tx.Query(ctx, `SELECT `+approvalColumns+` FROM approval a WHERE a.approval_id = $1`, id)
	return oneApproval(rows)
}

// withdrawAsk ends what is open for a job that has changed since.
func withdrawAsk(ctx context.Context, tx *db.Tx, job JobID) error {
	_, err := tx.Exec(ctx, `UPDATE approval SET answer = 'withdrawn', answered_at = $2 WHERE job_id = $1 AND answer IS NULL`, job, tx.Now)
	return err
}

func insertApproval(ctx context.Context, tx *db.Tx, id school.ID, a Approval) (which ApprovalID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO approval (school_id, job_id, person_id, set_id, rule, impressions, copies, sheets, colour, media, edit, asked_at)
		VALUES ($1, $2, $3, nullif($4::int, 0), $5, $6, $7, $8, $9, $10, $11, $12) RETURNING approval_id`,
		id, a.Job, a.Person, a.Set, a.Rule, a.Impressions, a.Copies, a.Sheets, a.Colour, a.Media, a.Edit, tx.Now).Scan(&which)
	return which, err
}

// answerAsk writes an answer, unless there is one.
func answerAsk(ctx context.Context, tx *db.Tx, a Approval) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE approval SET answer = $2, reason = nullif($3, ''), answered_by = $4, answered_at = $5 WHERE approval_id = $1 AND answer IS NULL`,
		a.ID, a.Answer, a.Reason, a.By, tx.Now)
	return done.RowsAffected() > 0, err
}

// classesSeen are the names of person p's classes as those see them who may answer for p:
// of their classes, $3, today, $4, and for who answers for anybody, $5, the registration class too.
// Who has left is in nobody's class, though their list may go on.
const classesSeen = `
			SELECT coalesce(array_agg(DISTINCT c.name), '{}') AS names FROM enrolment e JOIN class c USING (class_id)
			 WHERE e.person_id = p.person_id AND (p.left_at IS NULL OR $5) AND e.role = 'pupil' AND e.valid_from <= $4 AND e.valid_to > $4
			   AND (e.class_id = ANY ($3) OR $5 AND c.kind = 'registration')`

// waitingFor are the open requests that an actor may answer: those of pupils in the classes
// they teach, or anybody's. What somebody asks themself is never among them; nor is what is
// asked for a job that has gone or changed since.
func waitingFor(ctx context.Context, tx *db.Tx, a school.Actor, whose pupils, day time.Time, only ApprovalID) ([]Waiting, error) {
	rows, _ := tx.Query(ctx, `
		SELECT a.approval_id, a.job_id, p.person_id, p.given_name || ' ' || p.family_name, coalesce(p.year_group, -1), k.names,
		       a.impressions, a.copies, a.sheets, a.colour, a.media, a.asked_at, j.expires_at, coalesce(a.set_id, 0), a.rule
		  FROM approval a JOIN job j USING (job_id) JOIN person p ON p.person_id = a.person_id
		 CROSS JOIN LATERAL (`+classesSeen+`) AS k
		 WHERE a.school_id = $1 AND a.answer IS NULL AND a.person_id <> $2 AND j.state = 'held' AND j.expires_at > $6
		   AND ($5 OR cardinality(k.names) > 0) AND ($7::bigint = 0 OR a.approval_id = $7)
		   AND a.impressions = j.impressions AND a.copies = greatest(1, coalesce((j.ticket->>'copies')::int, 1)) AND a.sheets = j.sheets
		   AND a.media = coalesce(j.ticket->>'media', $8) AND a.colour >= coalesce(j.colour_impressions, 0)
		   AND (a.edit->'pages', a.edit->'number_up') IS NOT DISTINCT FROM (j.edit->'pages', j.edit->'number_up')
		 ORDER BY a.approval_id LIMIT 200`, a.School, a.Person, whose.classes, day, whose.anyone, tx.Now, only, A4)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Waiting, err error) {
		return w, row.Scan(&w.ID, &w.Job, &w.Person, &w.Name, &w.Year, &w.Classes, &w.Pages, &w.Copies, &w.Sheets, &w.Colour, &w.Paper, &w.Asked, &w.Expires, &w.set, &w.rule)
	})
}

// jobsReleased are the jobs that were first released since a time, whole, by their number.
func jobsReleased(ctx context.Context, tx *db.Tx, id school.ID, since time.Time, after JobID, limit int) ([]pastJob, error) {
	rows, _ := tx.Query(ctx, `
		SELECT j.job_id, j.person_id, j.ticket, coalesce(j.pages, 0), coalesce(j.impressions, 0), coalesce(j.sheets, 0), coalesce(j.colour_impressions, 0),
		       coalesce(j.before->>'digest', encode(coalesce(j.digest, ''), 'hex')), d.reserved_at, d.printer_id
		  FROM job j
		 CROSS JOIN LATERAL (SELECT * FROM delivery d WHERE d.job_id = j.job_id ORDER BY d.delivery_id LIMIT 1) AS d
		 WHERE j.school_id = $1 AND j.submitted_at > $2::timestamptz - interval '8 days' AND d.reserved_at > $2 AND j.job_id > $3
		 ORDER BY j.job_id LIMIT $4`, id, since, after, limit)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (j pastJob, err error) {
		return j, row.Scan(&j.ID, &j.Person, &j.Ticket, &j.Pages, &j.Impressions, &j.Sheets, &j.ColourImpressions, &j.digest, &j.at, &j.printer)
	})
}
