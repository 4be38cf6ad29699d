package release

import (
	"context"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// StationID names a station.
type StationID int32

// Station is a kiosk's place: the page at /kiosk/<slug> and the printer beside it.
type Station struct {
	ID         StationID
	School     school.ID
	SchoolName string
	Zone       *time.Location // the school's
	Slug       string
	Name       string
	Printer    PrinterRecord // its own: what comes out comes out there unless somebody chooses another
	Kind       StationKind
	Serves     []PrinterID // other printers that it stands beside
	CodeAlone  bool        // a long code needs no name
	Languages  school.Languages
	Words      string    // what the school says while nobody is signed in, or ""
	WordsUntil time.Time // and until when
}

// StationKind is what a station's page is shown on.
type StationKind string

// The kinds of stations.
const (
	KioskStation StationKind = "kiosk" // a screen beside its printer
	PCStation    StationKind = "pc"    // all the computers of a room that are paired with its printer
)

// Visitor is a person at a station, proven by badge or code, or a runner with a slip of
// theirs.
type Visitor struct {
	Actor   school.Actor
	Station Station
	At      PrinterID      // the printer that they chose; 0: the station's own
	Opened  map[JobID]bool // jobs whose own password was given: what Desk.Unlock adds
	Sure    map[JobID]bool // jobs that they were asked about, and want all of: "Really print all?"
	// Shown are the prices that the visitor has been shown for what they release: a job that costs
	// more by now is refused ("price-changed"). One that is not in it is not held against it.
	Shown map[JobID]int64
	// Editions are those of the jobs that they have been shown, in the same way: one that was
	// changed since is refused ("job-edited").
	Editions map[JobID]int
	// PaidBy are the codes of the payers that they have been shown, in the same way: nobody else
	// is charged ("payer-changed").
	PaidBy map[JobID]string
	By     *school.Actor // the teacher or the print room who releases it for them; nil for everybody who is there themself
	Room   bool          // By is the print room, and releases what was handed to it alone
	Slip   *Slip         // of a runner, who may release its job and nothing else; nil for everybody who is themself

	sponsor *quota.Payer // who pays for all of it in place of the payers it names, or nil
}

// Visit is what a person sees at a station: one read of the database.
type Visit struct {
	Name    string // given name, for the greeting; for a runner, whose job it is
	Balance int64  // units left to spend; 0 for a runner
	Colour  *int   // impressions in colour left of a ceiling; nil without one
	Unit    quota.Unit
	// Pass is how many pages a day pass that the visitor came with has left; nil without one.
	Pass *int
	// Printer is what all that is shown of held jobs is about, and what they come out of: the one
	// that the visitor chose, or the one beside them; or, while that has trouble, the nearest
	// that takes most of them and can be released to from here.
	Printer PrinterRecord
	Beside  PrinterRecord // the station's own
	// Instead says in plain words, where the printer beside the visitor or the one they chose has
	// trouble, which is the nearest that can.
	Instead string
	Choices []Choice // the printers that can be released to from here, nearest first
	// Barred is the refusal that stops this person from printing at all, or nil.
	// The first screen stays neutral; Say stands behind "Why?".
	Barred error
	// Notice is the reason of a notice of conduct that the visitor has not read, or "". Nothing stops
	// because of it, and it too stands behind "Why?".
	Notice         string
	NoticeID       NoticeID // of Notice; 0 where there is none
	MayObject      bool     // they may say once that they disagree
	Answer         string   // what became of it when they did, or ""
	school.Reading          // how the visitor reads the screen
	// Classes are those that the visitor can print for at this moment: of staff alone.
	Classes []school.Taught
	// Unsigned says that the agreement is not signed, which stops nothing yet.
	Unsigned bool
	// NewBadge is what a badge ends with that was linked to the person at a kiosk within
	// the last three days, or "".
	NewBadge string
	Printed  bool    // something came out for them within a week
	Refunds  []Print // that were asked for, and whose answer the person reads now
	// Payers are what may pay for the jobs: the visitor's own account first, and that of an
	// exam alone while it is written here. None for a runner.
	Payers quota.Payers
	Jobs   []VisitJob // oldest first; those that have just ended stay for a while
}

// VisitJob is one job of a visit.
type VisitJob struct {
	ID        JobID
	State     JobState
	Title     string
	Pages     int    // impressions still to print
	Uncounted bool   // Pages are the most that it can cost: only the printer can count it
	Due       int64  // what they cost at the station's printer, in units
	Colour    int    // of Pages, those that come out in colour there
	Why       string // what that hangs on, in a few words, or "" where each page costs a page
	Submitted time.Time
	Expires   time.Time
	Delivery  *VisitDelivery // the open or latest delivery, nil before the first
	Refusal   string         // why it was refused, in plain words, or ""
	Locked    bool           // prints only once its own code was given: Unlock
	Lacks     string         // why it cannot come out beside the visitor, and what to do, in plain words, or ""
	Claim     string         // the shared devices that sent it in the visitor's name, or "": it may not be theirs
	Instead   string         // how it comes out otherwise than asked for there, in a few words, or ""
	Offer     *Offered       // where it comes out as it was asked for, or nil
	Rest      *Rest          // of a job at a printer that stands: what is left of it, and where that can come out; or nil
	Payer     quota.Payer    // of a held job: who pays; without a Code if it names an account that is not theirs

	Begun string // of a held job: the account, another than Payer's, that paid for what came out of it; or ""

	// Really is the question to ask before it is released, or "": "46 pages, 23 sheets.
	// Really print all?". Visitor.Sure answers it.
	Really string
	Sheets int    // still to print
	MayAsk bool   // Lacks is a teacher's yes, which AskTeacher asks for
	Yes    string // who said yes where one was needed, as pupils know them, or ""

	Edition int           // what Editions says of it
	Changes *VisitChanges // what can be changed of it, and what is; nil where nothing can

	// Content is the same of jobs that would look the same on paper; it says nothing else. "" of
	// what has begun to come out, or is not counted.
	Content string

	queue   QueueID
	begunBy quota.AccountID // of Begun, or 0
	ticket  Ticket
	touched []Touch
	sides   int // of one copy
}

// VisitDelivery is how far a release has come.
type VisitDelivery struct {
	State   DeliveryState
	Printer string // the printer's name
	Printed int    // impressions out so far, as the printer reports them
	Of      int    // impressions of this delivery
	Charged int64  // units, once settled
	Trouble string // plain words when the printer has stopped, or ""

	at PrinterID
}

// lingers is how long an ended job stays on its owner's screen.
const lingers = 2 * time.Minute

// Visit reads what a visitor sees: person, open jobs, the price of each, standing
// and the printer beside them.
func (d *Desk) Visit(ctx context.Context, v Visitor) (visit Visit, err error) {
	err = d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		if v.Slip != nil {
			visit, err = d.slipVisit(ctx, tx, v)
			return err
		}
		visit, err = d.readVisit(ctx, tx, v)
		return err
	})
	return visit, err
}

func (d *Desk) readVisit(ctx context.Context, tx *db.Tx, v Visitor) (visit Visit, err error) {
	p, err := school.PersonByID(ctx, tx, v.Actor.Person)
	if err != nil {
		return visit, err
	}
	if err := school.Stands(ctx, tx, v.Actor); err != nil {
		return visit, err
	}
	visit.Name = p.Given
	if visit.Reading, err = school.ReadingOf(ctx, tx, p.ID); err != nil {
		return visit, err
	}
	if v.Actor.May(school.ReleaseForClass) {
		if visit.Classes, err = school.TeachesNow(ctx, tx, v.Actor); err != nil {
			return visit, err
		}
	}
	left, err := quota.LeftOf(ctx, tx, []school.PersonID{p.ID})
	if err != nil {
		return visit, err
	}
	visit.Balance = left[p.ID].Units
	if left[p.ID].Ceiling {
		colour := int(left[p.ID].Colour)
		visit.Colour = &colour
	}
	if v.Actor.Pass != 0 {
		left, err := school.PassShows(ctx, tx, v.Actor.Pass)
		if err != nil {
			return visit, err
		}
		left = max(0, left)
		visit.Pass = &left
	}
	if err := conduct.Barred(ctx, tx, p.ID, int32(v.Station.ID)); fault.KindOf(err) == fault.Suspended {
		visit.Barred = err
		if err := visit.heard(ctx, tx, v); err != nil {
			return visit, err
		}
	} else if err != nil {
		return visit, err
	}
	if visit.NoticeID, visit.Notice, err = conduct.NoticeNow(ctx, tx, p.ID); err != nil {
		return visit, err
	}
	all, err := school.Consents(ctx, tx, []school.PersonID{p.ID})
	if err != nil {
		return visit, err
	}
	visit.Unsigned = !all[p.ID].Signed
	if visit.NewBadge, err = school.NewBadge(ctx, tx, p.ID); err != nil {
		return visit, err
	}
	if visit.Refunds, err = refundsToTell(ctx, tx, p.ID); err != nil {
		return visit, err
	}
	if visit.Printed, err = hasPrinted(ctx, tx, p.ID, tx.Now.AddDate(0, 0, -7)); err != nil {
		return visit, err
	}
	if visit.Beside, err = printerByID(ctx, tx, v.Station.Printer.ID); err != nil {
		return visit, err
	}
	if visit.Jobs, err = visitJobs(ctx, tx, p.ID, tx.Now.Add(-lingers)); err != nil {
		return visit, err
	}
	if visit.Payers, err = quota.PayersAt(ctx, tx, v.Actor.School, p.ID, quota.Left{Units: visit.Balance}, int32(v.Station.ID)); err != nil {
		return visit, err
	}
	if err := sayWhoPays(ctx, tx, visit); err != nil {
		return visit, err
	}
	c := d.choices(v.Actor.School, p.ID, v.Station.ID, visit.Beside)
	if err := c.settle(ctx, tx, v, &visit); err != nil {
		return visit, err
	}
	return visit, d.explain(ctx, tx, v, c, &visit)
}

// explain says of each held job what it costs at the visit's printer, why it cannot come out
// there, or how otherwise than it was asked for, and where it can.
func (d *Desk) explain(ctx context.Context, tx *db.Tx, v Visitor, c *choices, visit *Visit) error {
	tariff, err := quota.TariffAt(ctx, tx, v.Actor.School, tx.Now)
	if err != nil {
		return err
	}
	visit.Unit = tariff.Unit
	if err := c.rests(ctx, tx, tariff, visit.Jobs); err != nil {
		return err
	}
	if !slices.ContainsFunc(visit.Jobs, func(j VisitJob) bool { return j.State == Held }) {
		return nil
	}
	held, err := heldJobsOf(ctx, tx, v.Actor.Person)
	if err != nil {
		return err
	}
	for i := range visit.Jobs {
		j := &visit.Jobs[i]
		job, still := held[j.ID]
		if j.State != Held || !still { // it was released meanwhile: the next look shows it
			continue
		}
		if err := c.explain(ctx, tx, tariff, job, visit.Printer, j); err != nil {
			return err
		}
	}
	return nil
}

func (c *choices) explain(ctx context.Context, tx *db.Tx, tariff quota.Tariff, job Job, p PrinterRecord, j *VisitJob) error {
	r, err := c.ruling(ctx, tx, job.Queue)
	if err != nil {
		return err
	}
	refusal, offer, err := c.stops(ctx, tx, r, job, p)
	if err != nil {
		return err
	}
	j.Instead = r.otherwise(*j, p.Can)
	j.Edition = job.Edition
	greyed := r.greys(r.sender, job.Ticket)
	if !greyed && refusal == nil {
		if offer, err = c.colourful(ctx, tx, job, p); err != nil {
			return err
		}
	}
	if greyed {
		job.Ticket.ColorMode = mono
	}
	j.price(tariff, job, p)
	j.changes(tariff, job, p)
	j.offer(tariff, job, offer, refusal == nil)
	if job.InPrintRoom {
		refusal = withPrintRoom
	}
	if refusal != nil {
		j.Lacks = fault.As(refusal).Say
		return nil
	}
	return c.book.tell(ctx, tx, job, p, j)
}

// price says what its job costs as that comes out at a printer.
func (j *VisitJob) price(t quota.Tariff, job Job, at PrinterRecord) {
	work := job.workAt(at)
	j.Due, j.Colour = t.Price(work, at.Group).Units, work.ColourLeft()
	if !t.Plain() && job.Printed == 0 {
		j.Why = work.Words()
	}
}

// otherwise is how a job comes out otherwise than it was asked for, in a few words.
func (r ruling) otherwise(j VisitJob, can Capabilities) string {
	withheld := slices.Contains(j.touched, ColourWithheld) && j.ticket.ColorMode == mono
	if !withheld && !r.greys(r.sender, j.ticket) {
		return can.Instead(j.ticket, j.sides)
	}
	all := []string{"black and white: you may not use colour"}
	j.ticket.ColorMode = mono
	if more := can.Instead(j.ticket, j.sides); more != "" {
		all = append(all, more)
	}
	return strings.Join(all, " · ")
}
