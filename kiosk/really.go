package kiosk

import (
	"maps"
	"slices"
	"time"

	"inkwell/release"
)

// unsure are the jobs of those to be released that the school's rules want asked about, and
// that this visit has not said yes to.
func (s *Screen) unsure() []release.JobID {
	var ids []release.JobID
	for _, id := range s.pending {
		if j := s.job(id); j != nil && s.printable(*j) && j.Really != "" && !s.visitor.Sure[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// apply is a yes to exactly the jobs that were asked about, and goes on with the release.
func (in Sure) apply(s *Screen, _ time.Time) []Effect {
	asked := s.unsure()
	if s.busy || len(asked) == 0 || !slices.Equal(asked, in.Jobs) {
		return nil
	}
	v := *s.visitor
	v.Sure = maps.Clone(v.Sure)
	if v.Sure == nil {
		v.Sure = map[release.JobID]bool{}
	}
	for _, id := range asked {
		v.Sure[id] = true
	}
	s.visitor = &v
	return s.release(s.pending)
}

// viewReally asks once for all that is to be printed: how much it is, and whether really.
func (s *Screen) viewReally(v *View) {
	var jobs, sides, sheets int
	for _, id := range s.pending {
		if j := s.job(id); j != nil && s.printable(*j) {
			jobs, sides, sheets = jobs+1, sides+j.Pages, sheets+j.Sheets
			v.Text = s.titleOf(j.Title)
		}
	}
	if jobs > 1 {
		v.Text = s.jobs(jobs)
	}
	v.Title = s.Say("{pages}, {sheets}.", "pages", s.pages(sides), "sheets", s.sheets(sheets))
	v.Really = &Really{Jobs: s.unsure(), Yes: s.Say("Yes, print all")}
	if sides == 1 {
		v.Really.Yes = s.Say("Yes, print it")
	}
}

// apply asks for a teacher's yes to a job that waits for one.
func (in AskTeacher) apply(s *Screen, _ time.Time) []Effect {
	j := s.job(in.Job)
	if j == nil || !j.MayAsk || s.busy {
		return nil
	}
	s.busy, s.note = true, ""
	return []Effect{AskForJob{Turn: s.turn, Visitor: *s.visitor, Job: in.Job}}
}
