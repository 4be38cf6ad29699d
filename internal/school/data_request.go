package school

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// RequestID names a request.
type RequestID int64

// DataRequest is somebody's request to see what is kept about them. It is to be answered within a
// month from the day that it came, holidays or not.
type DataRequest struct {
	ID       RequestID
	Person   PersonID
	Name     string
	Username string
	Received time.Time // midnight UTC of the day
	Due      time.Time // likewise
	Made     time.Time // when the file was made last; zero if it was not
	Answered time.Time // zero while it is open
}

var (
	requestDay     = fault.New(fault.Invalid, "request-day", "Choose the day on which it came: today, or one within the last year.")
	requestOpen    = fault.New(fault.Conflict, "request-open", "A request of theirs is open already.")
	requestUnknown = fault.New(fault.NotFound, "request-unknown", "There is no such request at this school.")
	requestClosed  = fault.New(fault.Conflict, "request-answered", "That request was answered already.")
	requestNoFile  = fault.New(fault.Conflict, "request-no-file", "Make the file first: nothing was given to them yet.")
)

// DataRequests are a school's: the open ones, the first due first, and after them the latest answered.
func DataRequests(ctx context.Context, tx *db.Tx, id ID) ([]DataRequest, error) {
	return dataRequests(ctx, tx, id, 0)
}

// EnterRequest takes down that somebody asks, also somebody who has left ("request-day", "request-open",
// "person-unknown").
func EnterRequest(ctx context.Context, tx *db.Tx, by Actor, p Person, received time.Time) (RequestID, error) {
	if !mayAnswer(by) {
		return 0, NotAllowed
	}
	at, err := schoolByID(ctx, tx, by.School)
	if err != nil {
		return 0, err
	}
	y, m, d := tx.Now.In(at.Zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if received.After(today) || received.Before(today.AddDate(-1, 0, 0)) {
		return 0, requestDay
	}
	id, made, err := insertRequest(ctx, tx, p, received, monthAfter(received))
	if err == nil && !made {
		err = requestOpen
	}
	if err != nil {
		return 0, err
	}
	return id, audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "data-request-entered", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: fmt.Sprintf("request:%d", id)})
}

// mayAnswer says whether somebody answers for what is kept about people: data protection, or whoever runs the server.
func mayAnswer(by Actor) bool { return by.Proof == ByHost || by.May(AnswerRequests) }

// monthAfter is the same day of the next month, or its last day where it has no such day.
func monthAfter(day time.Time) time.Time {
	due := day.AddDate(0, 1, 0)
	if due.Day() != day.Day() {
		due = due.AddDate(0, 0, -due.Day())
	}
	return due
}

// RequestToMake is an open request for which the file is about to be made, which is an act on record
// ("request-unknown", "request-answered").
func RequestToMake(ctx context.Context, tx *db.Tx, by Actor, id RequestID) (DataRequest, Person, error) {
	r, p, err := openRequest(ctx, tx, by, id)
	if err != nil {
		return r, p, err
	}
	if err := updateRequest(ctx, tx, id, "made_at"); err != nil {
		return r, p, err
	}
	return r, p, audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "data-request-file-made", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: fmt.Sprintf("request:%d", id)})
}

// AnswerRequest takes down that the file was handed over ("request-no-file", and as RequestToMake).
func AnswerRequest(ctx context.Context, tx *db.Tx, by Actor, id RequestID) error {
	r, p, err := openRequest(ctx, tx, by, id)
	switch {
	case err != nil:
		return err
	case r.Made.IsZero():
		return requestNoFile
	}
	if err := updateRequest(ctx, tx, id, "answered_at"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "data-request-answered", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: fmt.Sprintf("request:%d", id)})
}

func openRequest(ctx context.Context, tx *db.Tx, by Actor, id RequestID) (r DataRequest, p Person, err error) {
	if !mayAnswer(by) {
		return r, p, NotAllowed
	}
	if id < 1 {
		return r, p, requestUnknown
	}
	all, err := dataRequests(ctx, tx, by.School, id)
	switch {
	case err != nil:
		return r, p, err
	case len(all) == 0:
		return r, p, requestUnknown
	case !all[0].Answered.IsZero():
		return r, p, requestClosed
	}
	p, err = PersonByID(ctx, tx, all[0].Person)
	return all[0], p, err
}
