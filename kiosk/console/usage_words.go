package console

import (
	"fmt"
	"strconv"
	"time"

	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

// aReam is how many sheets it has.
const aReam = 500

// usageRow is one row of usage, with how long its bar is: 0 to 100.
type usageRow struct {
	Label string
	Link  string // to whose it is, or ""
	quota.Figures
	Bar  int64
	Left string // to a pupil, to print with; of a class alone
}

// usageRowsOf draws the longest bar for the most pages.
func usageRowsOf(rows []quota.Row) (all []usageRow) {
	most := int64(1) // of nothing every bar is empty
	for _, r := range rows {
		most = max(most, r.Impressions)
	}
	for _, r := range rows {
		all = append(all, usageRow{Label: r.Label, Figures: r.Figures, Bar: r.Impressions * 100 / most})
	}
	return all
}

// The figures as people read them.

// Pages is page sides.
func (r usageRow) Pages() string { return thousands(r.Impressions) }

// Coloured is those in colour.
func (r usageRow) Coloured() string { return thousands(r.Colour) }

// Sheeted is sheets.
func (r usageRow) Sheeted() string { return thousands(r.Sheets) }

// Jobbed is jobs.
func (r usageRow) Jobbed() string { return thousands(r.Jobs) }

// Wasted is jobs that were sent and that nobody collected.
func (r usageRow) Wasted() string { return thousands(r.LeftJobs) }

// Spared is sheets saved.
func (r usageRow) Spared() string { return thousands(r.Saved()) }

// thousands is a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// savedInWords says what paper was not used, and why.
func savedInWords(f quota.Figures) string {
	if f.Saved() == 0 {
		return ""
	}
	say := fmt.Sprintf("Saved %s", sheetsOf(f.Saved()))
	if halves := f.Saved() * 2 / aReam; halves > 0 {
		say += ", about " + reams(halves) + " of paper"
	}
	switch {
	case f.LeftSheets == 0:
		return say + ", by printing on both sides."
	case f.Duplex == 0:
		return say + ": jobs that nobody printed."
	}
	return fmt.Sprintf("%s: %s by printing on both sides, %s in jobs that nobody printed.", say, thousands(f.Duplex), thousands(f.LeftSheets))
}

func sheetsOf(n int64) string {
	if n == 1 {
		return "1 sheet"
	}
	return thousands(n) + " sheets"
}

// reams says half reams.
func reams(halves int64) string {
	switch whole := halves / 2; {
	case halves == 1:
		return "half a ream"
	case halves == 2:
		return "a ream"
	case halves%2 == 1:
		return thousands(whole) + "½ reams"
	default:
		return thousands(whole) + " reams"
	}
}

func daysInWords(s quota.Span) string {
	from, to := s.From.Time(), s.To.Time()
	switch {
	case s.From == s.To:
		return from.Format("Monday 2 January 2006")
	case from.Year() == to.Year():
		return from.Format("2 January") + " to " + to.Format("2 January 2006")
	}
	return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
}

// chart is pages over time, drawn as bars of a hundred units' height.
type chart struct {
	Per   string // day, week or month
	Most  string // what the highest bar stands for; "" where nothing was printed
	Width int
	Bars  []chartBar
	Marks []string // under the bars: the first, the middle and the last
}

type chartBar struct {
	X, Y, Height int
	Title        string
}

// Each bar has so much room, and is so wide.
const (
	barRoom  = 10
	barWidth = 8
)

// Wide is the width of a bar.
func (chart) Wide() int { return barWidth }

// chartOf draws days as days, weeks or months, whichever makes 2 to 60 bars. What has
// nothing has a bar too, of no height.
func chartOf(days []quota.Daily, s quota.Span, c calendar.Calendar) (ch chart) {
	per, layout := quota.Day, "Mon 2 January"
	switch length := s.To - s.From; {
	case length > 400:
		per, layout = quota.Month, "January 2006"
	case length > 45:
		per, layout = quota.Week, "2 January"
	}
	sums := map[calendar.Date]int64{}
	most := int64(0)
	for _, d := range quota.Periodic(days, per, c) {
		sums[d.Day] = d.Impressions
		most = max(most, d.Impressions)
	}
	for day := s.From; day <= s.To; day++ {
		start := periodStart(per, c, day)
		if start != day && day != s.From || per == quota.Day && sums[start] == 0 && !c.SchoolDay(day) {
			continue
		}
		height := int(sums[start] * 100 / max(1, most))
		ch.Bars = append(ch.Bars, chartBar{X: len(ch.Bars) * barRoom, Y: 100 - height, Height: height,
			Title: fmt.Sprintf("%s: %s pages", start.Time().Format(layout), thousands(sums[start]))})
		ch.Marks = append(ch.Marks, start.Time().Format(layout))
	}
	ch.Per, ch.Width = string(per), max(1, len(ch.Bars))*barRoom
	if most > 0 {
		ch.Most = thousands(most)
	}
	if n := len(ch.Marks); n > 3 {
		ch.Marks = []string{ch.Marks[0], ch.Marks[n/2], ch.Marks[n-1]}
	}
	return ch
}

func periodStart(per quota.Period, c calendar.Calendar, day calendar.Date) calendar.Date {
	return per.Start(c, c.Start(day).Add(12*time.Hour))
}
