package release

import (
	"cmp"
	"context"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// rulebook is a school's rules with what is asked again and again to apply them, all as
// of one transaction. Small jobs, which no rule could meet, cost the one read of the rules.
type rulebook struct {
	desk   *Desk
	school school.ID
	asked  db.Answer[quota.Rules]
	rules  quota.Rules
	who    map[school.PersonID]school.Belonging
	exempt map[school.PersonID][]quota.Exemption
}

func (d *Desk) rulebook(id school.ID) *rulebook {
	return &rulebook{desk: d, school: id, who: map[school.PersonID]school.Belonging{}, exempt: map[school.PersonID][]quota.Exemption{}}
}

// restraint is what a school's rules make of a job at a printer, and the approval that a
// rule asks for, as far as there is one.
type restraint struct {
	quota.Verdict
	approval Approval
}

// ask asks for the rules, once.
func (b *rulebook) ask(tx *db.Tx) {
	if b.asked == nil {
		b.asked = quota.AskRules(tx, b.school)
	}
}

func (b *rulebook) open(ctx context.Context, tx *db.Tx) (err error) {
	b.ask(tx)
	b.rules, err = b.asked(ctx)
	return err
}

// of is what the rules make of what is left of a job as it comes out at a printer, or as it
// was sent where none is known yet.
func (b *rulebook) of(ctx context.Context, tx *db.Tx, j Job, p PrinterRecord) (r restraint, err error) {
	if err := b.open(ctx, tx); err != nil || len(b.rules.All) == 0 {
		return r, err
	}
	f := j.at(p).facts(p.ID)
	f.At = tx.Now
	if f.Calendar, err = b.desk.calendar(ctx, tx, b.school); err != nil {
		return r, err
	}
	if past := b.rules.Remembers(); past > 0 {
		if f.Before, err = releasedBefore(ctx, tx, j, tx.Now.Add(-past)); err != nil {
			return r, err
		}
	}
	if !b.rules.Touches(f) {
		return r, nil
	}
	if f.Is, err = b.belonging(ctx, tx, j.Person); err != nil {
		return r, err
	}
	if r.Verdict = b.rules.Decide(nil, f); !r.Met() {
		return r, nil
	}
	exempt, err := b.exemptions(ctx, tx, j.Person)
	if err != nil {
		return r, err
	}
	if len(exempt) > 0 {
		r.Verdict = b.rules.Decide(exempt, f)
	}
	if r.Outcome() == quota.Ask {
		r.approval, err = lastApproval(ctx, tx, j.ID)
		if !r.approval.fits(j) {
			r.approval = Approval{}
		}
	}
	return r, err
}

func (b *rulebook) belonging(ctx context.Context, tx *db.Tx, p school.PersonID) (school.Belonging, error) {
	if is, known := b.who[p]; known {
		return is, nil
	}
	all, err := b.desk.belongings(ctx, tx, b.school, []school.PersonID{p})
	b.who[p] = all[p]
	return all[p], err
}

func (b *rulebook) exemptions(ctx context.Context, tx *db.Tx, p school.PersonID) ([]quota.Exemption, error) {
	if all, known := b.exempt[p]; known {
		return all, nil
	}
	all, err := quota.ExemptionsFor(ctx, tx, b.school, p, b.who[p])
	b.exempt[p] = all
	return all, err
}

// facts are those of what is left of a job, but for its owner's, the time's and the past.
func (j Job) facts(p PrinterID) quota.Facts {
	f := quota.Facts{Person: j.Person, Pages: j.Left(), Each: j.Pages, Copies: max(1, j.Ticket.Copies), Colour: j.LeftInColour(), Sheets: sheetsOf(j, j.Left()),
		Paper: cmp.Or(j.Ticket.Media, A4), Printer: int32(p)}
	if j.Pages > 0 && j.Printed > 0 {
		f.Copies = (f.Pages + j.Pages - 1) / j.Pages
	}
	return f
}

// stops is the refusal of a job that the rules hold back, as a station tells it, or nil.
// sure says that its owner was asked, and wants all of it.
func (r restraint) stops(sure bool) error {
	switch {
	case r.Outcome() == quota.Refuse:
		return &fault.Error{Kind: fault.Forbidden, Code: "rule-refused", Say: r.Say}
	case r.Outcome() == quota.Ask && r.approval.Answer != Approved:
		return &fault.Error{Kind: fault.Forbidden, Code: "rule-ask", Say: r.asked()}
	case r.Outcome() == quota.Confirm && !sure:
		return &fault.Error{Kind: fault.Conflict, Code: "rule-confirm", Say: r.Say}
	}
	return nil
}

// asked is what the owner of a job reads that a teacher has not said yes to.
func (r restraint) asked() string {
	switch {
	case r.approval.Answer == Returned:
		return "A teacher says: " + r.approval.Reason
	case r.approval.ID != 0:
		return "A teacher is asked. Your work is safe: tap your badge again later."
	}
	return r.Say
}

// obstacle is the refusal as a computer is told it, where nobody can be asked anything.
func (r restraint) obstacle() error {
	rule := r.Rule
	asks := r.Outcome() == quota.Ask
	switch {
	case r.stops(false) == nil:
		return nil
	case r.Outcome() == quota.Confirm:
		return fault.New(fault.Conflict, "rule-confirm", "This is a large job. Sign in at a release station and say there that you want all of it.")
	case asks && rule.Pages > 0:
		return fault.New(fault.Forbidden, "rule-ask", "More than %d pages needs a teacher's yes. Print fewer, or sign in at a release station and ask.", rule.Pages-1)
	case asks && rule.Copies > 0:
		return fault.New(fault.Forbidden, "rule-ask", "More than %d copies needs a teacher's yes. Print fewer, or sign in at a release station and ask.", rule.Copies-1)
	case asks && rule.Colour > 0:
		return fault.New(fault.Forbidden, "rule-ask", "Colour needs a teacher's yes. Print in black and white, or sign in at a release station and ask.")
	case asks:
		return fault.New(fault.Forbidden, "rule-ask", "This needs a teacher's yes. Sign in at a release station and ask.")
	case rule.Colour > 0:
		return fault.New(fault.Forbidden, "rule-refused", "Your school does not allow this in colour just now. Please print it in black and white.")
	case rule.Pages > 0:
		return fault.New(fault.Forbidden, "rule-refused", "More than %d pages isn't allowed just now. Please print fewer.", rule.Pages-1)
	case rule.Copies > 0:
		return fault.New(fault.Forbidden, "rule-refused", "More than %d copies isn't allowed just now. Please print fewer.", rule.Copies-1)
	}
	return fault.New(fault.Forbidden, "rule-refused", "Your school's rules stop this just now. Sign in at a release station to see why.")
}

// meetRules adds what the rules would make of counted jobs that wait. A "really?" stands in
// the way of a direct queue's alone: at a station it is a question.
func (d *Desk) meetRules(ctx context.Context, tx *db.Tx, all []Job) error {
	book := d.rulebook(all[0].School)
	for i, j := range all {
		if !j.waits() || j.Impressions == 0 {
			continue
		}
		r, err := book.of(ctx, tx, j, PrinterRecord{})
		if err != nil {
			return err
		}
		if why := r.obstacle(); why != nil && (r.Outcome() != quota.Confirm || j.Reason == "rule-confirm") {
			all[i].Obstacles = append(all[i].Obstacles, why)
		}
	}
	return nil
}

// restrict is what the rules make of a job that is to be released, or their refusal. A
// runner's slip was made by its owner, who is not there to be asked; where nobody is at a
// station nobody is asked either, and the job stays for one.
func (b *rulebook) restrict(ctx context.Context, tx *db.Tx, v Visitor, j Job, p PrinterRecord) (r restraint, err error) {
	if r, err = b.of(ctx, tx, j, p); err != nil {
		return r, err
	}
	err = r.stops(v.Sure[j.ID] || v.Slip != nil)
	if err != nil && v.Station.ID == 0 {
		err = r.obstacle()
	}
	return r, err
}

// tell shows a visitor's job as the rules have it at the printer beside them, and keeps
// what holds it back.
func (b *rulebook) tell(ctx context.Context, tx *db.Tx, j Job, p PrinterRecord, v *VisitJob) error {
	r, err := b.of(ctx, tx, j, p)
	if err != nil {
		return err
	}
	v.Sheets = sheetsOf(j.at(p), j.Left())
	held := r.stops(true)
	switch {
	case held != nil:
		v.Lacks, v.MayAsk = fault.As(held).Say, r.Outcome() == quota.Ask && r.approval.ID == 0
		r.decided(tx, j, p.ID, 0)
		return nil
	case r.Outcome() == quota.Confirm:
		v.Really = r.Say
	case r.Outcome() == quota.Ask:
		by, err := school.PersonByID(ctx, tx, r.approval.By)
		v.Yes = asStaff(by)
		return err
	}
	return nil
}

// decided keeps what decided, for a delivery or, with 0, for a job that is held back. What
// no rule, exemption or approval had a part in leaves nothing.
func (r restraint) decided(tx *db.Tx, j Job, p PrinterID, del DeliveryID) {
	if r.Met() || len(r.Spared) > 0 {
		insertDecision(tx, r, j, p, del)
	}
}
