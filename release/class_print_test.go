package release_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// lesson has the teacher teach Sam and Mia in Room 12 on Tuesdays from 9 to 10, where the laser of the
// fleet's sort stands, and returns the class and the printer.
func (f *fleet) lesson() (class school.ClassID, room release.PrinterID) {
	f.t.Helper()
	f.in(func(ctx context.Context, tx *db.Tx) (err error) {
		place, err := release.ParsePlace("Main/1/Room 12")
		if err != nil {
			return err
		}
		if room, err = release.AddPrinter(ctx, tx, release.PrinterRecord{School: f.School, Name: "Room 12 laser", URI: "ipp://127.0.0.1:1", Place: place}); err != nil {
			return err
		}
		from := tuesday.Truncate(24 * time.Hour)
		err = school.AddClasses(ctx, tx, f.School, []school.Class{{Name: "9A", Pupils: []school.PersonID{f.Sam.Person, f.Mia.Person},
			Teachers: []school.PersonID{f.Teacher.Person}, From: from.AddDate(0, -1, 0), To: from.AddDate(0, 6, 0)}})
		if err != nil {
			return err
		}
		class, err = school.ClassByName(ctx, tx, f.School, "9A")
		return err
	})
	f.eventually("what the laser can do", func() (string, bool) {
		return "", dbtest.Value[bool](f.t, f.db, "SELECT asked_at IS NOT NULL AND state = 'idle' FROM printer WHERE printer_id = $1", room)
	})
	return class, room
}

// rings has the lesson be by timetable, in a room.
func (f *fleet) rings(class school.ClassID, room string) {
	f.t.Helper()
	dbtest.Exec(f.t, f.db, "INSERT INTO bell (school_id, weekday, period, rings, until) VALUES ($1, 2, 'P1', '09:00', '10:00')", f.School)
	dbtest.Exec(f.t, f.db, "INSERT INTO timetable (school_id, week, weekday, period, class_id, teacher_id, room) VALUES ($1, '', 2, 'P1', $2, $3, $4)",
		f.School, class, f.Teacher.Person, room)
}

func oneSidedTicket(s *release.Submission) { s.Ticket = release.Ticket{Sides: "one-sided"} }

// A teacher prints for the pupils in front of them at the printer of their room: who and how many
// pages, no title. The pupils pay, the record says who did it, and one who cannot stops nobody.
func TestATeacherPrintsForTheClassInTheRoom(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	class, room := f.lesson()
	f.rings(class, "room 12")
	sams, also, mias := f.submit(f.Sam, 2, oneSidedTicket), f.submit(f.Sam, 1, oneSidedTicket), f.submit(f.Mia, 6, oneSidedTicket)
	a3job := f.submit(f.Sam, 1, func(s *release.Submission) { s.Ticket = release.Ticket{Media: a3} })
	locked := f.submit(f.Mia, 1, oneSidedTicket)
	dbtest.Exec(t, f.db, "UPDATE job SET on_hold = true WHERE job_id = $1", locked.ID)

	c, err := f.ClassPrints(t.Context(), f.Teacher, class, 0)
	if err != nil {
		t.Fatal(err)
	}
	if c.Class != "9A" || c.Room != "room 12" || c.At.ID != room || len(c.Printers) != 1 || !c.Until.Equal(tuesday.Add(time.Hour)) {
		t.Errorf("the lesson: %+v", c)
	}
	if len(c.Pupils) != 2 || c.Nothing != 0 {
		t.Fatalf("the pupils: %+v", c.Pupils)
	}
	bell, okafor := c.Pupils[0], c.Pupils[1]
	if bell.Name != "Sam Bell" || !slices.Equal(bell.Jobs, ids(sams.ID, also.ID)) || bell.Pages != 3 || bell.Lacking != 1 || bell.Kiosk != 0 {
		t.Errorf("Sam: %+v", bell)
	}
	if !slices.Equal(okafor.Jobs, ids(mias.ID)) || okafor.Pages != 6 || okafor.Kiosk != 1 {
		t.Errorf("Mia: %+v", okafor)
	}

	done, err := f.PrintForClass(t.Context(), f.Teacher, class, room, ids(sams.ID, also.ID, mias.ID, a3job.ID, locked.ID))
	if err != nil || len(done) != 2 || done[0] != (release.PupilPrinted{Name: "Sam Bell", Given: "Sam", Pages: 3}) || done[1].Refused != "Too few pages left." {
		t.Fatalf("%+v, %v", done, err)
	}
	f.state(sams.ID, release.Done)
	f.state(also.ID, release.Done)
	if f.balance(f.Sam) != 97 || f.balance(f.Mia) != 5 || f.job(a3job.ID).State != release.Held || f.job(locked.ID).State != release.Held {
		t.Errorf("Sam has %d, Mia %d", f.balance(f.Sam), f.balance(f.Mia))
	}
	if at := dbtest.Value[bool](t, f.db, "SELECT bool_and(printer_id = $1 AND station_id IS NULL) FROM delivery", room); !at {
		t.Error("something came out elsewhere")
	}
	by := dbtest.Value[bool](t, f.db, "SELECT bool_and(actor = $1 AND subject = $2) FROM audit WHERE act = 'job-released'", f.Teacher.Pseudonym, f.Sam.Pseudonym)
	if !by {
		t.Error("the record does not say that the teacher did it for Sam")
	}
	_, err = f.PrintForClass(t.Context(), f.Teacher, class, room, ids(sams.ID, also.ID)) // pressed twice
	wantFault(t, err, "class-print-chosen")
	shown, late := f.submit(f.Sam, 1, oneSidedTicket), f.submit(f.Sam, 5, oneSidedTicket) // the second after the teacher looked
	done, err = f.PrintForClass(t.Context(), f.Teacher, class, room, ids(shown.ID))
	if err != nil || len(done) != 1 || done[0].Pages != 1 || f.job(late.ID).State != release.Held {
		t.Errorf("one of two: %+v, %v", done, err)
	}
	f.sound()
}

// Nobody prints for a class but who teaches it at this moment, nowhere but in its room, and nobody
// learns why a pupil may not.
func TestWhoPrintsForAClass(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	class, room := f.lesson()
	job := f.submit(f.Sam, 1, oneSidedTicket)

	// Without a timetable the class's own teacher does, at any printer of a classroom.
	c, err := f.ClassPrints(t.Context(), f.Teacher, class, 0)
	if err != nil || c.Room != "" || len(c.Printers) != 1 || c.At.ID != room || !c.Until.IsZero() {
		t.Errorf("without a timetable: %+v, %v", c, err)
	}
	f.rings(class, "Room 12")
	for name, a := range map[string]school.Actor{"a pupil": f.Sam, "IT": f.IT} {
		_, err := f.PrintForClass(t.Context(), a, class, room, ids(job.ID))
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	cover := f.Chief
	cover.Roles = []school.Role{school.Cover}
	_, err = f.ClassPrints(t.Context(), cover, class, 0)
	wantFault(t, err, "class-unknown")
	dbtest.Exec(t, f.db, "INSERT INTO cover (school_id, day, period, absent_id, cover_id, arranged_at) VALUES ($1, $2, 'P1', $3, $4, $5)", f.School, tuesday, f.Teacher.Person, cover.Person, tuesday)
	if c, err := f.ClassPrints(t.Context(), cover, class, 0); err != nil || c.At.ID != room {
		t.Errorf("who covers: %+v, %v", c, err)
	}
	_, err = f.ClassPrints(t.Context(), f.Teacher, class, 0) // who is away
	wantFault(t, err, "lesson-none")
	dbtest.Exec(t, f.db, "DELETE FROM cover")

	_, err = f.PrintForClass(t.Context(), f.Teacher, class, f.copier, ids(job.ID))
	wantFault(t, err, "class-print-printer")
	_, err = f.PrintForClass(t.Context(), f.Teacher, class, 0, ids(job.ID))
	wantFault(t, err, "class-print-printer")
	chiefs := f.submit(f.Chief, 1, oneSidedTicket) // no pupil of the class
	_, err = f.PrintForClass(t.Context(), f.Teacher, class, room, ids(chiefs.ID))
	wantFault(t, err, "class-print-chosen")

	dbtest.Exec(t, f.db, "INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, imposed_by, evidence, objection) VALUES ($1, $2, $3, $4, 'the reason', gen_random_uuid(), jsonb_build_object('said', 'reason'), 'Ask your tutor for a review.')",
		f.School, f.Sam.Person, tuesday, tuesday.Add(time.Hour))
	done, err := f.PrintForClass(t.Context(), f.Teacher, class, room, ids(job.ID))
	if err != nil || len(done) != 1 || done[0].Refused != "They have to print this at a kiosk themselves." {
		t.Errorf("of somebody suspended: %+v, %v", done, err)
	}
	dbtest.Exec(t, f.db, "DELETE FROM suspension")

	f.is(f.papers["Room 12 laser"], "Room 12 laser", "stopped", "media-jam-error")
	_, err = f.PrintForClass(t.Context(), f.Teacher, class, room, ids(job.ID))
	wantFault(t, err, "printer-stopped")
	f.clock.Advance(time.Hour) // the bell
	_, err = f.PrintForClass(t.Context(), f.Teacher, class, room, ids(job.ID))
	wantFault(t, err, "lesson-none")
	if f.balance(f.Sam) != 100 || f.job(job.ID).State != release.Held {
		t.Error("a refusal left something behind")
	}
	if dbtest.Value[int](t, f.db, "SELECT count(*) FROM delivery") != 0 {
		t.Error("something was released")
	}
}
