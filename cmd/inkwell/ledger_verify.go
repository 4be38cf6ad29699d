package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/release"
)

func ledgerVerifyCommand() *cobra.Command {
	cmd := hostCommand("verify", "Recompute the whole ledger and its seals", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			keys, err := openKeys(h.config.folder("keys"), false)
			if err != nil {
				return err
			}
			v, err := release.VerifyLedger(ctx, h.db, h.config.heads(keys))
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(h.out, "%d transfers between %d accounts; %d units printed, %d set aside for open deliveries\n",
				v.Transfers, v.Accounts, v.Printed, v.Reserved)
			return h.verdict(ctx, "the ledger", release.LedgerVerified, v.Sealed, append(v.Problems, v.Sealed.Problems...))
		})
	cmd.Long = `Every account is added up anew from its transfers, every transfer held against its seal
and every delivery against what was charged for it. Ends with 1 when anything differs.
It may run while people print.`
	cmd.Example = `  inkwell ledger verify`
	return cmd
}
