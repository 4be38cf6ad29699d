package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// personPage is what person.html shows.
type personPage struct {
	visitor
	ID      school.PersonID
	Title   string
	User    string
	Role    string
	Balance string // in the school's unit
	Staff   bool   // they can have a private account
	Key     string // makes a top-up happen once
	Money   bool   // which is money
	Own     bool   // the visitor's own page
	Gone    bool   // has left: nothing to withdraw
	Printed int
	Barred  *barred
	Form    decision
	Badge   badge
	Paper   paper
	Flag    flagging
	Pupil   bool
	Past    past
}

// barred is a withdrawal in force.
type barred struct{ Until, Reason string }

// decision is what somebody typed about a person's printing rights, and why it was
// not taken.
type decision struct {
	From   string // "" for now
	Until  string // as datetime-local writes it, in the school's time
	Reason string
	Say    string
}

// untilForm is how a browser writes datetime-local.
const untilForm = "2006-01-02T15:04"

func (c *Console) personPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showPerson(w, r, v, http.StatusOK, decision{Until: nextWeek(v.Now)})
}

// nextWeek is the end that the form proposes.
func nextWeek(now time.Time) string {
	return time.Date(now.Year(), now.Month(), now.Day()+7, 8, 0, 0, 0, now.Location()).Format(untilForm)
}

func (c *Console) showPerson(w http.ResponseWriter, r *http.Request, v visitor, status int, form decision) {
	c.showPersonWith(w, r, v, status, form, flagging{Done: r.URL.Query().Has("flagged")})
}

func (c *Console) showPersonWith(w http.ResponseWriter, r *http.Request, v visitor, status int, form decision, flag flagging) {
	page, err := c.person(r.Context(), v, personID(r), r.URL.Query())
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	flag.Categories = page.Flag.Categories
	page.Form, page.Flag = form, flag
	c.pages.Show(w, r, status, "person", page)
}

// personID is the number in the address; 0, which nobody has, for anything else.
func personID(r *http.Request) school.PersonID { return numberIn[school.PersonID](r, "id") }

// person reads one person's page, which is an act on record.
func (c *Console) person(ctx context.Context, v visitor, id school.PersonID, asked url.Values) (personPage, error) {
	page := personPage{visitor: v, ID: id, Own: id == v.Person}
	err := c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, id)
		if err != nil {
			return err
		}
		page.Title, page.User, page.Role, page.Gone = p.Given+" "+p.Family, p.Username, role(p), p.Left
		balance, err := quota.Balance(ctx, tx, id)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		page.Staff, page.Key = school.Belonging{Roles: p.Roles}.Staff(), quota.NewKey()
		page.Balance, page.Money = unit.Figure(balance), !unit.Counts()
		page.Pupil = slices.Contains(p.Roles, school.Pupil)
		if page.Flag, err = flaggingOf(ctx, tx, v); err != nil {
			return err
		}
		if page.Badge, err = badgeOf(ctx, tx, v, id); err != nil {
			return err
		}
		if page.Paper, err = paperOf(ctx, tx, v, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: v.School, Act: "person-viewed", Actor: v.Pseudonym, Subject: p.Pseudonym})
	})
	if err != nil {
		return page, err
	}
	if !v.MaySeeSchool() {
		return page, nil
	}
	inForce, err := c.inForce(ctx, v)
	if err != nil {
		return page, err
	}
	if s, ok := inForce[id]; ok {
		page.Barred = &barred{moment(s.Ends, v.Now), s.Reason}
	}
	jobs, err := c.desk.Today(ctx, v.Actor, id)
	if err != nil {
		return page, err
	}
	if page.Past, err = c.timeline(ctx, v, id, asked); err != nil {
		return page, err
	}
	page.Printed = figuresOf(jobs).Pages
	return page, nil
}
