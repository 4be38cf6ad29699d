package quota

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
)

// RecoveryID names a cost to be recovered.
type RecoveryID int32

// RecoveryState is how far finance is with one.
type RecoveryState string

// The states. Any may follow any: what was waived by mistake is open again.
const (
	Owed     RecoveryState = "open"
	Invoiced RecoveryState = "invoiced"
	PaidUp   RecoveryState = "paid"
	Waived   RecoveryState = "waived"
)

// Recovery is what damage or loss cost, in pence, for finance. It is no part of the ledger:
// nobody's pages pay for it.
type Recovery struct {
	ID       RecoveryID
	Person   school.PersonID // who answers for it
	Username string
	Pence    int64 // 1 to 10,000,000
	Reason   string
	On       calendar.Date // it happened
	State    RecoveryState
	By       string // user name of who entered it
	Changed  string // ... and of who changed it last
	At       time.Time
}

var (
	recoveryAmount  = fault.New(fault.Invalid, "recovery-amount", "A cost is £0.01 to £100,000.00, such as 12.50.")
	recoveryReason  = fault.New(fault.Invalid, "recovery-reason", "Say what was damaged or lost, in up to 500 letters.")
	recoveryDay     = fault.New(fault.Invalid, "recovery-day", "The day is today or within the last two years.")
	recoveryState   = fault.New(fault.Invalid, "recovery-state", "A cost is open, invoiced, paid or waived.")
	recoveryUnknown = fault.New(fault.NotFound, "recovery-unknown", "There is no cost of that number.")
	recoveryOwn     = fault.New(fault.Forbidden, "recovery-own", "Nobody decides about their own costs. Ask a colleague.")
)

// ParsePence reads an amount of pounds, such as 12.50, £3 or 1,200.00, without ever going
// through a fraction ("recovery-amount").
func ParsePence(s string) (int64, error) {
	s = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(s), "£"), ",", "")
	pounds, pence, split := strings.Cut(s, ".")
	if !split {
		pence = "00"
	}
	digits := strings.Trim(pounds+pence, "0123456789") == ""
	if !digits || pounds == "" || len(pence) != 2 || len(pounds) > 6 {
		return 0, recoveryAmount
	}
	n, err := strconv.ParseInt(pounds+pence, 10, 64)
	if err != nil || n < 1 || n > 10_000_000 {
		return 0, recoveryAmount
	}
	return n, nil
}

// AddRecovery enters a cost. By is a named person who may, and not the one who answers
// for it.
func AddRecovery(ctx context.Context, tx *db.Tx, by school.Actor, r Recovery) (RecoveryID, error) {
	r.Reason = strings.Join(strings.Fields(strings.ToValidUTF8(r.Reason, "")), " ")
	c, err := school.CalendarOf(ctx, tx, by.School)
	if err != nil {
		return 0, err
	}
	today := c.Date(tx.Now)
	switch n := len([]rune(r.Reason)); {
	case !by.May(school.RecoverCosts) || by.Person == 0:
		return 0, school.NotAllowed
	case r.Person == by.Person:
		return 0, recoveryOwn
	case r.Pence < 1 || r.Pence > 10_000_000:
		return 0, recoveryAmount
	case n == 0 || n > 500:
		return 0, recoveryReason
	case r.On > today || r.On < today-731:
		return 0, recoveryDay
	}
	id, subject, err := insertRecovery(ctx, tx, by, r)
	if err != nil {
		return 0, err
	}
	return id, audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "recovery-added", Actor: by.Pseudonym, Subject: subject, Object: recoveryObject(id), Note: r.Reason,
		Facts: map[string]any{"pence": r.Pence}})
}

// SetRecovery says how far finance is with a cost.
func SetRecovery(ctx context.Context, tx *db.Tx, by school.Actor, id RecoveryID, state RecoveryState) error {
	switch {
	case !by.May(school.RecoverCosts) || by.Person == 0:
		return school.NotAllowed
	case !slices.Contains([]RecoveryState{Owed, Invoiced, PaidUp, Waived}, state):
		return recoveryState
	}
	was, whose, subject, err := lockRecovery(ctx, tx, by.School, id)
	switch {
	case err != nil:
		return err
	case whose == by.Person:
		return recoveryOwn
	case was == state:
		return nil
	}
	if err := updateRecovery(ctx, tx, by, id, state); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "recovery-" + string(state), Actor: by.Pseudonym, Subject: subject, Object: recoveryObject(id),
		Facts: map[string]any{"was": string(was)}})
}

func recoveryObject(id RecoveryID) string { return fmt.Sprintf("recovery:%d", id) }

// Recoveries are a school's costs, the latest first: those in a state, or all for "".
func Recoveries(ctx context.Context, tx *db.Tx, id school.ID, state RecoveryState) ([]Recovery, error) {
	return recoveries(ctx, tx, id, state)
}

// WriteRecoveries writes them as a table for a spreadsheet.
func WriteRecoveries(out io.Writer, all []Recovery) error {
	w, err := sheet.NewWriter(out, "number", "day", "username", "pounds", "state", "reason", "entered by", "changed by")
	if err != nil {
		return err
	}
	for _, r := range all {
		err := w.Row(fmt.Sprint(r.ID), r.On.String(), r.Username, fmt.Sprintf("%d.%02d", r.Pence/100, r.Pence%100), string(r.State), r.Reason, r.By, r.Changed)
		if err != nil {
			return err
		}
	}
	return w.Close()
}
