package console

import (
	"fmt"
	"net/http"
)

func (c *Console) suspend(w http.ResponseWriter, r *http.Request, v visitor) {
	form := decision{From: r.PostFormValue("from"), Until: r.PostFormValue("until"), Reason: r.PostFormValue("reason")}
	from, until, err := span(form.From, form.Until, v.Now)
	if err == nil {
		err = c.conduct.SuspendFrom(r.Context(), v.Actor, personID(r), from, until, form.Reason)
	}
	c.decided(w, r, v, form, err)
}

func (c *Console) lift(w http.ResponseWriter, r *http.Request, v visitor) {
	form := decision{Until: nextWeek(v.Now), Reason: r.PostFormValue("reason")}
	c.decided(w, r, v, form, c.conduct.Lift(r.Context(), v.Actor, personID(r), form.Reason))
}

// decided leads back to the person's page: anew once it is done, with what was typed
// when it was refused.
func (c *Console) decided(w http.ResponseWriter, r *http.Request, v visitor, form decision, err error) {
	if err == nil {
		http.Redirect(w, r, fmt.Sprintf("/staff/people/%d", personID(r)), http.StatusSeeOther)
		return
	}
	status, say := correctable(err)
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	form.Say = say
	c.showPerson(w, r, v, status, form)
}
