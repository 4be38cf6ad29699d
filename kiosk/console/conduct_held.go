package console

import (
	"net/http"

	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// heldRow is a step of the ladder that waits for somebody.
type heldRow struct {
	ID                            conduct.StepID
	Person                        school.PersonID
	Name, Who, What, Reason, Rule string
	Points                        int
	Since, Until                  string
	Most                          string // as datetime-local writes it
}

func (v visitor) heldRows(all []conduct.HeldStep) (rows []heldRow) {
	for _, h := range all {
		ends := h.Most.In(v.Now.Location())
		rows = append(rows, heldRow{ID: h.ID, Person: h.Person, Name: h.Name, Who: yearAndClasses(h.Year, nil), What: actionWords[h.Action], Reason: h.Reason, Rule: h.Rule,
			Points: h.Points, Since: moment(h.Taken, v.Now), Until: moment(ends, v.Now), Most: ends.Format(untilForm)})
	}
	return rows
}

// decideStep confirms, shortens or drops a step, by the button that was pressed.
func (c *Console) decideStep(w http.ResponseWriter, r *http.Request, v visitor) {
	id, why := numberIn[conduct.StepID](r, "step"), r.PostFormValue("why")
	verdict, until, err := verdictOf(r, v)
	if err == nil {
		err = c.conduct.DecideStep(r.Context(), v.Actor, id, verdict, until, why)
	}
	if status, say := correctable(err); status != 0 {
		c.showReviews(w, r, v, status, reviewsPage{Say: say, Step: id, Why: why})
		return
	}
	c.backTo(w, r, reviewsPath+"#steps", err)
}
