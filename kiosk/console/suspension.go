package console

import (
	"fmt"
	"net/http"
	"time"

	"inkwell/internal/fault"
)

func (c *Console) suspend(w http.ResponseWriter, r *http.Request, v visitor) {
	form := decision{Until: r.PostFormValue("until"), Reason: r.PostFormValue("reason")}
	until, err := time.ParseInLocation(untilForm, form.Until, v.Now.Location())
	if err != nil {
		err = fault.New(fault.Invalid, "until-form", "Choose a day and a time.")
	} else {
		err = c.conduct.Suspend(r.Context(), v.Actor, personID(r), until, form.Reason)
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
