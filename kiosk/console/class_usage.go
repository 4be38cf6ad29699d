package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
	"inkwell/quota"
)

// classUsagePage is what class-usage.html shows.
type classUsagePage struct {
	visitor
	Classes []usageKind
	Class   string // the name of the one shown, or ""
	ID      school.ClassID
	Form    usageForm
	Days    string
	Presets []preset
	Total   usageRow
	Saved   string
	Chart   chart
	Rows    []usageRow
}

// classUsage shows what the pupils of one class printed whom the visitor teaches: a class of
// their own by today's list. Whoever covers a lesson sees nothing of the class's past.
func (c *Console) classUsage(w http.ResponseWriter, r *http.Request, v visitor) {
	page, err := c.classUsed(r, v)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "class-usage", page)
}

func (c *Console) classUsed(r *http.Request, v visitor) (page classUsagePage, err error) {
	err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		page = classUsagePage{visitor: v}
		if err := page.Form.read(ctx, tx, v, r.URL.Query()); err != nil {
			return err
		}
		if err := page.choose(ctx, tx, r.FormValue("class")); err != nil || page.ID == 0 {
			return err
		}
		return page.read(ctx, tx)
	})
	return page, err
}

// classUsageTable sends the pupils' rows as a table for a spreadsheet.
func (c *Console) classUsageTable(w http.ResponseWriter, r *http.Request, v visitor) {
	page, err := c.classUsed(r, v)
	if err == nil && page.ID == 0 {
		err = fault.New(fault.NotFound, "class-unknown", "That is no class of yours.")
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.download(w, r, "class-usage", func(as sheet.Kind) error {
		t, err := as.New(w, "pupil", "pages", "colour", "sheets", "jobs", "never collected", "left to print")
		if err != nil {
			return err
		}
		for _, one := range page.Rows {
			f := one.Figures
			if err := t.Row(one.Label, fmt.Sprint(f.Impressions), fmt.Sprint(f.Colour), fmt.Sprint(f.Sheets), fmt.Sprint(f.Jobs), fmt.Sprint(f.LeftJobs), one.Left); err != nil {
				return err
			}
		}
		return t.Close()
	})
}

// Table is where the pupils' rows are as a file of a kind.
func (p classUsagePage) Table(kind string) string {
	return strings.Replace(p.href(p.ID, p.Form.span), classUsagePath, classUsagePath+"/table", 1) + "&as=" + kind
}

// choose lists the classes and takes the one that is asked for, or the first. One that they
// do not teach is not there.
func (p *classUsagePage) choose(ctx context.Context, tx *db.Tx, asked string) error {
	all, err := school.TaughtBy(ctx, tx, p.Actor)
	if err != nil {
		return err
	}
	for _, t := range all {
		if !t.Until.IsZero() {
			continue
		}
		if id := strconv.FormatInt(int64(t.Class), 10); asked == "" && p.ID == 0 || asked == id {
			p.Class, p.ID = t.Name, t.Class
		}
		p.Classes = append(p.Classes, usageKind{Word: t.Name, Href: p.href(t.Class, p.Form.span)})
	}
	if asked != "" && p.ID == 0 {
		_, err := school.Teaches(ctx, tx, p.Actor, 0)
		return err
	}
	for i := range p.Classes {
		p.Classes[i].Chosen = p.Classes[i].Word == p.Class
	}
	return nil
}

func (p classUsagePage) href(class school.ClassID, s quota.Span) string {
	return classUsagePath + "?" + url.Values{"class": {fmt.Sprint(class)}, "from": {s.From.String()}, "to": {s.To.String()}}.Encode()
}

func (p *classUsagePage) read(ctx context.Context, tx *db.Tx) error {
	pupils, err := school.PupilsToday(ctx, tx, p.School, p.ID)
	if err != nil {
		return err
	}
	ids := idsOf(pupils)
	sums, err := quota.UsageOf(ctx, tx, ids, p.Form.span)
	if err != nil {
		return err
	}
	days, err := quota.UsageDaysOf(ctx, tx, ids, p.Form.span)
	if err != nil {
		return err
	}
	var rows []quota.Row
	for _, one := range pupils {
		rows = append(rows, quota.Row{Label: one.Given + " " + one.Family, Figures: sums[one.ID]})
	}
	left, err := quota.Balances(ctx, tx, ids)
	if err != nil {
		return err
	}
	unit, err := quota.UnitOf(ctx, tx, p.School)
	if err != nil {
		return err
	}
	total := quota.Total(days)
	p.Days, p.Rows, p.Chart = daysInWords(p.Form.span), usageRowsOf(rows), chartOf(days, p.Form.span, p.Form.calendar)
	for i, one := range pupils {
		p.Rows[i].Left = unit.Figure(left[one.ID])
	}
	p.Total, p.Saved = usageRow{Figures: total}, savedInWords(total)
	p.Presets = p.Form.presets(p.Now, func(s quota.Span) string { return p.href(p.ID, s) })
	return p.lookedAt(ctx, tx, p.ID, len(pupils))
}
