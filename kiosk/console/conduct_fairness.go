package console

import (
	"context"
	"fmt"
	"net/http"

	"inkwell/internal/db"
	"inkwell/quota/conduct"
	"inkwell/release"
)

// fairnessPage is what fairness.html shows: sums, and no pupil.
type fairnessPage struct {
	visitor
	Report     conduct.Fairness
	Since      string
	Groups     []groupRow
	Hidden     bool // some figures are
	Exempt     int  // how many are let off rules
	Unrecorded int  // of those, that no second officer has recorded
	Oldest     string
}

// groupRow is a year group.
type groupRow struct {
	Year               string
	Pupils             int
	Flagged, Withdrawn shareWords
}

// shareWords is a number, its share and the interval, in words; all "" where it is hidden.
type shareWords struct{ People, Rate, Between string }

// fairnessPath is where sums about conduct are.
const fairnessPath = "/staff/fairness"

func (c *Console) fairnessPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := fairnessPage{visitor: v}
	var err error
	if page.Report, err = c.conduct.FairnessOf(r.Context(), v.Actor); err == nil {
		err = page.exemptions(r.Context(), c.db)
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.Since = moment(page.Report.From, v.Now)
	if due := page.Report.Reviews; due.Open > 0 {
		page.Oldest = moment(due.Oldest, v.Now)
	}
	for _, g := range page.Report.Groups {
		row := groupRow{yearAndClasses(g.Year, nil), g.Pupils, wordsOf(g.Flagged, g.Pupils), wordsOf(g.Withdrawn, g.Pupils)}
		if row.Year == "" {
			row.Year = "No year group"
		}
		page.Hidden = page.Hidden || g.Flagged.Hidden || g.Withdrawn.Hidden
		page.Groups = append(page.Groups, row)
	}
	c.pages.Show(w, r, http.StatusOK, "fairness", page)
}

// exemptions counts who is let off rules just now.
func (p *fairnessPage) exemptions(ctx context.Context, d *db.DB) error {
	return d.InTx(ctx, db.InSchool(p.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := release.ExemptionReport(ctx, tx, p.School)
		p.Exempt, p.Unrecorded = 0, 0
		for _, e := range all {
			if e.State == "over" {
				continue
			}
			p.Exempt++
			if e.Open() {
				p.Unrecorded++
			}
		}
		return err
	})
}

func wordsOf(s conduct.Share, of int) shareWords {
	if s.Hidden {
		return shareWords{}
	}
	w := shareWords{People: fmt.Sprint(s.People), Rate: "0 %", Between: "to " + percent(s.High)}
	if s.People > 0 {
		w.Rate, w.Between = percent((s.People*1000+of/2)/of), percent(s.Low)+" to "+percent(s.High)
	}
	return w
}

// percent says parts of 1,000: "3.1 %".
func percent(thousandths int) string {
	if thousandths%10 == 0 {
		return fmt.Sprintf("%d %%", thousandths/10)
	}
	return fmt.Sprintf("%d.%d %%", thousandths/10, thousandths%10)
}
