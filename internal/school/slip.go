package school

import (
	"context"
	"regexp"
	"strings"

	"inkwell/internal/db"
)

// SlipName is typed at a keypad in place of a user name, with the code of a slip.
const SlipName = "slip"

// SlipDigits is how many digits the code of a slip has: more than anybody's own.
const SlipDigits = 8

var (
	slipForm     = regexp.MustCompile(`^r-[a-km-np-z2-9]{24}$`) // no badge looks like that
	slipCodeForm = regexp.MustCompile(`^[0-9]{8}$`)
)

// SlipProof is what a runner's slip is proven by: what is shown once, when it is made,
// and the digests that are kept.
type SlipProof struct {
	Text string // what a reader of QR codes types
	Code string // for the keypad, with SlipName

	Key                    string // names the key of the digests
	TextDigest, CodeDigest []byte
}

// NewSlipProof draws a proof that is nobody's yet.
func (d *Directory) NewSlipProof() SlipProof {
	p := SlipProof{Text: newTokenText("r-"), Code: drawCode(SlipDigits), Key: d.keys.ID}
	p.TextDigest, p.CodeDigest = d.keys.digest("slip", []byte(p.Text)), d.keys.digest("slip-code", []byte(p.Code))
	return p
}

// IsSlip says whether a reader has typed a slip and not a badge.
func IsSlip(typed string) bool { return slipForm.MatchString(passText(typed)) }

// IsSlipCode says whether a name and code typed at a keypad are a slip's. A person called
// SlipName keeps their own code, which is shorter.
func IsSlipCode(name, code string) bool {
	return normalName(name) == SlipName && slipCodeForm.MatchString(strings.TrimSpace(code))
}

// FindSlip is the person whose slip in force has one of the digests as either of its two,
// or 0.
type FindSlip func(ctx context.Context, tx *db.Tx, digests [][]byte) (PersonID, error)

// BySlip has a runner act for the owner of a slip, by what a reader of QR codes typed.
// One that is used, late or unknown is no more than an unknown badge. What badges the
// owner has, has no bearing on it.
func (d *Directory) BySlip(ctx context.Context, school ID, typed, place string, find FindSlip) (Actor, error) {
	var owner Person
	err := d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		owner, err = slipOwner(ctx, tx, d.keys.Digests("slip", []byte(passText(typed))), find)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if owner.ID == 0 {
		return Actor{}, d.wrong(ctx, school, 0, place, "badge-unknown")
	}
	return owner.bySlip(), nil
}

// BySlipCode is BySlip by the code on it. A try counts before it is looked at, as with
// ByCode, towards the same ceilings and as one name's.
func (d *Directory) BySlipCode(ctx context.Context, school ID, code, place string, find FindSlip) (Actor, error) {
	var owner Person
	var try int64
	err := d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) (err error) {
		if try, err = d.countTry(ctx, tx, school, SlipName, place); err != nil {
			return err
		}
		owner, err = slipOwner(ctx, tx, d.keys.Digests("slip-code", []byte(strings.TrimSpace(code))), find)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if owner.ID == 0 {
		d.log.Info("proof refused", "school", school, "place", place, "reason", "code-wrong")
		return Actor{}, notYou("code-wrong")
	}
	err = d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error { return deleteCodeTry(ctx, tx, try) })
	return owner.bySlip(), err
}

// slipOwner is whose slip it is, or nobody where they have left.
func slipOwner(ctx context.Context, tx *db.Tx, digests [][]byte, find FindSlip) (Person, error) {
	id, err := find(ctx, tx, digests)
	if err != nil || id == 0 {
		return Person{}, err
	}
	p, err := PersonByID(ctx, tx, id)
	if p.Left {
		return Person{}, err
	}
	return p, err
}

func (p Person) bySlip() Actor {
	a := p.actor(BySlip)
	a.Badges = 0
	return a
}
