package release

import (
	"context"
	"errors"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// consult reads the queues of submissions as they are now, and what their senders are
// as far as the queues' policies ask.
func (d *Desk) consult(ctx context.Context, tx *db.Tx, all []*Submission) (map[school.PersonID]school.Belonging, error) {
	ids := make([]QueueID, len(all))
	for i, s := range all {
		ids[i] = s.Queue.ID
	}
	now, err := queuesByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var people []school.PersonID
	for _, s := range all {
		s.Queue = now[s.Queue.ID]
		if s.program != "" || s.Queue.Policy.asks(s.Actor.Proof) {
			people = append(people, s.Actor.Person)
		}
	}
	return d.belongings(ctx, tx, all[0].Actor.School, people)
}

// belongings are what people are today.
func (d *Desk) belongings(ctx context.Context, tx *db.Tx, id school.ID, people []school.PersonID) (map[school.PersonID]school.Belonging, error) {
	if len(people) == 0 {
		return nil, nil
	}
	times, err := d.calendar(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return school.BelongingsOf(ctx, tx, school.School{ID: id, Zone: times.Zone}, slices.Compact(slices.Sorted(slices.Values(people))))
}

// settle is what the queue makes of the submission of such a sender.
func (s *Submission) settle(b school.Belonging) error {
	from := sender{b, s.Actor.Proof}
	switch {
	case s.Queue.Removed || s.Queue.ID == 0:
		return queueUnknown
	case s.Queue.Closed:
		return queueClosed
	}
	if err := s.Queue.Policy.admit(from); err != nil {
		return err
	}
	if s.program != "" {
		if err := s.Queue.Policy.takesProgram(from, s.program); err != nil {
			return err
		}
	}
	s.verdict = s.Queue.Policy.apply(from, s.Ticket)
	if s.Strict && s.Ticket.ColorMode == colour && s.Queue.Policy.greys(from, s.Ticket) {
		return colourNotYours
	}
	return nil
}

// ruling is a queue's policy with somebody it is about, both as they are now.
type ruling struct {
	Policy
	sender
	school school.ID
}

// ruling reads what holds for a person's jobs of a queue.
func (d *Desk) ruling(ctx context.Context, tx *db.Tx, q Queue, p school.PersonID) (r ruling, err error) {
	r.Policy, r.school = q.Policy, q.School
	if !q.Policy.Users.Closed && !q.Policy.Colour.Closed {
		return r, nil
	}
	who, err := d.belongings(ctx, tx, q.School, []school.PersonID{p})
	r.Belonging = who[p]
	return r, err
}

// comes is a job as it comes out by now: without colour that its owner may not use.
func (r ruling) comes(j Job) Job {
	if r.greys(r.sender, j.Ticket) {
		j.Ticket.ColorMode = mono
	}
	return j
}

// rule makes of a job that is to be released to a printer what its queue's policy says
// by now, or refuses it.
func (c *choices) rule(ctx context.Context, tx *db.Tx, job Job, p PrinterRecord) (Job, error) {
	r, err := c.ruling(ctx, tx, job.Queue)
	if err != nil {
		return job, err
	}
	refusal, _, err := c.stops(ctx, tx, r, job, p)
	switch {
	case err != nil:
		return job, err
	case refusal != nil:
		return job, refusal
	case !r.greys(r.sender, job.Ticket):
		return job, nil
	}
	job = r.comes(job)
	if !slices.Contains(job.Touched, ColourWithheld) {
		job.Touched = append(job.Touched, ColourWithheld)
	}
	return job, updateTicket(ctx, tx, job)
}

// stops is the refusal of a job at a printer with the nearest one that can, if there is
// one, or nil: the policy's, or that of the printer itself.
func (c *choices) stops(ctx context.Context, tx *db.Tx, r ruling, job Job, p PrinterRecord) (refusal error, offer *Choice, err error) {
	refusal, lack := r.at(p.ID, r.sender), p.Can.lacksFor(r.comes(job))
	if refusal == nil && lack == "" || errors.Is(refusal, sentWhereNot) {
		return refusal, nil, nil
	}
	offer, instead, err := c.instead(ctx, tx, []Job{job}, p.ID)
	switch {
	case err != nil:
		return nil, nil, err
	case refusal != nil:
		return fault.New(fault.Conflict, "printer-elsewhere", "This one does not come out here. %s", instead), offer, nil
	}
	return cannotHere(lack, instead), offer, nil
}
