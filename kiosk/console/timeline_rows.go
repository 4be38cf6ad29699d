package console

import (
	"context"
	"fmt"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// pastJobs are somebody's jobs as lines, before a number.
func (v visitor) pastJobs(ctx context.Context, tx *db.Tx, id school.PersonID, unit quota.Unit, before int64) ([]pastRow, error) {
	all, err := release.JobsOf(ctx, tx, v.School, id, release.JobID(before), mostPast+1) // #nosec G115 -- pastFromText bounds it
	rows := make([]pastRow, len(all))
	for i, j := range all {
		rows[i] = v.pastJob(j, unit)
	}
	return rows, err
}

func (v visitor) pastJob(j release.PastJob, unit quota.Unit) pastRow {
	row := pastRow{When: v.lately(j.Submitted), What: fmt.Sprintf("Job %d", j.ID), Why: fmt.Sprintf("%s/%d", jobPath, j.ID), State: stateWords[j.State], at: j.Submitted, part: ofJobs, id: int64(j.ID)}
	switch {
	case j.Printed > 0 && j.Printed < j.Pages:
		row.What += fmt.Sprintf(": %d of %s printed", j.Printed, pages(int64(j.Pages)))
	case max(j.Printed, j.Pages) > 0:
		row.What += ": " + pages(int64(max(j.Printed, j.Pages)))
	}
	if j.State == release.Refused && j.Reason != "" {
		row.What += ", " + strings.ReplaceAll(j.Reason, "-", " ")
	}
	if j.Printer != "" {
		row.Where = "at " + j.Printer
	}
	if j.By != "" {
		row.Who = "released by " + j.By
	}
	cost := unit.Say(j.Charged)
	switch {
	case j.Charged > 0 && j.Payer != "":
		row.Charged = cost + ", paid by " + j.Payer
	case j.Charged > 0 && cost != pages(int64(j.Printed)): // what is said already is not said again
		row.Charged = cost
	}
	return row
}

// pastPages are what was given to somebody and taken from them without a print, as lines.
func (v visitor) pastPages(ctx context.Context, tx *db.Tx, id school.PersonID, unit quota.Unit, before int64) ([]pastRow, error) {
	all, err := bookingsOf(ctx, tx, v.School, id, quota.Given(), before, mostPast+1)
	rows := make([]pastRow, len(all))
	for i, b := range all {
		rows[i] = pastRow{When: v.lately(b.At), What: b.what(), Who: b.who, Charged: signed(unit, b.Amount) + ", then " + unit.Figure(b.After) + " left", at: b.At, part: ofPages, id: b.ID}
	}
	return rows, err
}

// pastActs are acts about somebody, as lines.
func (v visitor) pastActs(ctx context.Context, tx *db.Tx, p school.Person, acts []string, before int64) ([]pastRow, error) {
	all, err := audit.DoneTo(ctx, tx, v.School, p.Pseudonym, acts, before, mostPast+1)
	if err != nil {
		return nil, err
	}
	names, err := school.StaffNamed(ctx, tx, v.School, actorsOf(all))
	rows := make([]pastRow, len(all))
	for i, a := range all {
		rows[i] = pastRow{When: v.lately(a.At), What: pastWords[a.Act], Who: names[a.Actor], at: a.At, part: ofActs, id: a.ID}
		if rows[i].Who == "" && a.Actor == p.Pseudonym {
			rows[i].Who = p.Given + " " + p.Family
		}
	}
	return rows, err
}
