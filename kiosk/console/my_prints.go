package console

import (
	"net/http"
	"time"

	"inkwell/quota"
	"inkwell/release"
)

// myPrintsPage is what my-prints.html shows: what a pupil has printed, and what it took.
type myPrintsPage struct {
	visitor
	ownStanding
	Prints []ownPrint
	Say    string // why a request was not taken
}

// ownPrint is something that came out.
type ownPrint struct {
	myPrint
	Job                        release.JobID
	When, Where, Charged, Back string
	Open                       bool // it can still be asked back
}

func (c *Console) myPrintsPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showPrints(w, r, v, http.StatusOK, "")
}

// showPrints is the page of what the visitor has printed: a pupil's, or staff's.
func (c *Console) showPrints(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	if !v.Own {
		c.showMine(w, r, v, status, say)
		return
	}
	page := myPrintsPage{visitor: v, Say: say}
	o, err := c.desk.Own(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	all, err := c.desk.History(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.ownStanding = v.standing(o)
	for i, row := range v.myPrints(all) {
		page.Prints = append(page.Prints, v.ownPrint(row, all[i], o.Left.Unit))
	}
	c.pages.Show(w, r, status, "my-prints", page)
}

func (v visitor) ownPrint(row myPrint, p release.Print, unit quota.Unit) ownPrint {
	one := ownPrint{myPrint: row, Job: p.Job, When: v.lately(p.When), Where: named(p.Printer, "printer"), Charged: unit.Say(p.Charged), Open: !p.Over && !p.Asked}
	if p.Units > 0 {
		one.Back = unit.Say(p.Units) + " back"
	}
	return one
}

// lately names a time with its day, of today too.
func (v visitor) lately(at time.Time) string {
	say := moment(at, v.Now)
	if len(say) == len("15:04") {
		return "Today, " + say
	}
	return say
}
