package release

import (
	"time"

	"inkwell/internal/school"
)

// StationID names a station.
type StationID int32

// Station is a kiosk's place: the page at /kiosk/<slug> and the printer beside it.
type Station struct {
	ID         StationID
	School     school.ID
	SchoolName string
	Slug       string
	Name       string
	Printer    PrinterRecord
}

// Visitor is a person at a station, proven by badge or code.
type Visitor struct {
	Actor   school.Actor
	Station Station
}

// Visit is what a person sees at a station: one read of the database.
type Visit struct {
	Name    string // given name, for the greeting
	Balance int64  // units left to spend
	Printer PrinterRecord
	// Barred is the refusal that stops this person from printing at all, or nil.
	// The first screen stays neutral; Say stands behind "Why?".
	Barred error
	Jobs   []VisitJob // oldest first; those that have just ended stay for a while
}

// VisitJob is one job of a visit.
type VisitJob struct {
	ID        JobID
	State     JobState
	Title     string
	Pages     int // impressions still to print
	Due       int64
	Submitted time.Time
	Expires   time.Time
	Delivery  *VisitDelivery // the open or latest delivery, nil before the first
	Refusal   string         // why it was refused, in plain words, or ""
}

// VisitDelivery is how far a release has come.
type VisitDelivery struct {
	State   DeliveryState
	Printer string // the printer's name
	Printed int    // impressions out so far, as the printer reports them
	Of      int    // impressions of this delivery
	Charged int64  // units, once settled
	Trouble string // plain words when the printer has stopped, or ""
}
