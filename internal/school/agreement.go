package school

import (
	"context"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// AgreementID names a version of an agreement.
type AgreementID int32

// Audience is whom an agreement is for.
type Audience string

// The audiences.
const (
	Pupils Audience = "pupils"
	Adults Audience = "adults" // staff, guests and everybody else
)

// Signatory is who signed a form.
type Signatory string

// The signatories.
const (
	Self   Signatory = "self"
	Parent Signatory = "parent"
)

// Agreement is one version of the acceptable-use agreement. Days are midnight UTC of
// their date.
type Agreement struct {
	ID       AgreementID
	School   ID
	Version  string // as printed on the form, 1 to 40 characters
	Audience Audience
	Clauses  int       // questions to be answered yes or no, 0 to 20
	Parent   bool      // of Pupils: a parent signs too
	Starts   time.Time // in force from this day until a later version's
	Blocks   time.Time // from this day on, who has not signed cannot print; zero: they are only reminded
}

// Signature is what was on a form. A later one of the same signatory takes its place.
type Signature struct {
	Agreement AgreementID
	Person    PersonID
	By        Signatory
	Answers   []bool    // one for each clause
	On        time.Time // the date on the form
	Recorded  time.Time
	Recorder  Pseudonym // "" for a command on the server
}

// Agreed says whether the form is signed: a "no" is not signed.
func (s Signature) Agreed() bool {
	for _, yes := range s.Answers {
		if !yes {
			return false
		}
	}
	return true
}

// Consent is how a person stands to the agreement in force.
type Consent struct {
	Agreement Agreement // zero where the school has none
	Signed    bool      // by all who have to
	Bars      bool      // not signed, and the day is past from which that stops printing
}

var agreementUnknown = fault.New(fault.NotFound, "agreement-unknown", "There is no agreement of that version here.")

// AddAgreement adds a version.
func AddAgreement(ctx context.Context, tx *db.Tx, by Pseudonym, a Agreement) (Agreement, error) {
	a.Version = strings.TrimSpace(a.Version)
	switch {
	case a.Version == "" || len([]rune(a.Version)) > 40:
		return a, fault.New(fault.Invalid, "agreement-version", "A version is 1 to 40 characters, as on the form, such as \"2026-09\".")
	case a.Audience != Pupils && a.Audience != Adults:
		return a, fault.New(fault.Invalid, "agreement-audience", "An agreement is for pupils or for adults.")
	case a.Clauses < 0 || a.Clauses > 20:
		return a, fault.New(fault.Invalid, "agreement-clauses", "A form has 0 to 20 questions to answer yes or no.")
	case a.Parent && a.Audience != Pupils:
		return a, fault.New(fault.Invalid, "agreement-parent", "Parents sign for pupils alone.")
	case !a.Blocks.IsZero() && a.Blocks.Before(a.Starts):
		return a, blocksTooEarly
	}
	taken, err := agreementThere(ctx, tx, a)
	if err != nil {
		return a, err
	}
	if taken {
		return a, fault.New(fault.Conflict, "agreement-there", "There is an agreement of that version, or one for the same people that begins on the same day.")
	}
	if a.ID, err = insertAgreement(ctx, tx, a); err != nil {
		return a, err
	}
	return a, audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "agreement-added", Actor: by, Object: agreementObject(a.ID),
		Facts: map[string]any{"audience": string(a.Audience), "clauses": a.Clauses, "parent": a.Parent, "blocks": !a.Blocks.IsZero()}})
}

var blocksTooEarly = fault.New(fault.Invalid, "agreement-blocks", "An agreement cannot stop printing before it is in force.")

// SetBlocks changes the day from which an agreement that is not signed stops printing. The
// zero day is never.
func SetBlocks(ctx context.Context, tx *db.Tx, by Pseudonym, a Agreement, day time.Time) error {
	if !day.IsZero() && day.Before(a.Starts) {
		return blocksTooEarly
	}
	if err := updateBlocks(ctx, tx, a.ID, day); err != nil {
		return err
	}
	facts := map[string]any{"blocks": !day.IsZero()}
	if !day.IsZero() {
		facts["from"] = day.Format(time.DateOnly)
	}
	return audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "agreement-changed", Actor: by, Object: agreementObject(a.ID), Facts: facts})
}

// Agreements are a school's versions, the newest first.
func Agreements(ctx context.Context, tx *db.Tx, id ID) ([]Agreement, error) {
	return agreements(ctx, tx, "a.school_id = $1", id)
}

// AgreementByVersion finds one of a school's versions.
func AgreementByVersion(ctx context.Context, tx *db.Tx, id ID, version string) (Agreement, error) {
	all, err := agreements(ctx, tx, "a.school_id = $1 AND a.version = $2", id, strings.TrimSpace(version))
	if err == nil && len(all) == 0 {
		err = agreementUnknown
	}
	if err != nil {
		return Agreement{}, err
	}
	return all[0], nil
}

// fits refuses a form that cannot be one of this agreement.
func (a Agreement) fits(s Signature, today time.Time) error {
	switch {
	case len(s.Answers) != a.Clauses:
		return fault.New(fault.Invalid, "answers", "This form has %d questions; each is answered yes or no.", a.Clauses)
	case s.By != Self && s.By != Parent:
		return fault.New(fault.Invalid, "signatory", "A form is signed by the person (self) or by a parent.")
	case s.By == Parent && !a.Parent:
		return fault.New(fault.Invalid, "signatory", "No parent signs this form.")
	case s.On.After(today):
		return fault.New(fault.Invalid, "signed-on", "A form cannot have been signed on a day to come.")
	case s.On.Before(a.Starts.AddDate(-1, 0, 0)):
		return fault.New(fault.Invalid, "signed-on", "That is more than a year before this version began. Is the date right?")
	}
	return nil
}

// RecordForms keeps what was on forms of one agreement and says how many of them are new: a
// form that says the same as the last of its signatory is not kept again. Forms of
// people who are not in the school, or that are not filled in as the agreement asks,
// fail the transaction.
func RecordForms(ctx context.Context, tx *db.Tx, by Pseudonym, a Agreement, forms []Signature) (int, error) {
	s, err := schoolByID(ctx, tx, a.School)
	if err != nil {
		return 0, err
	}
	for _, f := range forms {
		if err := a.fits(f, s.Day(tx.Now)); err != nil {
			return 0, err
		}
	}
	fresh, err := insertSignatures(ctx, tx, a, by, forms)
	if err != nil {
		return 0, err
	}
	for _, f := range fresh {
		if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "agreement-recorded", Actor: by, Subject: f.pseudonym, Object: agreementObject(a.ID),
			Facts: map[string]any{"signatory": string(f.by), "agreed": f.agreed}}); err != nil {
			return 0, err
		}
	}
	return len(fresh), nil
}

// Consents says how people of one school stand to the agreement they have to sign.
// Whom no agreement is for stands as signed.
func Consents(ctx context.Context, tx *db.Tx, people []PersonID) (map[PersonID]Consent, error) {
	return AskConsents(tx, people)(ctx)
}

// AskConsents is Consents with the transaction's next statement.
func AskConsents(tx *db.Tx, people []PersonID) db.Answer[map[PersonID]Consent] {
	return askConsents(tx, people)
}

// AdultsAgreement is the version that adults sign today, or "".
func AdultsAgreement(ctx context.Context, tx *db.Tx, id ID) (string, error) {
	s, err := schoolByID(ctx, tx, id)
	if err != nil {
		return "", err
	}
	all, err := agreements(ctx, tx, "a.school_id = $1 AND a.audience = 'adults' AND a.starts_on <= $2", id, s.Day(tx.Now))
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].Version, nil
}

// Signatures are all forms of a person, the newest first.
func Signatures(ctx context.Context, tx *db.Tx, person PersonID) ([]Signature, error) {
	return signatures(ctx, tx, person)
}

// Unsigned are people of a school who have not signed what is in force for them, by
// year and name, at most limit of them, and how many there are.
func Unsigned(ctx context.Context, tx *db.Tx, id ID, limit int) ([]Person, int, error) {
	s, err := schoolByID(ctx, tx, id)
	if err != nil {
		return nil, 0, err
	}
	return unsigned(ctx, tx, id, s.Day(tx.Now), limit)
}
