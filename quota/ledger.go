package quota

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// DeliveryID names the delivery that a reservation pays for.
type DeliveryID int64

// Kind is what a transfer is for.
type Kind string

// The kinds of transfer. The first four are a delivery's and stand once for each of its
// purses; the others are made by Move and stand once by their key.
const (
	Reserved Kind = "reserve" // payer -> reserved, at release
	Settled  Kind = "settle"  // reserved -> printed, what came out
	Returned Kind = "return"  // reserved -> payer, the rest of a settlement
	Voided   Kind = "void"    // reserved -> payer, all of it: nothing came out
	Granted  Kind = "grant"   // allowance or shared -> person, personal or shared
	Refunded Kind = "refund"  // printed -> payer
	Charged  Kind = "charge"  // person, personal or shared -> lost, for a reason and by a named person
	Expired  Kind = "expire"  // person or shared -> allowance, at the end of a period
)

// Reservation sets units aside for one delivery.
type Reservation struct {
	Delivery DeliveryID
	Payer    AccountID // 0 is the person's own account
	Amount   int64     // units, 0 or more
	Colour   int64     // impressions in colour, 0 or more: counted where the person pays and has a ceiling
}

// Reserve sets the units of several deliveries of one person aside, all or none
// ("not-enough", "not-enough-colour", "account-short", "account-closed"). It locks every
// account that pays and has a floor, by ascending number, after which nobody else can spend
// from them until the transaction ends.
func Reserve(ctx context.Context, tx *db.Tx, by school.Actor, person school.PersonID, all []Reservation) error {
	return Lock(tx, person, all).Reserve(ctx, tx, by, all)
}

// Locked are the accounts that pay for reservations.
type Locked struct{ payers db.Answer[[]payer] }

// Lock locks, with the transaction's next statement, what pays for reservations, whose
// deliveries need not be known yet. Nothing is locked for what costs nothing.
func Lock(tx *db.Tx, person school.PersonID, all []Reservation) Locked {
	var others []AccountID
	costs := false
	for _, r := range all {
		costs = costs || r.Amount > 0 || r.Colour > 0
		if r.Payer != 0 {
			others = append(others, r.Payer)
		}
	}
	if !costs {
		return Locked{}
	}
	return Locked{askPayersLocked(tx, person, others)}
}

// Reserve is quota.Reserve with accounts that are locked already.
func (l Locked) Reserve(ctx context.Context, tx *db.Tx, by school.Actor, all []Reservation) error {
	for _, r := range all {
		if r.Amount < 0 || r.Colour < 0 {
			return fmt.Errorf("reserve %d units and %d impressions in colour: below 0", r.Amount, r.Colour)
		}
	}
	if l.payers == nil {
		return nil
	}
	payers, err := l.payers(ctx)
	if err != nil {
		return fmt.Errorf("lock accounts: %w", err)
	}
	entries, err := purses(payers).reserve(all, Page)
	if err != nil {
		return unpaid(ctx, tx, by.School, payers, all, err)
	}
	if len(entries) == 0 {
		return nil
	}
	writeTransfers(tx, by.School, by.Pseudonym, entries)
	return nil
}

// unpaid is the refusal of a reservation in the unit that the school counts in.
func unpaid(ctx context.Context, tx *db.Tx, id school.ID, payers purses, all []Reservation, refusal error) error {
	unit, err := UnitOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err = payers.reserve(all, unit); err != nil {
		refusal = err
	}
	return refusal
}

// purses are the accounts that a release may charge, locked.
type purses []payer

// own is the person's own account of a purse, if it is there and open.
func (all purses) own(p Purse) *payer {
	for i := range all {
		if a := &all[i]; a.Own && a.Purse == p && !a.Closed {
			return a
		}
	}
	return nil
}

// byID is an open account, or nil.
func (all purses) byID(id AccountID) *payer {
	for i := range all {
		if a := &all[i]; a.ID == id && a.Purse == PagePurse && !a.Closed {
			return a
		}
	}
	return nil
}

// reserve are the transfers that set aside what reservations ask for, or the refusal.
func (all purses) reserve(asked []Reservation, unit Unit) (entries []entry, err error) {
	need := map[*payer]int64{}
	put := func(p *payer, r Reservation, amount int64) {
		if amount > 0 {
			need[p] += amount
			entries = append(entries, entry{kind: Reserved, purse: p.Purse, from: p.ID, amount: amount, delivery: r.Delivery})
		}
	}
	for _, r := range asked {
		if r.Payer != 0 {
			p := all.byID(r.Payer)
			if p == nil {
				return nil, accountClosed
			}
			put(p, r, r.Amount)
			continue
		}
		if p := all.own(PagePurse); p != nil {
			put(p, r, r.Amount)
		} else if r.Amount > 0 {
			return nil, unit.NotEnough(r.Amount, 0)
		}
		if p := all.own(ColourPurse); p != nil {
			put(p, r, r.Colour)
		}
	}
	for i := range all {
		if p := &all[i]; p.Floor && need[p] > p.Balance {
			return nil, p.short(need[p], unit)
		}
	}
	return entries, nil
}

var accountClosed = fault.New(fault.Forbidden, "account-closed", "That account can't be charged any more. Choose another one.")

// short is the refusal of what costs more than a payer has.
func (p payer) short(costs int64, unit Unit) error {
	switch {
	case p.Purse == ColourPurse:
		return NotEnoughColour(costs, p.Balance)
	case p.Own:
		return unit.NotEnough(costs, p.Balance)
	}
	return accountShort(unit, costs, p.Balance)
}

// accountShort is the refusal of more units than there are on an account that is not the
// person's own.
func accountShort(unit Unit, costs, has int64) error {
	if unit == Penny {
		return fault.New(fault.Unpaid, "account-short", "Needs %s, the account has %s left.", unit.Say(costs), unit.Say(has))
	}
	return fault.New(fault.Unpaid, "account-short", "Needs %s, the account has %d left.", amount(costs), has)
}

// NotEnough is the refusal of what costs more units than a person has.
func NotEnough(costs, has int64) error {
	return fault.New(fault.Unpaid, "not-enough", "Needs %s, you have %d. Print less, or ask for more.", amount(costs), has)
}

// NotEnoughColour is the refusal of more impressions in colour than a person has left of
// their ceiling.
func NotEnoughColour(needs, has int64) error {
	return fault.New(fault.Unpaid, "not-enough-colour", "Needs %s in colour, you have %d. Print it black and white, or ask for more.", amount(needs), has)
}

// Settle ends a reservation: charged units go to printed, the rest back to the payer,
// and so with as much of the ceiling on colour as use.Colour says. charged is at most what
// was reserved; 0 gives all of it back. A delivery that cost nothing has no reservation and
// moves nothing.
func Settle(ctx context.Context, tx *db.Tx, delivery DeliveryID, charged int64, use Use) error {
	payer, err := end(ctx, tx, delivery, charged, int64(use.Colour))
	if err != nil {
		return err
	}
	if payer != 0 {
		use.Account = int64(payer)
	}
	return addUse(ctx, tx, use, use.figures(charged))
}

// Void ends a reservation and gives all of it back.
func Void(ctx context.Context, tx *db.Tx, delivery DeliveryID) error {
	_, err := end(ctx, tx, delivery, 0, 0)
	return err
}

// end ends what is reserved for a delivery and says which account paid, 0 for the
// person's own.
func end(ctx context.Context, tx *db.Tx, delivery DeliveryID, units, colour int64) (payer AccountID, err error) {
	of, err := reservationOf(ctx, tx, delivery)
	if err != nil || len(of.reserved) == 0 {
		return 0, err
	}
	var all []entry
	for _, r := range of.reserved {
		charged := units
		if r.purse == ColourPurse {
			charged = min(colour, r.amount)
		}
		if charged < 0 || charged > r.amount {
			return 0, fmt.Errorf("end reservation of delivery %d: charge of %d is outside 0..%d", delivery, charged, r.amount)
		}
		all = append(all, r.endings(charged)...)
	}
	writeTransfers(tx, of.school, "", all)
	return of.payer, nil
}

// endings are the transfers that end a reservation. They add up to it.
func (r entry) endings(charged int64) (all []entry) {
	if charged > 0 {
		all = append(all, entry{kind: Settled, purse: r.purse, from: r.to, amount: charged, delivery: r.delivery})
	}
	if charged < r.amount {
		back := entry{kind: Returned, purse: r.purse, to: r.from, amount: r.amount - charged, delivery: r.delivery}
		if charged == 0 {
			back.kind = Voided
		}
		all = append(all, back)
	}
	return all
}

// Pages says an amount of units in words, as long as a unit is a page.
func Pages(units int64) string { return amount(units).String() }

// amount is units that say themselves in English and are a number to a translation.
type amount int64

// String is the amount in words.
func (a amount) String() string {
	if a == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", int64(a))
}
