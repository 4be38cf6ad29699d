package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

func tariffSetCommand() *cobra.Command {
	var f rateFlags
	var from string
	var dry bool
	cmd := schoolCommand("set", "Say what printing costs, from now or from a day on", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			if !f.given() {
				return fault.New(fault.Invalid, "tariff-nothing", "Say what to change, such as --colour 5. inkwell tariff show says what holds.")
			}
			begins, err := h.from(ctx, s, from)
			if err != nil {
				return err
			}
			return h.attempt(ctx, s.ID, dry, func(ctx context.Context, tx *db.Tx) error {
				g, err := f.at(ctx, tx, s.ID)
				if err != nil {
					return err
				}
				t, err := quota.SetTariff(ctx, tx, "", s.ID, begins, func(t *quota.Tariff) error { return f.apply(t, g) })
				if err != nil {
					return err
				}
				return showTariff(ctx, tx, h, s, t)
			})
		})
	cmd.Long = `Prices are whole units: pages, or pence where the school counts in pence. What is not
named stays as it is in the last tariff. A job costs its sides, its sheets, less the discount
for each sheet with both sides printed, what is done to its copies, and the fee. With --group
what is named holds at those printers only.

A tariff begins now, or with the day that --from names, and is never changed: what was printed
stays explained by the tariff of its time. Another unit is refused while anybody has something of
the old one, so choose it before the first pages are given.`
	cmd.Example = `  inkwell tariff set --colour 5
  inkwell tariff set --colour 5 --size a3=2 --duplex-discount 1 --from 2027-01-04 --group "Library"
  inkwell tariff set --unit pence --side 3 --colour 15`
	f.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "the day it begins, such as 2027-01-04, or a time: \"2027-01-04 08:00\"")
	dryRun(cmd, &dry)
	return cmd
}

func tariffWithdrawCommand() *cobra.Command {
	cmd := schoolCommand("withdraw NUMBER", "Take back a tariff that has not begun", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			n, err := tariffNumber(args[0])
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return quota.WithdrawTariff(ctx, tx, "", s.ID, n) })
			if err == nil {
				_, err = fmt.Fprintf(h.out, "tariff %d is withdrawn\n", n)
			}
			return err
		})
	cmd.Long = `NUMBER is that of inkwell tariff list. One that has begun stays: set another in its place.`
	cmd.Example = `  inkwell tariff withdraw 4`
	return cmd
}
