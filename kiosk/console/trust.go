package console

import (
	"context"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// trustPath is what the schools of a trust print.
const trustPath = "/staff/trust"

// trustPage is what trust.html shows.
type trustPage struct {
	visitor
	Days    string
	Form    usageForm
	Presets []preset
	Total   usageRow
	Rows    []usageRow
}

// trustPage shows what each school of the installation printed, in sums.
func (c *Console) trustPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := trustPage{visitor: v}
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		return page.Form.read(ctx, tx, v, r.URL.Query())
	})
	var rows []quota.Row
	if err == nil {
		err = c.db.Look(r.Context(), db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
			names, err := school.Names(ctx, tx)
			if err != nil {
				return err
			}
			sums, err := quota.UsageOfSchools(ctx, tx, page.Form.span)
			for _, sc := range names {
				rows = append(rows, quota.Row{Label: sc.Name, Figures: sums[sc.ID]})
			}
			return err
		})
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.Days, page.Rows, page.Total = daysInWords(page.Form.span), usageRowsOf(rows), usageRow{Figures: quota.Total(rows)}
	page.Presets = page.Form.presets(v.Now, func(s quota.Span) string { return page.Form.href(trustPath, page.Form.By, s) })
	c.pages.Show(w, r, http.StatusOK, "trust", page)
}
