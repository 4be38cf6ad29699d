package console

import (
	"fmt"
	"strings"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

// jobRow is a job as a table shows it: never its title.
type jobRow struct {
	Number  release.JobID
	Time    string
	Person  school.PersonID
	Name    string
	User    string
	Devices string // that sent it in the name of somebody who has not taken it
	Pages   string
	Price   string
	Printer string
	Reason  string
	State   stateWord
}

func rowOf(j release.TodayJob, now time.Time) jobRow {
	row := jobRow{
		Number: j.ID, Time: moment(j.Submitted, now), Person: j.Person, Name: j.Name, User: j.Username, Devices: j.Devices,
		Pages: "–", Price: "–", Printer: j.Printer, State: stateWords[j.State],
	}
	if j.Pages > 0 {
		row.Pages, row.Price = fmt.Sprint(j.Pages), j.Unit.Figure(j.Price)
	}
	if j.Printed > 0 && j.Printed < j.Pages {
		row.Pages = fmt.Sprintf("%d of %d", j.Printed, j.Pages)
	}
	if j.State == release.Refused {
		row.Reason = strings.ReplaceAll(j.Reason, "-", " ")
	}
	return row
}

func rowsOf(all []release.TodayJob, now time.Time) []jobRow {
	rows := make([]jobRow, len(all))
	for i, j := range all {
		rows[i] = rowOf(j, now)
	}
	return rows
}
