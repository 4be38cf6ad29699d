package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

func ledgerStatementCommand() *cobra.Command {
	var which accountFlags
	var from, to string
	cmd := schoolCommand("statement [PERSON]", "List what went into an account and out of it", cobra.MaximumNArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				all, c, err := which.read(ctx, tx, s, args)
				if err != nil {
					return err
				}
				first, err := dayOf("--from", from, quota.Term.Start(c, tx.Now))
				if err != nil {
					return err
				}
				last, err := dayOf("--to", to, c.Date(tx.Now))
				if err != nil {
					return err
				}
				for _, a := range all {
					statement, err := quota.StatementOf(ctx, tx, a.ID, c.Start(first), c.Start(last+1))
					if err != nil {
						return err
					}
					if err := printStatement(h.out, statement, s.Zone, first, last); err != nil {
						return err
					}
				}
				return nil
			})
		})
	cmd.Long = `PERSON is a user name; all accounts of theirs are shown: pages, colour where it has a
ceiling, and personal. --account is the number of any other account. Days are the school's,
both included; without --from the statement begins with the term.`
	cmd.Example = `  inkwell ledger statement 23sbell
  inkwell ledger statement 23sbell --from 2026-09-01 --to 2026-10-31
  inkwell ledger statement --account 41`
	which.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "the first day, such as 2026-09-01")
	cmd.Flags().StringVar(&to, "to", "", "the last day; today by default")
	return cmd
}

func ledgerBalanceCommand() *cobra.Command {
	var which accountFlags
	var at string
	cmd := schoolCommand("balance [PERSON]", "Recompute what an account held at any time", cobra.MaximumNArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				all, c, err := which.read(ctx, tx, s, args)
				if err != nil {
					return err
				}
				when, err := readInstant(at, s.Zone, c, tx.Now)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
				_, _ = fmt.Fprintf(w, "ACCOUNT\tOF\tIN\tBALANCE BEFORE %s\n", when.In(s.Zone).Format("2006-01-02 15:04 MST"))
				for _, a := range all {
					units, err := quota.BalanceAt(ctx, tx, a.ID, when)
					if err != nil {
						return err
					}
					_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%d\n", a.ID, a.Kind, a.Purse, units)
				}
				return w.Flush()
			})
		})
	cmd.Long = `It is added up anew from the transfers, and not what is shown at the kiosk. --at is a day
of the school's, and means its end, or a time of a day; without it, it is now.`
	cmd.Example = `  inkwell ledger balance 23sbell
  inkwell ledger balance 23sbell --at 2026-10-31
  inkwell ledger balance 23sbell --at "2026-11-20 14:05"`
	which.add(cmd)
	cmd.Flags().StringVar(&at, "at", "", `a day, such as 2026-10-31, or a time, such as "2026-11-20 14:05"`)
	return cmd
}

// accountFlags are how a command is told which account.
type accountFlags struct{ number string }

func (f *accountFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.number, "account", "", "the account's number, in place of a person")
}

// read finds the accounts, and the calendar by which days are told.
func (f *accountFlags) read(ctx context.Context, tx *db.Tx, s school.School, args []string) (all []quota.Account, c calendar.Calendar, err error) {
	if c, err = school.CalendarOf(ctx, tx, s.ID); err != nil {
		return nil, c, err
	}
	if (f.number == "") == (len(args) == 0) {
		return nil, c, fault.New(fault.Invalid, "account-which", "Say either a person's user name or --account with a number.")
	}
	if f.number != "" {
		n, err := strconv.ParseInt(f.number, 10, 64)
		if err != nil || n < 1 {
			return nil, c, fault.New(fault.Invalid, "account-number", "--account is %q. It is a number, such as 41.", f.number)
		}
		a, err := quota.AccountByID(ctx, tx, quota.AccountID(n))
		return []quota.Account{a}, c, err
	}
	p, err := school.PersonByUsername(ctx, tx, s.ID, args[0])
	if err != nil {
		return nil, c, err
	}
	all, err = quota.AccountsOf(ctx, tx, p.ID)
	return all, c, err
}

// dayOf reads a day of the school's calendar, or takes the other one where none is given.
func dayOf(flag, text string, otherwise calendar.Date) (calendar.Date, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		return d, fault.New(fault.Invalid, "day", "%s is %q. A day looks like 2026-09-01.", flag, text)
	}
	return d, nil
}

// readInstant is the end of a day, or a time of it, by the school's clock.
func readInstant(text string, zone *time.Location, c calendar.Calendar, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if d, err := calendar.ParseDate(text); err == nil {
		return c.Start(d + 1), nil
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		return at, fault.New(fault.Invalid, "instant", `--at is %q. It looks like 2026-11-20 or "2026-11-20 14:05".`, text)
	}
	return at, nil
}

func printStatement(to io.Writer, s quota.Statement, zone *time.Location, first, last calendar.Date) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "account %d (%s, %s), %s to %s\n\nTIME\tWHAT\tUNITS\tBALANCE\tFOR\n\tbefore\t\t%d\n", s.Account.ID, s.Account.Kind, s.Account.Purse, first, last, s.Opening)
	for _, l := range s.Lines {
		what := l.Key
		if l.Delivery != 0 {
			what = fmt.Sprintf("delivery %d", l.Delivery)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%+d\t%d\t%s\n", l.At.In(zone).Format("2006-01-02 15:04:05"), l.Kind, l.Amount, l.After, what)
	}
	_, _ = fmt.Fprintf(w, "\tafter\t\t%d\n", s.Closing)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(to)
	return err
}
