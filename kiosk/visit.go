package kiosk

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

func (r Looked) apply(s *Screen, now time.Time) []Effect {
	if r.Turn != s.turn {
		return nil
	}
	newest, effects := s.looked()
	if r.Err != nil {
		return append(effects, s.cannotLook(r.Err, now)...)
	}
	was := s.Face()
	first := s.visit == nil
	s.visit, s.station.Printer = &r.Visit, r.Visit.Beside
	s.blind = ""
	if newest && !s.sent {
		s.busy = false
	}
	if first {
		s.takeTime(now)
		s.speakTo()
		s.startWithRunning()
		effects = append(effects, s.startWithClass(now)...)
	}
	s.watchRun()
	if was != FaceDone && s.Face() == FaceDone {
		s.until = later(s.until, now.Add(doneFor))
	}
	if newest {
		effects = append(effects, s.settleChange()...)
	}
	return append(effects, s.arrived()...)
}

// takeTime gives those who need it three times as long, before anything is read.
func (s *Screen) takeTime(now time.Time) {
	if s.visit.MoreTime {
		s.idleFor = 3 * s.usual
		s.until = later(s.until, now.Add(s.idleFor))
	}
}

// cannotLook keeps what is on the screen and tries again; a visit that never
// began, or that is over because the badge is no longer good, becomes a message.
func (s *Screen) cannotLook(err error, now time.Time) []Effect {
	if s.visit != nil && (fault.KindOf(err) != fault.Unauthenticated || s.renewing && s.busy) {
		s.blind, s.retry = s.refusal(err), now.Add(retryAfter)
		return nil
	}
	effects := s.leave(FaceMessage)
	s.note, s.until, s.echoEnd = s.refusal(err), now.Add(messageFor), time.Time{}
	return effects
}

func (in Select) apply(s *Screen, _ time.Time) []Effect {
	j := s.job(in.Job)
	if j == nil || j.State != release.Held {
		return nil
	}
	s.note = ""
	if in.On {
		delete(s.off, in.Job)
		return nil
	}
	if s.off == nil {
		s.off = map[release.JobID]bool{}
	}
	s.off[in.Job] = true
	return nil
}

func (in Delete) apply(s *Screen, now time.Time) []Effect {
	s.strikeOut(in.Job, now)
	return nil
}

func (in NotMine) apply(s *Screen, now time.Time) []Effect {
	if j := s.job(in.Job); j != nil && j.Claim != "" && s.strikeOut(in.Job, now) {
		s.notMine[in.Job] = true
	}
	return nil
}

// strikeOut begins the time in which a held job can be had back. It says whether it
// did.
func (s *Screen) strikeOut(id release.JobID, now time.Time) bool {
	j := s.job(id)
	_, already := s.struck[id]
	if j == nil || j.State != release.Held || already || s.busy {
		return false
	}
	if s.struck == nil {
		s.struck, s.notMine = map[release.JobID]time.Time{}, map[release.JobID]bool{}
	}
	s.struck[id] = now.Add(undoFor)
	return true
}

// strike is the call that ends a job that was struck out.
func (s *Screen) strike(id release.JobID) Effect {
	if s.notMine[id] {
		return DisownJob{Turn: s.turn, Visitor: *s.visitor, Job: id}
	}
	return DeleteJob{Turn: s.turn, Visitor: *s.visitor, Job: id}
}

func (in Undo) apply(s *Screen, _ time.Time) []Effect {
	delete(s.struck, in.Job)
	delete(s.notMine, in.Job)
	return nil
}

func (Why) apply(s *Screen, _ time.Time) []Effect {
	s.why = s.visit != nil && s.visit.Barred != nil
	if s.why || s.Face() != FaceJobs {
		return nil
	}
	return s.readNotice()
}

func (r Acted) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn != s.turn {
		return nil
	}
	if of, ok := r.Of.(ReleaseJobs); ok {
		s.sent = false
		if r.Err == nil {
			s.released(of.Jobs)
		}
		if s.trip != nil {
			at := s.trip.back
			who := *s.visitor
			who.At, s.visitor, s.trip = at, &who, nil
		}
	}
	if _, ok := r.Of.(AnswerJob); ok && r.Err == nil {
		s.counting = nil // what was counted is said: should the job be lost once more, it is asked anew
	}
	if of, ok := r.Of.(EditJob); ok {
		s.altered(of, r.Err)
	}
	if r.Err != nil {
		s.busy = false
		s.note = s.refusal(r.Err)
	}
	if fault.KindOf(r.Err) == fault.Suspended {
		s.note = "" // the list itself says so, neutrally
	}
	return s.look()
}

// job is a job of the visit as last seen, or nil.
func (s *Screen) job(id release.JobID) *release.VisitJob {
	if s.visit == nil {
		return nil
	}
	for i := range s.visit.Jobs {
		if s.visit.Jobs[i].ID == id {
			return &s.visit.Jobs[i]
		}
	}
	return nil
}

// printable says whether the job can be chosen now.
func (s *Screen) printable(j release.VisitJob) bool { return s.waits(j) && j.Lacks == "" }

// waits says whether a job is held, and not struck out.
func (s *Screen) waits(j release.VisitJob) bool {
	_, gone := s.struck[j.ID]
	return j.State == release.Held && !gone
}

// chosen is what "Print" would print, oldest first.
func (s *Screen) chosen() []release.VisitJob {
	return s.jobsWhere(func(j release.VisitJob) bool { return s.printable(j) && !s.off[j.ID] })
}

func (s *Screen) jobsWhere(ok func(release.VisitJob) bool) []release.VisitJob {
	if s.visit == nil {
		return nil
	}
	var jobs []release.VisitJob
	for _, j := range s.visit.Jobs {
		if ok(j) {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

func sortedIDs[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
