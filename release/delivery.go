package release

import (
	"time"

	"inkwell/internal/school"
	"inkwell/quota"
)

// DeliveryID names a delivery.
type DeliveryID int64

// Delivery is one way of a released job, or what is left of it, to a printer.
type Delivery struct {
	ID          DeliveryID
	School      school.ID
	Job         JobID
	Person      school.PersonID
	Printer     PrinterID
	Station     StationID       // 0 when released without one
	Pass        school.PassID   // that it was released on, or 0
	Slip        SlipID          // the runner's, or 0
	By          school.PersonID // the teacher who released it for its owner, or 0
	State       DeliveryState
	Reason      string // keyword why it ended as it did, or ""
	Token       string // job-name at the printer
	FirstPage   int    // first page of the document to send; 1 unless a single copy goes on
	Copies      int
	Impressions int   // impressions paid for
	Amount      int64 // units reserved: what Work costs by the Tariff at the Group
	Tariff      quota.TariffID
	Group       quota.GroupID // the printer's, then
	Work        quota.Work    // as it was priced
	Colour      int           // of the impressions, in colour
	Repeats     bool          // its copies are in the document: the printer makes fewer; known once it goes
	Uncounted   bool          // what came out is what the printer says alone
	PrinterJob  int           // job-id at the printer; 0 before it has one
	UpTime      int           // printer-up-time when it was begun
	Tries       int           // how often the printer was not reached or said not now
	Printed     int           // impressions out so far, as reported
	Counter     int           // all that the printer had ever printed when it was begun; 0 when it does not say
	Said        *Said         // what the printer said at its end; nil when it was not asked
	Charged     int64
	Reserved    time.Time
	Begun       time.Time // the first word to the printer was about to be said
	Sent        time.Time // the printer had the document
	Ended       time.Time
}

// errand is what the printer is told. What fills its sheets already is not fitted to them
// again.
func (d Delivery) errand(j Job, p PrinterRecord) Errand {
	j = d.rest(j)
	t, w := j.Ticket.Fitted(p.Can).toldGrey(p.Can), p.Can.way(j)
	if j.fills() && !w.asSent || w.raster != nil {
		t.Scaling = ""
	}
	if w.raster != nil {
		t.Media = w.raster.Media
	}
	if d.Repeats {
		return Errand{Token: d.Token, Format: w.format, Copies: 1, Ticket: t}
	}
	return Errand{Token: d.Token, Format: w.format, Copies: d.Copies, Ticket: t}
}

// rest is the job as far as its document goes with this delivery: what was sent goes whole or
// not at all.
func (d Delivery) rest(j Job) Job {
	if d.FirstPage > 1 {
		j.sent = ""
	}
	if d.Repeats && d.each() == 1 {
		j.Ticket.Sides = oneSided
	}
	return j
}
