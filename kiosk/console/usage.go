package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
	"inkwell/quota"
	"inkwell/release"
)

// usagePath is what the school prints, and classUsagePath what the pupils do whom a teacher
// teaches.
const (
	usagePath      = "/staff/usage"
	classUsagePath = "/staff/class-usage"
)

// usageForm is what somebody asks to see.
type usageForm struct {
	By       quota.Breakdown
	From, To string // as a date field writes them
	Say      string

	span     quota.Span
	calendar calendar.Calendar
}

// usagePage is what usage.html shows.
type usagePage struct {
	visitor
	Form    usageForm
	Days    string
	Presets []preset
	Total   usageRow
	Saved   string
	Chart   chart
	Kinds   []usageKind
	Rows    []usageRow
	Overlap bool // rows have people in common: a pupil is in several classes
}

// preset is some days that are often asked for.
type preset struct {
	Word, Href string
	Chosen     bool
}

// usageKind is one choice of rows.
type usageKind struct {
	Word, Href string
	Chosen     bool
}

// usageKinds are the choices, in their order; the first is shown unasked.
var usageKinds = []struct {
	by   quota.Breakdown
	word string
}{
	{quota.ByYear, "Year groups"}, {quota.ByDepartment, "Departments"}, {quota.ByClass, "Classes"}, {quota.ByPrinter, "Printers"}, {quota.Breakdown(quota.Week), "Weeks"},
}

func (c *Console) usagePage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := usagePage{visitor: v}
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		if err := page.Form.read(ctx, tx, v, r.URL.Query()); err != nil {
			return err
		}
		return page.read(ctx, tx)
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	status := http.StatusOK
	if page.Form.Say != "" {
		status = http.StatusBadRequest
	}
	c.pages.Show(w, r, status, "usage", page)
}

// read reads the form; days that make no sense become this term, and say so.
func (f *usageForm) read(ctx context.Context, tx *db.Tx, v visitor, asked url.Values) (err error) {
	if f.calendar, err = school.CalendarOf(ctx, tx, v.School); err != nil {
		return err
	}
	f.By = usageKinds[0].by
	for _, k := range usageKinds {
		if string(k.by) == asked.Get("by") {
			f.By = k.by
		}
	}
	today := f.calendar.Date(v.Now)
	f.span = quota.Span{From: quota.Term.Start(f.calendar, v.Now), To: today}
	f.From, f.To = f.span.From.String(), f.span.To.String()
	if asked.Get("from") == "" && asked.Get("to") == "" {
		return nil
	}
	f.From, f.To = asked.Get("from"), asked.Get("to")
	if span, err := readSpan(f.From, f.To); err != nil {
		f.Say = fault.As(err).Say
	} else {
		f.span = span
	}
	return nil
}

func readSpan(first, last string) (s quota.Span, err error) {
	from, wrong := calendar.ParseDate(first)
	to, wrongToo := calendar.ParseDate(last)
	if err := errors.Join(wrong, wrongToo); err != nil {
		return s, fault.New(fault.Invalid, "usage-days", "Choose the first and the last day.").Because(err)
	}
	return quota.NewSpan(from, to)
}

// href is the page with the form as it is, but for what is given.
func (f usageForm) href(path string, by quota.Breakdown, s quota.Span) string {
	return path + "?" + url.Values{"by": {string(by)}, "from": {s.From.String()}, "to": {s.To.String()}}.Encode()
}

// Table is where the rows are as a table for a spreadsheet, and Outside what of them may
// leave the school.
func (f usageForm) Table() string { return f.href(usagePath+"/table", f.By, f.span) }

// Outside is Table without rows about few people.
func (f usageForm) Outside() string { return f.Table() + "&outside=yes" }

func (p *usagePage) read(ctx context.Context, tx *db.Tx) error {
	f := p.Form
	p.Days = daysInWords(f.span)
	p.Presets = f.presets(p.Now, func(s quota.Span) string { return f.href(usagePath, f.By, s) })
	for _, k := range usageKinds {
		p.Kinds = append(p.Kinds, usageKind{k.word, f.href(usagePath, k.by, f.span), k.by == f.By})
	}
	days, err := quota.UsageByDay(ctx, tx, p.School, f.span)
	if err != nil {
		return err
	}
	total := quota.Total(days)
	p.Total, p.Saved, p.Chart = usageRow{Figures: total}, savedInWords(total), chartOf(days, f.span, f.calendar)
	rows, err := quota.Usage(ctx, tx, p.School, f.By, f.span, release.Places)
	if err != nil {
		return err
	}
	p.Rows, p.Overlap = usageRowsOf(rows), f.By == quota.ByClass
	if f.By == quota.Breakdown(quota.Week) {
		for i, r := range rows {
			p.Rows[i].Label = "From " + calendar.Date(r.Key).Time().Format("Mon 2 January") // #nosec G115 -- it was one
		}
	}
	return nil
}

// presets are this week, month, term and school year.
func (f usageForm) presets(now time.Time, href func(quota.Span) string) (all []preset) {
	today := f.calendar.Date(now)
	year := today.Time().Year()
	if today.Time().Month() < time.September {
		year--
	}
	for _, p := range []struct {
		word string
		from calendar.Date
	}{
		{"This week", quota.Week.Start(f.calendar, now)}, {"This month", quota.Month.Start(f.calendar, now)},
		{"This term", quota.Term.Start(f.calendar, now)}, {"School year", calendar.NewDate(year, time.September, 1)},
	} {
		s := quota.Span{From: min(p.from, today), To: today}
		all = append(all, preset{p.word, href(s), s == f.span})
	}
	for i := range all { // the first day of term may be one of September
		if all[i].Chosen && i > 0 && all[i-1].Chosen {
			all[i].Chosen = false
		}
	}
	return all
}

// usageTable sends the rows as a table for a spreadsheet.
func (c *Console) usageTable(w http.ResponseWriter, r *http.Request, v visitor) {
	var form usageForm
	var rows []quota.Row
	err := c.db.Look(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
		if err := form.read(ctx, tx, v, r.URL.Query()); err != nil {
			return err
		}
		if form.Say != "" {
			return fault.New(fault.Invalid, "usage-days", "%s", form.Say)
		}
		report := quota.Usage
		if r.FormValue("outside") == "yes" {
			report = quota.Published
		}
		rows, err = report(ctx, tx, v.School, form.By, form.span, release.Places)
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.download(w, r, "usage-by-"+string(form.By), func(as sheet.Kind) error { return quota.WriteUsage(w, as, form.By, rows) })
}

// download sends a table as the file that is asked for: a workbook or CSV.
func (c *Console) download(w http.ResponseWriter, r *http.Request, name string, write func(sheet.Kind) error) {
	as := sheet.KindOf(r.FormValue("as"))
	w.Header().Set("Content-Type", as.Type())
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.`+string(as)+`"`)
	if err := write(as); err != nil {
		c.log.Debug("send table", "table", name, "error", err) // whoever asked has gone
	}
}
