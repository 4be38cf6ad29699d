package release

import (
	"context"
	"fmt"
	"io"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var (
	uploadsOff  = fault.New(fault.NotFound, "uploads-off", "Your school does not take documents here. Send it from a computer, or ask IT.")
	uploadsHold = fault.New(fault.Conflict, "uploads-hold", "Documents from pupils' own page have to wait for their owner. Choose a queue of kind hold.")
)

// Upload is a document that somebody sends from their own page.
type Upload struct {
	Title    string
	Declared string // its media type, as the sender's browser has it
	Ticket   Ticket
}

// Upload takes in a document from the actor's own page: Print, to the queue that the school has
// chosen for it, with all that this asks and refuses; and "uploads-off" where there is none.
func (d *Desk) Upload(ctx context.Context, a school.Actor, u Upload, body io.Reader) (Job, error) {
	if !a.May(school.OwnPage) {
		return Job{}, school.NotAllowed
	}
	q, err := d.uploadQueue(ctx, a.School)
	if err != nil {
		return Job{}, err
	}
	return d.Print(ctx, Submission{Queue: q, Actor: a, Title: u.Title, Ticket: u.Ticket, Declared: u.Declared}, body)
}

func (d *Desk) uploadQueue(ctx context.Context, id school.ID) (q Queue, err error) {
	err = d.readSchool(ctx, id, func(ctx context.Context, tx *db.Tx) error {
		q, err = Uploads(ctx, tx, id)
		return err
	})
	if err == nil && q.ID == 0 {
		err = uploadsOff
	}
	return q, err
}

// Uploads is the queue that documents from pupils' own page go to; the zero one where the school
// takes none.
func Uploads(ctx context.Context, tx *db.Tx, id school.ID) (q Queue, err error) {
	at, err := uploadsTo(ctx, tx, id)
	if err != nil || at == 0 {
		return q, err
	}
	return queueByID(ctx, tx, at)
}

// HoldQueues are those of a school that hold jobs, the oldest first.
func HoldQueues(ctx context.Context, tx *db.Tx, id school.ID) (some []Queue, err error) {
	all, err := queues(ctx, tx)
	for _, q := range all {
		if q.School == id && q.Kind == Hold {
			some = append(some, q)
		}
	}
	return some, err
}

// SetUploads has documents from pupils' own page go to a hold queue of the school, by its path, or
// takes none any more for "". by is whose act it is, "" for the host's. Refusals: "queue-unknown",
// "uploads-hold".
func SetUploads(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, path string) error {
	var q Queue
	if path != "" {
		var err error
		if q, err = queueByPath(ctx, tx, path); err != nil {
			return err
		}
		switch {
		case q.School != id:
			return queueUnknown
		case q.Kind != Hold:
			return uploadsHold
		}
	}
	if err := setUploads(ctx, tx, id, q.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "uploads-set", Actor: by, Object: fmt.Sprintf("queue:%d", q.ID), Facts: map[string]any{"on": q.ID != 0}})
}
