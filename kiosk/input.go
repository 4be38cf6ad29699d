package kiosk

import (
	"time"

	"inkwell/release"
)

// Input is one thing that happens to a Screen: an act of the person before it, a
// moment that has come, or the result of an Effect.
type Input interface {
	apply(s *Screen, now time.Time) []Effect
}

// The acts of a person. Each one keeps the visit alive for another while.
type (
	// Tap is a badge held to the reader. It ends the visit before it. ID is the page's own number
	// for it, under which it may come once more when the connection was lost; "" for none.
	Tap struct{ Badge, ID string }
	// OpenKeypad asks for the way in by name and code.
	OpenKeypad struct{}
	// Submit is a name and code from the keypad.
	Submit struct{ Name, Code string }
	// Mine says that the unknown badge which was tapped is the person's own.
	Mine struct{}
	// Select takes a job into the choice, or out of it.
	Select struct {
		Job release.JobID
		On  bool
	}
	// ReleaseAll prints everything that can be printed.
	ReleaseAll struct{}
	// Release prints exactly these jobs: those the person saw chosen, for no more than the units
	// that the button said, if it said any.
	Release struct {
		Jobs  []release.JobID
		Units *int64
	}
	// Pay has held jobs charged to another account, by the code of one of the View's payers.
	Pay struct {
		Jobs    []release.JobID
		Account string
	}
	// Unlock gives the code of the job that the screen asks about.
	Unlock struct {
		Job  release.JobID
		Code string
	}
	// Sure says that all of these large jobs are wanted: those that the screen asked about.
	Sure struct{ Jobs []release.JobID }
	// AskTeacher asks for a teacher's yes to a job that needs one.
	AskTeacher struct{ Job release.JobID }
	// Delete strikes a job out; it is destroyed after a short while.
	Delete struct{ Job release.JobID }
	// NotMine strikes a job out that a shared device sent in the visitor's name.
	NotMine struct{ Job release.JobID }
	// Undo takes a Delete or NotMine back.
	Undo struct{ Job release.JobID }
	// Answer says whether a job that was lost from sight came out.
	Answer struct {
		Job  release.JobID
		Came bool
	}
	// Later puts the question about a job off.
	Later struct{ Job release.JobID }
	// Ask takes up a question that was put off.
	Ask struct{ Job release.JobID }
	// Why asks for the reason behind "You can't print here today".
	Why struct{}
	// NewCode asks for another code.
	NewCode struct{}
	// Renew says that the old code shall end for it.
	Renew struct{}
	// Back leaves the keypad, a message, the question for a job's code, or the
	// printing screen.
	Back struct{}
	// SignOut ends the visit at once.
	SignOut struct{}
	// Touch is any other touch of the screen.
	Touch struct{}
)

// Here is a page that asks whether anybody is there. It is no act of a person's, and is answered, as
// everything is, by what the screen shows.
type Here struct{}

// The moments that come by themselves.
type (
	// Tick says that the time of Screen.Next has come.
	Tick struct{}
	// Changed says that the printer or the visitor's jobs may have changed.
	Changed struct{}
)

// The results of effects. A result of an earlier Turn is dropped.
type (
	// SignedIn is the result of SignIn or LinkBadge.
	SignedIn struct {
		Turn    int
		Visitor release.Visitor
		Err     error
	}
	// Looked is the result of Look.
	Looked struct {
		Turn  int
		Visit release.Visit
		Err   error
	}
	// StationLooked is the result of LookAtStation.
	StationLooked struct {
		Turn    int
		Station release.Station
		Err     error
	}
	// Unlocked is the result of UnlockJob.
	Unlocked struct {
		Turn    int
		Visitor release.Visitor
		Err     error
	}
	// Renewed is the result of RenewCode.
	Renewed struct {
		Turn    int
		Visitor release.Visitor
		Code    string
		Err     error
	}
	// Acted is the result of ReleaseJobs, ChargeJobs, DeleteJob, DisownJob, AskForJob or AnswerJob.
	Acted struct {
		Turn int
		Of   Effect
		Err  error
	}
)

// isAct says whether a person did it.
func isAct(in Input) bool {
	switch in.(type) {
	case Here, Tick, Changed, SignedIn, Looked, StationLooked, Unlocked, Renewed, LookedBack, Reported, Acted, Moved, AccountLooked, ClassLooked, PupilsPrinted, SponsorshipLooked, PupilSponsored:
		return false
	}
	return true
}
