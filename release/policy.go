package release

import (
	"errors"
	"slices"

	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Policy is what a queue asks of those who print to it, and what becomes of their
// jobs. The zero Policy lets everybody of the school do everything. It decides by
// itself; who the sender is, is read in the transaction that needs it, so that a change
// of either counts at once on all nodes.
type Policy struct {
	Users  Circle // who may use it
	Colour Circle // who may print in colour; for others it comes out black and white

	Untaken []school.Proof // ways to prove oneself that it does not take

	OneSided  bool   // sides-default is one-sided; otherwise two-sided where the printers can
	ColorMode string // print-color-mode-default: "" for monochrome, color or auto

	Printers []PrinterID // its jobs come out of these alone; none: of any

	// Programs is what a job in a printer's own language costs at most, in pages, where staff
	// send it through a trusted print server; 0 takes none.
	Programs int
	// Believes has a user name that everybody uses be taken for the person who has it,
	// like any other, where nobody proves it. Otherwise it is refused at the computer: a
	// job of everybody's could be shown to nobody.
	Believes bool
}

// Circle is some of a school's people: whoever holds one of the roles, or is in one of
// the year groups or classes. The zero Circle is everybody.
type Circle struct {
	Closed  bool          // not everybody; with nothing else said, nobody
	Roles   []school.Role // and Staff
	Years   []int
	Classes []school.ClassID
}

// Staff stands in a Circle for all roles of staff.
const Staff school.Role = "staff"

// has says whether somebody is in the circle.
func (c Circle) has(b school.Belonging) bool {
	return !c.Closed ||
		slices.Contains(c.Roles, Staff) && b.Staff() ||
		slices.ContainsFunc(b.Roles, func(r school.Role) bool { return slices.Contains(c.Roles, r) }) ||
		slices.Contains(c.Years, b.Year) ||
		slices.ContainsFunc(b.Classes, func(k school.ClassID) bool { return slices.Contains(c.Classes, k) })
}

// Nobody says whether no one can be in the circle.
func (c Circle) Nobody() bool {
	return c.Closed && len(c.Roles)+len(c.Years)+len(c.Classes) == 0
}

// Touch is a keyword for what a policy made of a job otherwise than it was sent.
type Touch string

// The touches.
const (
	SidesDefaulted  Touch = "sides-default"   // the job did not say, and is one-sided
	ColourDefaulted Touch = "colour-default"  // the job did not say, and is not monochrome
	ColourWithheld  Touch = "colour-withheld" // the job would have had colour, which its sender may not use
)

// sender is who a job is from, as far as a policy asks.
type sender struct {
	school.Belonging
	proof school.Proof
}

var (
	queueNotYours   = fault.New(fault.Forbidden, "queue-not-yours", "This printer is for some people at the school only. Please choose another one, or ask IT.")
	colourNotYours  = fault.New(fault.Unsupported, "colour-not-yours", "You may not print in colour here. Please choose black and white.")
	sentWhereNot    = fault.New(fault.Forbidden, "queue-not-yours", "This was sent to a printer that is not for you. Send it again to another one.")
	unproven        = []school.Proof{school.ByVouch, school.ByServer, school.ByLoopback}
	hasNoneOfColour = []string{"", mono}

	// WayNotTaken is the answer to a proof that a queue does not take.
	WayNotTaken = fault.New(fault.Forbidden, "way-not-taken", "This printer does not take jobs in this way. Please ask IT which address is for your device.")
)

// asks says whether the policy's decisions depend on who the sender is, when they come
// by a proof.
func (p Policy) asks(proof school.Proof) bool {
	return p.Users.Closed || p.Colour.Closed || !p.Believes && slices.Contains(unproven, proof)
}

// Takes says whether the queue takes jobs of senders with this proof.
func (p Policy) Takes(proof school.Proof) bool { return !slices.Contains(p.Untaken, proof) }

// admit refuses a sender who may not use the queue, or who came in a way that it does
// not take, or under a name that everybody uses.
func (p Policy) admit(s sender) error {
	switch {
	case !p.Takes(s.proof):
		return WayNotTaken
	case s.Generic && !p.Believes && slices.Contains(unproven, s.proof):
		return school.NameUnknown
	case !p.Users.has(s.Belonging):
		return queueNotYours
	}
	return nil
}

// verdict is what a policy makes of a job.
type verdict struct {
	ticket  Ticket
	touched []Touch
}

// apply fills in what the ticket does not say, and takes colour out of it that the
// sender may not use. Such a job is printed black and white and not refused: a computer
// that is refused tries for ever or tells nobody, and the work would be lost. The owner
// is told at the computer and before the release.
func (p Policy) apply(s sender, t Ticket) verdict {
	v := verdict{ticket: t}
	if t.Sides == "" && p.OneSided {
		v.ticket.Sides = oneSided
		v.touched = append(v.touched, SidesDefaulted)
	}
	may := p.Colour.has(s.Belonging)
	switch {
	case t.ColorMode == "" && may && !slices.Contains(hasNoneOfColour, p.ColorMode):
		v.ticket.ColorMode = p.ColorMode
		v.touched = append(v.touched, ColourDefaulted)
	case p.greys(s, t):
		v.ticket.ColorMode = mono
		v.touched = append(v.touched, ColourWithheld)
	}
	return v
}

// greys says whether a ticket has colour that its sender may not use.
func (p Policy) greys(s sender, t Ticket) bool {
	return !slices.Contains(hasNoneOfColour, t.ColorMode) && !p.Colour.has(s.Belonging)
}

// at refuses a job at a printer that it may not come out of, or of somebody who may no
// longer use the queue.
func (p Policy) at(printer PrinterID, s sender) error {
	switch {
	case !p.Users.has(s.Belonging):
		return sentWhereNot
	case !p.comesOutOf(printer):
		return errElsewhere
	}
	return nil
}

// errElsewhere becomes a sentence that says where.
var errElsewhere = errors.New("the queue's jobs come out elsewhere")

func (p Policy) comesOutOf(printer PrinterID) bool {
	return len(p.Printers) == 0 || slices.Contains(p.Printers, printer)
}

// contradiction is what is wrong with a policy of a queue, or nil. It finds what can be
// told without asking who is in which class.
func (p Policy) contradiction(kind QueueKind, own PrinterID, bare school.Proof) error {
	switch {
	case kind != Hold && kind != Direct:
		return fault.New(fault.Invalid, "queue-kind", "Say --kind hold or --kind direct.")
	case kind == Direct && own == 0:
		return fault.New(fault.Invalid, "queue-printer", "A direct queue prints at once, so it needs a printer: say --printer with its name.")
	case kind == Direct && !p.comesOutOf(own):
		return fault.New(fault.Invalid, "queue-printer", "A direct queue's own printer must be one that its jobs can come out of: name it with --printer too.")
	case p.Users.Nobody():
		return fault.New(fault.Invalid, "queue-users", "Nobody could use this queue. Say with --users who may, or remove the queue.")
	case !slices.ContainsFunc([]school.Proof{bare, school.ByAddress, school.ByServer, school.ByVouch}, p.Takes):
		return fault.New(fault.Invalid, "queue-proof", "Nobody could print here. Say with --proof how people prove who they are.")
	case p.Colour.Nobody() && p.ColorMode == colour:
		return fault.New(fault.Invalid, "queue-colour", "Nobody may print in colour here, so --colour-default cannot be colour. Say mono or auto.")
	case p.Programs < 0 || p.Programs > MostProgramPages:
		return fault.New(fault.Invalid, "queue-programs", "Say --programs with a number of pages from 1 to %d, or 0 for none.", MostProgramPages)
	case p.Programs > 0 && !p.Takes(school.ByServer):
		return fault.New(fault.Invalid, "queue-programs", "PostScript and PCL come from print servers alone: say --proof with server too.")
	case !p.Colour.within(p.Users):
		return fault.New(fault.Invalid, "queue-colour", "--colour names somebody who may not use this queue. Let them use it with --users, or leave them out.")
	}
	return nil
}

// within says whether everything the circle names can be part of another: a role that
// the other does not name cannot, and a year group or a class only if pupils, or
// somebody who may be in it, can.
func (c Circle) within(users Circle) bool {
	if !users.Closed || !c.Closed {
		return true
	}
	pupils := slices.Contains(users.Roles, school.Pupil) || len(users.Classes) > 0
	for _, r := range c.Roles {
		switch {
		case slices.Contains(users.Roles, r), ofStaff(r) && slices.Contains(users.Roles, Staff), len(users.Classes) > 0:
		case r == Staff && slices.ContainsFunc(users.Roles, ofStaff):
		case r == school.Pupil && len(users.Years) > 0:
		default:
			return false
		}
	}
	for _, y := range c.Years {
		if !pupils && !slices.Contains(users.Years, y) {
			return false
		}
	}
	return len(c.Classes) == 0 || pupils || len(users.Years) > 0 || slices.Contains(users.Roles, Staff) || slices.Contains(users.Roles, school.Teacher)
}

func ofStaff(r school.Role) bool { return r != school.Pupil && r != school.Guest }
