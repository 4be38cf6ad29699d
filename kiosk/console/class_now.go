package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// lessonNow is the lesson of this moment, as its teacher reads it.
type lessonNow struct{ Period, Room, Until string }

// nowPage is a teacher's first screen: the class of this moment, by timetable and cover; the
// only one they have; or all of theirs with what they printed.
func (c *Console) nowPage(w http.ResponseWriter, r *http.Request, v visitor) {
	var class school.ClassID
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		lesson, on, err := school.LessonOf(ctx, tx, v.School, v.Person, tx.Now)
		if err != nil || on {
			class = lesson.Class
			return err
		}
		all, err := school.TaughtBy(ctx, tx, v.Actor)
		if len(all) == 1 {
			class = all[0].Class
		}
		return err
	})
	switch {
	case err != nil:
		c.pages.Error(w, r, err)
	case class != 0:
		r.SetPathValue("class", fmt.Sprint(class))
		c.classPage(w, r, v)
	default:
		c.classesPage(w, r, v)
	}
}

// lessonOf is the lesson that the visitor gives to a class just now, if they do.
func (v visitor) lessonOf(ctx context.Context, tx *db.Tx, class school.ClassID) (*lessonNow, error) {
	all, err := school.LessonsAt(ctx, tx, v.School, tx.Now, school.LessonFilter{Teacher: v.Person, Class: class})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &lessonNow{all[0].Period, all[0].Room, moment(all[0].Until, v.Now)}, nil
}

// spans are this week's and this term's days, up to today.
type spans struct {
	calendar   calendar.Calendar
	week, term quota.Span
}

func (v visitor) spans(ctx context.Context, tx *db.Tx) (s spans, err error) {
	if s.calendar, err = school.CalendarOf(ctx, tx, v.School); err != nil {
		return s, err
	}
	today := s.calendar.Date(v.Now)
	of := func(p quota.Period) quota.Span {
		return quota.Span{From: min(p.Start(s.calendar, v.Now), today), To: today}
	}
	s.week, s.term = of(quota.Week), of(quota.Term)
	return s, nil
}

// classFigures is what a class of one's own printed; whoever covers a lesson has no past of it.
type classFigures struct {
	Week, Term usageRow
	Chart      chart
}

// mostNamed is how many pupils are named in one line.
const mostNamed = 6

// justNow is what a teacher has to know of the class in front of them, and leads to.
type justNow struct {
	Stopped string // who cannot print just now, and not why; "" for nobody
	More    int    // so many beyond those named
	Waiting string // "3 pupils wait to print", with what comes out here; "" for none, or with no lesson on
	Jobs    string
}

// readWaiting fills in what waits for the class in the room of its lesson. What the desk refuses of it, the
// page of the class's jobs explains.
func (n *justNow) readWaiting(ctx context.Context, desk ClassRelease, v visitor, id school.ClassID) error {
	all, err := desk.ClassPrints(ctx, v.Actor, id, 0)
	if err != nil {
		if fault.As(err) != nil && fault.KindOf(err) != fault.Internal {
			return nil
		}
		return err
	}
	var pupils, jobs, sum int
	for _, p := range all.Pupils {
		if len(p.Jobs) > 0 {
			pupils, jobs, sum = pupils+1, jobs+len(p.Jobs), sum+p.Pages
		}
	}
	switch {
	case pupils == 1:
		n.Waiting = "1 pupil waits to print"
	case pupils > 1:
		n.Waiting = fmt.Sprintf("%d pupils wait to print", pupils)
	}
	n.Jobs = counted(int64(jobs), "job") + ", " + pages(int64(sum))
	return nil
}

// readStopped names who is stopped.
func (n *justNow) readStopped(pupils []pupilRow) {
	var names []string
	for _, p := range pupils {
		if p.Stopped {
			names = append(names, p.Name)
		}
	}
	n.More = max(0, len(names)-mostNamed)
	n.Stopped = strings.Join(names[:len(names)-n.More], ", ")
}

// readPupils fills in the pupils of the class, what is left to them and who cannot print; and,
// of a class of the visitor's own, what each of them printed.
func (p *classPage) readPupils(ctx context.Context, tx *db.Tx, id school.ClassID, unit quota.Unit) error {
	pupils, err := school.PupilsToday(ctx, tx, p.School, id)
	if err != nil {
		return err
	}
	ids := idsOf(pupils)
	left, err := quota.Balances(ctx, tx, ids)
	if err != nil {
		return err
	}
	stopped, err := conduct.Stopped(ctx, tx, ids)
	if err != nil {
		return err
	}
	p.Pupils = nil
	for _, one := range pupils {
		p.Pupils = append(p.Pupils, pupilRow{ID: one.ID, Name: one.Given + " " + one.Family, User: one.Username, Balance: unit.Say(left[one.ID]),
			Chosen: p.Form.chosen(one.ID), Stopped: stopped[one.ID]})
	}
	p.Figures = classFigures{}
	p.Just.readStopped(p.Pupils)
	if !p.Past {
		return nil
	}
	return p.readPast(ctx, tx, id, ids)
}

// readPast is an act on record.
func (p *classPage) readPast(ctx context.Context, tx *db.Tx, id school.ClassID, ids []school.PersonID) error {
	s, err := p.spans(ctx, tx)
	if err != nil {
		return err
	}
	week, err := quota.UsageOf(ctx, tx, ids, s.week)
	if err != nil {
		return err
	}
	term, err := quota.UsageOf(ctx, tx, ids, s.term)
	if err != nil {
		return err
	}
	days, err := quota.UsageDaysOf(ctx, tx, ids, s.term)
	if err != nil {
		return err
	}
	most := int64(1)
	for _, f := range term {
		most = max(most, f.Impressions)
	}
	for i := range p.Pupils {
		one := &p.Pupils[i]
		one.Week, one.Term = usageRow{Figures: week[one.ID]}, usageRow{Figures: term[one.ID], Bar: term[one.ID].Impressions * 100 / most}
		p.Figures.Week.Figures = p.Figures.Week.Plus(week[one.ID])
	}
	p.Figures.Term = usageRow{Figures: quota.Total(days)}
	p.Figures.Chart = chartOf(days, s.term, s.calendar)
	return p.lookedAt(ctx, tx, id, len(ids))
}

// lookedAt records that somebody looked at what a class printed.
func (v visitor) lookedAt(ctx context.Context, tx *db.Tx, id school.ClassID, pupils int) error {
	return audit.Record(ctx, tx, audit.Entry{School: v.School, Act: "class-usage-viewed", Actor: v.Pseudonym, Object: fmt.Sprintf("class:%d", id),
		Facts: map[string]any{"pupils": pupils}})
}

func idsOf(people []school.Person) []school.PersonID {
	ids := make([]school.PersonID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	return ids
}
