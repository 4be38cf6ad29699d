package kiosk

import (
	"slices"
	"testing"
	"time"

	"inkwell/release"
)

func alike(ids ...release.JobID) (jobs []release.VisitJob) {
	for _, id := range ids {
		j := held(id, "Essay", 3, 5)
		j.Content = "same"
		jobs = append(jobs, j)
	}
	return jobs
}

// The same essay three times: one tap keeps the newest, and the others can be had back.
func TestTheSameJobIsOfferedAsOne(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	jobs := append(alike(41, 42, 44), held(43, "Maths", 2, 0))
	c.signIn(visitWith(jobs...))
	v := c.face(FaceJobs)
	if v.Same == nil || v.Same.Say != "Essay is here 3 times." || !slices.Equal(v.Same.Jobs, []release.JobID{41, 42, 44}) {
		t.Fatalf("%+v", v.Same)
	}
	c.does(KeepOne{[]release.JobID{41, 42}}) // what is not what was shown is nothing
	if v = c.face(FaceJobs); v.Same == nil {
		t.Fatal("a stale tap struck jobs out")
	}
	c.does(KeepOne{v.Same.Jobs})
	if v = c.face(FaceJobs); v.Same != nil || !slices.Equal(v.Print.Jobs, []release.JobID{43, 44}) && !slices.Equal(v.Print.Jobs, []release.JobID{44, 43}) {
		t.Fatalf("%+v %+v", v.Same, v.Print)
	}
	c.does(Undo{42})
	c.after(undoFor)
	if e := next[DeleteJob](c); e.Job != 41 {
		t.Errorf("deletes %d", e.Job)
	}
	c.quiet()
}

func TestTheSameJobCanBeWantedTwice(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.signIn(visitWith(alike(41, 42)...))
	v := c.face(FaceJobs)
	c.does(KeepAll{v.Same.Jobs})
	if v = c.face(FaceJobs); v.Same != nil || len(v.Print.Jobs) != 2 {
		t.Errorf("%+v", v)
	}
	c.after(time.Second)
	c.quiet()
}

// What may be somebody else's, has a code or has begun to come out is not offered.
func TestOnlyPlainJobsAreTheSame(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(j *release.VisitJob){
		"another":         func(j *release.VisitJob) { j.Content = "other" },
		"unknown":         func(j *release.VisitJob) { j.Content = "" },
		"with code":       func(j *release.VisitJob) { j.Locked = true },
		"paid by another": func(j *release.VisitJob) { j.Payer.Code = "ART" },
		"needs a yes":     func(j *release.VisitJob) { j.Lacks = "This needs a teacher's yes." },
		"has a yes":       func(j *release.VisitJob) { j.Yes = "Ms Hill" },
		"claimed":         func(j *release.VisitJob) { j.Claim = "Room 12" },
		"printing":        func(j *release.VisitJob) { *j = onItsWay(*j, release.Printing, 0) },
	} {
		c := newScene(t)
		jobs := alike(41, 42)
		change(&jobs[1])
		c.signIn(visitWith(jobs...))
		if v := c.face(FaceJobs); v.Same != nil {
			t.Errorf("%s: %+v", name, v.Same)
		}
	}
}
