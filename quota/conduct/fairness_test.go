package conduct_test

import (
	"fmt"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

func TestMoreThanFiveAutomaticWithdrawalsAreAFaultOfTheRules(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	for i := range 6 {
		id := dbtest.Value[int64](t, s.db, "INSERT INTO person (school_id, username, given_name, family_name, year_group) VALUES ($1, $2, 'A', 'B', 7) RETURNING person_id", s.School, fmt.Sprintf("p%d", i))
		dbtest.Exec(t, s.db, "INSERT INTO person_role (person_id, school_id, role) VALUES ($1, $2, 'pupil')", id, s.School)
		s.withdrawnByRule(school.Actor{School: s.School, Person: id2(id), Roles: []school.Role{school.Pupil}})
		f, err := s.FairnessOf(t.Context(), head)
		s.given(fmt.Sprintf("%d automatic withdrawals in a term", i+1), err)
		if f.TooMany != (i == 5) || f.TooMany != (len(f.Rules) > 0) {
			t.Errorf("after %d: %+v", i+1, f)
		}
	}
	f, err := s.FairnessOf(t.Context(), head)
	s.then("the report says so, by the rule's name", err)
	if f.Automatic != 6 || f.Rules[0].Rule != "Many jobs at once" || f.Term != "Autumn" {
		t.Errorf("%+v", f)
	}
	// Year 7 has Mia and six: six flagged are shown; Year 11 is Sam alone, and hidden.
	for _, g := range f.Groups {
		if g.Year == 7 && (g.Flagged.People != 6 && !g.Flagged.Hidden) || g.Year == 11 && !g.Flagged.Hidden {
			t.Errorf("%+v", g)
		}
	}
	_, err = s.FairnessOf(t.Context(), s.Teacher)
	s.then("a teacher does not read it", refused(err, "not-allowed"))
}

func id2(id int64) school.PersonID { return school.PersonID(id) }

func TestNothingOfSafeguardingIsCounted(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	for i := range 12 {
		id := dbtest.Value[int64](t, s.db, "INSERT INTO person (school_id, username, given_name, family_name, year_group) VALUES ($1, $2, 'A', 'B', 9) RETURNING person_id", s.School, fmt.Sprintf("p%d", i))
		dbtest.Exec(t, s.db, "INSERT INTO person_role (person_id, school_id, role) VALUES ($1, $2, 'pupil')", id, s.School)
		s.flag(school.Actor{Person: id2(id)}, nil, &s.IT, "safeguarding", "safeguarding")
	}
	f, err := s.FairnessOf(t.Context(), head)
	s.then("the head reads the report", err)
	for _, g := range f.Groups {
		if g.Year == 9 && (g.Flagged.People != 0 || g.Flagged.Hidden) {
			t.Errorf("twelve matters of safeguarding are counted: %+v", g)
		}
	}
}
