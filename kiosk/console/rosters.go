package console

import (
	"fmt"
	"net/http"
	"strings"

	"inkwell/internal/roster"
	"inkwell/internal/school"
)

// rostersPath is what the last rosters changed.
const rostersPath = "/staff/rosters"

// rostersShown is how many imports the page has.
const rostersShown = 25

// rostersPage is what rosters.html shows.
type rostersPage struct {
	visitor
	Hidden  bool // other schools are in these rosters, too
	Runs    []rosterRow
	Sources []sourceRow
	ByHand  string
	Waiting string // who has left and waits to be erased
}

// rosterRow is one import and what it changed.
type rosterRow struct {
	When, Source, From string
	State              stateWord
	Changes            string
	Reasons            []string
}

type sourceRow struct{ Name, People string }

var outcomeWords = map[string]stateWord{
	"applied": {"Applied", "badge--good"}, "unchanged": {"Nothing new", ""}, "stopped": {"Stopped", "badge--warn"}, "refused": {"Refused", "badge--bad"},
}

// rostersPage shows the last differences in numbers; names stand where the roster was read. A
// roster is of all schools at once, so that at a trust a school's own IT sees how each went and
// nothing else of it.
func (c *Console) rostersPage(w http.ResponseWriter, r *http.Request, v visitor) {
	o, err := roster.New(roster.Options{DB: c.db}).Show(r.Context(), rostersShown)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := rostersPage{visitor: v, Hidden: o.Schools > 1 && !v.May(school.SeeTrust)}
	if page.Hidden {
		for _, run := range o.Runs {
			page.Runs = append(page.Runs, rosterRow{When: moment(run.At, v.Now), Source: run.Source, State: outcomeWords[run.Outcome]})
		}
		c.pages.Show(w, r, http.StatusOK, "rosters", page)
		return
	}
	page.ByHand = people(o.ByHand)
	for _, run := range o.Runs {
		page.Runs = append(page.Runs, rosterRow{When: moment(run.At, v.Now), Source: run.Source, From: run.Origin, State: outcomeWords[run.Outcome], Changes: differenceInWords(run.Counts, run.BadRows), Reasons: run.Reasons})
	}
	for _, s := range o.Sources {
		page.Sources = append(page.Sources, sourceRow{s.Source, people(s.People)})
	}
	if o.Waiting > 0 {
		page.Waiting = fmt.Sprintf("%s who have left wait for their erasure, the first on %s.", people(o.Waiting), o.First.Format("2 January 2006"))
	}
	c.pages.Show(w, r, http.StatusOK, "rosters", page)
}

// differenceInWords leaves out what is nothing.
func differenceInWords(c roster.Counts, bad int) string {
	var words []string
	for _, one := range []struct {
		n         int
		word, one string // one: of 1, where that differs
	}{
		{c.Joiners, "joined", ""}, {c.Movers, "moved", ""}, {c.Changed, "changed", ""}, {c.Leavers, "left", ""}, {c.Relinked, "linked anew", ""},
		{c.Classes, "classes changed", "class changed"}, {c.Enrolled, "put into classes", ""}, {c.Ended, "taken out of classes", ""}, {bad, "bad rows", "bad row"},
	} {
		switch {
		case one.n == 1 && one.one != "":
			words = append(words, "1 "+one.one)
		case one.n > 0:
			words = append(words, fmt.Sprintf("%s %s", thousands(int64(one.n)), one.word))
		}
	}
	if len(words) == 0 {
		return "No difference"
	}
	return strings.Join(words, ", ")
}
