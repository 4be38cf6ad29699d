package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/quota"
	"inkwell/release"
)

func ledgerVerifyCommand() *cobra.Command {
	cmd := hostCommand("verify", "Recompute the whole ledger and its seals", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			var r quota.Report
			var stray []string
			err := h.db.InTx(ctx, db.System("verify"), func(ctx context.Context, tx *db.Tx) (err error) {
				if r, err = quota.Verify(ctx, tx); err != nil {
					return err
				}
				stray, err = release.VerifyDeliveries(ctx, tx)
				return err
			})
			if err != nil {
				return err
			}
			sealed, err := h.verifyChain(ctx, audit.Transfers)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(h.out, "%d transfers between %d accounts; %d units printed, %d set aside for open deliveries\n",
				r.Transfers, r.Accounts, r.Printed, r.Reserved)
			return h.verdict("the ledger", sealed, append(append(r.Problems, stray...), sealed.Problems...))
		})
	cmd.Long = `Every account is added up anew from its transfers, every transfer held against its seal
and every delivery against what was charged for it. Ends with 1 when anything differs.`
	cmd.Example = `  inkwell ledger verify`
	return cmd
}
