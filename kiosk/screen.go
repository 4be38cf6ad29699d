package kiosk

import (
	"time"

	"inkwell/internal/events"
	"inkwell/internal/words"
	"inkwell/release"
)

// How long things stay on the screen.
const (
	messageFor = 6 * time.Second  // a refusal on a screen of its own
	undoFor    = 5 * time.Second  // a deleted job, before it is destroyed
	doneFor    = 10 * time.Second // "Done", at least
	retryAfter = 2 * time.Second  // a look that failed
	echoFor    = 2 * time.Second  // the same badge again is the reader's echo
)

// The faces of a Screen, as the View names them.
const (
	FaceIdle      = "idle"      // nobody here: tap your badge
	FaceKeypad    = "keypad"    // name and code
	FaceBusy      = "busy"      // one moment
	FaceMessage   = "message"   // one sentence, then idle
	FaceTheirCode = "theircode" // a badge that asks for its holder's code
	FaceNewBadge  = "newbadge"  // nobody's badge yet: is it yours?
	FaceJobs      = "jobs"      // the visitor's list
	FacePrinting  = "printing"  // what this visit released is on its way
	FaceDone      = "done"      // and has ended
	FaceQuestion  = "question"  // a job was lost from sight: did it come out?
	FaceRenew     = "renew"     // a new code: shall the old one end?
	FaceCode      = "code"      // the new code, shown once
	FaceLocked    = "locked"    // a job prints only after its own code
	FaceReally    = "really"    // a large job: really print all?
	FaceSlip      = "slip"      // a runner's: one job of somebody else's
)

// Screen is what one kiosk shows, and all that decides it: no socket, no clock, no
// database. It is not safe for concurrent use.
type Screen struct {
	tongue    // of whoever reads it now
	catalogue *words.Catalogue
	spoken    string // the language that was pressed for this visit, or ""
	station   release.Station
	usual     time.Duration       // how long a visit lives without a touch, ...
	idleFor   time.Duration       // ... and this one
	hash      func(string) uint64 // of a badge, to know the reader's echo

	turn    int       // visits and tries so far; what an earlier one asked for is dropped
	until   time.Time // when this face ends by itself; zero on FaceIdle
	retry   time.Time // when a failed look is made again; zero for none
	looking bool      // a look is under way
	again   bool      // and another one is due after it
	tap     string    // the page's number of the last tap
	echo    uint64    // hash of the last badge
	echoEnd time.Time // until when it counts as an echo

	face  string // while nobody is signed in
	busy  bool   // keypad: a try is under way; visit: a release is
	sent  bool   // visit: how that release ends is not known yet
	note  string // one sentence of refusal, or ""
	badge string // about to be linked, or not enough: newbadge, keypad, theircode
	blind string // why the last look at the visit failed, or ""

	visitor  *release.Visitor
	visit    *release.Visit                     // nil until the first look
	off      map[release.JobID]bool             // not chosen; everything else is
	struck   map[release.JobID]time.Time        // deleted, and when that is done for good
	notMine  map[release.JobID]bool             // struck because somebody else sent it
	put      map[release.JobID]bool             // questions put off
	counting *counting                          // some of a job came out: how much?
	kept     map[release.JobID]bool             // of jobs that are the same: all are wanted
	pending  []release.JobID                    // to be released once all locked ones among them are opened and all large ones wanted
	run      []release.JobID                    // released in this visit and not yet dismissed
	seen     map[release.JobID]release.VisitJob // the last sight of each job of the run
	listed   bool                               // the list is shown though the run goes on
	renewing bool                               // "New code" was pressed
	code     string                             // a new code that is being shown, or ""
	choosing bool                               // where it shall come out is asked
	account  *accounting                        // what was decided and printed is looked at
	notice   string                             // the reason of a notice, once it was asked for
	moving   bool                               // the rest of the run is on its way to another printer
	trip     *trip                              // one job is being printed at the printer that its line offers
	wrong    *wrong                             // a print went wrong: which, and how
	changing *changing                          // the pages of a job are looked at
	class    *classing                          // children collect, on an adult's badge
	broken   *broken                            // "This printer is broken" was pressed
	why      bool                               // the reason behind "You can't print here today" is shown
}

// NewScreen is an idle screen of the station. idleFor is how long a visit lives
// without a touch; hash digests badges and may be any good hash with a secret seed.
func NewScreen(st release.Station, idleFor time.Duration, hash func(string) uint64) *Screen {
	s := &Screen{station: st, usual: idleFor, idleFor: idleFor, hash: hash, face: FaceIdle}
	s.read(shipped)
	return s
}

// Apply takes one input at a time now and returns the calls to make.
func (s *Screen) Apply(now time.Time, in Input) []Effect {
	if isAct(in) && !s.until.IsZero() && s.face != FaceMessage && s.class == nil {
		s.until = later(s.until, now.Add(s.idleFor))
	}
	if s.runner() && !forRunners(in) || s.class != nil && !forClass(in) {
		return nil
	}
	return in.apply(s, now)
}

// Next is when the next Tick is due; the zero time when none is.
func (s *Screen) Next() time.Time {
	next := s.until
	if p := s.sponsoring(); p != nil && !p.asking {
		next = sooner(next, p.until)
	}
	if s.station.Words != "" {
		next = sooner(next, s.station.WordsUntil)
	}
	for _, t := range s.struck {
		next = sooner(next, t)
	}
	return sooner(next, s.retry)
}

// Topics is what the screen has to hear of, in events' words.
func (s *Screen) Topics() []string {
	topics := []string{events.Printer(int32(s.station.Printer.ID))}
	if s.visitor != nil {
		topics = append(topics, events.Person(int64(s.visitor.Actor.Person)))
	}
	if s.visit != nil {
		for _, c := range s.visit.Choices {
			if c.ID != s.station.Printer.ID {
				topics = append(topics, events.Printer(int32(c.ID)))
			}
		}
	}
	return topics
}

// Face is what the screen shows now.
func (s *Screen) Face() string {
	switch {
	case s.visitor == nil:
		return s.face
	case s.visit == nil:
		return FaceBusy
	case s.class != nil:
		return s.classFace()
	case s.runner() && (len(s.run) == 0 || s.busy):
		return FaceSlip
	case s.code != "":
		return FaceCode
	case s.renewing:
		return FaceRenew
	case s.wrong != nil:
		return FaceWrong
	case s.choosing:
		return FacePlaces
	case s.broken != nil:
		return FaceBroken
	case s.question() != nil:
		return s.questionFace()
	case s.locked() != nil:
		return FaceLocked
	case len(s.unsure()) > 0 && !s.busy:
		return FaceReally
	case s.leaf() != nil:
		return FaceChange
	case s.account != nil && !s.busy:
		return FaceAccount
	case len(s.run) == 0 || s.listed || s.busy:
		return FaceJobs
	case s.running() || s.moving:
		return FacePrinting
	}
	return FaceDone
}

// leave ends whatever was on the screen and forgets it, to show face next. Jobs
// struck out by the one who leaves are deleted now.
func (s *Screen) leave(face string) []Effect {
	var effects []Effect
	for _, id := range sortedIDs(s.struck) {
		effects = append(effects, s.strike(id))
	}
	speaks, spoken := s.home(), ""
	if s.visitor == nil && face != FaceIdle {
		speaks, spoken = s.tongue, s.spoken
	}
	*s = Screen{tongue: speaks, spoken: spoken, catalogue: s.catalogue, station: s.station, usual: s.usual, idleFor: s.usual, hash: s.hash, turn: s.turn + 1, tap: s.tap, echo: s.echo, echoEnd: s.echoEnd, face: face}
	return effects
}

func (Tick) apply(s *Screen, now time.Time) []Effect {
	if s.station.Words != "" && !now.Before(s.station.WordsUntil) {
		s.station.Words = ""
	}
	if !s.until.IsZero() && !now.Before(s.until) {
		return s.leave(FaceIdle)
	}
	s.nobodyPays(now)
	var effects []Effect
	for _, id := range sortedIDs(s.struck) {
		if !now.Before(s.struck[id]) {
			delete(s.struck, id)
			effects = append(effects, s.strike(id))
		}
	}
	if !s.retry.IsZero() && !now.Before(s.retry) {
		s.retry = time.Time{}
		effects = append(effects, s.look()...)
	}
	return effects
}

func (Here) apply(*Screen, time.Time) []Effect { return nil }

func (Changed) apply(s *Screen, _ time.Time) []Effect { return s.look() }

// look asks for one fresh look; while one is under way, for another after it.
func (s *Screen) look() []Effect {
	if s.looking {
		s.again = true
		return nil
	}
	s.looking = true
	if s.class != nil {
		return []Effect{LookAtClass{Turn: s.turn, Visitor: *s.visitor, Class: s.class.id}}
	}
	if s.visitor != nil {
		return []Effect{Look{Turn: s.turn, Visitor: *s.visitor}}
	}
	return []Effect{LookAtStation{Turn: s.turn}}
}

// looked ends a look and says whether what it saw is the newest there is.
func (s *Screen) looked() (newest bool, effects []Effect) {
	s.looking = false
	if s.again {
		s.again = false
		return false, s.look()
	}
	return true, nil
}

func (r StationLooked) apply(s *Screen, now time.Time) []Effect {
	if r.Turn != s.turn {
		return nil
	}
	_, effects := s.looked()
	if r.Err != nil {
		s.retry = now.Add(retryAfter)
		return effects
	}
	s.station = r.Station
	if s.visitor == nil && s.spoken == "" {
		s.tongue = s.home()
	}
	return effects
}

func (Touch) apply(*Screen, time.Time) []Effect { return nil }

func (SignOut) apply(s *Screen, _ time.Time) []Effect {
	if s.visitor == nil && s.face == FaceIdle {
		return nil
	}
	return s.leave(FaceIdle)
}

func (Back) apply(s *Screen, now time.Time) []Effect {
	if s.class != nil {
		return s.backFromClass()
	}
	switch s.Face() {
	case FaceKeypad, FaceMessage, FaceNewBadge, FaceTheirCode:
		return s.leave(FaceIdle)
	case FaceRenew:
		s.renewing = s.busy // too late, once it is under way
	case FaceCode:
		s.code = ""
	case FaceWrong:
		s.backFromWrong()
	case FacePlaces:
		s.choosing = false
	case FaceChange:
		s.changing = nil
	case FaceCount:
		s.backFromCount()
	case FaceAccount:
		s.account, s.note = nil, ""
	case FaceBroken:
		s.backFromBroken()
	case FaceLocked:
		s.giveUp()
		return s.comeBack()
	case FaceReally:
		s.pending = nil
		return s.comeBack()
	case FacePrinting:
		s.listed = true
	case FaceDone:
		s.run, s.seen = nil, nil
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// sooner is the earlier of two times, where the zero time is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
