package console

import (
	"fmt"
	"net/http"

	"inkwell/internal/fault"
	"inkwell/release"
)

// waitingPath is where pupils are answered who need a teacher's yes to print.
const waitingPath = "/staff/waiting"

// waitingPage is what waiting.html shows.
type waitingPage struct {
	visitor
	Open    []waitingRow
	Answers []string           // to return a job with, in one click
	Say     string             // why an answer was not taken
	Of      release.ApprovalID // and of which
	Why     string             // what was typed then
}

// waitingRow is a job that waits for a yes, without its title.
type waitingRow struct {
	ID     release.ApprovalID
	Name   string
	Who    string // year group and classes
	What   string
	Colour string
	Asked  string
	Until  string
	Rule   string
}

// returns are what teachers answer most often.
var returns = []string{"Fewer pages, please.", "Black and white, please.", "Come and see me first."}

func (c *Console) waitingPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showWaiting(w, r, v, http.StatusOK, waitingPage{})
}

func (c *Console) showWaiting(w http.ResponseWriter, r *http.Request, v visitor, status int, page waitingPage) {
	if !c.readAgain(w, r, v, status, waitingPath) {
		return
	}
	page.visitor, page.Answers = v, returns
	all, err := c.desk.Waiting(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, a := range all {
		page.Open = append(page.Open, v.waitingRow(a))
	}
	c.pages.Show(w, r, status, "waiting", page)
}

func (v visitor) waitingRow(a release.Waiting) waitingRow {
	row := waitingRow{ID: a.ID, Name: a.Name, Who: yearAndClasses(a.Year, a.Classes), What: pages(int64(a.Pages)) + ", " + counted(int64(a.Sheets), "sheet"), Colour: "None",
		Asked: moment(a.Asked, v.Now), Until: moment(a.Expires, v.Now), Rule: a.Rule}
	if a.Copies > 1 {
		row.What += fmt.Sprintf(", %d copies", a.Copies)
	}
	if a.Paper != "A4" {
		row.What += ", " + a.Paper
	}
	if a.Colour > 0 {
		row.Colour = pages(int64(a.Colour))
	}
	return row
}

// approvalID is the request of the address; 0, which is none, where that is no number.
func approvalID(r *http.Request) release.ApprovalID { return numberIn[release.ApprovalID](r, "id") }

func (c *Console) approve(w http.ResponseWriter, r *http.Request, v visitor) {
	c.judged(w, r, v, c.desk.Approve(r.Context(), v.Actor, approvalID(r)))
}

func (c *Console) giveBack(w http.ResponseWriter, r *http.Request, v visitor) {
	c.judged(w, r, v, c.desk.Return(r.Context(), v.Actor, approvalID(r), r.PostFormValue("why")))
}

// judged shows the list again, with why an answer was not taken.
func (c *Console) judged(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	f := fault.As(err)
	switch {
	case err == nil:
		http.Redirect(w, r, waitingPath, http.StatusSeeOther)
	case f.Kind == fault.Invalid || f.Kind == fault.NotFound:
		c.showWaiting(w, r, v, http.StatusConflict, waitingPage{Say: f.Say, Of: approvalID(r), Why: r.PostFormValue("why")})
	default:
		c.pages.Error(w, r, err)
	}
}
