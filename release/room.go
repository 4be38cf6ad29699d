package release

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// RoomTicketID names a ticket of the print room.
type RoomTicketID int64

// RoomWish is what somebody wants the print room to make of a held job of theirs.
type RoomWish struct {
	Due    time.Time // on a school day, within RoomAhead
	Copies int       // 1-999
	Sides  string    // as of Ticket, or "" for as it is
	Finish []string  // of the school's finishes
	Paper  string    // its colour or kind, in up to 80 letters, or ""
	Payer  string    // the code of one of their own quota.Payers
	Note   string    // up to 200 letters, or ""
}

// RoomAhead is how far ahead something can be due in the print room: its document waits until then.
const RoomAhead = 30 * 24 * time.Hour

// RoomKept is how long the print room still sees what it is done with, and how long its notes and
// reasons are kept.
const RoomKept = 30 * 24 * time.Hour

// mostRoomCopies is the most that the print room is asked for at once.
const mostRoomCopies = 999

var roomSidesOffered = []string{oneSided, longEdge, shortEdge}

// RoomEnd is how a ticket ended.
type RoomEnd string

// The ends of a ticket; the zero RoomEnd is one that is open.
const (
	RoomDone      RoomEnd = "done"      // finished, and ready to be collected
	RoomReturned  RoomEnd = "returned"  // sent back, with a reason
	RoomWithdrawn RoomEnd = "withdrawn" // by who asked
)

// RoomTicket is a document in the print room. Whether it waits, prints or is printed, its Job says.
type RoomTicket struct {
	ID     RoomTicketID
	Job    Job    // with its title until it ends: whoever prints a document sees it
	Who    string // asked, by name
	Due    time.Time
	Copies int
	Finish []string
	Paper  string
	Note   string
	Payer  string // the account's name as it was chosen
	Asked  time.Time
	As     RoomEnd
	Ended  time.Time
	Reason string // why it was sent back
	Told   bool   // who asked has seen how it ended
	At     string // the printer it comes out of or came out of last, or ""
	Lost   bool   // nobody knows yet what that printed: its owner says so at a kiosk

	Units int64               // charged so far
	Costs map[PrinterID]int64 // of one that is open: units that what is left of it costs at each printer; Room fills it in

	person school.PersonID
	was    Ticket
}

// Room is what the print room looks at.
type Room struct {
	Open     []RoomTicket    // by the time that they are due
	Ended    []RoomTicket    // within RoomKept, the latest first, but what was withdrawn
	Printers []PrinterRecord // that it can release to
	Last     PrinterID       // that it released to last, or 0
	Unit     quota.Unit
}

// RoomOffer is what somebody can choose who hands a job of theirs over.
type RoomOffer struct {
	Job      Job
	Finishes []string
	Payers   quota.Payers
	Default  string    // the code of who pays unless they choose otherwise
	Due      time.Time // as it is offered: the next school day, about noon
	Unit     quota.Unit
}

var (
	withPrintRoom = fault.New(fault.Conflict, "with-print-room", "This is with the print room. Take it back first, on your own page.")
	roomGone      = fault.New(fault.Conflict, "room-gone", "That is done, sent back or taken back already.")
	roomUnknown   = fault.New(fault.NotFound, "room-unknown", "There is no such ticket.")
	roomDue       = fault.New(fault.Invalid, "room-due", "Choose a time that is to come, on a school day, within 30 days.")
	roomCopies    = fault.New(fault.Invalid, "room-copies", "Say how many copies: 1 to 999.")
	roomSides     = fault.New(fault.Invalid, "room-sides", "Choose one side or both sides.")
	roomFinish    = fault.New(fault.Invalid, "room-finish", "Choose finishes that the print room offers.")
	roomPaper     = fault.New(fault.Invalid, "room-paper", "Say which paper in up to 80 letters.")
	roomNote      = fault.New(fault.Invalid, "room-note", "Write a note of up to 200 letters.")
	roomReason    = fault.New(fault.Invalid, "room-reason", "Say why in up to 200 letters. Who asked reads it.")
	roomCannot    = fault.New(fault.Conflict, "room-cannot", "The print room cannot take this one. Print it at a kiosk, with your badge.")
	roomBegun     = fault.New(fault.Conflict, "room-begun", "The print room has begun to print it. Ask there.")
	roomOut       = fault.New(fault.Conflict, "room-out", "All of it has come out. Finish it, then press Done.")
	roomNotOut    = fault.New(fault.Conflict, "room-not-out", "Not all of it has come out yet. Print the rest, or send it back.")
	roomUnpaid    = fault.New(fault.Unpaid, "room-unpaid", "The account that pays has too few pages left. Print it when there are more, or send it back.")
	roomBarred    = fault.New(fault.Forbidden, "room-barred", "Who asked may not print this just now. Send it back.")
	roomFinishes  = fault.New(fault.Invalid, "room-finishes", "Name up to 20 finishes of up to 40 letters each.")
)

// SetRoomFinishes says which finishes the print room offers from now on, in the order in which they
// are shown ("room-finishes").
func SetRoomFinishes(ctx context.Context, tx *db.Tx, id school.ID, all []string) error {
	for i, f := range all {
		f = strings.Join(strings.Fields(f), " ")
		if n := len([]rune(f)); n == 0 || n > 40 || slices.Contains(all[:i], f) {
			return roomFinishes
		}
		all[i] = f
	}
	if len(all) > 20 {
		return roomFinishes
	}
	return setRoomFinishes(ctx, tx, id, all)
}

// RoomOffer is what the actor can choose who hands a held job of theirs to the print room.
func (d *Desk) RoomOffer(ctx context.Context, a school.Actor, id JobID) (o RoomOffer, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := jobByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := job.handable(a, tx.Now); err != nil {
			return err
		}
		o.Job = job
		c, err := school.CalendarOf(ctx, tx, a.School)
		if err != nil {
			return err
		}
		o.Due = c.Start(c.NextSchoolDay(c.Date(tx.Now))).Add(12 * time.Hour)
		if o.Finishes, err = roomFinishesOf(ctx, tx, a.School); err != nil {
			return err
		}
		if o.Unit, err = quota.UnitOf(ctx, tx, a.School); err != nil {
			return err
		}
		if o.Payers, err = quota.PayersAt(ctx, tx, a.School, a.Person, quota.Left{}, 0); err != nil {
			return err
		}
		who, err := whoPays(ctx, tx, o.Payers, o.Job)
		if fault.KindOf(err) == fault.Internal {
			return err
		}
		o.Default = who.Code
		return nil
	})
	return o, err
}

// handable refuses what cannot be handed to the print room.
func (j Job) handable(a school.Actor, now time.Time) error {
	switch {
	case j.Person != a.Person || !j.visibleTo(a):
		return jobUnknown
	case !a.May(school.AskPrintRoom):
		return school.NotAllowed
	case j.State == Receiving || j.State == Counting:
		return notReady
	case j.State == Released:
		return alreadyReleased
	case j.State != Held || !j.Expires.After(now):
		return jobEnded
	case j.InPrintRoom:
		return withPrintRoom
	case j.Claim() || j.Locked || j.Uncounted() || j.Printed > 0:
		return roomCannot
	}
	return nil
}

// check is the wish in plain form, or its refusal.
func (w RoomWish) check(now time.Time, onSchoolDay bool, offered []string) (RoomWish, error) {
	line := func(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }
	w.Paper, w.Note = line(w.Paper), line(w.Note)
	w.Due = w.Due.UTC()
	switch {
	case !onSchoolDay || !w.Due.After(now) || w.Due.After(now.Add(RoomAhead)):
		return w, roomDue
	case w.Copies < 1 || w.Copies > mostRoomCopies:
		return w, roomCopies
	case w.Sides != "" && !slices.Contains(roomSidesOffered, w.Sides):
		return w, roomSides
	case slices.ContainsFunc(w.Finish, func(f string) bool { return !slices.Contains(offered, f) }):
		return w, roomFinish
	case len([]rune(w.Paper)) > 80:
		return w, roomPaper
	case len([]rune(w.Note)) > 200:
		return w, roomNote
	}
	slices.SortFunc(w.Finish, func(a, b string) int { return slices.Index(offered, a) - slices.Index(offered, b) })
	w.Finish = slices.Compact(w.Finish)
	return w, nil
}

// HandOver hands a held job of the actor's to the print room: only that releases it from then on, as
// often as is wished and paid by the account that is named. Its document is kept until the second
// school day after it is due, and no longer than the term.
func (d *Desk) HandOver(ctx context.Context, a school.Actor, id JobID, w RoomWish) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, a); err != nil {
			return err
		}
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := job.handable(a, tx.Now); err != nil {
			return err
		}
		c, err := school.CalendarOf(ctx, tx, a.School)
		if err != nil {
			return err
		}
		offered, err := roomFinishesOf(ctx, tx, a.School)
		if err != nil {
			return err
		}
		if w, err = w.check(tx.Now, c.SchoolDay(c.Date(w.Due)), offered); err != nil {
			return err
		}
		payers, err := quota.PayersAt(ctx, tx, a.School, a.Person, quota.Left{}, 0)
		if err != nil {
			return err
		}
		payer, err := payers.Named(w.Payer)
		if err != nil {
			return err
		}
		t := RoomTicket{Job: job, Due: w.Due, Copies: w.Copies, Finish: w.Finish, Paper: w.Paper, Note: w.Note, Payer: payerName(payer), was: job.Ticket}
		job.Ticket.Copies, job.Ticket.Account = w.Copies, payer.Code
		if w.Sides != "" {
			job.Ticket.Sides = w.Sides
		}
		job.InPrintRoom, job.OnHold, job.HoldUntil, job.HoldEnds = true, false, "", time.Time{}
		job.Expires = later(job.Expires, c.HoldUntil(c.HoldUntil(w.Due).Add(-time.Second)))
		if err := d.reticket(ctx, tx, job); err != nil {
			return err
		}
		if t.ID, err = insertRoomTicket(ctx, tx, t); err != nil {
			return err
		}
		if err := endSlipsBefore(ctx, tx, job.School, job.ID); err != nil {
			return err
		}
		return d.roomAct(ctx, tx, a, "room-asked", t, "")
	})
	if err != nil {
		return fmt.Errorf("hand job %d to the print room: %w", id, err)
	}
	return nil
}

// payerName is who pays, as the print room reads it.
func payerName(p quota.Payer) string {
	switch {
	case p.Own():
		return "their own account"
	case p.Private():
		return "their private account"
	}
	return p.Name
}

// reticket writes a job as its changed ticket has it counted and priced.
func (d *Desk) reticket(ctx context.Context, tx *db.Tx, job Job) error {
	job, err := job.measured()
	if err != nil {
		return err
	}
	if job, err = d.priced(ctx, tx, job); err != nil {
		return err
	}
	return updateChanged(ctx, tx, job)
}

// roomAct puts what was done on record, and has its owner's pages look again.
func (d *Desk) roomAct(ctx context.Context, tx *db.Tx, by school.Actor, act string, t RoomTicket, note string) error {
	err := audit.Record(ctx, tx, audit.Entry{School: t.Job.School, Act: act, Actor: by.Pseudonym, Subject: t.Job.owner, Object: object(t.Job.ID),
		Facts: map[string]any{"ticket": int64(t.ID), "copies": t.Copies, "due": t.Due}, Note: note})
	if err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, t.Job.School, events.Person(int64(t.Job.Person)))
}

// TakeBack withdraws the open ticket of a job of the actor's of which nothing is printed: the job is
// held for them as it was, until the hour of the next school day.
func (d *Desk) TakeBack(ctx context.Context, a school.Actor, id JobID) error {
	return d.endTicket(ctx, a, "room-withdrawn", RoomWithdrawn, "", func(ctx context.Context, tx *db.Tx) (RoomTicket, error) {
		job, err := lockJob(ctx, tx, id)
		switch {
		case err != nil:
			return RoomTicket{}, err
		case job.Person != a.Person || !job.visibleTo(a):
			return RoomTicket{}, jobUnknown
		case job.State == Released || job.Printed > 0:
			return RoomTicket{}, roomBegun
		}
		return openTicketOf(ctx, tx, job)
	})
}

// RoomDone says that a ticket all of which has come out is finished and ready. Who asked reads it.
func (d *Desk) RoomDone(ctx context.Context, a school.Actor, id RoomTicketID) error {
	return d.endTicket(ctx, a, "room-done", RoomDone, "", func(ctx context.Context, tx *db.Tx) (RoomTicket, error) {
		t, err := roomTicketLocked(ctx, tx, a, id)
		if err == nil && t.Job.State != Done {
			err = roomNotOut
		}
		return t, err
	})
}

// SendBack ends a ticket that is not printing just now, with a reason in 1 to 200 letters. What
// is left of the job is its owner's again, until the hour of the next school day.
func (d *Desk) SendBack(ctx context.Context, a school.Actor, id RoomTicketID, reason string) error {
	reason, fits := answerReason(reason)
	if !fits {
		return roomReason
	}
	return d.endTicket(ctx, a, "room-returned", RoomReturned, reason, func(ctx context.Context, tx *db.Tx) (RoomTicket, error) {
		t, err := roomTicketLocked(ctx, tx, a, id)
		switch {
		case err != nil:
		case t.Job.State == Released:
			err = alreadyReleased
		case t.Job.State == Done:
			err = roomOut
		}
		return t, err
	})
}

// endTicket ends the ticket that find answers with, whose job it has locked.
func (d *Desk) endTicket(ctx context.Context, a school.Actor, act string, as RoomEnd, reason string, find func(context.Context, *db.Tx) (RoomTicket, error)) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if err := school.Stands(ctx, tx, a); err != nil {
			return err
		}
		t, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if err := endRoomTicket(ctx, tx, t.ID, a.Person, as, reason); err != nil {
			return err
		}
		if t.Job.State == Held {
			c, err := school.CalendarOf(ctx, tx, a.School)
			if err != nil {
				return err
			}
			job := t.Job
			job.InPrintRoom, job.Expires = false, c.HoldUntil(tx.Now)
			if job.Printed == 0 {
				job.Ticket = t.was
			}
			if err := d.reticket(ctx, tx, job); err != nil {
				return err
			}
		}
		return d.roomAct(ctx, tx, a, act, t, reason)
	})
	if err != nil {
		return fmt.Errorf("print room: %w", err)
	}
	return nil
}

// roomTicketLocked is an open ticket of the school's, read with its job locked.
func roomTicketLocked(ctx context.Context, tx *db.Tx, a school.Actor, id RoomTicketID) (RoomTicket, error) {
	t, err := roomTicketFor(ctx, tx, a, id)
	if err != nil {
		return t, err
	}
	job, err := lockJob(ctx, tx, t.Job.ID)
	if err != nil {
		return t, err
	}
	return openTicketOf(ctx, tx, job)
}

// roomTicketFor is a ticket of the school of whoever runs its print room.
func roomTicketFor(ctx context.Context, tx *db.Tx, a school.Actor, id RoomTicketID) (RoomTicket, error) {
	if !a.May(school.RunPrintRoom) {
		return RoomTicket{}, school.NotAllowed
	}
	return roomTicketByID(ctx, tx, a.School, id)
}

// Room is what the print room looks at, by those who run it.
func (d *Desk) Room(ctx context.Context, a school.Actor) (r Room, err error) {
	if !a.May(school.RunPrintRoom) {
		return r, school.NotAllowed
	}
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		if r.Open, err = openRoomTickets(ctx, tx, a.School); err != nil {
			return err
		}
		if r.Ended, err = endedRoomTickets(ctx, tx, a.School, tx.Now.Add(-RoomKept)); err != nil {
			return err
		}
		all, err := printers(ctx, tx, a.School)
		if err != nil {
			return err
		}
		r.Printers = slices.DeleteFunc(all, func(p PrinterRecord) bool { return p.OnlyBeside })
		if r.Last, err = lastRoomPrinter(ctx, tx, a.School); err != nil {
			return err
		}
		t, err := quota.TariffAt(ctx, tx, a.School, tx.Now)
		if err != nil {
			return err
		}
		for i := range r.Open {
			ticket := &r.Open[i]
			ticket.Costs = map[PrinterID]int64{}
			for _, p := range r.Printers {
				ticket.Costs[p.ID] = t.Price(ticket.Job.workAt(p), p.Group).Units
			}
		}
		r.Unit, err = quota.UnitOf(ctx, tx, a.School)
		return err
	})
	return r, err
}

// RoomTickets are those of the actor's own that are open, by job, and those that ended within
// RoomKept, the latest first, but what they took back themself.
func (d *Desk) RoomTickets(ctx context.Context, a school.Actor) (open map[JobID]RoomTicket, ended []RoomTicket, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err := roomTicketsOf(ctx, tx, a, tx.Now.Add(-RoomKept))
		open, ended = map[JobID]RoomTicket{}, nil
		for _, t := range all {
			if t.As == "" {
				open[t.Job.ID] = t
			} else {
				ended = append(ended, t)
			}
		}
		return err
	})
	return open, ended, err
}

// RoomNews is how many of the actor's tickets have ended and were not seen since.
func (d *Desk) RoomNews(ctx context.Context, a school.Actor) (n int, err error) {
	err = d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		n, err = untoldRoomTickets(ctx, tx, a)
		return err
	})
	return n, err
}

// RoomSeen says that the actor has seen how their tickets ended.
func (d *Desk) RoomSeen(ctx context.Context, a school.Actor) error {
	return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error { return updateRoomTold(ctx, tx, a) })
}

// tidyRoom forgets what people wrote in tickets that ended long ago.
func (d *Desk) tidyRoom(ctx context.Context) error {
	return d.DB.InTx(ctx, db.System("print-room"), func(ctx context.Context, tx *db.Tx) error {
		return forgetRoomWords(ctx, tx, tx.Now.Add(-RoomKept))
	})
}

// RoomPicture is a picture of the first page of what waits in the print room, for those who run it.
func (d *Desk) RoomPicture(ctx context.Context, a school.Actor, id RoomTicketID) ([]byte, error) {
	var job Job
	err := d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		t, err := roomTicketFor(ctx, tx, a, id)
		job = t.Job
		if err == nil && (t.As != "" || !job.InPrintRoom) {
			err = roomUnknown
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := job.showable(Visitor{Actor: job.sender()}, 1); err != nil {
		return nil, err
	}
	return d.thumbnail(ctx, job)
}

// RoomPrint releases what is left of a ticket to a printer of the school, once however often it is
// pressed, for the account that its owner named, and for what was shown of that printer at most ("price-changed"). The record
// says who did.
func (d *Desk) RoomPrint(ctx context.Context, a school.Actor, id RoomTicketID, at PrinterID, shown int64) error {
	var t RoomTicket
	err := d.readSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = roomTicketFor(ctx, tx, a, id); err == nil && t.As != "" {
			err = roomGone
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("print room: %w", err)
	}
	job := t.Job
	v := Visitor{Actor: job.sender(), By: &a, Room: true, Sure: map[JobID]bool{job.ID: true}, PaidBy: map[JobID]string{job.ID: job.Ticket.Account}, Shown: map[JobID]int64{job.ID: shown}}
	err = d.withDocuments(ctx, a.School, job.Person, []JobID{job.ID}, func() error {
		return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
			if err := school.Stands(ctx, tx, a); err != nil {
				return err
			}
			if now, err := roomTicketFor(ctx, tx, a, id); err != nil || now.As != "" { // taken back, and perhaps handed over anew as another
				return cmp.Or(err, error(roomGone))
			}
			p, err := printerByID(ctx, tx, at)
			if err != nil || p.School != a.School || p.OnlyBeside {
				return printerUnknown
			}
			if trouble := p.Trouble(); trouble != "" {
				return fault.New(fault.Unavailable, "printer-stopped", "%s", trouble)
			}
			return d.departure(tx, v, p.ID, []JobID{job.ID}).release(ctx, tx)
		})
	})
	switch f := fault.As(err); {
	case err == nil:
		return nil
	case f.Kind == fault.Unpaid:
		err = roomUnpaid
	case f.Kind == fault.Suspended || f.Kind == fault.Forbidden && f.Code != school.NotAllowed.Code:
		err = roomBarred
	}
	return fmt.Errorf("print room: %w", err)
}
