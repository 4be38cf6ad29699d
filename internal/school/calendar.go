package school

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school/calendar"
)

// Day is the school day that a time falls on, as midnight UTC of its date.
func (s School) Day(at time.Time) time.Time { return s.clock().Date(at).Time() }

// Start is when the school's day of that time began.
func (s School) Start(at time.Time) time.Time { return s.clock().Start(s.clock().Date(at)) }

// clock is a calendar that knows days and nothing of terms.
func (s School) clock() calendar.Calendar { return calendar.Calendar{Zone: s.Zone} }

// ByID finds a school in the transaction's scope.
func ByID(ctx context.Context, tx *db.Tx, id ID) (School, error) { return schoolByID(ctx, tx, id) }

// CalendarOf is a school's time as it was entered, in one statement. A school that
// has entered nothing has the defaults.
func CalendarOf(ctx context.Context, tx *db.Tx, id ID) (calendar.Calendar, error) {
	return calendarByID(ctx, tx, id)
}

var (
	dayPast      = fault.New(fault.Invalid, "day-past", "That day is over.")
	dayFar       = fault.New(fault.Invalid, "day-far", "A closure is announced at most a year ahead.")
	dayClosed    = fault.New(fault.Conflict, "day-closed", "School is closed on that day already.")
	dayFree      = fault.New(fault.Conflict, "day-free", "There is no school on that day anyway, so nothing changes.")
	dayNotClosed = fault.New(fault.Conflict, "day-not-closed", "No closure was announced for that day.")
	reasonLong   = fault.New(fault.Invalid, "closure-reason", "Say why in 60 letters at most.")
)

// closureReason stands where nobody gave one.
const closureReason = "Closed"

// CloseDay announces that school is closed on a day: today or later. reason may be blank.
// The caller extends what is held (release.Desk.Extend) in the same transaction.
func CloseDay(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, day calendar.Date, reason string) error {
	c, err := MayClose(ctx, tx, id, day)
	if err != nil {
		return err
	}
	reason = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(reason, ""), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if reason == "" {
		reason = closureReason
	}
	if c.Closing(day, reason).Check() != nil {
		return reasonLong
	}
	if err := insertClosure(ctx, tx, id, day, reason); err != nil {
		return fmt.Errorf("close day: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "day-closed", Actor: by, Object: dayObject(day), Note: reason})
}

// MayClose refuses a day that cannot be closed, or need not be. It returns the calendar.
func MayClose(ctx context.Context, tx *db.Tx, id ID, day calendar.Date) (calendar.Calendar, error) {
	c, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return c, err
	}
	today := c.Date(tx.Now)
	off, isOff := c.On(day)
	switch {
	case day < today:
		return c, dayPast
	case day > today+366:
		return c, dayFar
	case isOff && off.Kind == calendar.Closure:
		return c, dayClosed
	case !c.SchoolDay(day) && off.Kind != calendar.INSET:
		return c, dayFree
	}
	return c, nil
}

// OpenDay takes a closure back, of today or later. What is held already keeps its time.
func OpenDay(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, day calendar.Date) error {
	c, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if day < c.Date(tx.Now) {
		return dayPast
	}
	there, err := deleteClosure(ctx, tx, id, day)
	if err != nil {
		return fmt.Errorf("open day: %w", err)
	}
	if !there {
		return dayNotClosed
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "day-opened", Actor: by, Object: dayObject(day)})
}

func dayObject(d calendar.Date) string { return "day:" + d.String() }
