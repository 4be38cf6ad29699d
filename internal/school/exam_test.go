package school_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// stations adds release's stations and returns their numbers.
func stations(h *taught, slugs ...string) (all []int32) {
	h.Helper()
	printer := dbtest.Value[int32](h.T, h.db, "INSERT INTO printer (school_id, name, uri) VALUES ($1, $2, 'ipp://127.0.0.1:1') RETURNING printer_id", h.School, "for "+slugs[0])
	for _, s := range slugs {
		all = append(all, dbtest.Value[int32](h.T, h.db, "INSERT INTO station (school_id, slug, name, printer_id) VALUES ($1, $2, $2, $3) RETURNING station_id", h.School, s, printer))
	}
	return all
}

func (h *taught) exam(e school.Exam) (id school.ExamID, err error) {
	h.Helper()
	err = h.try(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = school.AddExam(ctx, tx, h.IT.Pseudonym, e)
		return err
	})
	return id, err
}

func TestAnExamIsAWindow(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	at := stations(h, "hall", "library")
	begins := tuesday.Add(time.Hour)
	english := school.Exam{School: h.School, Name: " English ", Begins: begins, Ends: begins.Add(2 * time.Hour), Account: "exams", Stations: at[:1],
		People: []school.PersonID{h.Sam.Person, h.Sam.Person, h.Mia.Person}}
	id, err := h.exam(english)
	if err != nil {
		t.Fatal(err)
	}
	h.do(func(ctx context.Context, tx *db.Tx) error {
		for when, want := range map[time.Time]int{begins.Add(-time.Second): 0, begins: 1, english.Ends.Add(-time.Second): 1, english.Ends: 0} {
			of, err := school.ExamsOf(ctx, tx, h.Sam.Person, when)
			if err != nil || len(of) != want || want == 1 && (of[0].Name != "English" || of[0].Account != "exams" || of[0].Count != 2 || of[0].Stations[0] != at[0]) {
				t.Errorf("%s: %+v, %v", when, of, err)
			}
			if _, there, err := school.ExamAt(ctx, tx, at[0], when); err != nil || there != (want == 1) {
				t.Errorf("%s: %t, %v", when, there, err)
			}
			if _, there, err := school.ExamAt(ctx, tx, at[1], when); err != nil || there {
				t.Errorf("the library is in an exam: %v", err)
			}
			for _, c := range []struct {
				who   school.PersonID
				where int32
				in    bool
			}{{h.Sam.Person, at[0], want == 1}, {h.Sam.Person, at[1], false}, {h.tom, at[0], false}} {
				if _, in, err := school.ExamFor(ctx, tx, c.who, c.where, when); err != nil || in != c.in {
					t.Errorf("%s: %+v: %t, %v", when, c, in, err)
				}
			}
		}
		if of, err := school.ExamsOf(ctx, tx, h.tom, begins); err != nil || len(of) > 0 {
			t.Errorf("the teacher is in %+v, %v", of, err)
		}
		return nil
	})
	maths := english
	maths.Name, maths.Begins, maths.Ends, maths.Stations = "Maths", english.Ends.Add(-time.Second), english.Ends.Add(time.Hour), at
	_, err = h.exam(maths)
	h.refused(err, "exam-overlaps")
	maths.Begins = english.Ends // one begins when the other ends
	if _, err := h.exam(maths); err != nil {
		t.Fatal(err)
	}
	h.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := school.ExamsAfter(ctx, tx, h.School, tuesday)
		if err != nil || len(all) != 2 || all[0].Name != "English" || all[1].Name != "Maths" {
			t.Errorf("%+v, %v", all, err)
		}
		return err
	})
	remove := func(id school.ExamID) error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return school.RemoveExam(ctx, tx, h.IT.Pseudonym, h.School, id)
		})
	}
	if err := remove(id); err != nil {
		t.Fatal(err)
	}
	h.refused(remove(id), "exam-unknown")
	if _, err := h.exam(english); err != nil {
		t.Errorf("its time is not free again: %v", err)
	}
	if got := h.acts(); got != "calendar-imported exam-added exam-added exam-removed exam-added" {
		t.Errorf("audit has %s", got)
	}
}

// TestAnExamThatIsEndedEarly: it is over then, its stations are free, and its receipt has what was printed until then.
func TestAnExamThatIsEndedEarly(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	now := tuesday.Add(2 * time.Hour)
	english := school.Exam{School: h.School, Name: "English", Begins: now.Add(-time.Hour), Ends: now.Add(2 * time.Hour), Stations: stations(h, "hall"), People: []school.PersonID{h.Sam.Person}}
	id, err := h.exam(english)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Set(now)
	end := func() error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return school.RemoveExam(ctx, tx, h.IT.Pseudonym, h.School, id)
		})
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	h.refused(end(), "exam-unknown")
	h.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := school.ExamsAfter(ctx, tx, h.School, english.Begins)
		if err != nil || len(all) != 1 || !all[0].Ends.Before(english.Ends) || len(all[0].Stations) != 1 || all[0].Count != 1 {
			t.Errorf("what is left of it: %+v, %v", all, err)
		}
		if _, open, err := school.ExamAt(ctx, tx, english.Stations[0], tx.Now); err != nil || open {
			t.Errorf("it is open: %t, %v", open, err)
		}
		return err
	})
	next := english
	next.Name, next.Begins = "Maths", now.Add(time.Minute)
	if _, err := h.exam(next); err != nil {
		t.Errorf("its station is not free: %v", err)
	}
	if got := h.acts(); !strings.HasSuffix(got, "exam-added exam-ended exam-added") {
		t.Errorf("audit has %s", got)
	}
}

func TestWhatIsNoExam(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	other := schooltest.New(t, h.db, "Hill")
	good := school.Exam{School: h.School, Name: "English", Begins: tuesday, Ends: tuesday.Add(time.Hour), Stations: stations(h, "hall"), People: []school.PersonID{h.Sam.Person}}
	for name, c := range map[string]struct {
		code   string
		change func(e *school.Exam)
	}{
		"nameless":       {"exam-name", func(e *school.Exam) { e.Name = " " }},
		"long account":   {"exam-name", func(e *school.Exam) { e.Account = strings.Repeat("x", 61) }},
		"no time":        {"exam-times", func(e *school.Exam) { e.Ends = e.Begins }},
		"too long":       {"exam-times", func(e *school.Exam) { e.Ends = e.Begins.Add(24*time.Hour + 1) }},
		"over":           {"exam-times", func(e *school.Exam) { e.Begins, e.Ends = tuesday.Add(-2*time.Hour), tuesday }},
		"nobody":         {"exam-nobody", func(e *school.Exam) { e.People = nil }},
		"somebody else":  {"exam-nobody", func(e *school.Exam) { e.People = append(e.People, other.Sam.Person) }},
		"nowhere":        {"exam-nowhere", func(e *school.Exam) { e.Stations = nil }},
		"unknown person": {"exam-nobody", func(e *school.Exam) { e.People = []school.PersonID{99999} }},
	} {
		e := good
		c.change(&e)
		if _, err := h.exam(e); fault.As(err) == nil || fault.As(err).Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM exam"); n != 0 {
		t.Errorf("%d of them are there", n)
	}
}

// Two that are added at one moment cannot both have a station.
func TestOneStationOneExamAlsoAtOnce(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	e := school.Exam{School: h.School, Name: "English", Begins: tuesday, Ends: tuesday.Add(time.Hour), Stations: stations(h, "hall"), People: []school.PersonID{h.Sam.Person}}
	const at = 8
	errs := make([]error, at)
	var all sync.WaitGroup
	for i := range at {
		all.Go(func() { _, errs[i] = h.exam(e) })
	}
	all.Wait()
	added := 0
	for _, err := range errs {
		if err == nil {
			added++
		} else if f := fault.As(err); f.Code != "exam-overlaps" {
			t.Errorf("%v", errors.Unwrap(err))
		}
	}
	if added != 1 {
		t.Errorf("%d of %d were added", added, at)
	}
}

func TestPupilsOfClasses(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	h.do(func(ctx context.Context, tx *db.Tx) error {
		both, err := school.PupilsOf(ctx, tx, h.School, []string{"7A", "11X"}, tuesday)
		if err != nil || len(both) != 2 {
			t.Errorf("%v, %v", both, err)
		}
		later, err := school.PupilsOf(ctx, tx, h.School, []string{"7A"}, time.Date(2027, 9, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || len(later) != 0 {
			t.Errorf("after the year: %v, %v", later, err)
		}
		listed, err := school.PeopleListed(ctx, tx, h.School, strings.NewReader("username\r\nSam\r\nmia\r\n"))
		if err != nil || fmt.Sprint(listed) != fmt.Sprint([]school.PersonID{h.Sam.Person, h.Mia.Person}) {
			t.Errorf("listed: %v, %v", listed, err)
		}
		_, err = school.PeopleListed(ctx, tx, h.School, strings.NewReader("username\nsam\nnobody\n"))
		h.refused(err, "sheet-rows", "line 3: nobody here has that user name")
		_, err = school.PupilsOf(ctx, tx, h.School, []string{"7B"}, tuesday)
		h.refused(err, "class-unknown")
		return nil
	})
}
