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

// The kinds of transfer made so far.
const (
	Granted  Kind = "grant"   // allowance -> person
	Reserved Kind = "reserve" // person -> reserved, at release
	Settled  Kind = "settle"  // reserved -> printed, what came out
	Returned Kind = "return"  // reserved -> person, the rest of a settlement
	Voided   Kind = "void"    // reserved -> person, all of it: nothing came out
)

// Reservation sets units aside for one delivery.
type Reservation struct {
	Delivery DeliveryID
	Amount   int64 // units, 0 or more
}

// Reserve sets the units of several deliveries of one person aside, all or none
// ("not-enough"). It locks the person's account, after which nobody else can spend
// from it until the transaction ends.
func Reserve(ctx context.Context, tx *db.Tx, by school.Actor, person school.PersonID, all []Reservation) error {
	var total int64
	for _, r := range all {
		total += r.Amount
	}
	if total == 0 {
		return nil
	}
	from, balance, err := lockAccount(ctx, tx, by.School, person)
	if err != nil {
		return fmt.Errorf("lock account: %w", err)
	}
	if balance < total {
		return NotEnough(total, balance)
	}
	reserved, err := schoolAccount(ctx, tx, by.School, "reserved")
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Amount == 0 {
			continue
		}
		if err := insertTransfer(ctx, tx, transfer{school: by.School, kind: Reserved, from: from, to: reserved, amount: r.Amount, delivery: r.Delivery, actor: by.Pseudonym}); err != nil {
			return fmt.Errorf("reserve: %w", err)
		}
	}
	return nil
}

// NotEnough is the refusal of what costs more units than a person has.
func NotEnough(costs, has int64) error {
	return fault.New(fault.Unpaid, "not-enough", "Needs %s, you have %d. Print less, or ask for more.", amount(costs), has)
}

// Settle ends a reservation: charged units go to printed, the rest back to the
// person. charged is at most what was reserved; 0 gives all of it back. A
// delivery that cost nothing has no reservation and moves nothing.
func Settle(ctx context.Context, tx *db.Tx, delivery DeliveryID, charged int64, use Use) error {
	if err := end(ctx, tx, delivery, charged); err != nil {
		return err
	}
	return addUse(ctx, tx, use, use.figures(charged))
}

// Void ends a reservation and gives all of it back.
func Void(ctx context.Context, tx *db.Tx, delivery DeliveryID) error {
	return end(ctx, tx, delivery, 0)
}

func end(ctx context.Context, tx *db.Tx, delivery DeliveryID, charged int64) error {
	r, found, err := reservation(ctx, tx, delivery)
	if err != nil || !found {
		return err
	}
	if charged < 0 || charged > r.amount {
		return fmt.Errorf("end reservation of delivery %d: charge of %d is outside 0..%d", delivery, charged, r.amount)
	}
	for _, t := range endings(r, charged) {
		if t.kind == Settled {
			if t.to, err = schoolAccount(ctx, tx, r.school, "printed"); err != nil {
				return err
			}
		}
		if err := insertTransfer(ctx, tx, t); err != nil {
			return fmt.Errorf("end reservation of delivery %d: %w", delivery, err)
		}
	}
	return nil
}

// endings are the transfers that end a reservation. They add up to it.
func endings(r transfer, charged int64) []transfer {
	back := transfer{school: r.school, kind: Returned, from: r.to, to: r.from, amount: r.amount - charged, delivery: r.delivery}
	if charged == 0 {
		back.kind = Voided
		return []transfer{back}
	}
	settled := transfer{school: r.school, kind: Settled, from: r.to, amount: charged, delivery: r.delivery}
	if charged == r.amount {
		return []transfer{settled}
	}
	return []transfer{settled, back}
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
