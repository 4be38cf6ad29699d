package kiosk

import (
	"cmp"
	"slices"
	"time"

	"inkwell/release"
)

// listChanged is said where what somebody pressed for is not what is there any more.
const listChanged = "Your list has changed. Look at it again, then print."

func (ReleaseAll) apply(s *Screen, _ time.Time) []Effect {
	var ids []release.JobID
	for _, j := range s.jobsWhere(s.printable) {
		ids = append(ids, j.ID)
	}
	return s.release(ids)
}

func (in Release) apply(s *Screen, _ time.Time) []Effect {
	if s.changing != nil && s.changing.asked != nil {
		s.printAfter(in)
		return nil
	}
	return in.release(s)
}

// release asks for exactly these jobs, for no more than was shown. One that was taken out of the
// choice before the press, and still stood on the button, stays where it is.
func (in Release) release(s *Screen) []Effect {
	ids := slices.Compact(slices.Sorted(slices.Values(in.Jobs)))
	if s.changing == nil {
		ids = slices.DeleteFunc(ids, func(id release.JobID) bool { return s.off[id] })
	}
	for _, id := range ids {
		if j := s.job(id); s.visit != nil && (j == nil || !s.printable(*j)) {
			s.note = s.Say(listChanged)
			return nil // all that was chosen, or none
		}
	}
	if in.Units != nil && !s.runner() && *in.Units < due(s.jobsWhere(func(j release.VisitJob) bool { return slices.Contains(ids, j.ID) })) {
		s.note = s.Say("The price has changed. Look at it again, then print.")
		return nil
	}
	return s.release(ids)
}

// release asks for the jobs once: a second press while the first is under way is
// none.
func (s *Screen) release(ids []release.JobID) []Effect {
	if s.visit == nil || s.visit.Barred != nil || s.busy || len(ids) == 0 || s.changing != nil && s.changing.asked != nil {
		return nil
	}
	s.note = ""
	if s.pending = ids; s.locked() != nil || len(s.unsure()) > 0 {
		return nil
	}
	s.busy, s.sent, s.pending = true, true, nil
	who := *s.visitor
	who.At = s.visit.Printer.ID
	if who.Slip == nil { // a slip's owner was shown the price when they made it
		who.Shown, who.PaidBy, who.Editions = s.shown(ids), s.paying(ids), s.editions(ids)
	}
	return []Effect{ReleaseJobs{Turn: s.turn, Visitor: who, Jobs: ids}}
}

// shown are the prices on the screen: nothing is printed for more.
func (s *Screen) shown(ids []release.JobID) map[release.JobID]int64 {
	prices := map[release.JobID]int64{}
	for _, id := range ids {
		if j := s.job(id); j != nil {
			prices[id] = j.Due
		}
	}
	return prices
}

// editions are those on the screen: nothing is printed that was changed since.
func (s *Screen) editions(ids []release.JobID) map[release.JobID]int {
	all := map[release.JobID]int{}
	for _, id := range ids {
		if j := s.job(id); j != nil {
			all[id] = j.Edition
		}
	}
	return all
}

// paying are the payers on the screen: nobody else is charged.
func (s *Screen) paying(ids []release.JobID) map[release.JobID]string {
	codes := map[release.JobID]string{}
	for _, id := range ids {
		if j := s.job(id); j != nil && j.Payer.Code != "" {
			codes[id] = j.Payer.Code
		}
	}
	return codes
}

// released follows the jobs of a release that was granted. The screen stays busy
// until it has seen them on their way.
func (s *Screen) released(ids []release.JobID) {
	s.listed, s.changing = false, nil
	for _, id := range ids {
		s.follow(id)
	}
}

// startWithRunning follows what was released before this visit, when nothing
// else waits for the visitor.
func (s *Screen) startWithRunning() {
	waits := func(j release.VisitJob) bool { return !j.State.Ended() && j.State != release.Released }
	if len(s.jobsWhere(waits)) > 0 {
		return
	}
	for _, j := range s.jobsWhere(func(j release.VisitJob) bool { return j.State == release.Released }) {
		s.follow(j.ID)
	}
}

func (s *Screen) follow(id release.JobID) {
	if slices.Contains(s.run, id) {
		return
	}
	s.run = append(s.run, id)
	if s.seen == nil {
		s.seen = map[release.JobID]release.VisitJob{}
	}
	if j := s.job(id); j != nil {
		s.seen[id] = *j
	}
}

// watchRun keeps the last sight of each job of the run: one that has left the
// list since counts as it was last seen, and one whose title was blanked because
// it has ended keeps it for this visit.
func (s *Screen) watchRun() {
	for _, id := range s.run {
		if j := s.job(id); j != nil {
			now := *j
			now.Title = cmp.Or(j.Title, s.seen[id].Title)
			s.seen[id] = now
		}
	}
}

// running says whether any job of the run is still on its way and not waiting
// for an answer.
func (s *Screen) running() bool {
	return slices.ContainsFunc(s.run, func(id release.JobID) bool {
		j := s.job(id)
		return j != nil && j.State == release.Released && !unclear(*j)
	})
}

// question is the first job that was lost from sight and not put off. A runner is not
// asked: it is not theirs to say.
func (s *Screen) question() *release.VisitJob {
	if s.runner() {
		return nil
	}
	for _, j := range s.jobsWhere(unclear) {
		if !s.put[j.ID] {
			return &j
		}
	}
	return nil
}

func unclear(j release.VisitJob) bool {
	return j.State == release.Released && j.Delivery != nil && j.Delivery.State == release.Unclear
}

func (in Answer) apply(s *Screen, _ time.Time) []Effect {
	j := s.job(in.Job)
	if j == nil || !unclear(*j) || s.busy {
		return nil
	}
	s.busy, s.note = true, ""
	return []Effect{AnswerJob{Turn: s.turn, Visitor: *s.visitor, Job: in.Job, Came: in.Came}}
}

func (in Later) apply(s *Screen, _ time.Time) []Effect {
	if j := s.job(in.Job); j == nil || !unclear(*j) {
		return nil
	}
	if s.put == nil {
		s.put = map[release.JobID]bool{}
	}
	s.put[in.Job] = true
	s.run = slices.DeleteFunc(s.run, func(id release.JobID) bool { return id == in.Job })
	return nil
}

func (in Ask) apply(s *Screen, _ time.Time) []Effect {
	delete(s.put, in.Job)
	return nil
}
