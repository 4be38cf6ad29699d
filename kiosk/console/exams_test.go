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
	"inkwell/quota"
)

// TestExamWindows: one is opened and ended here; what the command refuses is refused beside its field, with
// what was typed; another school's is not there.
func TestExamWindows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lesson()
	slug := dbtest.Value[string](t, h.db, "SELECT slug FROM station")
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := quota.AddShared(ctx, tx, h.IT, quota.Shared{Code: "art", Name: "Art", Sort: quota.DepartmentSort, Limited: true})
		return err
	})
	h.as(school.Exams)()
	h.enter("it")
	good := func() url.Values {
		return url.Values{"name": {"GCSE <Art>"}, "from": {"2026-11-23T09:00"}, "until": {"2026-11-23T11:30"}, "station": {slug}, "person": {"sam\r\nMIA\r\n"}, "class": {""}, "account": {""}}
	}
	for _, c := range []struct{ field, value, wrong, says string }{
		{"name", " ", "name", "Name the exam"},
		{"from", "soon", "from", "&#34;soon&#34; is no time. Choose a day and a time."},
		{"until", "", "until", "is no time. Choose"},
		{"until", "2026-11-23T08:00", "until", "ends after it begins"},
		{"station", "", "station", "no station"},
		{"station", "nowhere", "station", "no station"},
		{"class", "9Z", "class", "no class &#34;9Z&#34;"},
		{"person", "nobody", "person", "Nobody here has the user name &#34;nobody&#34;."},
		{"person", "", "class", "Say who writes the exam"},
		{"account", "art", "account", "nothing may stop an exam. Choose the school"},
		{"account", "drama", "account", "no shared account"},
	} {
		form := good()
		form.Set(c.field, c.value)
		a := h.post(examsPath, form)
		h.says(a, http.StatusConflict, c.says, `id="`+c.wrong+`-wrong"`)
		if c.field != "name" && !strings.Contains(a.body, `value="GCSE &lt;Art&gt;"`) || strings.Contains(a.body, "inkwell account") {
			t.Errorf("%s %q: what was typed is lost, or a command is named", c.field, c.value)
		}
	}
	form := good()
	form.Del("station")
	h.says(h.post(examsPath, form), http.StatusConflict, "Say at which kiosks", `id="station-wrong"`)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM exam"); n != 0 {
		t.Fatalf("%d are there of what was refused", n)
	}
	if a := h.post(examsPath, good()); a.status != http.StatusSeeOther || a.location != examsPath+"?done=added" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(examsPath), http.StatusOK, "GCSE &lt;Art&gt;", "09:00 to 11:30", "2 people", "Take it back")
	h.says(h.post(examsPath, good()), http.StatusConflict, "Another exam has one of these kiosks", `id="station-wrong"`)
	remove := func() answer {
		return h.post(fmt.Sprintf("%s/%d/remove", examsPath, dbtest.Value[int64](t, h.db, "SELECT max(exam_id) FROM exam")), nil)
	}
	if a := remove(); a.status != http.StatusSeeOther || a.location != examsPath+"?done=ended" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(remove(), http.StatusNotFound)
	if got := h.acts(); !strings.HasSuffix(got, "exam-added exam-removed") {
		t.Errorf("on record is %s", got)
	}
	if by := dbtest.Value[string](t, h.db, "SELECT actor::text FROM audit WHERE act = 'exam-added'"); by != h.IT.Pseudonym {
		t.Errorf("by %s", by)
	}
	other := schooltest.New(t, h.db, "Hill School")
	dbtest.Exec(t, h.db, "INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) VALUES ($1, 'Theirs', $2, $2::timestamptz + interval '1 hour', '', $2)", other.School, friday)
	h.says(remove(), http.StatusNotFound)
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM exam WHERE removed_at IS NULL AND name = 'Theirs'"); n != 1 {
		t.Error("another school's window was ended")
	}
}

// examined has whoever looks be the examinations officer, with a window that is over, one that is open and one to come.
func (h *house) examined() {
	h.Helper()
	h.as(school.Exams)()
	h.stand()
	station := dbtest.Value[int32](h.T, h.db, "SELECT min(station_id) FROM station")
	for i, name := range []string{"History paper 1", "Maths paper 2", "GCSE Art and design, practical part"} {
		h.in(func(ctx context.Context, tx *db.Tx) error {
			tx.Now = friday.Add(-9 * time.Hour)
			begins := friday.Add(time.Duration(3*i-4) * time.Hour)
			_, err := school.AddExam(ctx, tx, "", school.Exam{School: h.School, Name: name, Begins: begins, Ends: begins.Add(150 * time.Minute), Stations: []int32{station}, People: []school.PersonID{h.Sam.Person, h.Mia.Person}})
			return err
		})
	}
}
