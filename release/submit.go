package release

import (
	"bufio"
	"context"
	"errors"
	"io"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// Submission is what a computer asks to be printed, by a proven sender.
type Submission struct {
	Queue    Queue
	Actor    school.Actor
	Title    string // job-name, at most 255 characters; the rest is cut
	Ticket   Ticket
	Hold     HoldUntil // when a Direct queue may print it
	Declared string    // document-format as declared; "" or application/octet-stream: told by content
	Password *Password // job-password; nil for none
	Strict   bool      // ipp-attribute-fidelity: refuse what the queue's policy would take out of the ticket

	// Subscriptions are wishes as Subscribe takes them.
	Subscriptions []Subscription

	hash string // of the password, once locked
	held hold   // what Hold came to, once the row is written

	program document.Format // a printer's own language, once it is known to be one
	verdict verdict         // of the queue's policy, in the transaction that writes the row
}

var (
	notAllowed  = fault.New(fault.Forbidden, "not-allowed", "Your account may not print here.")
	queueClosed = fault.New(fault.Conflict, "queue-closed", "This printer takes no jobs just now. Please use another one, or ask IT.")
	brokenOff   = fault.New(fault.Invalid, "document-broken-off", "The document did not arrive whole. Please send it again.")
	notOpen     = fault.New(fault.Conflict, "job-not-open", "This job already has its document.")
)

// Queue finds a queue by the path of its address. A switch that another node has
// turned is seen a second later.
func (d *Desk) Queue(ctx context.Context, path string) (q Queue, err error) {
	now := d.DB.Now()
	if q, known := d.queues.find(path, now); known {
		return q, nil
	}
	err = d.DB.Look(ctx, db.System("queue"), func(ctx context.Context, tx *db.Tx) error {
		q, err = queueByPath(ctx, tx, path)
		return err
	})
	if err == nil {
		d.queues.keep(path, q, now)
	}
	return q, err
}

// Validate refuses what Print would refuse before it has seen the document, and says
// what the queue's policy would make of the job.
func (d *Desk) Validate(ctx context.Context, s Submission) ([]Touch, error) {
	if err := d.allow(s); err != nil {
		return nil, err
	}
	err := d.inSchool(ctx, s.Queue.School, func(ctx context.Context, tx *db.Tx) error {
		_, err := d.admit(ctx, tx, &s)
		return err
	})
	return s.verdict.touched, err
}

// admit says whether the sender may submit one more job, and what would stand in the
// way of its release. Withdrawn rights and an empty account do not stop a job from
// being held, unless the queue says so: its owner hears of it at the station. The queue
// and its policy are read anew, and settled.
func (d *Desk) admit(ctx context.Context, tx *db.Tx, s *Submission) ([]error, error) {
	who, err := d.consult(ctx, tx, []*Submission{s})
	if err != nil {
		return nil, err
	}
	if err := s.settle(who[s.Actor.Person]); err != nil {
		return nil, err
	}
	now, err := standingOf(ctx, tx, s.Actor)
	if err != nil {
		return nil, err
	}
	return d.judge(now, *s, 0)
}

// judge is the part of admit that looks at the sender; bytes are those of the document,
// where it is there already.
func (d *Desk) judge(now standing, s Submission, bytes int64) ([]error, error) {
	if err := d.room(now, bytes); err != nil {
		return nil, err
	}
	if s.Actor.Proof == school.ByVouch {
		return nil, nil
	}
	met := now.obstacles(Job{Ticket: s.verdict.ticket}, s.Queue.Account)
	if s.Queue.Refuses && len(met) > 0 {
		return nil, met[0]
	}
	return met, nil
}

// allow goes before admit, and asks no database.
func (d *Desk) allow(s Submission) error {
	if !s.Actor.May(school.Print) || s.Actor.School != s.Queue.School {
		return notAllowed
	}
	if s.Queue.Closed {
		return queueClosed
	}
	if err := s.Hold.check(d.DB.Now()); err != nil {
		return err
	}
	if s.Password != nil {
		if err := s.Password.Check(); err != nil {
			return err
		}
	}
	if _, room, err := d.Spool.Free(); err != nil || !room {
		return errors.Join(err, spool.Full)
	}
	return d.full(s.Queue.School)
}

// Print takes a whole job in (Print-Job). When it returns, document and row are
// durable and the job is being counted; a refusal leaves neither.
func (d *Desk) Print(ctx context.Context, s Submission, body io.Reader) (Job, error) {
	if err := d.mayPrint(ctx, s); err != nil {
		d.noteTooFew(s.Actor, err)
		return Job{}, err
	}
	if err := d.lock(ctx, &s); err != nil {
		return Job{}, err
	}
	format, doc, err := d.receive(ctx, s.Actor, s.Declared, body)
	if err != nil {
		return Job{}, err
	}
	s.program = programOf(format)
	job, err := d.write(ctx, &arrival{Submission: s, format: format, doc: doc})
	return job, d.dropUnwritten(ctx, doc, err)
}

// mayPrint spares a document its way where it is easily known that it will be
// refused; write looks once more.
func (d *Desk) mayPrint(ctx context.Context, s Submission) error {
	if s.Queue.Refuses || s.Queue.Policy.Users.Closed || !s.Queue.Policy.Takes(s.Actor.Proof) {
		_, err := d.Validate(ctx, s)
		return err
	}
	return d.allow(s)
}

// Create opens a job whose document follows (Create-Job). It is given up after
// five minutes without one.
func (d *Desk) Create(ctx context.Context, s Submission) (job Job, err error) {
	if err := d.lock(ctx, &s); err != nil {
		return Job{}, err
	}
	err = d.inSchool(ctx, s.Queue.School, func(ctx context.Context, tx *db.Tx) error {
		met, err := d.admit(ctx, tx, &s)
		if err != nil {
			return err
		}
		job, err = openJob(ctx, tx, s)
		job.Obstacles = met
		return err
	})
	d.noteTooFew(s.Actor, err)
	return job, err
}

// openJob makes the row of a job, with the subscriptions that come with it.
func openJob(ctx context.Context, tx *db.Tx, s Submission) (job Job, err error) {
	if s.held, err = holdFor(ctx, tx, s.Queue, s.Hold); err != nil {
		return job, err
	}
	job, err = insertJob(ctx, tx, s, receivingUntil(tx.Now))
	if err == nil {
		conduct.NoteTitles(tx, job.School, false, int32(job.ID))
		job.Subscriptions, err = subscribe(ctx, tx, s.Actor, s.Queue, job.ID, s.Subscriptions)
	}
	return job, err
}

// Send takes the document of a job that Create opened, as its last. A document
// that is refused or breaks off ends the job.
func (d *Desk) Send(ctx context.Context, a school.Actor, id JobID, declared string, body io.Reader) (Job, error) {
	job, err := d.Job(ctx, a, id)
	if err != nil {
		return Job{}, err
	}
	if job.State != Receiving || job.Person != a.Person {
		return Job{}, notOpen
	}
	taken, err := d.take(ctx, a, job, declared, body)
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		err = errors.Join(err, d.refuse(context.WithoutCancel(ctx), job, f.Code))
	}
	return taken, err
}

// take receives the document of an open job and has it counted.
func (d *Desk) take(ctx context.Context, a school.Actor, job Job, declared string, body io.Reader) (Job, error) {
	format, doc, err := d.receive(ctx, a, declared, body)
	if err != nil {
		return Job{}, err
	}
	return d.accept(ctx, doc, a.School, func(ctx context.Context, tx *db.Tx) (Job, error) {
		met := job.Obstacles
		job, err := lockJob(ctx, tx, job.ID)
		if err != nil {
			return Job{}, err
		}
		if job.State != Receiving {
			return Job{}, notOpen
		}
		now, err := standingOf(ctx, tx, a)
		if err != nil {
			return Job{}, err
		}
		if err := d.heap(now, doc.Size); err != nil {
			return Job{}, err
		}
		if err := d.allowProgram(ctx, tx, a, job.Queue, format); err != nil {
			return Job{}, err
		}
		job.Obstacles = met
		return d.counting(ctx, tx, job, format, doc)
	})
}

// Abort ends a job that Create opened and whose document is refused before it is taken
// in; code is the keyword why.
func (d *Desk) Abort(ctx context.Context, a school.Actor, id JobID, code string) error {
	job, err := d.Job(ctx, a, id)
	if err != nil {
		return err
	}
	if job.State != Receiving || job.Person != a.Person {
		return notOpen
	}
	return d.refuse(ctx, job, code)
}

// receive streams a document into the spool: looked at first, bounded, synced.
func (d *Desk) receive(ctx context.Context, from school.Actor, declared string, body io.Reader) (document.Format, spool.Document, error) {
	var none spool.Document
	head := bufio.NewReaderSize(body, 4096)
	first, err := head.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", none, brokenOff.Because(err)
	}
	agree := document.Agree
	if from.Proof == school.ByServer {
		agree = document.AgreeProgram // whether they may is asked with the row
	}
	format, err := agree(declared, first)
	if err != nil {
		return "", none, err
	}
	draft, err := d.Spool.Create(ctx)
	if err != nil {
		return "", none, err
	}
	defer draft.Abort()
	n, err := io.Copy(draft, arriving{io.LimitReader(head, d.MaxBytes+1)})
	switch {
	case errors.As(err, new(*broken)):
		return "", none, brokenOff.Because(err)
	case err != nil:
		return "", none, err
	case n > d.MaxBytes:
		return "", none, tooLarge
	}
	doc, err := draft.Commit(ctx)
	return format, doc, err
}

// arriving marks the errors of the sender's side, so that they are not taken for
// ours.
type arriving struct{ from io.Reader }

type broken struct{ error }

func (b *broken) Unwrap() error { return b.error }

func (a arriving) Read(p []byte) (int, error) {
	n, err := a.from.Read(p)
	if err != nil && err != io.EOF {
		err = &broken{err}
	}
	return n, err
}

// accept commits the row of a document that is safe in the spool.
func (d *Desk) accept(ctx context.Context, doc spool.Document, id school.ID, row func(context.Context, *db.Tx) (Job, error)) (job Job, err error) {
	err = d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) error {
		job, err = row(ctx, tx)
		return err
	})
	if err != nil {
		return Job{}, d.dropUnwritten(ctx, doc, err)
	}
	return job, nil
}

// dropUnwritten destroys a document whose row was refused for certain. If the database was lost,
// or the server stopped while it committed, the row may be there, and the sweep of orphans decides.
func (d *Desk) dropUnwritten(ctx context.Context, doc spool.Document, err error) error {
	if err != nil && fault.KindOf(err) != fault.Unavailable && !errors.Is(err, context.Canceled) {
		err = errors.Join(err, d.Spool.Destroy(context.WithoutCancel(ctx), doc.ID))
	}
	return err
}

// counting gives a job its document and has it counted once the row is committed.
func (d *Desk) counting(ctx context.Context, tx *db.Tx, job Job, format document.Format, doc spool.Document) (Job, error) {
	times, err := d.calendar(ctx, tx, job.School)
	if err != nil {
		return Job{}, err
	}
	job.State, job.Format, job.Document, job.Bytes = Counting, string(format), doc.ID, doc.Size
	job.Received, job.Expires = tx.Now, hold{ends: job.HoldEnds}.expires(times.HoldUntil(tx.Now))
	if err := updateReceived(ctx, tx, job, doc.Digest[:]); err != nil {
		return Job{}, err
	}
	err = audit.Record(ctx, tx, submitted(job))
	if err != nil {
		return Job{}, err
	}
	tx.AfterCommit(d.wakeCounters)
	return job, d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
}

func (d *Desk) wakeCounters() {
	select {
	case d.counted <- struct{}{}:
	default:
	}
}
