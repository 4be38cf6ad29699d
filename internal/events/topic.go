package events

import (
	"strconv"

	"inkwell/internal/db"
)

// Deliveries is the topic of everything the dispatcher has to look at.
const Deliveries = "deliveries"

// Printers is the topic of what the printers of any school can do.
const Printers = "printers"

// Person is the topic of what one person would see at a station: jobs, balance,
// standing. id is a person's number.
func Person(id int64) string { return "person:" + strconv.FormatInt(id, 10) }

// Printer is the topic of one printer's state. id is a printer's number.
func Printer(id int32) string { return "printer:" + strconv.FormatInt(int64(id), 10) }

// Station is the topic of who comes to one station. id is a station's number.
func Station(id int32) string { return "station:" + strconv.FormatInt(int64(id), 10) }

// School is the topic of everything that changes at one school. Nobody touches it: each change
// of that school rings it.
func School(id db.SchoolID) string { return "school:" + strconv.FormatInt(int64(id), 10) }

// Device is the topic of whether one browser may open a station's page. id is a part of its
// key's digest; two that share one look once too often.
func Device(id int64) string { return "device:" + strconv.FormatInt(id, 10) }
