package console

import (
	"context"
	"net/http"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// actionWords are steps as people read them.
var actionWords = map[rule.Action]string{
	rule.TellPupil: "Notice", rule.TellTutor: "Tutor told", rule.TeacherRelease: "Prints through a teacher", rule.Withdraw: "Printing withdrawn", rule.Review: "Printing withdrawn until a review",
}

// verdictWords are answers to objections as people read them.
var verdictWords = map[conduct.Verdict]string{"": "Waits for an answer", conduct.Confirmed: "Confirmed", conduct.Shortened: "Shortened", conduct.Lifted: "Lifted"}

// historyPage is what conduct.html shows.
type historyPage struct {
	visitor
	ID    school.PersonID
	Title string
	Cases []caseRow
	Flags []flagRow
}

// caseRow is something that was done.
type caseRow struct {
	Letter                                     conduct.SuspensionID // 0 for none
	What, Reason, Since, Until, By, Rule, Back string
	Version                                    conduct.SetID
	Words, Answer, Why, Reviewer               string
	Objected, Waits                            bool
	MayObject                                  bool // on one's own page
	Key                                        string
	How                                        string
}

// flagRow is a flag, explained.
type flagRow struct {
	conduct.Told
	When, Began, Counted, Set string
	Look, State               string
}

// historyFor is how far back a history goes.
const historyFor = 366 * 24 * time.Hour

func (c *Console) historyPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := historyPage{visitor: v, ID: personID(r)}
	flags, cases, err := c.conduct.History(r.Context(), v.Actor, page.ID, v.Now.Add(-historyFor))
	if err == nil {
		page.Title, err = c.nameOf(r.Context(), v, page.ID)
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	for _, one := range cases {
		page.Cases = append(page.Cases, v.caseRow(one))
	}
	for _, f := range flags {
		page.Flags = append(page.Flags, v.flagRow(f))
	}
	c.pages.Show(w, r, http.StatusOK, "conduct", page)
}

func (c *Console) nameOf(ctx context.Context, v visitor, id school.PersonID) (name string, err error) {
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, id)
		name = p.Given + " " + p.Family
		return err
	})
	return name, err
}

func (v visitor) caseRow(c conduct.Case) caseRow {
	row := caseRow{Letter: c.Suspension, What: actionWords[c.Action], Reason: c.Reason, Since: moment(c.Starts, v.Now), Until: moment(c.Ends, v.Now), By: c.By, Rule: c.Rule, Version: c.Version,
		Objected: c.Objection.ID != 0, Waits: c.Objection.ID != 0 && c.Objection.Outcome == "", Words: c.Objection.Words, Why: c.Objection.Reason, Reviewer: c.Objection.Name, Key: caseKey(c), How: c.How}
	row.MayObject = !row.Objected
	if !c.Lifted.IsZero() {
		row.Back = moment(c.Lifted, v.Now)
	}
	if row.Objected {
		row.Answer = verdictWords[c.Objection.Outcome]
	}
	return row
}

func (v visitor) flagRow(t conduct.Told) flagRow {
	row := flagRow{Told: t, When: moment(t.At, v.Now), Began: moment(t.Since, v.Now), Counted: conduct.Figures(t.Seen), Set: conduct.Figures(t.Figures)}
	switch {
	case t.Outcome == conduct.Dismissed:
		row.State, row.Look = "Dismissed", "badge--good"
	case t.Outcome == conduct.Upheld:
		row.State, row.Look = "Upheld", "badge--bad"
	case t.Reported:
		row.State = "Only reported"
	}
	return row
}

// letterPage is what letter.html shows: for a person to print or copy, never sent by itself.
type letterPage struct {
	visitor
	Case         caseRow
	Pupil, Since string
	Today        string
	Over         bool
}

func (c *Console) letterPage(w http.ResponseWriter, r *http.Request, v visitor) {
	of, err := c.conduct.Letter(r.Context(), v.Actor, numberIn[conduct.SuspensionID](r, "suspension"))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "letter", letterPage{visitor: v, Case: v.caseRow(of), Pupil: of.Name, Since: of.Starts.In(v.Now.Location()).Format("2 January 2006"), Today: v.Now.Format("2 January 2006"), Over: !of.Lifted.IsZero() || !of.Ends.After(v.Now)})
}

// stepsTable sends what was done in the last year as a table, for the school's behaviour system.
func (c *Console) stepsTable(w http.ResponseWriter, r *http.Request, v visitor) {
	if !v.MaySeeConduct() {
		c.pages.Error(w, r, fault.New(fault.NotFound, "page-unknown", "There is no page at this address."))
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="printing-steps.csv"`)
	if err := c.conduct.Export(r.Context(), v.Actor, v.Now.Add(-historyFor), w); err != nil {
		w.Header().Del("Content-Disposition")
		c.pages.Error(w, r, err)
	}
}
