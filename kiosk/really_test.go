package kiosk

import (
	"slices"
	"testing"

	"inkwell/internal/fault"
	"inkwell/release"
)

// Large jobs are asked about once for all that is to be printed, and nothing is printed
// before the yes.
func TestReallyIsAskedOnceForTheWholeSet(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	one, two, small := held(41, "Rivers", 46, 4), held(42, "Seas", 30, 3), held(43, "Words", 2, 1)
	one.Really, one.Sheets, two.Really, two.Sheets, small.Sheets = "x", 23, "x", 15, 1
	c.signIn(visitWith(one, two, small))
	c.does(Release{Jobs: []release.JobID{43}})
	c.granted(visitWith(one, two, done(small))) // the small one alone asks nothing
	c.does(Back{})

	c.does(ReleaseAll{})
	c.quiet()
	v := c.face(FaceReally)
	if v.Title != "76 pages, 38 sheets." || v.Text != "2 jobs" || !slices.Equal(v.Really.Jobs, []release.JobID{41, 42}) || v.Jobs != nil {
		t.Errorf("asks %+v, %q, %q", v.Really, v.Title, v.Text)
	}
	c.does(Sure{Jobs: []release.JobID{41}}, Sure{Jobs: []release.JobID{41, 42, 43}}) // not what was asked
	c.quiet()
	c.does(Back{})
	c.quiet()
	if v := c.face(FaceJobs); !v.Print.Ready || len(v.Print.Jobs) != 2 {
		t.Errorf("after a no: %+v", v.Print)
	}
	c.does(Release{Jobs: []release.JobID{41}})
	if v := c.face(FaceReally); v.Text != "Rivers" || v.Title != "46 pages, 23 sheets." {
		t.Errorf("asks %q, %q", v.Text, v.Title)
	}
	c.does(Sure{Jobs: []release.JobID{41}}, Sure{Jobs: []release.JobID{41}}) // a second press is none
	e := next[ReleaseJobs](c)
	if !slices.Equal(e.Jobs, []release.JobID{41}) || !e.Visitor.Sure[41] || e.Visitor.Sure[42] {
		t.Errorf("releases %v, sure of %v", e.Jobs, e.Visitor.Sure)
	}
	c.quiet()
	c.face(FaceJobs)
}

// A question ends with the visit: who comes next is asked again.
func TestAYesIsForOneVisit(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	large := held(41, "Rivers", 46, 4)
	large.Really = "x"
	c.signIn(visitWith(large))
	c.does(ReleaseAll{})
	c.face(FaceReally)
	c.after(20e9)
	c.face(FaceIdle)
	c.does(Sure{Jobs: []release.JobID{41}})
	c.quiet()
	c.signIn(visitWith(large))
	c.does(ReleaseAll{})
	c.quiet()
	c.face(FaceReally)
}

// A yes is to what was asked about: a job that is changed after it is asked about again.
func TestAYesIsToWhatItWas(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	large := leafed(41, "Rivers", 46)
	large.Really = "x"
	c.signIn(visitWith(large))
	c.does(ReleaseAll{}, Sure{Jobs: []release.JobID{41}})
	refused := next[ReleaseJobs](c)
	c.does(Acted{Turn: refused.Turn, Of: refused, Err: fault.New(fault.Unavailable, "printer-stopped", "It has stopped.")})
	c.sees(visitWith(large))
	c.does(OpenChange{41}, SetCopies{2})
	e := next[EditJob](c)
	c.does(Acted{Turn: e.Turn, Of: e})
	large = seenAs(large, 1, e.Edit, 92, 46)
	large.Really = "x"
	c.sees(visitWith(large))
	c.does(Back{}, ReleaseAll{})
	c.quiet()
	c.face(FaceReally)
}

// A pupil asks a teacher with one tap, where the rules want a yes.
func TestATeacherIsAskedWithOneTap(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	book, words := held(41, "The whole book", 72, 4), held(42, "Words", 2, 1)
	book.Lacks, book.MayAsk = "More than 60 pages needs a teacher's yes. Print pages 1-60, or ask.", true
	c.signIn(visitWith(book, words))
	if v := c.face(FaceJobs); !v.Jobs[0].MayAsk || v.Jobs[0].Choice || v.Jobs[0].Meta != book.Lacks || len(v.Print.Jobs) != 1 {
		t.Errorf("%+v", v.Jobs[0])
	}
	c.does(AskTeacher{Job: 42}, AskTeacher{Job: 41}, AskTeacher{Job: 41})
	e := next[AskForJob](c)
	c.quiet()
	book.Lacks, book.MayAsk = "A teacher is asked.", false
	c.does(Acted{Turn: e.Turn, Of: e})
	c.sees(visitWith(book, words))
	if v := c.face(FaceJobs); e.Job != 41 || v.Jobs[0].MayAsk || v.Jobs[0].Meta != "A teacher is asked." {
		t.Errorf("asked for %d: %+v", e.Job, v.Jobs[0])
	}
	book.Lacks, book.Yes = "", "T. Reid"
	c.changes(visitWith(book, words))
	if v := c.face(FaceJobs); !v.Jobs[0].Choice || v.Jobs[0].Meta != "72 pages · T. Reid said yes · 4 min ago · kept until tomorrow 18:00" {
		t.Errorf("%+v", v.Jobs[0])
	}
}
