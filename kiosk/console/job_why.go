package console

import (
	"context"
	"fmt"
	"net/http"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// jobPath is what decided about a job, for who sees the school.
const jobPath = "/staff/jobs"

// Explaining is the desk's part in why a job may or may not be printed.
type Explaining interface {
	ExplainTo(ctx context.Context, a school.Actor, id release.JobID) (release.Explanation, error)
}

// whyPage is what job-why.html shows: what decided about one job, never its title.
type whyPage struct {
	visitor
	Number  release.JobID
	Person  school.PersonID // its owner, to staff
	Whose   string
	State   stateWord
	Size    string
	Queue   string
	Policy  []string
	Stops   []string // what a kiosk says, while it cannot be released, ...
	Lang    string   // ... in the language of the visitor
	Waits   bool
	Decided []whyRow // the latest first
}

// whyRow is one decision about a job.
type whyRow struct {
	When, Where string
	Now         bool // nothing has been decided: it would be so now
	Say         string
	Cost, Payer string
	Price       []string
	More        []string // exemptions, who said yes, and who released it
}

// jobWhyPage says what decided about a job: to its owner on their own page, or to staff, which is on record.
func (c *Console) jobWhyPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page, err := c.jobWhy(r.Context(), v, jobID(r))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "job-why", page)
}

func (c *Console) jobWhy(ctx context.Context, v visitor, id release.JobID) (whyPage, error) {
	e, err := c.desk.ExplainTo(ctx, v.Actor, id)
	if err != nil {
		return whyPage{}, err
	}
	page := whyPage{visitor: v, Number: e.Job.ID, State: stateWords[e.Job.State], Size: e.Size, Queue: e.Queue, Policy: e.Policy, Waits: e.Job.State == release.Held}
	if !v.Own {
		if err := c.whose(ctx, &page, e.Job); err != nil {
			return page, err
		}
	}
	tongue, _, err := c.reads(ctx, v)
	if err != nil {
		return page, err
	}
	page.Lang = tongue.Tag()
	for _, stop := range e.Stops {
		if f := fault.As(stop); v.Own && f.Kind == fault.Suspended { // the reason stands there, too
			page.Stops = append(page.Stops, tongue.Told(f.Say))
			continue
		}
		page.Stops = append(page.Stops, tongue.Refusal(stop))
	}
	for _, d := range e.Decided {
		page.Decided = append([]whyRow{v.whyRow(d)}, page.Decided...)
	}
	return page, nil
}

// whose names the owner to a member of staff.
func (c *Console) whose(ctx context.Context, page *whyPage, j release.Job) error {
	return c.db.InTx(ctx, db.InSchool(page.School), func(ctx context.Context, tx *db.Tx) error {
		p, err := school.PersonByID(ctx, tx, j.Person)
		if err != nil {
			return err
		}
		page.Person, page.Whose = p.ID, p.Given+" "+p.Family
		return audit.Record(ctx, tx, audit.Entry{School: page.School, Act: "job-explained", Actor: page.Pseudonym, Subject: p.Pseudonym, Object: fmt.Sprintf("job:%d", j.ID)})
	})
}

func (v visitor) whyRow(d release.Decided) whyRow {
	row := whyRow{When: v.lately(d.At), Where: d.Printer, Now: d.Now, Say: d.Say, Cost: d.Cost, Payer: d.Payer}
	if len(d.Price) > 1 { // one line says nothing that the sum does not
		row.Price = d.Price
	}
	if row.Payer == "" {
		row.Payer = "the pages of its owner"
		if v.Own {
			row.Payer = "your own pages"
		}
	}
	if d.Approved != "" {
		row.More = append(row.More, "A teacher's yes: "+d.Approved)
	}
	if d.Spared != "" {
		row.More = append(row.More, sentence(d.Spared))
	}
	if d.Released != "" {
		row.More = append(row.More, "Released by "+d.Released)
	}
	return row
}
