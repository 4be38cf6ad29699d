package release

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// LinkID is the number of a link by which browsers pair themselves.
type LinkID int32

// PersonLinkLife is how long a link is good for that a person opens.
const PersonLinkLife = 15 * time.Minute

// Link is by which browsers pair themselves with a station: a person's once, or a school's device
// management's as often as tablets are wiped.
type Link struct {
	Life     time.Duration  // to 400 days; more than one day needs networks
	Networks []netip.Prefix // from where; none means from anywhere
	Most     int            // browsers of it at the same time, to 1,000
	Times    int            // how often in all, to 10,000
}

// PersonLink is good for one browser, for a quarter of an hour.
var PersonLink = Link{Life: PersonLinkLife, Most: 1, Times: 1}

var (
	linkUnknown  = fault.New(fault.NotFound, "link-unknown", "This link has been used or has expired. Ask IT for a new one.")
	linkNetwork  = fault.New(fault.Forbidden, "link-network", "This link pairs no screen from this network. Please tell IT.")
	linkFull     = fault.New(fault.Conflict, "link-full", "Another screen is at work there. Switch it off: this one takes its place within a minute.")
	linkDays     = fault.New(fault.Invalid, "link-days", "A link is good for up to 400 days.")
	linkNetworks = fault.New(fault.Invalid, "link-networks", "A link for more than one day works from named networks alone. Name them.")
	linkMost     = fault.New(fault.Invalid, "link-most", "A link pairs from 1 to 1,000 screens at the same time, up to 10,000 times in all, and one with a kiosk.")
)

func (l Link) check(kind StationKind) error {
	switch {
	case l.Life <= 0 || l.Life > 400*24*time.Hour:
		return linkDays
	case l.Life > 24*time.Hour && len(l.Networks) == 0:
		return linkNetworks
	case l.Most < 1 || l.Most > 1000 || l.Times < 1 || l.Times > 10_000 || kind == KioskStation && l.Most > 1:
		return linkMost
	}
	return nil
}

// linkDigest needs no key: nobody guesses 128 random bits.
func linkDigest(token string) []byte {
	sum := sha256.Sum256([]byte("link\x00" + token))
	return sum[:]
}

// OpenPCStation is the station of the computers of a printer's room, made with the first.
func OpenPCStation(ctx context.Context, tx *db.Tx, p PrinterRecord) (slug string, err error) {
	return openPCStation(ctx, tx, p)
}

// OfferLink makes a link to a station of a school, and returns what it carries: 128 random bits, of
// which a digest is kept.
func OfferLink(ctx context.Context, tx *db.Tx, in school.ID, by school.Pseudonym, slug string, l Link) (token string, err error) {
	st, err := stationOf(ctx, tx, in, slug)
	if err == nil {
		err = l.check(st.Kind)
	}
	if err != nil {
		return "", err
	}
	token = newToken()
	for i, n := range l.Networks {
		l.Networks[i] = n.Masked()
	}
	id, err := insertLink(ctx, tx, st, linkDigest(token), l)
	if err != nil {
		return "", err
	}
	return token, audit.Record(ctx, tx, audit.Entry{School: in, Act: "device-link", Actor: by, Object: "station:" + slug, Facts: map[string]any{"link": id}})
}

// Enrol pairs a browser by a link ("link-unknown"), from where it may be ("link-network"). It takes the
// place of one that has not been heard of for some minutes, as a tablet that was wiped; never
// of one at work ("link-full").
func (d *Desk) Enrol(ctx context.Context, k DeviceKey, token string, from netip.Addr) error {
	if !k.Valid() {
		return keyWrong
	}
	return d.DB.InTx(ctx, db.System("device"), func(ctx context.Context, tx *db.Tx) error {
		l, err := lockLink(ctx, tx, linkDigest(token))
		if err != nil {
			return err
		}
		if !l.admits(from) {
			return linkNetwork
		}
		if err := d.makeRoom(ctx, tx, l); err != nil {
			return err
		}
		if err := updateUsed(ctx, tx, l.id); err != nil {
			return err
		}
		return d.pair(ctx, tx, "", l.station, k, l.id)
	})
}

// link is a row of kiosk_link that is in force.
type link struct {
	Link
	id      LinkID
	station Station
}

func (l link) admits(from netip.Addr) bool {
	for _, n := range l.Networks {
		if n.Contains(from) {
			return true
		}
	}
	return len(l.Networks) == 0
}

// makeRoom ends a silent browser where there are as many as there may be.
func (d *Desk) makeRoom(ctx context.Context, tx *db.Tx, l link) error {
	all, err := devicesOf(ctx, tx, l.station.School, l.station.ID)
	if err != nil {
		return err
	}
	if l.station.Kind == PCStation {
		if all, err = devicesByLink(ctx, tx, l.id); err != nil {
			return err
		}
	}
	for len(all) >= l.Most { // the one silent for longest comes first
		gone := slices.IndexFunc(all, func(one Device) bool { return !one.Connected(tx.Now) })
		if gone < 0 {
			return linkFull
		}
		if err := d.endDevices(ctx, tx, "", endOne, all[gone].ID); err != nil {
			return err
		}
		all = slices.Delete(all, gone, gone+1)
	}
	return nil
}
