package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
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
	page := classUsagePage{visitor: v}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		page = classUsagePage{visitor: v}
		if err := page.Form.read(ctx, tx, v, r.URL.Query()); err != nil {
			return err
		}
		if err := page.choose(ctx, tx, r.FormValue("class")); err != nil || page.ID == 0 {
			return err
		}
		return page.read(ctx, tx)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "class-usage", page)
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

func (p *classUsagePage) href(class school.ClassID, s quota.Span) string {
	return classUsagePath + "?" + url.Values{"class": {fmt.Sprint(class)}, "from": {s.From.String()}, "to": {s.To.String()}}.Encode()
}

func (p *classUsagePage) read(ctx context.Context, tx *db.Tx) error {
	pupils, err := school.PupilsToday(ctx, tx, p.School, p.ID)
	if err != nil {
		return err
	}
	ids := make([]school.PersonID, len(pupils))
	for i, one := range pupils {
		ids[i] = one.ID
	}
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
	total := quota.Total(days)
	p.Days, p.Rows, p.Chart = daysInWords(p.Form.span), usageRowsOf(rows), chartOf(days, p.Form.span, p.Form.calendar)
	p.Total, p.Saved = usageRow{Figures: total}, savedInWords(total)
	p.Presets = p.Form.presets(p.Now, func(s quota.Span) string { return p.href(p.ID, s) })
	return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "class-usage-viewed", Actor: p.Pseudonym, Object: fmt.Sprintf("class:%d", p.ID),
		Facts: map[string]any{"pupils": len(pupils)}})
}
