package console

import (
	"context"
	"fmt"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// flagging is the form with which staff flag a pupil: what they typed, why it was not taken, or that it was.
type flagging struct {
	Categories     []rule.Category
	Person         school.PersonID
	Category, Note string
	Say            string
	Done           bool
}

// flagPath is where staff flag a pupil whom they name.
const flagPath = "/staff/flag"

// flagPage is what flag.html shows.
type flagPage struct {
	visitor
	Username, Family string // as typed
	Flag             flagging
}

func (c *Console) flagPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showFlag(w, r, http.StatusOK, flagPage{visitor: v, Flag: flagging{Done: r.URL.Query().Has("flagged")}})
}

func (c *Console) showFlag(w http.ResponseWriter, r *http.Request, status int, page flagPage) {
	err := c.db.InTx(r.Context(), db.InSchool(page.School), func(ctx context.Context, tx *db.Tx) error {
		policy, err := conduct.PolicyOf(ctx, tx, page.School)
		page.Flag.Categories = policy.Categories
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "flag", page)
}

// flagNamed flags the pupil whom the visitor names.
func (c *Console) flagNamed(w http.ResponseWriter, r *http.Request, v visitor) {
	page := flagPage{visitor: v, Username: r.PostFormValue("username"), Family: r.PostFormValue("family"),
		Flag: flagging{Category: r.PostFormValue("category"), Note: r.PostFormValue("note")}}
	_, err := c.conduct.RaiseNamed(r.Context(), v.Actor, page.Username, page.Family, page.Flag.Category, page.Flag.Note)
	status, say := correctable(err)
	if status != 0 {
		page.Flag.Say = say
		c.showFlag(w, r, status, page)
		return
	}
	c.backTo(w, r, flagPath+"?flagged", err)
}

// flaggingOf is the form with the school's categories; empty for who flags nobody.
func flaggingOf(ctx context.Context, tx *db.Tx, v visitor) (f flagging, err error) {
	if v.MayFlag() {
		var policy conduct.Policy
		policy, err = conduct.PolicyOf(ctx, tx, v.School)
		f.Categories = policy.Categories
	}
	return f, err
}

// flagPerson flags the pupil of the page.
func (c *Console) flagPerson(w http.ResponseWriter, r *http.Request, v visitor) {
	if !v.MayFlag() {
		c.nothing(w, r)
		return
	}
	form := flagging{Person: personID(r), Category: r.PostFormValue("category"), Note: r.PostFormValue("note")}
	_, err := c.conduct.Raise(r.Context(), v.Actor, form.Person, form.Category, form.Note)
	status, say := correctable(err)
	if status != 0 {
		form.Say = say
		c.showPersonWith(w, r, v, status, decision{Until: nextWeek(v.Now)}, form)
		return
	}
	c.backTo(w, r, fmt.Sprintf("/staff/people/%d?flagged", form.Person), err)
}

// flagInClass flags a pupil of the class, which the visitor teaches now.
func (c *Console) flagInClass(w http.ResponseWriter, r *http.Request, v visitor) {
	form := flagging{Person: numberOf[school.PersonID](r.PostFormValue("person")), Category: r.PostFormValue("category"), Note: r.PostFormValue("note")}
	_, err := c.conduct.Raise(r.Context(), v.Actor, form.Person, form.Category, form.Note)
	status, say := correctable(err)
	if status != 0 {
		form.Say = say
		c.showClassWith(w, r, v, status, giving{}, form)
		return
	}
	c.backTo(w, r, classPath(classID(r))+"?flagged", err)
}
