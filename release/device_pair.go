package release

import (
	"context"
	"crypto/rand"
	"net/netip"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// CodeLife is how long a code that a screen shows is good for.
const CodeLife = 10 * time.Minute

// How many browsers may show a code at the same time: of one address, and of all.
const (
	mostAsking    = 32
	mostAskingAll = 512
)

// codeLetters are 32 that nobody takes for one another.
const codeLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

var (
	keyWrong    = fault.New(fault.Invalid, "device-key", "This browser's key cannot be used.")
	manyAsking  = fault.New(fault.TooMany, "devices-many", "Too many screens are waiting to be paired. Please wait ten minutes.")
	codeUnknown = fault.New(fault.NotFound, "device-code", "No screen shows this code now. It changes every ten minutes: look again.")
)

// Asking is a browser that shows a code until somebody of IT types it.
type Asking struct {
	Code  string // eight letters and digits
	Until time.Time
}

// AskToPair gives a browser a code to show, the same one for as long as it is good. It is refused
// when too many are shown ("devices-many").
func (d *Desk) AskToPair(ctx context.Context, k DeviceKey, from netip.Addr) (a Asking, err error) {
	if !k.Valid() {
		return a, keyWrong
	}
	err = d.DB.InTx(ctx, db.System("device"), func(ctx context.Context, tx *db.Tx) error {
		if err := deleteOldRequests(ctx, tx); err != nil {
			return err
		}
		var found bool
		if a, found, err = requestOf(ctx, tx, k.Thumb()); err != nil || found {
			return err
		}
		here, all, err := countRequests(ctx, tx, from)
		if err != nil {
			return err
		}
		if here >= mostAsking || all >= mostAskingAll {
			return manyAsking
		}
		a = Asking{Code: newCode(), Until: tx.Now.Add(CodeLife)}
		return insertRequest(ctx, tx, k, a, from)
	})
	return a, err
}

func newCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process first
	for i := range b {
		b[i] = codeLetters[int(b[i])%len(codeLetters)] // 32 divides 256
	}
	return string(b[:])
}

// PairDevice pairs the browser that shows a code with a station of a school, and uses the code up
// ("device-code", "station-unknown"). A kiosk has one screen: the one before is paired no more.
// Whoever calls has to know that by may do it.
func (d *Desk) PairDevice(ctx context.Context, in school.ID, by school.Pseudonym, slug, code string) (st Station, err error) {
	err = d.inSchool(ctx, in, func(ctx context.Context, tx *db.Tx) error {
		if st, err = stationOf(ctx, tx, in, slug); err != nil {
			return err
		}
		key, err := takeRequest(ctx, tx, tidyCode(code))
		if err != nil {
			return err
		}
		if st.Kind == KioskStation {
			if err := lockStation(ctx, tx, st.ID); err != nil {
				return err
			}
			if err := d.endDevices(ctx, tx, by, endOthers, st.ID); err != nil {
				return err
			}
		}
		return d.pair(ctx, tx, by, st, key, 0)
	})
	return st, err
}

// tidyCode is a code as a person types it: in any case, in groups, with what they take for one
// another.
func tidyCode(code string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(code))
}

// pair writes a new device down and wakes its screen. link is 0 where IT typed its code.
func (d *Desk) pair(ctx context.Context, tx *db.Tx, by school.Pseudonym, st Station, key DeviceKey, link LinkID) error {
	id, err := insertDevice(ctx, tx, st, key, link)
	if err != nil {
		return err
	}
	facts := map[string]any{"device": id}
	if link != 0 {
		facts["link"] = link
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: st.School, Act: "device-paired", Actor: by, Object: "station:" + st.Slug, Facts: facts}); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, st.School, key.Thumb().Topic())
}

// stationOf is a station of one school.
func stationOf(ctx context.Context, tx *db.Tx, in school.ID, slug string) (Station, error) {
	st, err := stationBySlug(ctx, tx, slug)
	if err == nil && st.School != in {
		return Station{}, stationUnknown
	}
	return st, err
}
