package kiosk

import (
	"maps"
	"slices"
	"time"

	"inkwell/release"
)

// FaceChange shows the pages of one job, and what can be changed of it.
const FaceChange = "change"

// leavesShown is how many pages are shown at once.
const leavesShown = 24

// changing is a job whose pages the visitor looks at and changes.
type changing struct {
	job   release.JobID
	want  release.Edit // as it was tapped
	asked *release.Edit
	print *Release // pressed while a change was under way: done once that is
	first int      // page, from 0, of those that are shown
}

// The acts about a job's pages. All but the first are about the job that is shown.
type (
	// OpenChange shows the pages of a job.
	OpenChange struct{ Job release.JobID }
	// KeepPage has a page, from 1, printed or left out.
	KeepPage struct {
		Page int
		On   bool
	}
	// PutUp puts so many pages on a side: 1, 2 or 4.
	PutUp struct{ Pages int }
	// SetGrey has it printed in black and white, or as it came.
	SetGrey struct{ On bool }
	// SetBoth has it printed on both sides of the paper, or on one.
	SetBoth struct{ On bool }
	// SetCopies has it printed so many times, 1 to 99.
	SetCopies struct{ Copies int }
	// AsItCame takes all changes back.
	AsItCame struct{}
	// Turn shows other pages: those from this one on, from 1.
	Turn struct{ Page int }
)

func (in OpenChange) apply(s *Screen, _ time.Time) []Effect {
	if j := s.job(in.Job); j != nil && s.changeable(*j) && !s.busy {
		s.note, s.pending, s.changing = "", nil, &changing{job: j.ID, want: j.Changes.Edit}
	}
	return nil
}

// changeable says whether a job's pages can be looked at: not before its own code was given, and
// not of one that may be somebody else's.
func (s *Screen) changeable(j release.VisitJob) bool {
	return s.waits(j) && j.Changes != nil && !s.isLocked(j) && j.Claim == "" && !s.runner() && s.visit.Barred == nil
}

// leaf is the job whose pages are shown, or nil.
func (s *Screen) leaf() *release.VisitJob {
	if s.changing == nil {
		return nil
	}
	if j := s.job(s.changing.job); j != nil && s.changeable(*j) {
		return j
	}
	return nil
}

// leafing is whose pages of which job are shown; 0 is none.
func (s *Screen) leafing() (release.Visitor, release.JobID) {
	if s.Face() != FaceChange {
		return release.Visitor{}, 0
	}
	return *s.visitor, s.changing.job
}

// firsts are whose jobs have their first page shown beside their line, and which.
func (s *Screen) firsts() (v release.Visitor, ids []release.JobID) {
	if s.Face() != FaceJobs {
		return v, nil
	}
	return *s.visitor, idsOf(s.jobsWhere(s.changeable))
}

// alter takes a tap, and asks for the change unless one is under way: then it follows.
func (s *Screen) alter(tap func(c *changing, j release.VisitJob)) []Effect {
	j := s.leaf()
	if j == nil || s.busy {
		return nil
	}
	s.note = ""
	tap(s.changing, *j)
	return s.askChange()
}

func (s *Screen) askChange() []Effect {
	c, j := s.changing, s.leaf()
	if j == nil || c.asked != nil || c.want.Same(j.Changes.Edit) {
		return nil
	}
	asked := c.want
	c.asked = &asked
	s.busy = c.print != nil
	return []Effect{EditJob{Turn: s.turn, Visitor: *s.visitor, Job: j.ID, Edition: j.Edition, Edit: asked}}
}

// altered ends a change that was asked for; one that was refused is not on the screen any more
// once the job is seen again.
func (s *Screen) altered(of EditJob, err error) {
	if err == nil && s.visitor.Sure[of.Job] { // the yes was to what it was
		v := *s.visitor
		v.Sure = maps.Clone(v.Sure)
		delete(v.Sure, of.Job)
		s.visitor = &v
	}
	if c := s.changing; c != nil && c.job == of.Job && err != nil {
		c.want, c.asked, c.print = of.Edit, &of.Edit, nil
	}
}

// settleChange goes on from a job as it is seen now: with what was tapped meanwhile, or with what
// became of it.
func (s *Screen) settleChange() []Effect {
	c, j := s.changing, s.leaf()
	switch {
	case c == nil:
		return nil
	case j == nil: // printed, deleted or out of time
		s.changing = nil
		return nil
	}
	if c.asked != nil && !c.want.Same(*c.asked) {
		c.asked = nil
		if effects := s.askChange(); effects != nil {
			return effects
		}
	}
	press := c.print
	c.asked, c.print, c.want = nil, nil, j.Changes.Edit
	if press == nil {
		return nil
	}
	return press.release(s)
}

// printAfter keeps a press of "Print" that came while a change is under way, with the price that was
// shown: it is done once the change is, for no more than that.
func (s *Screen) printAfter(in Release) {
	c, j := s.changing, s.leaf()
	if j == nil || s.busy || s.visit.Barred != nil || !slices.Equal(in.Jobs, []release.JobID{c.job}) {
		return
	}
	if in.Units == nil {
		shown := j.Due
		in.Units = &shown
	}
	c.print, s.busy, s.note = &in, true, ""
}

func (in KeepPage) apply(s *Screen, _ time.Time) []Effect {
	return s.alter(func(c *changing, j release.VisitJob) {
		if in.Page < 1 || in.Page > j.Changes.Of {
			return
		}
		now, ok := c.want.Keeping(in.Page, in.On, j.Changes.Of)
		if !ok {
			s.note = s.Say("Keep at least one page. To print none of it, delete it.")
			return
		}
		c.want = now
	})
}

func (in PutUp) apply(s *Screen, _ time.Time) []Effect {
	return s.alter(func(c *changing, _ release.VisitJob) {
		switch in.Pages {
		case 1:
			c.want.NumberUp = 0
		case 2, 4:
			c.want.NumberUp = in.Pages
		}
	})
}

func (in SetGrey) apply(s *Screen, _ time.Time) []Effect {
	return s.alter(func(c *changing, j release.VisitJob) { c.want.Grey = in.On && j.Changes.Colour })
}

func (in SetBoth) apply(s *Screen, _ time.Time) []Effect {
	return s.alter(func(c *changing, j release.VisitJob) {
		if !j.Changes.Duplex {
			return
		}
		c.want.Sides = "one-sided"
		if in.On {
			c.want.Sides = "two-sided-long-edge"
		}
	})
}

func (in SetCopies) apply(s *Screen, _ time.Time) []Effect {
	return s.alter(func(c *changing, _ release.VisitJob) {
		if in.Copies >= 1 && in.Copies <= 99 {
			c.want.Copies = in.Copies
		}
	})
}

func (AsItCame) apply(s *Screen, _ time.Time) []Effect {
	return s.alter(func(c *changing, _ release.VisitJob) { c.want = release.Edit{} })
}

func (in Turn) apply(s *Screen, _ time.Time) []Effect {
	if j := s.leaf(); j != nil && in.Page >= 1 && in.Page <= j.Changes.Of {
		s.changing.first = (in.Page - 1) / leavesShown * leavesShown
	}
	return nil
}
