package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/school"
	"inkwell/ipp/simulate"
	"inkwell/kiosk"
)

// Thirty children of one class collect what they sent with one badge of their teacher: each presses
// their name and "Yes". All of it comes out, the teacher is recorded for every one, and nobody reads
// a title. The children's own pauses are no part of it: said is what the server leaves them of five
// minutes.
func TestThirtyChildrenCollect(t *testing.T) {
	const children, allowed = 30, 5 * time.Minute
	printer, uri := virtual(t, "Library", simulate.Copier)
	s := serveDemo(t)
	s.printTo(uri)
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "DELETE FROM timetable"); err != nil { // a teacher's classes are theirs at any hour
			return err
		}
		_, err := c.Exec(ctx, `INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to)
			SELECT c.class_id, p.person_id, c.school_id, 'pupil', current_date - 30, current_date + 30 FROM class c, person p
			WHERE c.name = '7A' AND p.username BETWEEN $1 AND $2`, demoPupil(26), demoPupil(children))
		return err
	})
	s.eventually("the printer to be seen", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE name = 'Library' AND capabilities IS NOT NULL AND state = 'idle'") == 1
	})
	file := blankPDF(t, 1)
	title := func(n int) string { return fmt.Sprintf("Secret of %s", demoPupil(n)) }
	for n := 1; n <= children; n++ {
		if said, ok := s.ask(strings.Replace(printTest, "Field notes", title(n), 1), s.queue(demoPupil(n), "/ipp/print"), file); !ok {
			t.Fatal(said)
		}
	}
	s.eventually("all to be counted", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE state = 'held'") == children })

	c := s.tapAt("library", demoStaffBadge(1))
	taps := 1
	list := s.face(c, kiosk.FaceClass)
	if len(list.Class.Pupils) != children {
		t.Fatalf("%d are on the list", len(list.Class.Pupils))
	}
	var server, longest time.Duration
	press := func(text, face string, left int) kiosk.View {
		t.Helper()
		began := time.Now()
		if err := c.Send([]byte(text)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		v, err := c.Until(ctx, func(v kiosk.View) bool {
			if said, err := json.Marshal(v); err != nil || strings.Contains(string(said), "Secret") || len(v.Jobs) > 0 {
				t.Errorf("the screen tells of jobs: %s", said)
			}
			return v.Face == face && !v.Busy && (face != kiosk.FaceClass || len(v.Class.Pupils) == left)
		})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		server, longest, taps = server+took, max(longest, took), taps+1
		time.Sleep(150 * time.Millisecond) // a child's finger is not faster, and nobody's may be (socket.FloodLimit)
		return v
	}
	began := time.Now()
	collected := map[school.PersonID]bool{}
	for i, p := range list.Class.Pupils {
		asked := press(fmt.Sprintf(`{"do":"pupil","person":%d}`, p.ID), kiosk.FacePupil, 0)
		if asked.Class.Child.ID != p.ID || len(asked.Class.Pupils) > 0 {
			t.Errorf("%s is asked: %+v", p.Name, asked.Class)
		}
		if v := press(`{"do":"for-pupils"}`, kiosk.FaceClass, children-i-1); v.Class.Failed != "" {
			t.Errorf("%s: %s", p.Name, v.Class.Failed)
		}
		collected[p.ID] = true
	}
	s.eventually("all to come out", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'") == children })
	took := time.Since(began)
	t.Logf("%d children, %d taps: the server took %s in all, %s at the longest; the last paper came out after %s; %s of five minutes are left to each child",
		len(collected), taps, server, longest, took, ((allowed - took) / children).Round(time.Millisecond))
	if took > allowed/2 { // as much again is for children to find their name
		t.Errorf("the children wait for %s", took)
	}
	if taps != 1+2*children || len(printer.Jobs()) != children {
		t.Errorf("%d taps, %d jobs came out", taps, len(printer.Jobs()))
	}
	const teacher = "(SELECT person_id FROM person WHERE username = $1)"
	if n := rows[int](s, "SELECT count(DISTINCT person_id) FROM delivery WHERE state = 'settled' AND released_by = "+teacher, demoTeacher(1)); n != children {
		t.Errorf("the adult is recorded for %d", n)
	}
	if n := rows[int](s, "SELECT count(DISTINCT subject) FROM audit a JOIN person p ON p.pseudonym = a.actor WHERE act = 'job-released' AND p.username = $1", demoTeacher(1)); n != children {
		t.Errorf("the audit has the adult for %d", n)
	}
}
