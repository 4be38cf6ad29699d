package kiosk

import (
	"context"
	"slices"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

// The faces of a class that collects: an adult's badge has opened the list.
const (
	FaceClass = "class" // the children who have something waiting
	FacePupil = "pupil" // one of them: is it you?
	FaceWhole = "whole" // the adult: print for all of them?
)

// classFor is how long one badge keeps the list open, whatever is tapped.
const classFor = 10 * time.Minute

// classAgain is how soon the list is read again: what children send meanwhile rings no bell here.
const classAgain = 5 * time.Second

// ClassRelease is the desk's part in children who collect with nothing but a name.
type ClassRelease interface {
	ClassAt(ctx context.Context, v release.Visitor, class school.ClassID) (release.ClassPrint, error)
	PrintForPupils(ctx context.Context, v release.Visitor, class school.ClassID, jobs []release.JobID) ([]release.PupilPrinted, error)
	Sponsorship(ctx context.Context, v release.Visitor, class school.ClassID, pupil school.PersonID) (release.Sponsorship, error)
	Sponsor(ctx context.Context, v release.Visitor, class school.ClassID, k release.Key, due map[release.JobID]int64) (release.Sponsored, error)
}

// The acts on it. All but the first are about the class that is open.
type (
	// OpenClass opens the list of a class that the visitor teaches now.
	OpenClass struct{ Class school.ClassID }
	// Pupil asks a child whether it is them.
	Pupil struct{ Person school.PersonID }
	// Whole asks the adult whether all of it shall come out.
	Whole struct{}
	// ForPupils prints what the screen asks about: the child's, or everybody's.
	ForPupils struct{}
)

// LookAtClass reads the list again.
type LookAtClass struct {
	Turn    int
	Visitor release.Visitor
	Class   school.ClassID
}

// PrintPupils releases jobs of pupils.
type PrintPupils struct {
	Turn    int
	Visitor release.Visitor
	Class   school.ClassID
	Jobs    []release.JobID
}

// The results of these.
type (
	// ClassLooked is the result of LookAtClass.
	ClassLooked struct {
		Turn  int
		Class release.ClassPrint
		Err   error
	}
	// PupilsPrinted is the result of PrintPupils.
	PupilsPrinted struct {
		Turn int
		Done []release.PupilPrinted
		Err  error
	}
)

func (e LookAtClass) run(ctx context.Context, d Desk, _ string) Input {
	c, err := d.ClassAt(ctx, e.Visitor, e.Class)
	return ClassLooked{Turn: e.Turn, Class: c, Err: err}
}

func (e PrintPupils) run(ctx context.Context, d Desk, _ string) Input {
	done, err := d.PrintForPupils(ctx, e.Visitor, e.Class, e.Jobs)
	return PupilsPrinted{Turn: e.Turn, Done: done, Err: err}
}

func (LookAtClass) lasting() bool { return false }
func (PrintPupils) lasting() bool { return true }

// classing is a class that collects.
type classing struct {
	id     school.ClassID
	until  time.Time // the badge's ten minutes are over
	list   *release.ClassPrint
	child  school.PersonID // who is asked, or 0
	whole  bool            // the adult is asked
	done   []release.PupilPrinted
	prints bool               // a release for children is under way
	pays   *sponsoring        // its account is asked to pay for a child, or nil
	paid   *release.Sponsored // what it has just paid, or nil
}

func (in OpenClass) apply(s *Screen, now time.Time) []Effect {
	if s.visit == nil || s.busy || !slices.ContainsFunc(s.visit.Classes, func(t school.Taught) bool { return t.Class == in.Class }) {
		return nil
	}
	return s.openClass(in.Class, now)
}

func (s *Screen) openClass(id school.ClassID, now time.Time) []Effect {
	s.note, s.class = "", &classing{id: id, until: now.Add(classFor)}
	s.until = s.class.until
	return s.look()
}

// startWithClass opens the class of an adult who has come for nothing else.
func (s *Screen) startWithClass(now time.Time) []Effect {
	if len(s.visit.Classes) != 1 || len(s.visit.Jobs) > 0 || s.visit.Barred != nil {
		return nil
	}
	return s.openClass(s.visit.Classes[0].Class, now)
}

// forClass says whether something may be done while the list is open: children press there, and
// nothing of the adult's own is theirs.
func forClass(in Input) bool {
	switch in.(type) {
	case Tap, Pupil, Whole, ForPupils, Sponsor, SponsorJob, OpenKeypad, Submit, Back, SignOut, Touch:
		return true
	}
	return !isAct(in)
}

func (r ClassLooked) apply(s *Screen, now time.Time) []Effect {
	if r.Turn != s.turn {
		return nil
	}
	shown := s.class != nil && s.class.list != nil
	passes := r.Err != nil && shown && (fault.KindOf(r.Err) == fault.Internal || fault.KindOf(r.Err) == fault.Unavailable)
	over := r.Err != nil && !passes && s.class != nil // the lesson, or the badge is no longer good
	if over && shown {                                // children stand here
		effects := s.leave(FaceMessage)
		s.note, s.until, s.echoEnd = s.refusal(r.Err), now.Add(messageFor), time.Time{}
		return effects
	}
	if over {
		s.class, s.busy, s.note, s.until = nil, false, s.refusal(r.Err), now.Add(s.idleFor)
	}
	newest, effects := s.looked()
	switch {
	case over && newest:
		return s.look()
	case passes:
		s.retry = now.Add(retryAfter)
		return effects
	case s.class == nil:
		return effects
	}
	s.class.list, s.station.Printer = &r.Class, r.Class.At
	if p := s.class.pays; p != nil && !p.asking && s.waiting(p.child) == nil { // it came out another way
		s.class.pays, s.class.child = nil, 0
	}
	if newest {
		s.busy, s.retry = s.class.prints, now.Add(classAgain)
	}
	return effects
}

func (in Pupil) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() == FaceClass && !s.busy && s.waiting(in.Person) != nil {
		s.note, s.class.child, s.class.done, s.class.paid = "", in.Person, nil, nil
	}
	return nil
}

func (Whole) apply(s *Screen, _ time.Time) []Effect {
	if s.Face() == FaceClass && !s.busy && len(s.classJobs()) > 0 {
		s.note, s.class.whole, s.class.done, s.class.paid = "", true, nil, nil
	}
	return nil
}

// waiting is a child of the list who can print something here, or nil.
func (s *Screen) waiting(who school.PersonID) *release.PupilWaiting {
	if s.class == nil || s.class.list == nil {
		return nil
	}
	for i := range s.class.list.Pupils {
		if p := &s.class.list.Pupils[i]; p.Person == who && len(p.Jobs) > 0 {
			return p
		}
	}
	return nil
}

// classJobs are all that the class can print here, by pupil.
func (s *Screen) classJobs() (all []release.JobID) {
	if s.class.list != nil {
		for _, p := range s.class.list.Pupils {
			all = append(all, p.Jobs...)
		}
	}
	return all
}

func (ForPupils) apply(s *Screen, _ time.Time) []Effect {
	var jobs []release.JobID
	switch face := s.Face(); {
	case s.busy:
		return nil
	case face == FacePupil:
		jobs = s.waiting(s.class.child).Jobs
	case face == FaceWhole:
		jobs = s.classJobs()
	default:
		return nil
	}
	s.note, s.busy, s.class.prints = "", true, true
	return []Effect{PrintPupils{Turn: s.turn, Visitor: *s.visitor, Class: s.class.id, Jobs: jobs}}
}

// apply shows the list to whoever is next.
func (r PupilsPrinted) apply(s *Screen, _ time.Time) []Effect {
	if r.Turn != s.turn || s.class == nil {
		return nil
	}
	s.class.prints = false
	s.note, s.class.done, s.class.child, s.class.whole = s.refusal(r.Err), r.Done, 0, false
	return s.look()
}

// classFace is what is shown while a class collects.
func (s *Screen) classFace() string {
	switch {
	case s.class.list == nil:
		return FaceBusy
	case s.class.whole:
		return FaceWhole
	case s.class.pays != nil:
		return s.class.pays.face()
	case s.waiting(s.class.child) != nil:
		return FacePupil
	}
	return FaceClass
}

// backFromClass goes one step back. The list itself ends with the adult's visit: children stand
// there, and the adult's own jobs are behind another tap of the badge.
func (s *Screen) backFromClass() []Effect {
	switch {
	case s.busy:
		return nil
	case s.class.pays != nil:
		s.backFromSponsor()
		return nil
	case s.Face() == FaceClass:
		return s.leave(FaceIdle)
	}
	s.class.child, s.class.whole = 0, false
	return nil
}
