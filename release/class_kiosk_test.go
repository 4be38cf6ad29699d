package release_test

import (
	"slices"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
)

// At a kiosk a class collects at the printer beside it, wherever that stands: whoever teaches it
// at this moment has opened the list, and the record says who.
func TestAClassCollectsAtAKiosk(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	class, _ := f.lesson()
	adult := release.Visitor{Actor: f.Teacher, Station: f.station}
	sams := f.submit(f.Sam, 2, oneSidedTicket)

	visit, err := f.Visit(t.Context(), adult)
	if err != nil || len(visit.Classes) != 1 || visit.Classes[0].Class != class {
		t.Fatalf("the adult's own visit: %+v, %v", visit.Classes, err)
	}
	if visit, err := f.Visit(t.Context(), release.Visitor{Actor: f.Sam, Station: f.station}); err != nil || visit.Classes != nil {
		t.Errorf("a pupil's visit: %+v, %v", visit.Classes, err)
	}
	c, err := f.ClassAt(t.Context(), adult, class)
	if err != nil || c.At.ID != f.station.Printer.ID || len(c.Pupils) != 1 || c.Pupils[0].Given != "Sam" || !slices.Equal(c.Pupils[0].Jobs, ids(sams.ID)) {
		t.Fatalf("the list: %+v, %v", c, err)
	}
	_, err = f.ClassAt(t.Context(), release.Visitor{Actor: f.Sam, Station: f.station}, class)
	wantFault(t, err, "not-allowed")
	done, err := f.PrintForPupils(t.Context(), adult, class, ids(sams.ID))
	if err != nil || len(done) != 1 || done[0].Pages != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	f.state(sams.ID, release.Done)
	by := dbtest.Value[bool](t, f.db, "SELECT bool_and(actor = $1 AND subject = $2) FROM audit WHERE act = 'job-released'", f.Teacher.Pseudonym, f.Sam.Pseudonym)
	if !by || f.balance(f.Sam) != 98 {
		t.Errorf("recorded for the adult: %v; Sam has %d left", by, f.balance(f.Sam))
	}
	_, err = f.PrintForPupils(t.Context(), adult, class, ids(sams.ID)) // pressed twice
	wantFault(t, err, "class-print-chosen")

	found := adult
	found.Actor.Proof, found.Actor.Badges = school.ByBadge, dbtest.Value[int](t, f.db, "SELECT badge_version FROM person WHERE person_id = $1", f.Teacher.Person)
	if _, err = f.ClassAt(t.Context(), found, class); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, f.db, "UPDATE person SET badge_version = badge_version + 1 WHERE person_id = $1", f.Teacher.Person) // as a lost badge does
	_, err = f.ClassAt(t.Context(), found, class)                                                                      // a pupil has the badge, and the list is open
	wantFault(t, err, "visit-over")

	f.rings(class, "Room 12")
	dbtest.Exec(t, f.db, "UPDATE bell SET rings = '12:00', until = '13:00'")
	if visit, err = f.Visit(t.Context(), adult); err != nil || len(visit.Classes) != 0 {
		t.Errorf("out of the lesson: %+v, %v", visit.Classes, err)
	}
	_, err = f.ClassAt(t.Context(), adult, class)
	wantFault(t, err, "lesson-none")
	f.sound()
}
