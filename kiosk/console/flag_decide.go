package console

import (
	"net/http"
	"slices"
	"strings"

	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// flaggedRow is somebody whose flags wait, by what they are about.
type flaggedRow struct {
	Person    school.PersonID
	Name, Who string
	Bundle    conduct.BundleID // of several who have something in common; 0 of one
	People    []string         // they
	Piles     []pileRow
}

// pileRow are flags that are decided together.
type pileRow struct {
	ID             conduct.FlagID // the newest of them
	Category, Rule string
	Count          int
	Seen           []seenRow
	More           int // of a rule's, that are older and not told one by one
	Since          string
}

// seenRow is what one flag tells.
type seenRow struct {
	When, Words string
	By, Note    string
	Reported    bool
}

// toldOf is how many flags of a rule are told one by one. What members of staff wrote always is.
const toldOf = 3

// flaggedRows are piles by person, in their order.
func (v visitor) flaggedRows(all []conduct.Pile) (rows []flaggedRow) {
	for _, p := range all {
		if n := len(rows); n == 0 || rows[n-1].Bundle != p.Bundle || p.Bundle == 0 && rows[n-1].Person != p.Person {
			rows = append(rows, flaggedOf(p))
		}
		row := &rows[len(rows)-1]
		row.Piles = append(row.Piles, v.pileRow(p))
	}
	return rows
}

// flaggedOf is the head of a card: somebody, or several.
func flaggedOf(p conduct.Pile) flaggedRow {
	row := flaggedRow{Person: p.Person, Name: p.Name, Who: yearAndClasses(p.Year, nil), Bundle: p.Bundle}
	if p.Bundle == 0 {
		return row
	}
	for _, f := range p.Flags {
		row.People = append(row.People, strings.TrimSuffix(f.Name+", "+yearAndClasses(f.Year, nil), ", "))
	}
	slices.Sort(row.People)
	row.People = slices.Compact(row.People)
	row.Name, row.Who = people(len(row.People)), ""
	return row
}

func (v visitor) pileRow(p conduct.Pile) pileRow {
	row := pileRow{ID: p.Flags[0].ID, Category: sentence(p.Category), Rule: p.Rule, Count: len(p.Flags)}
	newest := slices.Clone(p.Flags)
	slices.SortStableFunc(newest, func(a, b conduct.Sighting) int { return b.At.Compare(a.At) })
	for i, f := range newest {
		if f.Note == "" && i >= toldOf {
			row.More++
			continue
		}
		seen := seenRow{When: moment(f.At, v.Now), By: f.By, Note: f.Note, Reported: f.Reported}
		if f.Note == "" { // its words have the day
			seen.When = f.At.In(v.Now.Location()).Format("15:04")
			seen.Words = sentence(rule.WordsAbout(f.Kind, f.Evidence, f.At.In(v.Now.Location())))
		}
		row.Seen = append(row.Seen, seen)
	}
	row.Since = moment(newest[len(newest)-1].At, v.Now)
	return row
}

// decideFlags upholds or dismisses, by the button that was pressed.
func (c *Console) decideFlags(w http.ResponseWriter, r *http.Request, v visitor) {
	id, why := numberIn[conduct.FlagID](r, "flag"), r.PostFormValue("why")
	err := c.conduct.DecideFlags(r.Context(), v.Actor, id, conduct.Outcome(r.PostFormValue("outcome")), why)
	if status, say := correctable(err); status != 0 {
		c.showReviews(w, r, v, status, reviewsPage{Say: say, Pile: id, Why: why})
		return
	}
	c.backTo(w, r, reviewsPath+"#flags", err)
}
