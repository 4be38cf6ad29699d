package school

import (
	"net/netip"
	"slices"

	"inkwell/internal/db"
)

// ID names a school.
type ID = db.SchoolID

// PersonID names a person within the installation. It never leaves the server.
type PersonID int64

// Pseudonym stands for a person in audit rows and logs. It is a UUID.
type Pseudonym = string

// Role is what a person is at a school.
type Role string

// The roles of people.
const (
	Pupil   Role = "pupil"
	Teacher Role = "teacher"
	IT      Role = "it"
)

// Capability is one thing an actor may do. Rooms ask for capabilities, never for
// roles, so that what a role may do stands in one table.
type Capability string

// The capabilities.
const (
	Print      Capability = "print"       // submit, release and delete own jobs
	SeeSchool  Capability = "see-school"  // the school's jobs and balances, without titles
	Suspend    Capability = "suspend"     // withdraw and give back printing rights
	ManageFace Capability = "manage-face" // printers, queues and stations; other people's jobs over IPP
	UseConsole Capability = "use-console" // sign in to the staff pages
)

var capabilities = map[Role][]Capability{
	Pupil:   {Print},
	Teacher: {Print},
	IT:      {Print, SeeSchool, Suspend, ManageFace, UseConsole},
}

// Proof is how an actor proved who they are.
type Proof string

// The proofs, weakest last.
const (
	ByPassword Proof = "password" // a password checked over TLS or on loopback
	BySession  Proof = "session"  // a staff session
	ByBadge    Proof = "badge"    // a badge at a station
	ByCode     Proof = "code"     // name and code at a station
	ByAddress  Proof = "address"  // the personal address of a device
	ByServer   Proof = "server"   // a name believed because a trusted print server says it
	ByLoopback Proof = "loopback" // a name believed because the queue trusts this machine
	ByHost     Proof = "host"     // a command run on the server itself
	ByVouch    Proof = "vouched"  // nothing: a shared device says so, and the person has yet to agree
)

// Actor is someone who acts in one school, and how they proved it. Only this
// package, and internal/signin for staff, make one.
type Actor struct {
	School    ID
	Person    PersonID
	Pseudonym Pseudonym
	Roles     []Role
	Proof     Proof
	Group     GroupID    // of ByServer and ByVouch: the devices' group, ...
	Device    netip.Addr // ... and which of them it was
}

// May says whether any of the actor's roles carries the capability. A personal
// address is kept on a device that others may pick up, and what shared devices, print
// servers and programs of this machine say is their word: they print, and nothing else.
func (a Actor) May(c Capability) bool {
	if slices.Contains([]Proof{ByAddress, ByServer, ByLoopback, ByVouch}, a.Proof) && c != Print {
		return false
	}
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(capabilities[r], c) })
}
