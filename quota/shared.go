package quota

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Sort is what a shared account is for.
type Sort string

// The sorts.
const (
	DepartmentSort Sort = "department"
	ClassSort      Sort = "class" // a class's budget, of which its teachers give
	EventSort      Sort = "event"
	ExamSort       Sort = "exam"
)

// Sorts are all of them.
func Sorts() []Sort { return []Sort{DepartmentSort, ClassSort, EventSort, ExamSort} }

// Shared is an account that several people may have a job charged to.
type Shared struct {
	ID      AccountID
	Code    string // what a computer names it by: small letters, digits and hyphens, 40 at most
	Name    string // 1 to 100 characters
	Sort    Sort
	Limited bool             // it is refused when empty; otherwise what it paid for is recorded, and no more
	Class   school.ClassID   // whose budget it is, of ClassSort
	Users   []Audience       // who may charge it: anybody of any of them
	PaysFor []school.ClassID // whose pupils print on it unless they choose otherwise
	Until   time.Time        // it pays for nothing from then on; zero for never
	Closed  bool
	Balance int64 // units; 0 of one without a limit
}

// Open says whether it pays for anything at a time.
func (s Shared) Open(at time.Time) bool {
	return !s.Closed && (s.Until.IsZero() || at.Before(s.Until))
}

// Has says whether somebody may charge it.
func (s Shared) Has(p school.PersonID, b school.Belonging) bool {
	return slices.ContainsFunc(s.Users, func(a Audience) bool { return a.Has(p, b) })
}

// mostUsers bounds the lists of one account.
const mostUsers = 200

// takenNames are those that a person's own accounts are read and named by: at a kiosk nobody
// could tell a shared one of that name from theirs.
var takenNames = []string{"Me", "Private", OwnCode, PersonalCode}

var (
	codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

	sharedCode    = fault.New(fault.Invalid, "account-code", "An account's code has small letters, digits and hyphens, 40 at most, such as art. The words own and personal are taken.")
	sharedName    = fault.New(fault.Invalid, "account-name", "An account's name has 1 to 100 characters on one line, the first of them not = + - or @. The words Me, Private, Own and Personal are taken.")
	sharedSort    = fault.New(fault.Invalid, "account-sort", "An account is a department's, a class's, an event's or an exam's: department, class, event or exam.")
	sharedClass   = fault.New(fault.Invalid, "account-class", "A class's account has a limit and names its class; others name none.")
	sharedUsers   = fault.New(fault.Invalid, "account-users", "At most 200 groups or people may charge an account, and as many classes print on it by default.")
	sharedUntil   = fault.New(fault.Invalid, "account-until", "An account ends in the future.")
	sharedThere   = fault.New(fault.Conflict, "account-there", "Another account has this code, this name or this class already.")
	sharedDefault = fault.New(fault.Conflict, "account-default", "Another account pays for one of these classes already.")
	// AccountNone is the refusal of an account that is not there.
	AccountNone = fault.New(fault.NotFound, "account-none", "There is no shared account of that code or name.")
)

// check refuses what cannot be.
func (s Shared) check(now time.Time) error {
	switch {
	case !codeForm.MatchString(s.Code) || len(s.Code) > 40 || s.Code == OwnCode || s.Code == PersonalCode:
		return sharedCode
	case s.Name == "" || !oneLine(s.Name, 100) || slices.ContainsFunc(takenNames, func(name string) bool { return strings.EqualFold(name, s.Name) }):
		return sharedName
	case !slices.Contains(Sorts(), s.Sort):
		return sharedSort
	case (s.Sort == ClassSort) != (s.Class != 0) || s.Class != 0 && !s.Limited:
		return sharedClass
	case len(s.Users) > mostUsers || len(s.PaysFor) > mostUsers:
		return sharedUsers
	case !s.Until.IsZero() && !s.Until.After(now):
		return sharedUntil
	}
	for _, a := range s.Users {
		if err := a.check(); err != nil {
			return err
		}
	}
	return nil
}

// AddShared opens a shared account, empty. Refusals: "not-allowed", what is wrong with it,
// "account-there" and "account-default", and "own-account" of one without a limit that
// nobody but the actor may charge.
func AddShared(ctx context.Context, tx *db.Tx, by school.Actor, s Shared) (AccountID, error) {
	if err := mayTopUp(by); err != nil {
		return 0, err
	}
	return openShared(ctx, tx, by, s)
}

// mayTopUp refuses who may not look after shared accounts ("not-allowed").
func mayTopUp(by school.Actor) error {
	if by.Proof != school.ByHost && !by.May(school.TopUp) {
		return school.NotAllowed
	}
	return nil
}

func openShared(ctx context.Context, tx *db.Tx, by school.Actor, s Shared) (AccountID, error) {
	s.Code, s.Name = strings.TrimSpace(s.Code), strings.TrimSpace(s.Name)
	if err := s.check(tx.Now); err != nil {
		return 0, err
	}
	var err error
	if s.ID, err = insertShared(ctx, tx, by.School, s); err != nil {
		return 0, err
	}
	if err := replaceUsers(ctx, tx, by.School, s); err != nil {
		return 0, err
	}
	if err := s.notOwn(ctx, tx, by.Pseudonym); err != nil {
		return 0, err
	}
	return s.ID, s.record(ctx, tx, by, "account-added")
}

// notOwn refuses to make an account with something to spend the actor's alone: that would be
// giving pages to themself ("own-account").
func (s Shared) notOwn(ctx context.Context, tx *db.Tx, by school.Pseudonym) error {
	if s.Limited && s.Balance == 0 {
		return nil
	}
	alone, err := ownAlone(ctx, tx, by, s.ID)
	if err == nil && alone {
		err = ownAccount
	}
	return err
}

// SetShared changes an account: all but its sort, its class and whether it has a limit. Nobody
// makes one theirs alone that has something to spend ("own-account"), and nobody changes one
// who may not give ("not-allowed").
func SetShared(ctx context.Context, tx *db.Tx, by school.Actor, account AccountID, change func(*Shared) error) (Shared, error) {
	if err := mayTopUp(by); err != nil {
		return Shared{}, err
	}
	was, err := lockShared(ctx, tx, by.School, account)
	if err != nil {
		return Shared{}, err
	}
	s := was
	if err := change(&s); err != nil {
		return Shared{}, err
	}
	s.ID, s.Sort, s.Class, s.Limited = was.ID, was.Sort, was.Class, was.Limited
	s.Code, s.Name = strings.TrimSpace(s.Code), strings.TrimSpace(s.Name)
	checked := s
	if s.Until.Equal(was.Until) {
		checked.Until = time.Time{} // that it has ended is no reason not to rename it
	}
	if err := checked.check(tx.Now); err != nil {
		return Shared{}, err
	}
	if err := updateShared(ctx, tx, s); err != nil {
		return Shared{}, err
	}
	before, err := ownAlone(ctx, tx, by.Pseudonym, s.ID)
	if err != nil {
		return Shared{}, err
	}
	if err := replaceUsers(ctx, tx, by.School, s); err != nil {
		return Shared{}, err
	}
	if !before {
		if err := s.notOwn(ctx, tx, by.Pseudonym); err != nil {
			return Shared{}, err
		}
	}
	return s, s.record(ctx, tx, by, "account-set")
}

// RemoveShared closes an account for good and returns what was left on it, which goes back
// to where it came from. Its code and its name are free again, its transfers stay.
func RemoveShared(ctx context.Context, tx *db.Tx, by school.Actor, account AccountID) (left int64, err error) {
	if err := mayTopUp(by); err != nil {
		return 0, err
	}
	s, err := lockShared(ctx, tx, by.School, account)
	if err != nil {
		return 0, err
	}
	if s.Limited {
		if left, err = lockBalance(ctx, tx, account); err != nil {
			return 0, err
		}
	}
	if left > 0 {
		if _, err := Move(ctx, tx, by, "", Transfer{Kind: Expired, From: account, Amount: left, Key: fmt.Sprintf("removed:%d", account)}); err != nil {
			return 0, err
		}
	}
	if err := removeShared(ctx, tx, account); err != nil {
		return 0, fmt.Errorf("remove account: %w", err)
	}
	return left, s.record(ctx, tx, by, "account-removed")
}

// SharedAccounts are the shared accounts of a school, by name.
func SharedAccounts(ctx context.Context, tx *db.Tx, id school.ID) ([]Shared, error) {
	return sharedAccounts(ctx, tx, id)
}

// SharedByID is one of SharedAccounts.
func SharedByID(ctx context.Context, tx *db.Tx, id school.ID, account AccountID) (Shared, error) {
	return findShared(ctx, tx, id, func(s Shared) bool { return s.ID == account })
}

// SharedByCode is one of SharedAccounts by its code or else its name, whatever their case.
func SharedByCode(ctx context.Context, tx *db.Tx, id school.ID, code string) (Shared, error) {
	all, err := sharedAccounts(ctx, tx, id)
	if err != nil {
		return Shared{}, err
	}
	if i := meant(all, code, Shared.words); i >= 0 {
		return all[i], nil
	}
	return Shared{}, AccountNone
}

// SharedOfClass is the account that is a class's budget.
func SharedOfClass(ctx context.Context, tx *db.Tx, id school.ID, class school.ClassID) (Shared, error) {
	return findShared(ctx, tx, id, func(s Shared) bool { return s.Class == class })
}

func findShared(ctx context.Context, tx *db.Tx, id school.ID, is func(Shared) bool) (Shared, error) {
	all, err := sharedAccounts(ctx, tx, id)
	if err != nil {
		return Shared{}, err
	}
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return Shared{}, AccountNone
	}
	return all[i], nil
}

// CodeOf is the code that a name makes: its letters and digits, with hyphens between words.
func CodeOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	code := strings.Join(words, "-")
	return strings.Trim(code[:min(len(code), 40)], "-")
}

func (s Shared) words() (code, name string) { return s.Code, s.Name }

// named says whether words are its code or its name.
func (s Shared) named(words string) bool {
	words = strings.TrimSpace(words)
	return strings.EqualFold(s.Code, words) || strings.EqualFold(s.Name, words)
}

// record keeps an act with numbers alone; the name is the note.
func (s Shared) record(ctx context.Context, tx *db.Tx, by school.Actor, act string) error {
	facts := map[string]any{"sort": string(s.Sort), "limited": s.Limited, "closed": s.Closed, "users": len(s.Users), "classes": len(s.PaysFor)}
	if !s.Until.IsZero() {
		facts["until"] = s.Until.Unix()
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: act, Actor: by.Pseudonym, Object: accountObject(s.ID), Facts: facts, Note: s.Name})
}

func accountObject(id AccountID) string { return fmt.Sprintf("account:%d", id) }
