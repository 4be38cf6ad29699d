package kiosk

import (
	"strings"
	"time"

	"inkwell/internal/words"
	"inkwell/release"
)

// isLocked says whether a job waits for its own code, which this visit has not
// given yet.
func (s *Screen) isLocked(j release.VisitJob) bool { return j.Locked && !s.visitor.Opened[j.ID] }

// locked is the first job of those to be released that waits for its code.
func (s *Screen) locked() *release.VisitJob {
	for _, id := range s.pending {
		if j := s.job(id); j != nil && s.printable(*j) && s.isLocked(*j) {
			return j
		}
	}
	return nil
}

func (in Unlock) apply(s *Screen, _ time.Time) []Effect {
	j := s.locked()
	if j == nil || j.ID != in.Job || s.busy {
		return nil
	}
	code := strings.TrimSpace(in.Code)
	if code == "" || len(code) > release.PasswordMax {
		s.note = s.Say(words.Brief["job-password-wrong"])
		return nil
	}
	s.note, s.busy = "", true
	return []Effect{UnlockJob{Turn: s.turn, Visitor: *s.visitor, Job: j.ID, Code: code}}
}

// apply goes on with the release that the code was wanted for.
func (r Unlocked) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn != s.turn {
		return nil
	}
	s.busy = false
	if r.Err != nil {
		s.note = s.refusal(r.Err)
		return s.look()
	}
	s.visitor = &r.Visitor
	return s.release(s.pending)
}

// giveUp leaves the job whose code is not known out of the choice, and releases
// nothing.
func (s *Screen) giveUp() {
	if s.off == nil {
		s.off = map[release.JobID]bool{}
	}
	s.off[s.locked().ID] = true
	s.pending, s.note = nil, ""
}
