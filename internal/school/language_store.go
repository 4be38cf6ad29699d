package school

import (
	"context"

	"inkwell/internal/db"
)

func readingOf(ctx context.Context, tx *db.Tx, p PersonID) (r Reading, err error) {
	err = tx.QueryRow(ctx, `
		SELECT more_time, language, coalesce(year_group <= $2, false) FROM person WHERE person_id = $1`, p, youngUntil).Scan(&r.MoreTime, &r.Language, &r.Young)
	return r, err
}

func setLanguage(ctx context.Context, tx *db.Tx, p PersonID, language string) error {
	_, err := tx.Exec(ctx, `UPDATE person SET language = $2 WHERE person_id = $1`, p, language)
	return err
}

func languagesOf(ctx context.Context, tx *db.Tx, id ID) (l Languages, err error) {
	err = tx.QueryRow(ctx, `SELECT kiosk_languages, kiosk_young FROM school WHERE school_id = $1`, id).Scan(&l.Offered, &l.Young)
	return l, err
}

func setLanguages(ctx context.Context, tx *db.Tx, id ID, l Languages) error {
	_, err := tx.Exec(ctx, `UPDATE school SET kiosk_languages = $2, kiosk_young = $3 WHERE school_id = $1`, id, l.Offered, l.Young)
	return err
}

func languageSignatures(ctx context.Context, tx *db.Tx, id ID) (map[string]LanguageSignature, error) {
	rows, err := tx.Query(ctx, `SELECT language, digest, signed_by, signed_at FROM language_signature WHERE school_id = $1 ORDER BY language`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]LanguageSignature{}
	for rows.Next() {
		var tag string
		var s LanguageSignature
		if err := rows.Scan(&tag, &s.Digest, &s.By, &s.At); err != nil {
			return nil, err
		}
		all[tag] = s
	}
	return all, rows.Err()
}

func signLanguage(ctx context.Context, tx *db.Tx, id ID, language string, s LanguageSignature) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO language_signature (school_id, language, digest, signed_by, signed_at) VALUES ($1, $2, $3, $4, $5)
		    ON CONFLICT (school_id, language) DO UPDATE SET digest = $3, signed_by = $4, signed_at = $5`, id, language, s.Digest, s.By, s.At)
	return err
}
