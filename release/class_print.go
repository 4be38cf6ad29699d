package release

import (
	"context"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// ClassPrint is what pupils of the class in front of a teacher wait for, and where it can come
// out: names and numbers, never a title.
type ClassPrint struct {
	Class    string
	Room     string          // of the lesson; "" where no timetable says
	Until    time.Time       // its bell; zero without a timetable
	Printers []PrinterRecord // of the room; without one, all that stand in a room and have no kiosk
	At       PrinterRecord   // the one that what follows is about; ID 0 where there is none
	Pupils   []PupilWaiting  // by family name
	Nothing  int             // how many pupils wait for nothing
	Account  string          // of the class, that can pay for a pupil where an adult stands beside it; or ""
}

// PupilWaiting is a pupil with jobs that are held.
type PupilWaiting struct {
	Person  school.PersonID
	Name    string
	Given   string  // the first name alone
	Jobs    []JobID // that can come out at the printer without the pupil
	Pages   int     // impressions of those, still to print
	Kiosk   int     // jobs that the pupil has to print at a kiosk: with a code, from a shared computer, put on hold
	Lacking int     // jobs that the printer cannot print, or that their queue has come out elsewhere

	left []int // impressions of each of Jobs
}

// PupilPrinted is what became of one pupil's jobs.
type PupilPrinted struct {
	Name    string
	Given   string // the first name alone, for a screen that others read
	Pages   int
	Unnamed int    // jobs without the name that the school wants in their margins: they come out in no way that could carry it
	Refused string // why nothing of it was released, in plain words, or ""
}

var (
	classPrinter = fault.New(fault.Conflict, "class-print-printer", "That printer is not in this room. Please choose one that is.")
	classChosen  = fault.New(fault.Invalid, "class-print-chosen", "Choose pupils of this class who have something waiting.")
)

// spot is where a class's work comes out: at a printer of the room, the first for 0; or at the
// one that the adult stands beside.
type spot struct {
	printer PrinterID
	beside  bool
}

// ClassPrints is what a teacher can print for the class that they teach at this moment, at a
// printer of the room they are in, or the first of them for 0 (school.LessonWith).
func (d *Desk) ClassPrints(ctx context.Context, a school.Actor, class school.ClassID, at PrinterID) (c ClassPrint, err error) {
	return d.classPrints(ctx, a, class, spot{printer: at})
}

func (d *Desk) classPrints(ctx context.Context, a school.Actor, class school.ClassID, at spot) (c ClassPrint, err error) {
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		c, err = d.classPrint(ctx, tx, a, class, at)
		return err
	})
	return c, err
}

func (d *Desk) classPrint(ctx context.Context, tx *db.Tx, a school.Actor, class school.ClassID, at spot) (ClassPrint, error) {
	c, pupils, err := d.classNow(ctx, tx, a, class, at)
	if err != nil {
		return c, err
	}
	if at.beside {
		account, err := classAccount(ctx, tx, a.School, class)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return c, err
		}
		if err == nil {
			c.Account = account.Name
		}
	}
	held, err := heldByPeople(ctx, tx, column(pupils, func(p school.Person) school.PersonID { return p.ID }))
	if err != nil {
		return c, err
	}
	for _, p := range pupils {
		if len(held[p.ID]) == 0 {
			c.Nothing++
			continue
		}
		w, err := d.pupilWaiting(ctx, tx, p, held[p.ID], c.At)
		if err != nil {
			return c, err
		}
		c.Pupils = append(c.Pupils, w)
	}
	return c, nil
}

// classNow is the class in front of the actor, where they are and who is in it.
func (d *Desk) classNow(ctx context.Context, tx *db.Tx, a school.Actor, class school.ClassID, at spot) (c ClassPrint, pupils []school.Person, err error) {
	if !a.May(school.ReleaseForClass) {
		return c, nil, school.NotAllowed
	}
	if err := school.Stands(ctx, tx, a); err != nil {
		return c, nil, err
	}
	lesson, err := school.LessonWith(ctx, tx, a, class)
	if err != nil {
		return c, nil, err
	}
	c = ClassPrint{Class: lesson.ClassName, Room: lesson.Room, Until: lesson.Until}
	if c.Printers, c.At, err = at.printers(ctx, tx, a.School, lesson.Room); err != nil {
		return c, nil, err
	}
	pupils, err = school.PupilsToday(ctx, tx, a.School, class)
	return c, pupils, err
}

// printers are those that a class in a room can print at, and the one that is meant.
func (at spot) printers(ctx context.Context, tx *db.Tx, id school.ID, room string) (all []PrinterRecord, p PrinterRecord, err error) {
	if at.beside {
		p, err = printerByID(ctx, tx, at.printer)
		return []PrinterRecord{p}, p, err
	}
	if all, err = classPrinters(ctx, tx, id, room); err != nil {
		return nil, p, err
	}
	i := slices.IndexFunc(all, func(p PrinterRecord) bool { return at.printer == 0 || p.ID == at.printer })
	switch {
	case i >= 0:
		p = all[i]
	case at.printer != 0:
		err = classPrinter
	}
	return all, p, err
}

func (d *Desk) pupilWaiting(ctx context.Context, tx *db.Tx, p school.Person, held []Job, at PrinterRecord) (PupilWaiting, error) {
	w := PupilWaiting{Person: p.ID, Name: p.Given + " " + p.Family, Given: p.Given}
	c := d.choices(p.School, p.ID, 0, at)
	for _, j := range held {
		if j.Locked || j.Claim() || j.OnHold {
			w.Kiosk++
			continue
		}
		comes, err := c.takes(ctx, tx, j, at)
		switch {
		case err != nil:
			return w, err
		case !comes:
			w.Lacking++
		default:
			w.Jobs, w.left, w.Pages = append(w.Jobs, j.ID), append(w.left, j.Left()), w.Pages+j.Left()
		}
	}
	return w, nil
}

// PrintForClass releases, by family name, jobs of pupils of the class that the actor teaches at this moment to a
// printer of the room, those of each pupil together and each pupil on their own: one who cannot
// stops nobody else. The pupil pays as if they had released it, and the record says who did.
func (d *Desk) PrintForClass(ctx context.Context, a school.Actor, class school.ClassID, at PrinterID, jobs []JobID) (all []PupilPrinted, err error) {
	if at == 0 {
		return nil, classPrinter
	}
	return d.printForClass(ctx, a, class, spot{printer: at}, jobs)
}

func (d *Desk) printForClass(ctx context.Context, a school.Actor, class school.ClassID, at spot, jobs []JobID) (all []PupilPrinted, err error) {
	c, b, err := d.classReady(ctx, a, class, at)
	if err != nil {
		return nil, err
	}
	for _, p := range c.Pupils {
		p = p.only(jobs)
		if len(p.Jobs) == 0 {
			continue
		}
		done, err := d.printForPupil(ctx, a, class, p, c, b)
		if err != nil {
			return all, err
		}
		all = append(all, done)
	}
	if len(all) == 0 {
		return nil, classChosen
	}
	return all, nil
}

// classReady is a class and how it comes out, at a printer that can print now.
func (d *Desk) classReady(ctx context.Context, a school.Actor, class school.ClassID, at spot) (c ClassPrint, b between, err error) {
	if c, err = d.classPrints(ctx, a, class, at); err != nil {
		return c, b, err
	}
	if c.At.ID == 0 {
		return c, b, classPrinter
	}
	if trouble := c.At.Trouble(); trouble != "" {
		return c, b, fault.New(fault.Unavailable, "printer-stopped", "%s", trouble)
	}
	b.at = at
	b.sheets, b.now, err = d.sheetsOf(ctx, a.School)
	return c, b, err
}

// only is what the pupil waits for of some jobs.
func (w PupilWaiting) only(jobs []JobID) PupilWaiting {
	some := PupilWaiting{Person: w.Person, Name: w.Name, Given: w.Given}
	for i, id := range w.Jobs {
		if slices.Contains(jobs, id) {
			some.Jobs, some.Pages = append(some.Jobs, id), some.Pages+w.left[i]
		}
	}
	return some
}

// between is where a class comes out, what the school wants between its pupils, and when that was
// asked; and who has the class's account pay, or nil.
type between struct {
	at      spot
	sheets  ClassSheets
	now     time.Time
	sponsor *sponsor
}

// printForPupil asks all of it again, in the release's own transaction.
func (d *Desk) printForPupil(ctx context.Context, a school.Actor, class school.ClassID, p PupilWaiting, c ClassPrint, b between) (done PupilPrinted, err error) {
	done = PupilPrinted{Name: p.Name, Given: p.Given}
	var sheet separator
	switch b.sheets {
	case Separators:
		sheet, err = d.separatorFor(ctx, c, p, b.now)
	case Margins:
		err = d.nameInMargins(ctx, a, p, c)
	}
	if err != nil {
		return done, err
	}
	err = d.withDocuments(ctx, a.School, p.Person, p.Jobs, func() error {
		return d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
			now, pupils, err := d.classNow(ctx, tx, a, class, b.at)
			if err != nil {
				return err
			}
			if trouble := now.At.Trouble(); trouble != "" {
				return fault.New(fault.Unavailable, "printer-stopped", "%s", trouble)
			}
			job, err := jobByID(ctx, tx, p.Jobs[0])
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(pupils, func(one school.Person) bool { return one.ID == job.Person }) {
				return jobUnknown
			}
			v := Visitor{Actor: job.sender(), By: &a, Sure: map[JobID]bool{}}
			for _, id := range p.Jobs {
				v.Sure[id] = true // the teacher has seen how many pages they are
			}
			if err := b.sponsor.pays(ctx, tx, &v, p.Jobs); err != nil {
				return err
			}
			if b.sheets == Margins {
				if done.Unnamed, err = countUnnamed(ctx, tx, p.Jobs); err != nil {
					return err
				}
			}
			return sheet.before(ctx, tx, a, now.At, func() error { return d.departure(tx, v, now.At.ID, p.Jobs).release(ctx, tx) })
		})
	})
	err = d.dropSheet(ctx, sheet, err)
	if f := fault.As(err); f != nil && f.Kind == fault.Internal {
		return done, err
	}
	if err != nil {
		done.Refused, done.Unnamed = toTeacher(err), 0
		if f := fault.As(err); f.Kind == fault.Unpaid && b.sponsor != nil {
			done.Refused = f.Say // it says nothing of the pupil
		}
		return done, nil
	}
	done.Pages = p.Pages
	return done, nil
}

// toTeacher is a refusal as a teacher reads it, who is told nothing of why a pupil may not print.
func toTeacher(err error) string {
	switch f := fault.As(err); f.Kind {
	case fault.Unpaid:
		return "Too few pages left."
	case fault.Suspended, fault.Forbidden:
		return "They have to print this at a kiosk themselves."
	default:
		return f.Say
	}
}

// actor is who does it: the visitor, or the teacher who releases for them.
func (v Visitor) actor() school.Actor {
	if v.By != nil {
		return *v.By
	}
	return v.Actor
}
