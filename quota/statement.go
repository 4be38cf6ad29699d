package quota

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Movement is one transfer of a delivery as its payer's statement shows it.
type Movement struct {
	Kind   Kind
	At     time.Time
	Amount int64
	After  int64 // the payer's balance once it was made
}

// Movements are the transfers of what a delivery costs, oldest first.
func Movements(ctx context.Context, tx *db.Tx, delivery DeliveryID) ([]Movement, error) {
	return movements(ctx, tx, delivery)
}

// Statement is what went into an account and out of it in a span of time.
type Statement struct {
	Account  Account
	From, To time.Time // from the first instant on, and before the second
	Opening  int64     // balance at From
	Closing  int64     // balance at To
	Lines    []Posting // in the order in which they were made
}

// Posting is one transfer of a statement.
type Posting struct {
	ID       int64
	At       time.Time
	Kind     Kind
	Amount   int64      // in, or out where it is below 0
	After    int64      // the balance once it was made
	Other    AccountID  // where it came from or went to
	Delivery DeliveryID // that it is for, or 0
	Key      string     // that it was made by, or ""
}

// most is how many lines a statement has.
const most = 100_000

var (
	statementSpan = fault.New(fault.Invalid, "statement-days", "A statement is from a day to the same or a later one.")
	statementLong = fault.New(fault.Invalid, "statement-long", "That is more than 100,000 lines. Ask for fewer days.")
)

// StatementOf is the statement of an account, from one instant on and before another. Its
// opening balance is BalanceAt its beginning, its closing one BalanceAt its end, and the lines
// between them add up. Refused: "statement-days", "statement-long".
func StatementOf(ctx context.Context, tx *db.Tx, account AccountID, from, to time.Time) (s Statement, err error) {
	if to.Before(from) {
		return s, statementSpan
	}
	s = Statement{From: from, To: to}
	if s.Account, err = accountByID(ctx, tx, account); err != nil {
		return s, err
	}
	if s.Opening, err = balanceAt(ctx, tx, account, from); err != nil {
		return s, fmt.Errorf("read opening balance: %w", err)
	}
	if s.Lines, err = lines(ctx, tx, account, from, to, most+1); err != nil {
		return s, fmt.Errorf("read transfers: %w", err)
	}
	if len(s.Lines) > most {
		return s, statementLong
	}
	s.Closing = s.Opening
	for i := range s.Lines {
		s.Closing += s.Lines[i].Amount
		s.Lines[i].After = s.Closing
	}
	return s, nil
}

// BalanceAt is what an account held at an instant: all that was moved before it. It is
// recomputed from the transfers and good for an account of any kind. A transaction that is
// open just now carries the time at which it began, so that the balance of the last seconds
// may still change.
func BalanceAt(ctx context.Context, tx *db.Tx, account AccountID, at time.Time) (int64, error) {
	return balanceAt(ctx, tx, account, at)
}

// AccountsOf are a person's own accounts, pages first.
func AccountsOf(ctx context.Context, tx *db.Tx, person school.PersonID) ([]Account, error) {
	return accountsOf(ctx, tx, person)
}

// AccountByID is an account of the school ("account-missing").
func AccountByID(ctx context.Context, tx *db.Tx, id AccountID) (Account, error) {
	return accountByID(ctx, tx, id)
}
