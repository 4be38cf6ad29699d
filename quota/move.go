package quota

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// MostUnits is the largest amount of one transfer.
const MostUnits = 1_000_000_000

// Transfer is a movement outside a delivery: a grant, a charge, a refund or an end of
// what is left.
type Transfer struct {
	Kind   Kind      // Granted, Charged, Refunded or Expired
	From   AccountID // 0 of a grant is the school's allowance
	To     AccountID // 0 of a charge is what is lost, 0 of an end the school's allowance
	Amount int64     // 1 to MostUnits, of the purse that the accounts are of
	Key    string    // makes it happen once, however often it is asked for; 1 to 100 characters
}

var (
	transferAmount = fault.New(fault.Invalid, "transfer-amount", "An amount is a whole number from 1 to 1,000,000,000.")
	transferKey    = fault.New(fault.Invalid, "transfer-key", "A transfer has a key of 1 to 100 characters.")
	transferReason = fault.New(fault.Invalid, "transfer-reason", "Say why, in up to 500 characters.")
	transferBy     = fault.New(fault.Forbidden, "transfer-by", "Somebody must put their name to this.")
	ownAccount     = fault.New(fault.Forbidden, "own-account", "Nobody gives pages to themself. Ask a colleague.")
	refundTooMuch  = fault.New(fault.Invalid, "refund-too-much", "No more can come back than was paid.")
)

// routes are from where to where the transfers of a kind go.
var routes = map[Kind]route{
	Granted:  {[]AccountKind{toGive, SharedAccount}, []AccountKind{PersonAccount, PersonalAccount, SharedAccount}},
	Charged:  {[]AccountKind{PersonAccount, PersonalAccount, SharedAccount}, []AccountKind{lost}},
	Expired:  {[]AccountKind{PersonAccount, SharedAccount}, []AccountKind{toGive}},
	Refunded: {[]AccountKind{spent}, []AccountKind{PersonAccount, PersonalAccount, SharedAccount, CentreAccount}},
}

type route struct{ from, to []AccountKind }

// fits says whether one end of a transfer may be this account, or be left to the school.
func fits(id AccountID, a *Account, may []AccountKind, ownEnd AccountKind) bool {
	if id == 0 {
		return slices.Contains(may, ownEnd)
	}
	return a != nil && slices.Contains(may, a.Kind)
}

// Move makes transfers that have not been made yet, all of them or none, and says how
// many those were. by is who answers for it; without a person it is the program or a
// command on the server. A charge needs both a person and a reason. The reason is kept in
// the audit record, where it can be erased, and not in the ledger.
//
// All accounts with a floor are locked first, by ascending number. It is refused to give to
// oneself, at this school or another ("own-account"), to move more than there is
// ("account-short"), to or from an account that is closed ("account-closed"), and what makes
// no sense ("transfer-amount", "transfer-key", "transfer-reason", "transfer-by").
func Move(ctx context.Context, tx *db.Tx, by school.Actor, reason string, all ...Transfer) (int, error) {
	var ids []AccountID
	for _, t := range all {
		if err := t.check(by, reason); err != nil {
			return 0, err
		}
		for _, id := range []AccountID{t.From, t.To} {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	accounts, err := lockAccounts(ctx, tx, by.Pseudonym, ids)
	if err != nil {
		return 0, fmt.Errorf("lock accounts: %w", err)
	}
	book := newBook(accounts)
	done, err := keysMade(ctx, tx, by.School, column(all, func(t Transfer) string { return t.Key }))
	if err != nil {
		return 0, err
	}
	var entries []entry
	for _, t := range all {
		if slices.Contains(done, t.Key) {
			continue
		}
		e, err := book.enter(t)
		if err != nil {
			return 0, err
		}
		done = append(done, t.Key)
		entries = append(entries, e)
	}
	return book.write(ctx, tx, by, reason, entries)
}

func (t Transfer) check(by school.Actor, reason string) error {
	switch _, known := routes[t.Kind]; {
	case !known:
		return fmt.Errorf("a transfer of kind %q is made with a delivery", t.Kind)
	case t.Amount < 1 || t.Amount > MostUnits:
		return transferAmount
	case t.Key == "" || len([]rune(t.Key)) > 100:
		return transferKey
	case len([]rune(reason)) > 500, t.Kind == Charged && strings.TrimSpace(reason) == "":
		return transferReason
	case t.Kind == Charged && by.Pseudonym == "":
		return transferBy
	}
	return nil
}

// book is accounts that are locked, with what the transfers so far make of them.
type book map[AccountID]*Account

func newBook(all []Account) book {
	b := book{}
	for i := range all {
		b[all[i].ID] = &all[i]
	}
	return b
}

// enter takes a transfer's units from its one account to the other.
func (b book) enter(t Transfer) (entry, error) {
	from, to := b[t.From], b[t.To]
	e := entry{kind: t.Kind, from: t.From, to: t.To, amount: t.Amount, key: t.Key}
	r := routes[t.Kind]
	if !fits(t.From, from, r.from, ends[t.Kind]) || !fits(t.To, to, r.to, ends[t.Kind]) || from == nil && to == nil {
		return e, fmt.Errorf("a %s does not go from account %d to %d", t.Kind, t.From, t.To)
	}
	for _, a := range []*Account{from, to} {
		if a == nil {
			continue
		}
		if a.Closed && (t.Kind == Granted || t.Kind == Charged) {
			return e, accountClosed
		}
		if e.purse != "" && e.purse != a.Purse {
			return e, fmt.Errorf("accounts %d and %d are of two purses", t.From, t.To)
		}
		e.purse = a.Purse
	}
	if to != nil && to.own {
		return e, ownAccount
	}
	if from != nil && from.Floor {
		if from.Balance < t.Amount {
			return e, accountShort(Page, t.Amount, from.Balance)
		}
		from.Balance -= t.Amount
	}
	if to != nil && to.Floor {
		to.Balance += t.Amount
	}
	return e, nil
}

// write writes entries and the record of who made them, and why.
func (b book) write(ctx context.Context, tx *db.Tx, by school.Actor, reason string, entries []entry) (int, error) {
	if len(entries) == 0 {
		return 0, nil
	}
	written, err := insertTransfers(ctx, tx, by.School, by.Pseudonym, entries)
	if err != nil {
		return 0, fmt.Errorf("move units: %w", err)
	}
	numbers := map[string]int64{}
	for _, m := range written {
		numbers[m.Key] = m.ID
	}
	var acts []audit.Entry
	for _, e := range entries {
		if n, now := numbers[e.key]; now {
			act := audit.Entry{School: by.School, Act: "ledger-" + string(e.kind), Actor: by.Pseudonym, Object: fmt.Sprintf("transfer:%d", n), Note: reason,
				Facts: map[string]any{"units": e.amount, "purse": string(e.purse)}}
			for _, id := range []AccountID{e.from, e.to} {
				if a := b[id]; a != nil && a.owner != "" {
					act.Subject = a.owner
				}
			}
			acts = append(acts, act)
		}
	}
	return len(written), audit.Record(ctx, tx, acts...)
}

// Refund gives back to whoever paid for a delivery so many units, and so many impressions
// of a ceiling on colour: once for a delivery, and no more than was paid
// ("refund-too-much"). It says whether that happened now.
func Refund(ctx context.Context, tx *db.Tx, by school.Actor, delivery DeliveryID, units, colour int64, reason string) (bool, error) {
	paid, err := paymentOf(ctx, tx, delivery)
	if err != nil {
		return false, fmt.Errorf("read what was paid for delivery %d: %w", delivery, err)
	}
	if units < 0 || colour < 0 || units > paid[PagePurse].amount || colour > paid[ColourPurse].amount {
		return false, refundTooMuch
	}
	var all []Transfer
	if units > 0 {
		all = append(all, Transfer{Kind: Refunded, From: paid[PagePurse].to, To: paid[PagePurse].from, Amount: units, Key: fmt.Sprintf("refund:%d", delivery)})
	}
	if colour > 0 {
		all = append(all, Transfer{Kind: Refunded, From: paid[ColourPurse].to, To: paid[ColourPurse].from, Amount: colour, Key: fmt.Sprintf("refund:%d:colour", delivery)})
	}
	made, err := Move(ctx, tx, by, reason, all...)
	return made > 0, err
}
