package school

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Proofs is what a school allows at its kiosks beside badges, and names with codes.
type Proofs struct {
	CodeAlone bool // a long code without a name
	StaffCode bool // staff who have a code give it with their badge
	Enrol     bool // an unknown badge is linked by whoever proves themselves
}

// Slip is a code as it is printed, once: nobody can read it again afterwards.
type Slip struct {
	Person Person
	Code   string
}

var noCodesHere = fault.New(fault.Conflict, "codes-primary", "Pupils of a primary school have no codes: their teacher releases for the class.")

// ProofsOf says what a school allows.
func ProofsOf(ctx context.Context, tx *db.Tx, school ID) (Proofs, error) {
	return readProofs(ctx, tx, school)
}

// SetProofs changes what a school allows. Codes alone are for codes that are issued
// afterwards: those before are too short for it.
func (d *Directory) SetProofs(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, p Proofs) error {
	kind, _, err := schoolKind(ctx, tx, school)
	if err == nil && kind == "primary" && p.CodeAlone {
		err = noCodesHere
	}
	if err == nil {
		err = setProofs(ctx, tx, school, p)
	}
	if err != nil {
		return fmt.Errorf("set proofs: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{School: school, Act: "proofs-set", Actor: by, Facts: map[string]any{"code-alone": p.CodeAlone, "staff-code": p.StaffCode, "enrol": p.Enrol}})
}

// IssueCodes gives each person of a school a new random code in place of the one they
// had, which ends their visits at stations. by is whose act it is, "" for the host's.
// It takes a hash of about 50 ms a person; told, if not nil, hears how many are done.
func (d *Directory) IssueCodes(ctx context.Context, by Pseudonym, school ID, people []Person, told func(done int)) ([]Slip, error) {
	var proofs Proofs
	var kind string
	var population int
	err := d.db.Look(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		if proofs, err = readProofs(ctx, tx, school); err != nil {
			return err
		}
		kind, population, err = schoolKind(ctx, tx, school)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what codes are like: %w", err)
	}
	digits := codeDigits
	if proofs.CodeAlone {
		digits = digitsAlone(population)
	}
	slips, codes := make([]Slip, len(people)), make([]newCode, len(people))
	for i, p := range people {
		if !codesFor(kind, p) {
			return nil, noCodesHere
		}
		if p.Left {
			return nil, unknownPerson
		}
		slips[i] = Slip{p, drawCode(digits)}
		if codes[i], err = d.newCode(ctx, p.ID, slips[i].Code, proofs.CodeAlone); err != nil {
			return nil, err
		}
		if told != nil {
			told(i + 1)
		}
	}
	return slips, d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error {
		return d.putCodes(ctx, tx, by, school, people, codes)
	})
}

func (d *Directory) newCode(ctx context.Context, p PersonID, code string, alone bool) (newCode, error) {
	leave, err := mayHash(ctx)
	if err != nil {
		return newCode{}, err
	}
	defer leave()
	c := newCode{person: p}
	if alone {
		c.alone = d.keys.digest("code-alone", []byte(code))
	}
	c.hash, err = argon2id.CreateHash(d.keys.pepper(code), cost)
	return c, err
}

func (d *Directory) putCodes(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, people []Person, codes []newCode) error {
	if err := putCodes(ctx, tx, school, d.keys.ID, codes); err != nil {
		return err
	}
	ids, entries := make([]PersonID, len(people)), make([]audit.Entry, len(people))
	for i, p := range people {
		ids[i], entries[i] = p.ID, audit.Entry{School: school, Act: "code-issued", Actor: by, Subject: p.Pseudonym}
	}
	if err := signOut(ctx, tx, ids); err != nil {
		return err
	}
	return audit.Record(ctx, tx, entries...)
}

var renewByCode = fault.New(fault.Forbidden, "renew-by-code", "For a new code, sign in with your old one, or see reception.")

// RenewCode gives somebody who has proved themselves by their code a new one, which ends
// their other visits; the actor is who they are from now on.
func (d *Directory) RenewCode(ctx context.Context, a Actor) (Actor, string, error) {
	if a.Proof != ByCode {
		return a, "", renewByCode
	}
	p, err := d.personAt(ctx, a)
	if err != nil {
		return a, "", err
	}
	slips, err := d.IssueCodes(ctx, a.Pseudonym, a.School, []Person{p}, nil)
	if err != nil {
		return a, "", err
	}
	a.Badges = 0 // the code it was proven by has just ended
	if p, err = d.personAt(ctx, a); err != nil {
		return a, "", err
	}
	return p.actor(ByCode), slips[0].Code, nil
}

// ReplaceCode gives somebody a new code who is signed in elsewhere than at a station, and proves
// themselves once more by their password. place and the refusals are those of ByPassword, and
// "codes-primary". It ends their visits at stations.
func (d *Directory) ReplaceCode(ctx context.Context, a Actor, password, place string) (string, error) {
	p, err := d.personAt(ctx, a)
	if err != nil {
		return "", err
	}
	again, err := d.ByPassword(ctx, a.School, p.Username, password, place)
	if err != nil {
		return "", err
	}
	if again.Person != a.Person {
		return "", notYou("other-person")
	}
	return d.GiveCode(ctx, a)
}

// GiveCode is ReplaceCode for somebody who has no password here, and has just proven themselves where they sign in.
func (d *Directory) GiveCode(ctx context.Context, a Actor) (string, error) {
	p, err := d.personAt(ctx, a)
	if err != nil {
		return "", err
	}
	slips, err := d.IssueCodes(ctx, a.Pseudonym, a.School, []Person{p}, nil)
	if err != nil {
		return "", err
	}
	return slips[0].Code, nil
}

// MayHaveCode says whether somebody can have a code of their own: pupils of a primary school have
// none.
func MayHaveCode(ctx context.Context, tx *db.Tx, p Person) (bool, error) {
	kind, _, err := schoolKind(ctx, tx, p.School)
	return codesFor(kind, p), err
}

func codesFor(kind string, p Person) bool { return kind != "primary" || p.Year == 0 }

func (d *Directory) personAt(ctx context.Context, a Actor) (p Person, err error) {
	err = d.db.Look(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) (err error) {
		if err := Stands(ctx, tx, a); err != nil {
			return err
		}
		p, err = PersonAt(ctx, tx, a.School, a.Person)
		return err
	})
	return p, err
}

// codeAlone is the code that stands alone at the school, if it may and is long enough
// for the people who are there now.
func (d *Directory) codeAlone(ctx context.Context, tx *db.Tx, school ID, code string) (ownCode, error) {
	proofs, err := readProofs(ctx, tx, school)
	if err != nil {
		return ownCode{}, err
	}
	_, people, err := schoolKind(ctx, tx, school)
	if err != nil || !proofs.CodeAlone || len(code) < digitsAlone(people) {
		return ownCode{}, err
	}
	return codeByDigests(ctx, tx, school, d.keys.Digests("code-alone", []byte(code)))
}

// ForSlips are the people that codes are issued to together: the pupils of a class today,
// or of a year group, by user name. It refuses a group that has nobody ("slips-nobody").
func ForSlips(ctx context.Context, tx *db.Tx, school ID, class string, year int) ([]Person, error) {
	all, err := peopleForSlips(ctx, tx, school, class, year)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "slips-nobody", "There are no pupils in that class or year.")
	}
	return all, err
}
