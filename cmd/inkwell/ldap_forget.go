package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

func ldapForgetCommand() *cobra.Command {
	var all bool
	cmd := schoolCommand("forget [USERNAME]", "Ask the directory again for a password that was right a moment ago", cobra.MaximumNArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			if all == (len(args) == 1) {
				return fault.New(fault.Invalid, "forget-whom", "Name one person, or give --all.")
			}
			username := ""
			if !all {
				username = args[0]
			}
			var n int
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = school.ForgetPasswords(ctx, tx, s.ID, username)
				return err
			})
			switch {
			case err != nil:
				return err
			case n == 0 && !all:
				return fault.New(fault.NotFound, "forget-nobody", "Nobody of that name here has their password in the directory.")
			}
			_, err = fmt.Fprintf(h.out, "forgotten, for %d: the next sign-in asks the directory\n", n)
			return err
		})
	cmd.Long = `A password that the directory has called right is remembered for five minutes, so
that a changed one, or a disabled account, may count that much later. This has it
forgotten at once, on every server of the installation. Staff sessions of these
people end. Passwords that are kept here are not touched.`
	cmd.Example = `  inkwell ldap forget 23sbell
  inkwell ldap forget --all --school "Hill Road School"`
	cmd.Flags().BoolVar(&all, "all", false, "everybody of the school")
	return cmd
}
