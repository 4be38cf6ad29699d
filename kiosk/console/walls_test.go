package console

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
)

// walls is a school whose classes, teachers, lessons and covers are drawn anew, and who may see
// whom by rules written down once more here.
type walls struct {
	*house
	random   *rand.Rand
	pupils   []school.PersonID
	teachers []school.Actor
	classes  []school.ClassID

	enrolled []enrolment
	lessons  []lessonDrawn
	covers   []coverDrawn
	left     map[school.PersonID]bool
}

type enrolment struct {
	class    school.ClassID
	person   school.PersonID
	role     string
	from, to time.Time // the last exclusive
}

type lessonDrawn struct {
	class   school.ClassID
	teacher school.PersonID
	weekday time.Weekday
	period  string
}

type coverDrawn struct {
	day        time.Time
	period     string
	absent, by school.PersonID
}

// Days about the ends of a term, and moments about bells.
var (
	wallDays  = []string{"2026-09-01", "2026-11-19", "2026-11-20", "2026-11-21", "2026-12-18", "2026-12-19", "2027-09-01"}
	wallTimes = []string{"2026-11-20T09:59:59Z", "2026-11-20T10:00:00Z", "2026-11-20T10:49:59Z", "2026-11-20T10:50:00Z", "2026-11-19T09:10:00Z", "2026-12-18T10:10:00Z", "2026-12-19T10:10:00Z", "2026-11-21T10:10:00Z"}
)

func newWalls(t *testing.T) *walls {
	t.Helper()
	w := &walls{house: newHouse(t), random: rand.New(rand.NewPCG(20261122, 12))} // #nosec G404 -- the same at every run
	var all []school.Newcomer
	for i := range 6 {
		all = append(all, school.Newcomer{Username: fmt.Sprintf("qq%dzz", i), Given: "Pupil", Family: fmt.Sprintf("Qq%dzz", i), Year: 9, Role: school.Pupil})
	}
	w.in(func(ctx context.Context, tx *db.Tx) (err error) {
		if w.pupils, err = w.Directory.AddPeople(ctx, tx, w.School, all); err != nil {
			return err
		}
		if _, err := school.ImportCalendar(ctx, tx, "", w.School, strings.NewReader(bells), false); err != nil {
			return err
		}
		return school.AddClasses(ctx, tx, w.School, []school.Class{{Name: "K1"}, {Name: "K2", Registers: true}, {Name: "K3"}})
	})
	for i, p := range w.pupils {
		w.printed(school.Actor{Person: p}, 2+i, 5, 3)
		w.needsYes(school.Actor{Person: p}, 40, 0, 1)
		w.asks(school.Actor{School: w.School, Person: p, Roles: []school.Role{school.Pupil}, Proof: school.ByBadge}, w.came(school.Actor{Person: p}, 3, 10, "media-jam-error"), release.NothingCame, 3)
	}
	w.lesson() // which gives the teacher a job, and what it costs
	dbtest.Exec(t, w.db, "UPDATE job SET expires_at = '2027-06-01' WHERE state = 'held'")
	for _, name := range []string{"K1", "K2", "K3"} {
		w.classes = append(w.classes, dbtest.Value[school.ClassID](t, w.db, "SELECT class_id FROM class WHERE name = $1", name))
	}
	chief := w.Chief
	chief.Roles = []school.Role{school.Cover}
	dbtest.Exec(t, w.db, "UPDATE person_role SET role = 'cover' WHERE person_id = $1", chief.Person)
	w.teachers = []school.Actor{w.Teacher, chief}
	return w
}

func drawn[T any](w *walls, from []T) T { return from[w.random.IntN(len(from))] }

// draw makes another school year of the same people.
func (w *walls) draw() {
	w.Helper()
	day := func() time.Time { at, _ := time.Parse(time.DateOnly, drawn(w, wallDays)); return at }
	w.enrolled, w.lessons, w.covers, w.left = nil, nil, nil, map[school.PersonID]bool{}
	for range 3 {
		for _, c := range w.classes {
			e := enrolment{class: c, person: drawn(w, w.pupils), role: "pupil", from: day(), to: day()}
			w.enrol(e)
			e.person, e.role, e.from, e.to = drawn(w, w.teachers).Person, "teacher", day(), day()
			w.enrol(e)
		}
	}
	for _, weekday := range []time.Weekday{time.Thursday, time.Friday} {
		for _, period := range []string{"1", "2"} {
			for _, t := range w.teachers {
				if w.random.IntN(3) > 0 {
					w.lessons = append(w.lessons, lessonDrawn{drawn(w, w.classes), t.Person, weekday, period})
				}
			}
		}
	}
	for _, at := range wallTimes {
		when, _ := time.Parse(time.RFC3339, at)
		v := coverDrawn{when.Truncate(24 * time.Hour), drawn(w, []string{"1", "2"}), w.teachers[0].Person, w.teachers[1].Person}
		if w.random.IntN(2) == 0 {
			v.absent, v.by = v.by, v.absent
		}
		if !slices.ContainsFunc(w.covers, func(o coverDrawn) bool { return o.day.Equal(v.day) && o.period == v.period }) {
			w.covers = append(w.covers, v)
		}
	}
	w.left[drawn(w, w.pupils)] = true
	w.write()
}

// enrol keeps an enrolment that lasts, and that does not overlap one of the same person.
func (w *walls) enrol(e enrolment) {
	if !e.from.Before(e.to) {
		e.from, e.to = e.to, e.from
	}
	overlaps := func(o enrolment) bool {
		return o.class == e.class && o.person == e.person && o.from.Before(e.to) && e.from.Before(o.to)
	}
	if e.from.Before(e.to) && !slices.ContainsFunc(w.enrolled, overlaps) {
		w.enrolled = append(w.enrolled, e)
	}
}

func (w *walls) write() {
	w.Helper()
	exec := func(sql string, args ...any) { dbtest.Exec(w.T, w.db, sql, args...) }
	exec("DELETE FROM cover")
	exec("DELETE FROM timetable")
	exec("DELETE FROM enrolment")
	exec("UPDATE person SET left_at = NULL")
	for _, e := range w.enrolled {
		exec("INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)", e.class, e.person, w.School, e.role, e.from, e.to)
	}
	for _, l := range w.lessons {
		exec("INSERT INTO timetable (school_id, weekday, week, period, class_id, teacher_id, room) VALUES ($1, $2, '', $3, $4, $5, '')", w.School, int(l.weekday), l.period, l.class, l.teacher)
	}
	for _, v := range w.covers {
		exec("INSERT INTO cover (school_id, day, period, absent_id, cover_id, arranged_at) VALUES ($1, $2, $3, $4, $5, now())", w.School, v.day, v.period, v.absent, v.by)
	}
	for p := range w.left {
		exec("UPDATE person SET left_at = '2026-09-02' WHERE person_id = $1", p)
	}
}

// on says whether somebody is of a class on a day.
func (w *walls) on(class school.ClassID, p school.PersonID, role string, day time.Time) bool {
	return slices.ContainsFunc(w.enrolled, func(e enrolment) bool {
		return e.class == class && e.person == p && e.role == role && !day.Before(e.from) && day.Before(e.to)
	})
}

// covered says whether somebody covers a lesson with the class at a moment.
func (w *walls) covered(class school.ClassID, by school.PersonID, at time.Time) bool {
	day := at.Truncate(24 * time.Hour)
	period := map[bool]string{true: "1", false: "2"}[at.Hour() < 10]
	rings := at.Minute() < 50 && (at.Hour() == 9 || at.Hour() == 10) && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && day.Before(time.Date(2026, 12, 19, 0, 0, 0, 0, time.UTC))
	return rings && slices.ContainsFunc(w.covers, func(v coverDrawn) bool {
		return v.day.Equal(day) && v.period == period && v.by == by && slices.ContainsFunc(w.lessons, func(l lessonDrawn) bool {
			return l.class == class && l.teacher == v.absent && l.weekday == at.Weekday() && l.period == period && w.on(class, v.absent, "teacher", day)
		})
	})
}

// TestNoTeacherSeesAPupilOfNobodysClass: whatever the lists, the timetable and the cover, at
// every moment about a bell and the end of a term, no page or table of a teacher's or of cover's
// names a pupil who is not of a class that is theirs then; a class of theirs has all its pupils;
// and what was printed is told of their own classes alone. INKWELL_PROVE draws more years.
func TestNoTeacherSeesAPupilOfNobodysClass(t *testing.T) {
	t.Parallel()
	w := newWalls(t)
	years, seen, slips := 3, 0, 0
	if os.Getenv("INKWELL_PROVE") != "" {
		years = 100
	}
	for range years {
		w.draw()
		for _, said := range wallTimes {
			at, _ := time.Parse(time.RFC3339, said)
			w.clock.Set(at)
			for _, who := range w.teachers {
				seen += w.look(who, at)
				slips += w.slips(who)
			}
		}
	}
	if seen < 20*years {
		t.Errorf("only %d pupils were seen: the schools drawn show nothing", seen)
	}
	if slips != years*len(wallTimes) {
		t.Errorf("%d slips were made", slips)
	}
}

// look opens all that a teacher may open, and says how many pupils its classes showed.
func (w *walls) look(who school.Actor, at time.Time) (seen int) {
	w.Helper()
	day, theirs := at.Truncate(24*time.Hour), map[school.PersonID]bool{}
	var paths []string
	for _, c := range w.classes {
		own, covers := w.on(c, who.Person, "teacher", day), w.covered(c, who.Person, at)
		of := map[school.PersonID]bool{}
		for _, p := range w.pupils {
			if w.on(c, p, "pupil", day) && !w.left[p] && (own || covers) {
				of[p], theirs[p] = true, true
			}
		}
		seen += len(of)
		w.tells(who, at, classPath(c), of, own || covers)
		w.tells(who, at, fmt.Sprintf("%s?class=%d", classUsagePath, c), of, own && who.May(school.SeeClassUsage))
		w.tells(who, at, fmt.Sprintf("%s/table?class=%d", classUsagePath, c), of, own && who.May(school.SeeClassUsage))
		w.tells(who, at, fmt.Sprintf("%s/table?class=%d&as=xlsx", classUsagePath, c), of, own && who.May(school.SeeClassUsage))
		paths = append(paths, classPath(c)+"/print")
	}
	for _, path := range append(paths, firstPath, classesPath, classUsagePath, tutorPath, waitingPath, refundsPath, reviewsPath, "/staff/mine", rulesPath, usagePath, "/staff/people", livePath) {
		for _, p := range w.named(w.open(who, path)) {
			if !theirs[p] {
				w.Errorf("%v: %s names pupil %d to %v\nlists %+v\nlessons %+v\ncovers %+v", at, path, p, who.Roles, w.enrolled, w.lessons, w.covers)
			}
		}
	}
	return seen
}

// slips asks for a runner's slip of every job that is held: one's own is made, of another's there is no such job, and
// no page on the way names a pupil.
func (w *walls) slips(who school.Actor) (made int) {
	w.Helper()
	at := dbtest.Value[string](w.T, w.db, "SELECT printer_id::text FROM station")
	for _, said := range strings.Fields(dbtest.Value[string](w.T, w.db, "SELECT string_agg(job_id || ':' || person_id, ' ') FROM job WHERE state = 'held'")) {
		job, owner, _ := strings.Cut(said, ":")
		r := httptest.NewRequest(http.MethodPost, "/staff/mine/"+job+"/slip", strings.NewReader(url.Values{"printer": {at}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a := w.serve(&who, r)
		own := owner == fmt.Sprint(who.Person)
		if own != strings.Contains(a.Body.String(), "Slip for a runner") || !own && a.Code != http.StatusNotFound {
			w.Errorf("a slip for %v of job %s, which is of %s: %d", who.Roles, job, owner, a.Code)
		}
		if named := w.named(a); len(named) > 0 {
			w.Errorf("a slip for %v of job %s names %v", who.Roles, job, named)
		}
		if own {
			made++
		}
	}
	return made
}

// tells holds a page of one class against who is in it.
func (w *walls) tells(who school.Actor, at time.Time, path string, of map[school.PersonID]bool, open bool) {
	w.Helper()
	a := w.open(who, path)
	if (a.Code == http.StatusOK) != open {
		w.Errorf("%v: %s is %d to %v, open %t\nlists %+v\nlessons %+v\ncovers %+v", at, path, a.Code, who.Roles, open, w.enrolled, w.lessons, w.covers)
		return
	}
	named := w.named(a)
	for _, p := range w.pupils {
		if slices.Contains(named, p) != (of[p] && open) {
			w.Errorf("%v: %s to %v: pupil %d of the class %t, named %t", at, path, who.Roles, p, of[p], slices.Contains(named, p))
		}
	}
}

func (w *walls) open(who school.Actor, path string) *httptest.ResponseRecorder {
	w.Helper()
	a := w.serve(&who, httptest.NewRequest(http.MethodGet, path, nil))
	if z, err := zip.NewReader(bytes.NewReader(a.Body.Bytes()), int64(a.Body.Len())); err == nil { // a workbook, as its table
		table, err := z.Open("xl/worksheets/sheet1.xml")
		if err != nil {
			w.Fatal(err)
		}
		a.Body.Reset()
		if _, err := a.Body.ReadFrom(table); err != nil {
			w.Fatal(err)
		}
	}
	return a
}

func (w *walls) named(a *httptest.ResponseRecorder) (all []school.PersonID) {
	for i, p := range w.pupils {
		if strings.Contains(a.Body.String(), fmt.Sprintf("Qq%dzz", i)) {
			all = append(all, p)
		}
	}
	return all
}
