package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/release"
)

func auditVerifyCommand() *cobra.Command {
	cmd := hostCommand("verify", "Recompute the chain of sealed audit records", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			r, err := h.verifyChain(ctx, audit.Acts)
			if err != nil {
				return err
			}
			return h.verdict(ctx, "the audit record", release.AuditVerified, r, r.Problems)
		})
	cmd.Long = `Each record is held against its seal, and the seals against the heads that were
exported. Ends with 1, and says what is wrong, when a record was changed or is gone.`
	cmd.Example = `  inkwell audit verify`
	return cmd
}

// verifyChain recomputes a chain against the heads that were exported.
func (h *host) verifyChain(ctx context.Context, chain audit.Chain) (audit.Report, error) {
	keys, err := openKeys(h.config.folder("keys"), false)
	if err != nil {
		return audit.Report{}, err
	}
	return audit.Verify(ctx, h.db, chain, h.config.heads(keys))
}

var errUnsound = errors.New("something is wrong; keep a copy of the data folder as it is, and tell whoever looks after this server")

// verdict prints what was verified, keeps when that was, and fails when there is a problem.
func (h *host) verdict(ctx context.Context, what string, chore release.Chore, r audit.Report, problems []string) error {
	if err := release.Tended(ctx, h.db, chore, len(problems)); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(h.out, "%d sealed rows under %d seals, %d waiting for their seal\n", r.Rows, r.Seals, r.Unsealed)
	for _, p := range problems {
		_, _ = fmt.Fprintln(h.out, "WRONG:", p)
	}
	if len(problems) > 0 {
		return errUnsound
	}
	_, err := fmt.Fprintln(h.out, what+" is sound")
	return err
}
