package release

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// Choice is a printer with a kiosk, which held jobs can come out of, as somebody at a station
// sees it.
type Choice struct {
	PrinterRecord
	Where  string // from the printer beside them: "one floor up", or its room; "" where that is not known
	Beside bool   // the station stands beside it
	Reach  bool   // jobs can be released to it from the station; otherwise one has to walk there
}

// says is a sentence about the printer, as in "Library, one floor up, can print this".
func (c Choice) says(what string) string {
	if c.Where == "" {
		return c.Name + " " + what
	}
	return c.Name + ", " + c.Where + ", " + what
}

// choices are where the jobs of one person can come out, as a station sees it. Each part is
// read once, and only if it is asked for.
type choices struct {
	desk    *Desk
	school  school.ID
	person  school.PersonID
	station StationID // 0: somebody who is at none
	here    PrinterRecord
	book    *rulebook
	rulings map[QueueID]ruling
	all     []Choice
	read    bool
}

func (d *Desk) choices(id school.ID, person school.PersonID, station StationID, here PrinterRecord) *choices {
	return &choices{desk: d, school: id, person: person, station: station, here: here, book: d.rulebook(id), rulings: map[QueueID]ruling{}}
}

// ruling is what holds for the person's jobs of a queue.
func (c *choices) ruling(ctx context.Context, tx *db.Tx, id QueueID) (ruling, error) {
	if r, known := c.rulings[id]; known {
		return r, nil
	}
	q, err := queueByID(ctx, tx, id)
	if err != nil {
		return ruling{}, err
	}
	return c.rulingOf(ctx, tx, q)
}

// rulingOf is ruling of a queue that has been read in the same transaction.
func (c *choices) rulingOf(ctx context.Context, tx *db.Tx, q Queue) (ruling, error) {
	if r, known := c.rulings[q.ID]; known {
		return r, nil
	}
	r, err := c.desk.ruling(ctx, tx, q, c.person)
	if err == nil {
		c.rulings[q.ID] = r
	}
	return r, err
}

// around are the printers of the school that have a kiosk, the nearest first: those that the
// station serves, then by place, then by name.
func (c *choices) around(ctx context.Context, tx *db.Tx) (all []Choice, err error) {
	if c.read {
		return c.all, nil
	}
	if c.all, err = choicesAt(ctx, tx, c.school, c.station); err != nil {
		return nil, err
	}
	c.read = true
	for i := range c.all {
		o := &c.all[i]
		if o.ID == c.here.ID {
			continue
		}
		if o.Where = o.Place.from(c.here.Place); o.Where == "" && !strings.Contains(strings.ToLower(o.Name), strings.ToLower(o.Room)) {
			o.Where = o.Room
		}
	}
	beside := map[bool]int{false: 1}
	slices.SortStableFunc(c.all, func(a, b Choice) int {
		return cmp.Or(cmp.Compare(beside[a.Beside], beside[b.Beside]), cmp.Compare(a.Place.apart(c.here.Place), c.here.Place.apart(b.Place)), cmp.Compare(a.Name, b.Name))
	})
	return c.all, nil
}

// takes says whether a job can come out of a printer, as far as its queue, the printer and the
// school's rules go.
func (c *choices) takes(ctx context.Context, tx *db.Tx, job Job, p PrinterRecord) (bool, error) {
	r, err := c.ruling(ctx, tx, job.Queue)
	if err != nil || r.at(p.ID, r.sender) != nil || p.Can.lacksFor(r.comes(job)) != "" {
		return false, err
	}
	ruled, err := c.book.of(ctx, tx, job, p)
	return err == nil && ruled.Outcome() != quota.Refuse, err
}

// nearest is the nearest printer but one that suits, or nil.
func (c *choices) nearest(ctx context.Context, tx *db.Tx, but PrinterID, suits func(Choice) (bool, error)) (*Choice, error) {
	all, err := c.around(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == but {
			continue
		}
		if good, err := suits(all[i]); err != nil || good {
			return &all[i], err
		}
	}
	return nil, nil
}

// instead is where jobs can come out that cannot come out of a printer: the nearest of those
// that take most of them and work; and the sentence that says so, or what else to do.
func (c *choices) instead(ctx context.Context, tx *db.Tx, jobs []Job, but PrinterID) (best *Choice, say string, err error) {
	all, err := c.around(ctx, tx)
	if err != nil {
		return nil, "", err
	}
	var broken string
	most := 0
	for i, o := range all {
		if o.ID == but {
			continue
		}
		n := 0
		for _, j := range jobs {
			takes, err := c.takes(ctx, tx, j, o.PrinterRecord)
			if err != nil {
				return nil, "", err
			}
			if takes {
				n++
			}
		}
		switch {
		case n > 0 && o.Trouble() != "":
			broken = cmp.Or(broken, o.says("could print this, but it is not working just now."))
		case n > most:
			best, most = &all[i], n
		}
	}
	switch {
	case best != nil:
		return best, best.says("can print this."), nil
	case broken != "":
		return nil, broken, nil
	}
	return nil, "No other printer can print this. Please ask IT.", nil
}

// notFromHere is told to somebody who wants a printer that their station may not release to.
var notFromHere = fault.New(fault.Conflict, "printer-not-from-here", "You can't print there from here. Please go to that printer.")

// where is the printer that what a visitor releases comes out of.
func (v Visitor) where() PrinterID { return cmp.Or(v.At, v.Station.Printer.ID) }

// beside is the printer that the visitor stands beside, or another where they are at no station.
func (v Visitor) beside(or PrinterRecord) PrinterRecord {
	if v.Station.ID == 0 {
		return or
	}
	return v.Station.Printer
}

// reached is that printer, which was asked for, if the station may release to it.
func (v Visitor) reached(ctx context.Context, tx *db.Tx, asked db.Answer[PrinterRecord]) (PrinterRecord, error) {
	p, err := asked(ctx)
	if err != nil || p.ID == v.Station.Printer.ID {
		return p, err
	}
	all, err := choicesAt(ctx, tx, v.Actor.School, v.Station.ID)
	if err == nil && !slices.ContainsFunc(all, func(o Choice) bool { return o.ID == p.ID && o.Reach }) {
		err = notFromHere
	}
	return p, err
}
