package quota

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// The two accounts that a job can name besides shared ones.
const (
	OwnCode      = "own"      // its owner's own, whatever the queue or the class would have it charged to
	PersonalCode = "personal" // its owner's personal one, apart from work
)

var (
	// AccountUnknown is the refusal of an account that somebody may not charge: one that is
	// not there, closed or over looks like somebody else's.
	AccountUnknown = fault.New(fault.Forbidden, "account-unknown", "This job names an account that you may not use. At a kiosk, choose who pays for it, or send it again without an account.")
	privateLesson  = fault.New(fault.Conflict, "private-in-lesson", "Private printing waits until your lesson is over.")
)

// Payer is what may pay for somebody's job.
type Payer struct {
	Code    string    // what a job names it by: OwnCode, PersonalCode or a shared account's
	Name    string    // as a person reads it: Me, Private, Art department
	Account AccountID // 0 is the person's own
	Limited bool      // it is refused when empty
	Left    Left      // of a limited one
	Exam    bool      // an exam pays: nothing of the person's is used
}

// Covers is the refusal of what costs more than it has, as far as was known when it was
// read, or nil.
func (p Payer) Covers(units, colour int64) error {
	switch {
	case !p.Limited:
		return nil
	case p.Own():
		return p.Left.Covers(units, colour)
	case units > p.Left.Units:
		return accountShort(p.Left.Unit, units, p.Left.Units)
	}
	return nil
}

// Own says whether it is the person's own account.
func (p Payer) Own() bool { return p.Code == OwnCode }

// Private says whether it is their personal account, apart from work.
func (p Payer) Private() bool { return p.Code == PersonalCode }

// Payers are what may pay for somebody's jobs just now.
type Payers struct {
	All []Payer // their own first; the one of an exam alone, while they write it

	classes []AccountID // those that pay for their classes unless they choose otherwise
}

// Exam says whether an exam pays for everything.
func (p Payers) Exam() bool { return len(p.All) == 1 && p.All[0].Exam }

// For is who pays for a job that names an account, or none, and came by a queue that has one
// it is charged to, or 0 ("account-unknown").
func (p Payers) For(named string, queue AccountID) (Payer, error) {
	if len(p.All) == 0 {
		return Payer{}, AccountUnknown
	}
	if p.Exam() {
		return p.All[0], nil
	}
	if named != "" {
		return p.Named(named)
	}
	if queue != 0 {
		if i := slices.IndexFunc(p.All, func(y Payer) bool { return y.Account == queue }); i >= 0 {
			return p.All[i], nil
		}
	}
	if len(p.classes) == 1 { // of several classes with different accounts none is meant
		if i := slices.IndexFunc(p.All, func(y Payer) bool { return y.Account == p.classes[0] }); i >= 0 {
			return p.All[i], nil
		}
	}
	return p.All[0], nil
}

// Named is the payer of a code, or else of a name ("account-unknown").
func (p Payers) Named(words string) (Payer, error) {
	i := meant(p.All, words, func(y Payer) (code, name string) {
		if y.Own() || y.Private() {
			return y.Code, y.Code // what they are called is said of everybody's
		}
		return y.Code, y.Name
	})
	if i < 0 {
		return Payer{}, AccountUnknown
	}
	return p.All[i], nil
}

// meant is which of some has a code, whatever its case, or where none has, which has that
// name; -1 is none. One account may have for its name what is another one's code.
func meant[T any](all []T, words string, of func(T) (code, name string)) int {
	words = strings.TrimSpace(words)
	i := slices.IndexFunc(all, func(t T) bool { code, _ := of(t); return strings.EqualFold(code, words) })
	if i < 0 {
		i = slices.IndexFunc(all, func(t T) bool { _, name := of(t); return strings.EqualFold(name, words) })
	}
	return i
}

// PayersOf are what may pay for people's jobs, by what is left on their own accounts.
func PayersOf(ctx context.Context, tx *db.Tx, id school.ID, own map[school.PersonID]Left) (map[school.PersonID]Payers, error) {
	return askOthers(tx, id, slices.Collect(maps.Keys(own))).payers(ctx, tx, id, own)
}

// others are the accounts besides their own that people might charge, asked for.
type others struct {
	shared   db.Answer[[]Shared]
	personal db.Answer[map[school.PersonID]Account]
}

func askOthers(tx *db.Tx, id school.ID, people []school.PersonID) others {
	return others{askSharedAccounts(tx, id), askPersonalsOf(tx, people)}
}

// payers are those who may charge what, by who they are today.
func (o others) payers(ctx context.Context, tx *db.Tx, id school.ID, own map[school.PersonID]Left) (map[school.PersonID]Payers, error) {
	all := make(map[school.PersonID]Payers, len(own))
	for p, left := range own {
		all[p] = Payers{All: []Payer{{Code: OwnCode, Name: "Me", Limited: true, Left: left}}}
	}
	shared, err := o.shared(ctx)
	if err != nil {
		return nil, err
	}
	personal, err := o.personal(ctx)
	if err != nil || len(personal) == 0 && len(shared) == 0 {
		return all, err
	}
	sc, err := school.ByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	who, err := school.BelongingsOf(ctx, tx, sc, slices.Collect(maps.Keys(own)))
	for p := range own {
		all[p] = all[p].with(personal[p], shared, p, who[p], tx.Now)
	}
	return all, err
}

// PayersAt are what may pay for somebody's jobs at a station, by release's number of it. While
// they write an exam there that is the exam's account, or the school's account Exams where
// it has none that is open and without a limit: no exam is stopped by a quota.
func PayersAt(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, own Left, station int32) (Payers, error) {
	return AskPayers(tx, id, person, own, station)(ctx)
}

// AskPayers is PayersAt with the transaction's next statement, and one more where the person may
// charge other accounts than their own.
func AskPayers(tx *db.Tx, id school.ID, person school.PersonID, own Left, station int32) db.Answer[Payers] {
	var writing db.Answer[[]school.Exam]
	if station != 0 {
		writing = school.AskExamsFor(tx, person, station, tx.Now)
	}
	more := askOthers(tx, id, []school.PersonID{person})
	return func(ctx context.Context) (Payers, error) {
		if writing != nil {
			exam, err := writing(ctx)
			if err != nil {
				return Payers{}, err
			}
			if len(exam) > 0 {
				return more.ofExam(ctx, tx, exam[0])
			}
		}
		all, err := more.payers(ctx, tx, id, map[school.PersonID]Left{person: own})
		return all[person], err
	}
}

// PrivateNow refuses to have something charged to a personal account while its owner gives
// a lesson ("private-in-lesson").
func PrivateNow(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) error {
	_, teaches, err := school.LessonOf(ctx, tx, id, person, tx.Now)
	if err == nil && teaches {
		err = privateLesson
	}
	return err
}

// with adds the personal account of staff and the shared ones that somebody may charge.
func (p Payers) with(personal Account, shared []Shared, person school.PersonID, b school.Belonging, at time.Time) Payers {
	pupil, unit := !b.Staff(), p.All[0].Left.Unit
	if personal.ID != 0 && !pupil {
		p.All = append(p.All, Payer{Code: PersonalCode, Name: "Private", Account: personal.ID, Limited: true, Left: Left{Units: personal.Balance, Unit: unit}})
	}
	for _, s := range shared {
		if !s.Open(at) || !s.Has(person, b) {
			continue
		}
		p.All = append(p.All, Payer{Code: s.Code, Name: s.Name, Account: s.ID, Limited: s.Limited, Left: Left{Units: s.Balance, Unit: unit}})
		if pupil && slices.ContainsFunc(s.PaysFor, func(c school.ClassID) bool { return slices.Contains(b.Classes, c) }) {
			p.classes = append(p.classes, s.ID)
		}
	}
	return p
}

// ofExam finds the account that an exam is charged to.
func (o others) ofExam(ctx context.Context, tx *db.Tx, e school.Exam) (Payers, error) {
	all, err := o.shared(ctx)
	if err != nil {
		return Payers{}, err
	}
	able := slices.DeleteFunc(slices.Clone(all), func(s Shared) bool { return !s.PaysExams(tx.Now) })
	i := meant(able, e.Account, Shared.words)
	if i < 0 {
		s, err := schools(ctx, tx, e.School, ofExams, all)
		return s.exam(), err
	}
	return able[i].exam(), nil
}

func (s Shared) exam() Payers {
	return Payers{All: []Payer{{Code: s.Code, Name: s.Name, Account: s.ID, Exam: true}}}
}

// PaysExams says whether an account can pay for an exam, or a test page: nothing may stop it.
func (s Shared) PaysExams(at time.Time) bool { return !s.Limited && s.Open(at) }

// The accounts that a school has for what no allowance pays, opened when they are first needed.
var (
	ofExams     = Shared{Code: "exams", Name: "Exams", Sort: ExamSort}
	ofTestPages = Shared{Code: "test-pages", Name: "Test pages", Sort: DepartmentSort}
	ofSheets    = Shared{Code: "separator-sheets", Name: "Separator sheets", Sort: DepartmentSort}
)

// TestPages is the account that pays for what IT has printers print to look at.
func TestPages(ctx context.Context, tx *db.Tx, id school.ID) (AccountID, error) {
	return paysAlways(ctx, tx, id, ofTestPages)
}

// SeparatorSheets is the account that pays for the sheets between the pupils of a class.
func SeparatorSheets(ctx context.Context, tx *db.Tx, id school.ID) (AccountID, error) {
	return paysAlways(ctx, tx, id, ofSheets)
}

func paysAlways(ctx context.Context, tx *db.Tx, id school.ID, of Shared) (AccountID, error) {
	all, err := sharedAccounts(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	s, err := schools(ctx, tx, id, of, all)
	return s.ID, err
}

// schools is the school's account for something, of all its shared ones.
func schools(ctx context.Context, tx *db.Tx, id school.ID, want Shared, all []Shared) (Shared, error) {
	s := wanted(all, want, tx.Now)
	if s.ID != 0 {
		return s, nil
	}
	if err := lockSchools(ctx, tx, id); err != nil {
		return s, err
	}
	all, err := sharedAccounts(ctx, tx, id)
	if err != nil {
		return s, err
	}
	if s = wanted(all, want, tx.Now); s.ID == 0 {
		s.ID, err = openShared(ctx, tx, school.Actor{School: id}, s)
	}
	return s, err
}

// wanted is the account wanted, such as Exams, or Exams 2 where somebody has closed that one or
// uses its name for something with a limit; without a number if it is not there yet.
func wanted(all []Shared, want Shared, at time.Time) Shared {
	for n := 1; ; n++ {
		s := want
		if n > 1 {
			s.Code, s.Name = fmt.Sprintf("%s-%d", want.Code, n), fmt.Sprintf("%s %d", want.Name, n)
		}
		i := slices.IndexFunc(all, func(o Shared) bool { return o.named(s.Code) || o.named(s.Name) })
		switch {
		case i < 0:
			return s
		case all[i].PaysExams(at):
			return all[i]
		}
	}
}
