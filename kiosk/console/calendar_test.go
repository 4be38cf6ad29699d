package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// autumn is a school's year around friday, 20 November.
const autumn = `kind,name,days,from,to
term,Autumn,,2026-09-01,2026-12-18
holiday,Half-term,,2026-10-26,2026-10-30
inset,Staff training,,2026-12-07,
term,Spring,,2027-01-04,2027-03-25
holiday,Half-term,,2027-02-15,2027-02-19
term,Summer,,2027-04-12,2027-07-21
week,A,,2026-09-02,
bell,Reg,Mon-Fri,08:40,09:00
bell,1,Mon-Fri,09:00,10:00
bell,2,Mon-Fri,10:00,11:00
bell,3,Mon-Fri,11:20,12:20
bell,4,Mon-Fri,12:20,13:20
bell,5,Mon-Thu,14:00,15:00
`

func (h *house) enterCalendar() {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := school.ImportCalendar(ctx, tx, "", h.School, strings.NewReader(autumn), false)
		return err
	})
	h.enterHeld()
}

func TestTheCalendarPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/calendar"), http.StatusOK, "Friday 20 November is a school day.", "No terms are entered for today", "inkwell calendar import", "There are no lessons today", "Close today", "Close on Monday 23 November")
	h.enterCalendar()
	h.says(h.get("/staff/calendar"), http.StatusOK, "Friday 20 November is a school day, week A.", "Period 2, until 11:00.", "kept until <strong>Mon 23 November, 18:00</strong>",
		"Term, now", "Mon 4 January 2027", "Half-term", "INSET", "Mon-Thu", "14:00–15:00")
	h.clock.Set(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	h.enter("it")
	page := h.get("/staff/calendar")
	h.says(page, http.StatusOK, "Saturday 21 November is no school day", "Close on Monday 23 November")
	if strings.Contains(page.body, "Close today") {
		t.Error("a Saturday can be closed")
	}
}

func TestClosingSchoolSaysWhatItMeansAndThenDoesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterCalendar()
	h.enter("it")
	ask := h.get("/staff/calendar/close?day=2026-11-23")
	h.says(ask, http.StatusOK, "Close school on Monday 23 November?", "1 waiting job is kept for longer, until Tue 24 November, 18:00.")
	expires := func() string {
		return dbtest.Value[string](t, h.db, "SELECT (expires_at AT TIME ZONE 'UTC')::text FROM job WHERE state = 'held'")
	}
	if got := expires(); got != "2026-11-23 18:00:00" {
		t.Errorf("asking moves it to %s", got)
	}
	h.says(h.get("/staff/calendar/close?day=2026-11-20"), http.StatusOK, "Nothing that waits now is kept for longer by it")
	h.says(h.post("/staff/calendar/close", url.Values{"day": {"2026-11-23"}, "reason": {strings.Repeat("é", 61)}}), http.StatusBadRequest, "60 letters", "1 waiting job")
	if a := h.post("/staff/calendar/close", url.Values{"day": {"2026-11-23"}, "reason": {"Snow & <ice>"}}); a.status != http.StatusSeeOther || a.location != "/staff/calendar" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := expires(); got != "2026-11-24 18:00:00" {
		t.Errorf("held until %s", got)
	}
	h.says(h.get("/staff/calendar"), http.StatusOK, "School is closed on Monday 23 November: Snow &amp; &lt;ice&gt;.", "Take it back", "Close on Tuesday 24 November")
	h.says(h.post("/staff/calendar/close", url.Values{"day": {"2026-11-23"}}), http.StatusConflict, "closed on that day already")
	h.says(h.get("/staff/calendar/close?day=2026-11-22"), http.StatusConflict, "no school on that day anyway")
	h.says(h.get("/staff/calendar/close?day=2026-11-19"), http.StatusBadRequest, "That day is over")
	h.says(h.get("/staff/calendar/close?day=%00"), http.StatusBadRequest, "That is no day")
	if a := h.post("/staff/calendar/open", url.Values{"day": {"2026-11-23"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if page := h.get("/staff/calendar"); strings.Contains(page.body, "Snow") {
		t.Error("it is still closed")
	}
	if got := expires(); got != "2026-11-24 18:00:00" {
		t.Errorf("taken back, it is held until %s", got)
	}
	if got := h.acts(); got != "calendar-imported staff-signed-in day-closed holds-extended day-opened" {
		t.Errorf("audit has %s", got)
	}
}

func TestCoverIsArrangedByTapping(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterCalendar()
	h.enter("it")
	h.says(h.get("/staff/calendar"), http.StatusOK, "Cover today", "Reid, Tom", "Hall, Ida", `value="Reg"`, `value="4"`)
	page := h.get("/staff/calendar?day=2026-11-23")
	h.says(page, http.StatusOK, "Cover on Monday 23 November", `value="5"`, ">Today<", `aria-current="true">Monday 23 November`)
	if strings.Contains(page.body, "Bell, Sam") {
		t.Error("a pupil may cover")
	}
	form := func(day, period string, by, absent school.Actor) url.Values {
		return url.Values{"day": {day}, "period": {period}, "by": {fmt.Sprint(by.Person)}, "absent": {fmt.Sprint(absent.Person)}}
	}
	if a := h.post("/staff/calendar/cover", form("2026-11-23", "5", h.Chief, h.Teacher)); a.status != http.StatusSeeOther || a.location != "/staff/calendar?day=2026-11-23#cover" {
		t.Fatalf("%d %s %s", a.status, a.location, a.body)
	}
	h.says(h.get("/staff/calendar?day=2026-11-23"), http.StatusOK, "<strong>Cleo Shaw</strong> covers Tom Reid", "Period 5")
	h.says(h.post("/staff/calendar/cover", form("2026-11-20", "5", h.Chief, h.Teacher)), http.StatusBadRequest, "That period does not ring on that day", fmt.Sprintf(`value="%d" selected`, h.Chief.Person))
	h.says(h.post("/staff/calendar/cover", form("2026-11-20", "4", h.Chief, h.Chief)), http.StatusBadRequest, "Nobody covers their own lesson")
	h.says(h.post("/staff/calendar/cover", form("2026-11-20", "4", h.Chief, h.Sam)), http.StatusBadRequest, "Only members of staff")
	h.says(h.post("/staff/calendar/cover", url.Values{}), http.StatusBadRequest, "That is no day")
	if a := h.post("/staff/calendar/cover/remove", form("2026-11-23", "5", h.Chief, h.Teacher)); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if page := h.get("/staff/calendar?day=2026-11-23"); strings.Contains(page.body, "covers Tom") {
		t.Error("the cover is still there")
	}
}

// Reception arranges cover and sees the calendar; whether school closes is for the head
// and for IT.
func TestReceptionArrangesCoverAndClosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterCalendar()
	for role, closes := range map[school.Role]bool{school.Reception: false, school.Head: true} {
		a := h.Chief
		a.Roles = []school.Role{role}
		page := h.serve(&a, httptest.NewRequest(http.MethodGet, "/staff/calendar", nil))
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Arrange cover") || strings.Contains(page.Body.String(), "Close today") != closes {
			t.Errorf("%s: %d, %s", role, page.Code, page.Body)
		}
		if ask := h.serve(&a, httptest.NewRequest(http.MethodGet, "/staff/calendar/close?day=2026-11-23", nil)); (ask.Code == http.StatusOK) != closes {
			t.Errorf("%s asks to close: %d", role, ask.Code)
		}
	}
}

// calendarScenes are the page's looks.
func (h *house) calendarScenes() []scene {
	h.Helper()
	cover := func() {
		h.in(func(ctx context.Context, tx *db.Tx) error {
			for period, by := range map[string]school.Actor{"1": h.Chief, "3": h.IT} {
				if err := school.AddCover(ctx, tx, "", h.School, school.Covering{Day: 20777, Period: period, Absent: h.Teacher.Person, By: by.Person}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	closed := func() {
		h.in(func(ctx context.Context, tx *db.Tx) error {
			return school.CloseDay(ctx, tx, "", h.School, 20780, "No heating in the main building")
		})
	}
	return []scene{
		{name: "calendar-empty", path: "/staff/calendar"},
		{name: "calendar", path: "/staff/calendar", set: func() {
			h.enterCalendar()
			cover()
			for range 22 {
				h.job(h.Sam, release.Held, 3, 0)
			}
			h.enterHeld()
		}},
		{name: "calendar-close", path: "/staff/calendar/close?day=2026-11-23"},
		{name: "calendar-closed", path: "/staff/calendar?day=2026-11-23", set: closed},
	}
}

// enterHeld gives held jobs the times of jobs that came by the calendar.
func (h *house) enterHeld() {
	h.Helper()
	dbtest.Exec(h.T, h.db, "UPDATE job SET received_at = submitted_at, expires_at = '2026-11-23T18:00Z' WHERE state = 'held'")
}

// TestTheCalendarInARealBrowser closes school in two taps, and takes it back, at a
// phone's, a tablet's and a desk's width.
func TestTheCalendarInARealBrowser(t *testing.T) {
	h := newHouse(t)
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + "/staff/sign-in")
	signInAs(p, "it", schooltest.Password)
	p.Seen("Jobs")
	for _, scene := range h.calendarScenes() {
		if scene.set != nil {
			scene.set()
		}
		for _, size := range [][2]int64{{390, 844}, {820, 1180}, {1440, 900}} {
			for _, scheme := range []string{"light", "dark"} {
				p.Size(size[0], size[1])
				p.Scheme(scheme)
				p.Open(h.server.URL + scene.path)
				h.shoot(p, fmt.Sprintf("staff-%s-%d-%s.png", scene.name, size[0], scheme), size[0])
			}
		}
	}
	p.Click(".closed button")
	p.Seen("Close on Monday 23 November")
	p.Click(".now__acts .button:last-child")
	p.Seen("Close school on Monday 23 November?")
	p.Fill("#reason", "Snow")
	p.Click(".button--big")
	p.Seen("School is closed on Monday 23 November: Snow.")
	p.Unhurt()
}
