package kiosk

import (
	"time"

	"inkwell/internal/school"
)

// newCodeFor is how long a new code stays on the screen at least.
const newCodeFor = time.Minute

// mayRenew says whether the visitor can have a new code here: whoever knows the one they
// have. A badge that was found on the floor is not enough.
func (s *Screen) mayRenew() bool { return s.visitor.Actor.Proof == school.ByCode }

func (NewCode) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() == FaceJobs && !s.busy && s.mayRenew() {
		s.renewing, s.note = true, ""
	}
	return nil
}

func (Renew) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() != FaceRenew || s.busy {
		return nil
	}
	s.note, s.busy = "", true
	return []Effect{RenewCode{Turn: s.turn, Visitor: *s.visitor}}
}

// apply shows the new code. What was under way as the visitor before it is dropped: the
// old code has signed nobody in any more.
func (r Renewed) apply(s *Screen, now time.Time) []Effect {
	if r.Turn != s.turn || s.visitor == nil {
		return nil
	}
	s.busy = false
	if r.Err != nil {
		s.note = s.refusal(r.Err)
		return nil
	}
	s.renewing, s.code, s.visitor = false, r.Code, &r.Visitor
	s.until = later(s.until, now.Add(newCodeFor))
	s.turn, s.looking, s.again = s.turn+1, false, false
	return s.look()
}
