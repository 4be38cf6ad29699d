package release

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release/spool"
)

const jobColumns = `
	j.job_id, j.school_id, j.queue_id, j.person_id, p.username, p.pseudonym, j.proof, j.state, coalesce(j.reason, ''), coalesce(j.title, ''),
	j.ticket, coalesce(j.format, ''), coalesce(j.document, ''), coalesce(j.bytes, 0), coalesce(j.pages, 0), coalesce(j.impressions, 0),
	coalesce(j.sheets, 0), coalesce(j.price, 0), j.printed, j.attempts, j.submitted_at, j.received_at, j.held_at, j.expires_at, j.ended_at, j.on_hold, coalesce(j.hold_until, ''), j.hold_ends,
	j.password IS NOT NULL, coalesce(j.group_id, 0), j.sent_from, coalesce(j.message, ''), j.touched,
	coalesce(j.colour_pages, -1), coalesce(j.colour_impressions, 0), coalesce(j.sizes, '[]'),
	j.edition, coalesce(j.edit, '{}'), j.before, coalesce(j.original, ''), j.unmade, j.tinted, coalesce(j.sent, ''), coalesce(j.sent_kind, '{}'), j.in_print_room`

const jobTables = ` FROM job j JOIN person p USING (person_id) `

func scanJob(row pgx.Row) (j Job, err error) {
	var received, held, ended, holdEnds *time.Time
	var device *netip.Addr
	err = row.Scan(&j.ID, &j.School, &j.Queue, &j.Person, &j.Owner, &j.owner, &j.Proof, &j.State, &j.Reason, &j.Title,
		&j.Ticket, &j.Format, &j.Document, &j.Bytes, &j.Pages, &j.Impressions,
		&j.Sheets, &j.Price, &j.Printed, &j.attempts, &j.Submitted, &received, &held, &j.Expires, &ended, &j.OnHold, &j.HoldUntil, &holdEnds, &j.Locked,
		&j.Group, &device, &j.Message, &j.Touched, &j.ColourPages, &j.ColourImpressions, &j.Sizes,
		&j.Edition, &j.Edit, &j.before, &j.original, &j.unmade, &j.Tinted, &j.sent, &j.kind, &j.InPrintRoom)
	if device != nil {
		j.Device = *device
	}
	j.Received, j.Held, j.Ended, j.HoldEnds = instant(received), instant(held), instant(ended), instant(holdEnds)
	return j, err
}

// addressText is "" for no address.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// moment is instant the other way: NULL for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func oneJob(row pgx.Row) (Job, error) {
	j, err := scanJob(row)
	if errors.Is(err, pgx.ErrNoRows) {
		return Job{}, jobUnknown
	}
	return j, err
}

func manyJobs(rows pgx.Rows) ([]Job, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Job, error) { return scanJob(row) })
}

func jobByID(ctx context.Context, tx *db.Tx, id JobID) (Job, error) {
	return oneJob(tx.QueryRow(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.job_id = $1`, id))
}

// lockJob locks a job's row and reads it after the lock.
func lockJob(ctx context.Context, tx *db.Tx, id JobID) (Job, error) { return askJobLocked(tx, id)(ctx) }

// askJobLocked is lockJob with the transaction's next statement.
func askJobLocked(tx *db.Tx, id JobID) db.Answer[Job] {
	return db.Ask(tx, db.First(oneJob), `SELECT `+jobColumns+jobTables+`WHERE j.job_id = $1 FOR UPDATE OF j`, id)
}

func jobs(ctx context.Context, tx *db.Tx, a school.Actor, f JobFilter) ([]Job, error) {
	order := "j.job_id"
	if f.Ended {
		order = "j.job_id DESC"
	}
	// The person's bound is spelt so that the planner sees it; without it the list
	// of one pupil would walk the school's.
	mine := " AND $4::bigint IS NOT NULL"
	if f.Mine {
		mine = " AND j.person_id = $4"
	}
	args := []any{a.School, f.Queue, f.Ended, a.Person, f.Limit}
	switch a.Proof { // as visibleTo says
	case school.ByVouch:
		mine += " AND j.proof = 'vouched' AND j.group_id = $6 AND j.sent_from = $7"
		args = append(args, a.Group, a.Device)
	case school.ByAddress:
		mine += " AND j.proof = 'address'"
	case school.BySlip:
		mine += " AND false"
	}
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.school_id = $1 AND ($2 = 0 OR j.queue_id = $2) AND (j.ended_at IS NOT NULL) = $3`+mine+`
		 ORDER BY `+order+` LIMIT $5`, args...)
	return manyJobs(rows)
}

// keptBytes is what a job j takes in the spool: its document, what was sent where that is kept, too,
// and what a changed document was made of.
const keptBytes = `j.bytes + coalesce(j.sent_bytes, 0) + CASE WHEN j.original <> j.document THEN (j.before->>'bytes')::bigint ELSE 0 END`

const standingColumns = `
	p.person_id, open.jobs, open.bytes,
	(SELECT count(*) FROM job j WHERE j.person_id = p.person_id AND j.proof <> 'vouched' AND j.job_id >=
		(SELECT l.job_id FROM job l WHERE l.school_id = p.school_id AND l.submitted_at > $2::timestamptz - interval '1 hour' ORDER BY l.submitted_at LIMIT 1)),
	EXISTS (SELECT FROM suspension s WHERE s.person_id = p.person_id AND s.lifted_at IS NULL AND s.starts_at <= $2 AND s.ends_at > $2 AND s.action = 'withdrawal'),
	agreement_bars(p.person_id, p.school_id, $2),
	coalesce((SELECT a.balance FROM account a WHERE a.person_id = p.person_id AND a.kind = 'person' AND a.purse = 'pages'), 0),
	(SELECT a.balance FROM account a WHERE a.person_id = p.person_id AND a.kind = 'person' AND a.purse = 'colour' AND a.closed_at IS NULL),
	coalesce((SELECT t.unit FROM tariff t WHERE t.school_id = p.school_id AND t.from_at <= $2 AND t.withdrawn_at IS NULL ORDER BY t.from_at DESC LIMIT 1), 'pages')
	FROM person p CROSS JOIN LATERAL (
		SELECT count(*) AS jobs, coalesce(sum(` + keptBytes + `), 0)::bigint AS bytes FROM job j WHERE j.person_id = p.person_id AND j.ended_at IS NULL AND j.proof <> 'vouched') AS open`

// standingsOf is how the people stand, each of whom may be named more than once: one
// read for all of them, without locks. What shared devices sent in their names takes
// no room of theirs. One person is asked for by a plain number: a
// list has PostgreSQL plan the statement anew each time, which takes longer than the
// answer.
func standingsOf(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]standing, error) {
	var rows pgx.Rows
	if one := slices.Compact(slices.Sorted(slices.Values(people))); len(one) == 1 {
		rows, _ = tx.Query(ctx, `SELECT `+standingColumns+` WHERE p.person_id = $1`, one[0], tx.Now)
	} else {
		rows, _ = tx.Query(ctx, `SELECT `+standingColumns+` WHERE p.person_id = ANY ($1)`, one, tx.Now)
	}
	all := map[school.PersonID]standing{}
	var p school.PersonID
	var s standing
	var colour *int64 // nil without a ceiling
	_, err := pgx.ForEachRow(rows, []any{&p, &s.open, &s.bytes, &s.lately, &s.suspended, &s.unsigned, &s.left.Units, &colour, &s.left.Unit}, func() error {
		s.left.Colour, s.left.Ceiling = 0, colour != nil
		if colour != nil {
			s.left.Colour = *colour
		}
		all[p] = s
		return nil
	})
	return all, err
}

// countClaims is how many jobs of a shared device nobody has taken or turned down, and how
// many bytes their documents have.
func countClaims(ctx context.Context, tx *db.Tx, a school.Actor) (n int, bytes int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*), coalesce(sum(`+keptBytes+`), 0)::bigint FROM job j WHERE group_id = $1 AND sent_from = $2 AND ended_at IS NULL AND proof = 'vouched'`, a.Group, a.Device).Scan(&n, &bytes)
	return n, bytes, err
}

func countQueued(ctx context.Context, tx *db.Tx, q QueueID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM job WHERE queue_id = $1 AND ended_at IS NULL`, q).Scan(&n)
	return n, err
}

// waitingBySchool is what each school has waiting.
func waitingBySchool(ctx context.Context, tx *db.Tx) (map[school.ID]burden, error) {
	rows, _ := tx.Query(ctx, `SELECT school_id, count(*), coalesce(sum(`+keptBytes+`), 0)::bigint FROM job j WHERE ended_at IS NULL GROUP BY school_id`)
	all := map[school.ID]burden{}
	var id school.ID
	var w burden
	_, err := pgx.ForEachRow(rows, []any{&id, &w.jobs, &w.bytes}, func() error { all[id] = w; return nil })
	return all, err
}

// receivingUntil is when a job without its document is given up.
func receivingUntil(now time.Time) time.Time { return now.Add(5 * time.Minute) }

func insertJob(ctx context.Context, tx *db.Tx, s Submission, expires time.Time) (Job, error) {
	var id JobID
	err := tx.QueryRow(ctx, `
		INSERT INTO job (school_id, queue_id, person_id, proof, state, title, ticket, submitted_at, expires_at, on_hold, password, password_scheme, group_id, sent_from, hold_until, hold_ends, touched)
		VALUES ($1, $2, $3, $4, 'receiving', nullif($5, ''), $6, $7, $8, $9, nullif($10, ''), nullif($11, ''), nullif($12, 0), nullif($13, '')::inet,
		        nullif($14, ''), $15, $16)
		RETURNING job_id`,
		s.Queue.School, s.Queue.ID, s.Actor.Person, s.Actor.Proof, firstRunes(s.Title, 255), s.verdict.ticket, tx.Now, expires, s.held.on, s.hash, s.scheme(),
		s.Actor.Group, addressText(s.Actor.Device), s.held.until, moment(s.held.ends), touches(s.verdict.touched)).Scan(&id)
	if err != nil {
		return Job{}, err
	}
	return jobByID(ctx, tx, id)
}

// insertArrivals writes jobs that wait for their count, and returns them in the
// order of the arrivals.
func insertArrivals(ctx context.Context, tx *db.Tx, all []*arrival, expires time.Time) ([]Job, error) {
	rows, _ := tx.Query(ctx, `
		WITH new AS (
			INSERT INTO job (school_id, queue_id, person_id, proof, state, title, ticket, on_hold, format, document, bytes, digest,
			                 password, password_scheme, group_id, sent_from, submitted_at, received_at, expires_at, hold_until, hold_ends, touched)
			SELECT $1, queue, person, proof, 'counting', nullif(title, ''), ticket, hold, format, document, bytes, digest,
			       nullif(password, ''), nullif(scheme, ''), nullif(device_group, 0), nullif(device, '')::inet, $2, $2, expires, nullif(until, ''), ends, string_to_array(touched, ',')
			  FROM unnest($4::integer[], $5::bigint[], $6::text[], $7::text[], $8::jsonb[], $9::boolean[], $10::text[], $11::text[], $12::bigint[],
			              $13::bytea[], $14::text[], $15::text[], $16::integer[], $17::text[],
			              $3::timestamptz[], $18::text[], $19::timestamptz[], $20::text[])
			       AS a (queue, person, proof, title, ticket, hold, format, document, bytes, digest, password, scheme, device_group, device, expires, until, ends, touched)
			RETURNING *)
		SELECT `+jobColumns+` FROM new j JOIN person p USING (person_id) JOIN unnest($11::text[]) WITH ORDINALITY AS a (document, place) USING (document)
		 ORDER BY a.place`,
		all[0].Queue.School, tx.Now,
		column(all, func(a *arrival) time.Time { return a.held.expires(expires) }),
		column(all, func(a *arrival) QueueID { return a.Queue.ID }),
		column(all, func(a *arrival) school.PersonID { return a.Actor.Person }),
		column(all, func(a *arrival) string { return string(a.Actor.Proof) }),
		column(all, func(a *arrival) string { return firstRunes(a.Title, 255) }),
		column(all, func(a *arrival) Ticket { return a.verdict.ticket }),
		column(all, func(a *arrival) bool { return a.held.on }),
		column(all, func(a *arrival) string { return string(a.format) }),
		column(all, func(a *arrival) string { return string(a.doc.ID) }),
		column(all, func(a *arrival) int64 { return a.doc.Size }),
		column(all, func(a *arrival) []byte { return a.doc.Digest[:] }),
		column(all, func(a *arrival) string { return a.hash }),
		column(all, func(a *arrival) string { return a.scheme() }),
		column(all, func(a *arrival) school.GroupID { return a.Actor.Group }),
		column(all, func(a *arrival) string { return addressText(a.Actor.Device) }),
		column(all, func(a *arrival) string { return a.held.until }),
		column(all, func(a *arrival) *time.Time { return moment(a.held.ends) }),
		column(all, func(a *arrival) string { return strings.Join(touches(a.verdict.touched), ",") }))
	jobs, err := manyJobs(rows)
	if err == nil && len(jobs) != len(all) {
		err = fmt.Errorf("%d of %d jobs were written", len(jobs), len(all))
	}
	return jobs, err
}

// column is one value of each arrival.
func column[E, T any](all []E, of func(E) T) []T {
	values := make([]T, len(all))
	for i, a := range all {
		values[i] = of(a)
	}
	return values
}

func firstRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func updateReceived(ctx context.Context, tx *db.Tx, j Job, digest []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET state = 'counting', format = $2, document = $3, bytes = $4, digest = $5, received_at = $6, expires_at = $7
		 WHERE job_id = $1`, j.ID, j.Format, j.Document, j.Bytes, digest, j.Received, j.Expires)
	return err
}

// turnsFor is how long a person's jobs are remembered when the next one to be
// counted is chosen.
const turnsFor = 10 * time.Minute

// claimToCount takes a job that waits for its count and that no living node is
// counting; busy is what this one is. People take turns: somebody's second job of the
// last minutes comes after everybody's first, however the first one ended, and so does
// a second try, so that nobody's pile holds up a school. It looks among the 200 oldest. A job that comes back to the
// node that had it cost nobody a node, and is not counted as a try.
func claimToCount(ctx context.Context, tx *db.Tx, node string, busy []JobID) (Job, bool, error) {
	j, err := scanJob(tx.QueryRow(ctx, `
		WITH mine AS (
			UPDATE job SET node_id = $1, attempts = attempts + CASE WHEN node_id = $1 THEN 0 ELSE 1 END
			 WHERE job_id = (SELECT j.job_id FROM job j
			                  WHERE j.job_id IN (SELECT w.job_id FROM job w WHERE w.state = 'counting' AND NOT w.job_id = ANY ($3) ORDER BY w.job_id LIMIT 200)
			                    AND j.state = 'counting'
			                    AND (j.node_id = $1 OR NOT EXISTS (SELECT FROM node n WHERE n.node_id = j.node_id AND n.beat_at > now() - $2::interval))
			                  ORDER BY (SELECT count(*)
			                              FROM (SELECT o.submitted_at FROM job o WHERE o.person_id = j.person_id AND o.job_id < j.job_id
			                                     ORDER BY o.job_id DESC LIMIT 60) AS before
			                             WHERE before.submitted_at > $4) + j.attempts, j.job_id
			                  FOR UPDATE OF j SKIP LOCKED LIMIT 1)
			RETURNING *)
		SELECT `+jobColumns+` FROM mine j JOIN person p USING (person_id)`, node, nodeExpires, busy, tx.Now.Add(-turnsFor)))
	if errors.Is(err, pgx.ErrNoRows) {
		return Job{}, false, nil
	}
	return j, err == nil, err
}

func unclaimCount(ctx context.Context, tx *db.Tx, id JobID) error {
	_, err := tx.Exec(ctx, `UPDATE job SET node_id = NULL, attempts = attempts - 1 WHERE job_id = $1 AND state = 'counting'`, id)
	return err
}

func putBackCount(ctx context.Context, tx *db.Tx, id JobID) error {
	_, err := tx.Exec(ctx, `UPDATE job SET node_id = NULL WHERE job_id = $1 AND state = 'counting'`, id)
	return err
}

func updateHeld(ctx context.Context, tx *db.Tx, j Job, digest []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET state = 'held', node_id = NULL, document = $2, bytes = $3, digest = coalesce($4, digest), pages = $5, impressions = $6, sheets = $7, price = $8, held_at = $9,
		               colour_pages = nullif($10, -1), colour_impressions = $11, sizes = $12, tinted = $13,
		               sent = nullif($14, ''), sent_digest = CASE WHEN $14 <> '' THEN digest END, sent_bytes = CASE WHEN $14 <> '' THEN bytes END, sent_kind = CASE WHEN $14 <> '' THEN $15::jsonb END
		 WHERE job_id = $1`, j.ID, j.Document, j.Bytes, digest, j.Pages, j.Impressions, j.Sheets, j.Price, j.Held, j.ColourPages, j.ColourImpressions, j.Sizes, []byte(j.Tinted),
		string(j.sent), j.kind)
	return err
}

// updateChanged writes what Change may have changed. A job that is not counted yet
// has no figures.
func updateChanged(ctx context.Context, tx *db.Tx, j Job) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET title = nullif($2, ''), ticket = $3, on_hold = $4, impressions = nullif($5, 0), sheets = nullif($6, 0),
		               price = CASE WHEN $5 > 0 THEN $7::bigint END, hold_until = nullif($8, ''), hold_ends = $9, expires_at = $10,
		               colour_impressions = CASE WHEN $5 > 0 THEN $11::integer END, before = $12, in_print_room = $13
		 WHERE job_id = $1`, j.ID, firstRunes(j.Title, 255), j.Ticket, j.OnHold, j.Impressions, j.Sheets, j.Price, j.HoldUntil, moment(j.HoldEnds), j.Expires, j.ColourImpressions, j.before, j.InPrintRoom)
	return err
}

// jobsToLetGo are those whose hold has ended by itself, the longest ended first.
func jobsToLetGo(ctx context.Context, tx *db.Tx) ([]Job, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.state = 'held' AND j.hold_ends <= $1 ORDER BY j.hold_ends, j.job_id LIMIT 100`, tx.Now)
	return manyJobs(rows)
}

// endHold ends a hold. reason says why the job stays held all the same, if it does.
func endHold(ctx context.Context, tx *db.Tx, id JobID, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET on_hold = false, hold_until = NULL, hold_ends = NULL, reason = nullif($2, '') WHERE job_id = $1`, id, reason)
	return err
}

// jobsForPrinter are the held jobs of a direct queue that wait for nobody's word
// and have not been at a printer, oldest first.
func jobsForPrinter(ctx context.Context, tx *db.Tx, q QueueID) ([]Job, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.queue_id = $1 AND j.state = 'held' AND NOT j.on_hold AND j.printed = 0 AND j.reason IS NULL AND j.expires_at > $2
		 ORDER BY j.job_id`, q, tx.Now)
	return manyJobs(rows)
}

// updateState is written with the transaction's next statement.
func updateState(tx *db.Tx, id JobID, to JobState) {
	tx.Later(`UPDATE job SET state = $2, reason = NULL WHERE job_id = $1`, []any{id, to}, nil)
}

func updateMessage(ctx context.Context, tx *db.Tx, id JobID, message string) error {
	_, err := tx.Exec(ctx, `UPDATE job SET message = nullif($2, '') WHERE job_id = $1`, id, message)
	return err
}

// updateReason says why a held job of a direct queue is held, if not by its owner's word.
func updateReason(ctx context.Context, tx *db.Tx, id JobID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE job SET reason = $2 WHERE job_id = $1 AND state = 'held' AND NOT on_hold`, id, reason)
	return err
}

// updateHeldAgain gives a job whose time is nearly up half an hour more.
func updateHeldAgain(ctx context.Context, tx *db.Tx, id JobID, printed int, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET state = 'held', printed = $2, reason = nullif($3, ''), expires_at = greatest(expires_at, $4)
		 WHERE job_id = $1`, id, printed, reason, tx.Now.Add(30*time.Minute))
	return err
}

func updateDone(ctx context.Context, tx *db.Tx, id JobID, printed int) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET state = 'done', reason = NULL, printed = least($2, impressions), title = NULL, password = NULL, password_scheme = NULL, ended_at = $3
		 WHERE job_id = $1`, id, printed, tx.Now)
	return err
}

// updateEnded ends a job without paper. Its document's name stays until the
// document is destroyed.
func updateEnded(ctx context.Context, tx *db.Tx, id JobID, to JobState, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE job SET state = $2, reason = nullif($3, ''), title = NULL, password = NULL, password_scheme = NULL, node_id = NULL, ended_at = $4
		 WHERE job_id = $1`, id, to, reason, tx.Now)
	return err
}

func jobsToExpire(ctx context.Context, tx *db.Tx) ([]Job, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.expires_at <= $1
		   AND (j.state IN ('receiving', 'counting', 'held')
		        OR j.state = 'released' AND EXISTS (SELECT FROM delivery d WHERE d.job_id = j.job_id AND d.state = 'unclear'))
		 ORDER BY j.job_id LIMIT 100`, tx.Now)
	return manyJobs(rows)
}

func jobsOfLeavers(ctx context.Context, tx *db.Tx) ([]Job, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.state IN ('receiving', 'counting', 'held') AND p.left_at IS NOT NULL
		 ORDER BY j.job_id LIMIT $1`, leaversAtOnce)
	return manyJobs(rows)
}

// byLaw says whether a legal hold is on somebody.
func byLaw(ctx context.Context, tx *db.Tx, person school.PersonID) (is bool, err error) {
	err = tx.QueryRow(ctx, `SELECT on_hold($1)`, person).Scan(&is)
	return is, err
}

func jobsToShred(ctx context.Context, tx *db.Tx) ([]Job, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.ended_at IS NOT NULL AND j.document IS NOT NULL
		   AND NOT EXISTS (SELECT FROM sealed_document s WHERE s.job_id = j.job_id AND s.ends_at > $1)
		   AND NOT (j.state = 'expired' AND on_hold(j.person_id)) ORDER BY j.job_id LIMIT 1000`, tx.Now)
	return manyJobs(rows)
}

// spared says whether a job's document outlives it: for the safeguarding lead, or because nobody came for it and a
// legal hold is on its owner.
func spared(ctx context.Context, tx *db.Tx, id JobID) (is bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM sealed_document WHERE job_id = $1 AND ends_at > $2)
		    OR EXISTS (SELECT FROM job j WHERE j.job_id = $1 AND j.state = 'expired' AND on_hold(j.person_id))`, id, tx.Now).Scan(&is)
	return is, err
}

// sealed says whether a job's document is kept for the safeguarding lead.
func sealed(ctx context.Context, tx *db.Tx, id JobID) (is bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM sealed_document WHERE job_id = $1 AND ends_at > $2)`, id, tx.Now).Scan(&is)
	return is, err
}

func forgetDocument(ctx context.Context, tx *db.Tx, id JobID) error {
	_, err := tx.Exec(ctx, `UPDATE job SET document = NULL, original = NULL, sent = NULL WHERE job_id = $1 AND ended_at IS NOT NULL`, id)
	return err
}

// withoutJob is those of the documents that no job has.
func withoutJob(ctx context.Context, tx *db.Tx, documents []spool.ID) ([]spool.ID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT s.id FROM unnest($1::text[]) AS s (id)
		 WHERE NOT EXISTS (SELECT FROM job j WHERE j.document = s.id) AND NOT EXISTS (SELECT FROM job j WHERE j.original = s.id)
		   AND NOT EXISTS (SELECT FROM job j WHERE j.sent = s.id)`, documents)
	return pgx.CollectRows(rows, pgx.RowTo[spool.ID])
}

// takePasswordTry counts one more try at a job's password and returns what it has
// to match, or passwordSpent when there were too many.
func takePasswordTry(ctx context.Context, tx *db.Tx, id JobID) (scheme, hash string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE job SET password_tries = password_tries + 1 WHERE job_id = $1 AND password_tries < $2
		RETURNING password_scheme, password`, id, passwordTries).Scan(&scheme, &hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", passwordSpent
	}
	return scheme, hash, err
}

func forgetPasswordTries(ctx context.Context, tx *db.Tx, id JobID) error {
	_, err := tx.Exec(ctx, `UPDATE job SET password_tries = 0 WHERE job_id = $1`, id)
	return err
}

func disownedSince(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]DisownedJob, error) {
	rows, _ := tx.Query(ctx, `
		SELECT g.name, j.sent_from, j.submitted_at
		  FROM job j JOIN device_group g USING (group_id)
		 WHERE j.school_id = $1 AND j.reason = 'disowned' AND j.ended_at > $2
		 ORDER BY j.submitted_at DESC LIMIT 50`, id, since)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[DisownedJob])
}
