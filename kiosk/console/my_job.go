package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"inkwell/internal/fault"
	"inkwell/internal/words"
	"inkwell/quota"
	"inkwell/release"
)

// ownJob is a job of a pupil's own, to themself.
type ownJob struct {
	Number  release.JobID
	Title   string
	Sent    string
	Until   string // kept until then
	State   stateWord
	Pages   string // "4 pages on 2 sheets", or ""
	Colour  string // how it comes out, in a few words
	Price   string // what it costs, or ""
	Varies  bool   // that hangs on more than the number of pages
	Changed string // what it was before it was changed, or ""
	Why     string // it was refused
	Message string // what IT says of it
	Stops   []string
	Lang    string // that those are in
	Places  []placeRow
	Cover   int  // the first page that prints: its picture stands for all; 0 for none
	Leafed  bool // its pages can be seen and changed
	Waits   bool // for its owner, at a printer
	Claim   bool // a shared device sent it in their name
	Locked  bool
	Working bool // it is being looked at, or printing
}

// placeRow is a printer where a job can be printed.
type placeRow struct{ Name, Room, Trouble string }

func (v visitor) ownJob(j release.MyJob, unit quota.Unit, tongue words.Tongue) ownJob {
	m := mineOf(j, v.Now)
	row := ownJob{Number: j.ID, Title: m.Title, Lang: tongue.Tag(), Sent: m.Sent, Until: m.Until, State: m.State, Why: m.Why, Leafed: m.Leafed,
		Waits: j.State == release.Held, Claim: j.Claim(), Locked: j.Locked, Message: j.Message,
		Working: j.State == release.Receiving || j.State == release.Counting || j.State == release.Released}
	if j.Claim() {
		row.Title = "Sent by a shared computer"
	}
	if j.State.Ended() {
		row.Pages = m.Pages
		return row
	}
	for _, o := range j.Obstacles {
		if f := fault.As(o); f.Kind != fault.Suspended { // told once, for all of them
			row.Stops = append(row.Stops, tongue.Own(f))
		}
	}
	if row.Waits {
		row.price(j, unit)
		for _, o := range j.Outlets {
			row.Places = append(row.Places, placeRow{o.Name, roomBeside(o), o.Trouble})
		}
	}
	if m.Changed != "" {
		row.Changed = sentence(m.Changed)
	}
	if row.Leafed {
		row.Cover = coverOf(j.Edit)
	}
	return row
}

// price fills in how much comes out, how, and what for.
func (row *ownJob) price(j release.MyJob, unit quota.Unit) {
	row.Pages, row.Colour = sumOf(j.Job), "black and white"
	switch n := j.LeftInColour(); {
	case n > 0 && n < j.Left():
		row.Colour = fmt.Sprintf("%d in colour", n)
	case n > 0:
		row.Colour = "in colour"
	}
	if j.Printed > 0 {
		row.Pages = pages(int64(j.Left())) + " still to print"
	}
	row.Price, row.Varies = unit.Say(j.Due()), !unit.Counts() || j.Due() != int64(j.Left())
}

// priceOf is what a job of a pupil's own costs; staff read that at the kiosk.
func (c *Console) priceOf(ctx context.Context, v visitor, j release.MyJob) (string, error) {
	if !v.Own {
		return "", nil
	}
	o, err := c.desk.Own(ctx, v.Actor)
	return o.Left.Unit.Say(j.Due()), err
}

// coverOf is the first page that prints.
func coverOf(e release.Edit) int {
	if len(e.Pages) > 0 {
		return e.Pages[0].First
	}
	return 1
}

// roomBeside is where a printer stands, as far as its name does not say so.
func roomBeside(o release.Outlet) string {
	if o.Room == o.Name {
		return ""
	}
	return strings.TrimPrefix(o.Room, o.Name+", ")
}

// deleteMyJob ends a job of the visitor's own; one that there is not looks like another's.
func (c *Console) deleteMyJob(w http.ResponseWriter, r *http.Request, v visitor) {
	err := c.desk.DeleteOwn(r.Context(), v.Actor, jobID(r))
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		c.showMy(w, r, v, http.StatusConflict, myPage{Say: f.Say})
		return
	}
	c.backTo(w, r, myPath, err)
}
