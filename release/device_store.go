package release

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

const deviceColumns = `v.device_id, v.school_id, v.station_id, s.slug, v.key, v.link_id IS NOT NULL, v.paired_at, v.seen_at, v.connected_at`

func scanDevice(row pgx.Row, more ...any) (d Device, err error) {
	var key []byte
	var since *time.Time
	err = row.Scan(append([]any{&d.ID, &d.School, &d.Station, &d.Slug, &key, &d.ByLink, &d.Paired, &d.Seen, &since}, more...)...)
	copy(d.Key[:], key)
	d.Since = instant(since)
	return d, err
}

func collectDevices(rows pgx.Rows) ([]Device, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Device, error) { return scanDevice(row) })
}

func askDevice(tx *db.Tx, t Thumb) db.Answer[Device] {
	return db.Ask(tx, db.First(func(row pgx.Row) (d Device, err error) {
		var over bool
		d, err = scanDevice(row, &over)
		if d, err = none(d, err, deviceUnknown); err == nil && over {
			return Device{}, deviceOver
		}
		return d, err
	}), `SELECT `+deviceColumns+`, v.ended_at IS NOT NULL FROM kiosk_device v JOIN station s USING (station_id) WHERE v.thumb = $1`, t[:])
}

func deviceByID(ctx context.Context, tx *db.Tx, in school.ID, id DeviceID) (Device, error) {
	d, err := scanDevice(tx.QueryRow(ctx, `
		SELECT `+deviceColumns+` FROM kiosk_device v JOIN station s USING (station_id)
		 WHERE v.school_id = $1 AND v.device_id = $2 AND v.ended_at IS NULL`, in, id))
	return none(d, err, deviceMissing)
}

// devicesOf are those of a station, or of all for 0; who was silent for longest comes first.
func devicesOf(ctx context.Context, tx *db.Tx, in school.ID, st StationID) ([]Device, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+deviceColumns+` FROM kiosk_device v JOIN station s USING (station_id)
		 WHERE v.school_id = $1 AND ($2 = 0 OR v.station_id = $2) AND v.ended_at IS NULL ORDER BY v.seen_at, v.device_id`, in, st)
	return collectDevices(rows)
}

func devicesByLink(ctx context.Context, tx *db.Tx, id LinkID) ([]Device, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+deviceColumns+` FROM kiosk_device v JOIN station s USING (station_id)
		 WHERE v.link_id = $1 AND v.ended_at IS NULL ORDER BY v.seen_at, v.device_id`, id)
	return collectDevices(rows)
}

func isPaired(ctx context.Context, tx *db.Tx, id DeviceID) (paired bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM kiosk_device WHERE device_id = $1 AND ended_at IS NULL)`, id).Scan(&paired)
	return paired, err
}

func updateSeen(ctx context.Context, tx *db.Tx, ids []DeviceID) error {
	_, err := tx.Exec(ctx, `
		UPDATE kiosk_device SET seen_at = greatest(seen_at, $2),
		       connected_at = CASE WHEN connected_at IS NULL OR seen_at <= $2::timestamptz - make_interval(secs => $3) THEN $2 ELSE connected_at END
		 WHERE device_id IN (SELECT device_id FROM kiosk_device WHERE device_id = ANY ($1) ORDER BY device_id FOR UPDATE)`, ids, tx.Now, silent.Seconds())
	return err
}

func updateLeft(ctx context.Context, tx *db.Tx, ids []DeviceID) error {
	_, err := tx.Exec(ctx, `
		UPDATE kiosk_device SET connected_at = NULL
		 WHERE device_id IN (SELECT device_id FROM kiosk_device WHERE device_id = ANY ($1) ORDER BY device_id FOR UPDATE)`, ids)
	return err
}

func insertDevice(ctx context.Context, tx *db.Tx, st Station, k DeviceKey, link LinkID) (id DeviceID, err error) {
	thumb := k.Thumb()
	err = tx.QueryRow(ctx, `
		INSERT INTO kiosk_device (school_id, station_id, link_id, thumb, key, paired_at, seen_at) VALUES ($1, $2, nullif($3, 0), $4, $5, $6, $6)
		    ON CONFLICT (thumb) DO NOTHING RETURNING device_id`, st.School, st.ID, link, thumb[:], k[:], tx.Now).Scan(&id)
	return none(id, err, deviceOver) // the key has been somebody's already
}

// endWhich says which browsers are ended.
type endWhich string

const (
	endOne    endWhich = `v.device_id = $1`
	endOthers endWhich = `v.station_id = $1`
)

func updateUnpaired(ctx context.Context, tx *db.Tx, which endWhich, of any) ([]Device, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE kiosk_device v SET ended_at = greatest($2, v.paired_at) FROM station s
		 WHERE s.station_id = v.station_id AND `+string(which)+` AND v.ended_at IS NULL RETURNING `+deviceColumns, of, tx.Now)
	return collectDevices(rows)
}

func deleteOldRequests(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM kiosk_request WHERE until <= $1`, tx.Now)
	return err
}

func requestOf(ctx context.Context, tx *db.Tx, t Thumb) (a Asking, found bool, err error) {
	err = tx.QueryRow(ctx, `SELECT code, until FROM kiosk_request WHERE thumb = $1`, t[:]).Scan(&a.Code, &a.Until)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

func countRequests(ctx context.Context, tx *db.Tx, from netip.Addr) (here, all int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE address = $1), count(*) FROM kiosk_request`, from).Scan(&here, &all)
	return here, all, err
}

func insertRequest(ctx context.Context, tx *db.Tx, k DeviceKey, a Asking, from netip.Addr) error {
	thumb := k.Thumb()
	_, err := tx.Exec(ctx, `INSERT INTO kiosk_request (thumb, key, code, address, until) VALUES ($1, $2, $3, $4, $5)`, thumb[:], k[:], a.Code, from, a.Until)
	return err
}

// takeRequest uses a code up; of two that try, one does.
func takeRequest(ctx context.Context, tx *db.Tx, code string) (k DeviceKey, err error) {
	var key []byte
	err = tx.QueryRow(ctx, `DELETE FROM kiosk_request WHERE code = $1 AND until > $2 RETURNING key`, code, tx.Now).Scan(&key)
	copy(k[:], key)
	return none(k, err, codeUnknown)
}

// openPCStation is the station of the computers that are paired with a printer.
func openPCStation(ctx context.Context, tx *db.Tx, p PrinterRecord) (slug string, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO station (school_id, slug, name, printer_id, kind, elsewhere) VALUES ($1, $4, $3, $2, 'pc', false)
		    ON CONFLICT (printer_id) WHERE kind = 'pc' DO UPDATE SET name = excluded.name RETURNING slug`, p.School, p.ID, p.Name, fmt.Sprintf("pc-%d", p.ID)).Scan(&slug)
	return slug, err
}

func insertLink(ctx context.Context, tx *db.Tx, st Station, digest []byte, l Link) (id LinkID, err error) {
	if l.Networks == nil {
		l.Networks = []netip.Prefix{}
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO kiosk_link (school_id, station_id, digest, networks, most, times, made_at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING link_id`,
		st.School, st.ID, digest, l.Networks, l.Most, l.Times, tx.Now, tx.Now.Add(l.Life)).Scan(&id)
	return id, err
}

// lockLink is a link that can still be used; others that try wait for it.
func lockLink(ctx context.Context, tx *db.Tx, digest []byte) (l link, err error) {
	var slug string
	err = tx.QueryRow(ctx, `
		SELECT k.link_id, k.networks, k.most, s.slug FROM kiosk_link k JOIN station s USING (station_id)
		 WHERE k.digest = $1 AND k.used < k.times AND k.ended_at IS NULL AND k.until > $2 FOR UPDATE`, digest, tx.Now).Scan(&l.id, &l.Networks, &l.Most, &slug)
	if l, err = none(l, err, linkUnknown); err == nil {
		l.station, err = stationBySlug(ctx, tx, slug)
	}
	return l, err
}

func updateUsed(ctx context.Context, tx *db.Tx, id LinkID) error {
	_, err := tx.Exec(ctx, `UPDATE kiosk_link SET used = used + 1 WHERE link_id = $1`, id)
	return err
}

func endLinks(ctx context.Context, tx *db.Tx, st StationID) error {
	_, err := tx.Exec(ctx, `UPDATE kiosk_link SET ended_at = greatest($2, made_at) WHERE station_id = $1 AND ended_at IS NULL`, st, tx.Now)
	return err
}

// endLinkOf ends the link that a browser came by.
func endLinkOf(ctx context.Context, tx *db.Tx, id DeviceID) error {
	_, err := tx.Exec(ctx, `
		UPDATE kiosk_link SET ended_at = greatest($2, made_at)
		 WHERE ended_at IS NULL AND link_id = (SELECT link_id FROM kiosk_device WHERE device_id = $1)`, id, tx.Now)
	return err
}

func stands(ctx context.Context, tx *db.Tx, in school.ID) ([]Stand, error) {
	rows, _ := tx.Query(ctx, `
		SELECT s.station_id, s.slug, s.name, s.kind, r.name, r.room,
		       (SELECT count(*) FROM kiosk_link k WHERE k.station_id = s.station_id AND k.ended_at IS NULL AND k.until > $2 AND k.used < k.times)
		  FROM station s JOIN printer r USING (printer_id)
		 WHERE s.school_id = $1 ORDER BY s.kind, s.name, s.slug`, in, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Stand, err error) {
		return s, row.Scan(&s.ID, &s.Slug, &s.Name, &s.Kind, &s.Printer, &s.Room, &s.Links)
	})
}

// lockStation has whoever pairs a screen with the same station wait.
func lockStation(ctx context.Context, tx *db.Tx, id StationID) error {
	_, err := tx.Exec(ctx, `SELECT FROM station WHERE station_id = $1 FOR UPDATE`, id)
	return err
}
