package school

import (
	"net/netip"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// ID names a school.
type ID = db.SchoolID

// PersonID names a person within the installation. It never leaves the server.
type PersonID int64

// Pseudonym stands for a person in audit rows and logs. It is a UUID.
type Pseudonym = string

// Role is what a person is at a school. A role at the trust's central office is held
// across the trust.
type Role string

// The roles of people (who sees and does what stands in the table of capabilities).
const (
	Pupil          Role = "pupil"
	Teacher        Role = "teacher"
	Assistant      Role = "assistant"       // a teaching assistant
	Cover          Role = "cover"           // takes classes of teachers who are away
	Reception      Role = "reception"       // the front desk
	IT             Role = "it"              // the school's own IT staff
	Provider       Role = "provider"        // the managed service provider: machines, never conduct
	PrintRoom      Role = "print-room"      // reprographics
	Exams          Role = "exams"           // the examinations officer
	Safeguarding   Role = "safeguarding"    // designated safeguarding lead and named deputies
	Head           Role = "head"            // the headteacher
	COO            Role = "coo"             // the trust's chief operating officer
	Finance        Role = "finance"         // the bursar
	DataProtection Role = "data-protection" // the data protection officer
	Auditor        Role = "auditor"
	Guest          Role = "guest" // a visitor under the head's dated authority
)

// Capability is one thing an actor may do. Rooms ask for capabilities, never for
// roles, so that what a role may do stands in one table.
type Capability string

// The capabilities.
const (
	Print            Capability = "print"             // submit, release and delete own jobs
	UseConsole       Capability = "use-console"       // sign in to the staff pages
	FindPeople       Capability = "find-people"       // the school's people by name, without their printing
	SeeSchool        Capability = "see-school"        // the school's jobs and balances, without titles
	Suspend          Capability = "suspend"           // withdraw and give back printing rights
	ManageFace       Capability = "manage-face"       // printers, queues and stations; other people's jobs over IPP
	ManageRoster     Capability = "manage-roster"     // people, roles and classes; badge readers; what the school switches on
	ManageCalendar   Capability = "manage-calendar"   // terms, days off, closures, bells
	ArrangeCover     Capability = "arrange-cover"     // who takes whose lesson today
	ManageExams      Capability = "manage-exams"      // exam windows
	IssuePass        Capability = "issue-pass"        // lost badges, day passes and found badges
	PassOwnClass     Capability = "pass-own-class"    // lost badges and day passes of the registration class one teaches
	IssueSlip        Capability = "issue-slip"        // a runner's slip: one job, one printer, 20 minutes
	SponsorGuest     Capability = "sponsor-guest"     // enter a guest under an authority
	AuthoriseGuest   Capability = "authorise-guest"   // give the authority for guests
	RecordAgreements Capability = "record-agreements" // who signed the acceptable-use agreement
	GrantFromClass   Capability = "grant-from-class"  // pages for pupils of a class that one teaches now, out of its budget
	PauseClass       Capability = "pause-class"       // stop the printing of the class that one teaches just now, until the bell
	ReleaseForClass  Capability = "release-for-class" // what pupils of the class that one teaches just now wait for, at the room's printer
	TopUp            Capability = "top-up"            // shared accounts, and pages for them and for people
	SetPrices        Capability = "set-prices"        // what printing costs, and who gets how much
	AnswerRequests   Capability = "answer-requests"   // give people what is kept about them, and see who read it
	SeeRules         Capability = "see-rules"         // the school's rules of printing
	ExemptFromRules  Capability = "exempt-from-rules" // let people off rules, and take that back
	RecordExemption  Capability = "record-exemption"  // as the second officer
	ApprovePupils    Capability = "approve-pupils"    // a yes to a job of the pupils one teaches
	ApproveAnyone    Capability = "approve-anyone"    // a yes to any job of the school's that waits for one
	SeeUsage         Capability = "see-usage"         // what the school prints, in sums
	SeeClassUsage    Capability = "see-class-usage"   // what the pupils print whom one teaches
	RefundPupils     Capability = "refund-pupils"     // answer the pupils one teaches who ask for pages back
	RefundAnyone     Capability = "refund-anyone"     // answer anybody but oneself who does
	RecoverCosts     Capability = "recover-costs"     // what damage and loss cost
	OwnPage          Capability = "own-page"          // what was done about one's own printing, and to object to it
	ReviewConduct    Capability = "review-conduct"    // answer pupils who object, where one is named as their reviewer
	ReviewAnyone     Capability = "review-anyone"     // answer any of them, but about what one did oneself
	NameReviewers    Capability = "name-reviewers"    // who reviews, and who is told of matters of safeguarding
	SeeConduct       Capability = "see-conduct"       // flags and steps of a person, but those of safeguarding
	SeeFairness      Capability = "see-fairness"      // flags and withdrawals in sums
	SeeMatters       Capability = "see-matters"       // matters of safeguarding that are with one
	FlagPupils       Capability = "flag-pupils"       // tell, with a note, of a pupil's misuse of printing
	FlagByName       Capability = "flag-by-name"      // the same of any pupil whom one can name: for staff who neither teach a class nor look people up
	SetConduct       Capability = "set-conduct"       // the rules of conduct, and the switch that stops them
	KeepWords        Capability = "keep-words"        // the safeguarding lead's list of words
	SeeRecord        Capability = "see-record"        // who did what at the school and when, never why or to whom; and who holds which role
	ReviewAccess     Capability = "review-access"     // who may use these pages: look at all of them, and sign
	SeeExams         Capability = "see-exams"         // exam windows, and how much was printed in them
	AskPrintRoom     Capability = "ask-print-room"    // hand own documents to the print room
	RunPrintRoom     Capability = "run-print-room"    // what was handed to the print room: see, print, finish, send back
	SeeTrust         Capability = "see-trust"         // what each school of the trust prints, in sums
)

var capabilities = map[Role][]Capability{
	Pupil:     {Print, OwnPage},
	Guest:     {Print},
	Teacher:   {Print, UseConsole, AskPrintRoom, PassOwnClass, IssueSlip, GrantFromClass, ReleaseForClass, PauseClass, SeeRules, ApprovePupils, SeeClassUsage, RefundPupils, ReviewConduct, FlagPupils},
	Assistant: {Print, UseConsole, AskPrintRoom, IssueSlip, FlagPupils, FlagByName},
	Cover:     {Print, UseConsole, AskPrintRoom, IssueSlip, GrantFromClass, ReleaseForClass, PauseClass, SeeRules, ApprovePupils, FlagPupils},
	Reception: {Print, UseConsole, AskPrintRoom, FindPeople, IssuePass, ArrangeCover, SponsorGuest, RecordAgreements, FlagPupils},
	IT: {Print, UseConsole, AskPrintRoom, FindPeople, SeeSchool, Suspend, ManageFace, ManageRoster, ManageCalendar, ArrangeCover,
		ManageExams, IssuePass, SponsorGuest, RecordAgreements, TopUp, SetPrices, SeeRules, ExemptFromRules, ApprovePupils, ApproveAnyone,
		SeeUsage, RefundPupils, RefundAnyone, RecoverCosts, ReviewConduct, NameReviewers, SeeConduct, SeeFairness, FlagPupils, SetConduct, SeeRecord, SeeExams},
	Provider:     {Print, UseConsole, ManageFace},
	PrintRoom:    {Print, UseConsole, RunPrintRoom},
	Exams:        {Print, UseConsole, AskPrintRoom, ManageExams, SeeExams},
	Safeguarding: {Print, UseConsole, SeeMatters, KeepWords, FlagPupils, FlagByName},
	Head: {Print, UseConsole, AskPrintRoom, FindPeople, SeeSchool, ManageCalendar, ArrangeCover, IssuePass, SponsorGuest, AuthoriseGuest,
		SeeRules, ExemptFromRules, RecordExemption, ApprovePupils, ApproveAnyone, SeeUsage, RecoverCosts, ReviewConduct, ReviewAnyone, NameReviewers, SeeConduct, SeeFairness, SeeMatters, FlagPupils, SetConduct, SeeRecord, ReviewAccess, SeeExams},
	COO:            {Print, UseConsole, SeeRules, ExemptFromRules, RecordExemption, SeeUsage, SeeFairness, SeeTrust},
	Finance:        {Print, UseConsole, AskPrintRoom, FindPeople, TopUp, SetPrices, SeeUsage, RecoverCosts},
	DataProtection: {Print, UseConsole, AskPrintRoom, FindPeople, AnswerRequests, RecordAgreements, SeeFairness, SeeRecord, ReviewAccess},
	Auditor:        {Print, UseConsole, SeeRecord, ReviewAccess},
}

// StaffRoles are what members of staff can be.
func StaffRoles() []Role {
	return []Role{Teacher, Assistant, Cover, Reception, IT, Provider, PrintRoom, Exams, Safeguarding, Head, COO, Finance, DataProtection, Auditor}
}

// ParseStaffRole reads a role of staff.
func ParseStaffRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(StaffRoles(), r) {
		return r, nil
	}
	return "", fault.New(fault.Invalid, "role-unknown", "There is no staff role %q. The roles are %s.", s, listed(StaffRoles()))
}

func listed(all []Role) string {
	words := make([]string, len(all))
	for i, r := range all {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// Proof is how an actor proved who they are.
type Proof string

// The proofs, weakest last.
const (
	ByPassword Proof = "password" // a password checked over TLS or on loopback
	BySession  Proof = "session"  // a staff session
	ByBadge    Proof = "badge"    // a badge at a station
	ByCode     Proof = "code"     // name and code at a station
	ByPass     Proof = "pass"     // a day pass at a station
	BySlip     Proof = "slip"     // a runner's slip at a station: the person is its owner, and not who holds it
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
	Pass      PassID     // of ByPass
	Badges    int        // version of badges, passes and codes that this was proven against: Stands
}

// NotAllowed is the refusal of an act that none of the actor's roles carries the
// capability for.
var NotAllowed = fault.New(fault.Forbidden, "not-allowed", "Your role does not allow this.")

// May says whether any of the actor's roles carries the capability. A personal
// address is kept on a device that others may pick up, a slip is in a pupil's hand, and
// what shared devices, print servers and programs of this machine say is their word: they
// print, and nothing else.
func (a Actor) May(c Capability) bool {
	if slices.Contains([]Proof{ByAddress, BySlip, ByServer, ByLoopback, ByVouch}, a.Proof) && c != Print {
		return false
	}
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(capabilities[r], c) })
}
