package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// matters are those that are with somebody; only one, where its number is not 0. Its job is the
// one that the flag's evidence names, of the same person.
func matters(ctx context.Context, tx *db.Tx, a school.Actor, one MatterID) ([]Matter, error) {
	rows, _ := tx.Query(ctx, `
		SELECT m.matter_id, m.person_id, p.given_name || ' ' || p.family_name, coalesce(p.year_group, -1),
		       ARRAY(SELECT o.given_name || ' ' || o.family_name || coalesce(', Year ' || o.year_group, '') FROM matter_person x JOIN person o USING (person_id)
		              WHERE x.matter_id = m.matter_id AND x.person_id <> m.person_id ORDER BY o.year_group, o.family_name, o.given_name, o.person_id), m.opened_at, coalesce(k ->> 'title', f.category), coalesce(r ->> 'name', ''),
		       coalesce((SELECT string_agg(DISTINCT w.word, ', ') FROM fact t JOIN title_word w ON w.word_id = (t.detail ->> 'word')::integer AND w.school_id = m.school_id
		                  WHERE t.school_id = m.school_id AND t.person_id = m.person_id AND 'fact:' || t.fact_id = ANY (ARRAY(SELECT jsonb_array_elements_text(f.evidence -> 'seen')))), ''),
		       concat_ws(' ', f.note, CASE WHEN f.outcome = 'referred' THEN f.closing END), m.stage, m.acknowledged_at, coalesce(b.given_name || ' ' || b.family_name, ''),
		       coalesce(j.job_id, 0), coalesce(j.state = 'held', false), s.ends_at,
		       coalesce(l.asked_by, 0), coalesce(q.given_name || ' ' || q.family_name, ''), l.witness IS NOT NULL, CASE WHEN l.witness IS NULL THEN l.asked_at + $5::interval ELSE l.witnessed_at + $6::interval END
		  FROM matter m
		  JOIN person p USING (person_id)
		  JOIN flag f USING (flag_id)
		  LEFT JOIN conduct_set v ON v.set_id = f.set_id
		  LEFT JOIN LATERAL jsonb_array_elements(v.content -> 'rules') r ON (r ->> 'rule')::integer = f.rule
		  LEFT JOIN LATERAL jsonb_array_elements(v.content -> 'categories') k ON k ->> 'name' = f.category
		  LEFT JOIN person b ON b.person_id = m.acknowledged_by
		  LEFT JOIN LATERAL (SELECT x.job_id, x.state FROM job x WHERE x.school_id = m.school_id AND x.person_id = m.person_id AND x.job_id IN (
		            SELECT substr(e, 5)::integer FROM jsonb_array_elements_text(f.evidence -> 'seen') e WHERE e ~ '^job:[0-9]{1,9}$'
		            UNION ALL SELECT substr(t.object, 5)::integer FROM fact t WHERE t.school_id = m.school_id AND t.person_id = m.person_id AND t.object ~ '^job:[0-9]{1,9}$'
		                AND 'fact:' || t.fact_id = ANY (ARRAY(SELECT jsonb_array_elements_text(f.evidence -> 'seen')))) ORDER BY x.job_id DESC LIMIT 1) j ON true
		  LEFT JOIN sealed_document s ON s.job_id = j.job_id AND s.ends_at > $4
		  LEFT JOIN LATERAL (SELECT x.asked_by, x.asked_at, x.witness, x.witnessed_at FROM sealed_look x WHERE x.job_id = j.job_id
		            AND CASE WHEN x.witness IS NULL THEN x.asked_at + $5::interval ELSE x.witnessed_at + $6::interval END > $4 ORDER BY x.look_id DESC LIMIT 1) l ON true
		  LEFT JOIN person q ON q.person_id = l.asked_by
		 WHERE m.school_id = $1 AND m.closed_at IS NULL AND ($2 = 0 OR m.matter_id = $2) AND NOT EXISTS (SELECT FROM matter_person x WHERE x.matter_id = m.matter_id AND x.person_id = $7) AND ($3 OR m.stage = 3)
		 ORDER BY m.acknowledged_at IS NOT NULL, m.opened_at, m.matter_id LIMIT 200`,
		a.School, one, seesAll(a), tx.Now, witnessIn, lookableIn, a.Person)
	return pgx.CollectRows(rows, scanMatter)
}

func scanMatter(row pgx.CollectableRow) (m Matter, err error) {
	var acknowledged, sealed, until *time.Time
	err = row.Scan(&m.ID, &m.Person, &m.Name, &m.Year, &m.Others, &m.Opened, &m.Category, &m.Rule, &m.Words, &m.Note, &m.Stage, &acknowledged, &m.By,
		&m.Job, &m.Held, &sealed, &m.Look.AskedBy, &m.Look.Asked, &m.Look.Open, &until)
	for to, from := range map[*time.Time]*time.Time{&m.Acknowledged: acknowledged, &m.Sealed: sealed, &m.Look.Until: until} {
		if from != nil {
			*to = *from
		}
	}
	return m, err
}

func lockMatter(ctx context.Context, tx *db.Tx, id MatterID) error {
	_, err := tx.Exec(ctx, `SELECT FROM matter WHERE matter_id = $1 FOR UPDATE`, id)
	return err
}

func acknowledge(ctx context.Context, tx *db.Tx, by school.Actor, id MatterID) error {
	_, err := tx.Exec(ctx, `UPDATE matter SET acknowledged_at = $2, acknowledged_by = $3, climbs_at = NULL WHERE matter_id = $1`, id, tx.Now, by.Person)
	return err
}

func closeMatter(ctx context.Context, tx *db.Tx, by school.Actor, id MatterID, to string) error {
	_, err := tx.Exec(ctx, `UPDATE matter SET closed_at = $2, closed_by = $3, handed_to = nullif($4, '') WHERE matter_id = $1`, id, tx.Now, by.Person, to)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE sealed_document SET ends_at = greatest($2, sealed_at + interval '1 microsecond') WHERE matter_id = $1 AND ends_at > $2`, id, tx.Now)
	return err
}

// referFlag closes a flag that others could see; the schema opens its matter.
func referFlag(ctx context.Context, tx *db.Tx, by school.Actor, id FlagID, why string) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE flag SET outcome = 'referred', closed_at = $3, closed_by = $4, closing = $5
		 WHERE school_id = $1 AND flag_id = $2 AND outcome IS NULL AND route <> 'safeguarding' AND person_id <> $4`, by.School, id, tx.Now, by.Person, why)
	return done.RowsAffected() > 0, err
}

func keepers(ctx context.Context, tx *db.Tx, id school.ID) ([]Keeper, error) {
	rows, _ := tx.Query(ctx, `
		SELECT l.rank, l.person_id, p.given_name || ' ' || p.family_name, coalesce(l.mail, '')
		  FROM safeguarding_line l JOIN person p USING (person_id)
		 WHERE l.school_id = $1 AND p.left_at IS NULL ORDER BY array_position(ARRAY['lead', 'deputy', 'head'], l.rank), l.person_id`, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Keeper])
}

func replaceKeepers(ctx context.Context, tx *db.Tx, id school.ID, all []Keeper) error {
	if _, err := tx.Exec(ctx, `DELETE FROM safeguarding_line WHERE school_id = $1`, id); err != nil {
		return err
	}
	for _, k := range all {
		if _, err := tx.Exec(ctx, `INSERT INTO safeguarding_line (school_id, rank, person_id, mail) VALUES ($1, $2, $3, nullif($4, ''))`, id, string(k.Rank), k.Person, k.Mail); err != nil {
			return err
		}
	}
	return nil
}

// dueMatter is one that has to be taken to somebody, or mailed to them.
type dueMatter struct {
	School school.ID
	ID     MatterID
}

func mattersDue(ctx context.Context, tx *db.Tx, mails bool) ([]dueMatter, error) {
	rows, _ := tx.Query(ctx, `
		SELECT school_id, matter_id FROM matter
		 WHERE closed_at IS NULL AND acknowledged_at IS NULL AND (stage = 0 OR climbs_at <= $1 OR $2 AND mailed_stage < stage)
		 ORDER BY matter_id LIMIT 200`, tx.Now, mails)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[dueMatter])
}

// standsAt is where a matter is, when it climbs, and whether nobody has acknowledged it.
func standsAt(ctx context.Context, tx *db.Tx, id MatterID) (at Stage, next time.Time, open bool, err error) {
	var climbs *time.Time
	err = tx.QueryRow(ctx, `SELECT stage, climbs_at, acknowledged_at IS NULL AND closed_at IS NULL FROM matter WHERE matter_id = $1`, id).Scan(&at, &climbs, &open)
	if climbs != nil {
		next = *climbs
	}
	return at, next, open, err
}

func moveMatter(ctx context.Context, tx *db.Tx, id MatterID, to Stage, next time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE matter SET stage = $2::smallint, climbs_at = CASE WHEN $2::smallint < 3 THEN $3::timestamptz END WHERE matter_id = $1`, id, to, next)
	return err
}

// mailedStage is how far mails went, and whom the matter is about.
func mailedStage(ctx context.Context, tx *db.Tx, id MatterID) (stage Stage, about []school.PersonID, err error) {
	err = tx.QueryRow(ctx, `SELECT mailed_stage, ARRAY(SELECT person_id FROM matter_person x WHERE x.matter_id = m.matter_id) FROM matter m WHERE m.matter_id = $1`, id).Scan(&stage, &about)
	return stage, about, err
}

func markMailed(ctx context.Context, tx *db.Tx, id MatterID, stage Stage) error {
	_, err := tx.Exec(ctx, `UPDATE matter SET mailed_stage = greatest(mailed_stage, $2::smallint) WHERE matter_id = $1`, id, stage)
	return err
}

// sealJob seals a job's document while the job is held, and says whether it was.
func sealJob(ctx context.Context, tx *db.Tx, by school.Actor, id MatterID, job int32, until time.Time) (bool, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM job WHERE job_id = $1 FOR UPDATE`, job); err != nil {
		return false, err
	}
	done, err := tx.Exec(ctx, `
		INSERT INTO sealed_document (job_id, school_id, matter_id, sealed_at, sealed_by, ends_at)
		SELECT j.job_id, j.school_id, $2, $3, $4, $5 FROM job j WHERE j.job_id = $1 AND j.state = 'held' AND j.document IS NOT NULL
		    ON CONFLICT (job_id) DO UPDATE SET ends_at = excluded.ends_at WHERE sealed_document.sealed_at + interval '31 days' >= excluded.ends_at`, job, id, tx.Now, by.Person, until)
	return done.RowsAffected() > 0, err
}

func insertLook(ctx context.Context, tx *db.Tx, by school.Actor, job int32) error {
	_, err := tx.Exec(ctx, `INSERT INTO sealed_look (school_id, job_id, asked_by, asked_at) VALUES ($1, $2, $3, $4)`, by.School, job, by.Person, tx.Now)
	return err
}

// witnessLook confirms the newest wish.
func witnessLook(ctx context.Context, tx *db.Tx, by school.Actor, job int32) error {
	_, err := tx.Exec(ctx, `
		UPDATE sealed_look SET witness = $2, witnessed_at = $3 WHERE look_id = (SELECT max(look_id) FROM sealed_look WHERE job_id = $1) AND witness IS NULL AND asked_by <> $2`, job, by.Person, tx.Now)
	return err
}

func mayLook(ctx context.Context, tx *db.Tx, a school.Actor, job int32) (may bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM sealed_look WHERE job_id = $1 AND $2 IN (asked_by, witness) AND witnessed_at + $4::interval > $3)`, job, a.Person, tx.Now, lookableIn).Scan(&may)
	return may, err
}

func words(ctx context.Context, tx *db.Tx, id school.ID) ([]Word, error) {
	rows, _ := tx.Query(ctx, `SELECT word_id, word, added_at FROM title_word WHERE school_id = $1 AND removed_at IS NULL ORDER BY word`, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Word])
}

func insertWord(ctx context.Context, tx *db.Tx, by school.Actor, text string) (bool, error) {
	done, err := tx.Exec(ctx, `INSERT INTO title_word (school_id, word, added_at, added_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, by.School, text, tx.Now, by.Pseudonym)
	return done.RowsAffected() > 0, err
}

func removeWord(ctx context.Context, tx *db.Tx, by school.Actor, id WordID) (bool, error) {
	done, err := tx.Exec(ctx, `UPDATE title_word SET removed_at = $3, removed_by = $4 WHERE school_id = $1 AND word_id = $2 AND removed_at IS NULL`, by.School, id, tx.Now, by.Pseudonym)
	return done.RowsAffected() > 0, err
}
