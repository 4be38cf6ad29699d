package release

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// DeviceID is a paired browser's number.
type DeviceID int32

// DeviceKey is the public key of a browser: a point of P-256, uncompressed. The other half never
// leaves the browser, which cannot read it itself.
type DeviceKey [65]byte

// Thumb is the digest of a DeviceKey, by which a browser says who it is.
type Thumb [sha256.Size]byte

// Thumb is the key's digest.
func (k DeviceKey) Thumb() Thumb { return sha256.Sum256(k[:]) }

// Valid says whether the key is a point of the curve.
func (k DeviceKey) Valid() bool {
	_, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k[:])
	return err == nil
}

// Signed says whether the browser signed the text, by ECDSA with SHA-256; the signature is r and s
// of 32 bytes each, as WebCrypto writes them.
func (k DeviceKey) Signed(text string, signature []byte) bool {
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k[:])
	if err != nil || len(signature) != 64 {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

// Topic is where it is told that something about the browser has changed.
func (t Thumb) Topic() string {
	return events.Device(int64(binary.BigEndian.Uint64(t[:8]) >> 1)) // #nosec G115 -- 63 bits
}

// Device is a browser that is paired with a station.
type Device struct {
	ID      DeviceID
	School  school.ID
	Station StationID
	Slug    string // the station's
	Key     DeviceKey
	ByLink  bool      // it paired itself by a link
	Paired  time.Time // since when
	Seen    time.Time // when it was connected last, to a minute or so
	Since   time.Time // since when its page is open without a break; zero while it is not known to be
}

// Connected says whether the browser's page is open now, or is about to be.
func (d Device) Connected(now time.Time) bool {
	return now.Sub(d.Seen) < silent && (!d.Since.IsZero() || now.Sub(d.Paired) < SeenEvery)
}

// silent is how long a page that is open may not be heard of: it is told of every SeenEvery.
const silent = 3 * SeenEvery

// SeenEvery is how often SeenDevices is to be told of pages that are open.
const SeenEvery = time.Minute

var (
	deviceUnknown = fault.New(fault.NotFound, "device-unknown", "This screen is not paired with a station yet.")
	deviceOver    = fault.New(fault.Forbidden, "device-over", "This screen is not paired with a station any more. Please tell IT.")
)

// Device is the browser with a key, and the station it is paired with, in one exchange with the
// database: "device-unknown" before it is paired, "device-over" after.
func (d *Desk) Device(ctx context.Context, t Thumb) (one Device, st Station, err error) {
	err = d.DB.Look(ctx, db.System("device"), func(ctx context.Context, tx *db.Tx) error {
		device := askDevice(tx, t)
		station := askStation(tx, `s.station_id = (SELECT v.station_id FROM kiosk_device v WHERE v.thumb = $1)`, t[:])
		if one, err = device(ctx); err == nil {
			st, err = station(ctx)
		}
		return err
	})
	return one, st, err
}

// StillPaired refuses a browser that is paired no more ("device-over").
func (d *Desk) StillPaired(ctx context.Context, id DeviceID) error {
	return d.DB.Look(ctx, db.System("device"), func(ctx context.Context, tx *db.Tx) error {
		paired, err := isPaired(ctx, tx, id)
		if err == nil && !paired {
			err = deviceOver
		}
		return err
	})
}

// SeenDevices says that the pages of these browsers are open.
func (d *Desk) SeenDevices(ctx context.Context, ids []DeviceID) error {
	if len(ids) == 0 {
		return nil
	}
	return d.DB.InTx(ctx, db.System("device"), func(ctx context.Context, tx *db.Tx) error {
		return updateSeen(ctx, tx, ids)
	})
}

// LeftDevices says that the pages of these browsers are open no more, so that whoever is to take a place
// of theirs need not wait until they have been silent for long.
func (d *Desk) LeftDevices(ctx context.Context, ids []DeviceID) error {
	if len(ids) == 0 {
		return nil
	}
	return d.DB.InTx(ctx, db.System("device"), func(ctx context.Context, tx *db.Tx) error {
		return updateLeft(ctx, tx, ids)
	})
}
