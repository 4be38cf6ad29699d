package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// calendarPage is what calendar.html shows: today, who covers whom, and what is to come.
type calendarPage struct {
	visitor
	What     string // today is
	Closed   bool
	Lesson   string // the period of now, or ""
	Kept     string // until when a job sent now is held
	Closable []dayRow
	Closures []dayRow
	Terms    []spanRow
	Off      []spanRow
	Bells    []bellRow
	Hours    string
	Hold     string
	Entered  bool // terms reach as far as today
	Cover    coverPart
}

// dayRow is a day as a form takes it and as people say it.
type dayRow struct{ Date, Word, Reason string }

// spanRow is a term, or days off.
type spanRow struct {
	Name, From, To string
	Look           string // of a badge
	Kind           string
	Now            bool
}

// bellRow is a period of the week.
type bellRow struct{ Period, Days, Times string }

// dayForm is a day without its year, in words.
const dayForm = "Monday 2 January"

func (c *Console) calendarPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showCalendar(w, r, v, http.StatusOK, coverForm{})
}

// showCalendar shows the page, with the cover form as it was typed.
func (c *Console) showCalendar(w http.ResponseWriter, r *http.Request, v visitor, status int, form coverForm) {
	page := calendarPage{visitor: v}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		cal, err := school.CalendarOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		page.fill(cal, v.Now)
		day, err := calendar.ParseDate(r.FormValue("day"))
		if err != nil || day < cal.Date(v.Now) || day > cal.Date(v.Now)+14 {
			day = cal.Date(v.Now)
		}
		page.Cover, err = coverPartOf(ctx, tx, v, cal, day)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.Cover.Form = form
	c.pages.Show(w, r, status, "calendar", page)
}

// fill is the part of the page that the calendar says.
func (p *calendarPage) fill(c calendar.Calendar, now time.Time) {
	today := c.Date(now)
	p.What, p.Closed = today.Time().Format(dayForm)+" is "+c.Words(today), isClosed(c, today)
	if s, rings := c.Period(now); rings {
		p.Lesson = "Period " + s.Period + ", until " + s.Until.In(now.Location()).Format("15:04")
	}
	p.Kept = moment(c.HoldUntil(now), now)
	p.Entered, p.Hold = len(c.Terms) > 0 && (c.Known(today) || today < c.Terms[0].First), c.Hold.String()
	p.Hours = calendar.Days(c.SchoolWeek()) + ", " + c.Opens.String() + " to " + c.Closes.String()
	tomorrow := c.NextSchoolDay(today)
	for _, d := range []calendar.Date{today, tomorrow} {
		if off, isOff := c.On(d); c.SchoolDay(d) || isOff && off.Kind == calendar.INSET {
			p.Closable = append(p.Closable, dayRow{Date: d.String(), Word: relative(d, today)})
		}
	}
	for _, o := range c.Off {
		switch {
		case o.Last < today:
		case o.Kind == calendar.Closure:
			p.Closures = append(p.Closures, dayRow{o.First.String(), o.First.Time().Format(dayForm), o.Reason})
		default:
			p.Off = append(p.Off, spanOf(o.Reason, o.First, o.Last, today, o.Kind))
		}
	}
	for _, t := range c.Terms {
		if t.Last >= today {
			p.Terms = append(p.Terms, spanOf(t.Name, t.First, t.Last, today, ""))
		}
	}
	for _, r := range c.Rings() {
		p.Bells = append(p.Bells, bellRow{r.Period, calendar.Days(r.Days), r.From.String() + "–" + r.Until.String()})
	}
}

func spanOf(name string, first, last, today calendar.Date, kind calendar.Kind) spanRow {
	row := spanRow{Name: name, From: shortDay(first, today), To: shortDay(last, today), Now: first <= today && today <= last}
	if first == last {
		row.To = ""
	}
	switch kind {
	case calendar.INSET:
		row.Kind, row.Look = "INSET", "badge--blue"
	case calendar.Holiday:
		row.Kind = "Holiday"
	}
	return row
}

// shortDay is a day in words, with its year when that is another.
func shortDay(d, today calendar.Date) string {
	if d.Time().Year() == today.Time().Year() {
		return d.Time().Format("Mon 2 January")
	}
	return d.Time().Format("Mon 2 January 2006")
}

// relative is "today", or a day that is soon.
func relative(d, today calendar.Date) string {
	switch d - today {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return "on " + d.Time().Format(dayForm)
}

// chip is relative for a choice.
func chip(d, today calendar.Date) string {
	switch d - today {
	case 0:
		return "Today"
	case 1:
		return "Tomorrow"
	}
	return d.Time().Format("Monday 2 January")
}

func isClosed(c calendar.Calendar, d calendar.Date) bool {
	off, isOff := c.On(d)
	return isOff && off.Kind == calendar.Closure
}

// closePage is what close.html asks before a day is closed.
type closePage struct {
	visitor
	Day    dayRow
	Jobs   int    // that would be kept for longer
	Until  string // the longest of them
	Reason string
	Say    string // why it was not taken
}

func (c *Console) closePage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.askToClose(w, r, v, http.StatusOK, "")
}

// askToClose says what closing a day means to what is held, and changes nothing.
func (c *Console) askToClose(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	page := closePage{visitor: v, Reason: r.FormValue("reason"), Say: say}
	day, err := formDay(r)
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
			cal, err := school.MayClose(ctx, tx, v.School, day)
			if err != nil {
				return err
			}
			page.Day = dayRow{Date: day.String(), Word: day.Time().Format(dayForm)}
			kept, err := c.desk.WouldExtend(ctx, tx, v.School, cal.Closing(day, "closed"))
			page.Jobs, page.Until = kept.Jobs, moment(kept.Until, v.Now)
			return err
		})
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "close", page)
}

// closeDay closes a day and keeps what is held for longer, in one act.
func (c *Console) closeDay(w http.ResponseWriter, r *http.Request, v visitor) {
	day, err := formDay(r)
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
			if err := school.CloseDay(ctx, tx, v.Pseudonym, v.School, day, r.PostFormValue("reason")); err != nil {
				return err
			}
			_, err := c.desk.Extend(ctx, tx, v.School)
			return err
		})
	}
	if f := fault.As(err); f != nil && f.Code == "closure-reason" {
		c.askToClose(w, r, v, http.StatusBadRequest, f.Say)
		return
	}
	c.backToCalendar(w, r, err)
}

func (c *Console) openDay(w http.ResponseWriter, r *http.Request, v visitor) {
	day, err := formDay(r)
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
			return school.OpenDay(ctx, tx, v.Pseudonym, v.School, day)
		})
	}
	c.backToCalendar(w, r, err)
}

// backToCalendar ends an act: with the page anew, on the day it was about.
func (c *Console) backToCalendar(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	to := "/staff/calendar"
	if day, err := formDay(r); err == nil && r.PostFormValue("period") != "" {
		to += "?day=" + day.String() + "#cover"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// formDay is the day that a form is about.
func formDay(r *http.Request) (calendar.Date, error) {
	d, err := calendar.ParseDate(r.FormValue("day"))
	if err != nil {
		return 0, fault.New(fault.Invalid, "day", "That is no day. Please go back and choose one.")
	}
	return d, nil
}

// coverPart is the part of the page about who covers whom.
type coverPart struct {
	Day     dayRow
	Choices []dayChoice
	Periods []string // of the day; none on a day without lessons
	Staff   []staffRow
	Covers  []coverRow
	Form    coverForm
}

// dayChoice is a day whose cover can be looked at.
type dayChoice struct {
	Date, Word string
	Chosen     bool
}

type staffRow struct {
	ID   school.PersonID
	Name string
}

type coverRow struct {
	school.Covering
	Date string
}

// coverForm is what somebody chose, and why it was not taken.
type coverForm struct {
	Period     string
	Absent, By school.PersonID
	Say        string
}

func coverPartOf(ctx context.Context, tx *db.Tx, v visitor, c calendar.Calendar, day calendar.Date) (p coverPart, err error) {
	today := c.Date(v.Now)
	p.Day = dayRow{Date: day.String(), Word: relative(day, today)}
	for _, s := range c.Day(day) {
		p.Periods = append(p.Periods, s.Period)
	}
	choices := []calendar.Date{today, c.NextSchoolDay(today), day}
	slices.Sort(choices)
	for _, d := range slices.Compact(choices) {
		p.Choices = append(p.Choices, dayChoice{Date: d.String(), Word: chip(d, today), Chosen: d == day})
	}
	all, err := school.CoverOn(ctx, tx, v.School, day)
	if err != nil || len(p.Periods) == 0 {
		return p, err
	}
	for _, x := range all {
		p.Covers = append(p.Covers, coverRow{x, day.String()})
	}
	staff, err := school.Staff(ctx, tx, v.School)
	for _, s := range staff {
		p.Staff = append(p.Staff, staffRow{s.ID, s.Family + ", " + s.Given})
	}
	return p, err
}

// readCover is what a form says of cover.
func readCover(r *http.Request) (school.Covering, coverForm, error) {
	id := func(name string) school.PersonID {
		n, err := strconv.ParseInt(r.PostFormValue(name), 10, 64)
		if err != nil {
			return 0
		}
		return school.PersonID(n)
	}
	day, err := formDay(r)
	f := coverForm{Period: r.PostFormValue("period"), Absent: id("absent"), By: id("by")}
	return school.Covering{Day: day, Period: f.Period, Absent: f.Absent, By: f.By}, f, err
}

// addCover has X cover Y, period 3.
func (c *Console) addCover(w http.ResponseWriter, r *http.Request, v visitor) {
	cover, form, err := readCover(r)
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
			return school.AddCover(ctx, tx, v.Pseudonym, v.School, cover)
		})
	}
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		form.Say = f.Say
		c.showCalendar(w, r, v, http.StatusBadRequest, form)
		return
	}
	c.backToCalendar(w, r, err)
}

func (c *Console) removeCover(w http.ResponseWriter, r *http.Request, v visitor) {
	cover, _, err := readCover(r)
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
			return school.RemoveCover(ctx, tx, v.Pseudonym, v.School, cover.Day, cover.Period, cover.Absent)
		})
	}
	c.backToCalendar(w, r, err)
}

// MayClose says whether to offer to close a day.
func (v visitor) MayClose() bool { return v.May(school.ManageCalendar) }
