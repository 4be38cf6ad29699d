package kiosk

import (
	"time"

	"inkwell/release"
)

// FaceCount asks how many pages of a job came out that was lost from sight.
const FaceCount = "count"

// The acts on it.
type (
	// Part says that some of the job came out that the screen asks about.
	Part struct{ Job release.JobID }
	// CountTo says how many pages came out.
	CountTo struct{ Pages int }
	// Counted is sure of it.
	Counted struct {
		Job   release.JobID
		Pages int
	}
)

// counting is a job of which some pages came out.
type counting struct {
	job   release.JobID
	pages int
}

// leavesCounted is up to how many pages each is shown as a sheet to touch.
const leavesCounted = 10

func (s *Screen) questionFace() string {
	if s.counting != nil && s.counting.job == s.question().ID {
		return FaceCount
	}
	return FaceQuestion
}

// partly is from how many pages to how many a job can have come out in part: at least what its
// printer told of. least is more than most where it cannot.
func partly(j release.VisitJob) (least, most int) {
	if j.Uncounted {
		return 1, 0
	}
	return max(1, j.Delivery.Printed), j.Delivery.Of - 1
}

func (in Part) apply(s *Screen, _ time.Time) []Effect {
	j := s.question()
	if j == nil || j.ID != in.Job || s.busy {
		return nil
	}
	if least, most := partly(*j); least <= most {
		s.note, s.counting = "", &counting{job: j.ID, pages: least}
	}
	return nil
}

func (in CountTo) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() == FaceCount && !s.busy {
		least, most := partly(*s.question())
		s.counting.pages = min(max(least, in.Pages), most)
	}
	return nil
}

func (in Counted) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() != FaceCount || s.busy || in.Job != s.counting.job || in.Pages != s.counting.pages {
		return nil
	}
	s.busy, s.note = true, ""
	return []Effect{AnswerJob{Turn: s.turn, Visitor: *s.visitor, Job: in.Job, Pages: in.Pages}}
}

func (s *Screen) backFromCount() {
	if !s.busy {
		s.counting, s.note = nil, ""
	}
}

// CountView is how much of a job came out.
type CountView struct {
	ID     release.JobID `json:"id"`
	Title  string        `json:"title"`
	Pages  int           `json:"pages"`
	Words  string        `json:"words"` // "3 of 10 pages"
	Yes    string        `json:"yes"`
	Least  bool          `json:"least"` // fewer can't be
	Most   bool          `json:"most"`
	Leaves []CountLeaf   `json:"leaves,omitempty"` // its pages, where they are few
}

// CountLeaf is a page of it: a touch says that it was the last one.
type CountLeaf struct {
	ID   int    `json:"id"`
	Out  string `json:"out"`  // "true" where it came out
	Last string `json:"last"` // "true" of the last one that did
	Off  bool   `json:"off,omitempty"`
}

func (s *Screen) viewQuestion(v *View) {
	q := s.question()
	least, most := partly(*q)
	v.Question = &Question{ID: q.ID, Title: s.titleOf(q.Title), Pages: s.pages(q.Pages), Some: least <= most}
}

func (s *Screen) viewCount(v *View) {
	j, n := s.question(), s.counting.pages
	least, most := partly(*j)
	c := &CountView{ID: j.ID, Title: s.titleOf(j.Title), Pages: n, Words: s.Say("{out} of {pages}", "out", n, "pages", s.pages(j.Delivery.Of)), Least: n == least, Most: n == most}
	c.Yes = s.Say("{n} pages came out", "n", n)
	if j.Delivery.Of <= leavesCounted {
		for page := 1; page <= j.Delivery.Of; page++ {
			c.Leaves = append(c.Leaves, CountLeaf{ID: page, Out: pressed(page <= n), Last: pressed(page == n), Off: page < least || page > most})
		}
	}
	v.Title, v.Count = s.Say("How many pages came out?"), c
	v.Text = s.Say("You pay for {pages}. The rest stays safe in your list.", "pages", s.pages(n))
	if s.visit.Payers.Exam() {
		v.Text = s.Say("Exam: no pages used. The rest stays safe in your list.")
	}
}
