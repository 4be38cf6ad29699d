package school

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// supplyDays is how long supply staff are entered for at most: who stays longer is staff.
const supplyDays = 31

// GuestPages is how many pages a guest gets where nobody says otherwise.
const GuestPages = 50

// Visit is somebody who is at the school for a while: a guest under an authority, or
// supply staff, whom nobody has to authorise.
type Visit struct {
	Given, Family string
	Organisation  string      // may be ""
	Authority     AuthorityID // 0: supply staff
	Username      string      // what the school's computers call them, or "" for a new name
	Ends          time.Time   // their last day, midnight UTC of its date
	Pages         int         // 1 to 1,000
	Agreed        bool        // has accepted the adults' agreement, where there is one
}

// Admitted is what a guest is handed, once.
type Admitted struct {
	Person   Person
	Password string // for devices that ask for one
	Until    time.Time
}

// Admit enters a guest or supply staff: a person with a role, a password and the
// adults' agreement on record. by is the sponsor.
func Admit(ctx context.Context, tx *db.Tx, by Actor, v Visit) (Admitted, error) {
	if !by.May(SponsorGuest) {
		return Admitted{}, NotAllowed
	}
	today, err := dayAt(ctx, tx, by.School)
	if err != nil {
		return Admitted{}, err
	}
	v.Given, v.Family, v.Organisation, v.Username = strings.TrimSpace(v.Given), strings.TrimSpace(v.Family), strings.TrimSpace(v.Organisation), normalName(v.Username)
	if err := v.check(today); err != nil {
		return Admitted{}, err
	}
	if err := v.authorised(ctx, tx, by.School); err != nil {
		return Admitted{}, err
	}
	if v.Username, err = freeName(ctx, tx, by.School, v.Username); err != nil {
		return Admitted{}, err
	}
	admitted := Admitted{Password: newPassword()}
	if admitted.Person, err = v.enter(ctx, tx, by, admitted.Password); err != nil {
		return Admitted{}, err
	}
	if err := v.agree(ctx, tx, by, admitted.Person.ID, today); err != nil {
		return Admitted{}, err
	}
	c, err := CalendarOf(ctx, tx, by.School)
	if err != nil {
		return Admitted{}, err
	}
	admitted.Until = c.DayEnds(later(tx.Now, v.Ends.Add(12*time.Hour)))
	return admitted, audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "guest-admitted", Actor: by.Pseudonym, Subject: admitted.Person.Pseudonym,
		Facts: map[string]any{"authority": int(v.Authority), "pages": v.Pages, "until": v.Ends.Unix()}})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// unseen says of a letter that nobody would see it, or would read what follows another way
// round.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' // which some scripts need
}

// check refuses what cannot be entered. ~ stands in the names of those who have left, : ends
// a name where a password follows, and what stands before \ is a domain.
func (v Visit) check(today time.Time) error {
	for _, name := range []string{v.Given, v.Family} {
		if name == "" || len([]rune(name)) > 100 || strings.ContainsFunc(name, unseen) {
			return fault.New(fault.Invalid, "guest-name", "Give both names, in 1 to 100 characters each.")
		}
	}
	switch {
	case len([]rune(v.Organisation)) > 100 || strings.ContainsFunc(v.Organisation, unseen):
		return fault.New(fault.Invalid, "guest-organisation", "The organisation has 100 characters at most.")
	case v.Ends.Before(today):
		return fault.New(fault.Invalid, "guest-ends", "The last day is today or later.")
	case v.Authority == 0 && v.Ends.After(today.AddDate(0, 0, supplyDays)):
		return fault.New(fault.Invalid, "guest-ends", "Supply staff are entered for %d days at most. Who stays longer is staff.", supplyDays)
	case v.Pages < 1 || v.Pages > 1000:
		return fault.New(fault.Invalid, "guest-pages", "A guest gets 1 to 1,000 pages.")
	case v.Username == SlipName: // whose eight digits at a keypad are a slip's
		return fault.New(fault.Conflict, "username-there", "Somebody at the school has the user name %s.", v.Username)
	case len(v.Username) > 64 || strings.ContainsFunc(v.Username, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) || strings.ContainsRune(`~:\`, r)
	}):
		return fault.New(fault.Invalid, "username-form", "A user name has 1 to 64 characters, without spaces and without ~ : or \\.")
	}
	return nil
}

// authorised refuses a guest whom the authority does not cover. It locks the authority,
// so that two sponsors do not enter its last guest both.
func (v Visit) authorised(ctx context.Context, tx *db.Tx, id ID) error {
	if v.Authority == 0 {
		return nil
	}
	a, err := lockAuthority(ctx, tx, id, v.Authority)
	switch {
	case err != nil:
		return err
	case a.ID == 0:
		return noAuthority
	case v.Ends.After(a.End):
		return fault.New(fault.Invalid, "guest-ends", "The head's authority ends on %s.", a.End.Format("2 January 2006"))
	case a.Used >= a.Guests:
		return fault.New(fault.Conflict, "authority-full", "All %d guests of this authority are entered. Ask the head for a new one.", a.Guests)
	}
	return nil
}

// enter adds the person.
func (v Visit) enter(ctx context.Context, tx *db.Tx, by Actor, password string) (Person, error) {
	role := Guest
	if v.Authority == 0 {
		role = Cover
	}
	hash, err := HashPassword(password)
	if err != nil {
		return Person{}, err
	}
	ids, err := insertPeople(ctx, tx, by.School, []Newcomer{{Username: v.Username, Given: v.Given, Family: v.Family, Role: role, PasswordHash: hash}})
	if err != nil {
		return Person{}, err
	}
	if err := insertGuest(ctx, tx, by, ids[0], v); err != nil {
		return Person{}, fmt.Errorf("enter guest: %w", err)
	}
	return PersonByID(ctx, tx, ids[0])
}

// agree records that the guest has accepted the adults' agreement, where the school has
// one, and refuses who has not.
func (v Visit) agree(ctx context.Context, tx *db.Tx, by Actor, p PersonID, today time.Time) error {
	all, err := Consents(ctx, tx, []PersonID{p})
	if err != nil {
		return err
	}
	a := all[p].Agreement
	if a.ID == 0 {
		return nil
	}
	if !v.Agreed {
		return fault.New(fault.Invalid, "agreement-first", "A guest accepts the adults' agreement (%s) first.", a.Version)
	}
	form := Signature{Agreement: a.ID, Person: p, By: Self, On: today}
	for range a.Clauses {
		form.Answers = append(form.Answers, true)
	}
	_, err = RecordForms(ctx, tx, by.Pseudonym, a, []Signature{form})
	return err
}

// freeName is the user name asked for, or a new one. A name that a guest had who has
// gone is free again: schools hand out the same few sign-ins to supply staff every day.
func freeName(ctx context.Context, tx *db.Tx, id ID, name string) (string, error) {
	if name == "" {
		return "guest-" + syllables(), nil
	}
	p, err := PersonByUsername(ctx, tx, id, name)
	switch {
	case errors.Is(err, unknownPerson):
		return name, nil
	case err != nil:
		return "", err
	}
	gone, err := retireName(ctx, tx, p.ID)
	if err == nil && !gone {
		err = fault.New(fault.Conflict, "username-there", "Somebody at the school has the user name %s.", name)
	}
	return name, err
}

// Guests are who is here under an authority or as supply staff, by their last day.
func Guests(ctx context.Context, tx *db.Tx, id ID) ([]GuestHere, error) {
	return guestsHere(ctx, tx, id)
}

// GuestHere is somebody who is here for a while.
type GuestHere struct {
	Person       Person
	Organisation string
	Ends         time.Time
	Supply       bool
}

// IsGuest refuses anybody who is here for good ("not-a-guest").
func IsGuest(ctx context.Context, tx *db.Tx, p PersonID) error {
	guest, err := isGuest(ctx, tx, p)
	if err == nil && !guest {
		err = fault.New(fault.Conflict, "not-a-guest", "This person is no guest.")
	}
	return err
}

// GuestsToGo are guests of all schools whose last day is over, in a transaction that
// sees them.
func GuestsToGo(ctx context.Context, tx *db.Tx) ([]Person, error) { return guestsToGo(ctx, tx) }

// newPassword is easy to type and has more than 60 random bits: nine syllables and two digits.
func newPassword() string {
	first := syllables()
	return fmt.Sprintf("%s%s-%s-%s-%02d", strings.ToUpper(first[:1]), first[1:], syllables(), syllables(), random(100))
}

// syllables are three of them, in small letters. Letters that are read for one another
// are not among them.
func syllables() string {
	const consonants, vowels = "bdfghjkmnprstvwz", "aeiou"
	var b strings.Builder
	for range 3 {
		b.WriteByte(consonants[random(len(consonants))])
		b.WriteByte(vowels[random(len(vowels))])
	}
	return b.String()
}

func random(n int) int {
	r, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // never: the runtime ends the process first
	}
	return int(r.Int64())
}
