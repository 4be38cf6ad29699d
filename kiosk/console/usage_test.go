package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

// printed adds what somebody printed some days before the Friday.
func (h *house) printed(who school.Actor, daysAgo, pages, sheets int) {
	h.Helper()
	printer := dbtest.Value[int32](h.T, h.db, "SELECT printer_id FROM printer WHERE name = 'Library'")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		return quota.Settle(ctx, tx, 0, int64(pages), quota.Use{School: h.School, Person: who.Person, Day: dayOf(friday).AddDate(0, 0, -daysAgo), Printer: printer,
			Impressions: pages, Colour: pages / 5, Sheets: sheets})
	})
}

// teaches makes a class of Sam and Mia that the teacher has, and one of Mia that nobody has.
func (h *house) teaches() (own, other school.ClassID) {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		from, to := friday.AddDate(0, -2, 0), friday.AddDate(0, 2, 0)
		err := school.AddClasses(ctx, tx, h.School, []school.Class{
			{Name: "11A/Ar", Pupils: []school.PersonID{h.Sam.Person, h.Mia.Person}, Teachers: []school.PersonID{h.Teacher.Person}, From: from, To: to},
			{Name: "7C", Pupils: []school.PersonID{h.Mia.Person}, From: from, To: to}})
		if err != nil {
			return err
		}
		if own, err = school.ClassByName(ctx, tx, h.School, "11A/Ar"); err == nil {
			other, err = school.ClassByName(ctx, tx, h.School, "7C")
		}
		return err
	})
	return own, other
}

// TestUsageOfTheSchool by year group, printer and days, as a page and as tables.
func TestUsageOfTheSchool(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.teaches()
	h.printed(h.Sam, 3, 1200, 600)
	h.printed(h.Mia, 1, 40, 40)
	h.printed(h.Teacher, 100, 7, 7) // before the term
	h.enter("it")
	page := h.get("/staff/usage")
	h.says(page, http.StatusOK, "1 September to 20 November 2026", "1,240", "Saved 600 sheets, about a ream of paper, by printing on both sides", "Year 11", "Year 7", "<rect")
	if strings.Contains(page.body, "Staff and others") {
		t.Error("what was printed before the term is in it")
	}
	h.says(h.get("/staff/usage?by=printer"), http.StatusOK, "Library")
	h.says(h.get("/staff/usage?by=class"), http.StatusOK, "11A/Ar", "Somebody in two classes counts in both")
	h.says(h.get("/staff/usage?by=week"), http.StatusOK, "From Mon 16 November")
	h.says(h.get("/staff/usage?from=2026-08-01&to=2026-08-31"), http.StatusOK, "Staff and others", "1 August to 31 August")
	h.says(h.get("/staff/usage?from=2026-11-20&to=2026-11-19"), http.StatusBadRequest, "from a day to the same or a later one", "Shown is this term")
	h.says(h.get("/staff/usage?from=x&to=y"), http.StatusBadRequest, "Choose the first and the last day")
	h.says(h.get("/staff/usage?by=person"), http.StatusOK, "Year 11") // names nobody

	table := h.get("/staff/usage/table?by=year")
	h.says(table, http.StatusOK, "year,jobs,pages,colour,sheets,paid", "Year 11,1,1200,240,600,1200,600,0,0")
	if got := table.header.Get("Content-Disposition"); got != `attachment; filename="usage-by-year.csv"` {
		t.Errorf("sent as %s", got)
	}
	outside := h.get("/staff/usage/table?by=year&outside=yes")
	h.says(outside, http.StatusOK, "Year 11,,,,,,,,")
	h.says(h.get("/staff/usage/table?from=x"), http.StatusBadRequest, "Choose the first and the last day")
}

// TestATeacherSeesExactlyTheirClasses: no other's, not as their number, and not the school.
func TestATeacherSeesExactlyTheirClasses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("teacher")
	h.says(h.get("/staff/class-usage"), http.StatusOK, "No class today")
	own, other := h.teaches()
	h.printed(h.Sam, 3, 12, 6)
	h.says(h.get("/staff/class-usage"), http.StatusOK, "11A/Ar", "Sam Bell", "Mia Okafor", "Saved 6 sheets")
	h.says(h.get(fmt.Sprintf("/staff/class-usage?class=%d", own)), http.StatusOK, "Sam Bell")
	for _, class := range []string{fmt.Sprint(other), "0", "x", "-1", "99999999999999999999"} {
		a := h.get("/staff/class-usage?class=" + url.QueryEscape(class))
		h.says(a, http.StatusNotFound, "That is no class of yours")
	}
	h.says(h.get("/staff/usage"), http.StatusNotFound)
	h.says(h.get("/staff/usage/table"), http.StatusNotFound)
	if got := h.acts(); got != "staff-signed-in class-usage-viewed class-usage-viewed" {
		t.Errorf("audit has %s", got)
	}
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = $1 WHERE role = 'teacher'", dayOf(friday)) // since today somebody else has it
	h.says(h.get("/staff/class-usage"), http.StatusOK, "No class today")
	h.says(h.get(fmt.Sprintf("/staff/class-usage?class=%d", own)), http.StatusNotFound)
}

func TestSavedPaperInWords(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]quota.Figures{
		"": {},
		"Saved 1 sheet, by printing on both sides.":                                                                             {Duplex: 1},
		"Saved 249 sheets: jobs that nobody printed.":                                                                           {LeftSheets: 249},
		"Saved 250 sheets, about half a ream of paper, by printing on both sides.":                                              {Duplex: 250},
		"Saved 1,240 sheets, about 2 reams of paper: 900 by printing on both sides, 340 in jobs that nobody printed.":           {Duplex: 900, LeftSheets: 340},
		"Saved 1,250 sheets, about 2½ reams of paper, by printing on both sides.":                                               {Duplex: 1250},
		"Saved 1,000,000 sheets, about 2,000 reams of paper: 999,999 by printing on both sides, 1 in jobs that nobody printed.": {Duplex: 999_999, LeftSheets: 1},
	} {
		if got := savedInWords(f); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestChartsHaveABarForEachPeriod also where nothing was printed.
func TestChartsHaveABarForEachPeriod(t *testing.T) {
	t.Parallel()
	day := func(m time.Month, d int) calendar.Date { return calendar.NewDate(2026, m, d) }
	for _, c := range []struct {
		from, to calendar.Date
		per      string
		bars     int
	}{
		{day(11, 16), day(11, 20), "day", 5}, {day(11, 16), day(11, 29), "day", 10}, {day(9, 1), day(11, 20), "week", 12}, {day(1, 5), calendar.NewDate(2028, 1, 4), "month", 25},
	} {
		ch := chartOf([]quota.Daily{{Day: c.from, Figures: quota.Figures{Impressions: 8}}}, quota.Span{From: c.from, To: c.to}, calendar.Calendar{})
		if ch.Per != c.per || len(ch.Bars) != c.bars || ch.Bars[0].Height != 100 || ch.Most != "8" || len(ch.Marks) != 3 || ch.Bars[1].Height != 0 {
			t.Errorf("from %s to %s: %d bars per %s, %+v", c.from, c.to, len(ch.Bars), ch.Per, ch)
		}
		if none := chartOf(nil, quota.Span{From: c.from, To: c.to}, calendar.Calendar{}); none.Most != "" || len(none.Bars) != c.bars {
			t.Errorf("where nothing was printed: %+v", none)
		}
	}
}
