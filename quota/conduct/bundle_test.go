package conduct_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// shared has the rule about one document by many see three people, and go to somebody.
func (s *ruled) shared(category string) error {
	return s.policy(func(set *rule.Set) {
		for i := range set.Rules {
			if r := &set.Rules[i]; r.Kind == rule.SameDocument {
				r.With, r.Category = map[string]int{"people": 3, "hours": 120, "kiosks": 1}, category
			}
		}
	})
}

// print has some people print a document, one after the other, and the server look.
func (s *ruled) printSame(document int, who ...school.Actor) (err error) {
	for _, p := range who {
		err = errors.Join(err, s.releases(p, print{document: document, station: "library"}))
		s.clock.Advance(time.Minute)
	}
	s.clock.Advance(2 * time.Minute)
	return errors.Join(err, s.looks(s.one))
}

func TestOneDocumentByManyIsOneMatter(t *testing.T) {
	s := newRuled(t)
	lead, _, _ := s.keepers()
	s.given("three people are many", s.shared("safeguarding"))
	year := s.classmates(7, 9)
	s.when("three pupils and their teacher print the same", s.printSame(7, year[0], s.Teacher, year[1], year[2]))
	s.then("the lead has one matter", s.sees(lead, 1))
	all, err := s.Matters(t.Context(), lead)
	if err != nil || len(all[0].Others) != 2 || all[0].Others[0] != "A B, Year 9" {
		t.Fatalf("%+v, %v", all, err)
	}
	s.then("each pupil has a flag", errors.Join(s.flags(year[0], rule.SameDocument, 1), s.flags(year[1], rule.SameDocument, 1), s.flags(year[2], rule.SameDocument, 1)))
	s.then("whose evidence is their own", s.own())
	s.then("their teacher has none", s.flags(s.Teacher, "", 0))
	s.at("Wed 18 Nov 10:00")
	s.when("another prints it the next day", s.printSame(7, year[3]))
	s.then("it is still one matter", s.sees(lead, 1))
	if all, err = s.Matters(t.Context(), lead); err != nil || len(all[0].Others) != 3 {
		t.Errorf("%+v, %v", all, err)
	}
	s.when("the lead finds it no concern", s.HandOver(t.Context(), lead, all[0].ID, ""))
	s.when("and one more prints it", s.printSame(7, year[4]))
	s.then("nothing waits", s.sees(lead, 0))
	s.when("three print something else", s.printSame(8, year[3], year[4], year[5]))
	s.then("that is a matter", s.sees(lead, 1))
	if all, err = s.Matters(t.Context(), lead); err != nil {
		t.Fatal(err)
	}
	s.when("the lead hands it over", s.HandOver(t.Context(), lead, all[0].ID, "Record of concerns"))
	s.when("and another prints that, too", s.printSame(8, year[6]))
	s.then("it is a matter again, of those who came later", s.sees(lead, 1))
	if all, err = s.Matters(t.Context(), lead); err != nil || len(all[0].Others) != 0 || all[0].Person != year[6].Person {
		t.Errorf("%+v, %v", all, err)
	}
}

// own wants nobody's evidence to name what somebody else did.
func (s *ruled) own() error {
	n := dbtest.Value[int](s.t, s.db, `
		SELECT count(*) FROM flag f, jsonb_array_elements_text(f.evidence -> 'seen') e LEFT JOIN delivery d ON 'delivery:' || d.delivery_id = e
		 WHERE d.person_id IS DISTINCT FROM f.person_id`)
	if n != 0 {
		return fmt.Errorf("%d rows of evidence are somebody else's", n)
	}
	return nil
}

func TestWhatManyHaveInCommonIsDecidedOnce(t *testing.T) {
	s := newRuled(t)
	head := s.headed()
	s.given("one document by many goes to a person", s.shared("access"))
	year := s.classmates(6, 9)
	s.when("three pupils print the same", s.printSame(7, year[:3]...))
	s.then("one case of three flags waits for the head", s.waiting(head, 3, 1))
	all, _, err := s.Undecided(t.Context(), head)
	if err != nil || len(all) != 1 || all[0].Bundle == 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	s.when("she dismisses it once", s.DecideFlags(t.Context(), head, all[0].Flags[0].ID, conduct.Dismissed, "It is the house song."))
	s.then("nothing waits, of anybody", s.waiting(head, 0, 0))
	s.when("another prints it", s.printSame(7, year[3]))
	s.then("that pupil has a flag", s.flags(year[3], rule.SameDocument, 1))
	s.then("and it is dismissed already", s.waiting(head, 0, 0))
	s.when("three print something else", s.printSame(8, year[3:]...))
	s.then("one case waits", s.waiting(head, 2, 1)) // one of them was flagged lately, and is left alone
	if all, _, err = s.Undecided(t.Context(), head); err != nil {
		t.Fatal(err)
	}
	s.when("the head upholds that", s.DecideFlags(t.Context(), head, all[0].Flags[0].ID, conduct.Upheld, "They sold it."))
	s.when("one more prints it", s.printSame(8, year[0]))
	s.then("nobody is judged by what others did", s.waiting(head, 0, 0)) // flagged for the other lately
	s.at("Wed 25 Nov 10:00")
	s.when("and again a week later with two others", s.printSame(8, year[0], year[1], year[2]))
	s.then("a new case waits", s.waiting(head, 3, 1))
}
