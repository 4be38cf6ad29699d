package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func queueNamesCommand() *cobra.Command {
	var add, remove []string
	cmd := schoolCommand("names", "List or change the user names that everybody uses", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []string
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				if len(add)+len(remove) == 0 {
					all, err = school.GenericNames(ctx, tx, s.ID)
				} else {
					all, err = school.ChangeGenericNames(ctx, tx, "", s.ID, add, remove)
				}
				return err
			})
			if err == nil {
				_, err = fmt.Fprintln(h.out, strings.Join(all, "\n"))
			}
			return err
		})
	cmd.Long = `A Chromebook without a sign-in says chronos, a Raspberry Pi says pi, a shared
Windows sign-in says student. A job under such a name is refused at the computer,
with what to do, even if somebody at the school has it as a user name, unless a
password proves it or the queue believes such names (inkwell queue set PATH
--generic believe). A name that is nobody's is refused on every queue.`
	cmd.Example = "  inkwell queue names\n  inkwell queue names --add library-pc,makerspace --remove pi"
	cmd.Flags().StringSliceVar(&add, "add", nil, "user names to add")
	cmd.Flags().StringSliceVar(&remove, "remove", nil, "user names to take off the list")
	return cmd
}
