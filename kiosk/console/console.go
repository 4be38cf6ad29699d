package console

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/internal/signin"
	"inkwell/internal/web"
	"inkwell/internal/words"
	"inkwell/ipp/rollout"
	"inkwell/quota/conduct"
	"inkwell/release"
)

//go:embed static all:templates
var files embed.FS

// SignIn is how staff get in: signin.SignIn.
type SignIn interface {
	SignIn(ctx context.Context, t signin.Try) (signin.Entered, error)
	SignInOwn(ctx context.Context, t signin.Try) (signin.Entered, error)
	Actor(ctx context.Context, token string) (school.Actor, error)
	SignOut(ctx context.Context, token string) error
	Invitations
	Outside
	Factors
	Sessions
	Doors
}

// Invitations is the sign-in's part in links that work once.
type Invitations interface {
	Invitation(ctx context.Context, token string) (username string, err error)
	Accept(ctx context.Context, token, password string) error
}

// Places is the sign-in's part in people who are at several schools.
type Places interface {
	Several(ctx context.Context, a school.Actor) (bool, error)
	Places(ctx context.Context, token string) ([]signin.Place, error)
	Switch(ctx context.Context, token string, to school.ID) (signin.Entered, error)
}

// Outside is the sign-in's part in people whom somebody else vouches for.
type Outside interface {
	SignInOutside(ctx context.Context, o signin.Outside) (signin.Entered, error)
	SignInOwnOutside(ctx context.Context, o signin.Outside) (signin.Entered, error)
	AcceptOutside(ctx context.Context, token string, o signin.Outside) (signin.Entered, error)
}

// Factors is the sign-in's part in second factors.
type Factors interface {
	Waits(ctx context.Context, token string) (signin.Stage, error)
	Code(ctx context.Context, token, code string, remember bool) (in signin.Entered, device string, err error)
	Enrol(ctx context.Context, token string) (signin.Enrolment, error)
	Confirm(ctx context.Context, token, code string) (in signin.Entered, recovery []string, err error)
	NewRecoveryCodes(ctx context.Context, token string) ([]string, error)
}

// Sessions is the sign-in's part in a person's own sessions.
type Sessions interface {
	Places
	Own(ctx context.Context, token string) (signin.Own, error)
	EndOwn(ctx context.Context, token string, id signin.SessionID) error
	Still(ctx context.Context, token string) (school.Actor, error)
	Fresh(ctx context.Context, token string) (fresh bool, asks signin.Asks, err error)
	Prove(ctx context.Context, token string, by signin.Proof) (signin.Entered, error)
}

// Doors is the sign-in's part in the ways in of others.
type Doors interface {
	Colleagues(ctx context.Context, a school.Actor) ([]signin.Colleague, error)
	FactorRoles(ctx context.Context, id school.ID) ([]school.Role, error)
	WantFactor(ctx context.Context, by school.Actor, id school.ID, roles []school.Role) error
	ResetFactor(ctx context.Context, by school.Actor, id school.ID, person school.PersonID) error
	EndSessions(ctx context.Context, by school.Actor, id school.ID, person school.PersonID) error
	Bar(ctx context.Context, by school.Actor, id school.ID, person school.PersonID, barred bool) error
}

// Desk is what staff see of the release desk: release.Desk.
type Desk interface {
	Disowned(ctx context.Context, a school.Actor) ([]release.DisownedJob, error)
	Today(ctx context.Context, a school.Actor, person school.PersonID) ([]release.TodayJob, error)
	Reception
	Approvals
	Holding
	Explaining
	Own
	ClassRelease
	Refunds
	Printers
}

// Holding is the desk's part in how long jobs are held, and in what is sealed.
type Holding interface {
	Extend(ctx context.Context, tx *db.Tx, id school.ID) (release.Extension, error)
	WouldExtend(ctx context.Context, tx *db.Tx, id school.ID, c calendar.Calendar) (release.Extension, error)
	SealedDocument(ctx context.Context, id school.ID, job release.JobID) (io.ReadCloser, error)
}

// Printers is the desk's part in looking after printers.
type Printers interface {
	Kiosks
	Live(ctx context.Context, a school.Actor) (release.Live, error)
	SchoolPrinters(ctx context.Context, a school.Actor) ([]release.PrinterRecord, error)
	Cares(ctx context.Context, a school.Actor) ([]release.Care, error)
	LookAt(ctx context.Context, a school.Actor, id release.PrinterID) (release.Look, error)
	Mend(ctx context.Context, a school.Actor, id release.FaultID) error
	PausePrinter(ctx context.Context, a school.Actor, id release.PrinterID, pause bool) error
	PrintTestPage(ctx context.Context, a school.Actor, id release.PrinterID) (release.JobID, error)
	Unaccounted(ctx context.Context, a school.Actor) ([]release.Unaccounted, error)
}

// Kiosks is the desk's part in the screens of stations.
type Kiosks interface {
	Stands(ctx context.Context, a school.Actor) ([]release.Stand, error)
	PairDevice(ctx context.Context, in school.ID, by school.Pseudonym, slug, code string) (release.Station, error)
	EndDevice(ctx context.Context, in school.ID, by school.Pseudonym, id release.DeviceID) (slug string, err error)
	RetireStation(ctx context.Context, in school.ID, by school.Pseudonym, slug string) (int, error)
}

// Own is the desk's part in what staff and pupils print themselves.
type Own interface {
	OwnPage
	PrintRoom
	Previews
	Mine(ctx context.Context, a school.Actor) ([]release.MyJob, error)
	MakeSlip(ctx context.Context, a school.Actor, id release.JobID, at release.PrinterID) (release.Slip, error)
	EndSlip(ctx context.Context, a school.Actor, id release.JobID) error
	Prints(ctx context.Context, a school.Actor) ([]release.Print, error)
	AskRefund(ctx context.Context, a school.Actor, id release.DeliveryID, reason release.RefundReason, pages int) error
}

// Refunds is the desk's part in prints that went wrong.
type Refunds interface {
	Refunds(ctx context.Context, a school.Actor) ([]release.Refund, error)
	Grant(ctx context.Context, a school.Actor, id release.RefundID, pages int) error
	Decline(ctx context.Context, a school.Actor, id release.RefundID, why string) error
}

// Approvals is the desk's part in jobs that wait for a teacher's yes.
type Approvals interface {
	Waiting(ctx context.Context, a school.Actor) ([]release.Waiting, error)
	Approve(ctx context.Context, a school.Actor, id release.ApprovalID) error
	Return(ctx context.Context, a school.Actor, id release.ApprovalID, reason string) error
}

// Reception is the desk's part in lost badges, guests and supply staff.
type Reception interface {
	LoseBadge(ctx context.Context, a school.Actor, person school.PersonID) (school.Pass, error)
	FindBadge(ctx context.Context, a school.Actor, person school.PersonID) error
	AdmitGuest(ctx context.Context, a school.Actor, v school.Visit) (school.Admitted, school.Pass, error)
	EndGuest(ctx context.Context, a school.Actor, person school.PersonID) error
}

// Conduct decides who may print at all: conduct.Conduct.
type Conduct interface {
	Powers
	Fair
	Safeguarding
}

// Powers is conduct's part for who withdraws printing, and gives it back.
type Powers interface {
	Suspend(ctx context.Context, by school.Actor, person school.PersonID, until time.Time, reason string) error
	Lift(ctx context.Context, by school.Actor, person school.PersonID, reason string) error
	SuspendFrom(ctx context.Context, by school.Actor, person school.PersonID, from, until time.Time, reason string) error
	SuspendGroup(ctx context.Context, by school.Actor, g conduct.Group, from, until time.Time, reason string) (conduct.Order, error)
	PauseClass(ctx context.Context, by school.Actor, class school.ClassID) (conduct.Order, error)
	LiftOrder(ctx context.Context, by school.Actor, id conduct.OrderID, reason string) error
	Orders(ctx context.Context, by school.Actor) ([]conduct.Order, error)
	InForce(ctx context.Context, by school.Actor) ([]conduct.Suspension, error)
	SwitchOff(ctx context.Context, by school.Actor, why string) error
}

// Safeguarding is conduct's part for the safeguarding lead, deputies and the head.
type Safeguarding interface {
	Matters(ctx context.Context, a school.Actor) ([]conduct.Matter, error)
	Waiting(ctx context.Context, a school.Actor) (int, error)
	Acknowledge(ctx context.Context, by school.Actor, id conduct.MatterID) error
	HandOver(ctx context.Context, by school.Actor, id conduct.MatterID, to string) error
	Seal(ctx context.Context, by school.Actor, id conduct.MatterID) error
	AskToLook(ctx context.Context, by school.Actor, id conduct.MatterID) error
	Witness(ctx context.Context, by school.Actor, id conduct.MatterID) error
	LookedAt(ctx context.Context, by school.Actor, id conduct.MatterID) (job int32, err error)
	Refer(ctx context.Context, by school.Actor, flag conduct.FlagID, why string) error
	Wording
}

// Wording is what the safeguarding lead looks after, and who is told.
type Wording interface {
	Words(ctx context.Context, a school.Actor) ([]conduct.Word, error)
	AddWord(ctx context.Context, by school.Actor, text string) error
	RemoveWord(ctx context.Context, by school.Actor, id conduct.WordID) error
	NameKeepers(ctx context.Context, by school.Actor, all []conduct.Keeper) error
}

// Fair is conduct's part in hearing pupils, and in explaining what was done.
type Fair interface {
	MyCases(ctx context.Context, a school.Actor) ([]conduct.Case, error)
	Object(ctx context.Context, a school.Actor, of conduct.Case, words string) (conduct.Objection, error)
	Flagging
	Reviews(ctx context.Context, a school.Actor) ([]conduct.Case, error)
	Decide(ctx context.Context, by school.Actor, id conduct.ObjectionID, v conduct.Verdict, until time.Time, reason string) error
	NameReviewers(ctx context.Context, by school.Actor, year int, all []school.PersonID) error
	History(ctx context.Context, by school.Actor, person school.PersonID, since time.Time) ([]conduct.Told, []conduct.Case, error)
	Letter(ctx context.Context, by school.Actor, which conduct.SuspensionID) (conduct.Case, error)
	FairnessOf(ctx context.Context, by school.Actor) (conduct.Fairness, error)
	Export(ctx context.Context, by school.Actor, since time.Time, to io.Writer) error
}

// Stepping is conduct's part in steps that wait for a person.
type Stepping interface {
	HeldSteps(ctx context.Context, a school.Actor) ([]conduct.HeldStep, error)
	DecideStep(ctx context.Context, by school.Actor, id conduct.StepID, v conduct.Verdict, until time.Time, why string) error
}

// Flagging is conduct's part in flags that staff raise, and in those that wait for somebody.
type Flagging interface {
	Raise(ctx context.Context, by school.Actor, person school.PersonID, category, note string) (conduct.FlagID, error)
	RaiseNamed(ctx context.Context, by school.Actor, username, family, category, note string) (conduct.FlagID, error)
	Undecided(ctx context.Context, a school.Actor) (all []conduct.Pile, more int, err error)
	UndecidedCases(ctx context.Context, a school.Actor) (int, error)
	Stepping
	DecideFlags(ctx context.Context, by school.Actor, newest conduct.FlagID, as conduct.Outcome, why string) error
}

// RollOut is what there is to roll out to a school's computers. A server that nobody
// has given a name is refused ("server-nameless").
type RollOut func(ctx context.Context, id school.ID) (rollout.Plan, error)

// Options are the console's parts; all but SSO are needed.
type Options struct {
	SSO        SSO // nil without one
	DB         *db.DB
	SignIn     SignIn
	Desk       Desk
	Conduct    Conduct
	Holder     Holder
	RollOut    RollOut
	OwnPrinter RollOut // one printer, whose path has no personal address yet
	Verify     Verify
	Health     Health
	Log        *slog.Logger
	Words      *words.Catalogue // the languages that kiosks can be read in; nil means those that are shipped
	// Subscribe returns a bell for topics of package events, and how to take it
	// down: events.Hub.Subscribe's C and Close.
	Subscribe func(topics ...string) (bell <-chan struct{}, stop func())
}

// Console serves the staff pages. It is safe for concurrent use.
type Console struct {
	words   *words.Catalogue
	db      *db.DB
	signIn  SignIn
	sso     SSO
	desk    Desk
	conduct Conduct
	holder  Holder
	rollOut RollOut
	printer RollOut
	verify  Verify
	health  Health
	log     *slog.Logger
	pages   *web.Pages

	verifying *sync.Mutex // one verification at a time
	trying    *sync.Map   // of schools at which somebody tries something on the past
	lookers   *lookers
}

// New checks the options and parses the pages.
func New(o Options) (*Console, error) {
	if o.DB == nil || o.SignIn == nil || o.Desk == nil || o.Conduct == nil || o.Holder == nil || o.RollOut == nil || o.OwnPrinter == nil || o.Verify == nil || o.Health == nil || o.Subscribe == nil || o.Log == nil {
		return nil, errors.New("the staff pages need a database, a sign-in, a desk, conduct, what people hold, a roll-out, a printer of one's own, a verification, a look at everything, a hub and a log")
	}
	pages, err := parsed(o.Log)
	if err != nil {
		return nil, err
	}
	return &Console{words: cmp.Or(o.Words, words.Shipped()), db: o.DB, signIn: o.SignIn, sso: o.SSO, desk: o.Desk, conduct: o.Conduct, holder: o.Holder, rollOut: o.RollOut, printer: o.OwnPrinter, verify: o.Verify, health: o.Health, log: o.Log, pages: pages, verifying: &sync.Mutex{}, trying: &sync.Map{}, lookers: newLookers(o.Subscribe)}, nil
}

// parsed are the pages of this room.
func parsed(log *slog.Logger) (*web.Pages, error) {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{Prefix: staticPrefix, Templates: templates, Static: static, Log: log})
}
