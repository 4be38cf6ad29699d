package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

// begins has somebody begin a lesson with a class of theirs.
func (h *house) begins(who school.Actor, class school.ClassID) {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error { return school.BeginLesson(ctx, tx, who, class) })
}

// TestMyClassNow: a teacher's first screen is the class in front of them, with what it printed
// and who cannot print, and not why.
func TestMyClassNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, _ := h.taught()
	h.printed(h.Sam, 1, 12, 6)
	h.printed(h.Mia, 30, 7, 7)
	if err := h.console.conduct.Suspend(t.Context(), h.IT, h.Mia.Person, friday.AddDate(0, 0, 6), "140 pages in 10 minutes"); err != nil {
		t.Fatal(err)
	}
	h.enter("teacher")
	page := h.get("/staff") // the only class
	h.says(page, http.StatusOK, "9A", ">12</span><span class=\"figure__label\">pages this week", ">19</span><span class=\"figure__label\">this term", "Not just now", "Cannot print just now", "<strong class=\"words\">Mia Okafor<", "<rect",
		fmt.Sprintf(`href="/staff/class-usage?class=%d"`, own), "Print for the class here", "Pause printing until the bell", `aria-current="page">My class now`)
	if strings.Contains(page.body, "140 pages") || strings.Contains(page.body, "Thu 26") {
		t.Error("a teacher reads why somebody cannot print, or until when")
	}
	h.begins(h.Teacher, own)
	h.says(h.get("/staff"), http.StatusOK, "Now · until 11:24")
	h.says(h.get(fmt.Sprintf("/staff/class-usage?class=%d", own)), http.StatusOK, fmt.Sprintf(`href="/staff/classes/%d"`, own), "Not collected", ">88<")
	h.teaches() // one more, so that there is a list
	h.says(h.get("/staff/classes"), http.StatusOK, "9A", "11A/Ar", "1 cannot print", "40 pages")
	h.says(h.get("/staff"), http.StatusOK, "Now · until 11:24")
	dbtest.Exec(t, h.db, "UPDATE lesson_act SET ends_at = $1", friday)
	h.says(h.get("/staff"), http.StatusOK, "<h1>My classes</h1>", "11A/Ar")
}

// TestWhoeverCoversSeesNoPast: this class until the bell, what is left, who cannot print; not
// what was printed.
func TestWhoeverCoversSeesNoPast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	class := h.covers()
	h.printed(h.Sam, 1, 4321, 6)
	for _, role := range []school.Role{school.Cover, school.Teacher} {
		who := h.Teacher
		who.Roles = []school.Role{role}
		see := func(path string) *httptest.ResponseRecorder {
			return h.serve(&who, httptest.NewRequest(http.MethodGet, path, nil))
		}
		now := see("/staff").Body.String()
		for _, want := range []string{"9B", "You cover this class until 10:50", "Period 2", "R2", "Sam Bell", "88 pages", "Pause printing until the bell"} {
			if !strings.Contains(now, want) {
				t.Errorf("%s: the page lacks %q", role, want)
			}
		}
		for _, path := range []string{"/staff", "/staff/classes", classPath(class), fmt.Sprintf("/staff/class-usage?class=%d", class), fmt.Sprintf("/staff/class-usage/table?class=%d", class), "/staff/class-usage"} {
			if strings.Contains(see(path).Body.String(), "4,321") || strings.Contains(see(path).Body.String(), "4321") {
				t.Errorf("%s: %s tells the past of a covered class", role, path)
			}
		}
	}
	h.clock.Set(friday.Add(26 * time.Minute)) // the bell
	if a := h.serve(&h.Teacher, httptest.NewRequest(http.MethodGet, classPath(class), nil)); a.Code != http.StatusNotFound {
		t.Errorf("after the bell: %d", a.Code)
	}
}

// bells are the periods of the house's school.
const bells = `kind,name,days,from,to
days,,Mon-Fri,,
hours,,,07:30,17:30
term,Autumn,,2026-09-01,2026-12-18
bell,1,Mon-Fri,09:00,09:50
bell,2,Mon-Fri,10:00,10:50
`

// covers has the teacher cover the lesson that Cleo Shaw gives to Sam's class just now.
func (h *house) covers() school.ClassID {
	h.Helper()
	from, to := friday.AddDate(0, -2, 0), friday.AddDate(0, 2, 0)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := school.ImportCalendar(ctx, tx, "", h.School, strings.NewReader(bells), false); err != nil {
			return err
		}
		err := school.AddClasses(ctx, tx, h.School, []school.Class{{Name: "9B", Pupils: []school.PersonID{h.Sam.Person}, Teachers: []school.PersonID{h.Chief.Person}, From: from, To: to}})
		if err != nil {
			return err
		}
		if _, err := school.ImportTimetable(ctx, tx, "", h.School, strings.NewReader("day,week,period,class,teacher,room\nFri,,2,9B,chief,R2\n"), false); err != nil {
			return err
		}
		c, err := school.CalendarOf(ctx, tx, h.School)
		if err != nil {
			return err
		}
		return school.AddCover(ctx, tx, "", h.School, school.Covering{Day: c.Date(friday), Period: "2", Absent: h.Chief.Person, By: h.Teacher.Person})
	})
	return dbtest.Value[school.ClassID](h.T, h.db, "SELECT class_id FROM class WHERE name = '9B'")
}

// TestClassUsageAsATable in both forms, with what is left; of no class of a colleague's.
func TestClassUsageAsATable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, other := h.teaches()
	h.printed(h.Sam, 1, 12, 6)
	dbtest.Exec(t, h.db, "UPDATE person SET given_name = '=cmd' WHERE person_id = $1", h.Mia.Person)
	h.enter("teacher")
	path := fmt.Sprintf("/staff/class-usage/table?class=%d", own)
	h.says(h.get(path), http.StatusOK, "pupil,pages,colour,sheets,jobs,never collected,left to print\r\n", "Sam Bell,12,2,6,1,0,88\r\n", "'=cmd Okafor,0,")
	book := h.get(path + "&as=xlsx")
	if book.status != http.StatusOK || !strings.HasPrefix(book.body, "PK") || book.header.Get("Content-Disposition") != `attachment; filename="class-usage.xlsx"` {
		t.Errorf("%d %v", book.status, book.header)
	}
	h.says(h.get(fmt.Sprintf("/staff/class-usage/table?class=%d", other)), http.StatusNotFound, "no class of yours")
	if got := h.acts(); strings.Count(got, "class-usage-viewed") != 2 {
		t.Errorf("audit has %s", got)
	}
}
