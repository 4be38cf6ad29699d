package console

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/web"
	"inkwell/release"
)

// minePage is what mine.html shows: the only page with titles, each to its owner.
type minePage struct {
	visitor
	Waiting []myJob
	Ended   []myJob // today
	Prints  []myPrint
	Room    []roomNote // what the print room is done with
	Say     string     // why a slip was not made
}

// myJob is a job of the visitor's own.
type myJob struct {
	Number  release.JobID
	Title   string // blank once it has ended
	Sent    string
	Pages   string
	Until   string // kept until then
	State   stateWord
	Why     string // it was refused
	Runner  string // what became of a slip
	Outlets []release.Outlet
	NoSlip  string
	SlipAt  string // where an open slip is for, or ""
	SlipEnd string
	Room    string // it is with the print room: until when, and how it stands; or ""
	Hands   bool   // it can be handed to it
	Back    bool   // it can be taken back
	Leafed  bool   // its pages can be seen and changed
	Changed string // what it was before it was changed, or ""
}

func (c *Console) minePage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showMine(w, r, v, http.StatusOK, "")
}

func (c *Console) showMine(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	all, err := c.desk.Mine(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := minePage{visitor: v, Say: say}
	room, ended, err := c.desk.RoomTickets(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, t := range ended {
		page.Room = append(page.Room, roomNoteOf(t, v.Now))
	}
	for _, j := range all {
		if j.State.Ended() {
			page.Ended = append(page.Ended, mineOf(j, v.Now))
		} else {
			page.Waiting = append(page.Waiting, mineOf(j, v.Now).inRoom(room[j.ID], v.Now))
		}
	}
	prints, err := c.desk.Prints(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.Prints = v.myPrints(prints)
	c.pages.Show(w, r, status, "mine", page)
	if len(ended) > 0 && !ended[0].Told {
		if err := c.desk.RoomSeen(r.Context(), v.Actor); err != nil {
			c.log.Warn("tickets seen", "error", err) // they are shown as new once more
		}
	}
}

// inRoom is the job with its ticket of the print room, which is zero where it has none.
func (m myJob) inRoom(t release.RoomTicket, now time.Time) myJob {
	if t.ID == 0 {
		m.Hands = m.Leafed
		return m
	}
	m.Room = fmt.Sprintf("%s, due %s", copiesInWords(t.Copies), moment(t.Due, now))
	m.Back = t.Job.State == release.Held && t.Job.Printed == 0
	return m
}

func mineOf(j release.MyJob, now time.Time) myJob {
	m := myJob{Number: j.ID, Title: j.Title, Sent: moment(j.Submitted, now), Until: moment(j.Expires, now), State: stateWords[j.State], Why: j.Refusal,
		Runner: collected(j, now), Outlets: j.Outlets, NoSlip: j.NoSlip}
	if m.Title == "" {
		m.Title = fmt.Sprintf("Job %d", j.ID)
	}
	m.Leafed = j.Changeable()
	if !j.Edit.Same(release.Edit{}) && m.Leafed {
		m.Changed = "changed: it came as " + sumOf(j.AsItCame())
	}
	switch {
	case j.State.Ended() && j.Printed > 0:
		m.Pages = pages(int64(j.Printed))
	case j.Left() > 0 && !j.State.Ended():
		m.Pages = pages(int64(j.Left()))
	}
	if j.Slip.ID != 0 {
		m.SlipAt, m.SlipEnd = named(j.Slip.At, "printer"), moment(j.Slip.Until, now)
	}
	return m
}

// collected tells the owner what a runner did.
func collected(j release.MyJob, now time.Time) string {
	t := j.Taken
	if t.When.IsZero() {
		return ""
	}
	where := fmt.Sprintf("slip at the %s, %s", named(t.Where, "kiosk"), moment(t.When, now))
	switch {
	case t.State == release.Settled && j.State != release.Done:
		return fmt.Sprintf("%s collected by %s", pages(int64(t.Pages)), where)
	case t.State == release.Settled:
		return "Collected by " + where
	case t.State == release.Void:
		return "Nothing came out by " + where
	case t.State == release.Unclear:
		return "Printed by " + where + ". Did it come out? Say so at a kiosk, with your badge"
	}
	return "Printing by " + where
}

// named is a place's name with what it is, unless the name says so.
func named(name, what string) string {
	if strings.Contains(strings.ToLower(name), what) {
		return name
	}
	return name + " " + what
}

// slipPage is what slip.html shows, once.
type slipPage struct {
	visitor
	Pages string
	For   string
	At    string
	Until string
	Code  string
	QR    template.HTML
}

// makeSlip makes a slip and shows it. Asked again it is a new slip: nobody can read the
// old one any more.
func (c *Console) makeSlip(w http.ResponseWriter, r *http.Request, v visitor) {
	page, err := c.slip(r.Context(), v, jobID(r), r.PostFormValue("printer"))
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable && f.Kind != fault.NotFound {
		c.showMine(w, r, v, http.StatusConflict, f.Say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "slip", page)
}

func (c *Console) slip(ctx context.Context, v visitor, id release.JobID, printer string) (page slipPage, err error) {
	at, err := strconv.ParseInt(printer, 10, 32)
	if err != nil {
		return page, fault.New(fault.Invalid, "slip-printer", "Choose the printer that the runner goes to.").Because(err)
	}
	slip, err := c.desk.MakeSlip(ctx, v.Actor, id, release.PrinterID(at))
	if err != nil {
		return page, err
	}
	page = slipPage{visitor: v, Pages: pages(int64(slip.Pages)), For: slip.For, At: named(slip.At, "printer"), Until: moment(slip.Until, v.Now), Code: school.Grouped(slip.Code)}
	page.QR, err = web.QR(strings.ToUpper(slip.Text)) // which makes a smaller code
	return page, err
}

func (c *Console) endSlip(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.desk.EndSlip(r.Context(), v.Actor, jobID(r))
	if f := fault.As(err); f != nil && f.Code == "slip-none" {
		c.showMine(w, r, v, http.StatusConflict, f.Say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/staff/mine", http.StatusSeeOther)
}

// jobID is the job of the address; 0, which is none, where that is no number.
func jobID(r *http.Request) release.JobID { return numberIn[release.JobID](r, "id") }
