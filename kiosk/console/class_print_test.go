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
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// inRoom12 has the teacher teach 9A in Room 12, where a printer without a kiosk stands, and returns
// the page on which they print for it, and the printer.
func (h *house) inRoom12() (page string, p release.PrinterID) {
	h.Helper()
	class, _ := h.taught()
	h.in(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = release.AddPrinter(ctx, tx, release.PrinterRecord{School: h.School, Name: "Room 12 laser", Room: "Room 12", URI: "ipp://127.0.0.1:1"})
		return err
	})
	dbtest.Exec(h.T, h.db, "UPDATE printer SET state = 'idle', seen_at = $2 WHERE printer_id = $1", p, friday)
	dbtest.Exec(h.T, h.db, "INSERT INTO bell (school_id, weekday, period, rings, until) VALUES ($1, 5, 'P3', '10:00', '11:00')", h.School)
	dbtest.Exec(h.T, h.db, "INSERT INTO timetable (school_id, week, weekday, period, class_id, teacher_id, room) VALUES ($1, '', 5, 'P3', $2, $3, 'Room 12')",
		h.School, class, h.Teacher.Person)
	return classPath(class) + "/print", p
}

// waits are a pupil's jobs on the page, as its form sends them.
func (h *house) waits(a school.Actor) url.Values {
	h.Helper()
	jobs := dbtest.Value[[]string](h.T, h.db, "SELECT coalesce(array_agg(job_id::text), '{}') FROM job WHERE person_id = $1 AND state = 'held'", a.Person)
	who := fmt.Sprint(a.Person)
	return url.Values{"pupil": {who}, "jobs-" + who: jobs}
}

func TestATeacherPrintsForTheClassFromAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path, printer := h.inRoom12()
	h.job(h.Sam, release.Held, 3, 5*time.Minute)
	h.job(h.Sam, release.Held, 4, 4*time.Minute)
	h.enter("teacher")
	h.says(h.get(strings.TrimSuffix(path, "/print")), http.StatusOK, "Print for the class here")
	a := h.get(path)
	h.says(a, http.StatusOK, "Room 12", "11:00", "Sam Bell", "3 jobs, 19 pages", "1 pupil with nothing waiting", "Room 12 laser")
	if strings.Contains(a.body, secretTitle) {
		t.Error("the page has a title on it")
	}
	form := h.waits(h.Sam)
	h.says(h.post(path, form), http.StatusConflict, "not in this room")
	form.Set("printer", fmt.Sprint(printer))
	h.says(h.post(path, url.Values{"printer": {fmt.Sprint(printer)}}), http.StatusConflict, "Choose pupils of this class")
	h.says(h.post(path, url.Values{"printer": {"x"}, "pupil": {"y"}, "jobs-y": {"z"}}), http.StatusConflict, "not in this room")

	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-empty-error}' WHERE printer_id = $1", printer)
	h.says(h.get(path), http.StatusOK, "out of paper", "disabled")
	h.says(h.post(path, form), http.StatusConflict, "out of paper")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle', state_reasons = '{}' WHERE printer_id = $1", printer)

	a = h.post(path, form)
	h.says(a, http.StatusOK, "On its way to Room 12 laser", "Sam Bell", "19 pages", "Nobody waits")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM delivery WHERE printer_id = $1 AND state = 'reserved'", printer); n != 3 {
		t.Errorf("%d jobs are on their way", n)
	}
	h.says(h.post(path, form), http.StatusConflict, "Choose pupils of this class") // loaded again

	dbtest.Exec(t, h.db, "UPDATE printer SET room = 'Room 14' WHERE printer_id = $1", printer)
	h.says(h.get(path), http.StatusOK, "No printer in Room 12", "Ask IT")
	h.clock.Advance(time.Hour)
	h.enter("teacher")
	h.says(h.get(path), http.StatusConflict, "while you teach it")
	h.enter("it")
	h.says(h.get(path), http.StatusNotFound)
}

// The page in a browser, at two sizes, light and dark; and a click prints.
func TestATeacherPrintsForTheClassInARealBrowser(t *testing.T) {
	h := newHouse(t)
	path, printer := h.inRoom12()
	for i := range 3 {
		h.job(h.Sam, release.Held, 1+i, 5*time.Minute)
	}
	h.job(h.Mia, release.Held, 30, 5*time.Minute)
	h.job(h.Mia, release.Held, 1, 5*time.Minute)
	dbtest.Exec(t, h.db, "UPDATE job SET on_hold = true WHERE person_id = $1 AND pages = 1", h.Mia.Person)
	p := webtest.Start(t).Page(t)
	p.Open(h.server.URL + path)
	signInAs(p, "teacher", schooltest.Password)
	p.Seen("Sign out")
	look := func(name string, again bool) {
		for _, size := range [][2]int64{{390, 844}, {1280, 800}} {
			for _, scheme := range []string{"light", "dark"} {
				p.Size(size[0], size[1])
				p.Scheme(scheme)
				if again {
					p.Open(h.server.URL + path)
				}
				h.shoot(p, fmt.Sprintf("class-print-%s-%d-%s.png", name, size[0], scheme), size[0])
			}
		}
	}
	look("waiting", true)
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE printer_id = $1", printer)
	look("trouble", true)
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle', state_reasons = '{}' WHERE printer_id = $1", printer)
	dbtest.Exec(t, h.db, "UPDATE account SET balance = 3 WHERE person_id = $1 AND kind = 'person'", h.Mia.Person)
	p.Open(h.server.URL + path)
	p.Click("form .button--main")
	p.Seen("On its way to Room 12 laser")
	p.Seen("18 pages")
	p.Seen("Too few pages left")
	look("done", false)
}
