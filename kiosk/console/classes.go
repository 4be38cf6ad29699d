package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// classesPath is where the classes are that somebody teaches.
const classesPath = "/staff/classes"

// classesPage is what classes.html shows.
type classesPage struct {
	visitor
	Classes []classRow
}

// classRow is a class that the visitor teaches now.
type classRow struct {
	ID     school.ClassID
	Name   string
	Until  string // of a lesson they cover
	Budget string // "140 pages", or that there is none
	Past   bool   // what follows is told: it is a class of their own
	Pupils int
	Week   usageRow
	Term   usageRow
	Stops  int // pupils who cannot print just now
}

// classesPage lists the classes that the visitor teaches now; the only one is shown at once.
func (c *Console) classesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := classesPage{visitor: v}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := school.TaughtBy(ctx, tx, v.Actor)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		accounts, err := quota.SharedAccounts(ctx, tx, v.School)
		page.Classes = nil
		for _, t := range all {
			page.Classes = append(page.Classes, v.classRow(t, accounts, unit, tx))
		}
		if err != nil || len(all) < 2 {
			return err
		}
		return page.readPast(ctx, tx)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	if len(page.Classes) == 1 {
		http.Redirect(w, r, classPath(page.Classes[0].ID), http.StatusSeeOther)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "classes", page)
}

// readPast fills in what the visitor's own classes printed.
func (p *classesPage) readPast(ctx context.Context, tx *db.Tx) error {
	s, err := p.spans(ctx, tx)
	if err != nil || !p.May(school.SeeClassUsage) {
		return err
	}
	most := int64(1)
	for i := range p.Classes {
		row := &p.Classes[i]
		if row.Until != "" {
			continue
		}
		if err := row.readPast(ctx, tx, p.visitor, s); err != nil {
			return err
		}
		most = max(most, row.Term.Impressions)
	}
	for i := range p.Classes {
		p.Classes[i].Term.Bar = p.Classes[i].Term.Impressions * 100 / most
	}
	return nil
}

func (r *classRow) readPast(ctx context.Context, tx *db.Tx, v visitor, s spans) error {
	pupils, err := school.PupilsToday(ctx, tx, v.School, r.ID)
	if err != nil {
		return err
	}
	ids := idsOf(pupils)
	days, err := quota.UsageDaysOf(ctx, tx, ids, s.term)
	if err != nil {
		return err
	}
	stopped, err := conduct.Stopped(ctx, tx, ids)
	if err != nil {
		return err
	}
	r.Past, r.Pupils, r.Stops, r.Term.Figures = true, len(ids), len(stopped), quota.Total(days)
	for _, d := range days {
		if d.Day >= s.week.From {
			r.Week.Figures = r.Week.Plus(d.Figures)
		}
	}
	return v.lookedAt(ctx, tx, r.ID, len(ids))
}

func classPath(id school.ClassID) string { return fmt.Sprintf("%s/%d", classesPath, id) }

func (v visitor) classRow(t school.Taught, accounts []quota.Shared, unit quota.Unit, tx *db.Tx) classRow {
	row := classRow{ID: t.Class, Name: t.Name, Budget: "No budget"}
	if !t.Until.IsZero() {
		row.Until = moment(t.Until, v.Now)
	}
	if i := slices.IndexFunc(accounts, func(s quota.Shared) bool { return s.Class == t.Class && s.Open(tx.Now) }); i >= 0 {
		row.Budget = unit.Say(accounts[i].Balance)
	}
	return row
}

// classPage is what class.html shows.
type classPage struct {
	visitor
	Class  classRow
	Pupils []pupilRow
	Left   string
	Budget bool // there is one
	Money  bool // the school counts in pence
	Form   giving
	Flag   flagging
	Pause  pause  // in force just now
	Given  string // "28 pupils were given theirs.", once it was done

	ForMe   string     // what waits for the visitor's yes, or ""
	Lesson  *lessonNow // of this moment, given by the visitor
	Past    bool       // what was printed is shown: it is a class of their own
	Figures classFigures
	Just    justNow
}

// pause is that of a class's printing.
type pause struct {
	ID    conduct.OrderID // 0 for none
	Until string
	Mine  bool // the visitor made it, and may end it
}

// pupilRow is one pupil of a class and whether they are chosen.
type pupilRow struct {
	ID      school.PersonID
	Name    string
	User    string
	Balance string
	Chosen  bool
	Stopped bool     // cannot print just now: not why
	Week    usageRow // of a class of one's own, as Term
	Term    usageRow
}

// chosen says whether somebody is to be given something.
func (g giving) chosen(p school.PersonID) bool { return g.To == nil || slices.Contains(g.To, p) }

// giving is what somebody typed into the form, and why it was not taken.
type giving struct {
	Each, Reason string
	To           []school.PersonID // nil: everybody
	Say          string
}

func (c *Console) classPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showClass(w, r, v, http.StatusOK, giving{})
}

func (c *Console) showClass(w http.ResponseWriter, r *http.Request, v visitor, status int, form giving) {
	c.showClassWith(w, r, v, status, form, flagging{Done: r.URL.Query().Has("flagged")})
}

func (c *Console) showClassWith(w http.ResponseWriter, r *http.Request, v visitor, status int, form giving, flag flagging) {
	page := classPage{visitor: v, Form: form, Flag: flag, Given: givenIn(r.URL.Query()), ForMe: v.forMe()}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return page.read(ctx, tx, classID(r))
	})
	if err == nil && page.Lesson != nil && page.MayRelease() {
		err = page.Just.readWaiting(r.Context(), c.desk, v, classID(r))
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "class", page)
}

// read fills in the class, which the visitor must teach now.
func (p *classPage) read(ctx context.Context, tx *db.Tx, id school.ClassID) error {
	taught, err := school.Teaches(ctx, tx, p.Actor, id)
	if err != nil {
		return err
	}
	budget, err := quota.SharedOfClass(ctx, tx, p.School, id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	unit, wrong := quota.UnitOf(ctx, tx, p.School)
	if wrong != nil {
		return wrong
	}
	p.Budget, p.Left, p.Money = err == nil && budget.Open(tx.Now), unit.Figure(budget.Balance), !unit.Counts()
	p.Class = p.classRow(taught, []quota.Shared{budget}, unit, tx)
	flags, err := flaggingOf(ctx, tx, p.visitor)
	if err != nil {
		return err
	}
	p.Flag.Categories = flags.Categories
	stopped, err := conduct.PauseOf(ctx, tx, p.Actor, id)
	if err != nil {
		return err
	}
	p.Pause = pause{stopped.ID, moment(stopped.Ends, p.Now), stopped.MadeBy == p.Person}
	p.Past = taught.Until.IsZero() && p.May(school.SeeClassUsage)
	if p.Lesson, err = p.lessonOf(ctx, tx, id); err != nil {
		return err
	}
	return p.readPupils(ctx, tx, id, unit)
}

// forMe says what waits for the visitor's yes.
func (v visitor) forMe() string {
	switch n := v.waits(waitingPath); n {
	case 0:
		return ""
	case 1:
		return "1 job waits for your yes"
	default:
		return fmt.Sprintf("%d jobs wait for your yes", n)
	}
}

// givenIn says what was just given, by the number that the form's answer leads to.
func givenIn(q url.Values) string {
	to, err := strconv.ParseInt(q.Get("given"), 10, 16)
	switch {
	case err != nil || to < 1:
		return ""
	case to == 1:
		return "1 pupil was given theirs."
	}
	return fmt.Sprintf("%d pupils were given theirs.", to)
}

// classID is the number in the address; 0, which no class has, for anything else.
func classID(r *http.Request) school.ClassID { return numberIn[school.ClassID](r, "class") }

// givePage is what give.html shows: what is about to be given, and the sum.
type givePage struct {
	visitor
	Class  school.ClassID
	Each   string
	Number int64 // of pages for each
	Whom   string
	Names  []string
	Sum    string
	Left   string
	After  string
	Reason string
	Key    string
	To     []school.PersonID
}

// give shows the sum first; the second form, with its key, does it, once however often it
// is sent.
func (c *Console) give(w http.ResponseWriter, r *http.Request, v visitor) {
	form, gift := giftOf(r)
	if r.PostFormValue("sure") != "yes" {
		c.confirmGift(w, r, v, form, gift)
		return
	}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.GiveFromClass(ctx, tx, v.Actor, gift)
		return err
	})
	if c.giftRefused(w, r, v, form, err) {
		return
	}
	http.Redirect(w, r, fmt.Sprintf("%s?given=%d", classPath(gift.Class), len(gift.To)), http.StatusSeeOther)
}

func (c *Console) confirmGift(w http.ResponseWriter, r *http.Request, v visitor, form giving, gift quota.Gift) {
	gift.Key = quota.NewKey()
	page := givePage{visitor: v, Class: gift.Class, Number: gift.Each, Reason: form.Reason, Key: gift.Key, To: gift.To}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		left, err := quota.CheckGift(ctx, tx, v.Actor, gift)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		page.Each, page.Sum, page.Left, page.After = unit.Say(gift.Each), unit.Say(gift.Sum()), unit.Say(left), unit.Say(left-gift.Sum())
		page.Whom = counted(int64(len(gift.To)), "pupil")
		page.Names = nil
		pupils, err := school.PupilsToday(ctx, tx, v.School, gift.Class)
		for _, p := range pupils {
			if slices.Contains(gift.To, p.ID) {
				page.Names = append(page.Names, p.Given+" "+p.Family)
			}
		}
		return err
	})
	if c.giftRefused(w, r, v, form, err) {
		return
	}
	c.pages.Show(w, r, http.StatusOK, "give", page)
}

// giftRefused shows the form again with the reason, or the error's page where there is no
// form any more.
func (c *Console) giftRefused(w http.ResponseWriter, r *http.Request, v visitor, form giving, err error) bool {
	f := fault.As(err)
	switch {
	case f == nil:
		return false
	case f.Kind == fault.Invalid || f.Kind == fault.Unpaid || f.Kind == fault.Conflict || f.Code == "own-account":
		form.Say = f.Say
		c.showClass(w, r, v, http.StatusUnprocessableEntity, form)
	default:
		c.pages.Error(w, r, err)
	}
	return true
}

// giftOf reads the form. What is no number stays one that is refused.
func giftOf(r *http.Request) (giving, quota.Gift) {
	form := giving{Each: r.PostFormValue("each"), Reason: r.PostFormValue("reason"), To: []school.PersonID{}}
	for _, said := range r.PostForm["to"] {
		id, _ := strconv.ParseInt(said, 10, 64) // 0 is nobody of the class
		form.To = append(form.To, school.PersonID(id))
	}
	slices.Sort(form.To)
	form.To = slices.Compact(form.To)
	each, _ := strconv.ParseInt(form.Each, 10, 64) // 0 is refused
	return form, quota.Gift{Class: classID(r), To: form.To, Each: each, Reason: form.Reason, Key: r.PostFormValue("key")}
}
