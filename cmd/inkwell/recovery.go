package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

// named is a member of staff who puts their name to what a command does.
func named(ctx context.Context, tx *db.Tx, id school.ID, username string) (school.Actor, error) {
	p, err := school.PersonByUsername(ctx, tx, id, username)
	return school.Actor{School: id, Person: p.ID, Pseudonym: p.Pseudonym, Roles: p.Roles, Proof: school.ByHost}, err
}

func recoveryAddCommand() *cobra.Command {
	var by, on string
	cmd := schoolCommand("add USERNAME POUNDS REASON", "Enter what damage or a loss cost", cobra.ExactArgs(3),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			pence, err := quota.ParsePence(args[1])
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				who, err := named(ctx, tx, s.ID, by)
				if err != nil {
					return err
				}
				p, err := school.PersonByUsername(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				r := quota.Recovery{Person: p.ID, Pence: pence, Reason: args[2], On: calendar.DateOf(s.Day(tx.Now))}
				if on != "" {
					if r.On, err = calendar.ParseDate(on); err != nil {
						return fault.New(fault.Invalid, "recovery-day", "%q is no day. A day looks like 2026-11-20.", on)
					}
				}
				id, err := quota.AddRecovery(ctx, tx, who, r)
				if err == nil {
					_, _ = fmt.Fprintf(h.out, "cost %d: %s owes %s\n", id, p.Username, quota.Penny.Say(pence))
				}
				return err
			})
		})
	cmd.Long = `A record for finance, in pounds. It takes no pages from anybody: an allowance never pays for
damage. Who enters it must be named, be of finance, the head or IT, and not owe it.`
	cmd.Example = `  inkwell recovery add 23sbell 12.50 "Paper tray of the Library printer" --by bursar`
	cmd.Flags().StringVar(&by, "by", "", "user name of who enters it")
	cmd.Flags().StringVar(&on, "on", "", "the day it happened, such as 2026-11-20; without it today")
	_ = cmd.MarkFlagRequired("by")
	return cmd
}

func recoverySetCommand() *cobra.Command {
	var by string
	cmd := schoolCommand("set NUMBER STATE", "Say that a cost is open, invoiced, paid or waived", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			id := numbered[quota.RecoveryID](args[0])
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				who, err := named(ctx, tx, s.ID, by)
				if err != nil {
					return err
				}
				return quota.SetRecovery(ctx, tx, who, id, quota.RecoveryState(args[1]))
			})
		})
	cmd.Long = "Who changes it must be named, be of finance, the head or IT, and not owe it. Every change is in\nthe audit."
	cmd.Example = "  inkwell recovery set 7 invoiced --by bursar"
	cmd.Flags().StringVar(&by, "by", "", "user name of who says so")
	_ = cmd.MarkFlagRequired("by")
	return cmd
}

func recoveryListCommand() *cobra.Command {
	var state string
	var csv bool
	cmd := schoolCommand("list", "List the costs of damage and loss", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []quota.Recovery
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = quota.Recoveries(ctx, tx, s.ID, quota.RecoveryState(state))
				return err
			})
			if err != nil {
				return err
			}
			if csv {
				return quota.WriteRecoveries(h.out, all)
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tDAY\tPERSON\tCOST\tSTATE\tENTERED BY\tREASON")
			for _, r := range all {
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.On, r.Username, quota.Penny.Say(r.Pence), r.State, r.By, r.Reason)
			}
			return w.Flush()
		})
	cmd.Long = "The latest first. --csv writes a table for a spreadsheet, with pounds as numbers."
	cmd.Example = "  inkwell recovery list --state open\n  inkwell recovery list --csv > costs.csv"
	cmd.Flags().StringVar(&state, "state", "", "only those that are open, invoiced, paid or waived")
	cmd.Flags().BoolVar(&csv, "csv", false, "as a table for a spreadsheet")
	return cmd
}
