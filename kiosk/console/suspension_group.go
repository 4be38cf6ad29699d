package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// rightsPath is where printing is withdrawn from classes and years, and all that is
// withdrawn just now stands.
const rightsPath = "/staff/rights"

// rightsPage is what rights.html shows.
type rightsPage struct {
	visitor
	Orders []orderRow
	People []suspended
	Form   groupForm
}

// orderRow is one decision over several.
type orderRow struct {
	ID                        conduct.OrderID
	Whom, From, Until, Reason string
	By, Pupils                string
	Pause, Later              bool // a teacher's; not begun yet
}

// groupForm is what somebody typed to withdraw printing from a class or a year, and why it
// was not taken.
type groupForm struct{ Whom, From, Until, Reason, Say string }

func (c *Console) rightsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showRights(w, r, v, http.StatusOK, groupForm{Until: nextWeek(v.Now)})
}

func (c *Console) showRights(w http.ResponseWriter, r *http.Request, v visitor, status int, form groupForm) {
	if !c.readAgain(w, r, v, status, rightsPath) {
		return
	}
	page := rightsPage{visitor: v, Form: form}
	var err error
	if page.Orders, err = c.orders(r.Context(), v); err == nil {
		page.People, err = c.suspended(r.Context(), v)
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "rights", page)
}

// orders are the decisions over several that are not over.
func (c *Console) orders(ctx context.Context, v visitor) (rows []orderRow, err error) {
	all, err := c.conduct.Orders(ctx, v.Actor)
	for _, o := range all {
		rows = append(rows, orderRow{o.ID, o.Whom, moment(o.Starts, v.Now), moment(o.Ends, v.Now), o.Reason, o.By, counted(int64(o.Pupils), "pupil"), o.Pause, o.Starts.After(v.Now)})
	}
	return rows, err
}

func (c *Console) suspendGroup(w http.ResponseWriter, r *http.Request, v visitor) {
	form := groupForm{Whom: strings.TrimSpace(r.PostFormValue("whom")), From: r.PostFormValue("from"), Until: r.PostFormValue("until"), Reason: r.PostFormValue("reason")}
	from, until, err := span(form.From, form.Until, v.Now)
	var g conduct.Group
	if err == nil {
		g, err = c.group(r.Context(), v, form.Whom)
	}
	if err == nil {
		_, err = c.conduct.SuspendGroup(r.Context(), v.Actor, g, from, until, form.Reason)
	}
	c.ruled(w, r, v, form, err)
}

func (c *Console) liftOrder(w http.ResponseWriter, r *http.Request, v visitor) {
	c.ruled(w, r, v, groupForm{Until: nextWeek(v.Now)}, c.conduct.LiftOrder(r.Context(), v.Actor, orderID(r), r.PostFormValue("reason")))
}

// orderID is the order of the address; 0, which is none, where that is no number.
func orderID(r *http.Request) conduct.OrderID { return numberIn[conduct.OrderID](r, "order") }

// ruled shows the page again, with why an act was not taken.
func (c *Console) ruled(w http.ResponseWriter, r *http.Request, v visitor, form groupForm, err error) {
	if err == nil {
		http.Redirect(w, r, rightsPath, http.StatusSeeOther)
		return
	}
	f := fault.As(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		c.pages.Error(w, r, err)
		return
	}
	form.Say = f.Say
	c.showRights(w, r, v, http.StatusConflict, form)
}

// span reads from when until when; no beginning is now.
func span(from, until string, now time.Time) (begins, ends time.Time, err error) {
	if from != "" {
		if begins, err = time.ParseInLocation(untilForm, from, now.Location()); err != nil {
			return begins, ends, badTime.Because(err)
		}
	}
	if ends, err = time.ParseInLocation(untilForm, until, now.Location()); err != nil {
		return begins, ends, badTime.Because(err)
	}
	return begins, ends, nil
}

var badTime = fault.New(fault.Invalid, "until-form", "Choose a day and a time.")

// group finds the class or the year that somebody means: "7A", "Year 8", "8".
func (c *Console) group(ctx context.Context, v visitor, said string) (g conduct.Group, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		g.Class, err = school.ClassByName(ctx, tx, v.School, said)
		return err
	})
	if fault.KindOf(err) != fault.NotFound {
		return g, err
	}
	year, wrong := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(strings.ToLower(said), "year")))
	if wrong != nil || year < 1 || year > 14 {
		return g, fault.New(fault.Invalid, "group-unknown", "There is no such class or year. Write a class as the school names it, or Year 8.")
	}
	return conduct.Group{Year: year}, nil
}

// pauseClass stops the printing of the class that the visitor teaches just now.
func (c *Console) pauseClass(w http.ResponseWriter, r *http.Request, v visitor) {
	_, err := c.conduct.PauseClass(r.Context(), v.Actor, classID(r))
	c.pausedClass(w, r, v, err)
}

// resumeClass ends it before the bell.
func (c *Console) resumeClass(w http.ResponseWriter, r *http.Request, v visitor) {
	c.pausedClass(w, r, v, c.conduct.LiftOrder(r.Context(), v.Actor, orderID(r), ""))
}

func (c *Console) pausedClass(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	f := fault.As(err)
	switch {
	case err == nil || f.Code == "class-paused" || f.Code == "order-unknown":
		http.Redirect(w, r, classPath(classID(r)), http.StatusSeeOther)
	case f.Code == "lesson-none":
		c.showClass(w, r, v, http.StatusConflict, giving{Say: "You can pause printing while you teach the class."})
	default:
		c.pages.Error(w, r, err)
	}
}
