package kiosk

import (
	"slices"
	"time"

	"inkwell/release"
)

// The acts on jobs that are the same one.
type (
	// KeepOne keeps the newest of them and strikes the others out.
	KeepOne struct{ Jobs []release.JobID }
	// KeepAll says that they are all wanted.
	KeepAll struct{ Jobs []release.JobID }
)

// SameView offers to keep one of several jobs that are the same.
type SameView struct {
	Jobs []release.JobID `json:"jobs"`
	Say  string          `json:"say"` // "Rivers is here 3 times."
	Ask  string          `json:"ask"`
	Yes  string          `json:"yes"`
}

// same are the first jobs that wait and are the same one, oldest first; nil where there are none,
// or where all were said to be wanted.
func (s *Screen) same() []release.VisitJob {
	waiting := s.jobsWhere(func(j release.VisitJob) bool {
		return s.waits(j) && j.Content != "" && !j.Locked && j.Claim == "" && !s.kept[j.ID]
	})
	for _, j := range waiting {
		alike := slices.DeleteFunc(slices.Clone(waiting), func(o release.VisitJob) bool { return !isSame(j, o) })
		if len(alike) > 1 {
			return alike
		}
	}
	return nil
}

// isSame says whether it is the same to keep one job or the other: they look the same on paper, the
// same one pays, and neither has a yes that the other waits for.
func isSame(a, b release.VisitJob) bool {
	return a.Content == b.Content && a.Payer.Code == b.Payer.Code && a.Lacks == b.Lacks && a.Yes == b.Yes
}

// sameAs are those, if they are what the screen showed.
func (s *Screen) sameAs(shown []release.JobID) []release.JobID {
	ids := idsOf(s.same())
	if s.Face() != FaceJobs || s.busy || len(ids) == 0 || !slices.Equal(ids, shown) {
		return nil
	}
	return ids
}

func (in KeepOne) apply(s *Screen, now time.Time) []Effect {
	if ids := s.sameAs(in.Jobs); ids != nil {
		for _, id := range ids[:len(ids)-1] {
			s.strikeOut(id, now)
		}
	}
	return nil
}

func (in KeepAll) apply(s *Screen, _ time.Time) []Effect {
	for _, id := range s.sameAs(in.Jobs) {
		if s.kept == nil {
			s.kept = map[release.JobID]bool{}
		}
		s.kept[id] = true
	}
	return nil
}

func (s *Screen) viewSame(v *View) {
	all := s.same()
	if len(all) == 0 || s.runner() {
		return
	}
	last := all[len(all)-1]
	v.Same = &SameView{Jobs: idsOf(all), Say: s.Say("{title} is here {n} times.", "title", s.titleOf(last.Title), "n", len(all)),
		Ask: s.Say("Print one, and delete the others?"), Yes: s.Say("Keep one")}
}

func idsOf(jobs []release.VisitJob) (ids []release.JobID) {
	for _, j := range jobs {
		ids = append(ids, j.ID)
	}
	return ids
}
