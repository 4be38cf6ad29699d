package rule_test

import (
	"strconv"
	"time"

	"inkwell/quota/conduct/rule"
	"inkwell/quota/conduct/yeartest"
)

// eyes see of a year's story what a server records for its rules.
type eyes struct {
	year    *yeartest.Year
	rows    int64
	anybody map[int]yeartest.Event // jobs that anybody could have sent, until their owner releases them
	trouble map[int][]bad          // by station
	luck    map[int][]bad          // by pupil, since the last fact of it
}

// bad is a release that stopped, or was said not to have come out.
type bad struct {
	at      time.Time
	pupil   int
	station int
}

func newEyes(y *yeartest.Year) *eyes {
	return &eyes{year: y, anybody: map[int]yeartest.Event{}, trouble: map[int][]bad{}, luck: map[int][]bad{}}
}

// see is an event as rules are told of it, or false if they are not.
func (s *eyes) see(e yeartest.Event) (rule.Event, bool) {
	s.rows++
	r := rule.Event{ID: s.rows, Person: rule.Person(e.Pupil), At: e.At, Pages: e.Pages, Colour: e.Colour, Document: e.Document}
	switch e.Kind {
	case yeartest.Submitted:
		r.What = rule.Submitted
		if e.Unproven {
			s.anybody[e.Job] = e
			return r, false
		}
	case yeartest.Released:
		r.What = rule.Released
	case yeartest.Expired:
		r.What = rule.Left
		if _, unproven := s.anybody[e.Job]; unproven {
			delete(s.anybody, e.Job)
			return r, false
		}
	case yeartest.TooFew:
		r.What = rule.TooFew
	case yeartest.Claimed:
		r.What = rule.RefundAsked
	case yeartest.WrongCode:
		r.What = rule.WrongCode
	case yeartest.Tapped:
		r.What = rule.CodeUsed
		if !e.Code {
			return r, false
		}
	case yeartest.Stopped, yeartest.Denied:
		r.What = rule.Unlucky
		if !s.unlucky(bad{e.At, e.Pupil, e.Station}) {
			return r, false
		}
	default:
		return r, false
	}
	if e.Station > 0 {
		r.Station, r.Building = int32(e.Station), strconv.Itoa(s.year.Building[e.Station])
	}
	return r, e.Pupil > 0 && !e.Exam
}

// unlucky says whether it is the third of a term that befell this pupil alone, as the desk
// counts: what stopped for others at the same printer within 12 hours counts for nobody.
func (s *eyes) unlucky(b bad) bool {
	s.trouble[b.station] = append(s.trouble[b.station], b)
	s.luck[b.pupil] = append(s.luck[b.pupil], b)
	alone := 0
	for _, own := range s.luck[b.pupil] {
		if b.at.Sub(own.at) > 90*24*time.Hour {
			continue
		}
		shared := false
		for _, o := range s.trouble[own.station] {
			apart := o.at.Sub(own.at).Abs()
			shared = shared || o.pupil != b.pupil && apart <= 12*time.Hour
		}
		if !shared {
			alone++
		}
	}
	if alone < 3 {
		return false
	}
	delete(s.luck, b.pupil)
	return true
}
