package console

import (
	"context"
	"net/http"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// holdsPath is about whom nothing is purged.
const holdsPath = "/staff/holds"

// reviewAfter is how many months a hold stands until it is looked at, where nobody chose.
const reviewAfter = 3

// holdsPage is what holds.html shows.
type holdsPage struct {
	visitor
	Open, Ended []holdRow
	Due         int // reviews
	Form        boxes
	First, Last string // days of review that can be chosen
	Next        string // the one that is offered
	Say         string
}

// holdRow is a hold.
type holdRow struct {
	ID           school.HoldID
	Name, User   string
	Left, Due    bool
	Reason, By   string
	Since, Until string
	Reviewed     string
	Review       string
	Why          string // of its end
}

func (c *Console) holdsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showHolds(w, r, v, http.StatusOK, holdBoxes(v.Now), "")
}

func holdBoxes(now time.Time) boxes {
	return boxes{{Name: "who", Label: "User name"}, {Name: "reason", Label: "Why", Hint: "Such as a reference of the police, or what is claimed. They are not shown it."},
		{Name: "review", Label: "Look at it again on", Value: now.AddDate(0, reviewAfter, 0).Format(time.DateOnly)}}
}

func (c *Console) showHolds(w http.ResponseWriter, r *http.Request, v visitor, status int, form boxes, say string) {
	if !c.readAgain(w, r, v, status, holdsPath) {
		return
	}
	page := holdsPage{visitor: v, Form: form, Say: say, First: v.Now.AddDate(0, 0, 1).Format(time.DateOnly), Last: v.Now.AddDate(1, 0, 0).Format(time.DateOnly),
		Next: v.Now.AddDate(0, reviewAfter, 0).Format(time.DateOnly)}
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, v.School)
		if err != nil {
			return err
		}
		all, err := school.LegalHolds(ctx, tx, v.School)
		if err != nil {
			return err
		}
		var by []school.Pseudonym
		for _, h := range all {
			if h.By != "" {
				by = append(by, h.By)
			}
		}
		names, err := school.StaffNamed(ctx, tx, v.School, by)
		page.fill(all, names, sc.Day(tx.Now))
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "holds", page)
}

func (p *holdsPage) fill(all []school.LegalHold, names map[school.Pseudonym]string, today time.Time) {
	const day = "2 January 2006"
	p.Open, p.Ended, p.Due = nil, nil, 0
	for _, h := range all {
		row := holdRow{ID: h.ID, Name: h.Name, User: h.Username, Left: h.Left, Due: h.PastReview(today), Reason: h.Reason, By: names[h.By],
			Since: h.Placed.In(p.Now.Location()).Format(day), Review: h.Review.Format(day), Reviewed: timesLooked(h.Reviews), Why: h.EndReason}
		if row.By == "" {
			row.By = "somebody who has left"
		}
		if h.Ended.IsZero() {
			p.Open = append(p.Open, row)
		} else {
			row.Until = h.Ended.In(p.Now.Location()).Format(day)
			p.Ended = append(p.Ended, row)
		}
		if row.Due {
			p.Due++
		}
	}
}

func timesLooked(n int) string {
	switch n {
	case 0:
		return "not yet"
	case 1:
		return "once"
	}
	return thousands(int64(n)) + " times"
}

// holdFields are the fields that refusals are about, by their codes.
var holdFields = map[string]string{"person-unknown": "who", "hold-open": "who", "hold-own": "who", "hold-reason": "reason", "hold-review": "review"}

func (c *Console) placeHold(w http.ResponseWriter, r *http.Request, v visitor) {
	form := typed(r, holdBoxes(v.Now))
	err := c.onHolds(r, v, func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByUsername(ctx, tx, v.School, form.Of("who").Value)
		if fault.KindOf(err) == fault.NotFound {
			form.refuse("who", "There is nobody with this user name.")
			return badForm
		}
		if err == nil {
			_, err = school.PlaceHold(ctx, tx, v.Actor, p, form.Of("reason").Value, chosenDay(form.Of("review").Value))
		}
		if f := fault.As(err); err != nil && holdFields[f.Code] != "" {
			form.refuse(holdFields[f.Code], f.Say)
			return badForm
		}
		return err
	})
	c.holdDone(w, r, v, form, err)
}

// reviewHold keeps a hold on until another day.
func (c *Console) reviewHold(w http.ResponseWriter, r *http.Request, v visitor) {
	c.holdDone(w, r, v, holdBoxes(v.Now), c.onHolds(r, v, func(ctx context.Context, tx *db.Tx) error {
		return school.ReviewHold(ctx, tx, v.Actor, numberIn[school.HoldID](r, "hold"), chosenDay(r.PostFormValue("review")))
	}))
}

func (c *Console) endHold(w http.ResponseWriter, r *http.Request, v visitor) {
	c.holdDone(w, r, v, holdBoxes(v.Now), c.onHolds(r, v, func(ctx context.Context, tx *db.Tx) error {
		return school.EndHold(ctx, tx, v.Actor, numberIn[school.HoldID](r, "hold"), r.PostFormValue("reason"))
	}))
}

func (c *Console) onHolds(r *http.Request, v visitor, act func(context.Context, *db.Tx) error) error {
	return c.db.InTx(r.Context(), db.InSchool(v.School), act)
}

// chosenDay reads a field's day; what is none is the zero day, which is no day to choose.
func chosenDay(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return day
}

func (c *Console) holdDone(w http.ResponseWriter, r *http.Request, v visitor, form boxes, err error) {
	if err == nil {
		http.Redirect(w, r, holdsPath, http.StatusSeeOther)
		return
	}
	status, say := correctable(err)
	if f := fault.As(err); f.Kind == fault.NotFound || f.Kind == fault.Forbidden && f.Code != school.NotAllowed.Code {
		status, say = http.StatusConflict, f.Say
	}
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	if form.Wrong() {
		say = ""
	}
	c.showHolds(w, r, v, status, form, say)
}
