package school

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// PassID names a pass; 0 is none.
type PassID int64

// Pass stands for a badge until a moment and for so many pages.
type Pass struct {
	ID     PassID
	Person PersonID
	Pages  int // that may be released on it
	Until  time.Time

	// What is shown once, when it is issued: only digests are kept.
	Text string // what a reader of QR codes types
	Code string // eight digits, for the keypad, with the user name; "" where their own code is asked for
}

// passDigits is longer than a code's, so that who has both is no easier to guess.
const passDigits = 8

// DayPages is how many pages a day pass is good for.
const DayPages = 20

// passForm is a pass as a reader types it; no badge looks like that.
var passForm = regexp.MustCompile(`^p-[a-km-np-z2-9]{24}$`)

// passOver is the refusal of what was proven by a badge or a pass that is no longer good.
var passOver = fault.New(fault.Unauthenticated, "visit-over", "Please sign in again.")

// IsPass says whether a reader has typed a pass and not a badge.
func IsPass(typed string) bool { return passForm.MatchString(passText(typed)) }

func passText(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// IssuePass gives a person of the transaction's school a pass and ends those they had.
func (d *Directory) IssuePass(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, pages int, until time.Time) (Pass, error) {
	if pages < 1 || pages > 1000 {
		return Pass{}, fault.New(fault.Invalid, "pass-pages", "A pass is for 1 to 1,000 pages.")
	}
	if !until.After(tx.Now) {
		return Pass{}, fault.New(fault.Invalid, "pass-until", "A pass cannot end before it begins.")
	}
	if p.Left {
		return Pass{}, unknownPerson
	}
	if err := endPasses(ctx, tx, p.ID); err != nil {
		return Pass{}, err
	}
	pass := Pass{Person: p.ID, Pages: pages, Until: until, Text: newTokenText("p-"), Code: drawCode(passDigits)}
	id, err := insertPass(ctx, tx, p, by, pass, d.keys)
	if err != nil {
		return Pass{}, fmt.Errorf("issue pass: %w", err)
	}
	pass.ID = id
	proofs, err := readProofs(ctx, tx, p.School)
	if err != nil {
		return Pass{}, err
	}
	own, err := asksForCode(ctx, tx, proofs, p)
	if err != nil {
		return Pass{}, err
	}
	if own {
		pass.Code = ""
	}
	return pass, audit.Record(ctx, tx, audit.Entry{School: p.School, Act: "pass-issued", Actor: by, Subject: p.Pseudonym, Object: "pass:" + strconv.FormatInt(int64(id), 10),
		Facts: map[string]any{"pages": pages, "until": until.Unix()}})
}

// ByPass proves a person by what a reader of QR codes typed. One that has ended, is
// unknown or another school's is no more than an unknown badge; one of staff who have to give
// their code as well is refused as "badge-code".
func (d *Directory) ByPass(ctx context.Context, school ID, typed, place string) (Actor, error) {
	var p Person
	var pass PassID
	err := d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		p, pass, err = personByPass(ctx, tx, school, d.keys.Digests("pass", []byte(passText(typed))))
		if err != nil || p.ID == 0 {
			return err
		}
		proofs, err := readProofs(ctx, tx, school)
		if err != nil {
			return err
		}
		return d.enough(ctx, tx, proofs, p)
	})
	if err != nil {
		return Actor{}, err
	}
	if p.ID == 0 {
		return Actor{}, d.wrong(ctx, school, 0, place, "badge-unknown")
	}
	a := p.actor(ByPass)
	a.Pass = pass
	return a, nil
}

// Stands refuses an actor who has left, or whose badge or pass is no longer good, since
// they proved themselves ("visit-over").
func Stands(ctx context.Context, tx *db.Tx, a Actor) error { return AskStands(tx, a)(ctx) }

// AskStands is Stands with the transaction's next statement.
func AskStands(tx *db.Tx, a Actor) func(context.Context) error {
	still := askStillGood(tx, a)
	return func(ctx context.Context) error {
		good, err := still(ctx)
		if err == nil && !good {
			err = passOver
		}
		return err
	}
}

// PassLeft is how many pages may still be released on a pass, less than 0 where this
// transaction has released too many. It locks the pass, so that two releases do not
// both count on the same pages; not its key, which deliveries share.
func PassLeft(ctx context.Context, tx *db.Tx, id PassID) (int, error) {
	return passLeft(ctx, tx, id, "FOR NO KEY UPDATE")
}

// PassShows is PassLeft without the lock, for showing.
func PassShows(ctx context.Context, tx *db.Tx, id PassID) (int, error) {
	return passLeft(ctx, tx, id, "")
}

// personByPassCode is the person of that name whose pass in force has the code; otherwise
// no pass, and none of staff who have to give their own code. It looks the same number of
// things up for everybody who has no pass.
func (d *Directory) personByPassCode(ctx context.Context, tx *db.Tx, school ID, username, code string) (Person, PassID, error) {
	p, err := present(ctx, tx, school, username)
	if err != nil {
		return Person{}, 0, err
	}
	id, err := passByCode(ctx, tx, p.ID, d.keys.Digests("pass-code", passCode(p.ID, code)))
	if err != nil || id == 0 {
		return p, 0, err
	}
	proofs, err := readProofs(ctx, tx, school)
	if err != nil {
		return p, 0, err
	}
	if own, err := asksForCode(ctx, tx, proofs, p); err != nil || own {
		return p, 0, err
	}
	return p, id, nil
}

// passCode is a code bound to its person: the same digits of two people look different.
func passCode(p PersonID, code string) []byte {
	return []byte(strconv.FormatInt(int64(p), 10) + "\x00" + code)
}

// newTokenText has 120 random bits.
func newTokenText(prefix string) string {
	var random [15]byte
	_, _ = rand.Read(random[:]) // never fails: the runtime ends the process first
	return prefix + tokenEncoding.EncodeToString(random[:])
}
