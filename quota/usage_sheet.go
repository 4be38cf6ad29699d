package quota

import (
	"io"
	"strconv"

	"inkwell/internal/sheet"
)

// WriteUsage writes a report as a table for a spreadsheet. What is hidden has no figures.
func WriteUsage(out io.Writer, as sheet.Kind, by Breakdown, rows []Row) error {
	w, err := as.New(out, string(by), "jobs", "pages", "colour", "sheets", "paid", "saved by duplex", "jobs never printed", "sheets never printed")
	if err != nil {
		return err
	}
	for _, r := range rows {
		cells := []string{r.Label}
		for _, n := range []int64{r.Jobs, r.Impressions, r.Colour, r.Sheets, r.Amount, r.Duplex, r.LeftJobs, r.LeftSheets} {
			if r.Hidden {
				cells = append(cells, "")
			} else {
				cells = append(cells, strconv.FormatInt(n, 10))
			}
		}
		if err := w.Row(cells...); err != nil {
			return err
		}
	}
	return w.Close()
}
