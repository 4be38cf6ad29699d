package console

import (
	"context"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
	"inkwell/release"
)

// bursarPage is the first screen of finance: departments this month, what is accounted for by
// nobody, export.
func (c *Console) bursarPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showDesk(w, r, v, v.Now.Format("January 2006"), c.departmentsCard, c.unaccountedCard, c.exportCard)
}

func (c *Console) thisMonth(ctx context.Context, tx *db.Tx, v visitor) (quota.Span, error) {
	cal, err := school.CalendarOf(ctx, tx, v.School)
	today := cal.Date(v.Now)
	return quota.Span{From: min(quota.Month.Start(cal, v.Now), today), To: today}, err
}

func (c *Console) departmentsCard(ctx context.Context, v visitor) (card deskCard, err error) {
	card = deskCard{Title: "Departments", Label: "pages on shared accounts this month", Nothing: "Nothing was charged to a shared account this month.", Links: []deskLink{{"Accounts", accountsPath}}}
	err = c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		span, err := c.thisMonth(ctx, tx, v)
		if err != nil {
			return err
		}
		unit, err := quota.UnitOf(ctx, tx, v.School)
		if err != nil {
			return err
		}
		rows, err := quota.Usage(ctx, tx, v.School, quota.ByDepartment, span, release.Places)
		var sum int64
		for _, row := range rows {
			sum += row.Impressions
			card.line(row.Label, thousands(row.Impressions)+" pages, "+unit.Say(row.Amount)+" paid", (usageForm{By: quota.ByDepartment}).href(usagePath, quota.ByDepartment, span))
		}
		card.Figure = thousands(sum)
		return err
	})
	return card, err
}

func (c *Console) unaccountedCard(ctx context.Context, v visitor) (deskCard, error) {
	card := deskCard{Title: "Accounted for by nobody", Label: "pages in the last seven days", Nothing: "Every page that a printer counted was released here.", Links: []deskLink{{"By printer", usagePath + "?by=printer"}}}
	all, err := c.desk.Unaccounted(ctx, v.Actor)
	var sum int64
	for _, p := range all {
		sum += p.Pages
		card.line(p.Name, thousands(p.Pages)+" pages", "")
	}
	card.Figure = thousands(sum)
	return card, err
}

func (c *Console) exportCard(ctx context.Context, v visitor) (card deskCard, err error) {
	card = deskCard{Title: "Export", Nothing: "Copies made at a machine are in no account."}
	err = c.db.Look(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		span, err := c.thisMonth(ctx, tx, v)
		for _, of := range []struct {
			word string
			span quota.Span
		}{{"This month", span}, {"Last month", monthBefore(span)}} {
			f := usageForm{By: quota.ByDepartment, span: of.span}
			card.line(of.word+", departments, Excel", "", f.Table()+"&as=xlsx")
			card.line(of.word+", departments, CSV", "", f.Table())
		}
		return err
	})
	return card, err
}

// monthBefore is all of the month before a span's.
func monthBefore(s quota.Span) quota.Span {
	first := s.From.Time()
	return quota.Span{From: calendar.NewDate(first.Year(), first.Month()-1, 1), To: s.From - 1}
}
