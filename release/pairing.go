package release

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// PairingLife is how long a link that pairs a browser is good for.
const PairingLife = 15 * time.Minute

var (
	pairingUnknown = fault.New(fault.NotFound, "pairing-unknown", "This link has been used or has expired. Ask IT for a new one.")
	pairingOver    = fault.New(fault.Forbidden, "pairing-over", "This computer is not paired with a printer any more. Please tell IT.")
)

// pairDigest needs no key: nobody guesses 128 random bits.
func pairDigest(what, token string) []byte {
	sum := sha256.Sum256([]byte(what + "\x00" + token))
	return sum[:]
}

// OfferPairing makes a link by which one browser can be paired with a printer, once, within
// PairingLife, and returns what it carries: 128 random bits, of which a digest is kept. The
// page of such a browser is the printer's PC station, which is made with the first.
func OfferPairing(ctx context.Context, tx *db.Tx, by school.Pseudonym, p PrinterRecord) (token string, err error) {
	st, err := openPCStation(ctx, tx, p)
	if err != nil {
		return "", err
	}
	token = newToken()
	id, err := insertPairing(ctx, tx, p.School, st, pairDigest("pair", token))
	if err != nil {
		return "", fmt.Errorf("offer pairing: %w", err)
	}
	return token, audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "pairing-offered", Actor: by, Object: fmt.Sprintf("printer:%d", p.ID),
		Facts: map[string]any{"pairing": id}})
}

// StationToPair is the one that a link pairs with ("pairing-unknown"). It uses nothing up: browsers
// look at links before people do.
func (d *Desk) StationToPair(ctx context.Context, token string) (st Station, err error) {
	err = d.DB.InTx(ctx, db.System("pairing"), func(ctx context.Context, tx *db.Tx) error {
		slug, err := slugOfLink(ctx, tx, pairDigest("pair", token))
		if err == nil {
			st, err = stationBySlug(ctx, tx, slug)
		}
		return err
	})
	return st, err
}

// Pair uses a link up, and returns what proves the browser from now on and the station's page.
func (d *Desk) Pair(ctx context.Context, token string) (slug, secret string, err error) {
	secret = newToken()
	err = d.DB.InTx(ctx, db.System("pairing"), func(ctx context.Context, tx *db.Tx) error {
		id, in, st, err := usePairing(ctx, tx, pairDigest("pair", token), pairDigest("paired", secret))
		if err != nil {
			return err
		}
		slug = st
		return audit.Record(ctx, tx, audit.Entry{School: in, Act: "pairing-made", Object: "station:" + slug, Facts: map[string]any{"pairing": id}})
	})
	if err != nil {
		return "", "", err
	}
	return slug, secret, nil
}

// Paired refuses a browser that is not paired with the station of the page, or no longer
// ("pairing-over").
func (d *Desk) Paired(ctx context.Context, secret, slug string) error {
	return d.DB.InTx(ctx, db.System("pairing"), func(ctx context.Context, tx *db.Tx) error {
		good, err := isPaired(ctx, tx, pairDigest("paired", secret), slug)
		if err == nil && !good {
			err = pairingOver
		}
		return err
	})
}

// EndPairings ends all links and browsers of a printer, and says how many browsers there were.
// Their pages are told at once, and whatever they ask is refused.
func (d *Desk) EndPairings(ctx context.Context, by school.Pseudonym, p PrinterRecord) (n int, err error) {
	err = d.inSchool(ctx, p.School, func(ctx context.Context, tx *db.Tx) error {
		if n, err = endPairings(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "pairings-ended", Actor: by, Object: fmt.Sprintf("printer:%d", p.ID)}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, p.School, events.Printer(int32(p.ID)))
	})
	return n, err
}
