package release

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// openPCStation is the station of the computers that are paired with a printer.
func openPCStation(ctx context.Context, tx *db.Tx, p PrinterRecord) (id StationID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO station (school_id, slug, name, printer_id, kind, elsewhere) VALUES ($1, $2, $3, $4, 'pc', false)
		    ON CONFLICT (printer_id) WHERE kind = 'pc' DO UPDATE SET name = excluded.name RETURNING station_id`,
		p.School, fmt.Sprintf("pc-%d", p.ID), p.Name, p.ID).Scan(&id)
	return id, err
}

func insertPairing(ctx context.Context, tx *db.Tx, id school.ID, st StationID, link []byte) (n int, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO pairing (school_id, station_id, link, made_at, until) VALUES ($1, $2, $3, $4, $5) RETURNING pairing_id`,
		id, st, link, tx.Now, tx.Now.Add(PairingLife)).Scan(&n)
	return n, err
}

func slugOfLink(ctx context.Context, tx *db.Tx, link []byte) (slug string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT s.slug FROM pairing p JOIN station s USING (station_id)
		 WHERE p.link = $1 AND p.paired_at IS NULL AND p.ended_at IS NULL AND p.until > $2`, link, tx.Now).Scan(&slug)
	return none(slug, err, pairingUnknown)
}

// usePairing pairs one browser with a link; of two that try, one.
func usePairing(ctx context.Context, tx *db.Tx, link, secret []byte) (id int, in school.ID, slug string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE pairing p SET secret = $2, paired_at = $3
		  FROM station s
		 WHERE s.station_id = p.station_id AND p.link = $1 AND p.paired_at IS NULL AND p.ended_at IS NULL AND p.until > $3
		RETURNING p.pairing_id, p.school_id, s.slug`, link, secret, tx.Now).Scan(&id, &in, &slug)
	_, err = none(id, err, pairingUnknown)
	return id, in, slug, err
}

func isPaired(ctx context.Context, tx *db.Tx, secret []byte, slug string) (good bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pairing p JOIN station s USING (station_id) WHERE p.secret = $1 AND s.slug = $2 AND p.ended_at IS NULL)`,
		secret, slug).Scan(&good)
	return good, err
}

func endPairings(ctx context.Context, tx *db.Tx, p PrinterID) (browsers int, err error) {
	err = tx.QueryRow(ctx, `
		WITH ended AS (
			UPDATE pairing p SET ended_at = greatest($2, p.made_at) FROM station s
			 WHERE s.station_id = p.station_id AND s.printer_id = $1 AND s.kind = 'pc' AND p.ended_at IS NULL RETURNING p.paired_at)
		SELECT count(paired_at) FROM ended`, p, tx.Now).Scan(&browsers)
	return browsers, err
}
