package yeartest

import "time"

// Kind is what happened.
type Kind string

// What a print server sees of a pupil.
const (
	Submitted Kind = "submitted" // a job came in
	Refused   Kind = "refused"   // a document could not be read, or was against a restriction
	Cancelled Kind = "cancelled" // its owner threw a held job away
	Expired   Kind = "expired"   // nobody collected it
	Tapped    Kind = "tapped"    // a badge, or a right code, at a station
	WrongCode Kind = "wrong-code"
	Released  Kind = "released"
	TooFew    Kind = "too-few" // a release was refused: not enough pages left
	Printed   Kind = "printed" // Pages of it came out, and all is well
	Stopped   Kind = "stopped" // the printer stopped after Pages of it
	Denied    Kind = "denied"  // its owner says that nothing came out
	Claimed   Kind = "claimed" // its owner asks for pages back
)

// Event is one thing that happened.
type Event struct {
	At       time.Time
	Kind     Kind
	Pupil    int    // under whose account it is kept; 0 is an account that does not exist
	Station  int    // where; 0 is nowhere, such as a computer
	Job      int    // 0 is none
	Document uint64 // what the job's bytes are: the same for the same document
	Pages    int    // impressions: of the job, or those that came out
	Colour   int    // of them in colour
	Code     bool   // of a tap: by a code, and not by a badge
	Exam     bool   // came by the queue of an exam
	Unproven bool   // anybody could have sent this job in the pupil's name
}

// Misuse is a kind of abuser.
type Misuse string

// The eight kinds. The first two may be answered by the rules alone, the others by a
// person who is told.
const (
	Flood  Misuse = "flood"  // very many pages within minutes, again and again
	Hoard  Misuse = "hoard"  // far more than anybody else in the year group, week by week, in small jobs
	Copy   Misuse = "copy"   // one document again and again
	Litter Misuse = "litter" // sends and never collects
	Guess  Misuse = "guess"  // tries other pupils' codes
	Share  Misuse = "share"  // one badge or code in several hands
	Trick  Misuse = "trick"  // pages that came out are said not to have: paper pulled, answers, refunds, probing
	Sell   Misuse = "sell"   // one document is passed on to pupils of many classes, who print it too
)

// Misuses are all kinds.
var Misuses = []Misuse{Flood, Hoard, Copy, Litter, Guess, Share, Trick, Sell}

// Abuser is a pupil who misuses printing, and what the scorer has to know of it.
type Abuser struct {
	Pupil     int
	Misuse    Misuse
	From, To  time.Time // the first and the last school day of it
	Intensity float64   // 0 is as little as pays, 1 is shameless
	Disguised bool      // takes care not to be noticed, in the manner of its kind
	Victims   []int     // whose codes are tried, or who is passed the document
}
