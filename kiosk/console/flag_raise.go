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
