package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// LiveSpan is how far back Live tells what happened.
const LiveSpan = 15 * time.Minute

// liveMost is how many happenings are told at most, the latest.
const liveMost = 40

// Live is a school's printing at one moment, for those who look after it. It names nobody and no
// document, but those whose jobs the actor may see anyhow.
type Live struct {
	At       time.Time
	Waiting  int // jobs that wait for their owners
	Sent     int // jobs of the last LiveSpan
	Pages    int // that came out in it
	Taps     int // of people who were known, in it
	Strange  int // of cards and codes that nobody was known by, in it
	Printing []LiveDelivery
	Printers []LivePrinter
	Kiosks   []LiveKiosk
	Latest   []Happening // the latest first
}

// LiveDelivery is what is on its way to a printer, or comes out of it.
type LiveDelivery struct {
	ID      DeliveryID
	Printer string
	Room    string
	Who     string // whose it is, or ""
	State   DeliveryState
	Printed int64
	Of      int64
	Stopped bool // the printer has
	Since   time.Time
}

// LivePrinter is a printer, and how many deliveries wait for it.
type LivePrinter struct {
	PrinterRecord
	Queued int
}

// LiveKiosk is a station with its screens, and who came to it.
type LiveKiosk struct {
	Slug, Name string
	Kind       StationKind
	Screens    int // paired
	Connected  int
	Seen       time.Time // when the last of them was open
	Taps       int       // in LiveSpan
	Strange    int       // of them that nobody was known by
}

// HappeningKind is what happened.
type HappeningKind string

// What happens.
const (
	JobArrived    HappeningKind = "arrived"
	JobReleased   HappeningKind = "released"
	JobPrinted    HappeningKind = "printed"
	JobNotPrinted HappeningKind = "void"
	JobLost       HappeningKind = "unclear"
	FaultBegan    HappeningKind = "fault"
	FaultEnded    HappeningKind = "mended"
	KioskBack     HappeningKind = "kiosk-back"
	KioskLost     HappeningKind = "kiosk-lost"
	Tapped        HappeningKind = "tapped"
	Unrecognised  HappeningKind = "unknown"
)

// Happening is one thing that happened.
type Happening struct {
	At    time.Time
	Kind  HappeningKind
	Who   string    // whose job it was, "" where that is not told
	Where string    // printer or station, or ""
	Fault FaultKind // of FaultBegan and FaultEnded
	Pages int64     // 0 for not known; of taps, how many
	Of    int64     // of JobPrinted
}

// Live tells what is happening at the actor's school. Those who may not see people's jobs are told
// numbers alone, and a claim that nobody has taken is the devices' that sent it.
func (d *Desk) Live(ctx context.Context, a school.Actor) (l Live, err error) {
	if !a.May(school.ManageFace) {
		return l, notAllowed
	}
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		l = Live{At: tx.Now}
		since, named := tx.Now.Add(-LiveSpan), a.May(school.SeeSchool)
		counts := askLiveCounts(tx, a.School, since)
		printing := askLiveDeliveries(tx, a.School, named)
		printers := askLivePrinters(tx, a.School)
		kiosks := askLiveKiosks(tx, a.School, since)
		latest := askHappenings(tx, a.School, since, named)
		if l.Printing, err = printing(ctx); err != nil {
			return err
		}
		if l.Printers, err = printers(ctx); err != nil {
			return err
		}
		if l.Kiosks, err = kiosks(ctx); err != nil {
			return err
		}
		if l.Latest, err = latest(ctx); err != nil {
			return err
		}
		c, err := counts(ctx)
		l.Waiting, l.Sent, l.Pages, l.Taps, l.Strange = c.Waiting, c.Sent, c.Pages, c.Known, c.Unknown
		return err
	})
	return l, err
}
